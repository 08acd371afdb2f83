//! Trunk and wasm-bindgen, compiled from crates.io.

use std::{
    env,
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context, Result};

use super::{cache::Cache, prints_version};
use crate::shell;

/// The newest Trunk that the compilers in reach can build.
const TRUNK: &str = "0.21.14";

/// What builds and runs the fuzz targets.
const CARGO_FUZZ: &str = "0.13.2";

/// The folder of a Trunk of the right version; `None` when it is on `PATH` already.
pub(super) fn trunk(cache: &Cache) -> Result<Option<PathBuf>> {
    let tool = Tool {
        package: "trunk",
        program: "trunk",
        version: TRUNK,
        locked: true,
        usually: "5 to 12 minutes, once",
    };
    tool.ensure(cache)
}

/// The folder of cargo-fuzz; `None` when it is on `PATH` already.
pub(super) fn cargo_fuzz(cache: &Cache) -> Result<Option<PathBuf>> {
    let tool = Tool {
        package: "cargo-fuzz",
        program: "cargo-fuzz",
        version: CARGO_FUZZ,
        locked: true,
        usually: "a minute, once",
    };
    tool.ensure(cache)
}

/// The folder of the wasm-bindgen that belongs to the library in `Cargo.lock`.
pub(super) fn wasm_bindgen(cache: &Cache, root: &Path) -> Result<Option<PathBuf>> {
    let lock = std::fs::read_to_string(root.join("Cargo.lock"))?;
    let version = locked_version(&lock, "wasm-bindgen")
        .context("Cargo.lock names no version of wasm-bindgen")?;
    let tool = Tool {
        package: "wasm-bindgen-cli",
        program: "wasm-bindgen",
        version,
        // Its own lock file names packages that no longer resolve.
        locked: false,
        usually: "2 to 4 minutes, once",
    };
    tool.ensure(cache)
}

struct Tool<'a> {
    package: &'a str,
    program: &'a str,
    version: &'a str,
    locked: bool,
    usually: &'a str,
}

impl Tool<'_> {
    fn ensure(&self, cache: &Cache) -> Result<Option<PathBuf>> {
        let name = format!("tools/{}-{}", self.program, self.version);
        if let Some(folder) = cache.find(&name) {
            return Ok(Some(folder.join("bin")));
        }
        if let Some(program) = shell::find_on_path(self.program)
            && prints_version(program.as_os_str(), self.version)
        {
            return Ok(None);
        }
        let what = format!("compiling {} {}", self.package, self.version);
        let folder = cache.folder(&name, |folder| {
            shell::step(&what, self.usually, || self.install(folder))
        })?;
        Ok(Some(folder.join("bin")))
    }

    fn install(&self, folder: &Path) -> Result<()> {
        let mut install = shell::cargo();
        install
            .args(["install", self.package, "--version", self.version])
            .arg("--root")
            .arg(folder)
            .args(self.locked.then_some("--locked"))
            .arg("--force")
            .current_dir(env::temp_dir())
            .stdin(Stdio::null())
            // The tools wait for the disk more than for themselves: what counts is how
            // soon they are there.
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env("CARGO_PROFILE_RELEASE_DEBUG", "false")
            .env_remove("CARGO_TARGET_DIR");
        shell::run(&mut install)
    }
}

fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines
        .nth(1)?
        .strip_prefix("version = \"")?
        .strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locked_version_is_of_the_package_with_just_that_name() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"0.1.0\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(locked_version(lock, "yew"), None);
    }
}
