//! The stage: the network, and what travels on it.

use super::crowd::{CrowdProps, Head, Squares};
use super::element::{Element, classes, el, when};
use super::failover as partners;
use super::icons::{Icon, icon};
use super::kinds;
use super::packets::Packets;
use super::part::{draw_keyed, part};
use super::shell::part;
use crate::app::layout::{Crowd, Place, percent};
use crate::app::lines::short_state;
use crate::app::session::{Action, Panel, Session};
use crate::app::store::{Props, Store, use_view};
use crate::dhcp::client::State;
use crate::dhcp::failover;
use crate::scenario::{Faults, LinkId, NodeFile, NodeId, NodeKind};
use crate::text::Texts;
use crate::view::node::{Glance, glance};

/// The stage.
#[part]
pub(crate) fn Stage(props: &Props) -> Html {
    let store = &props.store;
    let (words, _, panel) = use_view(store, |session| {
        (session.texts().clone(), session.key(), session.panel())
    });
    store.read(|session| {
        let (scenario, layout) = (session.scenario(), session.layout());
        // Only what stands alone is drawn here, and that has the same place on every screen.
        let alone = |id: NodeId| layout.crowd_of(id).is_none();
        let place = |id: NodeId| layout.place(id, false);
        let nodes = || scenario.nodes().filter(|(id, _)| alone(*id));
        let crowded = nodes().count() > 7;
        let routed = scenario
            .nodes()
            .any(|(_, node)| node.kind == NodeKind::Router);
        let node = |(id, _): (NodeId, &NodeFile)| {
            let face = face(session, &words, id);
            let chosen = panel == Some(Panel::Node(id));
            let above = |other: &(NodeId, &NodeFile)| (place(other.0).x - place(id).x).abs() < 1.0;
            let tight = nodes().filter(above).count() > 2;
            node(store, id, place(id), &face, chosen, tight)
        };
        // Of the cables to switches that clients could move to, those that are in.
        let world = session.world();
        let cables = || {
            scenario
                .cables()
                .filter(|(_, ends, _)| ends.iter().all(|end| alone(*end)))
                .filter(|(id, ..)| !scenario.is_spare(*id) || world.link(*id).plugged)
        };
        let links = el!("svg", "class" = "links", "aria-hidden" = "true")
            .all(cables().map(|(id, ends, _)| {
                let line = cable_line(session, id, ends.map(place));
                line.on_click(store.on(Action::Open(Panel::Link(id))))
            }))
            .all(
                layout
                    .crowds
                    .iter()
                    .map(|crowd| trunk(crowd, place(crowd.switch))),
            );
        let buttons = cables().map(|(id, ends, _)| {
            let grip = layout.grip(ends, scenario.is_spare(id));
            cable_button(store, session, &words, id, grip)
        });
        let class = classes(&[
            "network",
            when(crowded, "crowded"),
            when(routed, "routed"),
            when(!layout.crowds.is_empty(), "crowds"),
        ]);
        let mut network = el!("div", "class" = class);
        if !layout.crowds.is_empty() {
            network = network.put(part::<Head>(store));
        }
        for number in 0..layout.crowds.len() {
            network = network.put(draw_keyed::<Squares>(
                number,
                CrowdProps {
                    store: store.clone(),
                    number,
                },
            ));
        }
        network
            .with(links)
            .all(buttons)
            .all(nodes().map(node))
            .put(part::<Packets>(store))
            .html()
    })
}

/// The one line for all the cables of a crowd.
fn trunk(crowd: &Crowd, switch: Place) -> Element {
    let (gate, x) = (crowd.gate(), percent(crowd.gate().x));
    let line = |x1: String, y1: f64, x2: String, y2: f64| {
        el!(
            "line",
            "class" = "link",
            "x1" = x1,
            "y1" = percent(y1),
            "x2" = x2,
            "y2" = percent(y2)
        )
    };
    let (top, bottom) = (crowd.corner.y, crowd.corner.y + crowd.size.y);
    el!("g")
        .with(line(x.clone(), top, x.clone(), bottom))
        .with(line(x, gate.y, percent(switch.x), switch.y))
}

/// A line for a cable that is in, and its two stumps for one that is out.
fn cable_line(session: &Session, id: LinkId, [from, to]: [Place; 2]) -> Element {
    let link = session.world().link(id);
    let class = match (link.plugged, link.carrier) {
        (false, _) => "link out",
        (true, false) => "link dead",
        (true, true) => "link",
    };
    let line = |class: &'static str, from: Place, to: Place| {
        el!(
            "line",
            "class" = class,
            "x1" = percent(from.x),
            "y1" = percent(from.y),
            "x2" = percent(to.x),
            "y2" = percent(to.y)
        )
    };
    // Wide enough to be hit.
    let hit = line("hit", from, to);
    if link.plugged {
        return el!("g").with(line(class, from, to)).with(hit);
    }
    el!("g")
        .with(line(class, from, from.towards(to, 0.38)))
        .with(line(class, to, to.towards(from, 0.38)))
        .with(hit)
}

fn cable_button(
    store: &Store,
    session: &Session,
    words: &Texts,
    id: LinkId,
    grip: Place,
) -> Element {
    let link = session.world().link(id);
    let [one, other] = session
        .scenario()
        .ends(id)
        .map(|end| session.scenario().node(end).id.as_str());
    let state = super::link_panel::state(session, words, id);
    let values = [("one", one), ("other", other), ("state", &state)];
    let label = words.say("ui.cable-between", &values);
    let class = classes(&[
        "cable",
        when(!link.plugged, "out"),
        when(link.faults() != Faults::default(), "faulty"),
        when(session.panel() == Some(Panel::Link(id)), "chosen"),
    ]);
    let button = el!(
        "button",
        "class" = class,
        "style" = grip.style(),
        "aria-label" = label.clone(),
        "aria-haspopup" = "dialog",
        "title" = label
    );
    let drawing = if link.plugged {
        Icon::Plug
    } else {
        Icon::Unplug
    };
    button
        // A node may have the same number.
        .key(u64::MAX - u64::from(id.0))
        .on_click(store.on(Action::Open(Panel::Link(id))))
        .put(icon(drawing))
}

/// What a node looks like, in words.
pub(super) struct Face {
    drawing: Icon,
    name: String,
    /// Everything in one line.
    pub(super) label: String,
    addresses: Vec<String>,
    status: String,
    /// The style class of its state.
    pub(super) class: &'static str,
    /// The state of its failover.
    failover: Option<failover::State>,
    power: bool,
    /// Whether no cable of it is in; of a switch or router, whether one is out.
    pub(super) out: bool,
}

/// What a node looks like at the playhead.
pub(super) fn face(session: &Session, words: &Texts, id: NodeId) -> Face {
    let file = session.scenario().node(id);
    let glance = glance(session.world(), id);
    let (status, class) = status(words, &glance);
    let addresses: Vec<String> = glance.addresses.iter().map(ToString::to_string).collect();
    let out = is_out(session, id, file.kind);
    let mut label = vec![
        file.id.clone(),
        words.get(kinds::kind_key(file.kind)).to_owned(),
        status.clone(),
    ];
    let failover = glance.failover.filter(|_| glance.power);
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
        power: glance.power,
        out,
    }
}

/// Whether no cable of a node is in; of a switch or router, whether one is out.
pub(super) fn is_out(session: &Session, id: NodeId, kind: NodeKind) -> bool {
    let mut cables = session.world().node(id).links.iter();
    let is_in = |link: &LinkId| session.world().link(*link).plugged;
    if matches!(kind, NodeKind::Switch | NodeKind::Router) {
        cables.any(|link| !session.scenario().is_spare(*link) && !is_in(link))
    } else {
        !cables.any(is_in)
    }
}

/// How a node is, in a word or two, and the style class of that.
pub(super) fn status(words: &Texts, glance: &Glance) -> (String, &'static str) {
    if !glance.power {
        return (words.get("ui.off").to_owned(), "s-off");
    }
    match (glance.state, glance.leases) {
        (Some(state), _) => (state.name().to_owned(), state_class(state)),
        (None, Some(leases)) => {
            let key = if leases == 1 {
                "ui.leases.one"
            } else {
                "ui.leases"
            };
            (words.say(key, &[("count", &leases.to_string())]), "s-plain")
        }
        (None, None) => (String::new(), "s-plain"),
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

fn node(
    store: &Store,
    id: NodeId,
    place: Place,
    face: &Face,
    chosen: bool,
    tight: bool,
) -> Element {
    let panel = Panel::Node(id);
    let class = classes(&[
        "node",
        when(!face.power, "off"),
        when(chosen, "chosen"),
        when(tight, "tight"),
    ]);
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
        el!("span", "class" = class).text(short_state(state))
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
