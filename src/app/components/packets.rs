//! Packets under way. They are drawn when one leaves or arrives, and moved in between by setting
//! attributes on the elements themselves: the virtual document is too slow for that.

use std::cell::RefCell;
use std::rc::Rc;

use web_sys::Element;
use yew::prelude::*;

use super::element::{classes, el, handler, when};
use super::flight_menu::{FlightMenu, MenuProps, doom, label};
use super::kinds;
use super::part::{draw, part};
use crate::app::browser;
use crate::app::flights::Wave;
use crate::app::layout::{Place, percent};
use crate::app::session::{Action, Session};
use crate::app::store::{Props, use_view};
use crate::map::Map;
use crate::scenario::LinkId;
use crate::sim::EventId;
use crate::time::Instant;
use crate::view::stage::Flight;
use crate::wire::summary::summary;

/// A frame on one link: the same one is on others at the same time.
pub(super) type Id = (EventId, LinkId);

/// The part of a cable at either end on which no packet is drawn: there it would hide the node.
const MARGIN: f64 = 0.28;

/// A packet on its way.
#[derive(Clone, PartialEq)]
struct Packet {
    id: Id,
    origin: EventId,
    class: &'static str,
    /// What is to become of it, by a person, as a class.
    doom: &'static str,
    text: &'static str,
    label: String,
    broadcast: bool,
    from: Place,
    to: Place,
    departs: Instant,
    arrives: Instant,
    /// Which of the lanes on its side of the link it takes.
    lane: u8,
    /// Where the crowd stands, corner and size, over which it goes as a wave.
    over: Option<[Place; 2]>,
}

/// The lanes that are taken: on which link, towards where, by whom.
type Lanes = Map<Id, (u32, u32, u8)>;

/// Every packet under way.
#[part]
pub(crate) fn Packets(props: &Props) -> Html {
    let store = props.store.clone();
    let lanes = use_mut_ref(Lanes::default);
    let asked = use_state_eq(|| None::<Id>);
    let elements = use_mut_ref(Map::<Id, NodeRef>::default);
    let (_, ids) = use_view(&store, |session| {
        let waves = session.waves().iter().map(wave_id);
        let ids: Vec<Id> = session.flights().iter().map(id).chain(waves).collect();
        (session.key().run, ids)
    });
    let packets = Rc::new(store.read(|session| packets(session, &mut lanes.borrow_mut())));
    elements.borrow_mut().retain(|id, _| ids.contains(id));
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
        let side = if packet.to.x < packet.from.x {
            "leftwards"
        } else {
            "rightwards"
        };
        let is_wave = packet.over.is_some();
        let class = classes(&[
            if is_wave { "wave" } else { "packet" },
            packet.class,
            packet.doom,
            when(!is_wave, side),
            when(packet.broadcast, "broadcast"),
            when(still, "still"),
        ]);
        let node = elements
            .borrow()
            .get(&packet.id)
            .cloned()
            .unwrap_or_default();
        let pill = el!(
            "button",
            "class" = class,
            "style" = style(packet, moment, still),
            "aria-label" = packet.label.clone(),
            "aria-haspopup" = "menu"
        );
        let ask = handler({
            let (asked, id, store) = (asked.clone(), packet.id, store.clone());
            move |_| {
                // What is asked about must not arrive meanwhile.
                store.apply(Action::Pause);
                asked.set(Some(id));
            }
        });
        let (EventId(entry), LinkId(link)) = packet.id;
        pill.key((u64::from(entry) << 32) | u64::from(link))
            .reference(node)
            .on_click(ask)
            .with(el!("span").text(packet.text))
    };
    let menu = packets.iter().find(|packet| Some(packet.id) == *asked);
    let menu = menu.map(|packet| {
        let (id, at) = (packet.id, packet.at(moment, still));
        let done = Callback::from({
            let asked = asked.clone();
            move |()| asked.set(None)
        });
        let store = store.clone();
        draw::<FlightMenu>(MenuProps {
            store,
            id,
            at,
            done,
        })
    });
    el!("div", "class" = "packets")
        .all(packets.iter().map(pill))
        .put(menu.unwrap_or_default())
        .html()
}

pub(super) fn id(flight: &Flight) -> Id {
    (flight.id, flight.link)
}

/// No link has these numbers.
pub(super) fn wave_id(wave: &Wave) -> Id {
    let crowd = u32::try_from(wave.crowd).unwrap_or_default();
    (wave.flight.id, LinkId(u32::MAX - crowd))
}

fn move_all(moment: &f64, packets: &[Packet], elements: &RefCell<Map<Id, NodeRef>>) {
    let elements = elements.borrow();
    for packet in packets {
        let element = elements.get(&packet.id).and_then(NodeRef::cast::<Element>);
        if let Some(element) = element {
            // An element that has just left the page needs no place any more.
            let _ = element.set_attribute("style", &style(packet, *moment, false));
        }
    }
}

impl Packet {
    /// Which part of its way it has gone; half, where nothing moves.
    fn part(&self, moment: f64, still: bool) -> f64 {
        let (departs, arrives) = (
            self.departs.as_micros() as f64,
            self.arrives.as_micros() as f64,
        );
        if still {
            return 0.5;
        }
        ((moment - departs) / (arrives - departs).max(1.0)).clamp(0.0, 1.0)
    }

    /// Where it is; in a crowd, in the middle of it.
    fn at(&self, moment: f64, still: bool) -> Place {
        match self.over {
            Some([corner, size]) => Place {
                x: corner.x + size.x / 2.0,
                y: corner.y + size.y / 2.0,
            },
            None => {
                let part = MARGIN + (1.0 - 2.0 * MARGIN) * self.part(moment, still);
                self.from.towards(self.to, part)
            }
        }
    }
}

fn style(packet: &Packet, moment: f64, still: bool) -> String {
    if let Some([corner, size]) = packet.over {
        let part = percent(packet.part(moment, still) * 100.0);
        return format!("{};{};--part:{part}", corner.style(), size.extent());
    }
    let at = packet.at(moment, still).style();
    format!("{at};--lane:{}", packet.lane)
}

fn packets(session: &Session, lanes: &mut Lanes) -> Vec<Packet> {
    let flights = session.flights();
    let narrow = browser::is_narrow();
    let place = |node| session.layout().place(node, narrow);
    lanes.retain(|known, _| flights.iter().any(|flight| id(flight) == *known));
    let packet = |id: Id, flight: &Flight, lane: u8, over: Option<[Place; 2]>| {
        let summary = summary(flight.frame.bytes());
        Packet {
            id,
            origin: flight.origin,
            class: kinds::class(&summary),
            doom: session.fate(flight).map_or("", |fate| doom(fate)[0]),
            text: kinds::shortest(&summary),
            label: label(session, flight, summary.label()),
            broadcast: summary.is_broadcast(),
            from: place(flight.from),
            to: place(flight.to),
            departs: flight.departs,
            arrives: flight.arrives,
            lane,
            over,
        }
    };
    let mut packets: Vec<Packet> = flights
        .iter()
        .filter(|flight| {
            let summary = summary(flight.frame.bytes());
            session.filter().follows(&summary.what)
        })
        .map(|flight| packet(id(flight), flight, lane(flight, lanes), None))
        .collect();
    packets.extend(session.waves().iter().map(|wave| {
        let crowd = session.layout().crowds.get(wave.crowd);
        let over = crowd.map(|crowd| [crowd.corner, crowd.size]);
        packet(wave_id(wave), &wave.flight, 0, over)
    }));
    packets
}

/// A packet keeps its lane until it arrives, so that none jumps when another does.
fn lane(flight: &Flight, lanes: &mut Lanes) -> u8 {
    if let Some((_, _, lane)) = lanes.get(&id(flight)) {
        return *lane;
    }
    let (link, to) = (flight.link.0, flight.to.0);
    let is_taken = |lane: &u8| lanes.values().any(|taken| *taken == (link, to, *lane));
    let lane = (0..u8::MAX)
        .find(|lane| !is_taken(lane))
        .unwrap_or_default();
    lanes.insert(id(flight), (link, to, lane));
    lane
}
