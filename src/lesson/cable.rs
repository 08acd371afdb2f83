//! What goes wrong on a cable, in words.

use super::{plain, sentence};
use crate::scenario::Faults;
use crate::text::{Sentence, Value};
use crate::time::Duration;

/// Each fault and how much of it; `None` where there is none.
pub(super) fn faults(faults: &Faults) -> Option<Sentence> {
    let shares = [
        ("tell.faults.loss", faults.loss),
        ("tell.faults.burst", faults.burst),
        ("tell.faults.duplicate", faults.duplicate),
        ("tell.faults.reorder", faults.reorder),
    ];
    let shares = shares.map(|(key, millionths)| {
        let much = (millionths > 0).then(|| plain(percent(millionths)));
        (key, much)
    });
    let late = (faults.jitter > Duration::ZERO).then_some(Value::For(faults.jitter));
    let rate = (faults.rate > 0).then(|| plain(faults.rate));
    let others = [("tell.faults.jitter", late), ("tell.faults.rate", rate)];
    let each = shares.into_iter().chain(others);
    let each = each.filter_map(|(key, much)| Some(sentence(key, vec![("much", much?)])));
    each.reduce(|before, more| {
        let [before, more] = [before, more].map(|one| Value::Sentence(Box::new(one)));
        sentence("tell.faults.and", vec![("before", before), ("more", more)])
    })
}

/// A share in millionths as a person writes it, with no more decimals than it has.
fn percent(millionths: u32) -> String {
    let decimals = format!("{:04}", millionths % 10_000);
    let number = format!("{}.{decimals}", millionths / 10_000);
    number
        .trim_end_matches('0')
        .trim_end_matches('.')
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Language, Texts};

    #[test]
    fn each_fault_is_told_with_how_much_of_it() {
        let texts = Texts::new(Language::English);
        let told = |own: &Faults| faults(own).map(|told| texts.sentence(&told));
        assert_eq!(told(&Faults::default()), None);
        let lossy = Faults {
            loss: 125_000,
            ..Faults::default()
        };
        assert_eq!(told(&lossy).as_deref(), Some("12.5 % are lost"));
        let all = Faults {
            loss: 1_000_000,
            burst: 1,
            burst_length: 5,
            duplicate: 30_000,
            reorder: 100_100,
            hold: Duration::from_millis(1),
            jitter: Duration::from_millis(20),
            rate: 64_000,
            ..Faults::default()
        };
        let all = told(&all).unwrap_or_default();
        for part in [
            "100 %",
            "0.0001 %",
            "3 %",
            "10.01 %",
            "20\u{a0}ms",
            "64000 bit/s",
        ] {
            assert!(all.contains(part), "{part}: {all}");
        }
    }
}
