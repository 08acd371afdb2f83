//! Long and random stories: what is made anew from a log, whole or shortened, does what was done before.

use super::*;

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
