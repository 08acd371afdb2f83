//! The page's headless twin: the same engine on a command line.

mod bridge;
#[cfg(target_os = "linux")]
mod clock;
#[cfg(target_os = "linux")]
mod operator;
#[cfg(target_os = "linux")]
mod socket;
mod why;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::rc::Rc;

use clap::{Parser, Subcommand};

use dhcp_lab::scenario::{Problem, Scenario, library};
use dhcp_lab::sim::{Entry, EventId, Journal, Recording, What, World};
use dhcp_lab::text::{Language, Texts};
use dhcp_lab::time::{Duration, Instant};
use dhcp_lab::{lesson, scenario, view};

/// Run DHCP scenarios without a browser: the same engine, the same bytes.
#[derive(Parser)]
#[command(name = "dhcp-lab", version)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Run a scenario, and tell its story unless a file is asked for instead.
    Run(Run),
    /// List the built-in scenarios.
    Scenarios,
    /// Say everything that is wrong with scenario files, and where. Ends with 1 if there is anything.
    Check {
        /// The files.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Print the JSON Schema of scenario files.
    Schema,
    /// Put one node of a scenario on a real interface (Linux, as root): it speaks with real
    /// clients and servers.
    #[command(subcommand)]
    Bridge(bridge::Bridge),
    /// Run many clients on one server, for measuring.
    #[command(hide = true)]
    Workload(Workload),
}

#[derive(clap::Args)]
struct Run {
    /// A scenario file, or the name of a built-in scenario.
    scenario: String,
    /// Stop at this instant, such as 90m; the scenario's own end if not given.
    #[arg(long, value_name = "T")]
    until: Option<Duration>,
    /// Draw all random numbers from this seed instead of the scenario's.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Write every frame to a capture file.
    #[arg(long, value_name = "FILE")]
    pcapng: Option<PathBuf>,
    /// Write the ladder as a Mermaid sequence diagram.
    #[arg(long, value_name = "FILE")]
    mermaid: Option<PathBuf>,
    /// Write the journal as JSON lines.
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// Say why: of the journal's entry of this number, of the last thing told at or before an
    /// instant such as 8m or 00:08:04.472, or what the node of this name waits for at the end.
    #[arg(long, value_name = "N|T|NODE")]
    why: Option<why::Asked>,
}

#[derive(clap::Args)]
struct Workload {
    /// How many clients.
    #[arg(long, default_value_t = 100)]
    clients: u32,
    /// How many simulated hours.
    #[arg(long, default_value_t = 24)]
    hours: u64,
    /// How long a lease is, in seconds.
    #[arg(long, default_value_t = 3_600)]
    lease: u64,
    /// Write the scenario to a file instead of running it.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

/// What went wrong, in one line.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("cannot read {0}: {1}")]
    Read(PathBuf, std::io::Error),
    #[error("cannot write {0}: {1}")]
    Write(PathBuf, std::io::Error),
    #[error("{0}")]
    Name(Problem),
    #[error("{0}: {1}")]
    Scenario(PathBuf, Problem),
    #[error("cannot write to standard output: {0}")]
    Output(std::io::Error),
    #[error("{0}")]
    Why(#[from] why::Unknown),
    #[error("{0}")]
    Bridge(#[from] dhcp_lab::bridge::Unfit),
    #[cfg(target_os = "linux")]
    #[error("{0}")]
    Interface(#[from] socket::Unusable),
    #[cfg(not(target_os = "linux"))]
    #[error("the bridge works on Linux only: it needs packet sockets")]
    NotLinux,
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().verb {
        Verb::Run(arguments) => run(&arguments).map(|()| ExitCode::SUCCESS),
        Verb::Scenarios => list().map(|()| ExitCode::SUCCESS),
        Verb::Check { files } => check(&files),
        Verb::Schema => print(&schema_text()).map(|()| ExitCode::SUCCESS),
        Verb::Bridge(verb) => bridge::run(&verb),
        Verb::Workload(arguments) => measure(&arguments).map(|()| ExitCode::SUCCESS),
    };
    match outcome {
        Ok(code) => code,
        // A reader that has seen enough, such as `head`, is no failure.
        Err(Failure::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(failure) => {
            let _ = writeln!(std::io::stderr(), "dhcp-lab: {failure}");
            ExitCode::from(2)
        }
    }
}

fn print(text: &str) -> Result<(), Failure> {
    std::io::stdout()
        .write_all(text.as_bytes())
        .map_err(Failure::Output)
}

/// A file if there is one of that name, else a built-in scenario.
fn load(name: &str) -> Result<Scenario, Failure> {
    let path = Path::new(name);
    let looks_like_file = path.extension().is_some() || path.components().count() > 1;
    if !looks_like_file && !path.is_file() {
        return library::load(name).map_err(Failure::Name);
    }
    let text =
        std::fs::read_to_string(path).map_err(|error| Failure::Read(path.to_owned(), error))?;
    Scenario::parse(&text).map_err(|problem| Failure::Scenario(path.to_owned(), problem))
}

fn run(arguments: &Run) -> Result<(), Failure> {
    let mut scenario = load(&arguments.scenario)?;
    if let Some(seed) = arguments.seed {
        scenario = scenario.with_seed(seed);
    }
    let until = arguments
        .until
        .map_or_else(|| scenario.until(), |until| Instant::ZERO + until);
    let (mut world, mut journal) = (World::new(&scenario), Journal::default());
    world.run_until(until, scenario.commands(), &mut journal);
    let journal = &journal;
    let mut written = false;
    let mut write = |path: &Option<PathBuf>, bytes: &dyn Fn() -> Vec<u8>| {
        let Some(path) = path else { return Ok(()) };
        written = true;
        std::fs::write(path, bytes()).map_err(|error| Failure::Write(path.clone(), error))
    };
    write(&arguments.pcapng, &|| {
        view::capture::capture(&scenario, journal)
    })?;
    write(&arguments.mermaid, &|| {
        view::mermaid::diagram(&scenario, journal, Language::English).into_bytes()
    })?;
    write(&arguments.journal, &|| {
        view::journal::lines(&scenario, journal).into_bytes()
    })?;
    if let Some(asked) = &arguments.why {
        let mut recording = Recording::new(Rc::new(scenario.clone()));
        recording.seek(until);
        print(&why::answer(&recording, asked)?)
    } else if written {
        Ok(())
    } else {
        tell(&scenario, journal)
    }
}

/// The story in words, a line each.
fn tell(scenario: &Scenario, journal: &Journal) -> Result<(), Failure> {
    let texts = Texts::new(Language::English);
    for (id, entry) in journal.from(0) {
        if let Some(sentence) = lesson::tell(scenario, journal, id) {
            print(&format!("{}  {}\n", entry.at, texts.sentence(&sentence)))?;
        }
    }
    Ok(())
}

/// As it is published in `docs/`.
fn schema_text() -> String {
    // It is made of nothing that JSON lacks.
    let text = serde_json::to_string_pretty(&scenario::schema());
    text.unwrap_or_default() + "\n"
}

/// A line for each thing that is wrong, and one for each file that is right.
fn check(files: &[PathBuf]) -> Result<ExitCode, Failure> {
    let mut code = ExitCode::SUCCESS;
    for path in files {
        let text =
            std::fs::read_to_string(path).map_err(|error| Failure::Read(path.clone(), error))?;
        let file = path.display();
        match Scenario::examine(&text) {
            Ok(scenario) => {
                let file_is = scenario.file();
                let (nodes, commands) = (file_is.nodes.len(), file_is.commands.len());
                print(&format!(
                    "{file}: right: {nodes} nodes, {commands} commands\n"
                ))?;
            }
            Err(found) => {
                code = ExitCode::from(1);
                for problem in found {
                    let between = if problem.place.is_some() { ":" } else { ": " };
                    print(&format!("{file}{between}{problem}\n"))?;
                }
            }
        }
    }
    Ok(code)
}

fn list() -> Result<(), Failure> {
    for (name, _) in library::FILES {
        let scenario = library::load(name).map_err(Failure::Name)?;
        let title = scenario.file().title.get("en").map_or("", String::as_str);
        print(&format!("{name:<16}{title}\n"))?;
    }
    Ok(())
}

/// How much of the story passes before its new entries are read: the journal does not keep them all.
const LOOK: Duration = Duration::from_secs(1);
/// How many entries of its journal are kept: more than are written in between. More of them only take
/// new memory from the system, a quarter of the time with 400 clients.
const KEPT: usize = 2 * 1_024;

/// The most memory that this process has had, where the system tells (Linux).
fn peak() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(peak.trim().to_owned())
}

fn measure(arguments: &Workload) -> Result<(), Failure> {
    let lease = Duration::from_secs(arguments.lease);
    let hours = Duration::from_secs(arguments.hours.saturating_mul(3_600));
    let file = scenario::library::workload(arguments.clients, lease, hours);
    if let Some(path) = &arguments.file {
        return std::fs::write(path, file.to_json())
            .map_err(|error| Failure::Write(path.clone(), error));
    }
    let scenario = Scenario::new(file).map_err(Failure::Name)?;
    let mut world = World::new(&scenario);
    let mut journal = Journal::default();
    journal.keep(KEPT);
    let (mut read, mut frames) = (0, 0);
    while world.now() < scenario.until() {
        // The hours between renewals pass at one look.
        let next = world.next_at(scenario.commands());
        let next = next.map_or(scenario.until(), |at| (at + LOOK).min(scenario.until()));
        world.run_until(next, scenario.commands(), &mut journal);
        let first = |(id, entry): &(EventId, &Entry)| matches!(&entry.what, What::Sent { origin, .. } if origin == id);
        frames += journal.from(read).filter(first).count();
        read = journal.len();
    }
    print(&format!(
        "frames {frames} events {} entries {read}{}\n",
        world.executed(),
        peak().map_or_else(String::new, |peak| format!(" peak {peak}"))
    ))
}
