//! Rust's standard library for wasm32, in whichever way this machine offers.

use std::{
    env,
    ffi::OsString,
    fs,
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Result, bail};

use super::{Purpose, cache::Cache, debian, library::Kind, small, sysroot};
use crate::shell;

const TARGET: &str = "wasm32-unknown-unknown";

/// How a downloading rustup may pause before it counts as cut off.
const PATIENCE: Duration = Duration::from_secs(20);

/// The way by which Rust compiles for wasm32 here.
pub(crate) struct Way {
    /// The compiler, where it is not the one on `PATH`.
    pub(crate) rustc: Option<PathBuf>,
    /// The linker, where the compiler does not find it by itself.
    pub(crate) linker: Option<PathBuf>,
    /// The folder of a standard library that was built here; else the compiler has its own.
    pub(crate) library: Option<(PathBuf, Kind)>,
}

/// Finds the target, or gets it.
pub(super) fn ensure(cache: &Cache, purpose: Purpose) -> Result<Way> {
    let way = ordinary(cache)?;
    Ok(match purpose {
        Purpose::Draft => way,
        Purpose::Release => small::instead_of(way, cache),
    })
}

fn ordinary(cache: &Cache) -> Result<Way> {
    let installed = Way {
        rustc: None,
        linker: None,
        library: None,
    };
    if is_installed() {
        println!("set-up: Rust has the target {TARGET}");
        return Ok(installed);
    }
    if let Some(ready) = sysroot::find(cache, Kind::Ordinary) {
        println!("set-up: Rust for {TARGET} from Debian's rustc-web, built earlier");
        return Ok(ready);
    }
    if shell::find_on_path("rustup").is_some() {
        let added = shell::step(
            &format!("asking rustup for the target {TARGET}"),
            "10 seconds; given up after 20 without an answer",
            || ask_rustup(&["target", "add", TARGET]),
        );
        if added.is_ok() && is_installed() {
            return Ok(installed);
        }
        println!("set-up: rustup does not reach its server");
    }
    if debian::is_here() {
        println!("set-up: going by Debian's packages instead");
        return sysroot::make(cache, Kind::Ordinary);
    }
    bail!(
        "Rust cannot compile for {TARGET} here: run `rustup target add {TARGET}` \
         where rustup reaches its server, or use a Debian machine"
    )
}

/// The compiler that builds where no other is chosen.
pub(super) fn rustc() -> OsString {
    env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())
}

fn is_installed() -> bool {
    let query = ["--print", "target-libdir", "--target", TARGET];
    let Ok(folder) = shell::read(Command::new(rustc()).args(query)) else {
        return false;
    };
    let Ok(files) = fs::read_dir(folder) else {
        return false;
    };
    files.flatten().any(|file| {
        let name = file.file_name();
        let name = name.to_string_lossy();
        name.starts_with("libstd-") && name.ends_with(".rlib")
    })
}

/// Has rustup fetch something; gives up when its server does not answer.
pub(super) fn ask_rustup(words: &[&str]) -> Result<()> {
    let mut child = Command::new("rustup")
        .args(words)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let home = shell::read(Command::new("rustup").args(["show", "home"])).map(PathBuf::from);
    let downloaded = || match &home {
        Ok(home) => {
            shell::bytes_below(&home.join("downloads")) + shell::bytes_below(&home.join("tmp"))
        }
        Err(_) => 0,
    };
    if shell::wait_while_alive(&mut child, PATIENCE, downloaded)? {
        Ok(())
    } else {
        bail!("no success")
    }
}
