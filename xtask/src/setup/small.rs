//! The finished page's standard library: built here, for size, from the source that belongs to the
//! compiler. Every page carries parts of that library, so its bytes count like the page's own.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::{
    cache::Cache,
    debian,
    library::{self, Kind},
    rust_target::{self, Way},
    sysroot,
};
use crate::shell;

/// The way with a small standard library; the ordinary one where its source cannot be had.
pub(super) fn instead_of(ordinary: Way, cache: &Cache) -> Way {
    match make(&ordinary, cache) {
        Ok(small) => {
            println!("set-up: the standard library is one built for size");
            small
        }
        Err(why) => {
            println!("set-up: no small standard library, the page will be heavier: {why:#}");
            ordinary
        }
    }
}

fn make(ordinary: &Way, cache: &Cache) -> Result<Way> {
    if ordinary.rustc.is_some() {
        return sysroot::make(cache, Kind::Small);
    }
    match on_path(cache) {
        Err(why) if debian::is_here() => {
            println!("set-up: going by Debian's packages instead: {why:#}");
            sysroot::make(cache, Kind::Small)
        }
        result => result,
    }
}

/// The library of the compiler on `PATH`, from rustup's component `rust-src`.
fn on_path(cache: &Cache) -> Result<Way> {
    let rustc = PathBuf::from(rust_target::rustc());
    let version = shell::read(Command::new(&rustc).arg("--version"))?;
    let name = format!("{}-{}", Kind::Small.prefix(), library::plain(&version));
    let sysroot = match cache.find(&name) {
        Some(found) => found,
        None => {
            get_source(&rustc)?;
            let cargo = shell::cargo();
            library::ensure(
                cache,
                &name,
                Kind::Small,
                Path::new(cargo.get_program()),
                &rustc,
            )?
        }
    };
    Ok(Way {
        rustc: None,
        linker: None,
        library: Some((sysroot, Kind::Small)),
    })
}

fn get_source(rustc: &Path) -> Result<()> {
    let home = shell::read(Command::new(rustc).args(["--print", "sysroot"]))?;
    let source = Path::new(&home).join("lib/rustlib/src/rust/library/std/Cargo.toml");
    if source.is_file() {
        return Ok(());
    }
    if shell::find_on_path("rustup").is_none() {
        bail!("this compiler came without the source of its library, rust-src");
    }
    shell::step(
        "asking rustup for rust-src, the source of the standard library",
        "10 seconds; given up after 20 without an answer",
        || rust_target::ask_rustup(&["component", "add", "rust-src"]),
    )
    .context("rustup did not bring rust-src")?;
    if !source.is_file() {
        bail!("rustup brought rust-src for another compiler");
    }
    Ok(())
}
