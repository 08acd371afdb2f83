//! Every sentence that a person reads, in each language, from `locales/`.
//!
//! A locale is a file of flat JSON: first the narration, then everything around it. One file packs
//! tighter than two. A text holds `{name}` where a value goes. Protocol names (DHCPDISCOVER,
//! T1, yiaddr) are values or stand in the text as they are: they are never translated.

use crate::json;
use crate::map::Map;
#[cfg(target_arch = "wasm32")]
use crate::supplies;
use crate::time::{Duration, Instant};

/// A language of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Spanish.
    Spanish,
    /// Brazilian Portuguese.
    Portuguese,
}

impl Language {
    /// All of them, in the order in which the page lists them.
    pub const ALL: [Self; 3] = [Self::English, Self::Spanish, Self::Portuguese];

    /// Its language tag (BCP 47).
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Spanish => "es",
            Self::Portuguese => "pt-BR",
        }
    }

    /// What its speakers call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Spanish => "Español",
            Self::Portuguese => "Português (Brasil)",
        }
    }

    /// The language that fits a tag best, such as `pt` or `es-MX`; English if none does.
    pub fn from_tag(tag: &str) -> Self {
        let primary = |tag: &str| {
            tag.split('-')
                .next()
                .unwrap_or_default()
                .to_ascii_lowercase()
        };
        let wanted = primary(tag);
        Self::ALL
            .into_iter()
            .find(|language| primary(language.tag()) == wanted)
            .unwrap_or_default()
    }

    /// What its file is called, as [`crate::supplies`] knows it.
    pub fn file_name(self) -> String {
        format!("locales/{}/texts.json", self.tag())
    }

    /// Whether its texts are here: built in natively, and on the page once they were handed over.
    pub fn is_here(self) -> bool {
        !self.file().is_empty()
    }

    #[cfg(target_arch = "wasm32")]
    fn file(self) -> &'static str {
        supplies::get(&self.file_name()).unwrap_or_default()
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn file(self) -> &'static str {
        match self {
            Self::English => include_str!("../../locales/en/texts.json"),
            Self::Spanish => include_str!("../../locales/es/texts.json"),
            Self::Portuguese => include_str!("../../locales/pt-BR/texts.json"),
        }
    }
}

/// A value in a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A name or a number that reads the same in every language.
    Plain(String),
    /// A moment.
    At(Instant),
    /// A length of time.
    For(Duration),
    /// Another text, by its key.
    Text(String),
    /// A text with values of its own.
    Sentence(Box<Sentence>),
}

/// A text that says how something has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standard {
    /// An RFC, by its number.
    Rfc(u16),
    /// draft-ietf-dhc-failover-12, which never became one.
    Failover,
}

/// Where a standard says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// Which one.
    pub standard: Standard,
    /// The section in it.
    pub section: &'static str,
}

impl Source {
    /// Where it can be read.
    pub fn address(&self) -> String {
        let document = match self.standard {
            Standard::Rfc(number) => format!("www.rfc-editor.org/rfc/rfc{number}"),
            Standard::Failover => {
                "datatracker.ietf.org/doc/html/draft-ietf-dhc-failover-12".to_owned()
            }
        };
        format!("https://{document}#section-{}", self.section)
    }

    /// What a link to it says: `RFC 2131, 4.3.2`.
    pub fn label(&self) -> String {
        match self.standard {
            Standard::Rfc(number) => format!("RFC {number}, {}", self.section),
            Standard::Failover => format!("failover draft, {}", self.section),
        }
    }
}

/// A sentence before it is put into a language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Its key in the locale.
    pub key: String,
    /// The values that go into it.
    pub values: Vec<(&'static str, Value)>,
    /// Where a standard says so.
    pub source: Option<Source>,
}

/// The texts of one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Texts {
    language: Language,
    texts: Map<String, String>,
}

impl Texts {
    /// Reads a language, which [is here](Language::is_here).
    pub fn new(language: Language) -> Self {
        let read = json::parse(language.file()).and_then(|value| json::read(&value));
        Self {
            language,
            // A test reads every one of the files.
            texts: read.unwrap_or_default(),
        }
    }

    /// Which language it is.
    pub fn language(&self) -> Language {
        self.language
    }

    /// Every key.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.texts.keys().map(String::as_str)
    }

    /// The text of a key as it stands; the key itself where there is none, so that a gap is seen.
    pub fn get<'a>(&'a self, key: &'a str) -> &'a str {
        self.texts.get(key).map_or(key, String::as_str)
    }

    /// The text of a key with its values put in.
    pub fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        let mut rest = self.get(key);
        let mut said = String::with_capacity(rest.len() + 32);
        while let Some((before, after)) = rest.split_once('{') {
            said.push_str(before);
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            let value = values.iter().find(|(known, _)| *known == name);
            said.push_str(value.map_or(name, |(_, value)| value));
            rest = after;
        }
        said.push_str(rest);
        said
    }

    /// A whole sentence.
    pub fn sentence(&self, sentence: &Sentence) -> String {
        let values: Vec<(&str, String)> = sentence
            .values
            .iter()
            .map(|(name, value)| (*name, self.value(value)))
            .collect();
        let values: Vec<(&str, &str)> = values
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        self.say(&sentence.key, &values)
    }

    fn value(&self, value: &Value) -> String {
        match value {
            Value::Plain(text) => text.clone(),
            Value::At(at) => self.moment(*at),
            Value::For(length) => self.duration(*length),
            Value::Text(key) => self.get(key).to_owned(),
            Value::Sentence(sentence) => self.sentence(sentence),
        }
    }

    /// A moment as the page's clock shows it: `day 1 04:00:00.000`.
    pub fn instant(&self, at: Instant) -> String {
        const DAY: u64 = 86_400_000_000;
        let (day, rest) = (at.as_micros() / DAY + 1, at.as_micros() % DAY);
        let clock = Instant::from_micros(rest).to_string();
        self.say(
            "time.instant",
            &[("day", &day.to_string()), ("clock", &clock)],
        )
    }

    /// A moment as a sentence names it: to the second, the day only after the first.
    pub fn moment(&self, at: Instant) -> String {
        const DAY: u64 = 86_400;
        let secs = (at.as_micros() + 500_000) / 1_000_000;
        let (day, rest) = (secs / DAY + 1, secs % DAY);
        let clock = format!("{:02}:{:02}:{:02}", rest / 3_600, rest / 60 % 60, rest % 60);
        if day == 1 {
            return clock;
        }
        self.say(
            "time.instant",
            &[("day", &day.to_string()), ("clock", &clock)],
        )
    }

    /// A length of time in its two largest units: `4 h`, `1 h 30 min`, `2 min 5 s`, `500 ms`.
    pub fn duration(&self, length: Duration) -> String {
        const UNITS: [(&str, u64); 5] = [
            ("d", 86_400_000_000),
            ("h", 3_600_000_000),
            ("min", 60_000_000),
            ("s", 1_000_000),
            ("ms", 1_000),
        ];
        let mut rest = length.as_micros();
        let mut parts = Vec::new();
        for (unit, size) in UNITS {
            let count = rest / size;
            rest %= size;
            let too_fine = unit == "ms" && !parts.is_empty();
            if count > 0 && parts.len() < 2 && !too_fine {
                parts.push(format!("{count}\u{a0}{unit}"));
            }
        }
        if parts.is_empty() {
            format!("{}\u{a0}µs", length.as_micros())
        } else {
            parts.join(" ")
        }
    }
}

#[cfg(test)]
mod tests;
