//! ISC dhcpd as the failover partner of our server: its settings, its states, its leases file.

use std::path::PathBuf;
use std::time::Duration;

use dhcp_lab::dhcp::failover::Role;
use serde_json::{Value, json};

use crate::lan::Host;
use crate::run::{Program, wait_for};

/// Whose server this is, and the other's.
pub(crate) const OURS: &str = "192.0.2.1";
pub(crate) const THEIRS: &str = "192.0.2.2";
/// The maximum client lead time, in seconds.
pub(crate) const MCLT: u64 = 5;
/// The lease that both want to give, in seconds.
pub(crate) const LEASE: u64 = 18;
/// After how many silent seconds a connection is given up.
pub(crate) const SILENCE: u64 = 3;

/// The settings of one of the two as our scenario has them.
pub(crate) fn settings(role: Role, partner: &str) -> Value {
    json!({
        "pools": ["192.0.2.10-192.0.2.19"], "ping": "never", "router": "192.0.2.254",
        "lease": format!("{LEASE}s"), "min_lease": "3s", "max_lease": format!("{LEASE}s"),
        "failover": {
            "role": role, "partner": partner,
            "port": port(role), "partner_port": port(other(role)), "mclt": format!("{MCLT}s"), "split": 128,
            "max_response_delay": format!("{SILENCE}s"), "reconnect": "1s",
        },
    })
}

/// The port that a server of this role listens on.
pub(crate) const fn port(role: Role) -> u16 {
    match role {
        Role::Primary => 647,
        Role::Secondary => 847,
    }
}

pub(crate) fn other(role: Role) -> Role {
    match role {
        Role::Primary => Role::Secondary,
        Role::Secondary => Role::Primary,
    }
}

/// A dhcpd that runs or does not, and what its disk has.
pub(crate) struct Dhcpd {
    host: Host,
    role: Role,
    runs: u32,
    program: Option<Program>,
}

impl Dhcpd {
    /// One that has never run, on a host whose kernel gets its address.
    pub(crate) fn new(host: &Host, role: Role) -> Self {
        host.add_address(&format!("{THEIRS}/24"));
        host.write("dhcpd.leases", "");
        Self {
            host: host.clone(),
            role,
            runs: 0,
            program: None,
        }
    }

    pub(crate) fn start(&mut self) {
        let (name, terms) = match self.role {
            Role::Primary => ("primary", format!("mclt {MCLT}; split 128;")),
            Role::Secondary => ("secondary", String::new()),
        };
        let (port, peer_port) = (port(self.role), port(other(self.role)));
        let settings = format!(
            "omapi-port 7911; authoritative; ping-check false;\n\
             min-lease-time 3; default-lease-time {LEASE}; max-lease-time {LEASE};\n\
             option routers 192.0.2.254;\n\
             failover peer \"lab\" {{ {name}; address {THEIRS}; port {port};\n\
             peer address {OURS}; peer port {peer_port}; max-response-delay {SILENCE};\n\
             max-unacked-updates 10; load balance max seconds 3; {terms} }}\n\
             subnet 192.0.2.0 netmask 255.255.255.0 {{\n\
             pool {{ failover peer \"lab\"; range 192.0.2.10 192.0.2.19; }} }}\n"
        );
        let file = self.host.write("dhcpd.conf", &settings);
        let leases = self.leases();
        let (file, leases) = (file.to_str().unwrap(), leases.to_str().unwrap());
        let words = ["-4", "-f", "-d", "-cf", file, "-lf", leases, "--no-pid"];
        let rest = ["-user", "root", "-group", "root", &self.host.interface];
        self.runs += 1;
        let log = format!("dhcpd{}.log", self.runs);
        let words = [&words[..], &rest].concat();
        let program = self.host.start(&log, "dhcpd", &words);
        program.until_prints("Server starting service", 20);
        self.program = Some(program);
    }

    /// It is gone at once, its disk is not.
    pub(crate) fn crash(&mut self) {
        let mut program = self.program.take().unwrap();
        program.signal("KILL");
        program.until_ends(10);
    }

    /// What it has printed since it was started last.
    pub(crate) fn log(&self) -> String {
        self.program.as_ref().map(Program::log).unwrap_or_default()
    }

    /// Waits until it has said since its last start that it goes to this state, for the `count`th
    /// time.
    pub(crate) fn until_in(&self, state: &str, count: usize, secs: u64) {
        // "I move from recover-done to normal"
        let to = format!(" to {state}");
        let moves = || {
            let log = self.log();
            let lines = log.lines().filter(|line| line.contains(": I move from "));
            lines.filter(|line| line.ends_with(&to)).count()
        };
        let what = format!("dhcpd to be in {state} ({count})");
        let patience = Duration::from_secs(secs);
        wait_for(
            &what,
            patience,
            || self.log(),
            || (moves() >= count).then_some(()),
        );
    }

    fn leases(&self) -> PathBuf {
        self.host.file("dhcpd.leases")
    }

    /// What its leases file says last of an address.
    pub(crate) fn lease(&self, address: &str) -> Option<String> {
        let text = std::fs::read_to_string(self.leases()).unwrap();
        let start = format!("lease {address} {{");
        let (_, last) = text.rsplit_once(&start)?;
        last.split_once('}').map(|(lease, _)| lease.to_owned())
    }

    /// Waits until its leases file says last that a client has an address.
    pub(crate) fn until_leased(&self, address: &str, mac: &str, secs: u64) {
        let active = |lease: &String| {
            lease.contains("  binding state active;")
                && lease.contains(&format!("hardware ethernet {mac};"))
        };
        let tell = || format!("{:?}\n{}", self.lease(address), self.log());
        let what = format!("dhcpd to write that {mac} has {address}");
        let patience = Duration::from_secs(secs);
        wait_for(&what, patience, tell, || self.lease(address).filter(active));
    }

    /// Waits until its leases file says last that no one has an address any more.
    pub(crate) fn until_free(&self, address: &str, secs: u64) {
        let free = |lease: &String| {
            ["free", "backup", "released", "expired"]
                .iter()
                .any(|state| lease.contains(&format!("  binding state {state};")))
        };
        let tell = || format!("{:?}\n{}", self.lease(address), self.log());
        let what = format!("dhcpd to write that {address} is no one's");
        let patience = Duration::from_secs(secs);
        wait_for(&what, patience, tell, || self.lease(address).filter(free));
    }

    /// Tells it by OMAPI that its partner is down.
    pub(crate) fn partner_down(&self) {
        let words = [
            "server 127.0.0.1",
            "port 7911",
            "connect",
            "new failover-state",
            "set name = \"lab\"",
            "open",
            // PARTNER-DOWN by its numbers.
            "set local-state = 4",
            "update",
        ];
        let mut shell = self.host.converse("omshell.log", "omshell", &[]);
        for line in words {
            shell.say(line);
        }
        self.until_in("partner-down", 1, 10);
    }
}
