//! A run in the address of the page: its scenario, what was done to it, and where it stands.
//!
//! Of a built-in scenario only the name is there, with all of the run's commands; any other is there
//! whole. It is JSON text, which the page makes short and fit for an address.

use serde::Serialize;

use super::file::check_version;
use super::{File, Problem, Scenario, Timed, TimedFile, layout, library};
use crate::json::{self, FromJson};
use crate::time::{Duration, Instant};

/// What is in such an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, FromJson)]
#[serde(deny_unknown_fields)]
pub struct Permalink {
    /// The name of a built-in scenario.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<String>,
    /// Its seed, where it is another than the scenario's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// How long it lasts, where that is another time than the scenario's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Duration>,
    /// Everything that is done in it, where that is something else than the scenario's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commands: Option<Vec<TimedFile>>,
    /// A scenario that is not built in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<File>,
    /// At which instant it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Duration>,
}

impl Permalink {
    /// A run of a scenario with these commands that stands at an instant. `built_in` is the built-in
    /// scenario of this name, if there is one.
    pub fn new(
        scenario: &Scenario,
        commands: &[Timed],
        at: Instant,
        built_in: Option<&Scenario>,
    ) -> Self {
        let file = scenario.with_commands(commands);
        let mut link = Self {
            scenario: None,
            seed: None,
            until: None,
            commands: None,
            file: None,
            at: (at > Instant::ZERO).then_some(at.since(Instant::ZERO)),
        };
        let same = built_in.map(Scenario::file).filter(|known| {
            // What a link has of its own.
            let ours = File {
                seed: known.seed,
                until: known.until,
                commands: Vec::new(),
                ..file.clone()
            };
            let theirs = File {
                commands: Vec::new(),
                ..(*known).clone()
            };
            ours == theirs
        });
        let Some(known) = same else {
            link.file = Some(file);
            return link;
        };
        link.scenario = Some(file.name);
        link.seed = (file.seed != known.seed).then_some(file.seed);
        link.until = (file.until != known.until).then_some(file.until);
        let own = built_in.is_some_and(|known| known.commands() == commands);
        link.commands = (!own).then_some(file.commands);
        link
    }

    /// Its text.
    pub fn text(&self) -> String {
        // Nothing in it is of a kind that JSON lacks.
        let mut value = serde_json::to_value(self).unwrap_or_default();
        if let Some(file) = value.get_mut("file") {
            layout::terse(file);
        }
        json::text(&value)
    }

    /// Reads a text.
    ///
    /// # Errors
    /// A [`Problem`]: line and column, or the path of the field.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let value = json::parse(text)?;
        check_version(&value["file"]["version"]).map_err(below_file)?;
        let link: Self = json::read(&value)?;
        if link.scenario.is_some() == link.file.is_some() {
            let message = "must have either 'scenario', a built-in one's name, or 'file'";
            return Err(Problem::new("", message));
        }
        Ok(link)
    }

    /// The scenario of the run, with the commands in it. `load` gives the built-in scenario of a name.
    ///
    /// # Errors
    /// That there is none of this name, or what is wrong with the commands or the file.
    pub fn open(
        self,
        load: impl FnOnce(&str) -> Result<Scenario, Problem>,
    ) -> Result<Scenario, Problem> {
        let Some(name) = self.scenario else {
            let file = self.file.ok_or_else(|| Problem::new("", "is empty"))?;
            return Scenario::new(file).map_err(below_file);
        };
        let built_in = load(&name)?;
        let own = built_in.file().clone();
        Scenario::new(File {
            seed: self.seed.unwrap_or(own.seed),
            until: self.until.unwrap_or(own.until),
            commands: self.commands.unwrap_or(own.commands),
            ..own
        })
    }
}

/// A problem of the scenario that is not built in, as one of the whole text.
fn below_file(problem: Problem) -> Problem {
    let dot = if problem.path.is_empty() { "" } else { "." };
    Problem::new(format!("file{dot}{}", problem.path), problem.message)
}

/// The text of a run: see [`Permalink`].
pub fn write(scenario: &Scenario, commands: &[Timed], at: Instant) -> String {
    let built_in = library::load(&scenario.file().name).ok();
    Permalink::new(scenario, commands, at, built_in.as_ref()).text()
}

/// The run of a text: its scenario with everything that was done, and where it stands.
///
/// # Errors
/// A [`Problem`] that says what is wrong with the text, and where.
pub fn read(text: &str) -> Result<(Scenario, Instant), Problem> {
    let link = Permalink::parse(text)?;
    let at = Instant::ZERO + link.at.unwrap_or_default();
    Ok((link.open(library::load)?, at))
}
