//! Our server with real clients.

use serde_json::json;

use crate::lan::{self, Lan};
use crate::ours::{Ours, sent, server_note};

const SERVER: &str = "192.0.2.1/24";

fn pool() -> serde_json::Value {
    json!({
        "pools": ["192.0.2.10-192.0.2.20"], "lease": "10m", "ping_wait": "200ms",
        "router": "192.0.2.254", "dns": ["192.0.2.53"], "domain": "lab.example",
    })
}

fn nothing() -> String {
    lan::find("true").unwrap().to_str().unwrap().to_owned()
}

/// What gives the interface its address: udhcpc and dhclient each name it in their own way. A RELEASE
/// goes through the kernel, which needs one.
const CONFIGURE: &str = "#!/bin/sh
address=${new_ip_address:-$ip}
[ -z \"$address\" ] || ip addr replace \"$address/24\" dev \"$interface\"
";

#[test]
fn udhcpc_leases_and_releases() {
    if !lan::available(&["udhcpc"]) {
        return;
    }
    let (_lan, [server, client]) = Lan::new("udhcpc");
    let ours = Ours::server(&server, SERVER, &pool());
    let script = client.script("configure", CONFIGURE);
    let arguments = [
        "-i",
        &client.interface,
        "-f",
        "-n",
        "-R",
        "-t",
        "5",
        "-T",
        "2",
    ];
    let arguments = [&arguments[..], &["-s", &script]].concat();
    let mut udhcpc = client.start("udhcpc.log", "udhcpc", &arguments);
    let lease = "lease of 192.0.2.10 obtained from 192.0.2.1, lease time 600";
    udhcpc.until_prints(lease, 20);
    let committed = ours.until("the lease", 5, server_note("committed", "192.0.2.10"));
    assert_eq!(committed["client"], client.mac());
    udhcpc.stop();
    ours.until("the release", 5, server_note("released", "192.0.2.10"));
    assert_eq!(
        ours.messages(),
        [
            "DHCPDISCOVER",
            "DHCPOFFER",
            "DHCPREQUEST",
            "DHCPACK",
            "DHCPRELEASE"
        ]
    );
}

#[test]
fn dhclient_leases_comes_back_and_releases() {
    if !lan::available(&["dhclient"]) {
        return;
    }
    let (_lan, [server, client]) = Lan::new("dhclient");
    let ours = Ours::server(&server, SERVER, &pool());
    let leases = client.file("dhclient.leases");
    let script = client.script("configure", CONFIGURE);
    let run = |log: &str, first: &[&str]| {
        let files = ["-lf", leases.to_str().unwrap(), "--no-pid"];
        let rest = ["-cf", "/dev/null", "-sf", &script, &client.interface];
        let arguments = [&["-4", "-d", "-v"], first, &files, &rest].concat();
        client.start(log, "dhclient", &arguments)
    };
    let mut dhclient = run("first.log", &["-1"]);
    dhclient.until_prints("bound to 192.0.2.10", 20);
    let lease = std::fs::read_to_string(&leases).unwrap();
    for line in [
        "fixed-address 192.0.2.10;",
        "option routers 192.0.2.254;",
        "option dhcp-lease-time 600;",
        "option domain-name \"lab.example\";",
    ] {
        assert!(lease.contains(line), "{lease}");
    }
    // Ended without a word to the server, it remembers the lease: INIT-REBOOT.
    dhclient.stop();
    let first = ours.until("the lease", 5, server_note("committed", "192.0.2.10"));
    let mut dhclient = run("again.log", &["-1"]);
    dhclient.until_prints("bound to 192.0.2.10", 20);
    assert!(
        !dhclient.log().contains("DHCPDISCOVER"),
        "{}",
        dhclient.log()
    );
    let after = crate::ours::number(&first) + 1;
    let known = server_note("committed", "192.0.2.10");
    ours.until_after(after, "INIT-REBOOT", 5, known);
    dhclient.stop();
    let mut dhclient = run("release.log", &["-r"]);
    dhclient.until_prints("DHCPRELEASE of 192.0.2.10", 10);
    assert!(dhclient.until_ends(10).success(), "{}", dhclient.log());
    ours.until("the release", 5, server_note("released", "192.0.2.10"));
    let messages = ours.messages();
    let requests = messages.iter().filter(|label| *label == "DHCPREQUEST");
    assert_eq!(requests.count(), 2, "{messages:?}");
    assert_eq!(
        messages
            .iter()
            .filter(|label| *label == "DHCPDISCOVER")
            .count(),
        1
    );
}

/// The same, but an address that someone answers ARP for is no good: dhclient declines what its
/// script refuses.
const CONFIGURE_IF_FREE: &str = "#!/bin/sh
[ -z \"$new_ip_address\" ] && exit
busybox arping -D -q -c 2 -w 2 -I \"$interface\" \"$new_ip_address\" || exit 1
ip addr replace \"$new_ip_address/24\" dev \"$interface\"
";

/// A third host has the address that our server, which does not ping, gives away.
fn decline(server: &lan::Host, squatter: &lan::Host) -> Ours {
    squatter.add_address("192.0.2.10/24");
    let mut config = pool();
    config["ping"] = json!("never");
    Ours::server(server, SERVER, &config)
}

/// The client has said so, and then leased the next address.
fn until_declined(ours: &Ours, client: &lan::Host) {
    let declined = ours.until("the DECLINE", 20, server_note("declined", "192.0.2.10"));
    assert_eq!(declined["client"], client.mac());
    ours.until("the message", 1, sent("DHCPDECLINE"));
    let next = ours.until("a lease", 50, server_note("committed", "192.0.2.11"));
    assert_eq!(next["client"], client.mac());
}

#[test]
fn udhcpc_declines_an_address_in_use() {
    if !lan::available(&["udhcpc"]) {
        return;
    }
    let (_lan, [server, client, squatter]) = Lan::new("udhcpc-decline");
    let ours = decline(&server, &squatter);
    let script = nothing();
    let place = ["-i", &client.interface, "-s", &script];
    let words = [&place[..], &["-f", "-q", "-a", "-t", "5", "-T", "2"]].concat();
    let mut udhcpc = client.start("udhcpc.log", "udhcpc", &words);
    until_declined(&ours, &client);
    assert!(udhcpc.until_ends(20).success(), "{}", udhcpc.log());
    let log = udhcpc.log();
    assert!(log.contains("broadcasting decline"), "{log}");
    assert!(log.contains("lease of 192.0.2.11"), "{log}");
}

#[test]
fn dhclient_declines_an_address_in_use() {
    if !lan::available(&["dhclient", "busybox"]) {
        return;
    }
    let (_lan, [server, client, squatter]) = Lan::new("dhclient-decline");
    let ours = decline(&server, &squatter);
    let script = client.script("configure", CONFIGURE_IF_FREE);
    let leases = client.file("dhclient.leases");
    let files = ["-lf", leases.to_str().unwrap(), "--no-pid"];
    let rest = ["-cf", "/dev/null", "-sf", &script, &client.interface];
    let words = [&["-4", "-d", "-v"][..], &files, &rest].concat();
    let dhclient = client.start("dhclient.log", "dhclient", &words);
    until_declined(&ours, &client);
    dhclient.until_prints("bound to 192.0.2.11", 10);
    let log = dhclient.log();
    assert!(log.contains("DHCPDECLINE of 192.0.2.10"), "{log}");
}

fn dhcpcd(client: &lan::Host, log: &str, setting: &str, more: &[&str]) -> crate::run::Program {
    let settings = "clientid\nnoipv6rs\nwaitip 4\noption subnet_mask, routers\nrequire dhcp_server_identifier\n";
    let file = client.write("dhcpcd.conf", &format!("{settings}{setting}\n"));
    let script = nothing();
    let arguments = ["-4", "-B", "-d", "-t", "40", "-c", &script];
    let rest = ["-f", file.to_str().unwrap(), &client.interface];
    client.start(log, "dhcpcd", &[&arguments[..], more, &rest].concat())
}

#[test]
fn dhcpcd_leases_after_its_probes_comes_back_and_releases() {
    if !lan::available(&["dhcpcd"]) {
        return;
    }
    let (_lan, [server, client]) = Lan::new("dhcpcd");
    let ours = Ours::server(&server, SERVER, &pool());
    let mut first = dhcpcd(&client, "first.log", "", &["-1"]);
    assert!(first.until_ends(30).success(), "{}", first.log());
    let lease = "leased 192.0.2.10 for 600 seconds";
    assert!(first.log().contains(lease), "{}", first.log());
    let committed = ours.until("the lease", 5, server_note("committed", "192.0.2.10"));
    assert_eq!(committed["client"], client.mac());
    // It has kept the lease: INIT-REBOOT. Told to, it releases what it leaves.
    let mut again = dhcpcd(&client, "again.log", "release", &[]);
    again.until_prints("rebinding lease of 192.0.2.10", 20);
    again.until_prints(lease, 20);
    let after = crate::ours::number(&committed) + 1;
    let known = server_note("committed", "192.0.2.10");
    ours.until_after(after, "INIT-REBOOT", 5, known);
    let messages = ours.messages();
    let discovers = messages.iter().filter(|label| *label == "DHCPDISCOVER");
    assert_eq!(discovers.count(), 1, "{messages:?}");
    again.stop();
    ours.until("the release", 5, server_note("released", "192.0.2.10"));
    assert!(
        again.log().contains("releasing lease of 192.0.2.10"),
        "{}",
        again.log()
    );
}

#[test]
fn dhcpcd_declines_an_address_in_use() {
    if !lan::available(&["dhcpcd"]) {
        return;
    }
    let (_lan, [server, client, squatter]) = Lan::new("dhcpcd-decline");
    let ours = decline(&server, &squatter);
    let mut dhcpcd = dhcpcd(&client, "dhcpcd.log", "", &["-1"]);
    until_declined(&ours, &client);
    assert!(dhcpcd.until_ends(50).success(), "{}", dhcpcd.log());
    let log = dhcpcd.log();
    assert!(log.contains("leased 192.0.2.11"), "{log}");
}

/// An address in use is never offered where the server does ping.
#[test]
fn our_ping_finds_a_real_host() {
    if !lan::available(&["udhcpc"]) {
        return;
    }
    let (_lan, [server, client, squatter]) = Lan::new("ping");
    squatter.add_address("192.0.2.10/24");
    let ours = Ours::server(&server, SERVER, &pool());
    let script = nothing();
    let arguments = [
        "-i",
        &client.interface,
        "-f",
        "-q",
        "-n",
        "-t",
        "5",
        "-T",
        "2",
    ];
    let arguments = [&arguments[..], &["-s", &script]].concat();
    let mut udhcpc = client.start("udhcpc.log", "udhcpc", &arguments);
    assert!(udhcpc.until_ends(20).success(), "{}", udhcpc.log());
    assert!(
        udhcpc.log().contains("lease of 192.0.2.11"),
        "{}",
        udhcpc.log()
    );
    ours.until("the answer", 1, server_note("abandoned", "192.0.2.10"));
    ours.until("the lease", 5, server_note("committed", "192.0.2.11"));
}

/// perfdhcp plays relay agents: it names its own address in giaddr, and listens on port 67.
#[test]
fn perfdhcp_loses_no_exchange() {
    if !lan::available(&["perfdhcp"]) {
        return;
    }
    let (_lan, [server, client]) = Lan::new("perfdhcp");
    client.add_address("10.20.0.2/16");
    let config = json!({ "pools": ["10.20.1.0-10.20.9.255"], "lease": "10m", "ping": "never" });
    let ours = Ours::server(&server, "10.20.0.1/16", &config);
    let load = ["-4", "-r", "50", "-R", "30", "-p", "3", "-W", "1000000"];
    let arguments = [&load[..], &["-l", &client.interface, "-B", "all"]].concat();
    let mut perfdhcp = client.start("perfdhcp.log", "perfdhcp", &arguments);
    // Its code is 3 where a single exchange was not completed.
    assert!(perfdhcp.until_ends(20).success(), "{}", perfdhcp.log());
    let log = perfdhcp.log();
    assert!(log.contains("non unique addresses: 0"), "{log}");
    let count = |label: &str| {
        let messages = ours.messages();
        messages.iter().filter(|message| *message == label).count()
    };
    let acknowledged = count("DHCPACK");
    assert!(acknowledged > 100, "{log}");
    assert_eq!(acknowledged, count("DHCPREQUEST"));
    assert_eq!(count("DHCPOFFER"), count("DHCPDISCOVER"));
    let received = format!("received packets: {acknowledged}");
    assert!(log.contains(&received), "{log}");
}
