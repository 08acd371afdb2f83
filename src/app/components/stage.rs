//! The stage: the network, and what travels on it.

use yew::prelude::*;

use super::element::{Element, classes, el, when};
use super::failover as partners;
use super::icons::{Icon, icon};
use super::kinds;
use super::packets::Packets;
use super::shell::part;
use crate::app::layout::{Place, percent, places};
use crate::app::session::{Action, Panel, Session};
use crate::app::store::{Props, Store, use_view};
use crate::dhcp::client::State;
use crate::dhcp::failover;
use crate::scenario::{Command, LinkId, NodeFile, NodeId, NodeKind};
use crate::text::Texts;
use crate::view::node::{Detail, NodeView, view};

/// The stage.
#[function_component]
pub(crate) fn Stage(props: &Props) -> Html {
    let store = &props.store;
    let (words, _, panel) = use_view(store, |session| {
        (session.texts().clone(), session.key(), session.panel())
    });
    store.read(|session| {
        let scenario = session.scenario();
        let places = places(scenario);
        let crowded = scenario.nodes().count() > 7;
        let routed = scenario
            .nodes()
            .any(|(_, node)| node.kind == NodeKind::Router);
        let node = |(id, file): (NodeId, &NodeFile)| {
            let face = face(session, &words, file, id, &view(session.world(), id));
            node(
                store,
                id,
                places[id.index()],
                &face,
                panel == Some(Panel::Node(id)),
            )
        };
        // Of the cables to switches that clients could move to, those that are in.
        let world = session.world();
        let cables = || {
            scenario
                .cables()
                .filter(|(id, ..)| !scenario.is_spare(*id) || world.link(*id).plugged)
        };
        let links = el!("svg", "class" = "links", "aria-hidden" = "true").all(
            cables()
                .map(|(id, ends, _)| cable_line(session, id, ends.map(|end| places[end.index()]))),
        );
        let buttons = cables().map(|(id, ends, _)| {
            let middle = places[ends[0].index()].towards(places[ends[1].index()], 0.5);
            cable_button(store, session, &words, id, middle)
        });
        let class = classes(&["network", when(crowded, "crowded"), when(routed, "routed")]);
        el!("div", "class" = class)
            .with(links)
            .all(buttons)
            .all(scenario.nodes().map(node))
            .put(part::<Packets>(store))
            .html()
    })
}

/// A line for a cable that is in, and its two stumps for one that is out.
fn cable_line(session: &Session, id: LinkId, [from, to]: [Place; 2]) -> Element {
    let link = session.world().link(id);
    let class = match (link.plugged, link.carrier) {
        (false, _) => "link out",
        (true, false) => "link dead",
        (true, true) => "link",
    };
    let line = |from: Place, to: Place| {
        el!(
            "line",
            "class" = class,
            "x1" = percent(from.x),
            "y1" = percent(from.y),
            "x2" = percent(to.x),
            "y2" = percent(to.y)
        )
    };
    if link.plugged {
        return line(from, to);
    }
    el!("g")
        .with(line(from, from.towards(to, 0.38)))
        .with(line(to, to.towards(from, 0.38)))
}

fn cable_button(
    store: &Store,
    session: &Session,
    words: &Texts,
    id: LinkId,
    middle: Place,
) -> Element {
    let plugged = session.world().link(id).plugged;
    let [one, other] = session
        .scenario()
        .ends(id)
        .map(|end| session.scenario().node(end).id.as_str());
    let text = if plugged {
        "ui.unplug-between"
    } else {
        "ui.plug-between"
    };
    let label = words.say(text, &[("one", one), ("other", other)]);
    let command = if plugged {
        Command::Unplug(id)
    } else {
        Command::Plug(id)
    };
    let button = el!(
        "button",
        "class" = if plugged { "cable" } else { "cable out" },
        "style" = middle.style(),
        "aria-label" = label.clone(),
        "title" = label
    );
    button
        // A node may have the same number.
        .key(u64::MAX - u64::from(id.0))
        .on_click(store.on(Action::Do(command)))
        .put(icon(if plugged { Icon::Plug } else { Icon::Unplug }))
}

/// What a node looks like, in words.
struct Face {
    drawing: Icon,
    name: String,
    label: String,
    addresses: Vec<String>,
    status: String,
    class: &'static str,
    /// The state of its failover.
    failover: Option<failover::State>,
    power: bool,
}

fn face(session: &Session, words: &Texts, file: &NodeFile, id: NodeId, view: &NodeView) -> Face {
    let (status, class) = status(words, view);
    let addresses: Vec<String> = view
        .interfaces()
        .map(|interface| interface.address.to_string())
        .collect();
    let mut cables = session.world().node(id).links.iter();
    let is_in = |link: &LinkId| session.world().link(*link).plugged;
    let out = if matches!(view.detail, Detail::Switch { .. } | Detail::Router { .. }) {
        cables.any(|link| !session.scenario().is_spare(*link) && !is_in(link))
    } else {
        !cables.any(is_in)
    };
    let mut label = vec![
        file.id.clone(),
        words.get(kinds::kind_key(file.kind)).to_owned(),
        status.clone(),
    ];
    let failover = match &view.detail {
        Detail::Server {
            failover: Some(own),
            ..
        } if view.power => Some(own.state),
        Detail::Client { .. }
        | Detail::Server { .. }
        | Detail::Switch { .. }
        | Detail::Router { .. }
        | Detail::Plain => None,
    };
    label.extend(failover.map(|state| state.name().to_owned()));
    label.extend(addresses.clone());
    label.extend(out.then(|| words.get("ui.cable-out").to_owned()));
    label.retain(|part| !part.is_empty());
    Face {
        drawing: kinds::glyph(file.kind),
        name: file.id.clone(),
        label: label.join(", "),
        addresses,
        status,
        class,
        failover,
        power: view.power,
    }
}

/// How a node is, in a word or two, and the style class of that.
pub(super) fn status(words: &Texts, view: &NodeView) -> (String, &'static str) {
    if !view.power {
        return (words.get("ui.off").to_owned(), "s-off");
    }
    match &view.detail {
        Detail::Client { state, .. } => (state.name().to_owned(), state_class(*state)),
        Detail::Server { bindings, .. } => {
            let leases = bindings.iter().filter(|row| row.state == "ACTIVE").count();
            let key = if leases == 1 {
                "ui.leases.one"
            } else {
                "ui.leases"
            };
            (words.say(key, &[("count", &leases.to_string())]), "s-plain")
        }
        Detail::Switch { .. } | Detail::Router { .. } | Detail::Plain => (String::new(), "s-plain"),
    }
}

/// The style class of a client's state: without an address, getting one, using one, losing it.
pub(super) fn state_class(state: State) -> &'static str {
    match state {
        State::Stopped | State::Init | State::InitReboot => "s-none",
        State::Selecting
        | State::Requesting
        | State::Rebooting
        | State::Probing
        | State::Informing => "s-getting",
        State::Bound => "s-bound",
        State::Renewing | State::Rebinding => "s-late",
    }
}

fn node(store: &Store, id: NodeId, place: Place, face: &Face, chosen: bool) -> Element {
    let panel = Panel::Node(id);
    let class = classes(&["node", when(!face.power, "off"), when(chosen, "chosen")]);
    let button = el!(
        "button",
        "class" = class,
        "style" = place.style(),
        "aria-label" = face.label.clone(),
        "aria-haspopup" = "dialog"
    );
    let off = (!face.power).then(|| el!("span", "class" = "off-sign").put(icon(Icon::Power)));
    let address = |address: &String| el!("span", "class" = "address").text(address);
    let status = (!face.status.is_empty())
        .then(|| el!("span", "class" = classes(&["status", face.class])).text(&face.status));
    let failover = face.failover.map(|state| {
        let class = classes(&["status", "failover", partners::state_class(state)]);
        el!("span", "class" = class).text(state.name())
    });
    let tag = el!("span", "class" = "tag")
        .with(el!("span", "class" = "name").text(&face.name))
        .all(face.addresses.iter().map(address))
        .maybe(failover)
        .maybe(status);
    button
        .key(id.0.into())
        .on_click(store.on(Action::Open(panel)))
        .with(
            el!("span", "class" = "glyph")
                .put(icon(face.drawing))
                .maybe(off),
        )
        .with(tag)
}
