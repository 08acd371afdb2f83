//! `wasm-opt` of the Binaryen project, which makes the page smaller.

use std::{ffi::OsStr, path::PathBuf, process::Command, process::Stdio};

use anyhow::{Context, Result};

use super::{cache::Cache, debian};
use crate::shell;

/// The release that npm brings.
const NPM_VERSION: &str = "132.0.0";

/// Before this release (Debian 12 has 108) it refuses some of what Rust's compiler emits.
const OLDEST: u32 = 120;

/// The folder of a `wasm-opt` that understands what rustc emits; `None` when it is on `PATH`.
pub(super) fn ensure(cache: &Cache) -> Result<Option<PathBuf>> {
    if let Some(program) = shell::find_on_path("wasm-opt")
        && release(program.as_os_str()).is_some_and(|release| release >= OLDEST)
    {
        return Ok(None);
    }
    if shell::find_on_path("npm").is_none() {
        let advice = format!("wasm-opt is missing: install npm, or Binaryen {OLDEST} or newer");
        debian::install(
            &["npm", "nodejs"],
            "npm, which brings wasm-opt",
            "2 minutes",
        )
        .context(advice)?;
    }
    let npm = shell::find_on_path("npm").context("found no npm on PATH")?;
    let folder = cache.folder(&format!("tools/binaryen-{NPM_VERSION}"), |folder| {
        let what = format!("fetching wasm-opt (npm's binaryen {NPM_VERSION})");
        shell::step(&what, "a few seconds", || {
            let mut install = Command::new(npm);
            install
                .args(["install", "--no-audit", "--no-fund", "--ignore-scripts"])
                .args(["--loglevel", "error", "--prefix"])
                .arg(folder)
                .arg(format!("binaryen@{NPM_VERSION}"))
                .stdin(Stdio::null());
            shell::run(&mut install)
        })
    })?;
    Ok(Some(folder.join("node_modules").join(".bin")))
}

fn release(program: &OsStr) -> Option<u32> {
    let line = shell::read(Command::new(program).arg("--version")).ok()?;
    line.split_whitespace().find_map(|word| word.parse().ok())
}
