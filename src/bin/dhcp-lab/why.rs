//! `run --why`: the chain of causes of an entry of the journal, in words.

use std::fmt::Write as _;
use std::str::FromStr;

use dhcp_lab::lesson;
use dhcp_lab::lesson::why::{self, Outcome};
use dhcp_lab::scenario::NodeId;
use dhcp_lab::sim::{EventId, Recording};
use dhcp_lab::text::{Language, Sentence, Texts};
use dhcp_lab::time::{Duration, Instant};

/// What is asked about.
#[derive(Clone, Debug)]
pub(crate) enum Asked {
    /// An entry of the journal, by its number.
    Entry(u32),
    /// The last thing that the story tells at or before an instant.
    At(Instant),
    /// What a node waits for, and how it got to where it stands.
    Node(String),
}

impl FromStr for Asked {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let at = || text.parse::<Duration>().ok().or_else(|| clock(text));
        Ok(if let Ok(number) = text.parse() {
            Self::Entry(number)
        } else if let Some(at) = at() {
            Self::At(Instant::ZERO + at)
        } else {
            Self::Node(text.to_owned())
        })
    }
}

/// A clock's reading as the story prints it, `00:08:04.472` or `1d 00:08:04`: to the end of the
/// last part that it names, since the story cuts off the rest.
fn clock(text: &str) -> Option<Duration> {
    let (days, clock) = match text.split_once("d ") {
        Some((days, clock)) => (days.parse::<u64>().ok()?, clock),
        None => (0, text),
    };
    let (clock, millis) = match clock.split_once('.') {
        Some((clock, millis)) if millis.len() == 3 => (clock, millis.parse::<u64>().ok()?),
        Some(_) => return None,
        None => (clock, 0),
    };
    let mut secs = 0;
    let mut parts = 0;
    for part in clock.split(':') {
        secs = secs * 60 + part.parse::<u64>().ok().filter(|part| *part < 1_000)?;
        parts += 1;
    }
    let secs = days.checked_mul(86_400)?.checked_add(secs)?;
    let micros = secs.checked_mul(1_000)?.checked_add(millis)?;
    (parts == 3).then(|| Duration::from_micros(micros.saturating_mul(1_000) + 999))
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unknown {
    #[error("the journal has no entry {0}: it has {1}")]
    Entry(u32, usize),
    #[error("nothing has happened by {0}")]
    Nothing(Instant),
    #[error("'{0}' is no number of an entry, no instant such as 90m or 01:30:00, and no node")]
    Node(String),
}

/// The answer, in English.
pub(crate) fn answer(recording: &Recording, asked: &Asked) -> Result<String, Unknown> {
    let telling = Telling {
        recording,
        texts: Texts::new(Language::English),
    };
    let (scenario, journal) = (recording.scenario(), recording.journal());
    match asked {
        Asked::Entry(number) => {
            let id = EventId(*number);
            let known = journal.get(id).map(|_| telling.entry(id));
            known.ok_or(Unknown::Entry(*number, journal.len()))
        }
        Asked::At(at) => {
            let end = journal
                .from(0)
                .take_while(|(_, entry)| entry.at <= *at)
                .count();
            let told = lesson::latest(scenario, journal, end);
            let told = told.map(|(id, _)| telling.entry(id));
            told.ok_or(Unknown::Nothing(*at))
        }
        Asked::Node(name) => {
            let node = scenario.find(name);
            let told = node.map(|node| telling.node(node));
            told.ok_or_else(|| Unknown::Node(name.chars().take(60).collect()))
        }
    }
}

struct Telling<'a> {
    recording: &'a Recording,
    texts: Texts,
}

impl Telling<'_> {
    fn say(&self, sentence: &Sentence) -> String {
        let text = self.texts.sentence(sentence);
        sentence.source.map_or(text.clone(), |source| {
            format!("{text} [{}]", source.label())
        })
    }

    fn line(&self, id: EventId) -> Option<String> {
        let (scenario, journal) = (self.recording.scenario(), self.recording.journal());
        let at = journal.get(id)?.at;
        let sentence = why::words(scenario, journal, id)?;
        Some(format!("{at}  #{}  {}", id.0, self.say(&sentence)))
    }

    fn entry(&self, id: EventId) -> String {
        let mut text = String::new();
        let mut asked = Vec::new();
        for link in why::chain(self.recording, id) {
            if let Some(join) = link.join {
                let _ = writeln!(text, "  {}", self.texts.get(join.key()));
            }
            text.extend(self.line(link.id).map(|line| line + "\n"));
            if let Some(silence) = why::silence(self.recording, &link) {
                let _ = writeln!(text, "  {}", self.texts.get(silence.key));
                text.push_str(&self.list(&silence.outcomes));
                asked.extend(silence.message);
            }
        }
        let message = why::message_of(self.recording, id);
        if let Some(message) = message.filter(|message| !asked.contains(message)) {
            text.push_str(&self.outcomes(message));
        }
        let came = why::came_of(self.recording, id);
        if !came.is_empty() {
            let _ = writeln!(text, "\n{}", self.texts.get("why.came-of"));
        }
        for id in came {
            text.extend(self.line(id).map(|line| line + "\n"));
        }
        text
    }

    fn outcomes(&self, message: EventId) -> String {
        let outcomes = why::outcomes(self.recording, message);
        let label = why::label(self.recording.journal(), message).unwrap_or_default();
        let text = self.texts.say("why.became", &[("message", label)]);
        format!("\n{text} (#{})\n{}", message.0, self.list(&outcomes))
    }

    fn list(&self, outcomes: &[Outcome]) -> String {
        let scenario = self.recording.scenario();
        let mut text = String::new();
        for outcome in outcomes {
            let node = outcome.node.map(|node| scenario.node(node).id.as_str());
            let told: Vec<String> = outcome
                .told
                .iter()
                .map(|(_, sentence)| self.say(sentence))
                .collect();
            let _ = writeln!(text, "  {}: {}", node.unwrap_or("-"), told.join(" "));
        }
        text
    }

    fn node(&self, node: NodeId) -> String {
        let mut text = String::new();
        for wait in why::waits(self.recording, node) {
            let _ = writeln!(text, "{}", self.say(&wait.sentence));
            if let Some(message) = wait.awaited {
                text.push_str(&self.outcomes(message));
                text.push('\n');
            }
        }
        if let Some(id) = why::standing(self.recording, node) {
            text.push_str(&self.entry(id));
        }
        text
    }
}
