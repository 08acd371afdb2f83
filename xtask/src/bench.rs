//! `cargo xtask bench`: the engine's own figures, then the same work beside ns-3; `bench page`: the
//! page's.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};

use crate::{page, setup::Browser, shell};

/// The work that both programs do, and in how many turns: ns-3 takes half a minute for the second.
const COMPARED: [(Workload, usize); 2] = [(Workload(100), 5), (Workload(400), 3)];

/// How often ours does it in a turn: what takes a twentieth of a second is measured by one run only as well
/// as the machine was at rest just then.
const OURS_IN_A_TURN: usize = 5;

/// How our own cost grows.
const GROWING: [Workload; 5] = [
    Workload(100),
    Workload(400),
    Workload(1_000),
    Workload(4_000),
    Workload(10_000),
];

const NS3_LIBRARIES: [&str; 6] = [
    "core",
    "csma",
    "internet",
    "internet-apps",
    "network",
    "applications",
];

/// So many clients, each of which has a lease of an hour for a day.
#[derive(Clone, Copy)]
struct Workload(u32);

impl Workload {
    const HOURS: u32 = 24;
    const LEASE: u32 = 3_600;
}

/// Runs the bench, then the comparison where it can be made.
pub(crate) fn run(root: &Path) -> Result<()> {
    shell::run(
        shell::cargo()
            .args(["bench", "--features", "cli", "--bench", "exchange"])
            .current_dir(root),
    )?;
    let program = twin(root)?;
    grow(&program)?;
    let Some(source) = peer_source(root) else {
        println!("no comparison: found no ns3_dhcp.cc (DHCP_LAB_PEERS names its folder)");
        return Ok(());
    };
    if !has_ns3() {
        println!("no comparison: ns-3 is not installed (Debian: apt-get install libns3-dev g++)");
        return Ok(());
    }
    let peer = peer(root, &source)?;
    for (work, runs) in COMPARED {
        compare(work, runs, &ours(&program, work), &theirs(&peer, work))?;
    }
    Ok(())
}

/// Whole processes of ours, from few clients to many.
fn grow(program: &Path) -> Result<()> {
    const RUNS: usize = 3;
    println!("\nwhole processes, {RUNS} runs each");
    for work in GROWING {
        let name = format!("{}", work.0);
        let mut times = Vec::new();
        for _ in 0..RUNS {
            times.push(timed(&name, &ours(program, work))?);
        }
        let median = report(&name, &mut times);
        let each = median.as_secs_f64() * 1e6 / f64::from(work.0 * Workload::HOURS);
        println!("{name:>9} clients: {each:.2} us for each and hour");
    }
    Ok(())
}

/// Measures the finished page in a browser.
pub(crate) fn page(root: &Path, words: &[&str]) -> Result<()> {
    page::build(root)?;
    let Browser { chromium, driver } = Browser::ready()?;
    let bench = [
        "run",
        "--quiet",
        "--package",
        "page-tests",
        "--bin",
        "page-bench",
        "--",
    ];
    shell::run(
        shell::cargo()
            .args(bench)
            .args(words)
            .current_dir(root)
            .env("DHCP_LAB_DIST", root.join("dist"))
            .env("DHCP_LAB_CHROMIUM", chromium)
            .env("DHCP_LAB_CHROMEDRIVER", driver),
    )
}

fn compare(work: Workload, runs: usize, ours: &[String], theirs: &[String]) -> Result<()> {
    let (clients, hours, lease) = (work.0, Workload::HOURS, Workload::LEASE);
    println!(
        "\n{clients} clients, {hours} h, lease {lease} s; whole processes, {runs} turns of {OURS_IN_A_TURN} runs of ours and one of ns-3"
    );
    let (mut our_times, mut their_times) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        for _ in 0..OURS_IN_A_TURN {
            our_times.push(timed("dhcp-lab", ours)?);
        }
        their_times.push(timed("ns-3", theirs)?);
    }
    let our_median = report("dhcp-lab", &mut our_times);
    let their_median = report("ns-3", &mut their_times);
    println!(
        "ns-3 takes {:.1} times as long (medians)",
        their_median.as_secs_f64() / our_median.as_secs_f64()
    );
    Ok(())
}

/// Builds the headless twin for speed; where it is then.
pub(crate) fn twin(root: &Path) -> Result<PathBuf> {
    let build = [
        "build",
        "--release",
        "--features",
        "cli",
        "--bin",
        "dhcp-lab",
    ];
    shell::run(shell::cargo().args(build).current_dir(root))?;
    Ok(target_folder(root).join("release").join("dhcp-lab"))
}

/// Our side: its hidden verb.
fn ours(program: &Path, work: Workload) -> Vec<String> {
    let (hours, lease) = (Workload::HOURS, Workload::LEASE);
    vec![
        program.display().to_string(),
        "workload".to_owned(),
        format!("--clients={}", work.0),
        format!("--hours={hours}"),
        format!("--lease={lease}"),
    ]
}

fn theirs(program: &Path, work: Workload) -> Vec<String> {
    let (hours, lease) = (Workload::HOURS, Workload::LEASE);
    vec![
        program.display().to_string(),
        format!("--n={}", work.0),
        format!("--hours={hours}"),
        format!("--lease={lease}"),
    ]
}

/// Compiles the peer; where it is then.
fn peer(root: &Path, source: &Path) -> Result<PathBuf> {
    let folder = target_folder(root).join("peers");
    fs::create_dir_all(&folder)?;
    let program = folder.join("ns3_dhcp");
    let mut compile = Command::new("g++");
    compile
        .args(["-O2", "-std=c++17"])
        .arg(source)
        .arg("-o")
        .arg(&program)
        .args(NS3_LIBRARIES.map(|library| format!("-lns3-{library}")));
    shell::run(&mut compile)?;
    Ok(program)
}

fn timed(name: &str, words: &[String]) -> Result<Duration> {
    let (program, arguments) = words.split_first().context("a command has a program")?;
    let start = Instant::now();
    let said = shell::read(Command::new(program).args(arguments).stdin(Stdio::null()))?;
    let took = start.elapsed();
    println!("{name:>9} {:8.3} s  {said}", took.as_secs_f64());
    Ok(took)
}

fn report(name: &str, times: &mut [Duration]) -> Duration {
    times.sort();
    let (least, median, most) = (times[0], times[times.len() / 2], times[times.len() - 1]);
    println!(
        "{name:>9} min {:.3} s, median {:.3} s, max {:.3} s",
        least.as_secs_f64(),
        median.as_secs_f64(),
        most.as_secs_f64()
    );
    median
}

fn peer_source(root: &Path) -> Option<PathBuf> {
    let folder = env::var_os("DHCP_LAB_PEERS").map_or_else(
        || root.join("..").join("shared").join("peers"),
        PathBuf::from,
    );
    let source = folder.join("ns3_dhcp.cc");
    source.is_file().then_some(source)
}

fn has_ns3() -> bool {
    let by_header = || {
        ["/usr/include", "/usr/local/include"].iter().any(|folder| {
            fs::read_dir(folder).is_ok_and(|entries| {
                entries.flatten().any(|entry| {
                    entry.file_name().to_string_lossy().starts_with("ns3")
                        && (entry.path().join("core-module.h").is_file()
                            || entry.path().join("ns3/core-module.h").is_file())
                })
            })
        })
    };
    shell::succeeds(Command::new("pkg-config").args(["--exists", "libns3-core"])) || by_header()
}

fn target_folder(root: &Path) -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from)
}
