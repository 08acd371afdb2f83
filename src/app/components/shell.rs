//! The page's frame: what stands where.

use yew::prelude::*;

use super::compare::Compare;
use super::controls::Controls;
use super::element::{classes, el, handler, spelt, when};
use super::header::{Header, opener};
use super::ladder::LadderPane;
use super::narration::NarrationLine;
use super::notice::NoticeBar;
use super::panel::OpenPanel;
use super::part::{self, Part, draw, part};
use super::stage::Stage;
use super::timeline::TimelineTrack;
use crate::app::session::{Panel, Session};
use crate::app::store::{Props, Store, use_view};
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
#[part]
pub(crate) fn App(props: &Props) -> Html {
    let store = props.store.clone();
    let (texts, theme) = use_view(&store, |session| (session.texts().clone(), session.theme()));
    let panel = use_view(&store, |session| match session.panel() {
        None => "none",
        Some(Panel::Node(_) | Panel::Link(_) | Panel::Deeds) => "node",
        Some(Panel::Packet(_) | Panel::Why(_) | Panel::Help) => "packet",
    });
    let compares = use_view(&store, |session| session.beside().is_some());
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
    // What is not drawn cannot be scrolled.
    use_effect_with(*tab, |tab| {
        if *tab == Tab::Ladder {
            browser::show_end(".ladder-body");
        }
    });
    let tab_button = |this: Tab| {
        let show = {
            let tab = tab.clone();
            handler(move |_| tab.set(this))
        };
        let turn = {
            let tab = tab.clone();
            handler(move |event| {
                if matches!(browser::key(&event).as_str(), "ArrowLeft" | "ArrowRight") {
                    event.prevent_default();
                    tab.set(this.other());
                    browser::focus_on(&format!("tab-{}", this.other().name()));
                }
            })
        };
        let chosen = *tab == this;
        let button = el!(
            "button",
            "id" = format!("tab-{}", this.name()),
            "role" = "tab",
            "class" = "tab",
            "aria-selected" = spelt(chosen),
            "aria-controls" = format!("pane-{}", this.name()),
            "tabindex" = if chosen { "0" } else { "-1" }
        );
        button
            .on_click(show)
            .on("keydown", turn)
            .text(texts.get(this.text()))
    };
    let pane = |this: Tab| classes(&["pane", this.name(), when(*tab != this, "behind")]);
    let label = |key: &str| texts.get(key).to_owned();
    let stage = el!(
        "section",
        "id" = "pane-stage",
        "class" = pane(Tab::Stage),
        "data-panel" = panel,
        "aria-label" = label("ui.stage-label")
    );
    let ladder = el!(
        "section",
        "id" = "pane-ladder",
        "class" = pane(Tab::Ladder),
        "aria-label" = label("ui.ladder-label")
    );
    let tabs = el!(
        "div",
        "class" = "tabs",
        "role" = "tablist",
        "aria-label" = label("ui.views")
    );
    let panes = el!(
        "main",
        "class" = if compares { "main comparing" } else { "main" }
    )
    .with(
        stage
            .put(part::<Stage>(&store))
            .put(part::<OpenPanel>(&store)),
    )
    .with(ladder.put(part::<LadderPane>(&store)))
    .put(part::<Compare>(&store));
    let deck = el!("footer", "class" = "deck")
        .put(part::<NarrationLine>(&store))
        .put(part::<Controls>(&store))
        .put(part::<TimelineTrack>(&store));
    // Without this the browser would show the file in place of the page.
    let dragged = handler(|event| event.prevent_default());
    el!("div", "class" = "app")
        .on("dragover", dragged)
        .on("drop", opener(&store))
        .put(part::<Header>(&store))
        .put(part::<NoticeBar>(&store))
        .with(tabs.all(Tab::ALL.into_iter().map(tab_button)))
        .with(panes)
        .with(deck)
        .html()
}

/// A part that takes the session and nothing else.
pub(super) fn part<P: Part<Props = Props>>(store: &Store) -> Html {
    let store = store.clone();
    draw::<P>(Props { store })
}

/// Puts the whole page into the document.
pub(crate) fn show(store: Store) {
    part::show::<App>(Props { store });
}

/// The texts that the page speaks: what nearly every component draws with.
pub(super) fn texts(session: &Session) -> std::rc::Rc<crate::text::Texts> {
    session.texts().clone()
}
