//! Packets under way. They are drawn when one leaves or arrives, and moved in between by setting
//! attributes on the elements themselves: the virtual document is too slow for that.

use std::cell::RefCell;
use std::rc::Rc;

use web_sys::Element;
use yew::prelude::*;

use super::element::{classes, el, handler, when};
use super::kinds;
use crate::app::browser;
use crate::app::layout::{Place, places};
use crate::app::map::SortedMap;
use crate::app::session::{Action, Panel, Session};
use crate::app::store::{Props, Store, use_view};
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
    label: String,
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
    let asked = use_state_eq(|| None::<EventId>);
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
        pill.key(packet.id.0.into())
            .reference(node)
            .on_click(ask)
            .with(el!("span").text(packet.text))
    };
    let menu = packets.iter().find(|packet| Some(packet.id) == *asked);
    let menu = menu.map(|packet| {
        let at = packet.at(moment, still);
        html! { <FlightMenu key="menu" store={store.clone()} id={packet.id} {at} done={close(&asked)} /> }
    });
    el!("div", "class" = "packets")
        .all(packets.iter().map(pill))
        .put(menu.unwrap_or_default())
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

impl Packet {
    /// Where it is; halfway, where nothing moves.
    fn at(&self, moment: f64, still: bool) -> Place {
        let (departs, arrives) = (
            self.departs.as_micros() as f64,
            self.arrives.as_micros() as f64,
        );
        let part = if still {
            0.5
        } else {
            ((moment - departs) / (arrives - departs).max(1.0)).clamp(0.0, 1.0)
        };
        self.from.towards(self.to, part)
    }
}

fn style(packet: &Packet, moment: f64, still: bool) -> String {
    let at = packet.at(moment, still).style();
    format!("{at};--lane:{}", packet.lane)
}

/// A frame under way in words.
fn label(session: &Session, flight: &Flight, message: &str) -> String {
    let name = |node| session.scenario().node(node).id.as_str();
    let values = [
        ("message", message),
        ("from", name(flight.from)),
        ("to", name(flight.to)),
    ];
    session.texts().say("ui.under-way", &values)
}

/// What closes the menu.
fn close(asked: &UseStateHandle<Option<EventId>>) -> Callback<()> {
    let asked = asked.clone();
    Callback::from(move |()| asked.set(None))
}

#[derive(PartialEq, Properties)]
struct MenuProps {
    store: Store,
    id: EventId,
    at: Place,
    done: Callback<()>,
}

/// What can be done to a frame on its way.
#[function_component]
fn FlightMenu(props: &MenuProps) -> Html {
    let MenuProps {
        store,
        id,
        at,
        done,
    } = props;
    let list = use_node_ref();
    let opener = use_mut_ref(browser::focused);
    let flight = store.read(|session| {
        let flight = session.flights().iter().find(|flight| flight.id == *id)?;
        let message = summary(flight.frame.bytes()).label();
        let title = label(session, flight, message);
        Some((title, flight.origin, session.deeds_of_flight(flight)))
    });
    use_effect_with(*id, {
        let list = list.clone();
        move |_| browser::focus_in(&list, 0)
    });
    let Some((title, origin, deeds)) = flight else {
        return Html::default();
    };
    let words = store.read(|session| session.texts().clone());
    let opens = ("ui.open-message", Action::Open(Panel::Packet(origin)));
    let deeds = deeds.into_iter().map(|deed| (deed.short, deed.action));
    let entries: Vec<_> = [opens].into_iter().chain(deeds).collect();
    let count = entries.len();
    let leave = {
        let (done, opener) = (done.clone(), opener);
        move || {
            done.emit(());
            browser::focus(opener.borrow_mut().take());
        }
    };
    let entry = |(place, (text, action)): (usize, (&'static str, Action))| {
        let choose = handler({
            let (store, leave) = (store.clone(), leave.clone());
            move |_| {
                leave();
                store.apply(action.clone());
            }
        });
        let turn = handler({
            let (list, leave) = (list.clone(), leave.clone());
            move |event| {
                match browser::key(&event).as_str() {
                    "ArrowDown" => browser::focus_in(&list, (place + 1) % count),
                    "ArrowUp" => browser::focus_in(&list, (place + count - 1) % count),
                    "Escape" | "Tab" => leave(),
                    _ => return,
                }
                event.prevent_default();
            }
        });
        el!(
            "button",
            "role" = "menuitem",
            "class" = "button text quiet",
            "data-keys" = ""
        )
        .on_click(choose)
        .on("keydown", turn)
        .text(words.get(text))
    };
    // Not over what stands below.
    let class = classes(&["menu", when(at.y > 50.0, "up")]);
    let menu = el!(
        "div",
        "class" = class,
        "role" = "menu",
        "style" = at.style(),
        "aria-label" = title
    );
    menu.reference(list.clone())
        .all(entries.into_iter().enumerate().map(entry))
        .html()
}

fn packets(session: &Session, lanes: &mut Lanes) -> Vec<Packet> {
    let flights = session.flights();
    let places = places(session.scenario());
    lanes.retain(|id| flights.iter().any(|flight| flight.id == *id));
    flights
        .iter()
        .map(|flight| {
            let summary = summary(flight.frame.bytes());
            Packet {
                id: flight.id,
                origin: flight.origin,
                class: kinds::class(&summary),
                text: kinds::shortest(&summary),
                label: label(session, flight, summary.label()),
                broadcast: summary.is_broadcast(),
                from: places[flight.from.index()],
                to: places[flight.to.index()],
                departs: flight.departs,
                arrives: flight.arrives,
                lane: lane(flight, lanes),
            }
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
