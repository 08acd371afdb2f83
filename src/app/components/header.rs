//! The page's head: which story, which language, which theme, which keys.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::icons::{Icon, icon};
use super::kinds;
use crate::app::browser;
use crate::app::session::{Action, Notice, Target, Theme};
use crate::app::store::{Props, Store, use_view};
use crate::scenario::{Scenario, library};
use crate::text::{Language, Texts};

/// The head.
#[function_component]
pub(crate) fn Header(props: &Props) -> Html {
    let store = &props.store;
    let (words, theme, current) = use_view(store, |session| {
        (
            session.texts().clone(),
            session.theme(),
            session.scenario().file().name.clone(),
        )
    });
    let scenarios = use_memo((), |()| {
        let load = |(name, _): &(&str, &str)| library::load(name).ok();
        library::FILES
            .iter()
            .filter_map(load)
            .collect::<Vec<Scenario>>()
    });
    html! {
        <header class="head">
            <h1 class="brand">
                <svg viewBox="0 0 24 24" class="logo" aria-hidden="true">
                    <rect width="24" height="24" rx="6" />
                    <path d="M5 9h14m-3.5-3L19 9M19 15H5m3.5-3L5 15l3.5 3" />
                </svg>
                <span>{ "DHCP Lab" }</span>
            </h1>
            { scenario(store, &words, &scenarios, &current) }
            <div class="spacer"></div>
            { language(store, &words) }
            { theme_button(store, &words, theme) }
            { keyboard(&words) }
        </header>
    }
}

fn scenario(store: &Store, words: &Texts, scenarios: &[Scenario], current: &str) -> Html {
    let option = |scenario: &Scenario| {
        let name = scenario.file().name.clone();
        let selected = name == current;
        html! { <option value={name} {selected}>{ kinds::title(scenario, words) }</option> }
    };
    let store = store.clone();
    let onchange = Callback::from(move |event: Event| {
        let select: HtmlSelectElement = event.target_unchecked_into();
        store.apply(Action::Scenario(select.value()));
    });
    html! {
        <label class="field scenario">
            <span class="field-name">{ words.get("ui.scenario") }</span>
            <select {onchange}>{ for scenarios.iter().map(option) }</select>
        </label>
    }
}

fn language(store: &Store, words: &Texts) -> Html {
    let store = store.clone();
    let onchange = Callback::from(move |event: Event| {
        let select: HtmlSelectElement = event.target_unchecked_into();
        let language = Language::from_tag(&select.value());
        browser::keep_language(language);
        store.apply(Action::Language(language));
    });
    let option = |language: Language| {
        let selected = language == words.language();
        html! { <option value={language.tag()} lang={language.tag()} {selected}>{ language.name() }</option> }
    };
    html! {
        <label class="field">
            <span class="field-name">{ words.get("ui.language") }</span>
            <select class="language" {onchange}>{ for Language::ALL.into_iter().map(option) }</select>
        </label>
    }
}

fn theme_button(store: &Store, words: &Texts, theme: Theme) -> Html {
    let (next, drawing, text) = match theme {
        Theme::Auto => (Theme::Light, Icon::Half, "ui.theme.auto"),
        Theme::Light => (Theme::Dark, Icon::Sun, "ui.theme.light"),
        Theme::Dark => (Theme::Auto, Icon::Moon, "ui.theme.dark"),
    };
    let label = words.say("ui.theme", &[("theme", words.get(text))]);
    let store = store.clone();
    let onclick = Callback::from(move |_: MouseEvent| {
        browser::keep_theme(next);
        store.apply(Action::Theme(next));
    });
    html! {
        <button class="button quiet" aria-label={label.clone()} title={label} {onclick}>{ icon(drawing) }</button>
    }
}

fn keyboard(words: &Texts) -> Html {
    const KEYS: [(&str, &str); 6] = [
        ("ui.key.space", "ui.keys.play"),
        ("← →", "ui.keys.step"),
        ("ui.key.home-end", "ui.keys.ends"),
        ("Tab", "ui.keys.tab"),
        ("ui.key.enter", "ui.keys.open"),
        ("Esc", "ui.keys.close"),
    ];
    let label = words.get("ui.keyboard").to_owned();
    let line = |(key, what): (&str, &str)| {
        html! { <><dt><kbd>{ words.get(key) }</kbd></dt><dd>{ words.get(what) }</dd></> }
    };
    html! {
        <>
            <button class="button quiet" popovertarget="keyboard" aria-label={label.clone()} title={label.clone()}>
                { icon(Icon::Keyboard) }
            </button>
            <div id="keyboard" class="popover" popover="auto" role="dialog" aria-label={label.clone()}>
                <h2>{ label }</h2>
                <dl class="keys">{ for KEYS.into_iter().map(line) }</dl>
            </div>
        </>
    }
}

/// What there is to tell besides the story.
#[function_component]
pub(crate) fn NoticeBar(props: &Props) -> Html {
    let store = &props.store;
    let (words, notice, title) = use_view(store, |session| {
        let title = kinds::title(session.scenario(), session.texts()).to_owned();
        (session.texts().clone(), session.notice().cloned(), title)
    });
    let text = match &notice {
        None => None,
        Some(Notice::NoScenario(name)) => {
            Some(words.say("ui.no-scenario", &[("name", name), ("title", &title)]))
        }
        Some(Notice::NoMore(target)) => {
            Some(words.say("ui.no-more", &[("what", words.get(target_key(*target)))]))
        }
    };
    html! {
        <div class="notices" role="status">
            if let Some(text) = text {
                <p class="notice">
                    <span>{ text }</span>
                    <button class="button quiet" aria-label={words.get("ui.dismiss").to_owned()}
                        onclick={store.on(|| Action::Dismiss)}>{ icon(Icon::Close) }</button>
                </p>
            }
        </div>
    }
}

/// The text that names what playback can jump to.
pub(super) fn target_key(target: Target) -> &'static str {
    match target {
        Target::Message => "ui.target.message",
        Target::T1 => "ui.target.t1",
        Target::T2 => "ui.target.t2",
        Target::Expiry => "ui.target.expiry",
    }
}
