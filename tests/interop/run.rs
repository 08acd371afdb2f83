//! Programs that run beside a test, and waits that end.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_millis(20);

/// Waits until `look` finds something; what it is that is waited for is said if it never comes.
pub(crate) fn wait_for<T>(
    what: &str,
    patience: Duration,
    tell: impl Fn() -> String,
    mut look: impl FnMut() -> Option<T>,
) -> T {
    let start = now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(
            start.elapsed() < patience,
            "waited {patience:?} in vain for {what}\n{}",
            tell()
        );
        pause();
    }
}

#[expect(clippy::disallowed_methods, reason = "real programs run in real time")]
fn now() -> Instant {
    Instant::now()
}

#[expect(clippy::disallowed_methods, reason = "real programs run in real time")]
fn pause() {
    std::thread::sleep(PAUSE);
}

/// A program, ended when dropped.
pub(crate) struct Program {
    child: Child,
    name: String,
    log: PathBuf,
}

impl Program {
    pub(crate) fn start(command: Command, name: &str, log: &Path) -> Self {
        Self::start_with(command, name, log, Stdio::null())
    }

    /// The same of one that [`Self::say`] can speak to.
    pub(crate) fn listening(command: Command, name: &str, log: &Path) -> Self {
        Self::start_with(command, name, log, Stdio::piped())
    }

    fn start_with(mut command: Command, name: &str, log: &Path, input: Stdio) -> Self {
        let out = File::create(log).unwrap();
        let err = out.try_clone().unwrap();
        let child = command
            .stdin(input)
            .stdout(out)
            .stderr(err)
            .spawn()
            .unwrap();
        Self {
            child,
            name: name.to_owned(),
            log: log.to_owned(),
        }
    }

    /// Says a line on its standard input.
    pub(crate) fn say(&mut self, line: &str) {
        let input = self.child.stdin.as_mut().unwrap();
        writeln!(input, "{line}").unwrap();
    }

    /// What it has printed so far.
    pub(crate) fn log(&self) -> String {
        let bytes = std::fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Waits until it has printed this.
    pub(crate) fn until_prints(&self, text: &str, secs: u64) {
        let what = format!("{} to print '{text}'", self.name);
        let patience = Duration::from_secs(secs);
        wait_for(
            &what,
            patience,
            || self.log(),
            || self.log().contains(text).then_some(()),
        );
    }

    /// Waits until it ends by itself.
    pub(crate) fn until_ends(&mut self, secs: u64) -> ExitStatus {
        let what = format!("{} to end", self.name);
        let log = self.log.clone();
        let tell = || std::fs::read_to_string(&log).unwrap_or_default();
        wait_for(&what, Duration::from_secs(secs), tell, || {
            self.child.try_wait().unwrap()
        })
    }

    /// Asks it to end, as a person at a terminal or a service manager would.
    pub(crate) fn stop(&mut self) -> ExitStatus {
        self.signal("TERM");
        self.until_ends(10)
    }

    /// Sends it a signal by its name.
    pub(crate) fn signal(&self, name: &str) {
        let (name, id) = (format!("-{name}"), self.child.id().to_string());
        let asked = Command::new("kill").args([&name, &id]).status().unwrap();
        assert!(asked.success());
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
