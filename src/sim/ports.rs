//! What a switch needs to pass a frame on to thousands of cards without a look at each.
//!
//! Which ports there are never changes ([`Sockets`]). Which of them carry frames, and what the host
//! behind each has a use for, changes now and then, and is kept in sorted lists ([`Segment`]).

use std::net::Ipv4Addr;
use std::rc::Rc;

use super::world::{Kind, Node};
use crate::net::interest::{Interest, Question};
use crate::net::link::Link;
use crate::scenario::{LinkId, NodeId};
use crate::time::Duration;
use crate::wire::Mac;
use crate::wire::dhcp::{CLIENT_PORT, SERVER_PORT};

/// A port of a switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Port {
    pub(super) link: LinkId,
    /// The node at the other end.
    pub(super) to: NodeId,
}

/// Ports by their places, a bit each.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Bits(Vec<u64>);

impl Bits {
    fn new(ports: usize) -> Self {
        Self(vec![0; ports.div_ceil(64)])
    }

    fn set(&mut self, port: usize, on: bool) {
        let bit = 1 << (port % 64);
        if on {
            self.0[port / 64] |= bit;
        } else {
            self.0[port / 64] &= !bit;
        }
    }

    fn has(&self, port: usize) -> bool {
        self.0[port / 64] >> (port % 64) & 1 == 1
    }

    /// The first from place `start` on.
    fn next(&self, start: usize) -> Option<usize> {
        let first = self.0.get(start / 64)? >> (start % 64) << (start % 64);
        let rest = self.0.iter().enumerate().skip(start / 64 + 1);
        let (place, word) = std::iter::once((start / 64, first))
            .chain(rest.map(|(place, word)| (place, *word)))
            .find(|(_, word)| *word != 0)?;
        Some(place * 64 + word.trailing_zeros() as usize)
    }

    fn iter(&self) -> impl DoubleEndedIterator<Item = usize> + '_ {
        let words = self.0.iter().enumerate();
        words.flat_map(|(place, word)| {
            let bits = if *word == 0 { 0..0 } else { 0..64 };
            bits.filter(move |bit| word >> bit & 1 == 1)
                .map(move |bit| place * 64 + bit)
        })
    }
}

/// The links over which a switch passed a frame on. Cheap to clone: frames that went out over the
/// same links share the list.
#[derive(Clone, Debug)]
pub struct Ports {
    all: Rc<[Port]>,
    carried: Rc<Bits>,
    /// The port that it came in by.
    except: usize,
}

impl PartialEq for Ports {
    fn eq(&self, other: &Self) -> bool {
        let same = Rc::ptr_eq(&self.carried, &other.carried) && Rc::ptr_eq(&self.all, &other.all);
        same && self.except == other.except || self.iter().eq(other.iter())
    }
}

impl Eq for Ports {}

impl Ports {
    /// Each link, and the node at its other end, in the order of the switch's ports.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (LinkId, NodeId)> + '_ {
        self.places().map(|port| {
            let port = &self.all[port];
            (port.link, port.to)
        })
    }

    /// Whether a link is among them.
    pub fn has(&self, link: LinkId) -> bool {
        self.iter().any(|(other, _)| other == link)
    }

    pub(super) fn places(&self) -> impl DoubleEndedIterator<Item = usize> + '_ {
        self.carried.iter().filter(|port| *port != self.except)
    }

    pub(super) fn port(&self, place: usize) -> Port {
        self.all[place]
    }

    /// The first port from place `start` on.
    pub(super) fn next(&self, start: usize) -> Option<usize> {
        let next = self.carried.next(start)?;
        if next == self.except {
            self.carried.next(next + 1)
        } else {
            Some(next)
        }
    }

    /// The first port from place `start` on behind which someone may have a use for the frame.
    pub(super) fn next_wanted(
        &self,
        start: usize,
        (socket, segment): (&Socket, &Segment),
        question: Question,
    ) -> Option<usize> {
        let first = |next: &dyn Fn(usize) -> Option<usize>| {
            let mut place = next(start)?;
            while place == self.except || !self.carried.has(place) {
                place = next(place + 1)?;
            }
            Some(place)
        };
        let readers = &*segment.readers;
        let any = first(&|from| readers.all.next(from));
        let (one, other) = match question {
            Question::Card(mac) => (first(&|from| socket.card(mac, from)), None),
            Question::Arp(spa, tpa) => (
                first(&|from| readers.from.next(spa, from)),
                first(&|from| readers.about.next(tpa, from)),
            ),
            Question::Port(SERVER_PORT) => (first(&|from| readers.servers.next(from)), None),
            Question::Port(CLIENT_PORT) => (first(&|from| readers.clients.next(from)), None),
            Question::Everyone => (self.next(start), None),
            Question::Port(_) | Question::Nobody => (None, None),
        };
        [any, one, other].into_iter().flatten().min()
    }
}

/// Who reads the ARP packets of an address: addresses and ports, in order, each pair as one number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Table(Vec<u64>);

fn pair(address: Ipv4Addr, port: u32) -> u64 {
    u64::from(u32::from(address)) << 32 | u64::from(port)
}

impl Table {
    fn set(&mut self, address: Ipv4Addr, port: u32, on: bool) {
        let wanted = pair(address, port);
        match (self.0.binary_search(&wanted), on) {
            (Err(place), true) => self.0.insert(place, wanted),
            (Ok(place), false) => {
                self.0.remove(place);
            }
            (Ok(_), true) | (Err(_), false) => {}
        }
    }

    fn next(&self, address: Ipv4Addr, port: usize) -> Option<usize> {
        let start = pair(address, u32::try_from(port).ok()?);
        let place = self.0.partition_point(|known| *known < start);
        let found = u32::try_from(*self.0.get(place)? - pair(address, 0));
        Some(found.ok()? as usize)
    }
}

/// Which ports have a use for what.
#[derive(Clone, Debug)]
struct Readers {
    /// By port.
    interests: Vec<Interest>,
    /// Those that read anything, those of servers, and those of clients.
    all: Bits,
    servers: Bits,
    clients: Bits,
    from: Table,
    about: Table,
}

impl Readers {
    fn new(ports: usize) -> Self {
        let mut own = Self {
            interests: vec![Interest::NONE; ports],
            all: Bits::new(ports),
            servers: Bits::new(ports),
            clients: Bits::new(ports),
            from: Table::default(),
            about: Table::default(),
        };
        (0..ports).for_each(|port| own.set(port, Interest::ALL));
        own
    }

    /// Puts a port into every list that it belongs into, and takes it out of the others. The lists
    /// are long: what has not changed is not touched.
    fn set(&mut self, port: usize, interest: Interest) {
        let old = std::mem::replace(&mut self.interests[port], interest);
        self.all.set(port, interest.all);
        self.servers.set(port, interest.port == SERVER_PORT);
        self.clients.set(port, interest.port == CLIENT_PORT);
        let number = u32::try_from(port).unwrap_or(u32::MAX);
        for (mine, other, on) in [(&old, &interest, false), (&interest, &old, true)] {
            for address in mine.from().filter(|address| !other.reads_from(*address)) {
                self.from.set(address, number, on);
            }
            for address in mine
                .minded
                .iter()
                .filter(|address| !other.minded.has(*address))
            {
                self.about.set(address, number, on);
            }
        }
    }
}

/// Ports that carry frames, without faults and with the same latency.
#[derive(Clone, Debug)]
struct Class {
    latency: Duration,
    up: Rc<Bits>,
    count: usize,
}

/// How a frame goes out of some of a switch's ports.
pub(super) enum Way {
    /// Out of one.
    One(LinkId),
    /// Out of several at once, all of this latency.
    Several(Ports, Duration),
}

/// What changes of a switch's ports.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    readers: Rc<Readers>,
    classes: Vec<Class>,
    /// Ports that carry frames, on links with faults.
    faulty: Vec<usize>,
}

/// The ports of a switch.
#[derive(Debug)]
pub(super) struct Socket {
    ports: Rc<[Port]>,
    /// The cards of the hosts behind them, in order, each with its port.
    cards: Vec<(Mac, u32)>,
}

impl Socket {
    fn card(&self, mac: Mac, port: usize) -> Option<usize> {
        let wanted = (mac, u32::try_from(port).ok()?);
        let place = self.cards.partition_point(|known| *known < wanted);
        let (found, port) = self.cards.get(place)?;
        (*found == mac).then_some(*port as usize)
    }
}

/// Which port is which. It never changes: links do not change their ends.
#[derive(Debug)]
pub(super) struct Sockets {
    /// Of each switch.
    ports: Vec<Socket>,
    /// The switch that a node is, by its place in `ports`.
    switches: Vec<Option<usize>>,
    /// The place of a link among the ports of each of its ends.
    places: Vec<[usize; 2]>,
    /// Never passes on over several links at once: what this must not make a difference to.
    #[cfg(test)]
    pub(super) port_by_port: bool,
}

impl Sockets {
    pub(super) fn new(nodes: &[Node], links: &[Link]) -> Self {
        let mut places = vec![[0; 2]; links.len()];
        let mut ports = Vec::new();
        let mut switches = vec![None; nodes.len()];
        for (number, node) in (0..).zip(nodes) {
            let own = node.links.iter().enumerate();
            let own = own.map(|(place, id)| {
                let link = &links[id.index()];
                places[id.index()][usize::from(link.ends[0] != number)] = place;
                let to = NodeId(link.peer(number));
                Port { link: *id, to }
            });
            let own: Vec<Port> = own.collect();
            if matches!(node.kind, Kind::Switch(_)) {
                switches[number as usize] = Some(ports.len());
                let cards = (0..).zip(&own).filter_map(|(place, port)| {
                    let host = nodes[port.to.index()].host()?;
                    Some((host.mac(), place))
                });
                let mut cards: Vec<(Mac, u32)> = cards.collect();
                cards.sort_unstable();
                let ports_of = own.into();
                ports.push(Socket {
                    ports: ports_of,
                    cards,
                });
            }
        }
        Self {
            ports,
            switches,
            places,
            #[cfg(test)]
            port_by_port: false,
        }
    }

    /// The switch at one end of a link, if there is one, and the link's place among its ports.
    fn seat(&self, id: LinkId, link: &Link, end: usize) -> Option<(usize, usize)> {
        let switch = self.switches[link.ends[end] as usize]?;
        Some((switch, self.places[id.index()][end]))
    }

    /// Every switch's ports as they are at first: nothing has a carrier.
    pub(super) fn segments(&self) -> Vec<Segment> {
        let segment = |socket: &Socket| Segment {
            readers: Rc::new(Readers::new(socket.ports.len())),
            classes: Vec::new(),
            faulty: Vec::new(),
        };
        self.ports.iter().map(segment).collect()
    }

    /// Takes it in that a link carries frames now or no longer, or that its faults or latency are
    /// others.
    pub(super) fn link_changed(&self, segments: &mut [Segment], id: LinkId, link: &Link) {
        for end in [0, 1] {
            if let Some((switch, port)) = self.seat(id, link, end) {
                segments[switch].place(port, self.ports[switch].ports.len(), link);
            }
        }
    }

    /// Takes it in that what is at one end of a link has a use for other frames.
    pub(super) fn interest_changed(
        &self,
        segments: &mut [Segment],
        (id, link): (LinkId, &Link),
        host: NodeId,
        interest: Interest,
    ) {
        let far = usize::from(link.ends[0] == host.0);
        if let Some((switch, port)) = self.seat(id, link, far)
            && segments[switch].readers.interests[port] != interest
        {
            Rc::make_mut(&mut segments[switch].readers).set(port, interest);
        }
    }

    /// Whether that is known, as far as there is a switch at the other end.
    pub(super) fn knows(
        &self,
        segments: &[Segment],
        (id, link): (LinkId, &Link),
        host: NodeId,
        interest: Interest,
    ) -> bool {
        let far = usize::from(link.ends[0] == host.0);
        let seat = self.seat(id, link, far);
        seat.is_none_or(|(switch, port)| segments[switch].readers.interests[port] == interest)
    }

    pub(super) fn segment<'a>(
        &'a self,
        segments: &'a [Segment],
        node: NodeId,
    ) -> Option<(&'a Socket, &'a Segment)> {
        let switch = self.switches[node.index()]?;
        Some((self.ports.get(switch)?, segments.get(switch)?))
    }

    /// Out of which ports a switch passes a frame on that came in over a link, in their order.
    pub(super) fn ways(
        &self,
        segments: &[Segment],
        node: NodeId,
        over: (LinkId, &Link),
    ) -> Vec<Way> {
        let end = usize::from(over.1.ends[0] != node.0);
        let Some((switch, except)) = self.seat(over.0, over.1, end) else {
            return Vec::new();
        };
        let (all, segment) = (&self.ports[switch].ports, &segments[switch]);
        let mut ways: Vec<(usize, Way)> = Vec::new();
        for class in &segment.classes {
            let ports = Ports {
                all: Rc::clone(all),
                carried: Rc::clone(&class.up),
                except,
            };
            #[cfg(test)]
            if self.port_by_port {
                let each = ports.places().map(|port| (port, Way::One(all[port].link)));
                ways.extend(each);
                continue;
            }
            let Some(first) = ports.next(0) else { continue };
            let way = match ports.next(first + 1) {
                None => Way::One(ports.port(first).link),
                Some(_) => Way::Several(ports, class.latency),
            };
            ways.push((first, way));
        }
        let faulty = segment.faulty.iter().filter(|port| **port != except);
        ways.extend(faulty.map(|port| (*port, Way::One(all[*port].link))));
        ways.sort_by_key(|(first, _)| *first);
        ways.into_iter().map(|(_, way)| way).collect()
    }
}

impl Segment {
    /// About how many bytes it takes that it does not share with another one.
    pub(super) fn weight_beside(&self, other: &Self) -> usize {
        if Rc::ptr_eq(&self.readers, &other.readers) {
            return 0;
        }
        2 * size_of::<Interest>() * self.readers.interests.len()
    }

    fn place(&mut self, port: usize, ports: usize, link: &Link) {
        let plain = link.carrier && !link.is_faulty();
        self.faulty.retain(|other| *other != port);
        if link.carrier && !plain {
            let at = self.faulty.partition_point(|other| *other < port);
            self.faulty.insert(at, port);
        }
        let mut found = false;
        for class in &mut self.classes {
            let own = plain && class.latency == link.latency;
            found |= own;
            if class.up.has(port) != own {
                Rc::make_mut(&mut class.up).set(port, own);
                class.count = if own {
                    class.count + 1
                } else {
                    class.count - 1
                };
            }
        }
        self.classes.retain(|class| class.count > 0);
        if plain && !found {
            let mut up = Bits::new(ports);
            up.set(port, true);
            self.classes.push(Class {
                latency: link.latency,
                up: Rc::new(up),
                count: 1,
            });
        }
    }
}
