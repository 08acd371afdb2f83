//! The standard library for wasm32, built from its source by the compiler that will use it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Result, bail};

use super::cache::Cache;
use crate::shell;

const PROBE: &str = "empty_crate";

/// What a library is built for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// As Rust's own releases are built.
    Ordinary,
    /// Few bytes: compiled for size, and without the words of a panic. What is compiled for it has
    /// to be told the same ([`Kind::flags`]).
    Small,
}

impl Kind {
    /// What a name in the cache begins with.
    pub(super) fn prefix(self) -> &'static str {
        match self {
            Self::Ordinary => "sysroot",
            Self::Small => "sysroot-small",
        }
    }

    /// The flags that the library and whatever is linked with it have in common. Those of the small
    /// one take `RUSTC_BOOTSTRAP=1` in a stable compiler.
    pub(super) fn flags(self) -> &'static str {
        match self {
            Self::Ordinary => "",
            Self::Small => " -Cpanic=immediate-abort -Zunstable-options",
        }
    }

    /// The flags of what is linked with it alone. A small page has neither the places of panics that
    /// it never tells, nor what is written for developers only: `{:?}` writes nothing.
    pub(super) fn page_flags(self) -> &'static str {
        match self {
            Self::Ordinary => "",
            Self::Small => " -Zlocation-detail=none -Zfmt-debug=none",
        }
    }
}

/// The cached library of this name, built where it is not there.
pub(super) fn ensure(
    cache: &Cache,
    name: &str,
    kind: Kind,
    cargo: &Path,
    rustc: &Path,
) -> Result<PathBuf> {
    let what = match kind {
        Kind::Ordinary => "compiling Rust's standard library for wasm32",
        Kind::Small => "compiling a small standard library of Rust for wasm32",
    };
    cache.folder(name, |folder| {
        shell::step(what, "a minute or two, once", || {
            let work = cache.scratch("standard-library")?;
            let built = build(kind, cargo, rustc, &work, folder);
            fs::remove_dir_all(&work)?;
            built
        })
    })
}

fn build(kind: Kind, cargo: &Path, rustc: &Path, work: &Path, sysroot: &Path) -> Result<()> {
    let (level, features) = match kind {
        Kind::Ordinary => ("3", None),
        Kind::Small => ("\"z\"", Some("build-std-features=optimize_for_size")),
    };
    fs::create_dir(work.join("src"))?;
    fs::write(work.join("src").join("lib.rs"), "")?;
    fs::write(
        work.join("Cargo.toml"),
        format!(
            "[package]\nname = \"{PROBE}\"\nedition = \"2021\"\n[workspace]\n\
             [profile.release]\npanic = \"abort\"\nopt-level = {level}\n"
        ),
    )?;
    let target = work.join("target");
    let mut command = Command::new(cargo);
    command
        .args(["build", "--release", "--target", "wasm32-unknown-unknown"])
        .args(["-Z", "build-std=std,panic_abort"]);
    if let Some(features) = features {
        command.args(["-Z", features]);
    }
    shell::run(
        command
            .current_dir(work)
            .env("RUSTC", rustc)
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_TARGET_DIR", &target)
            // A release build with link-time optimisation reads the library's bitcode.
            .env(
                "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
                format!("-Cembed-bitcode=yes{}", kind.flags()),
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

/// A text as part of a folder's name.
pub(super) fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect()
}
