use super::*;

const LATENCY: Duration = Duration::from_millis(2);

fn link(faults: Faults) -> Link {
    let mut link = Link::new([4, 9], LATENCY, true, true);
    link.set_faults(faults, 7, 3);
    link
}

fn at(millis: u64) -> Instant {
    Instant::ZERO + Duration::from_millis(millis)
}

/// How 100,000 frames fare, a millisecond apart.
fn many(link: &mut Link, from: u32) -> Vec<Passage> {
    (0..100_000)
        .map(|number| link.pass(from, at(number), 100).unwrap())
        .collect()
}

fn count(passages: &[Passage], reason: DropReason) -> usize {
    let lost = passages.iter();
    lost.filter(|passage| passage.lost == Some(reason)).count()
}

#[test]
fn no_faults_are_no_draws_and_no_state() {
    let mut plain = link(Faults::default());
    assert!(plain.faulty.is_none());
    let passage = plain.pass(4, at(5), 1_514).unwrap();
    assert_eq!(passage.arrives, at(7));
    assert_eq!((passage.lost, passage.again), (None, None));
    plain.carrier = false;
    assert_eq!(plain.pass(4, at(5), 60), Err(DropReason::NoCarrier));
}

#[test]
fn as_many_frames_are_lost_as_was_asked_for() {
    let loss = Faults {
        loss: 100_000,
        ..Faults::default()
    };
    let lost = count(&many(&mut link(loss), 4), DropReason::Loss);
    // Six standard deviations of 10,000 among 100,000.
    assert!((9_430..=10_570).contains(&lost), "{lost}");
    let all = Faults {
        loss: MILLION,
        ..Faults::default()
    };
    assert_eq!(count(&many(&mut link(all), 9), DropReason::Loss), 100_000);
}

#[test]
fn a_burst_is_as_long_on_average_as_was_asked_for() {
    let faults = Faults {
        burst: 10_000,
        burst_length: 5,
        ..Faults::default()
    };
    let passages = many(&mut link(faults), 4);
    let mut bursts: Vec<usize> = passages
        .split(|passage| passage.lost.is_none())
        .map(<[_]>::len)
        .filter(|length| *length > 0)
        .collect();
    let (lost, number) = (count(&passages, DropReason::Burst), bursts.len());
    assert!((850..=1_080).contains(&number), "{number} bursts");
    assert!((45..=56).contains(&(lost * 10 / number)), "{lost}/{number}");
    bursts.sort_unstable();
    assert_eq!(bursts[0], 1, "some are short");
    assert!(bursts[number - 1] > 15, "some are long");
    let single = Faults {
        burst_length: 1,
        ..faults
    };
    let passages = many(&mut link(single), 4);
    let longest = passages.split(|passage| passage.lost.is_none());
    assert!(longest.map(<[_]>::len).max().unwrap() <= 3);
}

#[test]
fn each_direction_and_each_link_draws_for_itself() {
    let faults = Faults {
        loss: 500_000,
        ..Faults::default()
    };
    let fates = |link: &mut Link, from| -> Vec<bool> {
        let passages = many(link, from);
        passages
            .iter()
            .map(|passage| passage.lost.is_some())
            .collect()
    };
    let (mut one, mut other) = (link(faults), Link::new([4, 9], LATENCY, true, true));
    other.set_faults(faults, 7, 4);
    let first = fates(&mut one, 4);
    let [back, beside] = [fates(&mut one, 9), fates(&mut other, 4)];
    for others in [&back, &beside] {
        let same = first.iter().zip(others).filter(|(one, other)| one == other);
        let same = same.count();
        assert!((49_000..=51_000).contains(&same), "{same}");
    }
    let mut again = link(faults);
    many(&mut again, 9);
    assert_eq!(fates(&mut again, 4), first, "whatever went the other way");
}

#[test]
fn jitter_is_late_but_in_order() {
    let faults = Faults {
        jitter: Duration::from_millis(5),
        ..Faults::default()
    };
    let mut link = link(faults);
    let mut latest = Duration::ZERO;
    let mut last = Instant::ZERO;
    for number in 0..10_000 {
        let passage = link.pass(4, at(number), 60).unwrap();
        let took = passage.arrives.since(at(number));
        assert!(took >= LATENCY && took <= LATENCY + faults.jitter, "{took}");
        assert!(passage.arrives >= last, "{number} overtakes");
        (latest, last) = (latest.max(took), passage.arrives);
    }
    assert!(latest > Duration::from_micros(6_990), "{latest}");
}

#[test]
fn one_that_is_held_back_is_overtaken() {
    let faults = Faults {
        reorder: MILLION / 2,
        hold: Duration::from_millis(3),
        ..Faults::default()
    };
    let passages = many(&mut link(faults), 4);
    let held = |passage: &Passage, number: u64| passage.arrives.since(at(number)) > LATENCY;
    let mut overtaken = 0;
    for (number, pair) in (0..).zip(passages.windows(2)) {
        let late = held(&pair[0], number);
        let took = if late { at(number + 5) } else { at(number + 2) };
        assert_eq!(pair[0].arrives, took);
        overtaken += usize::from(late && pair[1].arrives < pair[0].arrives);
    }
    assert!((24_000..=26_000).contains(&overtaken), "{overtaken}");
}

#[test]
fn a_copy_comes_a_latency_later() {
    let faults = Faults {
        duplicate: MILLION,
        ..Faults::default()
    };
    let passage = link(faults).pass(4, at(1), 60).unwrap();
    assert_eq!((passage.arrives, passage.again), (at(3), Some(at(5))));
}

#[test]
fn the_first_rule_with_a_verdict_wins() {
    let faults = Faults {
        loss: MILLION,
        burst: MILLION,
        duplicate: MILLION,
        reorder: MILLION,
        hold: LATENCY,
        ..Faults::default()
    };
    let mut link = link(faults);
    let passage = link.pass(4, at(0), 60).unwrap();
    assert_eq!(
        (passage.lost, passage.again),
        (Some(DropReason::Loss), None)
    );
    assert_eq!(passage.arrives, at(2), "what is lost is not held back too");
    link.set_faults(Faults { loss: 0, ..faults }, 7, 3);
    let passage = link.pass(4, at(9), 60).unwrap();
    assert_eq!(passage.lost, Some(DropReason::Burst));
    link.set_faults(
        Faults {
            loss: 0,
            burst: 0,
            ..faults
        },
        7,
        3,
    );
    let passage = link.pass(4, at(20), 60).unwrap();
    assert_eq!((passage.arrives, passage.again), (at(22), Some(at(24))));
}

#[test]
fn a_slow_cable_makes_frames_wait_and_drops_what_has_no_room() {
    // A thousand bytes take a second.
    let faults = Faults {
        rate: 8_000,
        queue: 3_000,
        ..Faults::default()
    };
    let mut link = link(faults);
    let arrives = |passage: Result<Passage, DropReason>| passage.map(|passage| passage.arrives);
    for number in 1..=3 {
        let passage = arrives(link.pass(4, at(0), 1_000));
        assert_eq!(passage, Ok(at(number * 1_000 + 2)));
    }
    assert_eq!(link.pass(4, at(0), 60), Err(DropReason::QueueFull));
    let other_way = arrives(link.pass(9, at(0), 1_000));
    assert_eq!(other_way, Ok(at(1_002)), "the other direction is free");
    assert_eq!(link.pass(4, at(999), 1_000), Err(DropReason::QueueFull));
    assert_eq!(arrives(link.pass(4, at(1_000), 1_000)), Ok(at(4_002)));
    link.cut(1);
    let after = arrives(link.pass(4, at(1_001), 1_000));
    assert_eq!(after, Ok(at(2_003)), "nothing waits any more");
}

#[test]
fn an_end_of_the_faults_is_an_end_of_a_burst() {
    let faults = Faults {
        burst: MILLION,
        burst_length: u32::MAX,
        ..Faults::default()
    };
    let mut link = link(faults);
    assert_eq!(
        link.pass(4, at(0), 60).unwrap().lost,
        Some(DropReason::Burst)
    );
    link.set_faults(Faults::default(), 7, 3);
    assert_eq!(link.pass(4, at(1), 60).unwrap().lost, None);
    assert_eq!(link.faults(), Faults::default());
}
