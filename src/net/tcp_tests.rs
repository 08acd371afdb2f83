use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::time::Duration;
use crate::wire::Mac;
use crate::wire::frame::Flags;

const PORT: u16 = 647;
const ADDRESS: [Ipv4Addr; 3] = [
    Ipv4Addr::new(10, 0, 0, 1),
    Ipv4Addr::new(10, 0, 0, 2),
    Ipv4Addr::new(10, 0, 0, 3),
];
const LATENCY: Duration = Duration::from_millis(2);
const SECOND: Duration = Duration::from_secs(1);

/// Three hosts at one wire.
struct Rig {
    now: Instant,
    tcp: [Tcp; 3],
    flying: Vec<(Instant, Frame)>,
    /// Everything that was sent, what was lost too.
    sent: Vec<(Instant, Frame)>,
    heard: [Vec<StreamEvent>; 3],
    cut: bool,
    /// Loses every packet of the sequence whose number this divides.
    lose_each: Option<usize>,
    /// Works with a copy for every input.
    copying: bool,
    /// Delivers every packet of the sequence whose number this divides twice, the second time late.
    repeat_each: Option<usize>,
    /// How long a log gets before it is made short.
    long: usize,
}

fn wrap(packet: &[u8]) -> Frame {
    frame::ipv4(Mac([2, 0, 0, 0, 0, 1]), Mac([2, 0, 0, 0, 0, 2]), packet)
}

fn segment(frame: &Frame) -> (Ip<'_>, frame::Tcp<'_>) {
    let Ok(Payload::Ip(ip)) = frame::parse(frame.bytes()) else {
        panic!("{frame:?} is no packet");
    };
    let Transport::Tcp(tcp) = ip.transport.clone() else {
        panic!("{ip:?} is no segment");
    };
    (ip, tcp)
}

impl Rig {
    fn new() -> Self {
        Self {
            now: Instant::ZERO,
            tcp: [Tcp::new(7), Tcp::new(8), Tcp::new(9)],
            flying: Vec::new(),
            sent: Vec::new(),
            heard: Default::default(),
            cut: false,
            lose_each: None,
            copying: false,
            repeat_each: None,
            long: Connection::default().long,
        }
    }

    /// A rig whose connections go on with a new log as soon as it has this many entries.
    fn with_logs_of(long: usize) -> Self {
        let mut rig = Self::new();
        rig.long = long;
        for tcp in &mut rig.tcp {
            tcp.stream.long = long;
        }
        rig
    }

    /// The second host listens, and the first is connected to it.
    fn connected() -> Self {
        Self::new().connect_both()
    }

    fn connect_both(self) -> Self {
        let mut rig = self;
        rig.tcp[1].listen(PORT);
        rig.connect(0, 1);
        rig.pass(SECOND);
        assert_eq!(rig.heard(0), [connected(1)]);
        assert_eq!(rig.heard(1), [connected(0)]);
        rig
    }

    fn act(&mut self, host: usize, act: impl FnOnce(&mut Tcp, Instant, &mut Output)) {
        if self.copying {
            self.tcp[host] = self.tcp[host].clone();
        }
        let mut out = Output::default();
        act(&mut self.tcp[host], self.now, &mut out);
        self.heard[host].extend(out.events);
        for packet in out.packets {
            let frame = wrap(&packet);
            self.sent.push((self.now, frame.clone()));
            let is_each =
                |each: Option<usize>| each.is_some_and(|each| self.sent.len().is_multiple_of(each));
            let late = LATENCY + Duration::from_millis(31);
            let (lost, repeated) = (is_each(self.lose_each), is_each(self.repeat_each));
            if !self.cut && !lost {
                self.flying.push((self.now + LATENCY, frame.clone()));
            }
            if !self.cut && repeated {
                self.flying.push((self.now + late, frame));
            }
            self.flying.sort_by_key(|(at, _)| *at);
        }
    }

    fn connect(&mut self, from: usize, to: usize) {
        self.act(from, |tcp, now, out| {
            tcp.connect(now, ADDRESS[from], (ADDRESS[to], PORT), out);
        });
    }

    fn knock(&mut self, from: usize, to: usize) {
        self.act(from, |tcp, now, out| {
            tcp.knock(now, ADDRESS[from], (ADDRESS[to], PORT), out);
        });
    }

    fn send(&mut self, host: usize, bytes: &[u8]) {
        self.act(host, |tcp, now, out| tcp.send(now, bytes, out));
    }

    fn restart(&mut self, host: usize) {
        self.tcp[host] = Tcp::new(u64::from(self.tcp[host].stream.drawn().1));
        self.tcp[host].stream.long = self.long;
    }

    /// Lets everything happen for a while.
    fn pass(&mut self, length: Duration) {
        let until = self.now + length;
        // A connection at rest asks for nothing, and one that waits asks ever less often.
        let most = 1_000 + length.as_micros() / 100_000;
        for _ in 0..most {
            let timers = self.tcp.iter().enumerate();
            let timer = timers
                .filter_map(|(host, tcp)| Some((tcp.deadline()?.0, host)))
                .min();
            let arrival = self.flying.first().map(|(at, _)| *at);
            let next = timer.map(|(at, _)| at).into_iter().chain(arrival).min();
            let Some(next) = next.filter(|next| *next <= until) else {
                self.now = until;
                return;
            };
            assert!(next >= self.now, "time goes on");
            self.now = next;
            if arrival == Some(next) {
                let (_, frame) = self.flying.remove(0);
                let to = segment(&frame).0.destination;
                let host = ADDRESS.iter().position(|address| *address == to).unwrap();
                self.act(host, |tcp, now, out| tcp.segment(now, &frame, out));
            } else if let Some((_, host)) = timer {
                self.act(host, Tcp::timer);
            }
        }
        panic!("this never ends");
    }

    fn heard(&mut self, host: usize) -> Vec<StreamEvent> {
        std::mem::take(&mut self.heard[host])
    }

    /// The bytes that came, where nothing else was told.
    fn data(&mut self, host: usize) -> Vec<u8> {
        let events = self.heard(host).into_iter();
        events
            .flat_map(|event| match event {
                StreamEvent::Data(bytes) => bytes,
                other @ (StreamEvent::Connected { .. }
                | StreamEvent::Knocked { .. }
                | StreamEvent::Closed(_)) => panic!("{other:?}"),
            })
            .collect()
    }

    fn flags(&self) -> Vec<u8> {
        let sent = self.sent.iter();
        sent.map(|(_, frame)| segment(frame).1.flags.0).collect()
    }
}

fn connected(to: usize) -> StreamEvent {
    StreamEvent::Connected { peer: ADDRESS[to] }
}

fn knocked(by: usize) -> StreamEvent {
    StreamEvent::Knocked { peer: ADDRESS[by] }
}

fn closed(why: StreamEnd) -> StreamEvent {
    StreamEvent::Closed(why)
}

fn numbered(length: u32) -> Vec<u8> {
    (0..length / 4).flat_map(u32::to_be_bytes).collect()
}

#[test]
fn a_connection_carries_bytes_both_ways_and_leaves_nothing_behind() {
    let mut rig = Rig::connected();
    assert_eq!(
        rig.flags(),
        [Flags::SYN, Flags::SYN | Flags::ACK, Flags::ACK]
    );
    rig.send(0, b"one");
    rig.send(1, b"two");
    rig.pass(SECOND);
    assert_eq!(rig.data(1), b"one");
    assert_eq!(rig.data(0), b"two");
    rig.send(0, b"last words");
    rig.act(0, Tcp::close);
    rig.pass(SECOND);
    let told = [
        StreamEvent::Data(b"last words".to_vec()),
        closed(StreamEnd::Finished),
    ];
    assert_eq!(rig.heard(1), told);
    assert_eq!(rig.heard(0), [], "who closes is told nothing");
    let waiting = rig.tcp[0].deadline().map(|(_, reason)| reason);
    assert_eq!(waiting, Some(Reason::TcpTimeWait));
    rig.pass(Duration::from_secs(60));
    for tcp in &rig.tcp {
        assert_eq!((tcp.logged(), tcp.deadline()), (0, None));
    }
    assert!(rig.flags().iter().all(|flags| flags & Flags::RST == 0));
}

#[test]
fn what_came_is_acknowledged_soon_also_where_nothing_is_sent_back() {
    let mut rig = Rig::connected();
    rig.send(0, b"a CONTACT");
    rig.pass(LATENCY);
    let (at, reason) = rig.tcp[1].deadline().unwrap();
    assert_eq!(
        (at, reason),
        (rig.now + Duration::from_millis(40), Reason::TcpAck)
    );
    assert_eq!(rig.tcp[0].deadline().unwrap().1, Reason::TcpSilence);
    rig.pass(SECOND);
    assert_eq!(rig.tcp[0].deadline(), None, "nothing is waited for");
    assert_eq!(rig.tcp[1].deadline(), None);
    assert_eq!(rig.sent.len(), 5);
}

#[test]
fn more_than_any_buffer_arrives_whole_and_in_order_though_segments_are_lost() {
    let mut rig = Rig::connected();
    let (there, back) = (numbered(200_000), numbered(60_000));
    rig.lose_each = Some(7);
    rig.send(0, &there);
    rig.send(1, &back);
    rig.pass(Duration::from_secs(1_200));
    assert_eq!(rig.data(1), there);
    assert_eq!(rig.data(0), back);
    let longest = rig.sent.iter().map(|(_, frame)| frame.bytes().len()).max();
    assert_eq!(longest, Some(1_514));
}

#[test]
fn a_cable_that_is_cut_for_a_minute_ends_nothing() {
    let mut rig = Rig::connected();
    rig.cut = true;
    rig.send(0, b"into the void");
    rig.pass(Duration::from_secs(60));
    assert_eq!((rig.heard(0), rig.heard(1)), (vec![], vec![]));
    assert!(rig.sent.len() > 6, "it is sent again and again");
    rig.cut = false;
    rig.pass(Duration::from_secs(60));
    assert_eq!(rig.data(1), b"into the void");
    assert_eq!(rig.heard(0), []);
}

#[test]
fn a_partner_that_never_answers_is_given_up_after_three_minutes_at_least() {
    let mut rig = Rig::connected();
    rig.pass(Duration::from_secs(100_000));
    rig.cut = true;
    rig.send(0, b"into the void");
    rig.pass(Duration::from_secs(179));
    assert_eq!(rig.heard(0), []);
    rig.pass(Duration::from_secs(2));
    assert_eq!(rig.heard(0), [closed(StreamEnd::TimedOut)]);
    assert_eq!(rig.tcp[0].deadline(), None);
    rig.connect(0, 1);
    rig.pass(Duration::from_secs(181));
    assert_eq!(rig.heard(0), [closed(StreamEnd::TimedOut)], "nor is a SYN");
    assert_eq!(rig.flags().last(), Some(&Flags::SYN));
    assert_eq!(rig.heard(1), [], "who waits for nothing notices nothing");
}

#[test]
fn a_closed_port_refuses() {
    let mut rig = Rig::new();
    rig.tcp[1].listen(PORT + 1);
    rig.connect(0, 1);
    rig.pass(SECOND);
    assert_eq!(rig.heard(0), [closed(StreamEnd::Refused)]);
    assert_eq!(rig.flags(), [Flags::SYN, Flags::RST | Flags::ACK]);
    assert_eq!(rig.tcp[0].logged() + rig.tcp[1].logged(), 0);
}

#[test]
fn without_an_address_there_is_no_connection() {
    let mut rig = Rig::new();
    rig.act(0, |tcp, now, out| {
        tcp.connect(now, Ipv4Addr::UNSPECIFIED, (ADDRESS[1], PORT), out);
    });
    assert_eq!(rig.heard(0), [closed(StreamEnd::Unreachable)]);
    assert!(rig.sent.is_empty());
    rig.send(0, b"nowhere");
    rig.act(0, Tcp::close);
    rig.pass(SECOND);
    assert!(rig.sent.is_empty() && rig.heard(0).is_empty());
}

#[test]
fn who_was_restarted_and_connects_again_is_taken_in_place_of_its_old_self() {
    let mut rig = Rig::connected();
    rig.send(0, b"before");
    rig.pass(SECOND);
    assert_eq!(rig.data(1), b"before");
    rig.restart(0);
    rig.connect(0, 1);
    rig.pass(SECOND);
    assert_eq!(rig.heard(1), [closed(StreamEnd::Replaced), connected(0)]);
    assert_eq!(rig.heard(0), [connected(1)]);
    rig.send(1, b"after");
    rig.pass(SECOND);
    assert_eq!(rig.data(0), b"after");
}

#[test]
fn a_restarted_listener_resets_the_connection_that_it_does_not_know() {
    let mut rig = Rig::connected();
    rig.restart(1);
    rig.tcp[1].listen(PORT);
    rig.send(0, b"still there?");
    rig.pass(SECOND);
    assert_eq!(rig.heard(0), [closed(StreamEnd::Reset)]);
    assert_eq!(rig.heard(1), []);
    rig.connect(0, 1);
    rig.pass(SECOND);
    assert_eq!(
        (rig.heard(0), rig.heard(1)),
        (vec![connected(1)], vec![connected(0)])
    );
}

#[test]
fn another_host_has_to_wait_until_the_connection_is_closed() {
    let mut rig = Rig::connected();
    rig.connect(2, 1);
    rig.pass(SECOND);
    assert_eq!(rig.heard(2), [closed(StreamEnd::Refused)]);
    assert_eq!(rig.heard(1), []);
    rig.act(1, Tcp::close);
    rig.pass(SECOND);
    rig.connect(2, 1);
    rig.pass(SECOND);
    assert_eq!(rig.heard(2), [connected(1)], "in TIME-WAIT it is over");
    assert_eq!(rig.heard(1), [connected(2)]);
}

#[test]
fn a_knock_is_told_and_leaves_nothing_behind() {
    let mut rig = Rig::new();
    rig.tcp[0].attend(PORT);
    rig.knock(1, 0);
    rig.pass(SECOND);
    assert_eq!(
        (rig.heard(0), rig.heard(1)),
        (vec![knocked(1)], vec![]),
        "who knocks is told nothing"
    );
    assert!(rig.flags().iter().all(|flags| flags & Flags::RST == 0));
    rig.pass(Duration::from_secs(60));
    for tcp in &rig.tcp {
        assert_eq!((tcp.logged(), tcp.deadline()), (0, None));
    }
    rig.knock(1, 0);
    rig.pass(SECOND);
    assert_eq!(rig.heard(0), [knocked(1)], "and so is the next");
}

#[test]
fn a_knock_does_not_touch_the_stream() {
    let mut rig = Rig::connected();
    rig.tcp[0].attend(PORT);
    rig.send(0, b"before");
    rig.knock(1, 0);
    rig.send(0, b" and after");
    rig.pass(SECOND);
    assert_eq!(rig.heard(0), [knocked(1)]);
    assert_eq!(rig.data(1), b"before and after");
    // What asks at the door of the stream is no knock.
    rig.restart(0);
    rig.connect(0, 1);
    rig.pass(SECOND);
    assert_eq!(rig.heard(1), [closed(StreamEnd::Replaced), connected(0)]);
}

#[test]
fn a_knock_that_no_one_answers_is_given_up_for_the_next_and_in_the_end() {
    let mut rig = Rig::new();
    rig.knock(1, 0);
    rig.pass(SECOND);
    assert_eq!(rig.flags(), [Flags::SYN, Flags::RST | Flags::ACK]);
    assert_eq!((rig.heard(1), rig.tcp[1].logged()), (vec![], 0));
    rig.cut = true;
    rig.knock(1, 0);
    rig.pass(Duration::from_secs(2));
    rig.knock(1, 0);
    rig.cut = false;
    rig.tcp[0].attend(PORT);
    rig.pass(Duration::from_secs(10));
    assert_eq!(rig.heard(0), [knocked(1)]);
    rig.cut = true;
    rig.knock(1, 0);
    rig.pass(Duration::from_secs(4));
    assert_eq!((rig.heard(1), rig.tcp[1].logged()), (vec![], 0));
}

#[test]
fn an_abort_is_a_reset_to_the_partner() {
    let mut rig = Rig::connected();
    rig.act(0, Tcp::abort);
    assert_eq!(rig.tcp[0].logged(), 0);
    rig.pass(SECOND);
    assert_eq!(
        (rig.heard(0), rig.heard(1)),
        (vec![], vec![closed(StreamEnd::Reset)])
    );
    rig.connect(0, 1);
    rig.act(0, Tcp::abort);
    rig.pass(SECOND);
    assert_eq!(
        rig.heard(0),
        [],
        "what no one has answered is given up in silence"
    );
    assert_eq!(rig.heard(1), []);
}

#[test]
fn numbers_are_drawn_from_the_seed_alone() {
    let first = |seed| {
        let mut rig = Rig::new();
        rig.tcp[0] = Tcp::new(seed);
        rig.connect(0, 1);
        let (_, syn) = segment(&rig.sent[0].1);
        (syn.sequence, syn.source)
    };
    assert_eq!(first(1), first(1));
    assert_ne!(first(1).0, first(2).0);
    assert_ne!(first(1).1, first(2).1);
    assert!(EPHEMERAL.contains(&first(1).1));
}

#[test]
fn a_copy_has_the_log_and_is_equal_to_its_original() {
    let mut rig = Rig::connected();
    for number in 0..100_u32 {
        rig.send(0, &number.to_be_bytes());
        rig.pass(SECOND);
    }
    assert_eq!(rig.tcp[0].logged(), 2 + 200);
    let mut copy = rig.tcp[0].clone();
    assert_eq!(copy, rig.tcp[0]);
    assert!(!copy.stream.is_live());
    let mut out = Output::default();
    copy.send(rig.now, b"next", &mut out);
    assert_ne!(copy, rig.tcp[0]);
    let before = rig.sent.len();
    rig.send(0, b"next");
    assert_eq!(copy, rig.tcp[0]);
    assert_eq!(wrap(&out.packets[0]), rig.sent[before].1);
}

#[path = "tcp_stories_tests.rs"]
mod stories;
