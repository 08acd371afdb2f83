//! The narration line.

use std::rc::Rc;

use yew::prelude::*;

use super::kinds;
use crate::app::narration::{Narration, narration};
use crate::app::session::Session;
use crate::app::store::{Props, use_view};
use crate::text::{Source, Texts};

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
    let state = use_view(&props.store, |session| (session.texts().clone(), session.key(), session.is_over()));
    let shown = use_memo(state.clone(), |(words, _, over)| props.store.read(|session| shown(session, words, *over)));
    let words: &Rc<Texts> = &state.0;
    html! {
        <section class="narration" aria-label={words.get("ui.narration").to_owned()}>
            <span class="when">{ &shown.time }</span>
            <p class="told" role="status" aria-live="polite">
                { &shown.text }
                if shown.over { <span class="over">{ words.get("ui.over") }</span> }
            </p>
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
            let text: Vec<String> = sentences.iter().map(|sentence| words.sentence(sentence)).collect();
            let source = sentences.iter().rev().find_map(|sentence| sentence.source);
            Shown { time: words.instant(at), text: text.join(" "), source, over }
        }
    }
}
