//! The branches of a run below each other, each as a slim strip with its outages and leases.

use yew::prelude::*;

use super::doing::use_focus;
use super::element::{Element, classes, el, group, handler, when};
use super::icons::{Icon, icon};
use super::painting::Scale;
use super::part::{draw, part};
use super::timeline::SCRUB;
use crate::app::browser;
use crate::app::session::{Action, BranchView, Key, Session};
use crate::app::store::{Props, Store, use_view};
use crate::sim::BranchId;
use crate::text::Texts;
use crate::time::Instant;

/// The most bars of a strip.
const BARS: usize = 120;

/// All branches, where there is more than one.
#[part]
pub(crate) fn Branches(props: &Props) -> Html {
    let store = &props.store;
    let (words, branches, end, beside, _) = use_view(store, |session| {
        let branches = session.branches();
        let many = branches.len() > 1;
        (
            session.texts().clone(),
            branches,
            session.end(),
            session.beside(),
            many.then(|| session.known())
                .map(|Key { run, written }| (run, written / 64)),
        )
    });
    let renamed = use_state_eq(|| None::<(BranchId, bool)>);
    // To the branch that was renamed; where one was deleted, to the one that is looked at.
    let named = |branch: &BranchView| renamed.is_some_and(|(id, _)| id == branch.id);
    let place = branches.iter().filter(|_| branches.len() > 1);
    let place = place.max_by_key(|branch| (named(branch), branch.current));
    let place = place.map_or_else(|| SCRUB.to_owned(), |branch| strip_id(branch.id));
    use_focus(".branches", place);
    if branches.len() < 2 {
        return Html::default();
    }
    let strips = store.read(|session| {
        let strip = |(place, branch): (usize, &BranchView)| {
            let row = Row {
                store,
                words: &words,
                branch,
                place,
                scale: Scale(end),
                beside: beside == Some(branch.id),
                renamed: &renamed,
            };
            row.strip(session)
        };
        group(
            branches
                .iter()
                .enumerate()
                .map(strip)
                .map(Element::html)
                .collect(),
        )
    });
    let label = words.get("ui.branches").to_owned();
    el!(
        "div",
        "class" = "branches",
        "role" = "list",
        "aria-label" = label
    )
    .put(strips)
    .html()
}

/// The id of a branch's strip.
fn strip_id(id: BranchId) -> String {
    format!("branch-{}", id.0)
}

struct Row<'a> {
    store: &'a Store,
    words: &'a Texts,
    branch: &'a BranchView,
    place: usize,
    scale: Scale,
    /// Whether it stands beside the current one, to be compared.
    beside: bool,
    /// Which one was given a name last, and whether it still is.
    renamed: &'a UseStateHandle<Option<(BranchId, bool)>>,
}

impl Row<'_> {
    fn strip(&self, session: &Session) -> Element {
        let branch = self.branch;
        let class = classes(&[
            "branch",
            when(branch.current, "current"),
            when(self.beside, "beside"),
        ]);
        let from = branch.fork.map_or(Instant::ZERO, |(at, _)| at);
        let line = branch.fork.map(|(at, parent)| {
            let rows = self.place.saturating_sub(parent);
            let left = self.scale.left(at);
            el!(
                "span",
                "class" = "fork",
                "style" = format!("{left};--rows:{rows}")
            )
        });
        let name = if **self.renamed == Some((branch.id, true)) {
            self.field()
        } else {
            self.button(from).html()
        };
        el!("div", "class" = class, "role" = "listitem")
            .key(branch.id.0.into())
            .with(self.painting(session, from))
            .maybe(line)
            .put(name)
            .with(self.tools())
    }

    /// What happened in it: what came before it left another is painted there.
    fn painting(&self, session: &Session, from: Instant) -> Element {
        let (scale, seen) = (self.scale, self.branch.seen);
        let bar = |class: &'static str, start: Instant, until: Option<Instant>| {
            let (start, until) = (start.max(from), until.unwrap_or(seen));
            el!(
                "rect",
                "class" = class,
                "x" = scale.at(start),
                "y" = "9",
                "width" = scale.width(start, until),
                "height" = "8"
            )
        };
        let timeline = session.timeline_of(self.branch.id);
        let shown = move |until: Option<Instant>| until.is_none_or(|until| until > from);
        let leases = timeline.into_iter().flat_map(|timeline| &timeline.leases);
        let leases = leases
            .filter(|lease| shown(lease.ended))
            .take(BARS)
            .map(|lease| bar("lease", lease.from, lease.ended));
        let outages = timeline.into_iter().flat_map(|timeline| &timeline.outages);
        let outages = outages
            .filter(|outage| shown(outage.until))
            .take(BARS)
            .map(|outage| bar("outage", outage.from, outage.until));
        let line = el!(
            "line",
            "class" = "rail",
            "x1" = scale.at(from),
            "x2" = scale.at(seen),
            "y1" = "13",
            "y2" = "13"
        );
        el!("svg", "class" = "strip-painting", "aria-hidden" = "true")
            .with(line)
            .all(leases)
            .all(outages)
    }

    /// The strip itself: to look at the branch.
    fn button(&self, from: Instant) -> Element {
        let (store, id) = (self.store.clone(), self.branch.id);
        let turn = handler({
            let (store, renamed) = (store.clone(), self.renamed.clone());
            move |event| {
                match browser::key(&event).as_str() {
                    "F2" => renamed.set(Some((id, true))),
                    "Delete" => store.apply(Action::Delete(id)),
                    _ => return,
                }
                event.prevent_default();
            }
        });
        let label = self.words.say("ui.branch", &[("name", &self.branch.name)]);
        let button = el!(
            "button",
            "id" = strip_id(id),
            "class" = "strip",
            "title" = label.clone(),
            "aria-label" = label,
            "aria-current" = self.branch.current.then(|| "true".to_owned())
        );
        // A name stands where there is room for it.
        let late = self.scale.part(from) > 55.0;
        let name = el!(
            "span",
            "class" = classes(&["branch-name", when(late, "late")]),
            "style" = format!("--at:{}", self.scale.at(from))
        );
        button
            .on_click(store.on(Action::Switch(id)))
            .on("keydown", turn)
            .with(name.text(&self.branch.name))
    }

    /// A field for another name.
    fn field(&self) -> Html {
        let (store, id, renamed) = (self.store.clone(), self.branch.id, self.renamed.clone());
        let done = Callback::from(move |name: Option<String>| {
            renamed.set(Some((id, false)));
            if let Some(name) = name {
                store.apply(Action::Rename(id, name));
            }
        });
        let label = self.words.get("ui.branch-name").to_owned();
        let name = self.branch.name.clone();
        draw::<Name>(NameProps { label, name, done })
    }

    fn tools(&self) -> Element {
        let id = self.branch.id;
        let tool = |text: &str, drawing: Icon| {
            let label = self.words.say(text, &[("name", &self.branch.name)]);
            el!(
                "button",
                "class" = "button quiet tool",
                "aria-label" = label.clone(),
                "title" = label
            )
            .put(icon(drawing))
        };
        let rename = handler({
            let renamed = self.renamed.clone();
            move |_| renamed.set(Some((id, true)))
        });
        let compare = (!self.branch.current).then(|| {
            let beside = if self.beside { None } else { Some(id) };
            tool("ui.compare-with", Icon::Compare).on_click(self.store.on(Action::Compare(beside)))
        });
        el!("span", "class" = "branch-tools")
            .maybe(compare)
            .with(tool("ui.rename", Icon::Edit).on_click(rename))
            .with(tool("ui.delete", Icon::Delete).on_click(self.store.on(Action::Delete(id))))
    }
}

#[derive(PartialEq, Properties)]
struct NameProps {
    label: String,
    name: String,
    /// Called with the name that was chosen, or with none.
    done: Callback<Option<String>>,
}

/// A field for a name, which takes the focus.
#[part]
fn Name(props: &NameProps) -> Html {
    let field = use_node_ref();
    use_effect_with((), {
        let field = field.clone();
        move |()| browser::select_all(&field)
    });
    let over = use_mut_ref(|| false);
    let end = {
        let (over, done) = (over, props.done.clone());
        move |name: Option<String>| {
            // A field that is left because it goes is not left twice.
            if !over.replace(true) {
                done.emit(name);
            }
        }
    };
    let left = handler({
        let end = end.clone();
        move |event| end(Some(browser::value(&event)))
    });
    let turn = handler(move |event| {
        match browser::key(&event).as_str() {
            "Enter" => end(Some(browser::value(&event))),
            "Escape" => end(None),
            _ => return,
        }
        event.prevent_default();
    });
    el!(
        "input",
        "type" = "text",
        "class" = "text-field branch-field",
        "maxlength" = "80",
        "autocomplete" = "off",
        "aria-label" = props.label.clone()
    )
    .reference(field)
    .shows(props.name.clone())
    .on("blur", left)
    .on("keydown", turn)
    .html()
}
