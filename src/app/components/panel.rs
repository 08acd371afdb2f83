//! What opens beside the ladder on demand: the frame of it. The focus goes in and comes back.

use web_sys::HtmlElement;
use yew::prelude::*;

use super::deeds_panel::{DeedsPanel, SEARCH};
use super::element::{classes, el};
use super::help_panel::HelpPanel;
use super::icons::{Icon, icon};
use super::link_panel::{LinkPanel, LinkProps};
use super::node_panel::{NodePanel, NodePanelProps};
use super::packet_panel::{PacketPanel, PacketProps};
use super::part::{draw_keyed, part};
use super::shell::part;
use super::why_panel::{WhyPanel, WhyProps};
use crate::app::browser;
use crate::app::session::{Action, Panel, Session};
use crate::app::store::{Props, Store, use_view};
use crate::text::Texts;

/// The id of the open panel's title, which takes the focus.
pub(super) const TITLE: &str = "panel-title";

/// The open panel, if one is.
#[part]
pub(crate) fn OpenPanel(props: &Props) -> Html {
    let store = props.store.clone();
    let panel = use_view(&store, Session::panel);
    // What had the focus when the first panel was opened gets it back when the last is closed. It
    // is asked for before the panel is drawn, which takes the focus.
    let opener = use_mut_ref(|| None::<HtmlElement>);
    if panel.is_some() && opener.borrow().is_none() {
        *opener.borrow_mut() = browser::focused();
    }
    use_effect_with(panel, move |panel| match panel {
        None => browser::focus(opener.borrow_mut().take()),
        Some(Panel::Deeds) => browser::focus_on(SEARCH),
        Some(_) => browser::focus_on(TITLE),
    });
    match panel {
        None => Html::default(),
        Some(Panel::Node(id)) => draw_keyed::<NodePanel>(id.0, NodePanelProps { store, id }),
        Some(Panel::Link(id)) => draw_keyed::<LinkPanel>(id.0, LinkProps { store, id }),
        Some(Panel::Deeds) => part::<DeedsPanel>(&store),
        Some(Panel::Help) => part::<HelpPanel>(&store),
        Some(Panel::Packet(id)) => draw_keyed::<PacketPanel>(id.0, PacketProps { store, id }),
        Some(Panel::Why(id)) => draw_keyed::<WhyPanel>(id.0, WhyProps { store, id }),
    }
}

/// Title, a button to close it, and what is in it.
pub(super) fn frame(
    store: &Store,
    words: &Texts,
    class: &'static str,
    title: &str,
    subtitle: &str,
    body: Html,
) -> Html {
    let close = words.get("ui.close").to_owned();
    let subtitle = (!subtitle.is_empty()).then(|| el!("p", "class" = "subtitle").text(subtitle));
    let titles = el!("div")
        .with(el!("h2", "id" = TITLE, "tabindex" = "-1").text(title))
        .maybe(subtitle);
    let close = el!(
        "button",
        "class" = "button quiet",
        "aria-label" = close.clone(),
        "title" = close
    )
    .on_click(store.on(Action::Close))
    .put(icon(Icon::Close));
    let class = classes(&["panel", class]);
    el!(
        "div",
        "class" = class,
        "role" = "dialog",
        "aria-label" = title.to_owned()
    )
    .with(el!("div", "class" = "panel-head").with(titles).with(close))
    .put(body)
    .html()
}
