//! Waiting for what a page does in its own time.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};

/// Long enough for a busy machine; a test that passes never waits for it.
const PATIENCE: Duration = Duration::from_secs(20);

const PAUSE: Duration = Duration::from_millis(40);

/// Waits until `condition` holds. `what` says what was waited for, should it never come.
pub fn wait_for(what: &str, mut condition: impl FnMut() -> Result<bool>) -> Result<()> {
    wait_until(what, || Ok(condition()?.then_some(())))
}

/// Waits until `probe` finds something, and returns it.
///
/// An error from `probe` counts as "not yet", since a page in motion may take away what was
/// just looked up; the last one is reported when the time is over.
pub fn wait_until<T>(what: &str, mut probe: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    let start = Instant::now();
    loop {
        let outcome = probe();
        if let Ok(Some(found)) = outcome {
            return Ok(found);
        }
        if start.elapsed() > PATIENCE {
            let waited = PATIENCE.as_secs();
            match outcome {
                Err(error) => bail!("{what}: not in {waited} s, and then: {error:#}"),
                Ok(_) => bail!("{what}: not in {waited} s"),
            }
        }
        thread::sleep(PAUSE);
    }
}
