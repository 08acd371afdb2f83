//! What goes wrong on a cable as a person writes it: in percent, milliseconds and kilobits.

use crate::net::link::{Faults, MILLION};
use crate::scenario::{Command, LinkId, Problem, Scenario};
use crate::time::Duration;

/// A cable's settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Trouble {
    /// How long a frame takes from end to end.
    pub(crate) latency: Duration,
    /// What goes wrong.
    pub(crate) faults: Faults,
}

/// A field: its text is `link.NAME`, and what it means `link.NAME.hint`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    /// How long a frame takes.
    Latency,
    /// How much later it may be.
    Jitter,
    /// How likely a frame is lost.
    Loss,
    /// How likely a burst of losses begins.
    Burst,
    /// How many frames that lasts.
    BurstLength,
    /// How likely a frame comes twice.
    Duplicate,
    /// How likely it is held back.
    Reorder,
    /// For how long.
    Hold,
    /// Bits a second.
    Rate,
    /// Bytes that may wait.
    Queue,
}

impl Field {
    /// All of them, in the order in which the page lists them.
    pub(crate) const ALL: [Self; 10] = [
        Self::Latency,
        Self::Jitter,
        Self::Loss,
        Self::Burst,
        Self::BurstLength,
        Self::Duplicate,
        Self::Reorder,
        Self::Hold,
        Self::Rate,
        Self::Queue,
    ];

    /// Its name in texts.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Latency => "latency",
            Self::Jitter => "jitter",
            Self::Loss => "loss",
            Self::Burst => "burst",
            Self::BurstLength => "burst-length",
            Self::Duplicate => "duplicate",
            Self::Reorder => "reorder",
            Self::Hold => "hold",
            Self::Rate => "rate",
            Self::Queue => "queue",
        }
    }

    /// What it is counted in, and how many of the smallest steps of that make ten to which power.
    pub(crate) fn unit(self) -> (&'static str, u32) {
        match self {
            Self::Latency | Self::Jitter | Self::Hold => ("ms", 3),
            Self::Loss | Self::Burst | Self::Duplicate | Self::Reorder => ("%", 4),
            Self::BurstLength => ("", 0),
            Self::Rate => ("kbit/s", 3),
            Self::Queue => ("B", 0),
        }
    }

    /// The text that says which numbers it can have.
    pub(crate) fn range(self) -> &'static str {
        match self.unit() {
            ("%", _) => "ui.not-a-share",
            _ => "ui.not-a-number",
        }
    }

    /// Whether it says more about the field before it, and means nothing without.
    pub(crate) fn belongs(self) -> bool {
        matches!(self, Self::BurstLength | Self::Hold | Self::Queue)
    }

    fn get(self, trouble: &Trouble) -> u64 {
        let Trouble { latency, faults } = trouble;
        match self {
            Self::Latency => latency.as_micros(),
            Self::Jitter => faults.jitter.as_micros(),
            Self::Loss => faults.loss.into(),
            Self::Burst => faults.burst.into(),
            // What is usual, where there is none that it could say more about.
            Self::BurstLength if faults.burst == 0 => 5,
            Self::BurstLength => faults.burst_length.into(),
            Self::Duplicate => faults.duplicate.into(),
            Self::Reorder => faults.reorder.into(),
            Self::Hold if faults.reorder == 0 => 10_000,
            Self::Hold => faults.hold.as_micros(),
            Self::Rate => faults.rate.into(),
            Self::Queue => faults.queue.into(),
        }
    }

    fn set(self, trouble: &mut Trouble, value: u64) -> Option<()> {
        let Trouble { latency, faults } = trouble;
        let count = || u32::try_from(value).ok();
        let share = || count().filter(|share| *share <= MILLION);
        let length = Duration::from_micros(value);
        match self {
            Self::Latency => *latency = length,
            Self::Jitter => faults.jitter = length,
            Self::Loss => faults.loss = share()?,
            Self::Burst => faults.burst = share()?,
            Self::BurstLength => faults.burst_length = count()?,
            Self::Duplicate => faults.duplicate = share()?,
            Self::Reorder => faults.reorder = share()?,
            Self::Hold => faults.hold = length,
            Self::Rate => faults.rate = count()?,
            Self::Queue => faults.queue = count()?,
        }
        Some(())
    }
}

/// What a form holds: a text for each field, in the order of [`Field::ALL`].
pub(crate) type Draft = [String; Field::ALL.len()];

/// A cable's settings as a form shows them.
pub(crate) fn draft(trouble: &Trouble) -> Draft {
    Field::ALL.map(|field| decimal(field.get(trouble), field.unit().1))
}

/// What a form says.
///
/// # Errors
/// The first field that does not hold a number that it can have.
pub(crate) fn read(draft: &Draft) -> Result<Trouble, Field> {
    let mut trouble = Trouble {
        latency: Duration::ZERO,
        faults: Faults::default(),
    };
    for (field, text) in Field::ALL.into_iter().zip(draft) {
        let value = number(text, field.unit().1).ok_or(field)?;
        field.set(&mut trouble, value).ok_or(field)?;
    }
    let Faults { burst, reorder, .. } = trouble.faults;
    if burst == 0 {
        trouble.faults.burst_length = 1;
    }
    if reorder == 0 {
        trouble.faults.hold = Duration::ZERO;
    }
    Ok(trouble)
}

/// What has to be done to a cable so that it is as a form says.
///
/// # Errors
/// The [`Problem`] of what cannot be.
pub(crate) fn commands(
    scenario: &Scenario,
    link: LinkId,
    now: &Trouble,
    wanted: &Trouble,
) -> Result<Vec<Command>, Problem> {
    scenario.check_link(wanted.latency, &wanted.faults)?;
    let latency = (now.latency != wanted.latency).then_some(Command::Latency(link, wanted.latency));
    let faults = (now.faults != wanted.faults).then_some(Command::Faults(link, wanted.faults));
    Ok(latency.into_iter().chain(faults).collect())
}

/// A count of the smallest steps as a number with as many decimals as it needs: `12.5`.
fn decimal(value: u64, decimals: u32) -> String {
    let size = 10_u64.pow(decimals);
    let (whole, part) = (value / size, value % size);
    if part == 0 {
        return whole.to_string();
    }
    let part = format!("{part:0width$}", width = decimals as usize);
    format!("{whole}.{}", part.trim_end_matches('0'))
}

/// The count that a number with decimals says; a comma is as good as a point, and nothing is none.
fn number(text: &str, decimals: u32) -> Option<u64> {
    let text = text.trim();
    let (whole, part) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
    let decimals = decimals as usize;
    if !digits(whole) || !digits(part) || part.len() > decimals {
        return None;
    }
    format!("0{whole}{part:0<decimals$}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::library;
    use crate::text::{Language, Texts};

    #[test]
    fn a_number_is_written_as_it_is_read() {
        for (value, decimals, text) in [
            (0, 4, "0"),
            (125_000, 4, "12.5"),
            (1, 4, "0.0001"),
            (1_000_000, 4, "100"),
            (500, 3, "0.5"),
            (7, 0, "7"),
        ] {
            assert_eq!(decimal(value, decimals), text);
            assert_eq!(number(text, decimals), Some(value));
        }
        assert_eq!(number(" 0,5 ", 3), Some(500));
        assert_eq!(number("", 3), Some(0));
        for wrong in [
            "-1",
            "1e3",
            "0.12345",
            "ten",
            "1.5.2",
            "99999999999999999999",
        ] {
            assert_eq!(number(wrong, 4), None, "{wrong}");
        }
    }

    #[test]
    fn a_form_is_read_as_what_it_was_made_of() {
        let trouble = Trouble {
            latency: Duration::from_micros(1_500),
            faults: Faults {
                loss: 100_000,
                burst: 20_000,
                burst_length: 8,
                duplicate: 1,
                reorder: 50_000,
                hold: Duration::from_millis(25),
                jitter: Duration::from_micros(250),
                rate: 64_000,
                queue: 3_028,
            },
        };
        assert_eq!(read(&draft(&trouble)), Ok(trouble));
        let whole = Trouble {
            faults: Faults::default(),
            ..trouble
        };
        assert_eq!(
            read(&draft(&whole)),
            Ok(whole),
            "what is usual is no change"
        );
    }

    #[test]
    fn a_share_above_all_is_refused_in_percent() {
        let whole = Trouble {
            latency: Duration::from_millis(1),
            faults: Faults::default(),
        };
        for (place, field) in Field::ALL.into_iter().enumerate() {
            let is_share = field.unit().0 == "%";
            let with = |text: &str| {
                let mut form = draft(&whole);
                form[place] = text.to_owned();
                read(&form)
            };
            assert!(with("100").is_ok(), "{field:?}");
            for more in ["101", "150"] {
                assert_eq!(with(more).err(), is_share.then_some(field), "{more}");
            }
            for language in Language::ALL {
                let texts = Texts::new(language);
                let said = texts.say(field.range(), &[("name", "x")]);
                assert_eq!(said.contains("100"), is_share, "{field:?}: {said}");
            }
        }
        let mut form = draft(&whole);
        form[2] = "100.0001".to_owned();
        assert_eq!(read(&form), Err(Field::Loss));
    }

    #[test]
    fn only_what_changes_is_done_and_what_cannot_be_is_refused() {
        let scenario = library::load("two-servers").unwrap();
        let now = Trouble {
            latency: Duration::from_millis(1),
            faults: Faults::default(),
        };
        let mut wanted = now;
        let commands = |wanted: &Trouble| commands(&scenario, LinkId(0), &now, wanted);
        assert_eq!(commands(&wanted), Ok(Vec::new()));
        wanted.faults.loss = 10_000;
        assert_eq!(
            commands(&wanted),
            Ok(vec![Command::Faults(LinkId(0), wanted.faults)])
        );
        wanted.latency = Duration::from_millis(200);
        assert_eq!(commands(&wanted).unwrap().len(), 2);
        wanted.faults.loss = 2_000_000;
        assert!(commands(&wanted).is_err());
        wanted.faults.loss = 0;
        wanted.latency = Duration::ZERO;
        assert!(commands(&wanted).is_err());
        let mut form = draft(&now);
        form[3] = "many".to_owned();
        assert_eq!(read(&form), Err(Field::Burst));
    }
}
