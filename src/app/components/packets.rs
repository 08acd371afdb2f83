//! Packets under way. They are drawn when one leaves or arrives, and moved in between by setting
//! attributes on the elements themselves: the virtual document is too slow for that.

use std::cell::RefCell;
use std::rc::Rc;

use web_sys::Element;
use yew::prelude::*;

use super::element::{classes, el, when};
use super::kinds;
use crate::app::browser;
use crate::app::layout::{Place, places};
use crate::app::map::SortedMap;
use crate::app::session::{Action, Panel, Session};
use crate::app::store::{Props, use_view};
use crate::sim::EventId;
use crate::time::Instant;
use crate::view::stage::Flight;
use crate::wire::summary::summary;

/// A packet on its way.
#[derive(Clone, PartialEq)]
struct Packet {
    id: EventId,
    origin: EventId,
    class: &'static str,
    text: &'static str,
    broadcast: bool,
    from: Place,
    to: Place,
    departs: Instant,
    arrives: Instant,
    /// Which of the lanes on its side of the link it takes.
    lane: u8,
}

/// The lanes that are taken: on which link, towards where, by whom.
type Lanes = SortedMap<EventId, (u32, u32, u8)>;

/// Every packet under way.
#[function_component]
pub(crate) fn Packets(props: &Props) -> Html {
    let store = props.store.clone();
    let lanes = use_mut_ref(Lanes::default);
    let elements = use_mut_ref(SortedMap::<EventId, NodeRef>::default);
    let (_, ids) = use_view(&store, |session| {
        let ids: Vec<EventId> = session.flights().iter().map(|flight| flight.id).collect();
        (session.key().run, ids)
    });
    let packets = Rc::new(store.read(|session| packets(session, &mut lanes.borrow_mut())));
    elements.borrow_mut().retain(|id| ids.contains(id));
    for id in &ids {
        let mut elements = elements.borrow_mut();
        if elements.get(id).is_none() {
            elements.insert(*id, NodeRef::default());
        }
    }
    let still = browser::reduces_motion();
    use_effect_with((store.clone(), packets.clone()), {
        let elements = elements.clone();
        move |(store, packets)| {
            let (shown, packets) = (store.clone(), packets.clone());
            let subscription = (!still).then(|| {
                store.subscribe(move || move_all(&shown.read(Session::moment), &packets, &elements))
            });
            move || drop(subscription)
        }
    });
    let moment = store.read(Session::moment);
    let pill = |packet: &Packet| {
        let panel = Panel::Packet(packet.origin);
        let side = if packet.to.x < packet.from.x {
            "leftwards"
        } else {
            "rightwards"
        };
        let class = classes(&[
            "packet",
            packet.class,
            side,
            when(packet.broadcast, "broadcast"),
            when(still, "still"),
        ]);
        let node = elements
            .borrow()
            .get(&packet.id)
            .cloned()
            .unwrap_or_default();
        let pill = el!(
            "div",
            "class" = class,
            "style" = style(packet, moment, still),
            "aria-hidden" = "true"
        );
        pill.key(packet.id.0.into())
            .reference(node)
            .on_click(store.on(Action::Open(panel)))
            .with(el!("span").text(packet.text))
    };
    el!("div", "class" = "packets")
        .all(packets.iter().map(pill))
        .html()
}

fn move_all(moment: &f64, packets: &[Packet], elements: &RefCell<SortedMap<EventId, NodeRef>>) {
    let elements = elements.borrow();
    for packet in packets {
        let element = elements.get(&packet.id).and_then(NodeRef::cast::<Element>);
        if let Some(element) = element {
            // An element that has just left the page needs no place any more.
            let _ = element.set_attribute("style", &style(packet, *moment, false));
        }
    }
}

fn style(packet: &Packet, moment: f64, still: bool) -> String {
    let (departs, arrives) = (
        packet.departs.as_micros() as f64,
        packet.arrives.as_micros() as f64,
    );
    let part = if still {
        0.5
    } else {
        ((moment - departs) / (arrives - departs).max(1.0)).clamp(0.0, 1.0)
    };
    format!(
        "{};--lane:{}",
        packet.from.towards(packet.to, part).style(),
        packet.lane
    )
}

fn packets(session: &Session, lanes: &mut Lanes) -> Vec<Packet> {
    let flights = session.flights();
    let places = places(session.scenario());
    lanes.retain(|id| flights.iter().any(|flight| flight.id == *id));
    flights
        .iter()
        .map(|flight| (flight, summary(flight.frame.bytes())))
        .filter(|(_, summary)| session.filter().follows(&summary.what))
        .map(|(flight, summary)| Packet {
            id: flight.id,
            origin: flight.origin,
            class: kinds::class(&summary),
            text: kinds::shortest(&summary),
            broadcast: summary.is_broadcast(),
            from: places[flight.from.index()],
            to: places[flight.to.index()],
            departs: flight.departs,
            arrives: flight.arrives,
            lane: lane(flight, lanes),
        })
        .collect()
}

/// A packet keeps its lane until it arrives, so that none jumps when another does.
fn lane(flight: &Flight, lanes: &mut Lanes) -> u8 {
    if let Some((_, _, lane)) = lanes.get(&flight.id) {
        return *lane;
    }
    let (link, to) = (flight.link.0, flight.to.0);
    let is_taken = |lane: &u8| lanes.values().any(|taken| *taken == (link, to, *lane));
    let lane = (0..u8::MAX)
        .find(|lane| !is_taken(lane))
        .unwrap_or_default();
    lanes.insert(flight.id, (link, to, lane));
    lane
}
