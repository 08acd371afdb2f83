//! Instants and lengths as a person types them.

use crate::time::{Duration, Instant};

/// A day, in microseconds.
const DAY: u64 = 86_400_000_000;
/// No further than a scenario file can say: ten years.
const FURTHEST: u64 = 3_650 * DAY;

/// The instant that a text says; none where it says nothing. `00:30`, `00:30:05.5` and
/// `day 2 04:00` are what the clock shows, `+10m` is so much later than `now`, and `90s` is so much
/// after the start, as in a scenario file.
///
/// # Errors
/// Where it is none of these, or too far.
pub(crate) fn read(text: &str, now: Instant) -> Result<Option<Instant>, ()> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let micros = if let Some(later) = text.strip_prefix('+') {
        let later: Duration = later.parse().map_err(|_| ())?;
        now.as_micros().saturating_add(later.as_micros())
    } else if text.contains(':') {
        clock(text).ok_or(())?
    } else {
        text.parse::<Duration>().map_err(|_| ())?.as_micros()
    };
    if micros > FURTHEST {
        return Err(());
    }
    Ok(Some(Instant::from_micros(micros)))
}

/// The length that a text says; none where it says nothing.
///
/// # Errors
/// Where it is no length, or none that something can last.
pub(crate) fn length(text: &str) -> Result<Option<Duration>, ()> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let length: Duration = text.parse().map_err(|_| ())?;
    if length == Duration::ZERO || length.as_micros() > FURTHEST {
        return Err(());
    }
    Ok(Some(length))
}

/// A clock's time, with the number of its day before it in whichever language.
fn clock(text: &str) -> Option<u64> {
    let (words, clock) = text.rsplit_once(' ').unwrap_or(("", text));
    let day = match words.rsplit(' ').next().unwrap_or_default() {
        "" => 1,
        number => number.parse::<u64>().ok().filter(|day| *day > 0)?,
    };
    let mut parts = clock.splitn(3, ':');
    let hours: u64 = parts.next()?.parse().ok()?;
    let minutes: u64 = parts.next()?.parse().ok().filter(|minutes| *minutes < 60)?;
    let (seconds, part): (u64, u64) = match parts.next() {
        None => (0, 0),
        Some(text) => {
            let (whole, part) = text.split_once('.').unwrap_or((text, ""));
            let digits = part.len() <= 6 && part.bytes().all(|digit| digit.is_ascii_digit());
            let part = digits.then(|| format!("{part:0<6}"))?;
            (
                whole.parse().ok().filter(|seconds| *seconds < 60)?,
                part.parse().ok()?,
            )
        }
    };
    let days = (day - 1).checked_mul(DAY)?;
    let rest: u64 = minutes * 60_000_000 + seconds * 1_000_000 + part;
    let hours = hours.checked_mul(3_600_000_000)?;
    days.checked_add(hours)?.checked_add(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Language, Texts};

    fn micros(text: &str) -> Result<Option<u64>, ()> {
        let now = Instant::from_micros(5_000_000);
        read(text, now).map(|at| at.map(Instant::as_micros))
    }

    #[test]
    fn an_instant_is_read_as_the_clock_shows_it_in_every_language() {
        let at = Instant::from_micros(DAY + 14_400_250_000);
        for language in Language::ALL {
            let shown = Texts::new(language).instant(at);
            assert_eq!(micros(&shown), Ok(Some(at.as_micros())), "{shown}");
        }
    }

    #[test]
    fn an_instant_can_be_written_shorter_and_from_now_on() {
        assert_eq!(micros(" "), Ok(None));
        assert_eq!(micros("00:30"), Ok(Some(1_800_000_000)));
        assert_eq!(micros("25:00:00.5"), Ok(Some(90_000_500_000)));
        assert_eq!(micros("2 04:00"), Ok(Some(DAY + 14_400_000_000)));
        assert_eq!(micros("+10m"), Ok(Some(605_000_000)));
        assert_eq!(micros("90s"), Ok(Some(90_000_000)));
    }

    #[test]
    fn what_is_no_instant_is_refused() {
        for wrong in [
            "soon",
            "00:60",
            "00:00:60",
            "0 01:00",
            "1:2:3:4",
            "12:00:00.1234567",
            "99999999d",
            "+",
            "999999999999999999:00",
            "999999999999 00:00",
            ":",
            "-1:00",
        ] {
            assert_eq!(micros(wrong), Err(()), "{wrong}");
        }
    }

    #[test]
    fn a_length_is_read_and_must_be_one_that_can_be() {
        assert_eq!(length(""), Ok(None));
        assert_eq!(length("1h30m"), Ok(Some(Duration::from_secs(5_400))));
        for wrong in ["0s", "5", "ten", "4000d"] {
            assert_eq!(length(wrong), Err(()), "{wrong}");
        }
    }
}
