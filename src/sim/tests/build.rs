//! Networks and looking glasses that several tests use.

use std::rc::Rc;

use super::super::*;
use crate::scenario::{File, Scenario, library};
use crate::time::{Duration, Instant};
use crate::wire::dhcp::{Message, MessageType};
use crate::wire::frame::{self, Frame, Payload, Transport};

pub(super) fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

pub(super) fn at(secs: u64) -> Instant {
    Instant::ZERO + Duration::from_secs(secs)
}

pub(super) fn built_in(name: &str) -> Rc<Scenario> {
    Rc::new(library::load(name).unwrap())
}

pub(super) fn with_seed(scenario: &Scenario, seed: u64) -> Rc<Scenario> {
    Rc::new(
        Scenario::new(File {
            seed,
            ..scenario.file().clone()
        })
        .unwrap(),
    )
}

/// Clients `pc0`..., each with `client` as its settings, and servers `srv0`... with a pool of
/// `pool` addresses each, on one switch.
pub(super) fn network(
    clients: usize,
    client: &str,
    servers: &[String],
    until: &str,
    seed: u64,
) -> Rc<Scenario> {
    let mut nodes = vec![r#"{ "id": "sw", "kind": "switch" }"#.to_owned()];
    let mut links = Vec::new();
    for number in 0..clients {
        nodes.push(format!(
            r#"{{ "id": "pc{number}", "kind": "client", "client": {client} }}"#
        ));
        links.push(format!(
            r#"{{ "between": ["pc{number}", "sw"], "latency": "{}us" }}"#,
            300 + number
        ));
    }
    for (number, server) in servers.iter().enumerate() {
        let address = format!("10.0.0.{}/16", number + 1);
        nodes.push(format!(r#"{{ "id": "srv{number}", "kind": "server", "address": "{address}", "server": {server} }}"#));
        links.push(format!(
            r#"{{ "between": ["srv{number}", "sw"], "latency": "{}us" }}"#,
            200 + number
        ));
    }
    let text = format!(
        r#"{{ "version": 1, "name": "test", "seed": {seed}, "until": "{until}", "nodes": [{}], "links": [{}] }}"#,
        nodes.join(","),
        links.join(",")
    );
    Rc::new(Scenario::parse(&text).unwrap_or_else(|problem| panic!("{problem}: {text}")))
}

/// Every byte of a world.
pub(super) fn picture(world: &World) -> String {
    format!("{world:?}")
}

/// A checkpoint every so many events.
pub(super) fn every(interval: u64) -> Limits {
    Limits {
        interval,
        ..Limits::default()
    }
}

/// So little that nearly everything has to be found again by replay.
pub(super) fn tight(interval: u64) -> Limits {
    Limits {
        entries: 6 * 32,
        near: 50,
        memory: 200_000,
        interval,
    }
}

/// A run of the same story without any going back, to the same place.
pub(super) fn fresh(scenario: &Scenario, commands: &[Timed], to: &World) -> (World, Journal) {
    let (mut world, mut journal) = (World::new(scenario), Journal::default());
    while world.executed() < to.executed() {
        assert!(
            world.step(commands, &mut journal),
            "there are as many events"
        );
    }
    world.wait_until(to.now(), commands);
    (world, journal)
}

/// The whole story, run once.
pub(super) fn run(scenario: &Scenario) -> (World, Journal) {
    let (mut world, mut journal) = (World::new(scenario), Journal::default());
    world.run_until(scenario.until(), scenario.commands(), &mut journal);
    (world, journal)
}

pub(super) fn dhcp(frame: &Frame) -> Option<Message> {
    let Ok(Payload::Ip(ip)) = frame::parse(frame.bytes()) else {
        return None;
    };
    let Transport::Udp(udp) = ip.transport else {
        return None;
    };
    Some(Message::parse(udp.payload).unwrap())
}

/// One line of what happened: `1.000000 laptop sent DISCOVER`.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) id: EventId,
    pub(super) at: Instant,
    pub(super) node: String,
    pub(super) text: String,
}

fn what(entry: &Entry) -> Option<String> {
    let shown = |frame: &Frame| match frame::parse(frame.bytes()) {
        Ok(Payload::Arp(arp)) => {
            let kind = match (arp.reply, arp.is_probe(), arp.spa == arp.tpa) {
                (true, ..) => "arp-reply",
                (_, true, _) => "arp-probe",
                (_, _, true) => "arp-announcement",
                _ => "arp-request",
            };
            format!("{kind} {}", if arp.reply { arp.spa } else { arp.tpa })
        }
        Ok(Payload::Ip(ip)) => match ip.transport {
            Transport::Udp(_) => {
                let kind = dhcp(frame).unwrap().kind().unwrap();
                let cast = if frame.destination().is_group() {
                    "to all"
                } else {
                    "to one"
                };
                format!(
                    "{} {cast} {}",
                    format!("{kind:?}").to_uppercase(),
                    ip.destination
                )
            }
            Transport::Echo(echo) => format!(
                "{} {}",
                if echo.reply { "pong" } else { "ping" },
                ip.destination
            ),
            Transport::Tcp(tcp) => format!("tcp {:?} {}", tcp.flags, tcp.payload.len()),
            Transport::Other(other) => format!("ip {other}"),
        },
        other => format!("{other:?}"),
    };
    match &entry.what {
        What::Sent {
            origin: _, frame, ..
        } => Some(format!("sends {}", shown(frame))),
        What::Flooded { .. } => None,
        What::Received { frame, .. } => Some(format!("gets {}", shown(frame))),
        What::Dropped { frame, reason, .. } => Some(format!("loses {} {reason:?}", shown(frame))),
        What::Dhcp(note) => Some(format!("{}", serde_json::to_value(note).unwrap())),
        What::Net(note) => Some(format!("{}", serde_json::to_value(note).unwrap())),
        What::Command(command) => Some(format!("{command:?}")),
        What::Ended(command) => Some(format!("ended {command:?}")),
        What::InVain(why) => Some(format!("in vain {why:?}")),
        What::Power(on) => Some(format!("power {on}")),
        What::Software(on) => Some(format!("software {on}")),
        What::Carrier { up, .. } => Some(format!("carrier {up}")),
        What::Fired { reason, .. } => {
            Some(format!("fired {}", serde_json::to_value(reason).unwrap()))
        }
    }
}

/// The journal in lines; a switch's passing on is left out.
pub(super) fn lines(scenario: &Scenario, journal: &Journal) -> Vec<Line> {
    journal
        .from(0)
        .filter_map(|(id, entry)| {
            let node = entry
                .node
                .map_or("link", |node| &scenario.node(node).id)
                .to_owned();
            let passes_on = matches!(entry.what, What::Sent { origin, .. } if origin != id);
            let text = what(entry).filter(|_| !passes_on)?;
            Some(Line {
                id,
                at: entry.at,
                node,
                text,
            })
        })
        .collect()
}

/// Who sends which DHCP message, as `laptop DISCOVER`.
pub(super) fn talk(lines: &[Line]) -> Vec<String> {
    let kinds = [
        MessageType::Discover,
        MessageType::Offer,
        MessageType::Request,
        MessageType::Ack,
        MessageType::Nak,
        MessageType::Decline,
        MessageType::Release,
        MessageType::Inform,
    ]
    .map(|kind| format!("{kind:?}").to_uppercase());
    lines
        .iter()
        .filter_map(|line| {
            let kind = line.text.strip_prefix("sends ")?.split(' ').next()?;
            kinds
                .iter()
                .any(|known| known == kind)
                .then(|| format!("{} {kind}", line.node))
        })
        .collect()
}
