//! `dhcp-lab bridge` on a host, and its journal.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use dhcp_lab::wire::dhcp::{Message, MessageType, code};
use dhcp_lab::wire::frame::{self, Payload, Transport};
use serde_json::{Value, json};

use crate::lan::Host;
use crate::run::{Program, wait_for};

/// Our server, client or relay agent.
pub(crate) struct Ours {
    program: Program,
    journal: PathBuf,
}

/// A scenario with one node, its name that of its kind, and these settings.
fn scenario(kind: &str, place: &[(&str, &str)], config: &Value) -> String {
    let mut node = json!({ "id": kind, "kind": kind, kind: config });
    for (field, address) in place {
        node[field] = json!(address);
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
            &scenario("server", &[("address", address)], config),
            &[],
        )
    }

    /// The same with a router to other networks.
    pub(crate) fn server_behind(host: &Host, address: &str, router: &str, config: &Value) -> Self {
        let place = [("address", address), ("router", router)];
        Self::start(host, "server", &scenario("server", &place, config), &[])
    }

    /// Our client.
    pub(crate) fn client(host: &Host, config: &Value, more: &[&str]) -> Self {
        Self::start(host, "client", &scenario("client", &[], config), more)
    }

    /// Our relay agent between two networks, with these addresses in them and this server.
    pub(crate) fn relay(
        hosts: [&Host; 2],
        addresses: [&str; 2],
        server: &str,
        more: &[&str],
    ) -> Self {
        let node = json!({
            "id": "relay", "kind": "router",
            "interfaces": [
                { "address": addresses[0], "link": "near" },
                { "address": addresses[1], "link": "far" },
            ],
            "relay": { "servers": [server], "circuit_id": true },
        });
        let ends = ["near", "far"];
        let switches = ends.map(|id| json!({ "id": id, "kind": "switch" }));
        let links = ends.map(|id| json!({ "between": ["relay", id], "latency": "1us" }));
        let scenario = json!({
            "version": 1, "name": "interop", "until": "1h",
            "nodes": [node, switches[0], switches[1]], "links": links,
        });
        let second = ["--interface", &hosts[1].interface];
        let more = [&second[..], more].concat();
        Self::start(hosts[0], "relay", &scenario.to_string(), &more)
    }

    /// Our server at this address as the failover partner of the other, which its scenario has as
    /// well: `[ours, the partner's]` addresses and settings. `log` names this run of it.
    pub(crate) fn partner(
        host: &Host,
        log: &str,
        addresses: [&str; 2],
        configs: [&Value; 2],
    ) -> Self {
        let node = |id: &str, which: usize| {
            json!({
                "id": id, "kind": "server",
                "address": addresses[which], "server": configs[which],
            })
        };
        let scenario = json!({
            "version": 1, "name": "interop", "until": "1h",
            "nodes": [node("partner", 1), node("server", 0)], "links": [],
        });
        let file = host.write(&format!("{log}.json"), &scenario.to_string());
        Self::run(host, "server", log, &file, &["--node", "server"])
    }

    fn start(host: &Host, kind: &str, scenario: &str, more: &[&str]) -> Self {
        let file = host.write(&format!("{kind}.json"), scenario);
        Self::run(host, kind, kind, &file, more)
    }

    fn run(host: &Host, kind: &str, log: &str, file: &Path, more: &[&str]) -> Self {
        let journal = host.file(&format!("{log}.jsonl"));
        // What an earlier one has written says nothing of this one.
        let _ = std::fs::remove_file(&journal);
        let mut arguments = vec!["bridge", kind, "--interface", &host.interface];
        arguments.extend(["--scenario", file.to_str().unwrap()]);
        arguments.extend(["--journal", journal.to_str().unwrap()]);
        arguments.extend(more);
        let ours = Self {
            program: host.converse(
                &format!("{log}.log"),
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

    /// The DHCP messages that went by, each with who sent it and to whom, in order.
    pub(crate) fn passed(&self) -> Vec<Passed> {
        let journal = self.journal();
        journal.iter().filter_map(Passed::read).collect()
    }

    /// Says a command on its standard input.
    pub(crate) fn say(&mut self, command: &str) {
        self.program.say(command);
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

/// A DHCP message on one of the cables.
#[derive(Debug)]
pub(crate) struct Passed {
    /// The node of the scenario that it came from: ours, or the real network.
    pub(crate) from: String,
    /// The other end of that cable.
    pub(crate) to: String,
    /// Whose address is in the IPv4 header, as sender and as receiver.
    pub(crate) source: Ipv4Addr,
    pub(crate) destination: Ipv4Addr,
    pub(crate) message: Message,
}

impl Passed {
    fn read(entry: &Value) -> Option<Self> {
        let hex = entry["frame"].as_str()?;
        let bytes: Vec<u8> = (0..hex.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
            .collect();
        let Payload::Ip(ip) = frame::parse(&bytes).unwrap() else {
            return None;
        };
        let Transport::Udp(udp) = ip.transport else {
            return None;
        };
        Some(Self {
            from: entry["node"].as_str()?.to_owned(),
            to: entry["to"].as_str()?.to_owned(),
            source: ip.source,
            destination: ip.destination,
            message: Message::parse(udp.payload).unwrap(),
        })
    }

    /// What it says of itself on its way: its type, `hops`, `giaddr` and option 82.
    pub(crate) fn way(&self) -> (MessageType, u8, Ipv4Addr, Option<&[u8]>) {
        let message = &self.message;
        let option = message.options.get(code::RELAY_AGENT);
        (
            message.kind().unwrap(),
            message.hops,
            message.giaddr,
            option,
        )
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
