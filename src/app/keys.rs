//! Keys that work from anywhere on the page.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, Event, HtmlElement, KeyboardEvent};

use super::browser;
use super::session::{Action, Ask, Export, Panel};
use super::store::Store;
use crate::sim::EventId;

/// What takes the space bar for itself, where it is reached by keys.
const BUTTONS: &str = "button, a, summary, [role=treeitem]";

/// Listens for as long as the page lives.
pub(crate) fn listen(store: Store) {
    let Some(document) = browser::document() else {
        return;
    };
    // Whether what has the focus has it by a press of the mouse or a finger, not by a key.
    let mut pointed = false;
    let pressed = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
        let Some(event) = event.dyn_ref::<KeyboardEvent>() else {
            pointed = true;
            return;
        };
        // What takes a key for itself may move the focus by it.
        pointed &= event.key() != "Tab" && !event.default_prevented();
        if let Some(action) = action(&store, event, pointed) {
            event.prevent_default();
            store.apply(action);
        }
    });
    let listener = pressed.as_ref().unchecked_ref();
    for name in ["keydown", "pointerdown"] {
        // Without them the page has its buttons.
        let _ = document.add_event_listener_with_callback(name, listener);
    }
    // It listens until the page is gone.
    pressed.forget();
}

/// The entry that the element with the focus stands for.
fn asked(focus: Option<&Element>) -> Option<EventId> {
    let row = focus?.closest("[data-entry]").ok()??;
    Some(EventId(row.get_attribute("data-entry")?.parse().ok()?))
}

/// What a key does, unless the element that has the focus wants it for itself.
fn action(store: &Store, event: &KeyboardEvent, pointed: bool) -> Option<Action> {
    if event.default_prevented() || event.alt_key() {
        return None;
    }
    let focus = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    let is = |selector: &str| {
        let focus = focus.as_ref();
        focus.is_some_and(|element| element.closest(selector).ok().flatten().is_some())
    };
    if event.ctrl_key() || event.meta_key() {
        // A field has an undo of its own.
        let writes = is("textarea, input:not([type=range]):not([type=checkbox])");
        return match (event.key().as_str(), event.shift_key()) {
            _ if writes => None,
            ("s" | "S", false) => Some(Action::Export(Export::Scenario)),
            ("z" | "Z", false) => Some(Action::Undo),
            ("z" | "Z", true) | ("y" | "Y", _) => Some(Action::Redo),
            _ => None,
        };
    }
    match event.key().as_str() {
        "Escape" if store.read(|session| session.on_its_way().is_some()) => Some(Action::Pause),
        "Escape" => store.read(|session| {
            let open = session.panel().map(|_| Action::Close);
            open.or_else(|| session.beside().map(|_| Action::Compare(None)))
        }),
        " " if !is("select, textarea, input:not([type=range]), [role=menu]")
            && (pointed || !is(BUTTONS)) =>
        {
            // Else some browsers press the button when the key is let go.
            if let (Some(button), true) = (&focus, is(BUTTONS)) {
                let _ = button.unchecked_ref::<HtmlElement>().blur();
            }
            let playing =
                store.read(|session| session.is_playing() || session.on_its_way().is_some());
            Some(if playing { Action::Pause } else { Action::Play })
        }
        _ if is("select, textarea, input, [role=tab], [role=tree], [data-keys]") => None,
        "ArrowRight" => Some(Action::StepForward),
        "ArrowLeft" => Some(Action::StepBack),
        "Home" => Some(Action::StartOver),
        "End" => Some(Action::End),
        key => letter(store, key, focus.as_ref()),
    }
}

/// What a letter does, unless the person has turned letters off (WCAG 2.2, 2.1.4).
fn letter(store: &Store, key: &str, focus: Option<&Element>) -> Option<Action> {
    let (on, kind) = store.read(|session| (session.takes_letters(), session.kind()));
    if !on {
        return None;
    }
    match key {
        "a" | "A" => Some(Action::Open(Panel::Deeds)),
        "n" | "N" => Some(Action::Next(kind)),
        "p" | "P" => Some(Action::Last(kind)),
        "w" | "W" => {
            Some(asked(focus).map_or(Action::Ask(Ask::Last), |id| Action::Open(Panel::Why(id))))
        }
        "?" => Some(Action::Open(Panel::Help)),
        _ => None,
    }
}
