//! Everything that is done with this repository besides editing it: `cargo xtask help`.

mod bench;
mod fuzz;
mod loads;
mod pack;
mod page;
mod peers;
mod setup;
mod shell;
mod size;
mod test;

use std::{
    env,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result, bail};

const HELP: &str = "\
cargo xtask serve [--port N] [--open]
    sets up what is missing, serves the page on this machine and rebuilds it on a change
cargo xtask build
    leaves the finished page in dist/, for any folder of any static host
cargo xtask build --draft
    leaves the page that `serve` shows in target/page/dist/
cargo xtask test [--only lint|native|page]
    checks everything, or one stage of it
cargo xtask lint
    checks format and lints only
cargo xtask bench
    measures the engine, beside ns-3 where that is installed
cargo xtask bench page [WORK]
    builds the finished page and measures it in a browser with a day of 1,000 clients and others
cargo xtask bench peers
    measures `dhcp-lab bridge server` by perfdhcp, beside Kea and dnsmasq (Linux, as root)
cargo xtask fuzz [TARGET] [--minutes N]
    runs a fuzz target, or each in turn, for a minute or for N; takes a nightly Rust
cargo xtask setup
    sets up what is missing and stops there
";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Result<()> {
    let root = root()?;
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["serve", options @ ..] => page::serve(&root, &page::ServeOptions::parse(options)?),
        ["build"] => page::build(&root),
        ["build", "--draft"] => page::build_draft(&root).map(drop),
        ["test"] => test::run(&root, None),
        ["test", "--only", stage] => test::run(&root, Some(stage)),
        ["lint"] => test::run(&root, Some("lint")),
        ["bench"] => bench::run(&root),
        ["bench", "page", options @ ..] => bench::page(&root, options),
        ["bench", "peers"] => peers::run(&root),
        ["fuzz", options @ ..] => fuzz::run(&root, &fuzz::Options::parse(options)?),
        ["setup"] => {
            setup::PageBuild::ready(&root, setup::Purpose::Release)?;
            setup::Browser::ready()?;
            setup::tshark()?;
            println!("set-up: all is there");
            Ok(())
        }
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        other => bail!("no such command: {}\n\n{HELP}", other.join(" ")),
    }
}

fn root() -> Result<PathBuf> {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map(Path::to_owned)
        .context("xtask lies in a folder of the repository")
}
