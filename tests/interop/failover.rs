//! Our server and ISC dhcpd as failover partners, real clients between them. Each stands at a switch
//! of its own, with clients at both, so that the two can lose each other and no one else.

use std::process::Command;
use std::time::Duration;

use dhcp_lab::dhcp::failover::Role;
use dhcp_lab::wire::failover::RejectReason;
use serde_json::Value;

use crate::lan::{self, Halves, Lan};
use crate::lessee::Client;
use crate::ours::{Ours, number, sent, server_note};
use crate::partner::{Dhcpd, LEASE, MCLT, OURS, THEIRS, other, port, settings};
use crate::run::{Program, wait_for};

/// For how many seconds a renewal is waited for: a whole lease, and what a busy machine adds.
const PATIENCE: u64 = LEASE + 10;

/// Both servers, the hosts for clients, and all that is on our server's cable.
struct Story {
    ours: Ours,
    dhcpd: Dhcpd,
    /// Our server's role.
    role: Role,
    capture: Program,
    hosts: Halves,
    _lan: Lan,
}

impl Story {
    fn run_ours(hosts: &Halves, role: Role, log: &str) -> Ours {
        let addresses = [format!("{OURS}/24"), format!("{THEIRS}/24")];
        let configs = [settings(role, THEIRS), settings(other(role), OURS)];
        Ours::partner(
            &hosts.near[0],
            log,
            addresses.each_ref().map(String::as_str),
            configs.each_ref(),
        )
    }

    /// Both are NORMAL; `None` where it cannot be tried.
    fn normal(test: &str, role: Role) -> Option<Self> {
        if !lan::available(&[
            "dhcpd", "dhclient", "udhcpc", "omshell", "dumpcap", "tshark",
        ]) {
            return None;
        }
        let (lan, hosts) = Lan::halves(test);
        let capture = hosts.near[0].capture("ours.pcapng");
        let mut dhcpd = Dhcpd::new(&hosts.far[0], other(role));
        dhcpd.start();
        let ours = Self::run_ours(&hosts, role, "ours1");
        ours.until("NORMAL", 30, to("NORMAL"));
        dhcpd.until_in("normal", 1, 30);
        Some(Self {
            ours,
            dhcpd,
            role,
            capture,
            hosts,
            _lan: lan,
        })
    }

    /// A client of ours with a lease that dhcpd knows, and the other way round; both have renewed it.
    fn two_clients(&self) -> [(Client, String); 2] {
        let near = Client::by_card(&self.hosts.near[1], self.role, "near1");
        let far = Client::by_identifier(&self.hosts.far[1], other(self.role), "far1");
        let leases = [near, far].map(|client| {
            let address = client.until_bound(20);
            (client, address)
        });
        let [(near, near_address), (far, far_address)] = &leases;
        let given = self
            .ours
            .until("the lease", 5, server_note("committed", near_address));
        assert_eq!(given["client"], near.mac);
        self.dhcpd.until_leased(near_address, &near.mac, 5);
        let acked = format!("DHCPACK on {far_address} to {}", far.mac);
        assert!(self.dhcpd.log().contains(&acked), "{}", self.dhcpd.log());
        self.ours
            .until("the partner's lease", 5, taken("ACTIVE", far_address));
        // The first lease is the MCLT, and from the renewal on all that is wanted.
        let limited = self.ours.until("the MCLT", 1, |entry| {
            entry["failover"] == "limited" && entry["address"] == **near_address
        });
        assert_eq!(limited["granted"], format!("{MCLT}s"));
        for (client, _) in &leases {
            client.until_renewed_often(1, 10);
            client.until_leased_for_long(10);
        }
        // Each partner knows of the longer lease too; dhcpd gathers its BNDACKs for some seconds.
        for (address, news) in [(near_address, "acknowledged"), (far_address, "taken")] {
            let told = |entry: &&Value| {
                entry["failover"] == news
                    && entry["address"] == **address
                    && entry["status"] == "ACTIVE"
            };
            let twice = || (self.ours.journal().iter().filter(told).count() >= 2).then_some(());
            let tell = || self.ours.log();
            wait_for("the longer lease", Duration::from_secs(10), tell, twice);
        }
        leases
    }

    /// What tshark makes of all that went over our server's cable.
    fn end(mut self, served: &[(Client, String)]) {
        for (client, address) in served {
            client.was_served_throughout(address);
        }
        let journal = self.ours.journal();
        for entry in &journal {
            let reason = entry["reason"].as_u64();
            let allowed = |reasons: &[RejectReason]| {
                let mut numbers = reasons.iter().map(|reason| u64::from(reason.0));
                numbers.any(|number| reason == Some(number))
            };
            // Who was not told of a renewal says that the lease is over, and is told better.
            let fine = match entry["failover"].as_str() {
                Some("refused") => allowed(&[RejectReason::OUTDATED]),
                Some("refused-by-partner") => {
                    allowed(&[RejectReason::OUTDATED, RejectReason::LESS_CRITICAL])
                }
                Some("malformed" | "unexpected") => false,
                Some(_) | None => true,
            };
            assert!(fine, "{entry}");
        }
        self.capture.stop();
        let file = self.hosts.near[0].file("ours.pcapng");
        let read = |filter: &str| {
            let output = Command::new("tshark")
                .args(["-r", file.to_str().unwrap(), "-Y", filter, "-T", "fields"])
                .args([
                    "-e",
                    "frame.number",
                    "-e",
                    "_ws.col.Info",
                    "-e",
                    "_ws.expert.message",
                ])
                .args(["-o", "tcp.check_checksum:TRUE"])
                .args(["-d", &format!("tcp.port=={},dhcpfo", port(Role::Secondary))])
                .output()
                .unwrap();
            assert!(output.status.success(), "{output:?}");
            String::from_utf8(output.stdout).unwrap()
        };
        let ours = format!("dhcpfo && ip.src == {OURS}");
        assert!(read(&ours).lines().count() > 20);
        let faults = "_ws.malformed || dhcpfo.bad_length || tcp.checksum.status == 0";
        assert_eq!(read(&format!("ip.src == {OURS} && ({faults})")), "");
        // A client identifier with a zero in it would be one: see `tests/tshark_failover.rs`.
        let expert = read(&format!("{ours} && _ws.expert.severity >= 0x400000"));
        assert_eq!(expert, "");
    }
}

fn to(state: &str) -> impl Fn(&Value) -> bool + '_ {
    move |entry| entry["failover"] == "state" && entry["to"] == state
}

fn taken<'a>(status: &'a str, address: &'a str) -> impl Fn(&Value) -> bool + 'a {
    move |entry| {
        entry["failover"] == "taken" && entry["address"] == address && entry["status"] == status
    }
}

/// The two lose each other, and go on each with its own clients, new ones too; then they find each
/// other again.
fn a_cut(role: Role) {
    let Some(story) = Story::normal("cut", role) else {
        return;
    };
    let clients = story.two_clients();
    story.hosts.cable.set(false);
    let cut = story
        .ours
        .until("the silence", 20, to("COMMUNICATIONS-INTERRUPTED"));
    story.dhcpd.until_in("communications-interrupted", 1, 20);
    // Each answers those clients too that are the other's in NORMAL.
    let near = Client::by_identifier(&story.hosts.near[2], other(role), "near2");
    let far = Client::by_card(&story.hosts.far[2], role, "far2");
    let (near_address, far_address) = (near.until_bound(20), far.until_bound(20));
    let committed = server_note("committed", &near_address);
    assert_eq!(
        story.ours.until("the lease", 5, committed)["client"],
        near.mac
    );
    story.dhcpd.until_leased(&far_address, &far.mac, 5);
    let lease = story.dhcpd.lease(&near_address).unwrap_or_default();
    assert!(!lease.contains(&near.mac), "dhcpd cannot know: {lease}");
    let known = |entry: &Value| taken("ACTIVE", &far_address)(entry);
    assert!(!story.ours.journal().iter().any(known), "nor can ours");
    let [mut near1, mut far1] = clients;
    near1.0.until_renewed(PATIENCE);
    far1.0.until_renewed(PATIENCE);
    near1.0.was_served_throughout(&near1.1);
    far1.0.was_served_throughout(&far1.1);
    // One lease ends meanwhile.
    far1.0.release(&story.hosts.far[1]);
    story.dhcpd.until_free(&far1.1, 5);

    story.hosts.cable.set(true);
    let after = number(&cut);
    story
        .ours
        .until_after(after, "NORMAL again", 30, to("NORMAL"));
    story.dhcpd.until_in("normal", 2, 30);
    story.dhcpd.until_leased(&near_address, &near.mac, 5);
    story
        .ours
        .until_after(after, "the lease", 5, taken("ACTIVE", &far_address));
    story.ours.until_after(after, "the release", 10, |entry| {
        ["RELEASED", "EXPIRED", "FREE"]
            .iter()
            .any(|status| taken(status, &far1.1)(entry))
    });
    near1.0.until_renewed(PATIENCE);
    near.until_renewed(PATIENCE);
    near1.0.release(&story.hosts.near[1]);
    story.dhcpd.until_free(&near1.1, 5);
    story.end(&[near1, (near, near_address), (far, far_address)]);
}

#[test]
fn as_primary_ours_shares_leases_with_dhcpd_and_survives_a_cut() {
    a_cut(Role::Primary);
}

#[test]
fn as_secondary_ours_shares_leases_with_dhcpd_and_survives_a_cut() {
    a_cut(Role::Secondary);
}

/// dhcpd crashes, an operator tells ours, and ours serves alone until dhcpd is back.
fn our_partner_down(role: Role) {
    let Some(mut story) = Story::normal("ours-alone", role) else {
        return;
    };
    let clients = story.two_clients();
    story.dhcpd.crash();
    let crash = story
        .ours
        .until("the crash", 20, to("COMMUNICATIONS-INTERRUPTED"));
    story.ours.say("partner-up");
    story.ours.say("partner-down");
    let down = story
        .ours
        .until_after(number(&crash), "PARTNER-DOWN", 5, to("PARTNER-DOWN"));
    assert_eq!(down["why"], "command");
    let log = story.ours.log();
    assert!(
        log.contains("there is no command 'partner-up'; there are: "),
        "{log}"
    );
    // dhcpd's client and a new one of dhcpd's: no MCLT any more.
    let near = Client::udhcpc(&story.hosts.near[2], other(role), "near2");
    let near_address = near.until_bound(20);
    let lease = format!("lease of {near_address} obtained from {OURS}, lease time {LEASE}");
    near.program.until_prints(&lease, 5);
    let [_, (far1, far_address)] = &clients;
    let committed = server_note("committed", far_address);
    story
        .ours
        .until_after(number(&crash), "dhcpd's client", PATIENCE, committed);
    far1.until_renewed(PATIENCE);

    story.dhcpd.start();
    for state in ["recover", "recover-done", "normal"] {
        story.dhcpd.until_in(state, 1, 30);
    }
    story
        .ours
        .until_after(number(&down), "NORMAL", 10, to("NORMAL"));
    story.dhcpd.until_leased(&near_address, &near.mac, 5);
    clients[0].0.until_renewed(PATIENCE);
    far1.until_renewed(PATIENCE);
    let [near1, far1] = clients;
    story.end(&[near1, far1, (near, near_address)]);
}

#[test]
fn as_primary_ours_serves_alone_when_told_and_takes_dhcpd_back() {
    our_partner_down(Role::Primary);
}

#[test]
fn as_secondary_ours_serves_alone_when_told_and_takes_dhcpd_back() {
    our_partner_down(Role::Secondary);
}

/// Ours is gone with its disk, an operator tells dhcpd, and dhcpd serves alone until ours is back and
/// has learnt everything anew.
fn their_partner_down(role: Role) {
    let Some(mut story) = Story::normal("dhcpd-alone", role) else {
        return;
    };
    let clients = story.two_clients();
    assert!(story.ours.stop().success());
    story.dhcpd.until_in("communications-interrupted", 1, 20);
    story.dhcpd.partner_down();
    let far = Client::by_card(&story.hosts.far[2], role, "far2");
    let far_address = far.until_bound(20);
    let [(near1, near_address), _] = &clients;
    near1.until_renewed(PATIENCE);
    let acked = format!("DHCPACK on {near_address} to {}", near1.mac);
    assert!(story.dhcpd.log().contains(&acked), "{}", story.dhcpd.log());

    story.ours = Story::run_ours(&story.hosts, role, "ours2");
    story.ours.until("NORMAL", 30, to("NORMAL"));
    story.dhcpd.until_in("normal", 2, 10);
    let journal = story.ours.journal();
    let states: Vec<_> = journal
        .iter()
        .filter(|entry| entry["failover"] == "state")
        .map(|entry| entry["to"].as_str().unwrap().to_owned())
        .collect();
    let way = [
        "STARTUP",
        "RECOVER",
        "RECOVER-WAIT",
        "RECOVER-DONE",
        "NORMAL",
    ];
    assert_eq!(states, way);
    assert!(journal.iter().any(sent("UPDREQALL")));
    // It waits for the MCLT, counted from its start: the disk that knew more is lost.
    let waits = journal
        .iter()
        .find(|entry| entry["failover"] == "waits")
        .unwrap();
    assert_eq!(waits["until"], MCLT * 1_000_000);
    let first = journal.iter().position(sent("DHCPACK"));
    let done = journal.iter().position(to("RECOVER-DONE")).unwrap();
    assert!(
        first.is_none_or(|first| first > done),
        "it serves no one before"
    );
    for address in [near_address, &clients[1].1, &far_address] {
        story
            .ours
            .until("what dhcpd knows", 5, taken("ACTIVE", address));
    }
    for client in [near1, &clients[1].0, &far] {
        client.until_leased_for_long(PATIENCE);
    }
    // What it has learnt it knows: dhcpd crashes, and all three go on.
    story.dhcpd.crash();
    let crash = story
        .ours
        .until("the crash", 20, to("COMMUNICATIONS-INTERRUPTED"));
    for address in [near_address, &clients[1].1, &far_address] {
        let committed = server_note("committed", address);
        story
            .ours
            .until_after(number(&crash), "a renewal", PATIENCE, committed);
    }
    let [near1, far1] = clients;
    story.end(&[near1, far1, (far, far_address)]);
}

#[test]
fn as_primary_ours_learns_everything_anew_from_a_dhcpd_that_was_alone() {
    their_partner_down(Role::Primary);
}

#[test]
fn as_secondary_ours_learns_everything_anew_from_a_dhcpd_that_was_alone() {
    their_partner_down(Role::Secondary);
}
