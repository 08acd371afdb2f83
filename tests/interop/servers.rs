//! Our client with real servers: a lease, a renewal at T1, rebinding at T2 with another instance, and
//! a NAK from a third that serves another network.

use std::path::Path;

use serde_json::json;

use crate::lan::{self, Host, Lan};
use crate::ours::{Ours, number, sent, state};
use crate::run::Program;

/// T1 and T2 as every server here gives them.
const T1: u32 = 8;
const T2: u32 = 11;

/// Where a server is to run, and the network that it serves, by its first three octets.
struct Duty<'a> {
    host: &'a Host,
    net: &'a str,
    log: &'a str,
}

/// A way to start a server, and what it prints of a lease and of a NAK.
struct Peer {
    name: &'static str,
    start: fn(&Duty<'_>) -> Program,
    ready: &'static str,
    acknowledged: &'static str,
    refused: &'static str,
}

fn dnsmasq(duty: &Duty<'_>) -> Program {
    let (net, host) = (duty.net, duty.host);
    let leases = host.file(&format!("{}.leases", duty.log));
    let words = [
        "-k".to_owned(),
        "--conf-file=/dev/null".to_owned(),
        "--port=0".to_owned(),
        format!("--interface={}", host.interface),
        "--bind-interfaces".to_owned(),
        format!("--dhcp-range={net}.10,{net}.20,255.255.255.0,2m"),
        format!("--dhcp-option=58,{T1}"),
        format!("--dhcp-option=59,{T2}"),
        format!("--dhcp-leasefile={}", leases.display()),
        "--dhcp-authoritative".to_owned(),
        "--no-ping".to_owned(),
        "--log-dhcp".to_owned(),
        "--log-facility=-".to_owned(),
        "--user=root".to_owned(),
        "--pid-file=".to_owned(),
    ];
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    host.start(duty.log, "dnsmasq", &words)
}

fn dhcpd(duty: &Duty<'_>) -> Program {
    let (net, host) = (duty.net, duty.host);
    let settings = format!(
        "authoritative; ping-check false; default-lease-time 20; max-lease-time 20;\n\
         option dhcp-renewal-time {T1}; option dhcp-rebinding-time {T2};\n\
         subnet {net}.0 netmask 255.255.255.0 {{ range {net}.10 {net}.20; option routers {net}.254; }}\n"
    );
    let file = host.write(&format!("{}.conf", duty.log), &settings);
    // The instances of one network share what the disk has.
    let leases = host.file(&format!("dhcpd-{net}.leases"));
    if !leases.exists() {
        std::fs::write(&leases, "").unwrap();
    }
    let (file, leases) = (file.to_str().unwrap(), leases.to_str().unwrap());
    let files = ["-cf", file, "-lf", leases, "--no-pid"];
    let arguments = [
        &["-4", "-f", "-d"][..],
        &files,
        &["-user", "root", "-group", "root"],
    ];
    host.start(
        duty.log,
        "dhcpd",
        &[&arguments.concat()[..], &[&host.interface]].concat(),
    )
}

fn kea(duty: &Duty<'_>) -> Program {
    let (net, host) = (duty.net, duty.host);
    let leases = host.file(&format!("kea-{net}.csv"));
    let settings = json!({ "Dhcp4": {
        "interfaces-config": { "interfaces": [host.interface], "dhcp-socket-type": "raw" },
        "lease-database": { "type": "memfile", "persist": true, "name": leases, "lfc-interval": 0 },
        "authoritative": true, "valid-lifetime": 20, "renew-timer": T1, "rebind-timer": T2,
        "calculate-tee-times": false,
        "subnet4": [{
            "id": 1, "subnet": format!("{net}.0/24"), "interface": host.interface,
            "pools": [{ "pool": format!("{net}.10 - {net}.20") }],
        }],
        "loggers": [{ "name": "kea-dhcp4", "severity": "DEBUG", "debuglevel": 50,
            "output_options": [{ "output": "stdout" }] }],
    } });
    let file = host.write(&format!("{}.conf", duty.log), &settings.to_string());
    let folder = host.file(&format!("{}.run", duty.log));
    std::fs::create_dir_all(&folder).unwrap();
    let folder: &Path = &folder;
    let variables = [("KEA_PIDFILE_DIR", folder), ("KEA_LOCKFILE_DIR", folder)];
    host.start_with(
        duty.log,
        "kea-dhcp4",
        &["-c", file.to_str().unwrap()],
        &variables,
    )
}

/// One client's life with three instances of a server.
fn live_with(peer: &Peer) {
    if !lan::available(&[peer.name]) {
        return;
    }
    let (_lan, [first, second, host]) = Lan::new(peer.name);
    first.add_address("192.0.2.1/24");
    second.add_address("192.0.2.2/24");
    let start = |host: &Host, net: &str, log: &str| {
        let server = (peer.start)(&Duty { host, net, log });
        server.until_prints(peer.ready, 20);
        server
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
    live_with(&Peer {
        name: "dnsmasq",
        start: dnsmasq,
        ready: "DHCP, sockets bound exclusively",
        acknowledged: "DHCPACK(",
        refused: "DHCPNAK(",
    });
}

#[test]
fn isc_dhcpd_serves_our_client() {
    live_with(&Peer {
        name: "dhcpd",
        start: dhcpd,
        ready: "Server starting service",
        acknowledged: "DHCPACK on ",
        refused: "DHCPNAK on ",
    });
}

#[test]
fn kea_serves_our_client() {
    live_with(&Peer {
        name: "kea-dhcp4",
        start: kea,
        ready: "DHCP4_STARTED",
        acknowledged: "DHCPACK",
        refused: "DHCPNAK",
    });
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
    };
    let peer = dnsmasq(&duty);
    peer.until_prints("DHCP, sockets bound exclusively", 10);
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
