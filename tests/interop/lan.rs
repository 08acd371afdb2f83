//! Networks of namespaces: hosts, and a Linux bridge for each network, all gone when dropped.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::run::Program;

static COUNT: AtomicU32 = AtomicU32::new(0);

/// Whether namespaces can be made here; where they must be, their absence is a failure.
pub(crate) fn available(programs: &[&str]) -> bool {
    let required = std::env::var_os("DHCP_LAB_REQUIRE_NETNS").is_some();
    let missing: Vec<&str> = programs
        .iter()
        .chain(&["ip"])
        .copied()
        .filter(|program| find(program).is_none())
        .collect();
    let probe = format!("dhcplab-{}-probe-{}", std::process::id(), next());
    let problem = if missing.is_empty() {
        let made =
            quiet(&["netns", "add", &probe]) && quiet(&["-n", &probe, "link", "set", "lo", "up"]);
        quiet(&["netns", "delete", &probe]);
        (!made).then(|| "network namespaces cannot be made (Linux, as root)".to_owned())
    } else {
        Some(format!("not installed: {}", missing.join(", ")))
    };
    if let Some(problem) = problem {
        assert!(!required, "the interop tests are required, but {problem}");
        println!("skipped: {problem}");
        return false;
    }
    true
}

fn next() -> u32 {
    COUNT.fetch_add(1, Ordering::Relaxed)
}

/// Where a program is, those for administrators included.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/sbin"].map(PathBuf::from))
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

fn quiet(arguments: &[&str]) -> bool {
    let output = ip(arguments);
    output.is_ok_and(|output| output.status.success())
}

fn ip(arguments: &[&str]) -> std::io::Result<Output> {
    Command::new("ip")
        .args(arguments)
        .stdin(Stdio::null())
        .output()
}

/// Runs `ip`, which must succeed.
fn must(arguments: &[&str]) {
    let output = ip(arguments).unwrap();
    assert!(
        output.status.success(),
        "ip {}: {}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// A host, at one of its interfaces: a namespace.
#[derive(Clone)]
pub(crate) struct Host {
    pub(crate) namespace: String,
    /// The interface, whose name no other host on this machine has.
    pub(crate) interface: String,
    /// The switch that it is at, and at which port.
    port: (String, String),
    folder: PathBuf,
}

/// Hosts on switches, and a folder for their files.
pub(crate) struct Lan {
    namespaces: Vec<String>,
    hosts: Vec<Host>,
    folder: PathBuf,
    /// Which of this process's networks it is.
    number: u32,
}

/// Two halves of one network, and the cable between their switches.
pub(crate) struct Halves {
    pub(crate) near: [Host; 3],
    pub(crate) far: [Host; 3],
    pub(crate) cable: Cable,
}

/// A cable between two switches.
pub(crate) struct Cable {
    switch: String,
}

impl Cable {
    /// Puts it in or out; whoever is at a switch does not notice.
    pub(crate) fn set(&self, up: bool) {
        let to = if up { "up" } else { "down" };
        must(&["-n", &self.switch, "link", "set", "between", to]);
    }
}

/// A client's network and a server's.
pub(crate) struct Routed {
    pub(crate) client: Host,
    /// The host between them, at its interface in the client's network.
    pub(crate) near: Host,
    /// The same host at its other interface.
    pub(crate) far: Host,
    pub(crate) server: Host,
}

impl Lan {
    /// A network with this many hosts.
    pub(crate) fn new<const HOSTS: usize>(test: &str) -> (Self, [Host; HOSTS]) {
        let mut lan = Self::empty(test);
        let switch = lan.add_switch(0);
        let hosts = std::array::from_fn(|_| {
            let namespace = lan.add_host();
            lan.plug(&namespace, &switch)
        });
        (lan, hosts)
    }

    /// A network of two switches with three hosts at each.
    pub(crate) fn halves(test: &str) -> (Self, Halves) {
        let mut lan = Self::empty(test);
        let [near, far] = [0, 1].map(|number| lan.add_switch(number));
        must(&[
            "link", "add", "between", "netns", &near, "type", "veth", "peer", "name", "between",
            "netns", &far,
        ]);
        for switch in [&near, &far] {
            must(&[
                "-n", switch, "link", "set", "between", "master", "br0", "up",
            ]);
        }
        let mut three = |switch: &str| {
            std::array::from_fn(|_| {
                let namespace = lan.add_host();
                lan.plug(&namespace, switch)
            })
        };
        let halves = Halves {
            near: three(&near),
            far: three(&far),
            cable: Cable { switch: near },
        };
        (lan, halves)
    }

    /// Two networks and a host that stands in both.
    pub(crate) fn routed(test: &str) -> (Self, Routed) {
        let mut lan = Self::empty(test);
        let switches = [0, 1].map(|number| lan.add_switch(number));
        let [client, middle, server] = std::array::from_fn(|_| lan.add_host());
        let routed = Routed {
            client: lan.plug(&client, &switches[0]),
            near: lan.plug(&middle, &switches[0]),
            far: lan.plug(&middle, &switches[1]),
            server: lan.plug(&server, &switches[1]),
        };
        (lan, routed)
    }

    fn empty(test: &str) -> Self {
        let number = next();
        let unique = format!("{}-{number}", std::process::id());
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("interop")
            .join(format!("{test}-{unique}"));
        std::fs::create_dir_all(&folder).unwrap();
        Self {
            namespaces: Vec::new(),
            hosts: Vec::new(),
            folder,
            number,
        }
    }

    fn add_switch(&mut self, number: usize) -> String {
        let switch = self.add_namespace(&format!("switch{number}"));
        let forwarding = ["-n", &switch, "link", "add", "br0", "type", "bridge"];
        must(&[&forwarding[..], &["stp_state", "0", "mcast_snooping", "0"]].concat());
        must(&["-n", &switch, "link", "set", "br0", "up"]);
        switch
    }

    fn add_host(&mut self) -> String {
        let namespace = self.add_namespace(&self.namespaces.len().to_string());
        must(&["-n", &namespace, "link", "set", "lo", "up"]);
        namespace
    }

    /// A cable from a host to a switch.
    fn plug(&mut self, namespace: &str, switch: &str) -> Host {
        let place = self.hosts.len();
        let port = format!("port{place}");
        let host = Host {
            namespace: namespace.to_owned(),
            // At most 15 letters.
            interface: format!(
                "d{}x{}h{place}",
                std::process::id() % 1_000_000,
                self.number
            ),
            port: (switch.to_owned(), port.clone()),
            folder: self.folder.clone(),
        };
        let name = host.interface.as_str();
        must(&[
            "link", "add", name, "netns", namespace, "type", "veth", "peer", "name", &port,
            "netns", switch,
        ]);
        must(&["-n", switch, "link", "set", &port, "master", "br0", "up"]);
        must(&["-n", namespace, "link", "set", name, "up"]);
        self.hosts.push(host.clone());
        host
    }

    fn add_namespace(&mut self, suffix: &str) -> String {
        let name = format!("dhcplab-{}-{}-{suffix}", std::process::id(), self.number);
        must(&["netns", "add", &name]);
        self.namespaces.push(name.clone());
        name
    }
}

impl Drop for Lan {
    fn drop(&mut self) {
        for name in &self.namespaces {
            // What still runs in a namespace of ours was started by a program of ours.
            if let Ok(output) = ip(&["netns", "pids", name]) {
                for id in String::from_utf8_lossy(&output.stdout).split_whitespace() {
                    let _ = Command::new("kill").args(["-KILL", id]).output();
                }
            }
            quiet(&["netns", "delete", name]);
        }
        for host in &self.hosts {
            let lease = format!("/var/lib/dhcpcd/{}.lease", host.interface);
            let _ = std::fs::remove_file(lease);
        }
        if !std::thread::panicking() {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

impl Host {
    /// The host's kernel uses this address, such as `192.0.2.1/24`.
    pub(crate) fn add_address(&self, address: &str) {
        let broadcast = ["broadcast", "+"];
        let words = ["-n", &self.namespace, "addr", "add", address];
        must(&[&words[..], &broadcast, &["dev", &self.interface]].concat());
    }

    /// Its kernel sends what is for another network to this router.
    pub(crate) fn add_route(&self, network: &str, router: &str) {
        must(&[
            "-n",
            &self.namespace,
            "route",
            "add",
            network,
            "via",
            router,
        ]);
    }

    /// Its kernel passes on what is for others.
    pub(crate) fn forward(&self) {
        let file = "/proc/sys/net/ipv4/ip_forward";
        let words = ["netns", "exec", &self.namespace, "sh", "-c"];
        must(&[&words[..], &[&format!("echo 1 > {file}")]].concat());
    }

    /// It uses none any more.
    pub(crate) fn clear_addresses(&self) {
        must(&[
            "-n",
            &self.namespace,
            "addr",
            "flush",
            "dev",
            &self.interface,
        ]);
    }

    /// Puts the cable in or out.
    pub(crate) fn set_link(&self, up: bool) {
        let to = if up { "up" } else { "down" };
        must(&["-n", &self.namespace, "link", "set", &self.interface, to]);
    }

    /// Its interface's Ethernet address.
    pub(crate) fn mac(&self) -> String {
        let words = ["-n", &self.namespace, "-o", "link", "show", &self.interface];
        let text = String::from_utf8(ip(&words).unwrap().stdout).unwrap();
        let mut words = text
            .split_whitespace()
            .skip_while(|word| *word != "link/ether");
        words.nth(1).unwrap().to_owned()
    }

    /// Writes to a file what goes over its cable from now on, until it is stopped.
    pub(crate) fn capture(&self, file: &str) -> Program {
        let (switch, port) = &self.port;
        let file = self.file(file);
        let dumpcap = find("dumpcap").unwrap();
        let mut command = Command::new("ip");
        command.args(["netns", "exec", switch]).arg(dumpcap).args([
            "-q",
            "-i",
            port,
            "-w",
            file.to_str().unwrap(),
        ]);
        let program = Program::start(command, "dumpcap", &self.file("dumpcap.log"));
        // It says so before it captures; and the first that counts is seconds away.
        program.until_prints("File: ", 10);
        program
    }

    /// Gives its interface another Ethernet address.
    pub(crate) fn set_mac(&self, mac: &str) {
        must(&[
            "-n",
            &self.namespace,
            "link",
            "set",
            &self.interface,
            "address",
            mac,
        ]);
    }

    /// A file of this test.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The same with something in it.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.file(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The same, and it can be run.
    pub(crate) fn script(&self, name: &str, text: &str) -> String {
        let path = self.write(name, text);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Starts a program on this host; `log` is the file for what it prints.
    pub(crate) fn start(&self, log: &str, program: &str, arguments: &[&str]) -> Program {
        self.start_with(log, program, arguments, &[])
    }

    /// The same with variables in its environment.
    pub(crate) fn start_with(
        &self,
        log: &str,
        program: &str,
        arguments: &[&str],
        variables: &[(&str, &Path)],
    ) -> Program {
        let mut command = self.command(program, arguments);
        command.envs(variables.iter().copied());
        Program::start(command, program, &self.file(log))
    }

    /// Starts a program that can be spoken to.
    pub(crate) fn converse(&self, log: &str, program: &str, arguments: &[&str]) -> Program {
        let command = self.command(program, arguments);
        Program::listening(command, program, &self.file(log))
    }

    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let path = find(program).unwrap_or_else(|| PathBuf::from(program));
        let mut command = Command::new("ip");
        command
            .args(["netns", "exec", &self.namespace])
            .arg(path)
            .args(arguments);
        command
    }
}
