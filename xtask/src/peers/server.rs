//! The servers that are compared, each with a pool for every client and no ping before an OFFER.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Result, bail};

use crate::{bench, shell};

/// A server.
pub(crate) enum Server {
    /// Ours, by its program; with its journal in a file or without.
    Ours { program: PathBuf, journal: bool },
    /// Kea with its memory file, which is its default.
    Kea,
    /// dnsmasq.
    Dnsmasq,
}

/// The server's own address.
pub(crate) const ADDRESS: &str = "10.20.0.1/16";
const FIRST: &str = "10.20.1.0";
const LAST: &str = "10.20.250.255";

impl Server {
    /// All that are compared; builds ours.
    pub(crate) fn all(root: &Path) -> Result<Vec<Self>> {
        let program = bench::twin(root)?;
        let ours = |journal| Self::Ours {
            program: program.clone(),
            journal,
        };
        Ok(vec![ours(false), ours(true), Self::Kea, Self::Dnsmasq])
    }

    /// What it is called in the table.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Ours { journal: false, .. } => "dhcp-lab",
            Self::Ours { journal: true, .. } => "dhcp-lab with --journal",
            Self::Kea => "Kea, memfile",
            Self::Dnsmasq => "dnsmasq",
        }
    }

    /// Whether the kernel of its host has its address: ours answers ARP by itself.
    pub(crate) fn needs_address(&self) -> bool {
        !matches!(self, Self::Ours { .. })
    }

    /// The program and its arguments, its files in `folder`.
    pub(crate) fn command(&self, interface: &str, folder: &Path) -> Result<Vec<String>> {
        let file = |name: &str, text: &str| -> Result<String> {
            let path = folder.join(name);
            fs::write(&path, text)?;
            Ok(path.display().to_string())
        };
        Ok(match self {
            Self::Ours { program, journal } => {
                let scenario = format!(
                    r#"{{ "version": 1, "name": "bench", "until": "1h", "links": [], "nodes": [{{
                        "id": "server", "kind": "server", "address": "{ADDRESS}",
                        "server": {{ "pools": ["{FIRST}-{LAST}"], "lease": "10m", "ping": "never" }}
                    }}] }}"#
                );
                let scenario = file("scenario.json", &scenario)?;
                let mut words = words(&["bridge", "server", "--quiet", "--interface", interface]);
                words.insert(0, program.display().to_string());
                words.extend(["--scenario".to_owned(), scenario]);
                if *journal {
                    words.extend(["--journal".to_owned(), file("journal.jsonl", "")?]);
                }
                words
            }
            Self::Kea => {
                let leases = folder.join("leases.csv");
                let settings = format!(
                    r#"{{ "Dhcp4": {{
                        "interfaces-config": {{ "interfaces": ["{interface}"] }},
                        "lease-database": {{ "type": "memfile", "name": "{}" }},
                        "valid-lifetime": 600,
                        "subnet4": [{{
                            "id": 1, "subnet": "10.20.0.0/16",
                            "pools": [{{ "pool": "{FIRST} - {LAST}" }}]
                        }}],
                        "loggers": [{{ "name": "kea-dhcp4", "severity": "WARN",
                            "output_options": [{{ "output": "stdout" }}] }}]
                    }} }}"#,
                    leases.display()
                );
                let settings = file("kea.json", &settings)?;
                let mut words = words(&["kea-dhcp4", "-c"]);
                words.push(settings);
                words
            }
            Self::Dnsmasq => {
                let leases = folder.join("leases");
                let mut words = words(&[
                    "dnsmasq",
                    "--keep-in-foreground",
                    "--conf-file=/dev/null",
                    "--port=0",
                    "--bind-interfaces",
                    "--dhcp-lease-max=100000",
                    "--dhcp-authoritative",
                    "--no-ping",
                    "--quiet-dhcp",
                    "--log-facility=-",
                    "--user=root",
                    "--pid-file=",
                ]);
                words.push(format!("--interface={interface}"));
                words.push(format!("--dhcp-range={FIRST},{LAST},255.255.0.0,10m"));
                words.push(format!("--dhcp-leasefile={}", leases.display()));
                words
            }
        })
    }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// Runs `ip`, which must succeed.
pub(crate) fn ip(words: &[&str]) -> Result<String> {
    shell::read(Command::new("ip").args(words))
}

/// The line of `/proc/net/snmp` about UDP in a namespace: datagrams lost in full sockets.
pub(crate) fn lost_in_sockets(namespace: &str) -> Result<u64> {
    let text = ip(&["netns", "exec", namespace, "cat", "/proc/net/snmp"])?;
    let mut lines = text.lines().filter(|line| line.starts_with("Udp: "));
    if let (Some(names), Some(values)) = (lines.next(), lines.next()) {
        let mut pairs = names.split(' ').zip(values.split(' '));
        if let Some((_, value)) = pairs.find(|(name, _)| *name == "RcvbufErrors") {
            return Ok(value.parse()?);
        }
    }
    bail!("/proc/net/snmp says nothing of RcvbufErrors")
}
