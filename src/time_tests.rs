use super::*;

#[test]
fn a_duration_reads_back_what_it_writes() {
    for micros in [0, 1, 999, 1_000, 61_000_000, 5_400_000_000, 90_061_001_001] {
        let length = Duration::from_micros(micros);
        assert_eq!(length.to_string().parse(), Ok(length), "{length}");
    }
    assert_eq!("1h30m".parse(), Ok(Duration::from_secs(5_400)));
    assert_eq!(Duration::from_secs(5_400).to_string(), "1h30m");
}

#[test]
fn what_is_no_duration_is_refused() {
    for text in [
        "",
        "h",
        "5",
        "1x",
        "-1s",
        "1h 5",
        "99999999999999999999s",
        "999999999999999d",
        "1é",
    ] {
        assert!(text.parse::<Duration>().is_err(), "{text:?}");
    }
}

#[test]
fn an_instant_shows_days_and_milliseconds() {
    assert_eq!(
        Instant::from_micros(14_400_000_000).to_string(),
        "04:00:00.000"
    );
    assert_eq!(
        Instant::from_micros(86_400_000_000 + 1_500).to_string(),
        "1d 00:00:00.001"
    );
}

#[test]
fn a_lease_never_becomes_infinite_by_length() {
    assert_eq!("infinite".parse(), Ok(Duration::MAX));
    assert_eq!(Duration::MAX.to_string(), "infinite");
    assert_eq!(Duration::MAX.as_lease_secs(), u32::MAX - 1);
}

#[test]
fn fractions_do_not_overflow() {
    assert_eq!(
        Duration::from_secs(3_600).fraction(7, 8),
        Duration::from_secs(3_150)
    );
    assert_eq!(Duration::MAX.fraction(1, 1), Duration::MAX);
}
