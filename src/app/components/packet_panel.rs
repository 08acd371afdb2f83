//! The packet panel: fields and bytes side by side, lighting each other up.

use std::ops::Range;
use std::rc::Rc;

use yew::prelude::*;

use super::element::{classes, el, group, handler, when};
use super::kinds;
use super::panel::frame;
use super::part::{draw, part};
use super::tree::{Tree, TreeProps, deepest};
use super::why_panel::ask;
use crate::app::browser;
use crate::app::session::{Action, Panel};
use crate::app::store::{Store, use_view};
use crate::sim::EventId;
use crate::wire::dissect::dissect;

/// How many bytes a line has.
const LINE: usize = 8;

/// Which message.
#[derive(PartialEq)]
pub(super) struct PacketProps {
    /// The session.
    pub(super) store: Store,
    /// The entry in which it was sent.
    pub(super) id: EventId,
}

/// A message's fields and bytes.
#[part]
pub(super) fn PacketPanel(props: &PacketProps) -> Html {
    let id = props.id;
    let (words, message) = use_view(&props.store, move |session| {
        (
            session.texts().clone(),
            session.message(id).map(|message| message.frame.clone()),
        )
    });
    let lit = use_state_eq(|| None::<Range<usize>>);
    let bytes: Rc<[u8]> = message
        .as_ref()
        .map_or_else(|| Rc::from([]), |frame| Rc::from(frame.bytes()));
    let fields = use_memo(bytes.clone(), |bytes| dissect(bytes));
    let title = props
        .store
        .read(|session| session.message(id).map(|message| message.summary.label()))
        .unwrap_or_default();
    let subtitle = props.store.read(|session| {
        session
            .message(id)
            .map(|message| kinds::sentence(session, &words, message))
            .unwrap_or_default()
    });
    let light = Callback::from({
        let lit = lit.clone();
        move |range| lit.set(range)
    });
    let said = lit.as_ref().map(|range| {
        let field = deepest(&fields, range);
        let place = if range.len() == 1 {
            words.say("ui.byte", &[("at", &range.start.to_string())])
        } else {
            words.say(
                "ui.bytes-from-to",
                &[
                    ("from", &range.start.to_string()),
                    ("to", &range.end.saturating_sub(1).to_string()),
                ],
            )
        };
        field.map_or(place.clone(), |field| {
            format!("{place}  ·  {}: {}", field.name, field.value)
        })
    });
    let label = words.get("ui.fields").to_owned();
    let tree = draw::<Tree>(TreeProps {
        fields: fields.clone(),
        lit: (*lit).clone(),
        light: light.clone(),
        label,
    });
    let label = words.get("ui.bytes").to_owned();
    let cells = draw::<Bytes>(BytesProps {
        bytes,
        lit: (*lit).clone(),
        light,
        fields,
        label,
    });
    let said = said.unwrap_or_else(|| words.get("ui.bytes-hint").to_owned());
    let why = Action::Open(Panel::Why(id));
    let ask = ask(&props.store, words.get("ui.why-sent"), why);
    let body = group(vec![
        el!("div", "class" = "actions").with(ask).html(),
        el!("div", "class" = "packet-body")
            .put(tree)
            .put(cells)
            .html(),
        el!("p", "class" = "lit-field").text(&said).html(),
    ]);
    frame(&props.store, &words, "packet-panel", title, &subtitle, body)
}

#[derive(PartialEq)]
struct BytesProps {
    bytes: Rc<[u8]>,
    fields: Rc<Vec<crate::wire::dissect::Field>>,
    lit: Option<Range<usize>>,
    light: Callback<Option<Range<usize>>>,
    label: String,
}

#[part]
fn Bytes(props: &BytesProps) -> Html {
    let cursor = use_state_eq(|| 0_usize);
    let count = props.bytes.len();
    let field_of = {
        let fields = props.fields.clone();
        move |at: usize| deepest(&fields, &(at..at + 1)).map(|field| field.range.clone())
    };
    let onkeydown = handler({
        let (cursor, light, field_of) = (cursor.clone(), props.light.clone(), field_of.clone());
        move |event| {
            let at = match browser::key(&event).as_str() {
                "ArrowLeft" => cursor.saturating_sub(1),
                "ArrowRight" => *cursor + 1,
                "ArrowUp" => cursor.saturating_sub(LINE),
                "ArrowDown" => *cursor + LINE,
                "Home" => 0,
                "End" => count,
                _ => return,
            };
            event.prevent_default();
            let at = at.min(count.saturating_sub(1));
            cursor.set(at);
            light.emit(field_of(at));
        }
    });
    let byte = |(at, byte): (usize, &u8)| {
        let is_lit = props.lit.as_ref().is_some_and(|range| range.contains(&at));
        let over = {
            let (cursor, light, field_of) = (cursor.clone(), props.light.clone(), field_of.clone());
            handler(move |_| {
                cursor.set(at);
                light.emit(field_of(at));
            })
        };
        let class = classes(&["byte", when(is_lit, "lit"), when(*cursor == at, "cursor")]);
        el!("span", "class" = class)
            .on("pointerenter", over.clone())
            .on("pointerdown", over)
            .text(&format!("{byte:02x}"))
    };
    let lines = props.bytes.chunks(LINE).enumerate().map(|(number, chunk)| {
        let text: String = chunk
            .iter()
            .map(|byte| {
                if byte.is_ascii_graphic() {
                    char::from(*byte)
                } else {
                    '·'
                }
            })
            .collect();
        let cells = (number * LINE..).zip(chunk).map(byte);
        el!("div", "class" = "byte-line")
            .with(el!("span", "class" = "offset").text(&format!("{:03x}", number * LINE)))
            .with(el!("span", "class" = "byte-cells").all(cells))
            .with(el!("span", "class" = "ascii").text(&text))
    });
    let bytes = el!(
        "div",
        "class" = "bytes",
        "tabindex" = "0",
        "role" = "group",
        "data-keys" = "",
        "aria-label" = props.label.clone()
    );
    bytes.on("keydown", onkeydown).all(lines).html()
}
