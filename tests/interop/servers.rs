//! Our client with real servers: a lease, a renewal at T1, rebinding at T2 with another instance, and
//! a NAK from a third that serves another network.

use serde_json::json;

use crate::lan::{self, Host, Lan};
use crate::ours::{Ours, number, sent, state};
use crate::peers::{DHCPD, DNSMASQ, Duty, KEA, Peer, T1};

/// One client's life with three instances of a server.
fn live_with(peer: &Peer) {
    if !lan::available(&[peer.name]) {
        return;
    }
    let (_lan, [first, second, host]) = Lan::new(peer.name);
    first.add_address("192.0.2.1/24");
    second.add_address("192.0.2.2/24");
    let start = |host: &Host, net: &str, log: &str| {
        peer.serve(&Duty {
            host,
            net,
            log,
            relayed: false,
        })
    };
    let mut server = start(&first, "192.0.2", "first.log");
    let config = json!({ "start_delay": false, "fuzz": false });
    let mut client = Ours::client(&host, &config, &["--release"]);

    // A lease, on both sides.
    let leased = client.until("the lease", 30, |entry| entry["client"] == "leased");
    let address = leased["address"].as_str().unwrap().to_owned();
    assert!(address.starts_with("192.0.2."), "{address}");
    assert_eq!(leased["server"], "192.0.2.1");
    let times = |entry: &serde_json::Value, name: &str| entry[name].as_u64().unwrap();
    let first_t1 = times(&leased, "t1") - times(&leased, "start");
    assert_eq!(first_t1, u64::from(T1) * 1_000_000, "T1 as the server said");
    assert!(server.log().contains(peer.acknowledged), "{}", server.log());
    assert!(server.log().contains(&address), "{}", server.log());

    // A renewal at T1.
    client.until("RENEWING", 10, state("RENEWING"));
    let renewed = client.until_after(number(&leased) + 1, "the renewal", 10, |entry| {
        entry["client"] == "leased"
    });
    assert_eq!(renewed["address"], *address);
    let acknowledged = server.log().matches(peer.acknowledged).count();
    assert!(acknowledged >= 2, "{}", server.log());
    assert!(
        client
            .journal()
            .iter()
            .all(|entry| !state("REBINDING")(entry))
    );

    // The server is gone, another one with its knowledge is there: T2 finds it.
    server.stop();
    first.clear_addresses();
    let mut server = start(&second, "192.0.2", "second.log");
    let rebinding = client.until_after(number(&renewed), "REBINDING", 20, state("REBINDING"));
    let rebound = client.until_after(number(&rebinding), "the other server", 10, |entry| {
        entry["client"] == "leased"
    });
    assert_eq!(rebound["address"], *address);
    assert_eq!(rebound["server"], "192.0.2.2");
    assert!(server.log().contains(peer.acknowledged), "{}", server.log());

    // That one is gone too, and the next serves another network. The cable goes out and in again:
    // INIT-REBOOT with the remembered lease, a NAK, and a lease there.
    server.stop();
    second.clear_addresses();
    second.add_address("198.51.100.1/24");
    let server = start(&second, "198.51.100", "third.log");
    host.set_link(false);
    let out = client.until_after(number(&rebound), "the cable out", 5, |entry| {
        entry["what"] == "carrier" && entry["up"] == false
    });
    host.set_link(true);
    let rebooting = client.until_after(number(&out), "REBOOTING", 5, state("REBOOTING"));
    let nak = client.until_after(number(&rebooting), "the NAK", 5, sent("DHCPNAK"));
    let init = client.until_after(number(&nak), "INIT", 5, state("INIT"));
    let anew = client.until_after(number(&init), "the new lease", 30, |entry| {
        entry["client"] == "leased"
    });
    assert!(anew["address"].as_str().unwrap().starts_with("198.51.100."));
    assert!(server.log().contains(peer.refused), "{}", server.log());

    // Stopped, it gives the address back.
    assert!(client.stop().success(), "{}", client.log());
    client.until("the RELEASE", 1, sent("DHCPRELEASE"));
    server.until_prints("RELEASE", 5);
}

#[test]
fn dnsmasq_serves_our_client() {
    live_with(&DNSMASQ);
}

#[test]
fn isc_dhcpd_serves_our_client() {
    live_with(&DHCPD);
}

#[test]
fn kea_serves_our_client() {
    live_with(&KEA);
}

/// `--once` ends when the address is in use.
#[test]
fn once_ends_with_the_lease() {
    if !lan::available(&["dnsmasq"]) {
        return;
    }
    let (_lan, [server, host]) = Lan::new("once");
    server.add_address("192.0.2.1/24");
    let duty = Duty {
        host: &server,
        net: "192.0.2",
        log: "dnsmasq.log",
        relayed: false,
    };
    let _peer = DNSMASQ.serve(&duty);
    let config = json!({ "start_delay": false });
    let mut client = Ours::client(&host, &config, &["--once"]);
    assert!(client.until_ends(25).success(), "{}", client.log());
    assert!(
        client.log().contains("announces by ARP"),
        "{}",
        client.log()
    );
    assert!(client.journal().iter().any(state("BOUND")));
}
