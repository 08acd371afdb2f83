//! A chromedriver of its own for each page, so that tests never share anything.

use std::{
    env,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
};

use anyhow::{Context, Result, bail};

/// A running chromedriver; it ends when this is dropped.
pub(crate) struct Driver {
    process: Child,
    port: u16,
}

/// How often one is started that ends at once: it takes a free port for IPv4 and then the same for
/// IPv6, which another driver may have taken in the meantime.
const STARTS: usize = 5;

impl Driver {
    pub(crate) fn start() -> Result<Self> {
        for _ in 1..STARTS {
            if let Ok(driver) = Self::start_once() {
                return Ok(driver);
            }
        }
        Self::start_once()
    }

    fn start_once() -> Result<Self> {
        let program = named("DHCP_LAB_CHROMEDRIVER")?;
        let mut process = Command::new(&program)
            .args(["--port=0", "--log-level=SEVERE"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let output = process
            .stdout
            .take()
            .context("chromedriver has no output")?;
        let mut lines = BufReader::new(output).lines();
        let port = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| port_in(&line));
        // A full pipe would stop it.
        thread::spawn(move || lines.for_each(drop));
        let Some(port) = port else {
            let _ = process.kill();
            let _ = process.wait();
            bail!("chromedriver did not say on which port it listens");
        };
        Ok(Self { process, port })
    }

    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A path that `cargo xtask test` names.
pub(crate) fn named(variable: &str) -> Result<PathBuf> {
    match env::var_os(variable) {
        Some(path) => Ok(PathBuf::from(path)),
        None => bail!("{variable} is not set: run `cargo xtask test --only page`"),
    }
}

fn port_in(line: &str) -> Option<u16> {
    let after = line.split_once("started successfully on port ")?.1;
    after.trim_end_matches('.').parse().ok()
}
