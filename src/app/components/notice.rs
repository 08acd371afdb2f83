//! What there is to tell besides the story.

use yew::prelude::*;

use super::element::el;
use super::icons::{Icon, icon};
use super::kinds;
use crate::app::session::{Action, Notice, Session, phrase};
use crate::app::store::{Props, use_view};
use crate::text::Texts;

/// The notice, if there is one.
#[function_component]
pub(crate) fn NoticeBar(props: &Props) -> Html {
    let store = &props.store;
    let (words, _) = use_view(store, |session| {
        (session.texts().clone(), session.notice().cloned())
    });
    let text = store.read(|session| {
        let notice = session.notice()?;
        Some(said(session, &words, notice))
    });
    let notice = text.map(|text| {
        let dismiss = words.get("ui.dismiss").to_owned();
        let button = el!("button", "class" = "button quiet", "aria-label" = dismiss);
        el!("p", "class" = "notice")
            .with(el!("span").text(&text))
            .with(
                button
                    .on_click(store.on(Action::Dismiss))
                    .put(icon(Icon::Close)),
            )
    });
    el!("div", "class" = "notices", "role" = "status")
        .maybe(notice)
        .html()
}

fn said(session: &Session, words: &Texts, notice: &Notice) -> String {
    match notice {
        Notice::NoScenario(name) => {
            let title = kinds::title(session.scenario(), words);
            words.say("ui.no-scenario", &[("name", name), ("title", title)])
        }
        Notice::NoMore(target) => {
            words.say("ui.no-more", &[("what", words.get(target.texts()[0]))])
        }
        Notice::NoneBefore(target) => {
            words.say("ui.none-before", &[("what", words.get(target.texts()[0]))])
        }
        Notice::NoNode(name) => words.say("ui.no-node", &[("name", name)]),
        Notice::Planned(at, command) => {
            let what = words.sentence(&phrase(session.scenario(), command));
            words.say("ui.planned", &[("what", &what), ("at", &words.moment(*at))])
        }
        Notice::BadFile(name, problem) => {
            let problem = problem.as_ref().map_or_else(
                || words.get("ui.unreadable").to_owned(),
                ToString::to_string,
            );
            words.say("ui.bad-file", &[("name", name), ("problem", &problem)])
        }
    }
}
