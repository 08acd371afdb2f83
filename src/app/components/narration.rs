//! The narration line.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use yew::prelude::*;

use super::element::el;
use super::kinds;
use super::part::part;
use super::why_panel::{ask, source};
use crate::app::narration::{Narration, narration, said};
use crate::app::session::{Action, Ask, Session};
use crate::app::store::{Props, use_view};
use crate::text::{Source, Texts};

/// How long a sentence stands before it is read out, in milliseconds: at a fast pace only what
/// one ends with is.
const CALM: u32 = 300;

/// What it shows.
#[derive(Clone, PartialEq)]
struct Shown {
    time: String,
    text: String,
    sources: Vec<Source>,
    over: bool,
    told: bool,
}

/// What has just happened, and why, with the section that says so.
#[part]
pub(crate) fn NarrationLine(props: &Props) -> Html {
    let state = use_view(&props.store, |session| {
        let over = session.is_over();
        (
            session.texts().clone(),
            session.key(),
            over,
            session.on_its_way(),
        )
    });
    let shown = use_memo(state.clone(), |(words, _, over, way)| match way {
        Some(to) => Shown {
            time: String::new(),
            text: words.say("ui.on-its-way", &[("at", &words.instant(*to))]),
            sources: Vec::new(),
            over: false,
            told: false,
        },
        None => props.store.read(|session| shown(session, words, *over)),
    });
    let words: &Rc<Texts> = &state.0;
    let spoken = use_state_eq(String::new);
    let speak = spoken.setter();
    use_effect_with(shown.text.clone(), move |text| {
        let text = text.clone();
        let later = Timeout::new(CALM, move || speak.set(text));
        move || drop(later)
    });
    let over = shown
        .over
        .then(|| el!("span", "class" = "over").text(words.get("ui.over")));
    let ask = shown
        .told
        .then(|| ask(&props.store, words.get("ui.why"), Action::Ask(Ask::Last)));
    let spoken = el!(
        "p",
        "class" = "unseen",
        "role" = "status",
        "aria-live" = "polite"
    )
    .text(&spoken);
    el!(
        "section",
        "class" = "narration",
        "aria-label" = words.get("ui.narration").to_owned()
    )
    .with(el!("span", "class" = "when").text(&shown.time))
    .with(el!("p", "class" = "told").text(&shown.text).maybe(over))
    .with(spoken)
    .with(
        el!("span", "class" = "source")
            .all(shown.sources.iter().map(|told| source(*told)))
            .maybe(ask),
    )
    .html()
}

fn shown(session: &Session, words: &Texts, over: bool) -> Shown {
    match narration(session) {
        Narration::Opening => Shown {
            time: String::new(),
            text: kinds::summary(session.scenario(), words).to_owned(),
            sources: Vec::new(),
            over,
            told: false,
        },
        Narration::Told { at, sentences } => {
            let (text, sources) = said(&sentences, words);
            Shown {
                time: words.instant(at),
                text,
                sources,
                over,
                told: true,
            }
        }
    }
}
