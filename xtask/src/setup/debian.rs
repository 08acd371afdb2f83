//! Packages of Debian and its relatives.

use std::{env, process::Command};

use anyhow::{Result, bail};

use crate::shell;

/// Whether this machine has Debian's package tools.
pub(crate) fn is_here() -> bool {
    shell::find_on_path("apt-get").is_some() && shell::find_on_path("dpkg-query").is_some()
}

/// The version of an installed package.
pub(crate) fn version(package: &str) -> Option<String> {
    let format = "-f=${db:Status-Status} ${Version}";
    let line = shell::read(Command::new("dpkg-query").args(["-W", format, package])).ok()?;
    line.strip_prefix("installed ").map(str::to_owned)
}

/// The files of an installed package.
pub(crate) fn files(package: &str) -> Result<Vec<String>> {
    let list = shell::read(Command::new("dpkg-query").args(["-L", package]))?;
    Ok(list.lines().map(str::to_owned).collect())
}

/// Makes sure that the packages are installed.
pub(crate) fn install(packages: &[&str], what_for: &str, usually: &str) -> Result<()> {
    let missing: Vec<&str> = packages
        .iter()
        .copied()
        .filter(|package| version(package).is_none())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(" ");
    let by_hand = format!("apt-get install --no-install-recommends {names}");
    if !is_here() {
        bail!("{what_for} is missing, and this machine has no apt-get to install it: {names}");
    }
    let Some(as_root) = root_prefix() else {
        bail!("{what_for} is missing; install it as root and run this again: {by_hand}");
    };
    shell::step(
        &format!("installing {what_for} from Debian's packages: {names}"),
        usually,
        || {
            // Lists may be stale or absent; when they cannot be refreshed the install says so.
            let _ = shell::run(&mut apt(as_root, &["update", "-qq"]));
            let mut install = apt(
                as_root,
                &[
                    "install",
                    "-y",
                    "-q",
                    "--no-install-recommends",
                    "-o",
                    "DPkg::Lock::Timeout=300",
                ],
            );
            shell::run(install.args(&missing))
        },
    )
}

fn apt(as_root: &[&str], arguments: &[&str]) -> Command {
    let words = [
        as_root,
        &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"],
        arguments,
    ]
    .concat();
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).stdin(std::process::Stdio::null());
    command
}

/// What to put before a command so that it runs as root; `None` when there is no way.
fn root_prefix() -> Option<&'static [&'static str]> {
    let is_root = match shell::read(Command::new("id").arg("-u")) {
        Ok(user) => user == "0",
        Err(_) => env::var("USER").is_ok_and(|user| user == "root"),
    };
    if is_root {
        Some(&[])
    } else if shell::succeeds(Command::new("sudo").args(["-n", "true"])) {
        Some(&["sudo", "-n"])
    } else {
        None
    }
}
