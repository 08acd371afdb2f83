//! The page's frame: what stands where.

use yew::prelude::*;

use super::controls::Controls;
use super::header::{Header, NoticeBar};
use super::ladder::LadderPane;
use super::narration::NarrationLine;
use super::panel::OpenPanel;
use super::stage::Stage;
use super::timeline::TimelineTrack;
use crate::app::session::{Panel, Session};
use crate::app::store::{Props, use_view};
use crate::app::{browser, keys};

/// On a narrow screen, what is in front.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tab {
    Stage,
    Ladder,
}

impl Tab {
    const ALL: [Self; 2] = [Self::Stage, Self::Ladder];

    fn name(self) -> &'static str {
        match self {
            Self::Stage => "stage",
            Self::Ladder => "ladder",
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::Stage => "ui.stage",
            Self::Ladder => "ui.ladder",
        }
    }

    fn other(self) -> Self {
        match self {
            Self::Stage => Self::Ladder,
            Self::Ladder => Self::Stage,
        }
    }
}

/// The whole page.
#[function_component]
pub(crate) fn App(props: &Props) -> Html {
    let store = props.store.clone();
    let (texts, theme) = use_view(&store, |session| (session.texts().clone(), session.theme()));
    let panel = use_view(&store, |session| match session.panel() {
        None => "none",
        Some(Panel::Node(_)) => "node",
        Some(Panel::Packet(_)) => "packet",
    });
    let tab = use_state_eq(|| Tab::Stage);
    use_effect_with((), {
        let store = store.clone();
        move |()| keys::listen(store)
    });
    use_effect_with(texts.language(), {
        let title = texts.get("ui.page-title").to_owned();
        move |language| browser::set_language(*language, &title)
    });
    use_effect_with(theme, |theme| browser::set_theme(*theme));
    let tab_button = |this: Tab| {
        let onclick = {
            let tab = tab.clone();
            Callback::from(move |_: MouseEvent| tab.set(this))
        };
        let onkeydown = {
            let tab = tab.clone();
            Callback::from(move |event: KeyboardEvent| {
                if matches!(event.key().as_str(), "ArrowLeft" | "ArrowRight") {
                    event.prevent_default();
                    tab.set(this.other());
                    browser::focus_on(&format!("tab-{}", this.other().name()));
                }
            })
        };
        let chosen = *tab == this;
        html! {
            <button id={format!("tab-{}", this.name())} role="tab" class="tab" {onclick} {onkeydown}
                aria-selected={chosen.to_string()} aria-controls={format!("pane-{}", this.name())}
                tabindex={if chosen { "0" } else { "-1" }}>
                { texts.get(this.text()) }
            </button>
        }
    };
    let pane = |this: Tab| classes!("pane", this.name(), (*tab != this).then_some("behind"));
    html! {
        <div class="app">
            <Header store={store.clone()} />
            <NoticeBar store={store.clone()} />
            <div class="tabs" role="tablist" aria-label={texts.get("ui.views").to_owned()}>
                { for Tab::ALL.into_iter().map(tab_button) }
            </div>
            <main class="main">
                <section id="pane-stage" class={pane(Tab::Stage)} data-panel={panel}
                    aria-label={texts.get("ui.stage-label").to_owned()}>
                    <Stage store={store.clone()} />
                    <OpenPanel store={store.clone()} />
                </section>
                <section id="pane-ladder" class={pane(Tab::Ladder)} aria-label={texts.get("ui.ladder-label").to_owned()}>
                    <LadderPane store={store.clone()} />
                </section>
            </main>
            <footer class="deck">
                <NarrationLine store={store.clone()} />
                <Controls store={store.clone()} />
                <TimelineTrack {store} />
            </footer>
        </div>
    }
}

/// The texts that the page speaks: what nearly every component draws with.
pub(super) fn texts(session: &Session) -> std::rc::Rc<crate::text::Texts> {
    session.texts().clone()
}
