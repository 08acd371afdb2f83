//! `dhcp-lab bridge` on a host, and its journal.

use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use serde_json::{Value, json};

use crate::lan::Host;
use crate::run::{Program, wait_for};

/// Our server or client.
pub(crate) struct Ours {
    program: Program,
    journal: PathBuf,
}

/// A scenario with one node, its name that of its kind, and these settings.
fn scenario(kind: &str, address: Option<&str>, config: &Value) -> String {
    let mut node = json!({ "id": kind, "kind": kind, kind: config });
    if let Some(address) = address {
        node["address"] = json!(address);
    }
    json!({ "version": 1, "name": "interop", "until": "1h", "nodes": [node], "links": [] })
        .to_string()
}

impl Ours {
    /// Our server at this address.
    pub(crate) fn server(host: &Host, address: &str, config: &Value) -> Self {
        Self::start(
            host,
            "server",
            &scenario("server", Some(address), config),
            &[],
        )
    }

    /// Our client.
    pub(crate) fn client(host: &Host, config: &Value, more: &[&str]) -> Self {
        Self::start(host, "client", &scenario("client", None, config), more)
    }

    fn start(host: &Host, kind: &str, scenario: &str, more: &[&str]) -> Self {
        let file = host.write(&format!("{kind}.json"), scenario);
        let journal = host.file(&format!("{kind}.jsonl"));
        let mut arguments = vec!["bridge", kind, "--interface", &host.interface];
        arguments.extend(["--scenario", file.to_str().unwrap()]);
        arguments.extend(["--journal", journal.to_str().unwrap()]);
        arguments.extend(more);
        let ours = Self {
            program: host.start(
                &format!("{kind}.log"),
                env!("CARGO_BIN_EXE_dhcp-lab"),
                &arguments,
            ),
            journal,
        };
        ours.until(kind, 10, |entry| entry["what"] == "power");
        ours
    }

    /// The journal's entries so far.
    pub(crate) fn journal(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(&self.journal).unwrap_or_default();
        // The last line may still be under way.
        text.lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }

    /// Waits for an entry.
    pub(crate) fn until(&self, what: &str, secs: u64, is_it: impl Fn(&Value) -> bool) -> Value {
        self.until_after(0, what, secs, is_it)
    }

    /// Waits for an entry from number `start` on.
    pub(crate) fn until_after(
        &self,
        start: u64,
        what: &str,
        secs: u64,
        is_it: impl Fn(&Value) -> bool,
    ) -> Value {
        let patience = Duration::from_secs(secs);
        wait_for(
            what,
            patience,
            || self.program.log(),
            || {
                self.journal()
                    .into_iter()
                    .find(|entry| number(entry) >= start && is_it(entry))
            },
        )
    }

    /// The labels of the frames that went by, in order, those of ARP and ping left out.
    pub(crate) fn messages(&self) -> Vec<String> {
        self.journal()
            .iter()
            .filter(|entry| entry["what"] == "sent" && entry["origin"] == entry["n"])
            .filter_map(|entry| entry["message"].as_str())
            .filter(|label| label.starts_with("DHCP"))
            .map(str::to_owned)
            .collect()
    }

    pub(crate) fn log(&self) -> String {
        self.program.log()
    }

    pub(crate) fn until_ends(&mut self, secs: u64) -> ExitStatus {
        self.program.until_ends(secs)
    }

    pub(crate) fn stop(&mut self) -> ExitStatus {
        self.program.stop()
    }
}

/// An entry's number.
pub(crate) fn number(entry: &Value) -> u64 {
    entry["n"].as_u64().unwrap()
}

/// The server's note about an address.
pub(crate) fn server_note<'a>(note: &'a str, address: &'a str) -> impl Fn(&Value) -> bool + 'a {
    move |entry| entry["server"] == note && entry["address"] == address
}

/// The client's step to a state.
pub(crate) fn state(to: &str) -> impl Fn(&Value) -> bool + '_ {
    move |entry| entry["client"] == "state" && entry["to"] == to
}

/// A DHCP message that went by.
pub(crate) fn sent(label: &str) -> impl Fn(&Value) -> bool + '_ {
    move |entry| {
        entry["what"] == "sent"
            && entry["message"]
                .as_str()
                .is_some_and(|message| message.starts_with(label))
    }
}
