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

/// The work that both programs do.
const WORKLOAD: Workload = Workload {
    clients: 100,
    hours: 24,
    lease_seconds: 3600,
};

const RUNS: usize = 5;

const NS3_LIBRARIES: [&str; 6] = [
    "core",
    "csma",
    "internet",
    "internet-apps",
    "network",
    "applications",
];

struct Workload {
    clients: u32,
    hours: u32,
    lease_seconds: u32,
}

/// Runs the bench, then the comparison where it can be made.
pub(crate) fn run(root: &Path) -> Result<()> {
    shell::run(
        shell::cargo()
            .args(["bench", "--features", "cli", "--bench", "exchange"])
            .current_dir(root),
    )?;
    let Some(source) = peer_source(root) else {
        println!("no comparison: found no ns3_dhcp.cc (DHCP_LAB_PEERS names its folder)");
        return Ok(());
    };
    if !has_ns3() {
        println!("no comparison: ns-3 is not installed (Debian: apt-get install libns3-dev g++)");
        return Ok(());
    }
    compare(&ours(root)?, &theirs(root, &source)?)
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

fn compare(ours: &[String], theirs: &[String]) -> Result<()> {
    let Workload {
        clients,
        hours,
        lease_seconds,
    } = WORKLOAD;
    println!(
        "\n{clients} clients, {hours} h, lease {lease_seconds} s; whole processes, \
         {RUNS} runs each, in turn"
    );
    let (mut our_times, mut their_times) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        our_times.push(timed("dhcp-lab", ours)?);
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
fn ours(root: &Path) -> Result<Vec<String>> {
    let program = twin(root)?;
    let Workload {
        clients,
        hours,
        lease_seconds,
    } = WORKLOAD;
    Ok(vec![
        program.display().to_string(),
        "workload".to_owned(),
        format!("--clients={clients}"),
        format!("--hours={hours}"),
        format!("--lease={lease_seconds}"),
    ])
}

fn theirs(root: &Path, source: &Path) -> Result<Vec<String>> {
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
    let Workload {
        clients,
        hours,
        lease_seconds,
    } = WORKLOAD;
    Ok(vec![
        program.display().to_string(),
        format!("--n={clients}"),
        format!("--hours={hours}"),
        format!("--lease={lease_seconds}"),
    ])
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
