//! Real clients that tell of every lease which they get or lose.

use std::path::PathBuf;
use std::time::Duration;

use dhcp_lab::dhcp::failover::Role;
use dhcp_lab::dhcp::failover::load::{Buckets, bucket};

use crate::lan::Host;
use crate::partner::MCLT;
use crate::run::{Program, wait_for};

/// Tells what it was called for and with which address, and uses the address.
const CONFIGURE: &str = "#!/bin/sh
address=${new_ip_address:-$ip}
echo \"${reason:-$1} $address\" >> FILE
[ -z \"$address\" ] || ip addr replace \"$address/24\" dev \"$interface\"
";

/// A real client, and what it has said of its leases.
pub(crate) struct Client {
    pub(crate) program: Program,
    /// What it was started with.
    words: Vec<String>,
    told: PathBuf,
    pub(crate) mac: String,
}

impl Client {
    /// `dhclient`, known by its card, which is one of those that a server answers in NORMAL.
    pub(crate) fn by_card(host: &Host, servers: Role, name: &str) -> Self {
        let (mac, told, script) = prepare(host, servers, false, name);
        Self::dhclient(host, "", name, mac, told, &script)
    }

    /// The same, known by its client identifier.
    pub(crate) fn by_identifier(host: &Host, servers: Role, name: &str) -> Self {
        let (mac, told, script) = prepare(host, servers, true, name);
        let identify = format!("send dhcp-client-identifier 1:{mac};\n");
        Self::dhclient(host, &identify, name, mac, told, &script)
    }

    fn dhclient(
        host: &Host,
        settings: &str,
        name: &str,
        mac: String,
        told: PathBuf,
        script: &str,
    ) -> Self {
        // It repeats what is not answered before a lease as short as these is over.
        let settings = format!("initial-interval 1; backoff-cutoff 1;\n{settings}");
        let settings = host.write(&format!("{name}.conf"), &settings);
        let leases = host.file(&format!("{name}.leases"));
        let files = ["-lf", leases.to_str().unwrap(), "--no-pid"];
        let settings = ["-cf", settings.to_str().unwrap()];
        let rest = [&settings[..], &["-sf", script, &host.interface]].concat();
        let words = [&["-4", "-d", "-v"][..], &files, &rest].concat();
        Self {
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            program: host.start(&format!("{name}.log"), "dhclient", &words),
            told,
            mac,
        }
    }

    /// `udhcpc`, known by its client identifier. It takes a lease of less than 16 seconds for one of
    /// 16.
    pub(crate) fn udhcpc(host: &Host, servers: Role, name: &str) -> Self {
        let (mac, told, script) = prepare(host, servers, true, name);
        let words = ["-f", "-R", "-i", &host.interface, "-s", &script];
        let words = [&words[..], &["-t", "5", "-T", "1", "-A", "1"]].concat();
        Self {
            words: Vec::new(),
            program: host.start(&format!("{name}.log"), "udhcpc", &words),
            told,
            mac,
        }
    }

    fn told(&self) -> Vec<(String, String)> {
        let text = std::fs::read_to_string(&self.told).unwrap_or_default();
        let pair = |line: &str| {
            let (what, address) = line.split_once(' ')?;
            Some((what.to_lowercase(), address.to_owned()))
        };
        text.lines().filter_map(pair).collect()
    }

    /// Has it give its address back.
    pub(crate) fn release(&mut self, host: &Host) {
        self.program.stop();
        let words = self.words.iter().map(String::as_str);
        let words: Vec<&str> = ["-r"].into_iter().chain(words).collect();
        let mut release = host.start("release.log", "dhclient", &words);
        assert!(release.until_ends(10).success(), "{}", release.log());
    }

    /// How often it was given more time.
    fn renewals(&self) -> usize {
        let renewed = ["renew", "rebind", "reboot"];
        let told = self.told().into_iter();
        told.filter(|(what, _)| renewed.contains(&what.as_str()))
            .count()
    }

    /// Waits until it has a lease.
    pub(crate) fn until_bound(&self, secs: u64) -> String {
        let bound = || {
            let mut told = self.told().into_iter();
            told.find(|(what, _)| what == "bound")
        };
        let patience = Duration::from_secs(secs);
        let (_, address) = wait_for("a lease", patience, || self.program.log(), bound);
        address
    }

    /// Waits until it has got more time once more.
    pub(crate) fn until_renewed(&self, secs: u64) {
        self.until_renewed_often(self.renewals() + 1, secs);
    }

    pub(crate) fn until_renewed_often(&self, count: usize, secs: u64) {
        let patience = Duration::from_secs(secs);
        let enough = || (self.renewals() >= count).then_some(());
        wait_for("a renewal", patience, || self.program.log(), enough);
    }

    /// Waits until its lease is all that is wanted, not what the MCLT allows: short of that it could
    /// end before anyone has noticed that a server is gone.
    pub(crate) fn until_leased_for_long(&self, secs: u64) {
        let long = || {
            let log = self.program.log();
            let (_, last) = log.rsplit_once("renewal in ")?;
            let (t1, _) = last.split_once(" seconds")?;
            (t1.parse::<u64>().ok()? > MCLT).then_some(())
        };
        let patience = Duration::from_secs(secs);
        wait_for("a long lease", patience, || self.program.log(), long);
    }

    /// It has had one lease, and always that one.
    pub(crate) fn was_served_throughout(&self, address: &str) {
        let told = self.told();
        let lost = ["expire", "fail", "timeout", "nak", "leasefail"];
        assert!(
            !told.iter().any(|(what, _)| lost.contains(&what.as_str())),
            "{told:?}\n{}",
            self.program.log()
        );
        let bound = told.iter().filter(|(what, _)| what == "bound");
        assert_eq!(bound.count(), 1, "{told:?}");
        let mut addresses = told.iter().map(|(_, address)| address);
        assert!(
            addresses.all(|own| own.is_empty() || own == address),
            "{told:?}"
        );
    }
}

/// Gives a client's host a card, and its script.
fn prepare(host: &Host, servers: Role, identifier: bool, name: &str) -> (String, PathBuf, String) {
    // Hosts of one test have cards of their own, and no octet is zero.
    let own = name.bytes().fold(1, u8::wrapping_add) | 1;
    let fits = |last: &u8| {
        let card = [2, 0x44, 0x48, 0x43, own, *last];
        let key = if identifier {
            [&[1][..], &card].concat()
        } else {
            card.to_vec()
        };
        Buckets::split(128).is_primarys(bucket(&key)) == (servers == Role::Primary)
    };
    let last = (1..=255).find(fits).unwrap();
    let mac = format!("02:44:48:43:{own:02x}:{last:02x}");
    host.set_mac(&mac);
    let told = host.file(&format!("{name}.told"));
    let script = CONFIGURE.replace("FILE", told.to_str().unwrap());
    let script = host.script(&format!("{name}.sh"), &script);
    (mac, told, script)
}
