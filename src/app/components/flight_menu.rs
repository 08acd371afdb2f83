//! What can be done to a frame on its way: a menu where it is.

use yew::prelude::*;

use super::element::{classes, el, handler, when};
use super::packets::{Id, id, wave_id};
use super::part::part;
use crate::app::browser;
use crate::app::layout::Place;
use crate::app::session::{Action, Panel, Session};
use crate::app::store::Store;
use crate::scenario::Fate;
use crate::view::stage::Flight;
use crate::wire::summary::summary;

/// How a frame is drawn that will meet this, and the text that says so.
pub(super) fn doom(fate: Fate) -> [&'static str; 2] {
    match fate {
        Fate::Drop => ["doomed", "ui.will-drop"],
        Fate::Corrupt => ["doomed bent", "ui.will-corrupt"],
    }
}

/// A frame under way in words.
pub(super) fn label(session: &Session, flight: &Flight, message: &str) -> String {
    let name = |node| session.scenario().node(node).id.as_str();
    let values = [
        ("message", message),
        ("from", name(flight.from)),
        ("to", name(flight.to)),
    ];
    let way = session.texts().say("ui.under-way", &values);
    match session.fate(flight) {
        None => way,
        Some(fate) => format!("{way}, {}", session.texts().get(doom(fate)[1])),
    }
}

#[derive(PartialEq)]
pub(super) struct MenuProps {
    /// The session.
    pub(super) store: Store,
    /// Which frame.
    pub(super) id: Id,
    /// Where it is.
    pub(super) at: Place,
    /// Called when the menu is left.
    pub(super) done: Callback<()>,
}

/// What can be done to a frame on its way.
#[part]
pub(super) fn FlightMenu(props: &MenuProps) -> Html {
    let MenuProps {
        store,
        id,
        at,
        done,
    } = props;
    let list = use_node_ref();
    let opener = use_mut_ref(browser::focused);
    let flight = store.read(|session| {
        let alone = session
            .flights()
            .iter()
            .find(|flight| self::id(flight) == *id);
        let wave = || session.waves().iter().find(|wave| wave_id(wave) == *id);
        let flight = alone.or_else(|| wave().map(|wave| &wave.flight))?;
        let message = summary(flight.frame.bytes()).label();
        let deeds = alone.map_or_else(Vec::new, |flight| session.deeds_of_flight(flight));
        Some((label(session, flight, message), flight.origin, deeds))
    });
    use_effect_with(*id, {
        let list = list.clone();
        move |_| browser::focus_in(&list, 0)
    });
    let Some((title, origin, deeds)) = flight else {
        return Html::default();
    };
    let words = store.read(|session| session.texts().clone());
    let opens = ("ui.open-message", Action::Open(Panel::Packet(origin)));
    let deeds = deeds.into_iter().map(|deed| (deed.short, deed.action));
    let entries: Vec<_> = [opens].into_iter().chain(deeds).collect();
    let count = entries.len();
    let leave = {
        let (done, opener) = (done.clone(), opener);
        move || {
            done.emit(());
            browser::focus(opener.borrow_mut().take());
        }
    };
    let entry = |(place, (text, action)): (usize, (&'static str, Action))| {
        let choose = handler({
            let (store, leave) = (store.clone(), leave.clone());
            move |_| {
                leave();
                store.apply(action.clone());
            }
        });
        let turn = handler({
            let (list, leave) = (list.clone(), leave.clone());
            move |event| {
                match browser::key(&event).as_str() {
                    "ArrowDown" => browser::focus_in(&list, (place + 1) % count),
                    "ArrowUp" => browser::focus_in(&list, (place + count - 1) % count),
                    "Escape" | "Tab" => leave(),
                    _ => return,
                }
                event.prevent_default();
            }
        });
        el!(
            "button",
            "role" = "menuitem",
            "class" = "button text quiet",
            "data-keys" = ""
        )
        .on_click(choose)
        .on("keydown", turn)
        .text(words.get(text))
    };
    // Not over what stands below.
    let class = classes(&["menu", when(at.y > 50.0, "up")]);
    let menu = el!(
        "div",
        "class" = class,
        "role" = "menu",
        "style" = at.style(),
        "aria-label" = title
    );
    menu.reference(list.clone())
        .all(entries.into_iter().enumerate().map(entry))
        .html()
}
