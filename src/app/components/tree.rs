//! The tree of a frame's fields, for mouse and keyboard (WAI-ARIA tree view).

use std::ops::Range;
use std::rc::Rc;

use web_sys::HtmlElement;
use yew::prelude::*;

use super::element::{classes, el, handler, spelt, when};
use super::part::part;
use crate::app::browser;
use crate::wire::dissect::Field;

/// The way to a field: its place among its siblings, from the top.
type Path = Vec<usize>;

/// The tree's fields, and what is lit.
#[derive(PartialEq)]
pub(super) struct TreeProps {
    /// The layers.
    pub(super) fields: Rc<Vec<Field>>,
    /// Which bytes are lit.
    pub(super) lit: Option<Range<usize>>,
    /// Called with the bytes of the field that is pointed at.
    pub(super) light: Callback<Option<Range<usize>>>,
    /// What it is called.
    pub(super) label: String,
}

/// A field that is in sight.
struct Row<'a> {
    path: Path,
    field: &'a Field,
}

/// The fields in sight, in order.
fn rows<'a>(fields: &'a [Field], open: &[Path], above: &Path, rows: &mut Vec<Row<'a>>) {
    for (number, field) in fields.iter().enumerate() {
        let path: Path = above.iter().copied().chain([number]).collect();
        let is_open = open.contains(&path);
        rows.push(Row {
            path: path.clone(),
            field,
        });
        if is_open {
            self::rows(&field.children, open, &path, rows);
        }
    }
}

/// The innermost field that has all of these bytes.
pub(super) fn deepest<'a>(fields: &'a [Field], range: &Range<usize>) -> Option<&'a Field> {
    let has = |field: &&Field| {
        field.range.start <= range.start && range.end <= field.range.end && !field.range.is_empty()
    };
    let field = fields.iter().find(has)?;
    deepest(&field.children, range).or(Some(field))
}

/// The tree.
#[part]
pub(super) fn Tree(props: &TreeProps) -> Html {
    // The innermost layer is what most people look for.
    let open = use_state_eq(|| {
        let last = props
            .fields
            .iter()
            .rposition(|field| !field.children.is_empty());
        last.map(|last| vec![last])
            .into_iter()
            .collect::<Vec<Path>>()
    });
    let focus = use_state_eq(|| vec![0_usize]);
    let list = use_node_ref();
    let mut seen = Vec::new();
    rows(&props.fields, &open, &Path::new(), &mut seen);
    let paths: Vec<Path> = seen.iter().map(|row| row.path.clone()).collect();
    let toggle = {
        let open = open.clone();
        move |path: &Path, how: Option<bool>| {
            let on = how.unwrap_or(!open.contains(path));
            let others = open.iter().filter(|known| *known != path);
            let mut set: Vec<Path> = others.cloned().collect();
            if on {
                set.push(path.clone());
            }
            open.set(set);
        }
    };
    let onkeydown = handler({
        let (focus, list, toggle, open) =
            (focus.clone(), list.clone(), toggle.clone(), open.clone());
        move |event| {
            let at = paths
                .iter()
                .position(|path| *path == *focus)
                .unwrap_or_default();
            let go =
                |to: usize| {
                    if let Some(path) = paths.get(to) {
                        focus.set(path.clone());
                        let item = list
                            .cast::<web_sys::Element>()
                            .and_then(|list| list.children().item(u32::try_from(to).ok()?));
                        browser::focus(item.and_then(|item| {
                            wasm_bindgen::JsCast::dyn_into::<HtmlElement>(item).ok()
                        }));
                    }
                };
            match browser::key(&event).as_str() {
                "ArrowDown" => go(at + 1),
                "ArrowUp" => go(at.saturating_sub(1)),
                "Home" => go(0),
                "End" => go(paths.len().saturating_sub(1)),
                "ArrowRight" => toggle(&focus, Some(true)),
                "ArrowLeft" if open.contains(&*focus) => toggle(&focus, Some(false)),
                "ArrowLeft" => go(paths
                    .iter()
                    .position(|path| focus.split_last().is_some_and(|(_, above)| path == above))
                    .unwrap_or(at)),
                "Enter" | " " => toggle(&focus, None),
                _ => return,
            }
            event.prevent_default();
        }
    });
    let item = |row: &Row<'_>| {
        let Row { path, field } = row;
        let has_parts = !field.children.is_empty();
        let is_open = open.contains(path);
        let is_lit = props.lit.as_ref().is_some_and(|lit| field.range == *lit);
        let point = {
            let (light, range) = (props.light.clone(), field.range.clone());
            move || light.emit(Some(range.clone()).filter(|range| !range.is_empty()))
        };
        let enter = handler({
            let point = point.clone();
            move |_| point()
        });
        let take_focus = handler({
            let (focus, path) = (focus.clone(), path.clone());
            move |_| {
                focus.set(path.clone());
                point();
            }
        });
        let press = handler({
            let (toggle, path) = (toggle.clone(), path.clone());
            move |_| toggle(&path, None)
        });
        let class = classes(&[
            "field-row",
            when(is_lit, "lit"),
            when(path.len() == 1, "layer"),
        ]);
        let item = el!(
            "li",
            "class" = class,
            "role" = "treeitem",
            "aria-level" = path.len().to_string(),
            "aria-selected" = spelt(is_lit),
            "aria-expanded" = has_parts.then(|| spelt(is_open).to_owned()),
            "tabindex" = if **focus == **path { "0" } else { "-1" },
            "style" = format!("--depth:{}", path.len() - 1)
        );
        let twist = classes(&["twist", when(has_parts, "parts"), when(is_open, "open")]);
        item.on("pointerenter", enter)
            .on("focus", take_focus)
            .on_click(press)
            .with(el!("span", "class" = twist, "aria-hidden" = "true"))
            .with(el!("span", "class" = "field-key").text(&field.name))
            .with(el!("span", "class" = "field-value").text(&field.value))
    };
    el!(
        "ul",
        "class" = "tree",
        "role" = "tree",
        "aria-label" = props.label.clone()
    )
    .reference(list)
    .on("keydown", onkeydown)
    .all(seen.iter().map(item))
    .html()
}
