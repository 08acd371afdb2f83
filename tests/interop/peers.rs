//! Real servers: how each is set up and started.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::lan::Host;
use crate::run::Program;

/// T1 and T2 as every server here gives them.
pub(crate) const T1: u32 = 8;
pub(crate) const T2: u32 = 11;

/// Where a server is to run, and the network that it serves, by its first three octets.
pub(crate) struct Duty<'a> {
    pub(crate) host: &'a Host,
    pub(crate) net: &'a str,
    pub(crate) log: &'a str,
    /// Whether a relay agent stands between: the server is in another network then.
    pub(crate) relayed: bool,
}

/// A way to start a server, and what it prints of a lease and of a NAK.
pub(crate) struct Peer {
    pub(crate) name: &'static str,
    start: fn(&Duty<'_>) -> Program,
    ready: &'static str,
    pub(crate) acknowledged: &'static str,
    pub(crate) refused: &'static str,
}

pub(crate) const DNSMASQ: Peer = Peer {
    name: "dnsmasq",
    start: dnsmasq,
    ready: "DHCP, sockets bound exclusively",
    acknowledged: "DHCPACK(",
    refused: "DHCPNAK(",
};

pub(crate) const DHCPD: Peer = Peer {
    name: "dhcpd",
    start: dhcpd,
    ready: "Server starting service",
    acknowledged: "DHCPACK on ",
    refused: "DHCPNAK on ",
};

pub(crate) const KEA: Peer = Peer {
    name: "kea-dhcp4",
    start: kea,
    ready: "DHCP4_STARTED",
    acknowledged: "DHCPACK",
    refused: "DHCPNAK",
};

impl Peer {
    /// Starts it and waits until it serves.
    pub(crate) fn serve(&self, duty: &Duty<'_>) -> Program {
        let server = (self.start)(duty);
        server.until_prints(self.ready, 20);
        server
    }
}

/// The leases that a server keeps of a network, in its own form.
pub(crate) fn leases(duty: &Duty<'_>) -> PathBuf {
    duty.host.file(&format!("{}.leases", duty.net))
}

fn dnsmasq(duty: &Duty<'_>) -> Program {
    let (net, host) = (duty.net, duty.host);
    let leases = leases(duty);
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
        format!("--dhcp-option=3,{net}.254"),
        "--dhcp-sequential-ip".to_owned(),
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
    // It must be told of the network that it is in, even with nothing to give away there.
    let own = if duty.relayed {
        "subnet 192.0.2.0 netmask 255.255.255.0 {}"
    } else {
        ""
    };
    let settings = format!(
        "authoritative; ping-check false; default-lease-time 20; max-lease-time 20;\n\
         option dhcp-renewal-time {T1}; option dhcp-rebinding-time {T2};\n\
         subnet {net}.0 netmask 255.255.255.0 {{ range {net}.10 {net}.20; option routers {net}.254; }}\n{own}\n"
    );
    let file = host.write(&format!("{}.conf", duty.log), &settings);
    // The instances of one network share what the disk has.
    let leases = leases(duty);
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
    let leases = leases(duty);
    let mut subnet = json!({
        "id": 1, "subnet": format!("{net}.0/24"),
        "pools": [{ "pool": format!("{net}.10 - {net}.20") }],
        "option-data": [{ "name": "routers", "data": format!("{net}.254") }],
    });
    if !duty.relayed {
        subnet["interface"] = json!(host.interface);
    }
    let settings = json!({ "Dhcp4": {
        "interfaces-config": { "interfaces": [host.interface], "dhcp-socket-type": "raw" },
        "lease-database": { "type": "memfile", "persist": true, "name": leases, "lfc-interval": 0 },
        "authoritative": true, "valid-lifetime": 20, "renew-timer": T1, "rebind-timer": T2,
        "calculate-tee-times": false,
        "subnet4": [subnet],
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
