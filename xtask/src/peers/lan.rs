//! Two hosts on one cable: a server on one, perfdhcp on the other. Made anew for every measurement.

use std::{
    env, fs,
    path::PathBuf,
    process::{Child, Command, Stdio, id},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail};

use super::server::{ADDRESS, Server, ip, lost_in_sockets};

/// What perfdhcp is told besides the rate and the interface: as many clients as it has exchanges,
/// three seconds, a second more for the last answers, broadcasts as a client sends them.
pub(crate) const FLAGS: [&str; 7] = ["-4", "-R", "50000", "-p", "3", "-W", "1000000"];
/// For how long it sends.
const SECONDS: f64 = 3.0;
/// How long a server has to get ready.
const START: Duration = Duration::from_millis(1_200);

static COUNT: AtomicU32 = AtomicU32::new(0);

/// What one run of perfdhcp showed.
pub(crate) struct Round {
    /// Full exchanges in a second of sending; perfdhcp itself counts the wait for the last answers in.
    pub(crate) exchanges: f64,
    /// The average time to an OFFER and to an ACK.
    pub(crate) offer_ms: f64,
    pub(crate) ack_ms: f64,
    /// Requests without an answer in time.
    pub(crate) lost: u64,
    /// Answers that came, and found perfdhcp's socket full.
    pub(crate) lost_by_perfdhcp: u64,
    sent: u64,
    /// The server's time on a processor, kernel included.
    cpu: Duration,
}

impl Round {
    /// The server's time on a processor for one request, in microseconds.
    pub(crate) fn cpu_per_message(&self) -> f64 {
        let micros = u32::try_from(self.cpu.as_micros()).unwrap_or(u32::MAX);
        let sent = u32::try_from(self.sent.max(1)).unwrap_or(u32::MAX);
        f64::from(micros) / f64::from(sent)
    }
}

/// Namespaces, and a folder for files; gone when dropped.
pub(crate) struct Lan {
    hosts: [String; 2],
    interfaces: [String; 2],
    folder: PathBuf,
    running: Option<Child>,
}

impl Lan {
    pub(crate) fn new() -> Result<Self> {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let unique = format!("{}-{number}", id());
        let names = |letter: &str| [0, 1].map(|host| format!("{letter}{unique}-{host}"));
        let lan = Self {
            hosts: names("dhcplab-bench-"),
            // At most 15 letters.
            interfaces: [0, 1].map(|host| format!("b{}x{number}x{host}", id() % 1_000_000)),
            folder: env::temp_dir().join(format!("dhcplab-bench-{unique}")),
            running: None,
        };
        fs::create_dir_all(&lan.folder)?;
        for host in &lan.hosts {
            ip(&["netns", "add", host])?;
        }
        let [server, client] = &lan.interfaces;
        let words = [
            "link",
            "add",
            server,
            "netns",
            &lan.hosts[0],
            "type",
            "veth",
        ];
        ip(&[
            &words[..],
            &["peer", "name", client, "netns", &lan.hosts[1]],
        ]
        .concat())?;
        for (host, interface) in lan.hosts.iter().zip(&lan.interfaces) {
            ip(&["-n", host, "link", "set", "lo", "up"])?;
            ip(&["-n", host, "link", "set", interface, "up"])?;
        }
        lan.add_address(1, "10.20.0.2/16")?;
        Ok(lan)
    }

    fn add_address(&self, host: usize, address: &str) -> Result<()> {
        let words = [
            "-n",
            &self.hosts[host],
            "addr",
            "add",
            address,
            "broadcast",
            "+",
        ];
        ip(&[&words[..], &["dev", &self.interfaces[host]]].concat()).map(drop)
    }

    fn command(&self, host: usize, words: &[String]) -> Command {
        let mut command = Command::new("ip");
        command
            .args(["netns", "exec", &self.hosts[host]])
            .args(words)
            .env("PATH", crate::setup::admin_path())
            .env("KEA_PIDFILE_DIR", &self.folder)
            .env("KEA_LOCKFILE_DIR", &self.folder)
            .stdin(Stdio::null());
        command
    }

    /// Starts the server and has perfdhcp send at this rate.
    pub(crate) fn measure(mut self, server: &Server, rate: u32) -> Result<Round> {
        if server.needs_address() {
            self.add_address(0, ADDRESS)?;
        }
        let words = server.command(&self.interfaces[0], &self.folder)?;
        let log = fs::File::create(self.folder.join("log"))?;
        let child = self
            .command(0, &words)
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        let process = child.id();
        let running = self.running.insert(child);
        thread::sleep(START);
        if running.try_wait()?.is_some() {
            let log = fs::read_to_string(self.folder.join("log"))?;
            bail!("{} did not stay: {log}", server.name());
        }
        let before = time_on_processor(process)?;
        let mut words = vec!["perfdhcp".to_owned()];
        words.extend(FLAGS.map(str::to_owned));
        words.extend(["-r".to_owned(), rate.to_string()]);
        words.extend(["-l".to_owned(), self.interfaces[1].clone()]);
        words.extend(["-B".to_owned(), "all".to_owned()]);
        let output = self.command(1, &words).output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let cpu = time_on_processor(process)?.saturating_sub(before);
        let lost_by_perfdhcp = lost_in_sockets(&self.hosts[1])?;
        read(&text, cpu, lost_by_perfdhcp)
            .with_context(|| format!("cannot make sense of what perfdhcp says:\n{text}"))
    }
}

impl Drop for Lan {
    fn drop(&mut self) {
        if let Some(child) = &mut self.running {
            let _ = child.kill();
            let _ = child.wait();
        }
        for host in &self.hosts {
            let _ = ip(&["netns", "delete", host]);
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The time that all threads of a process have had on a processor (`/proc/PID/task/*/schedstat`).
fn time_on_processor(process: u32) -> Result<Duration> {
    let mut nanos = 0;
    for thread in fs::read_dir(format!("/proc/{process}/task"))? {
        let text = fs::read_to_string(thread?.path().join("schedstat"))?;
        let first = text
            .split_whitespace()
            .next()
            .context("an empty schedstat")?;
        nanos += first.parse::<u64>()?;
    }
    Ok(Duration::from_nanos(nanos))
}

/// perfdhcp tells of DISCOVER and OFFER first, then of REQUEST and ACK.
fn read(text: &str, cpu: Duration, lost_by_perfdhcp: u64) -> Option<Round> {
    let after = |mark: &str| -> Vec<&str> {
        text.lines()
            .filter_map(|line| line.trim().strip_prefix(mark))
            .filter_map(|rest| rest.split_whitespace().next())
            .collect()
    };
    let numbers = |mark: &str| -> Option<[u64; 2]> {
        let found: Vec<u64> = after(mark).into_iter().flat_map(str::parse).collect();
        found.try_into().ok()
    };
    let [discovers, requests] = numbers("sent packets:")?;
    let [offers_lost, acks_lost] = numbers("drops:")?;
    let delays: Vec<f64> = after("avg delay:")
        .into_iter()
        .flat_map(str::parse)
        .collect();
    let [offer_ms, ack_ms] = delays.try_into().ok()?;
    Some(Round {
        exchanges: f64::from(u32::try_from(requests.checked_sub(acks_lost)?).ok()?) / SECONDS,
        offer_ms,
        ack_ms,
        lost: offers_lost + acks_lost,
        lost_by_perfdhcp,
        sent: discovers + requests,
        cpu,
    })
}
