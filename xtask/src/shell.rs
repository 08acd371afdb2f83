//! Running other programs: plainly, quietly, or with a limit.

use std::{
    env,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

/// Runs a command on this terminal; anything but success is an error.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("cannot start {}", shown(command)))?;
    if !status.success() {
        bail!("{} failed ({status})", shown(command));
    }
    Ok(())
}

/// Runs a command in place of this program where the system can do that, so that whoever
/// stops this program stops the command.
pub(crate) fn become_program(command: &mut Command) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        let error = command.exec();
        Err(error).with_context(|| format!("cannot start {}", shown(command)))
    }
    #[cfg(not(unix))]
    run(command)
}

/// Runs a command quietly and returns what it printed, trimmed.
pub(crate) fn read(command: &mut Command) -> Result<String> {
    let Output {
        status,
        stdout,
        stderr,
    } = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start {}", shown(command)))?;
    if !status.success() {
        let complaint = String::from_utf8_lossy(&stderr);
        bail!("{} failed ({status}): {}", shown(command), complaint.trim());
    }
    Ok(String::from_utf8_lossy(&stdout).trim().to_owned())
}

/// Whether a command runs and succeeds, with nothing printed.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Waits for a child as long as `alive` keeps saying that it gets on; then ends it.
///
/// `alive` is asked a few times a second how much is done; when that has not grown for
/// `patience`, the child is taken for stuck.
pub(crate) fn wait_while_alive(
    child: &mut Child,
    patience: Duration,
    mut alive: impl FnMut() -> u64,
) -> Result<bool> {
    let mut done = alive();
    let mut last_growth = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.success());
        }
        let now_done = alive();
        if now_done != done {
            done = now_done;
            last_growth = Instant::now();
        }
        if last_growth.elapsed() > patience {
            child.kill()?;
            child.wait()?;
            return Ok(false);
        }
        thread::sleep(Duration::from_millis(200));
    }
}

/// The first file of this name on a search path.
pub(crate) fn find(name: &str, search_path: &OsStr) -> Option<PathBuf> {
    let names = [
        format!("{name}{}", env::consts::EXE_SUFFIX),
        format!("{name}.cmd"),
    ];
    let names = if cfg!(windows) {
        &names[..]
    } else {
        &names[..1]
    };
    env::split_paths(search_path)
        .flat_map(|folder| names.iter().map(move |name| folder.join(name)))
        .find(|file| file.is_file())
}

/// The first file of this name on `PATH`.
pub(crate) fn find_on_path(name: &str) -> Option<PathBuf> {
    find(name, &search_path())
}

/// `PATH` as it is.
pub(crate) fn search_path() -> OsString {
    env::var_os("PATH").unwrap_or_default()
}

/// The cargo that runs us.
pub(crate) fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Says what is being done and how long it usually takes, does it, and says how long it took.
pub(crate) fn step<T>(what: &str, usually: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("set-up: {what} (usually {usually})");
    let start = Instant::now();
    let result = work().with_context(|| format!("set-up stopped at: {what}"))?;
    println!("set-up: {what}: done in {}", duration(start.elapsed()));
    Ok(result)
}

/// A duration as a person says it.
pub(crate) fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 60.0 {
        format!("{seconds:.1} s")
    } else {
        let whole = duration.as_secs();
        format!("{} min {:02} s", whole / 60, whole % 60)
    }
}

/// The bytes of all files below a folder, 0 when there is none.
pub(crate) fn bytes_below(folder: &Path) -> u64 {
    let Ok(entries) = folder.read_dir() else {
        return 0;
    };
    entries
        .flatten()
        .map(|entry| match entry.metadata() {
            Ok(data) if data.is_dir() => bytes_below(&entry.path()),
            Ok(data) => data.len(),
            Err(_) => 0,
        })
        .sum()
}

fn shown(command: &Command) -> String {
    let mut line = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}
