//! Set-up of a fresh machine, as far as a command needs it; what is there is used as it is.

mod cache;
mod debian;
mod library;
mod rust_target;
mod small;
mod sysroot;
mod tools;
mod wasm_opt;

use std::{
    env,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::shell;
use cache::Cache;
use library::Kind;
use rust_target::Way;

/// What a build of the page is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To be looked at while it is worked on.
    Draft,
    /// To be given away: small.
    Release,
}

/// What building the page takes on this machine.
pub(crate) struct PageBuild {
    way: Way,
    search_path: OsString,
    root: PathBuf,
}

impl PageBuild {
    /// Finds or makes everything that building the page takes.
    pub(crate) fn ready(root: &Path, purpose: Purpose) -> Result<Self> {
        let cache = Cache::open()?;
        let way = rust_target::ensure(&cache, purpose)?;
        let folders = [
            tools::trunk(&cache)?,
            tools::wasm_bindgen(&cache, root)?,
            match purpose {
                Purpose::Draft => None,
                Purpose::Release => wasm_opt::ensure(&cache)?,
            },
        ];
        let search_path = env::join_paths(
            folders
                .into_iter()
                .flatten()
                .chain(env::split_paths(&shell::search_path())),
        )?;
        Ok(Self {
            way,
            search_path,
            root: root.to_owned(),
        })
    }

    /// Trunk, in the surroundings that the way of set-up calls for.
    pub(crate) fn trunk(&self) -> Result<Command> {
        let trunk = shell::find("trunk", &self.search_path).context("trunk went missing")?;
        let mut command = Command::new(trunk);
        command
            .current_dir(&self.root)
            .env("PATH", &self.search_path)
            .env("TRUNK_SKIP_VERSION_CHECK", "true")
            // A mistake in the page's source is not one in Trunk.
            .env("RUST_LIB_BACKTRACE", "0")
            .env("CARGO_TARGET_DIR", self.target_folder());
        if env::var_os("NO_COLOR").is_some() {
            // Trunk takes NO_COLOR=1 for a mistake.
            command.env_remove("NO_COLOR").env("TRUNK_COLOR", "never");
        }
        if let Some(rustc) = &self.way.rustc {
            command.env("RUSTC", rustc);
        }
        if let Some(linker) = &self.way.linker {
            command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
        }
        if let Some((sysroot, kind)) = &self.way.library {
            let mut flags = OsString::from("--sysroot=");
            flags.push(sysroot);
            flags.push(kind.flags());
            flags.push(kind.page_flags());
            command
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags)
                // Either would stand in the place of the flags above.
                .env_remove("RUSTFLAGS")
                .env_remove("CARGO_ENCODED_RUSTFLAGS");
            if *kind == Kind::Small {
                command.env("RUSTC_BOOTSTRAP", "1");
            }
        }
        Ok(command)
    }

    /// Another compiler, or the same in another mood, may build the page: in one folder the builds
    /// would evict each other.
    fn target_folder(&self) -> PathBuf {
        let small = matches!(self.way.library, Some((_, Kind::Small)));
        let name = if small { "page-small" } else { "page" };
        self.root.join("target").join(name)
    }
}

/// A browser and its driver.
pub(crate) struct Browser {
    /// Chromium, or a relative of it.
    pub(crate) chromium: PathBuf,
    /// The WebDriver server of that browser.
    pub(crate) driver: PathBuf,
}

impl Browser {
    /// Finds a browser and its driver, or installs Debian's.
    pub(crate) fn ready() -> Result<Self> {
        if let Some(found) = Self::find() {
            return Ok(found);
        }
        debian::install(
            &["chromium", "chromium-driver"],
            "Chromium with its driver",
            "a minute",
        )?;
        Self::find().context("found no Chromium and chromedriver on PATH")
    }

    fn find() -> Option<Self> {
        let names = [
            "chromium",
            "chromium-browser",
            "google-chrome",
            "google-chrome-stable",
        ];
        Some(Self {
            chromium: names.into_iter().find_map(shell::find_on_path)?,
            driver: shell::find_on_path("chromedriver")?,
        })
    }
}

/// Makes sure that there is a nightly Rust and cargo-fuzz; the search path with both.
pub(crate) fn fuzzer() -> Result<OsString> {
    let nightly =
        || shell::succeeds(Command::new("rustup").args(["run", "nightly", "rustc", "-V"]));
    if !nightly() {
        let install = ["toolchain", "install", "nightly", "--profile", "minimal"];
        shell::step("asking rustup for a nightly Rust", "a minute", || {
            shell::run(Command::new("rustup").args(install))
        })
        .context("fuzzing takes a nightly Rust: rustup toolchain install nightly")?;
    }
    let folder = tools::cargo_fuzz(&Cache::open()?)?;
    let before = shell::search_path();
    let path = folder.into_iter().chain(env::split_paths(&before));
    Ok(env::join_paths(path)?)
}

/// Makes sure that tshark is on `PATH`.
pub(crate) fn tshark() -> Result<()> {
    if shell::find_on_path("tshark").is_some() {
        return Ok(());
    }
    debian::install(&["tshark"], "tshark", "half a minute")?;
    shell::find_on_path("tshark")
        .map(drop)
        .context("found no tshark on PATH")
}

/// The DHCP software that ours is tried with, and what makes the networks for that.
const PEERS: [(&str, &str); 10] = [
    ("busybox", "busybox"),
    ("udhcpc", "udhcpc"),
    ("dhclient", "isc-dhcp-client"),
    ("dhcpcd", "dhcpcd-base"),
    ("dhcrelay", "isc-dhcp-relay"),
    ("dnsmasq", "dnsmasq-base"),
    ("dhcpd", "isc-dhcp-server"),
    ("kea-dhcp4", "kea-dhcp4-server"),
    ("perfdhcp", "kea-admin"),
    ("ip", "iproute2"),
];

/// Makes sure that the peers of the interop tests are installed. False where those tests cannot be
/// run: they take Linux, root, network namespaces and Debian's packages.
pub(crate) fn peers() -> Result<bool> {
    let unable = |why: &str| {
        println!("set-up: the interop tests will be skipped: {why}");
        Ok(false)
    };
    if !cfg!(target_os = "linux") {
        return unable("they take Linux");
    }
    if !shell::read(Command::new("id").arg("-u")).is_ok_and(|user| user == "0") {
        return unable("they take root");
    }
    if !shell::succeeds(Command::new("unshare").args(["--net", "true"])) {
        return unable("network namespaces cannot be made here");
    }
    let missing: Vec<&str> = PEERS
        .into_iter()
        .filter(|(program, _)| shell::find(program, &admin_path()).is_none())
        .map(|(_, package)| package)
        .collect();
    if !missing.is_empty() {
        if !debian::is_here() {
            return unable(&format!("not installed: {}", missing.join(", ")));
        }
        debian::install(&missing, "DHCP software to test with", "a minute")?;
    }
    Ok(true)
}

/// `PATH` and the folders of what only an administrator runs.
pub(crate) fn admin_path() -> OsString {
    let mut path = shell::search_path();
    path.push(":/usr/sbin:/sbin");
    path
}

fn prints_version(program: &OsStr, version: &str) -> bool {
    shell::read(Command::new(program).arg("--version")).is_ok_and(|line| {
        line.split_whitespace()
            .any(|word| word.trim_start_matches('v') == version)
    })
}
