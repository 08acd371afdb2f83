//! What must hold in what goes wrong on a link.

use super::Problem;
use crate::net::link::{Faults, MILLION};
use crate::time::Duration;

/// Ethernet's longest frame without its check sequence.
pub(in crate::scenario) const LONGEST_FRAME: u32 = 1_514;
/// The longest that a frame may be under way on one link.
const LONGEST: Duration = Duration::from_secs(10);

pub(super) fn check(faults: &Faults, latency: Duration, path: &str) -> Result<(), Problem> {
    let problem = |field: &str, message: String| {
        let path = format!("{path}.{field}");
        Err(Problem::new(path, message))
    };
    for (field, chance) in [
        ("loss", faults.loss),
        ("burst", faults.burst),
        ("duplicate", faults.duplicate),
        ("reorder", faults.reorder),
    ] {
        if chance > MILLION {
            return problem(field, format!("must be at most {MILLION} millionths"));
        }
    }
    if faults.burst_length == 0 {
        return problem("burst_length", "must be at least 1".to_owned());
    }
    if (faults.reorder > 0) != (faults.hold > Duration::ZERO) {
        let message = "must be longer than nothing where there is 'reorder', and only there";
        return problem("hold", message.to_owned());
    }
    if faults.queue < LONGEST_FRAME {
        let message = format!("must have room for the longest frame, {LONGEST_FRAME} bytes");
        return problem("queue", message);
    }
    let again = if faults.duplicate > 0 {
        latency
    } else {
        Duration::ZERO
    };
    let parts = [faults.jitter, faults.hold, faults.drain(), again];
    let slowest = parts.iter().fold(latency, |sum, part| sum + *part);
    if slowest > LONGEST {
        let message =
            format!("could keep a frame under way for {slowest}, and {LONGEST} is the longest");
        return Err(Problem::new(path, message));
    }
    Ok(())
}
