//! `cargo xtask fuzz`: runs the fuzz targets of `fuzz/`, which take a nightly Rust.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::{setup, shell};

/// More memory than a target needs; a run that takes more is a finding.
const MEGABYTES: u32 = 2_048;
/// The most that is asked for at once.
const MEGABYTES_AT_ONCE: u32 = 512;
/// How long one input may take, in seconds.
const SECONDS: u32 = 10;
/// The longest input: some frames, or a scenario of a page.
const BYTES: u32 = 8_192;

/// What `cargo xtask fuzz` was told.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    /// Only this target; every one in turn without it.
    target: Option<String>,
    /// How long each is run.
    minutes: u64,
}

impl Options {
    pub(crate) fn parse(words: &[&str]) -> Result<Self> {
        let mut options = Self {
            target: None,
            minutes: 1,
        };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match (*word, &options.target) {
                ("--minutes", _) => {
                    let number = words.next().context("--minutes takes a number")?;
                    options.minutes = number
                        .parse()
                        .ok()
                        .filter(|minutes| (1..=1_440).contains(minutes))
                        .with_context(|| format!("'{number}' is not 1 to 1440 minutes"))?;
                }
                (name, None) if !name.starts_with('-') => options.target = Some(name.to_owned()),
                (other, _) => bail!("fuzz takes a target and --minutes N, not '{other}'"),
            }
        }
        Ok(options)
    }
}

/// Runs one target or all of them, each for a while, and stops at the first finding.
pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    let folder = root.join("fuzz");
    let known = targets(&folder)?;
    let chosen: Vec<&String> = known
        .iter()
        .filter(|name| options.target.as_ref().is_none_or(|target| target == *name))
        .collect();
    if chosen.is_empty() {
        bail!("no such target; there are {}", known.join(", "));
    }
    let search_path = setup::fuzzer()?;
    for target in chosen {
        println!("\n==== {target}: {} min ====", options.minutes);
        let finding = || {
            format!(
                "the input is in fuzz/artifacts/{target}: mend it, and leave it in fuzz/crashes/{target}"
            )
        };
        shell::run(fuzz(root, target, options.minutes)?.env("PATH", &search_path))
            .with_context(finding)?;
    }
    Ok(())
}

fn targets(folder: &Path) -> Result<Vec<String>> {
    let mut names: Vec<String> = folder
        .join("fuzz_targets")
        .read_dir()?
        .flatten()
        .filter_map(|entry| Some(entry.path().file_stem()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    Ok(names)
}

fn fuzz(root: &Path, target: &str, minutes: u64) -> Result<Command> {
    // What is found while it runs stays out of the corpus that is kept in the repository.
    let found: PathBuf = root.join("target/fuzz-corpus").join(target);
    fs::create_dir_all(&found)?;
    let mut command = Command::new("rustup");
    command
        .args(["run", "nightly", "cargo", "fuzz", "run", target])
        .arg(&found)
        .arg(root.join("fuzz/corpus").join(target))
        .arg("--")
        .arg(format!("-max_total_time={}", minutes * 60))
        .arg(format!("-rss_limit_mb={MEGABYTES}"))
        .arg(format!("-malloc_limit_mb={MEGABYTES_AT_ONCE}"))
        .arg(format!("-timeout={SECONDS}"))
        .arg(format!("-max_len={BYTES}"))
        .arg("-print_final_stats=1");
    let words = root
        .join("fuzz/dictionaries")
        .join(format!("{target}.dict"));
    if words.is_file() {
        command.arg(format!("-dict={}", words.display()));
    }
    command
        .current_dir(root)
        .env("CARGO_TARGET_DIR", root.join("target").join("fuzz"));
    // The cargo that runs us sets these for itself.
    for name in ["CARGO", "RUSTC", "RUSTUP_TOOLCHAIN"] {
        command.env_remove(name);
    }
    Ok(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_after_fuzz_are_a_target_and_minutes() {
        let parse = |words: &[&str]| Options::parse(words).map_err(|error| error.to_string());
        let options = |target: Option<&str>, minutes| {
            let target = target.map(str::to_owned);
            Ok(Options { target, minutes })
        };
        assert_eq!(parse(&[]), options(None, 1));
        assert_eq!(
            parse(&["dhcp", "--minutes", "15"]),
            options(Some("dhcp"), 15)
        );
        assert_eq!(
            parse(&["--minutes", "2", "frame"]),
            options(Some("frame"), 2)
        );
        for words in [
            &["--minutes"][..],
            &["--minutes", "0"],
            &["dhcp", "frame"],
            &["--seed", "1"],
        ] {
            assert!(parse(words).is_err(), "{words:?}");
        }
    }

    #[test]
    fn every_target_is_a_program_with_a_corpus() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz");
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        let targets = targets(&folder).unwrap();
        assert!(targets.len() >= 3, "{targets:?}");
        for target in targets {
            assert!(
                manifest.contains(&format!("name = \"{target}\"")),
                "{target}"
            );
            assert!(folder.join("corpus").join(&target).is_dir(), "{target}");
        }
    }
}
