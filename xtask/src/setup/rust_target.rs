//! Rust's standard library for wasm32, in whichever way this machine offers.

use std::{
    env, fs,
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Result, bail};

use super::{cache::Cache, debian, sysroot};
use crate::shell;

const TARGET: &str = "wasm32-unknown-unknown";

/// How a downloading rustup may pause before it counts as cut off.
const PATIENCE: Duration = Duration::from_secs(20);

/// The way by which Rust compiles for wasm32 here.
pub(crate) enum Way {
    /// The compiler on `PATH` has the target.
    Installed,
    /// Debian's compiler for web browsers, and a standard library that we built for it.
    Debian {
        /// That compiler.
        rustc: PathBuf,
        /// The linker of its LLVM, which it does not find by itself.
        linker: PathBuf,
        /// The folder that holds the standard library for wasm32.
        sysroot: PathBuf,
    },
}

/// Finds the target, or gets it.
pub(super) fn ensure(cache: &Cache) -> Result<Way> {
    if is_installed() {
        println!("set-up: Rust has the target {TARGET}");
        return Ok(Way::Installed);
    }
    if let Some(ready) = sysroot::find(cache) {
        println!("set-up: Rust for {TARGET} from Debian's rustc-web, built earlier");
        return Ok(ready);
    }
    if shell::find_on_path("rustup").is_some() {
        let added = shell::step(
            &format!("asking rustup for the target {TARGET}"),
            "10 seconds; given up after 20 without an answer",
            ask_rustup,
        );
        if added.is_ok() && is_installed() {
            return Ok(Way::Installed);
        }
        println!("set-up: rustup does not reach its server");
    }
    if debian::is_here() {
        println!("set-up: going by Debian's packages instead");
        return sysroot::make(cache);
    }
    bail!(
        "Rust cannot compile for {TARGET} here: run `rustup target add {TARGET}` \
         where rustup reaches its server, or use a Debian machine"
    )
}

fn is_installed() -> bool {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let query = ["--print", "target-libdir", "--target", TARGET];
    let Ok(folder) = shell::read(Command::new(rustc).args(query)) else {
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

fn ask_rustup() -> Result<()> {
    let mut child = Command::new("rustup")
        .args(["target", "add", TARGET])
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
