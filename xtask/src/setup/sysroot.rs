//! The way without rustup's server: Debian's packages carry a recent compiler (for building
//! its web browsers; they come with the security suite) and the source of the standard
//! library, which that compiler builds for wasm32 once.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use super::{
    cache::Cache,
    debian,
    library::{self, Kind},
    rust_target::Way,
};
use crate::shell;

const COMPILER: &str = "rustc-web";
const CARGO: &str = "cargo-web";
const SOURCE: &str = "rust-web-src";

/// The compiler with its standard library, where an earlier set-up made it.
pub(super) fn find(cache: &Cache, kind: Kind) -> Option<Way> {
    let sysroot = cache.find(&folder_name(kind)?)?;
    with(sysroot, kind).ok()
}

fn with(sysroot: PathBuf, kind: Kind) -> Result<Way> {
    Ok(Way {
        rustc: Some(program(COMPILER, "rustc")?),
        linker: Some(program(&linker_package()?, "wasm-ld")?),
        library: Some((sysroot, kind)),
    })
}

/// Installs the packages and builds the standard library.
pub(super) fn make(cache: &Cache, kind: Kind) -> Result<Way> {
    debian::install(
        &[COMPILER, CARGO, SOURCE],
        "a Rust compiler that can build for wasm32, and its library's source",
        "half a minute, 150 MB",
    )?;
    debian::install(&[&linker_package()?], "the linker for wasm32", "10 seconds")?;
    let rustc = program(COMPILER, "rustc")?;
    let cargo = program(CARGO, "cargo")?;
    let name = folder_name(kind).context("rustc-web is not installed")?;
    let sysroot = library::ensure(cache, &name, kind, &cargo, &rustc)?;
    println!("set-up: Rust for wasm32 from Debian's {COMPILER}");
    with(sysroot, kind)
}

fn folder_name(kind: Kind) -> Option<String> {
    let version = debian::version(COMPILER)?;
    Some(format!("{}-{}", kind.prefix(), library::plain(&version)))
}

/// The package of the linker that belongs to the compiler's LLVM.
fn linker_package() -> Result<String> {
    let rustc = program(COMPILER, "rustc")?;
    let about = shell::read(Command::new(rustc).arg("-vV"))?;
    let major = about
        .lines()
        .find_map(|line| line.strip_prefix("LLVM version: "))
        .and_then(|version| version.split('.').next())
        .context("rustc -vV names no LLVM version")?;
    Ok(format!("lld-{major}"))
}

fn program(package: &str, name: &str) -> Result<PathBuf> {
    debian::files(package)?
        .into_iter()
        .map(PathBuf::from)
        .find(|file| file.ends_with(Path::new("bin").join(name)) && !file.starts_with("/usr/share"))
        .with_context(|| format!("the package {package} has no program {name}"))
}
