//! What there is to tell besides the story.

use super::element::el;
use super::icons::{Icon, icon};
use super::kinds;
use super::part::part;
use crate::app::session::{Action, Notice, Session, phrase};
use crate::app::store::{Props, use_view};
use crate::scenario::library;
use crate::text::Texts;

/// The notice, if there is one.
#[part]
pub(crate) fn NoticeBar(props: &Props) -> Html {
    let store = &props.store;
    let (words, _) = use_view(store, |session| {
        (session.texts().clone(), session.notice().cloned())
    });
    let text = store.read(|session| {
        let notice = session.notice()?;
        Some(said(session, &words, notice))
    });
    let again = store.read(|session| {
        let Some(Notice::NotLoaded(action)) = session.notice() else {
            return None;
        };
        Some(store.on((**action).clone()))
    });
    let again = again.map(|again| {
        let button = el!("button", "class" = "button text").on_click(again);
        button.text(words.get("ui.try-again"))
    });
    let notice = text.map(|text| {
        let dismiss = words.get("ui.dismiss").to_owned();
        let button = el!("button", "class" = "button quiet", "aria-label" = dismiss);
        el!("p", "class" = "notice")
            .with(el!("span").text(&text))
            .maybe(again)
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
        Notice::NotLoaded(action) => {
            words.say("ui.not-loaded", &[("what", &subject(action, words))])
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

/// What was to be loaded.
fn subject(action: &Action, words: &Texts) -> String {
    if let Action::Language(language) = action {
        return language.name().to_owned();
    }
    let Action::Scenario(name) = action else {
        return String::new();
    };
    let titles = library::titles().remove(name).unwrap_or_default();
    kinds::in_language(&titles, words, name).to_owned()
}
