use super::*;

fn ahead(next: u64, flight: Option<u64>) -> Ahead {
    Ahead {
        next: Instant::from_micros(next),
        flight: flight.map(Duration::from_micros),
        real: false,
    }
}

/// How much of the viewer's time it takes to get to what comes next, in frames of 16 ms.
fn watch(pace: &mut Pace, from: u64, ahead: Ahead) -> u64 {
    let mut now = Instant::from_micros(from);
    let mut frames = 0;
    while now < ahead.next {
        let mut viewer = 16_000;
        let then = pace.advance(now, ahead, &mut viewer);
        assert!(then >= now, "time went back");
        now = then;
        frames += 1;
        assert!(frames < 10_000, "time stands still");
    }
    frames * 16
}

#[test]
fn a_hop_takes_half_a_second_whatever_its_latency() {
    for latency in [10, 500, 250_000] {
        let took = watch(&mut Pace::default(), 77, ahead(77 + latency, Some(latency)));
        assert!((490..=530).contains(&took), "{latency} took {took} ms");
    }
}

#[test]
fn a_copy_over_a_shorter_link_arrives_earlier() {
    let took = watch(&mut Pace::default(), 0, ahead(300, Some(400)));
    assert!((360..=400).contains(&took), "{took}");
}

#[test]
fn hours_pass_in_about_a_second_and_a_half() {
    let hour = 3_600_000_000;
    let took = watch(&mut Pace::default(), 0, ahead(hour, None));
    assert!((1_450..=1_550).contains(&took), "{took}");
    let week = watch(&mut Pace::default(), 0, ahead(168 * hour, None));
    assert!((1_650..=1_750).contains(&week), "{week}");
}

#[test]
fn shorter_gaps_are_shorter_but_never_nothing() {
    let lengths = [1, 1_000, 1_000_000, 60_000_000, 600_000_000, 36_000_000_000];
    let took: Vec<u64> = lengths
        .iter()
        .map(|length| watch(&mut Pace::default(), 5, ahead(5 + length, None)))
        .collect();
    assert!(took.is_sorted(), "{took:?}");
    assert!(took[0] >= 48 && took[2] < 450, "{took:?}");
}

#[test]
fn after_an_event_the_picture_rests() {
    let mut pace = Pace::default();
    pace.rest(Reading::Short, false);
    let now = Instant::from_micros(9);
    let mut viewer = 100_000;
    assert_eq!(pace.advance(now, ahead(1_000_000, None), &mut viewer), now);
    assert_eq!(viewer, 0);
    let rested = watch(&mut pace, 9, ahead(1_000_000, None));
    let plain = watch(&mut Pace::default(), 9, ahead(1_000_000, None));
    let rest = (REST - 100_000) / 1_000;
    assert!((plain + rest - 20..=plain + rest + 20).contains(&rested));
}

#[test]
fn a_flight_slows_down_but_never_stops() {
    let mut pace = Pace::default();
    pace.rest(Reading::Short, true);
    let mut viewer = 16_000;
    let then = pace.advance(Instant::ZERO, ahead(500, Some(500)), &mut viewer);
    assert!(then > Instant::ZERO);
    assert!(then < Instant::from_micros(16));
}

#[test]
fn what_takes_some_reading_stops_everything() {
    let mut pace = Pace::default();
    pace.rest(Reading::Long, true);
    let rested = watch(&mut pace, 0, ahead(500, Some(500)));
    let plain = watch(&mut Pace::default(), 0, ahead(500, Some(500)));
    let rest = READ / 1_000;
    assert!(
        (plain + rest - 20..=plain + rest + 20).contains(&rested),
        "{rested}"
    );
}

/// Two servers that say every minute that they are still there.
#[test]
fn events_that_no_one_is_told_of_do_not_make_an_hour_long() {
    let hour = |step: u64| {
        let mut pace = Pace::default();
        let mut viewer = 0;
        for minute in 0..60 / step {
            let from = minute * step * 60_000_000;
            let then = ahead(from + step * 60_000_000, None);
            let mut left = 60_000_000;
            assert_eq!(
                pace.advance(Instant::from_micros(from), then, &mut left),
                then.next
            );
            viewer += 60_000_000 - left;
        }
        viewer
    };
    assert!(hour(1) <= hour(60) + 100_000, "{} {}", hour(1), hour(60));
    let mut pace = Pace::default();
    let minute = ahead(60_000_000, None);
    let first = watch(&mut pace, 0, minute);
    pace.rest(Reading::Short, false);
    pace.rest = 0;
    let again = watch(&mut pace, 60_000_000, ahead(120_000_000, None));
    assert!(
        first.abs_diff(again) <= 32,
        "what is told starts anew: {first} {again}"
    );
}

#[test]
fn between_whole_microseconds_there_is_a_moment() {
    let mut pace = Pace::default();
    let ahead = ahead(10, Some(10));
    let mut seen = Vec::new();
    let mut now = Instant::ZERO;
    for _ in 0..20 {
        let mut viewer = 16_000;
        now = pace.advance(now, ahead, &mut viewer);
        seen.push(pace.moment(now));
    }
    assert!(seen.windows(2).all(|two| two[0] < two[1]), "{seen:?}");
}

#[test]
fn what_is_left_of_the_viewers_time_is_given_back() {
    let mut viewer = 900_000;
    let then = Pace::default().advance(Instant::ZERO, ahead(500, Some(500)), &mut viewer);
    assert_eq!(then, Instant::from_micros(500));
    assert_eq!(viewer, 400_000);
}

#[test]
fn real_time_is_real() {
    let ahead = Ahead {
        real: true,
        ..ahead(2_000_000, None)
    };
    let mut pace = Pace::default();
    pace.rest(Reading::Short, false);
    let mut viewer = 250_000;
    assert_eq!(
        pace.advance(Instant::ZERO, ahead, &mut viewer),
        Instant::from_micros(250_000)
    );
}

#[test]
fn a_jump_starts_a_new_stretch() {
    let mut pace = Pace::default();
    let mut viewer = 300_000;
    pace.advance(Instant::ZERO, ahead(3_600_000_000, None), &mut viewer);
    let took = watch(&mut pace, 1_000, ahead(501_000, None));
    assert!(took < 350, "{took}");
}

#[test]
fn every_speed_has_its_place_and_label() {
    for (place, speed) in Speed::STEPS.into_iter().enumerate() {
        assert_eq!(speed.step(), place);
    }
    assert_eq!(
        Speed::STEPS.map(Speed::label),
        ["0.25×", "0.5×", "1×", "2×", "4×", "8×"]
    );
    assert_eq!(Speed::ORDINARY.of(1_000), 1_000);
    assert_eq!(Speed::STEPS[0].of(1_000), 250);
}
