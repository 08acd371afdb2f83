//! `cargo xtask test`: every check, in stages.

use std::{
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Result, bail};

use crate::{
    pack, page,
    setup::{self, Browser},
    shell,
};

type Stage = (&'static str, &'static str, fn(&Path) -> Result<()>);

const STAGES: [Stage; 3] = [
    ("lint", "format and lints", lint),
    (
        "native",
        "the engine, with tshark reading its captures and real peers",
        native,
    ),
    ("page", "the finished page in a browser", browser),
];

/// Runs all stages, or one; goes on after a failure so that one run shows all of them.
pub(crate) fn run(root: &Path, only: Option<&str>) -> Result<()> {
    let stages: Vec<&Stage> = STAGES
        .iter()
        .filter(|(name, ..)| only.is_none_or(|only| only == *name))
        .collect();
    if stages.is_empty() {
        let names: Vec<&str> = STAGES.iter().map(|(name, ..)| *name).collect();
        bail!("no such stage; there are {}", names.join(", "));
    }
    let mut results: Vec<(&str, Duration, bool)> = Vec::new();
    for (name, what, work) in stages {
        println!("\n==== {name}: {what} ====");
        let start = Instant::now();
        let result = work(root);
        if let Err(error) = &result {
            eprintln!("error: {error:#}");
        }
        results.push((name, start.elapsed(), result.is_ok()));
    }
    println!();
    for (name, took, passed) in &results {
        let verdict = if *passed { "passed" } else { "FAILED" };
        println!("==== {name}: {verdict} in {} ====", shell::duration(*took));
    }
    let failed = results.iter().filter(|(.., passed)| !passed).count();
    match failed {
        0 => Ok(()),
        _ => bail!("{failed} of {} stages failed", results.len()),
    }
}

fn lint(root: &Path) -> Result<()> {
    shell::run(&mut cargo(root, &["fmt", "--all", "--", "--check"]))?;
    shell::run(&mut cargo(
        root,
        &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--features",
            "dhcp-lab/app,dhcp-lab/cli",
            "--",
            "-D",
            "warnings",
        ],
    ))
}

fn native(root: &Path) -> Result<()> {
    setup::tshark()?;
    let peers = setup::peers()?;
    let arguments = [
        "test",
        "--workspace",
        "--exclude",
        "page-tests",
        "--features",
        "dhcp-lab/app,dhcp-lab/cli",
        "--no-fail-fast",
    ];
    let mut command = cargo(root, &arguments);
    command.env("DHCP_LAB_REQUIRE_TSHARK", "1");
    if peers {
        command.env("DHCP_LAB_REQUIRE_NETNS", "1");
        // Those tests wait for timers of real programs most of the time.
        command.env("RUST_TEST_THREADS", "8");
    }
    shell::run(&mut command)
}

fn browser(root: &Path) -> Result<()> {
    page::build(root)?;
    let kept = page::kept_folder(root);
    pack::write_sample(&kept)?;
    let draft = page::build_draft(root)?;
    let Browser { chromium, driver } = Browser::ready()?;
    let test = |dist: &Path, words: &[&str]| {
        let mut arguments = vec!["test", "--package", "page-tests", "--no-fail-fast"];
        arguments.extend(words);
        shell::run(
            cargo(root, &arguments)
                .env("DHCP_LAB_DIST", dist)
                .env("DHCP_LAB_KEPT", &kept)
                .env("DHCP_LAB_SCREENSHOTS", root.join("target/screenshots"))
                .env("DHCP_LAB_CHROMIUM", &chromium)
                .env("DHCP_LAB_CHROMEDRIVER", &driver),
        )
    };
    test(&root.join("dist"), &[])?;
    test(&draft, &["--test", "story", "--test", "people"])
}

fn cargo(root: &Path, arguments: &[&str]) -> Command {
    let mut command = shell::cargo();
    command
        .args(arguments)
        .current_dir(root)
        .stdin(Stdio::null());
    command
}
