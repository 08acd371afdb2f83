//! The way without rustup's server: Debian's packages carry a recent compiler (for building
//! its web browsers; they come with the security suite) and the source of the standard
//! library, which that compiler builds for wasm32 once.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use super::{cache::Cache, debian, rust_target::Way};
use crate::shell;

const COMPILER: &str = "rustc-web";
const CARGO: &str = "cargo-web";
const SOURCE: &str = "rust-web-src";
const PROBE: &str = "empty_crate";

/// The compiler with its standard library, where an earlier set-up made it.
pub(super) fn find(cache: &Cache) -> Option<Way> {
    let sysroot = cache.find(&folder_name()?)?;
    with(sysroot).ok()
}

fn with(sysroot: PathBuf) -> Result<Way> {
    Ok(Way::Debian {
        rustc: program(COMPILER, "rustc")?,
        linker: program(&linker_package()?, "wasm-ld")?,
        sysroot,
    })
}

/// Installs the packages and builds the standard library.
pub(super) fn make(cache: &Cache) -> Result<Way> {
    debian::install(
        &[COMPILER, CARGO, SOURCE],
        "a Rust compiler that can build for wasm32, and its library's source",
        "half a minute, 150 MB",
    )?;
    debian::install(&[&linker_package()?], "the linker for wasm32", "10 seconds")?;
    let rustc = program(COMPILER, "rustc")?;
    let cargo = program(CARGO, "cargo")?;
    let name = folder_name().context("rustc-web is not installed")?;
    let sysroot = cache.folder(&name, |folder| {
        shell::step(
            "compiling Rust's standard library for wasm32",
            "a minute or two, once",
            || {
                let work = cache.scratch("standard-library")?;
                let built = build_library(&cargo, &rustc, &work, folder);
                fs::remove_dir_all(&work)?;
                built
            },
        )
    })?;
    println!("set-up: Rust for wasm32 from Debian's {COMPILER}");
    with(sysroot)
}

fn folder_name() -> Option<String> {
    let version = debian::version(COMPILER)?;
    let plain: String = version
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    Some(format!("sysroot-{plain}"))
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

fn build_library(cargo: &Path, rustc: &Path, work: &Path, sysroot: &Path) -> Result<()> {
    fs::create_dir(work.join("src"))?;
    fs::write(work.join("src").join("lib.rs"), "")?;
    fs::write(
        work.join("Cargo.toml"),
        format!(
            "[package]\nname = \"{PROBE}\"\nedition = \"2021\"\n[workspace]\n\
             [profile.release]\npanic = \"abort\"\n"
        ),
    )?;
    let target = work.join("target");
    shell::run(
        Command::new(cargo)
            .args(["build", "--release", "--target", "wasm32-unknown-unknown"])
            .args(["-Z", "build-std=std,panic_abort"])
            .current_dir(work)
            .env("RUSTC", rustc)
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_TARGET_DIR", &target)
            // A release build with link-time optimisation reads the library's bitcode.
            .env(
                "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
                "-Cembed-bitcode=yes",
            )
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS"),
    )?;

    let libraries = sysroot.join("lib/rustlib/wasm32-unknown-unknown/lib");
    fs::create_dir_all(&libraries)?;
    let built = target.join("wasm32-unknown-unknown/release/deps");
    let mut has_std = false;
    for file in fs::read_dir(built)? {
        let file = file?.path();
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        if name.ends_with(".rlib") && !name.contains(PROBE) {
            has_std |= name.starts_with("libstd-");
            fs::copy(&file, libraries.join(&*name))?;
        }
    }
    if !has_std {
        bail!("the build left no standard library");
    }
    Ok(())
}
