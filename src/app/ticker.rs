//! The animation loop: tells the session how much of the viewer's time has passed.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use super::browser;
use super::session::{Action, Session};
use super::store::Store;

/// The longest that one frame counts: a page that was in the background goes on where it was.
const LONGEST: f64 = 100.0;
/// How many milliseconds after the last jump the ladder gets all its lines: as long as one who drags
/// the playhead may pause.
const CALM: f64 = 200.0;

type Frame = Rc<RefCell<Option<Closure<dyn FnMut(f64)>>>>;

/// Runs the loop for as long as the page lives.
pub(crate) fn run(store: Store) {
    let frame: Frame = Rc::default();
    let again = Rc::clone(&frame);
    let mut last = None::<f64>;
    let (mut jump, mut calm) = (None, 0.0);
    let step = move |at: f64| {
        let passed = last.map_or(0.0, |last| (at - last).clamp(0.0, LONGEST));
        last = Some(at);
        if store.read(|session| session.is_playing() || session.on_its_way().is_some()) {
            store.apply(Action::Tick(micros(passed)));
        }
        let brief = store.read(Session::brief);
        calm = if brief == jump { calm + passed } else { 0.0 };
        jump = brief;
        if brief.is_some() && calm >= CALM {
            store.apply(Action::Unfold);
        }
        request(&again);
    };
    *frame.borrow_mut() = Some(Closure::new(step));
    request(&frame);
}

fn request(frame: &Frame) {
    if let Some(step) = frame.borrow().as_ref() {
        browser::request_frame(step.as_ref().unchecked_ref());
    }
}

/// A few milliseconds in whole microseconds.
#[allow(
    clippy::cast_possible_truncation,
    reason = "between 0 and LONGEST: fits, and a fraction of a microsecond is lost"
)]
#[allow(clippy::cast_sign_loss, reason = "not below 0")]
fn micros(millis: f64) -> u64 {
    (millis * 1_000.0) as u64
}
