//! The built-in scenarios about failover: each shows what its summary says, at these instants.

use std::net::Ipv4Addr;

use super::super::*;
use super::build::*;
use crate::dhcp::client::State as ClientState;
use crate::dhcp::failover::{Endpoint, State};
use crate::lesson::tell;
use crate::net::host::Host;
use crate::scenario::Verb;
use crate::text::{Language, Texts};
use crate::time::Instant;
use crate::wire::dhcp::MessageType;

/// A built-in scenario that is being watched.
struct Watch(Recording);

impl Watch {
    fn new(name: &str) -> Self {
        Self(Recording::new(built_in(name)))
    }

    /// At `h:mm:ss`.
    fn at(&mut self, clock: &str) -> &mut Self {
        let parts = clock.split(':').map(|part| part.parse::<u64>().unwrap());
        self.0.seek(at(parts.fold(0, |sum, part| sum * 60 + part)));
        self
    }

    fn server(&self, name: &str) -> Option<&Endpoint> {
        let id = self.0.scenario().find(name).unwrap();
        self.0.world().node(id).server().unwrap().endpoint()
    }

    fn states(&self) -> [State; 2] {
        ["server1", "server2"].map(|name| self.server(name).unwrap().state())
    }

    fn client(&self, name: &str) -> ClientState {
        let id = self.0.scenario().find(name).unwrap();
        self.0.world().node(id).client().unwrap().state()
    }

    fn address(&self, name: &str) -> Option<Ipv4Addr> {
        let id = self.0.scenario().find(name).unwrap();
        let host = self.0.world().node(id).host();
        host.and_then(Host::interface)
            .map(|interface| interface.address)
    }

    /// The first instant from `from` on at which a sentence has these words.
    fn told(&mut self, words: &str, from: Instant) -> String {
        let until = self.0.scenario().until();
        self.0.seek(until);
        let texts = Texts::new(Language::English);
        let mut entries = self.0.journal().from(0);
        let found = entries.find(|(id, entry)| {
            let told = tell(self.0.scenario(), self.0.journal(), *id);
            entry.at >= from
                && told.is_some_and(|told| {
                    texts.sentence(&told).replace('\u{a0}', " ").contains(words)
                })
        });
        found.map_or_else(
            || panic!("no one says: {words}"),
            |(_, entry)| entry.at.to_string(),
        )
    }
}

const fn ip(last: u8) -> Option<Ipv4Addr> {
    Some(Ipv4Addr::new(192, 168, 1, last))
}

const NORMAL: [State; 2] = [State::Normal; 2];

#[test]
fn without_coordination_server2_stays_silent_and_the_client_loses_its_address() {
    let mut day = Watch::new("split-pools");
    assert!(day.server("server1").is_none() && day.server("server2").is_none());
    assert_eq!(day.at("0:04:00").address("client"), ip(10));
    let silent = day.told("server2 stays silent: it has no record of client", at(300));
    assert!(silent.starts_with("00:08:00"), "{silent}");
    // It goes on with what it remembers, in vain at T1 and at T2.
    assert_eq!(day.at("0:30:00").address("client"), ip(10));
    assert_eq!(day.at("4:30:00").client("client"), ClientState::Renewing);
    assert_eq!(day.at("7:30:00").client("client"), ClientState::Rebinding);
    let over = day.told(
        "The lease of client has ended. It stops using 192.168.1.10",
        at(0),
    );
    assert!(over.starts_with("08:01:00"), "{over}");
    assert_eq!(day.at("8:02:00").address("client"), ip(12));
}

/// What a teacher lays side by side: one client, the same things done to it at the same times.
#[test]
fn the_three_days_differ_in_how_the_servers_work_together_only() {
    let client = |name: &str| {
        let scenario = built_in(name);
        let until = scenario.until();
        let done: Vec<String> = scenario
            .file()
            .commands
            .iter()
            .filter(|command| {
                let at = |end: &String| end == "client";
                command.node.as_ref().is_some_and(at)
                    || command
                        .link
                        .as_ref()
                        .is_some_and(|link| link.iter().any(at))
            })
            .map(|command| format!("{} {:?}", command.at, command.verb))
            .collect();
        let node = scenario.node(scenario.find("client").unwrap()).clone();
        (node, done, until)
    };
    let (day, done, until) = client("two-server-day");
    assert_eq!(client("split-pools"), (day.clone(), done.clone(), until));
    let (node, mistaken, _) = client("operators-mistake");
    assert_eq!(node, day);
    assert_eq!(mistaken, done[..mistaken.len()]);
    assert_eq!(mistaken.len(), 3);
    let servers = |name: &str| {
        let scenario = built_in(name);
        ["server1", "server2"].map(|server| {
            let node = scenario.node(scenario.find(server).unwrap());
            (node.address, node.server.as_ref().unwrap().lease)
        })
    };
    assert_eq!(servers("two-server-day"), servers("split-pools"));
    assert_eq!(servers("two-server-day"), servers("operators-mistake"));
    // Server1 is out of server2's reach from the same minute on, by one way or another.
    for (name, verb) in [
        ("two-server-day", Verb::PowerOff),
        ("split-pools", Verb::PowerOff),
        ("operators-mistake", Verb::Unplug),
    ] {
        let file = built_in(name).file().clone();
        let then = file.commands.iter().find(|command| command.at == secs(360));
        assert_eq!(then.map(|command| command.verb), Some(verb), "{name}");
    }
}

#[test]
fn two_wrong_commands_give_one_address_to_two_clients_until_the_servers_talk_again() {
    let mut day = Watch::new("operators-mistake");
    assert_eq!(day.at("0:04:00").states(), NORMAL);
    assert_eq!(
        day.at("0:19:00").states(),
        [State::CommunicationsInterrupted; 2]
    );
    assert_eq!(day.at("0:21:00").states(), [State::PartnerDown; 2]);
    assert_eq!(day.at("2:05:00").address("phone"), ip(11));
    day.at("2:11:00");
    assert_eq!(
        (
            day.address("phone"),
            day.address("tablet"),
            day.address("client")
        ),
        (ip(11), ip(11), ip(10))
    );
    let twice = day.told("tablet has 192.168.1.11, and so has phone", at(0));
    assert!(twice.starts_with("02:10:05"), "{twice}");
    let found = day.told(
        "server1 does not accept what server2 says of 192.168.1.11: here another client has it",
        at(0),
    );
    assert!(found.starts_with("03:00:"), "{found}");
    for way in [
        "server1 goes from PARTNER-DOWN to POTENTIAL-CONFLICT",
        "server2 goes from PARTNER-DOWN to POTENTIAL-CONFLICT",
        "server1 goes from POTENTIAL-CONFLICT to CONFLICT-DONE",
        "server2 goes from POTENTIAL-CONFLICT to NORMAL",
        "server1 goes from CONFLICT-DONE to NORMAL",
    ] {
        let gone = day.told(way, at(0));
        assert!(gone.starts_with("03:00:"), "{way}: {gone}");
    }
    assert_eq!(day.at("3:10:00").states(), NORMAL);
    // The clients still have it; who renews first is refused.
    assert_eq!(day.address("phone"), day.address("tablet"));
    let refused = day.told("server2 refuses phone with a DHCPNAK", at(0));
    assert!(refused.starts_with("06:00:00"), "{refused}");
    day.at("7:00:00");
    let used = ["client", "tablet", "phone"].map(|name| day.address(name).unwrap());
    assert!(
        used[0] != used[1] && used[1] != used[2] && used[0] != used[2],
        "{used:?}"
    );
}

#[test]
fn a_server_comes_back_by_way_of_recover_and_waits_for_the_mclt() {
    let mut day = Watch::new("crash-and-recover");
    assert_eq!(day.at("0:04:00").states(), NORMAL);
    assert_eq!(day.at("0:15:00").states()[1], State::PartnerDown);
    for (back, wait, over, asks) in [
        (
            "0:20:01",
            "1:04:00",
            "1:10:00",
            "server1 asks server2 with an UPDREQ for what it has missed",
        ),
        (
            "2:20:01",
            "3:19:00",
            "3:21:00",
            "server1 knows nothing and asks server2 with an UPDREQALL for everything",
        ),
    ] {
        for clock in [back, wait] {
            assert_eq!(
                day.at(clock).states(),
                [State::RecoverWait, State::PartnerDown],
                "{clock}"
            );
        }
        assert_eq!(day.at(over).states(), NORMAL, "{over}");
        day.at(back);
        let now = day.0.world().now();
        day.told(asks, now - secs(1));
    }
    let waits = day.told("server1 waits until 03:20:00", at(0));
    assert!(waits.starts_with("02:20:00"), "{waits}");
    // With an empty disk it knows again whose the address is.
    day.at("4:00:00");
    let [one, two] = ["server1", "server2"].map(|name| {
        let store = day.server(name).unwrap().store().unwrap();
        let lease = store.lease(ip(10).unwrap());
        (lease.status, lease.client.clone())
    });
    assert_eq!(one, two);
    assert!(one.1.is_some());
}

#[test]
fn f09_each_client_has_one_server_while_both_work_and_either_after_three_seconds() {
    let scenario = built_in("load-balance");
    let (_, journal) = run(&scenario);
    let mut answers = Vec::new();
    for (_, entry) in journal.from(0) {
        let What::Sent { origin, frame, .. } = &entry.what else {
            continue;
        };
        let own = journal.get(*origin).is_some_and(|first| first == entry);
        if let Some(message) = dhcp(frame).filter(|_| own) {
            let node = scenario.node(entry.node.unwrap());
            if message.kind() == Some(MessageType::Offer) {
                answers.push((node.id.clone(), message.mac().to_string()));
            }
        }
    }
    let clients = ["pc1", "pc2", "pc3", "pc4"].map(|name| {
        let node = scenario.node(scenario.find(name).unwrap());
        node.mac.unwrap().to_string()
    });
    let expected = ["server1", "server2", "server1", "server1"];
    let expected: Vec<(String, String)> = expected
        .map(str::to_owned)
        .into_iter()
        .zip(clients)
        .collect();
    assert_eq!(answers, expected);
    let mut day = Watch::new("load-balance");
    for (words, clock) in [
        (
            "server2 leaves the DHCPDISCOVER of pc1 to server1: the hash of its identifier is 23, and 0 to 127 are server1’s",
            "00:01:00",
        ),
        (
            "server1 leaves the DHCPDISCOVER of pc2 to server2: the hash of its identifier is 221, and 128 to 255 are server2’s",
            "00:02:00",
        ),
        ("server2 leaves the DHCPDISCOVER of pc3", "00:03:00"),
        // Server2 is dead, and server1 does not know it yet.
        (
            "server1 leaves the DHCPDISCOVER of pc4 to server2",
            "00:05:00",
        ),
        ("server1 offers pc4", "00:05:04"),
    ] {
        let told = day.told(words, at(0));
        assert!(told.starts_with(clock), "{words}: {told}");
    }
    assert_eq!(day.at("0:05:05").states()[0], State::Normal);
}

#[test]
fn the_scenarios_about_failover_hold_settings_outages_and_times_only() {
    for name in [
        "two-server-day",
        "split-pools",
        "operators-mistake",
        "partition",
        "crash-and-recover",
        "load-balance",
    ] {
        // Whatever else a file could hold is no field that a reader of it knows.
        let file = built_in(name).file().clone();
        for command in &file.commands {
            let outside = matches!(
                command.verb,
                Verb::PowerOn
                    | Verb::PowerOff
                    | Verb::Plug
                    | Verb::Unplug
                    | Verb::Start
                    | Verb::Release
                    | Verb::PartnerDown
                    | Verb::LoseDisk
            );
            assert!(outside, "{name}: {:?}", command.verb);
            assert!(
                command.faults.is_none() && command.client.is_none() && command.server.is_none(),
                "{name}"
            );
        }
    }
}
