//! What opens beside the ladder on demand: the frame of it. The focus goes in and comes back.

use web_sys::HtmlElement;
use yew::prelude::*;

use super::icons::{Icon, icon};
use super::node_panel::NodePanel;
use super::packet_panel::PacketPanel;
use crate::app::browser;
use crate::app::session::{Action, Panel, Session};
use crate::app::store::{Props, Store, use_view};

/// The open panel, if one is.
#[function_component]
pub(crate) fn OpenPanel(props: &Props) -> Html {
    let store = props.store.clone();
    let panel = use_view(&store, Session::panel);
    // What had the focus when the first panel was opened gets it back when the last is closed.
    let opener = use_mut_ref(|| None::<HtmlElement>);
    use_effect_with(panel.is_some(), move |open| {
        if !*open {
            browser::focus(opener.borrow_mut().take());
        }
        let opener = opener.clone();
        let remember = *open;
        if remember {
            let focused = browser::focused().filter(|element| !is_inside_panel(element));
            *opener.borrow_mut() = focused;
        }
    });
    match panel {
        None => Html::default(),
        Some(Panel::Node(id)) => html! { <NodePanel key={format!("n{}", id.0)} {store} {id} /> },
        Some(Panel::Packet(id)) => html! { <PacketPanel key={format!("p{}", id.0)} {store} {id} /> },
    }
}

fn is_inside_panel(element: &HtmlElement) -> bool {
    element.closest(".panel").ok().flatten().is_some()
}

/// A panel's frame.
#[derive(PartialEq, Properties)]
pub(super) struct FrameProps {
    /// The session.
    pub(super) store: Store,
    /// What it is called.
    pub(super) title: String,
    /// What stands below that, small.
    #[prop_or_default]
    pub(super) subtitle: String,
    /// Its style class.
    pub(super) class: &'static str,
    /// What the button says that closes it.
    pub(super) close: String,
    /// What is in it.
    pub(super) children: Html,
}

/// Title, a button to close it, and what is in it.
#[function_component]
pub(super) fn Frame(props: &FrameProps) -> Html {
    let heading = use_node_ref();
    use_effect_with((), {
        let heading = heading.clone();
        move |()| browser::focus(heading.cast::<HtmlElement>())
    });
    html! {
        <div class={classes!("panel", props.class)} role="dialog" aria-label={props.title.clone()}>
            <div class="panel-head">
                <div>
                    <h2 ref={heading} tabindex="-1">{ &props.title }</h2>
                    if !props.subtitle.is_empty() { <p class="subtitle">{ &props.subtitle }</p> }
                </div>
                <button class="button quiet" aria-label={props.close.clone()} title={props.close.clone()}
                    onclick={props.store.on(|| Action::Close)}>{ icon(Icon::Close) }</button>
            </div>
            { props.children.clone() }
        </div>
    }
}
