//! The narration line.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use yew::prelude::*;

use super::kinds;
use crate::app::narration::{Narration, drop_lightest, narration};
use crate::app::session::Session;
use crate::app::store::{Props, use_view};
use crate::text::{Source, Texts};

/// The most letters that its two lines hold.
const LONGEST: usize = 190;
/// How long a sentence stands before it is read out, in milliseconds: at a fast pace only what
/// one ends with is.
const CALM: u32 = 300;

/// What it shows.
#[derive(Clone, PartialEq)]
struct Shown {
    time: String,
    text: String,
    source: Option<Source>,
    over: bool,
}

/// What has just happened, and why, with the section that says so.
#[function_component]
pub(crate) fn NarrationLine(props: &Props) -> Html {
    let state = use_view(&props.store, |session| {
        (session.texts().clone(), session.key(), session.is_over())
    });
    let shown = use_memo(state.clone(), |(words, _, over)| {
        props.store.read(|session| shown(session, words, *over))
    });
    let words: &Rc<Texts> = &state.0;
    let spoken = use_state_eq(String::new);
    let speak = spoken.setter();
    use_effect_with(shown.text.clone(), move |text| {
        let text = text.clone();
        let later = Timeout::new(CALM, move || speak.set(text));
        move || drop(later)
    });
    html! {
        <section class="narration" aria-label={words.get("ui.narration").to_owned()}>
            <span class="when">{ &shown.time }</span>
            <p class="told">
                { &shown.text }
                if shown.over { <span class="over">{ words.get("ui.over") }</span> }
            </p>
            <p class="unseen" role="status" aria-live="polite">{ &*spoken }</p>
            <span class="source">
                if let Some(source) = shown.source {
                    <a href={source.address()} target="_blank" rel="noopener">{ source.label() }</a>
                }
            </span>
        </section>
    }
}

fn shown(session: &Session, words: &Texts, over: bool) -> Shown {
    match narration(session) {
        Narration::Opening => Shown {
            time: String::new(),
            text: kinds::summary(session.scenario(), words).to_owned(),
            source: None,
            over,
        },
        Narration::Told { at, sentences } => {
            let mut said: Vec<(u8, (String, Option<Source>))> = sentences
                .iter()
                .map(|(weight, sentence)| (*weight, (words.sentence(sentence), sentence.source)))
                .collect();
            let length = |said: &[(u8, (String, Option<Source>))]| {
                said.iter()
                    .map(|(_, (text, _))| text.chars().count())
                    .sum::<usize>()
            };
            while said.len() > 1 && length(&said) > LONGEST {
                drop_lightest(&mut said);
            }
            let source = said.iter().rev().find_map(|(_, (_, source))| *source);
            let text: Vec<String> = said.into_iter().map(|(_, (text, _))| text).collect();
            Shown {
                time: words.instant(at),
                text: text.join(" "),
                source,
                over,
            }
        }
    }
}
