//! What leaves the page, and comes back: scenario files, links that hold a whole run, captures.

use super::{Notice, Panel, Session, Theme};
use crate::app::pace::Speed;
use crate::scenario::{File, Problem, Scenario, Show};
use crate::text::Language;
use crate::time::Instant;
use crate::view::capture::capture;
use crate::view::mermaid::diagram;

/// What can be saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Export {
    /// The scenario with everything that was done in the branch that is looked at.
    Scenario,
    /// Every frame, as pcapng.
    Capture,
    /// The ladder, as a Mermaid sequence diagram.
    Diagram,
}

/// A file to be saved: text or bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

impl Session {
    /// A session with what a link holds; with the first story, and a notice, where that is no scenario.
    /// An empty text is one that could not be unpacked.
    ///
    /// # Errors
    /// The built-in scenarios' own [`Problem`], which a test excludes.
    pub(crate) fn linked(text: &str, language: Language, theme: Theme) -> Result<Self, Problem> {
        let problem = match Scenario::parse(text) {
            Ok(scenario) => {
                let mut session = Self::new(scenario, language, theme);
                session.is_file = true;
                return Ok(session);
            }
            Err(problem) => problem,
        };
        let mut session = Self::open(None, language, theme)?;
        session.notice = Some(Notice::BadLink((!text.is_empty()).then_some(problem)));
        Ok(session)
    }

    /// Shows what a scenario says that it shows at first.
    pub(super) fn show(&mut self) {
        let shown = self.shown.clone();
        let show = &shown.file().show;
        self.real_time = show.real_time;
        let speeds = Show::SPEEDS.into_iter().zip(Speed::STEPS);
        for (hundredths, speed) in speeds {
            if show.speed == Some(hundredths) {
                self.speed = speed;
            }
        }
        let open = show
            .open
            .as_ref()
            .and_then(|name| self.scenario().find(name));
        self.panel = open.map(Panel::Node);
        if let Some(at) = show.at {
            self.go((Instant::ZERO + at).min(self.end));
        }
    }

    fn file(&self) -> File {
        let here = self.branches.recording();
        let mut file = here.scenario().with_commands(here.commands());
        file.until = self.end.since(Instant::ZERO);
        file
    }

    /// The scenario with everything that was done in this branch, to the same run and instant.
    pub(crate) fn link(&self) -> String {
        let mut file = self.file();
        file.show.at = Some(self.now().since(Instant::ZERO));
        file.show.all = self.filter.all;
        file.show.failover = Some(self.filter.failover);
        file.show.real_time = self.real_time;
        file.show.speed = Show::SPEEDS.get(self.speed.step()).copied();
        file.show.open = match self.panel {
            Some(Panel::Node(id)) => Some(self.scenario().node(id).id.clone()),
            Some(_) | None => None,
        };
        file.to_json()
    }

    /// A file to be saved: what it is called, and what is in it.
    pub(crate) fn export(&self, what: Export) -> (String, Content) {
        let (scenario, journal) = (self.scenario(), self.journal());
        let (end, content) = match what {
            Export::Scenario => ("json", Content::Text(self.file().to_json())),
            Export::Capture => ("pcapng", Content::Bytes(capture(scenario, journal))),
            Export::Diagram => {
                let language = self.texts.language();
                ("mmd", Content::Text(diagram(scenario, journal, language)))
            }
        };
        // The name comes out of a file: nothing in it may lead elsewhere.
        let plain = |letter: char| {
            if letter.is_alphanumeric() || "-_.".contains(letter) {
                letter
            } else {
                '-'
            }
        };
        let name: String = scenario.file().name.chars().take(60).map(plain).collect();
        (format!("{name}.{end}"), content)
    }
}
