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
    let (words, notice) = use_view(store, |session| {
        (session.texts().clone(), session.notice().cloned())
    });
    let text = store.read(|session| {
        let notice = session.notice()?;
        Some(said(session, &words, notice))
    });
    let way_back = match &notice {
        Some(Notice::Forked(_) | Notice::Deleted(_) | Notice::Planned(..)) => {
            Some(("ui.undo", Action::Undo))
        }
        Some(Notice::Undone(_)) => Some(("ui.redo", Action::Redo)),
        Some(Notice::NotLoaded(action)) => Some(("ui.try-again", (**action).clone())),
        Some(_) | None => None,
    };
    let way_back = way_back.map(|(text, action)| {
        el!("button", "class" = "button text")
            .on_click(store.on(action))
            .text(words.get(text))
    });
    let notice = text.map(|text| {
        let dismiss = words.get("ui.dismiss").to_owned();
        let button = el!("button", "class" = "button quiet", "aria-label" = dismiss);
        el!("p", "class" = "notice")
            .with(el!("span").text(&text))
            .with(el!("span", "class" = "spacer"))
            .maybe(way_back)
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
        Notice::BadLink(problem) => {
            let title = kinds::title(session.scenario(), words);
            let problem = problem.as_ref().map_or_else(
                || words.get("ui.unreadable").to_owned(),
                ToString::to_string,
            );
            words.say("ui.bad-link", &[("problem", &problem), ("title", title)])
        }
        Notice::Shared(true) => words.get("ui.shared").to_owned(),
        Notice::Shared(false) => words.get("ui.shared-by-address").to_owned(),
        Notice::Forked(left) => {
            let now = session.branches();
            let now = now.into_iter().find(|branch| branch.current);
            let now = now.map(|branch| branch.name).unwrap_or_default();
            let left = session.branch_name(*left);
            words.say("ui.forked", &[("now", &now), ("left", &left)])
        }
        Notice::Deleted(name) => words.say("ui.deleted", &[("name", name)]),
        Notice::Undone(name) => words.say("ui.undone", &[("what", &words.sentence(name))]),
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
