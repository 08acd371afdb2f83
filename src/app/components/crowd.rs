//! A crowd: many clients at one switch, each a square that says its state by colour and pattern.
//!
//! A thousand squares are too many for the virtual document. They are put into the page once; at each
//! event those that look different now get their class and their name, and no others are touched.

use std::cell::RefCell;

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use super::element::{Element as Drawn, classes, el, handler, when};
use super::part::part;
use super::stage::{face, is_out, state_class};
use crate::app::browser;
use crate::app::session::{Action, Key, Panel, Session};
use crate::app::store::{Props, Store, use_view};
use crate::dhcp::client::State;
use crate::net::host::Host;
use crate::scenario::{NodeId, NodeKind};
use crate::text::Texts;

/// Which crowd.
#[derive(PartialEq)]
pub(super) struct CrowdProps {
    /// The session.
    pub(super) store: Store,
    /// Its number among the stage's.
    pub(super) number: usize,
}

/// What is painted of a crowd: of what, and what each square shows, as a number.
#[derive(Default)]
struct Painted {
    of: Option<(Key, Option<Panel>)>,
    looks: Vec<u64>,
}

/// The squares of a crowd. One of them is a stop of the Tab key; arrows lead on from there.
#[part]
pub(super) fn Squares(props: &CrowdProps) -> Html {
    let CrowdProps { store, number } = props;
    let number = *number;
    let (words, story) = use_view(store, |session| (session.texts().clone(), session.story()));
    let grid = use_node_ref();
    use_effect_with((store.clone(), words.language(), story), {
        let (grid, words) = (grid.clone(), words.clone());
        move |(store, ..)| {
            let (shown, painted) = (store.clone(), RefCell::new(Painted::default()));
            let paint = move || {
                if let Some(grid) = grid.cast::<Element>() {
                    let mut painted = painted.borrow_mut();
                    shown.read(|session| paint(session, &words, number, &grid, &mut painted));
                }
            };
            paint();
            let subscription = store.subscribe(paint);
            move || drop(subscription)
        }
    });
    let open = {
        let store = store.clone();
        handler(move |event| {
            let member = browser::number(&event)
                .and_then(|seat| store.read(|session| member(session, number, seat)));
            if let Some(id) = member {
                store.apply(Action::Open(Panel::Node(id)));
            }
        })
    };
    // The square with the focus is the one that the Tab key comes back to.
    let keep = {
        let grid = grid.clone();
        handler(move |event| {
            let Some(grid) = grid.cast::<Element>() else {
                return;
            };
            let last = grid.query_selector("[tabindex='0']").ok().flatten();
            if let Some(last) = last {
                let _ = last.set_attribute("tabindex", "-1");
            }
            if let Some(square) = square(&grid, browser::number(&event)) {
                square.set_tab_index(0);
            }
        })
    };
    store.read(|session| {
        let Some(crowd) = session.layout().crowds.get(number) else {
            return Html::default();
        };
        let columns = crowd.columns;
        let go = {
            let grid = grid.clone();
            handler(move |event| {
                let (Some(grid), Some(at)) = (grid.cast(), browser::number(&event)) else {
                    return;
                };
                let row = columns[usize::from(browser::is_narrow())];
                let to = match browser::key(&event).as_str() {
                    "ArrowLeft" => at.checked_sub(1),
                    "ArrowRight" => Some(at + 1),
                    "ArrowUp" => at.checked_sub(row),
                    "ArrowDown" => Some(at + row),
                    _ => return,
                };
                event.prevent_default();
                browser::focus(square(&grid, to));
            })
        };
        let count = crowd.members.len().to_string();
        let switch = session.scenario().node(crowd.switch).id.as_str();
        let values = [("count", count.as_str()), ("switch", switch)];
        let style = format!(
            "{};{};--wide:{};--narrow:{}",
            crowd.corner.style(),
            crowd.size.extent(),
            columns[0],
            columns[1]
        );
        el!(
            "div",
            "class" = "crowd",
            "role" = "group",
            "aria-label" = words.say("ui.crowd", &values),
            "style" = style,
            "data-keys" = ""
        )
        .reference(grid.clone())
        .on_click(open)
        .on("focusin", keep)
        .on("keydown", go)
        .html()
    })
}

fn member(session: &Session, crowd: usize, seat: usize) -> Option<NodeId> {
    session
        .layout()
        .crowds
        .get(crowd)?
        .members
        .get(seat)
        .copied()
}

/// The square at a seat.
fn square(grid: &Element, seat: Option<usize>) -> Option<HtmlElement> {
    let square = grid.children().item(u32::try_from(seat?).ok()?)?;
    square.dyn_into().ok()
}

/// Brings the squares up to date.
fn paint(session: &Session, words: &Texts, number: usize, grid: &Element, painted: &mut Painted) {
    let of = Some((session.key(), session.panel()));
    let Some(crowd) = session.layout().crowds.get(number) else {
        return;
    };
    if painted.of == of {
        return;
    }
    painted.of = of;
    if painted.looks.is_empty() {
        let mut squares = String::new();
        for seat in 0..crowd.members.len() {
            let stop = if seat == 0 { "0" } else { "-1" };
            squares.push_str("<button tabindex=");
            squares.push_str(stop);
            squares.push_str(" data-n=");
            squares.push_str(&seat.to_string());
            squares.push_str("></button>");
        }
        grid.set_inner_html(&squares);
        painted.looks = vec![u64::MAX; crowd.members.len()];
    }
    for (seat, (id, painted)) in crowd.members.iter().zip(&mut painted.looks).enumerate() {
        let look = look(session, *id);
        if *painted == look {
            continue;
        }
        *painted = look;
        let Some(square) = square(grid, Some(seat)) else {
            continue;
        };
        let face = face(session, words, *id);
        let class = classes(&[
            "square",
            face.class,
            state(session, *id).map_or("", State::name),
            when(face.out, "out"),
            when(is_chosen(session, *id), "chosen"),
        ]);
        // What has just left the page needs no paint.
        let _ = square.set_attribute("class", &class);
        let _ = square.set_attribute("title", &face.label);
    }
}

/// The state of a client that has power.
fn state(session: &Session, id: NodeId) -> Option<State> {
    let node = session.world().node(id);
    let client = node.client().filter(|_| node.power)?;
    Some(client.state())
}

fn is_chosen(session: &Session, id: NodeId) -> bool {
    session.panel() == Some(Panel::Node(id))
}

/// Everything that a square shows: two that look the same have the same number.
fn look(session: &Session, id: NodeId) -> u64 {
    let interface = session.world().node(id).host().and_then(Host::interface);
    let address = interface.map_or(0, |interface| u32::from(interface.address));
    let state = state(session, id).map_or(0, |state| 1 + state as u64);
    let out = is_out(session, id, NodeKind::Client);
    u64::from(address) << 8 | state << 2 | u64::from(out) << 1 | u64::from(is_chosen(session, id))
}

/// What stands above the crowds: a field that finds a client by its name, and how many clients are in
/// which state, each with the colour and pattern that its square has.
#[part]
pub(super) fn Head(props: &Props) -> Html {
    let store = &props.store;
    let (words, _) = use_view(store, |session| (session.texts().clone(), session.key()));
    let find = {
        let store = store.clone();
        handler(move |event| {
            let text = browser::value(&event);
            if !text.is_empty() {
                store.apply(Action::Find(text));
            }
        })
    };
    let (mut counts, mut off, mut out) = ([0_u32; State::ALL.len()], 0, 0);
    store.read(|session| {
        let members = session
            .layout()
            .crowds
            .iter()
            .flat_map(|crowd| &crowd.members);
        for id in members {
            match state(session, *id) {
                Some(state) => counts[state as usize] += 1,
                None => off += 1,
            }
            out += u32::from(is_out(session, *id, NodeKind::Client));
        }
    });
    let states = State::ALL.into_iter().map(|state| {
        let classes = [state_class(state), state.name()];
        (counts[state as usize], classes, state.name())
    });
    let others = [
        (off, ["s-off", ""], words.get("ui.off")),
        (out, ["s-none", "out"], words.get("ui.cable-out")),
    ];
    let count = |(count, [class, pattern], name): (u32, [&'static str; 2], &str)| {
        let swatch = el!("i", "class" = classes(&["square", class, pattern]));
        let text = el!("span").text(&format!("{count} {name}"));
        (count > 0).then(|| el!("li").with(swatch).with(text))
    };
    let field: Drawn = el!(
        "input",
        "type" = "search",
        "placeholder" = words.get("ui.find").to_owned(),
        "aria-label" = words.get("ui.find").to_owned()
    );
    el!("div", "class" = "crowd-head")
        .with(field.on("change", find))
        .with(el!("ul").all(states.chain(others).filter_map(count)))
        .html()
}
