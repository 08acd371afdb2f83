//! Our relay agent between real clients and servers, and a real one before our server.

use std::net::Ipv4Addr;

use dhcp_lab::wire::dhcp::MessageType::{Ack, Discover, Offer, Request};
use serde_json::json;

use crate::lan::{self, Lan, Routed};
use crate::ours::{Ours, Passed, number, server_note, state};
use crate::peers::{DHCPD, DNSMASQ, Duty, KEA, Peer, T1, leases};
use crate::run::Program;

/// The client's network, by its first three octets; its router is the relay agent.
const NET: &str = "10.1.0";
const NEAR: Ipv4Addr = Ipv4Addr::new(10, 1, 0, 254);
const LEASE: Ipv4Addr = Ipv4Addr::new(10, 1, 0, 10);
const SERVER: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
const ADDRESSES: [&str; 2] = ["10.1.0.254/24", "192.0.2.254/24"];
/// What our relay agent says in option 82: sub-option 1, four octets, the name of its interface.
const CIRCUIT: &[u8] = b"\x01\x04eth0";

/// What a client does with a lease: it uses the address, and the router for what is elsewhere.
const CONFIGURE: &str = "#!/bin/sh
address=${new_ip_address:-$ip}
router=${new_routers:-$router}
[ -z \"$address\" ] && exit
ip addr replace \"$address/24\" dev \"$interface\"
ip route replace default via \"$router\"
";

/// A real client.
struct Client {
    name: &'static str,
    start: fn(&Routed) -> Program,
    leased: &'static str,
}

const UDHCPC: Client = Client {
    name: "udhcpc",
    start: |lan| {
        let script = lan.client.script("configure", CONFIGURE);
        let place = ["-f", "-i", &lan.client.interface, "-s", &script];
        let words = [&place[..], &["-t", "5", "-T", "2", "-n", "-R"]].concat();
        lan.client.start("client.log", "udhcpc", &words)
    },
    leased: "lease of 10.1.0.10 obtained from 192.0.2.1",
};

const DHCLIENT: Client = Client {
    name: "dhclient",
    start: |lan| {
        let script = lan.client.script("configure", CONFIGURE);
        let leases = lan.client.file("dhclient.leases");
        let files = ["-lf", leases.to_str().unwrap(), "--no-pid"];
        let rest = ["-cf", "/dev/null", "-sf", &script, &lan.client.interface];
        let words = [&["-4", "-d", "-v"][..], &files, &rest].concat();
        lan.client.start("client.log", "dhclient", &words)
    },
    leased: "bound to 10.1.0.10",
};

/// Our relay agent on the host between the networks; the server's host knows the way back.
fn relay(lan: &Routed) -> Ours {
    lan.server.add_route("10.1.0.0/24", "192.0.2.254");
    Ours::relay([&lan.near, &lan.far], ADDRESSES, "192.0.2.1", &[])
}

fn duty<'a>(lan: &'a Routed) -> Duty<'a> {
    Duty {
        host: &lan.server,
        net: NET,
        log: "server.log",
        relayed: true,
    }
}

/// What the relay agent's journal says of the first lease: each message came in and went out, with
/// `hops`, `giaddr` and option 82 as RFC 1542 section 4.1 and RFC 3046 section 2.1 have it.
fn assert_relayed(relay: &Ours) {
    let passed = relay.passed();
    let none = Ipv4Addr::UNSPECIFIED;
    let first = |kind, from: &str, to: &str| -> &Passed {
        let mut all = passed.iter();
        let is_it =
            |one: &&Passed| one.message.kind() == Some(kind) && one.from == from && one.to == to;
        let found = all.find(is_it);
        assert!(
            found.is_some(),
            "no {kind:?} from {from} to {to}: {passed:?}"
        );
        found.unwrap()
    };
    for kind in [Discover, Request] {
        let asked = first(kind, "network0", "relay");
        assert_eq!(asked.way(), (kind, 0, none, None));
        assert!(asked.destination.is_broadcast());
        let relayed = first(kind, "relay", "network1");
        assert_eq!(relayed.way(), (kind, 1, NEAR, Some(CIRCUIT)));
        assert_eq!(relayed.destination, SERVER);
        assert_eq!(relayed.message.xid, asked.message.xid);
    }
    for kind in [Offer, Ack] {
        let (kind_of, _, giaddr, option) = first(kind, "network1", "relay").way();
        assert_eq!((kind_of, giaddr, option), (kind, NEAR, Some(CIRCUIT)));
        let answer = first(kind, "relay", "network0");
        let (_, _, giaddr, option) = answer.way();
        assert_eq!((giaddr, option), (NEAR, None));
        assert_eq!((answer.source, answer.message.yiaddr), (NEAR, LEASE));
    }
}

/// The unicast REQUEST of a renewal and its answer, on both cables and never relayed.
fn until_renewed(relay: &Ours) {
    let renewal = |one: &Passed, kind, from: &str| {
        one.message.kind() == Some(kind)
            && one.message.giaddr.is_unspecified()
            && one.from == from
            && [one.source, one.destination].contains(&SERVER)
            && [one.source, one.destination].contains(&LEASE)
    };
    let ways = [
        (Request, "network0"),
        (Request, "relay"),
        (Ack, "network1"),
        (Ack, "relay"),
    ];
    crate::run::wait_for(
        "the renewal to be forwarded",
        std::time::Duration::from_secs(20),
        || relay.log(),
        || {
            let passed = relay.passed();
            let mut rest = passed.iter();
            ways.iter()
                .all(|(kind, from)| rest.any(|one| renewal(one, *kind, from)))
                .then_some(())
        },
    );
}

/// A real client, our relay agent, a real server.
fn stand_between(client: &Client, peer: &Peer, proof: &[&str]) {
    if !lan::available(&[client.name, peer.name]) {
        return;
    }
    let (_lan, lan) = Lan::routed(&format!("{}-{}", client.name, peer.name));
    lan.server.add_address("192.0.2.1/24");
    let ours = relay(&lan);
    let server = peer.serve(&duty(&lan));
    let program = (client.start)(&lan);
    program.until_prints(client.leased, 20);
    assert_relayed(&ours);
    let kept = std::fs::read_to_string(leases(&duty(&lan))).unwrap();
    assert!(kept.contains("10.1.0.10"), "{kept}");
    for text in proof {
        let told = server.log() + &kept;
        assert!(told.contains(text), "no '{text}' in {told}");
    }
    if client.name == "udhcpc" {
        program.signal("USR1");
    }
    until_renewed(&ours);
    assert!(
        server.log().matches(peer.acknowledged).count() >= 2,
        "{}",
        server.log()
    );
}

#[test]
fn our_relay_stands_between_udhcpc_and_dnsmasq() {
    let agent = "option: 82 agent-id  01:04:65:74:68:30";
    stand_between(&UDHCPC, &DNSMASQ, &[agent]);
}

#[test]
fn our_relay_stands_between_dhclient_and_isc_dhcpd() {
    stand_between(
        &DHCLIENT,
        &DHCPD,
        &["via 10.1.0.254", "option agent.circuit-id \"eth0\";"],
    );
}

#[test]
fn our_relay_stands_between_udhcpc_and_kea() {
    stand_between(
        &UDHCPC,
        &KEA,
        &["received from 10.1.0.254", "circuit-id=65746830"],
    );
}

/// Our client, our relay agent, a real server; T1 is short, and the renewal goes through as unicast.
fn stand_before(peer: &Peer) {
    if !lan::available(&[peer.name]) {
        return;
    }
    let (_lan, lan) = Lan::routed(&format!("ours-{}", peer.name));
    lan.server.add_address("192.0.2.1/24");
    let relay = relay(&lan);
    let server = peer.serve(&duty(&lan));
    let config = json!({ "start_delay": false, "fuzz": false });
    let client = Ours::client(&lan.client, &config, &[]);
    let leased = client.until("the lease", 30, |entry| entry["client"] == "leased");
    assert_eq!(leased["address"], "10.1.0.10");
    assert_eq!(leased["server"], "192.0.2.1");
    assert_relayed(&relay);
    assert!(server.log().contains(peer.acknowledged), "{}", server.log());
    client.until("RENEWING", u64::from(T1) + 2, state("RENEWING"));
    client.until_after(number(&leased) + 1, "the renewal", 5, |entry| {
        entry["client"] == "leased"
    });
    until_renewed(&relay);
    assert!(!client.journal().iter().any(state("REBINDING")));
}

#[test]
fn our_client_gets_its_lease_of_dnsmasq_through_our_relay() {
    stand_before(&DNSMASQ);
}

#[test]
fn our_client_gets_its_lease_of_isc_dhcpd_through_our_relay() {
    stand_before(&DHCPD);
}

#[test]
fn our_client_gets_its_lease_of_kea_through_our_relay() {
    stand_before(&KEA);
}

/// Our server in its network, with a pool for the client's.
fn our_server(lan: &Routed) -> Ours {
    let config = json!({
        "pools": ["192.0.2.100-192.0.2.110"], "ping_wait": "200ms",
        "router": "192.0.2.254", "lease": "20s",
        "subnets": [{
            "network": "10.1.0.0/24", "pools": ["10.1.0.10-10.1.0.20"], "router": "10.1.0.254",
        }],
    });
    Ours::server_behind(&lan.server, "192.0.2.1/24", "192.0.2.254", &config)
}

fn serve_through(client: &Client) {
    if !lan::available(&[client.name]) {
        return;
    }
    let (_lan, lan) = Lan::routed(&format!("{}-ours", client.name));
    let relay = Ours::relay([&lan.near, &lan.far], ADDRESSES, "192.0.2.1", &[]);
    let server = our_server(&lan);
    let program = (client.start)(&lan);
    program.until_prints(client.leased, 20);
    assert_relayed(&relay);
    let committed = server.until("the lease", 5, server_note("committed", "10.1.0.10"));
    assert_eq!(committed["client"], lan.client.mac());
    if client.name == "udhcpc" {
        program.signal("USR1");
    }
    until_renewed(&relay);
    server.until_after(
        number(&committed) + 1,
        "the renewal",
        5,
        server_note("committed", "10.1.0.10"),
    );
}

#[test]
fn udhcpc_gets_its_lease_of_our_server_through_our_relay() {
    serve_through(&UDHCPC);
}

#[test]
fn dhclient_gets_its_lease_of_our_server_through_our_relay() {
    serve_through(&DHCLIENT);
}

/// ISC's relay agent, on a host whose kernel has addresses and forwards.
#[test]
fn our_server_answers_through_isc_dhcrelay() {
    if !lan::available(&["dhcrelay", "dhclient"]) {
        return;
    }
    let (_lan, lan) = Lan::routed("dhcrelay");
    lan.near.add_address(ADDRESSES[0]);
    lan.far.add_address(ADDRESSES[1]);
    lan.near.forward();
    let server = our_server(&lan);
    let place = ["-id", &lan.near.interface, "-iu", &lan.far.interface];
    let words = [&["-4", "-d", "-a", "--no-pid"][..], &place, &["192.0.2.1"]].concat();
    let dhcrelay = lan.near.start("dhcrelay.log", "dhcrelay", &words);
    dhcrelay.until_prints("Sending on   Socket/fallback", 10);
    let program = (DHCLIENT.start)(&lan);
    program.until_prints(DHCLIENT.leased, 20);
    let committed = server.until("the lease", 5, server_note("committed", "10.1.0.10"));
    assert_eq!(committed["client"], lan.client.mac());
    let card = lan.client.mac();
    for line in [
        format!("Forwarded BOOTREQUEST for {card} to 192.0.2.1"),
        format!("Forwarded BOOTREPLY for {card} to"),
    ] {
        assert!(dhcrelay.log().contains(&line), "{}", dhcrelay.log());
    }
    // Its option 82 names its interface, and comes back as it was sent.
    let name = lan.near.interface.as_bytes();
    let circuit = [&[1, u8::try_from(name.len()).unwrap()], name].concat();
    let passed = server.passed();
    for kind in [Discover, Offer, Request, Ack] {
        let mut all = passed.iter();
        let one = all.find(|one| one.message.kind() == Some(kind)).unwrap();
        let (_, hops, giaddr, option) = one.way();
        assert_eq!((giaddr, option), (NEAR, Some(&circuit[..])), "{kind:?}");
        let from_relay = [Discover, Request].contains(&kind);
        assert_eq!(hops, u8::from(from_relay), "{kind:?}");
    }
    // The renewal comes straight from the client.
    let again = server_note("committed", "10.1.0.10");
    server.until_after(number(&committed) + 1, "the renewal", 25, again);
    let renewal = |one: &&Passed| one.message.ciaddr == LEASE && one.source == LEASE;
    let passed = server.passed();
    let renewal = passed.iter().find(renewal).unwrap();
    assert_eq!(renewal.way(), (Request, 0, Ipv4Addr::UNSPECIFIED, None));
}

/// `--once` ends when a lease has gone through.
#[test]
fn a_relay_with_once_ends_with_the_first_lease() {
    if !lan::available(&[]) {
        return;
    }
    let (_lan, lan) = Lan::routed("once");
    let hosts = [&lan.near, &lan.far];
    let mut relay = Ours::relay(hosts, ADDRESSES, "192.0.2.1", &["--once"]);
    let _server = our_server(&lan);
    let config = json!({ "start_delay": false });
    let client = Ours::client(&lan.client, &config, &["--once"]);
    assert!(relay.until_ends(20).success(), "{}", relay.log());
    client.until("the ACK", 5, crate::ours::sent("DHCPACK"));
    assert_relayed(&relay);
}

#[test]
fn what_a_relay_lacks_is_said_in_a_line() {
    if !lan::available(&["setpriv"]) {
        return;
    }
    let (_lan, lan) = Lan::routed("lacks");
    let ours = env!("CARGO_BIN_EXE_dhcp-lab");
    let (near, far) = (lan.near.interface.as_str(), lan.far.interface.as_str());
    let both = ["--interface", near, "--interface", far];
    let says = |program: &str, words: &[&[&str]], told: &str| {
        let words = words.concat();
        let mut program = lan.near.start("error.log", program, &words);
        assert_eq!(program.until_ends(10).code(), Some(2));
        let log = program.log();
        assert!(log.starts_with("dhcp-lab: ") && log.contains(told), "{log}");
        assert_eq!(log.lines().count(), 1, "{log}");
    };
    let relay = ["bridge", "relay", "--scenario", "relay"];
    let count = "2 interfaces (eth0 10.0.1.1/24, eth1 10.0.2.1/24), and the cards named are 1";
    says(ours, &[&relay, &both[..2]], count);
    let unknown = "no router with a relay agent 'x'; there are: router";
    says(ours, &[&relay, &both, &["--node", "x"]], unknown);
    let kind = "the scenario has no router with a relay agent";
    says(ours, &[&relay[..3], &["silence"], &both], kind);
    let without = ["--bounding-set=-net_raw", "--inh-caps=-net_raw", ours];
    let privileges = "run it as root or with CAP_NET_RAW";
    says("setpriv", &[&without, &relay, &both], privileges);
}
