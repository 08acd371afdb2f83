//! The journal as JSON lines: one event each, with its instant, node, cause and what it is.

use serde::Serialize;
use serde_json::{Value, json};

use crate::scenario::{Command, LinkId, NodeId, Offset, Scenario, Which, section, values};
use crate::sim::{Entry, EventId, Journal, Vain, What};
use crate::wire::frame::Frame;
use crate::wire::summary::summary;

/// One event as it stands on its line.
#[derive(Debug, Serialize)]
struct Line<'a> {
    /// Its number; causes refer to it.
    n: u32,
    /// When, in microseconds from the start.
    at: u64,
    /// Where; nothing for what concerns a link.
    node: Option<&'a str>,
    /// The number of the event that it came from.
    cause: Option<u32>,
    /// What kind of event it is.
    what: &'static str,
    /// The rest, by kind.
    #[serde(flatten)]
    detail: Value,
}

/// The whole journal, a line an event.
pub fn lines(scenario: &Scenario, journal: &Journal) -> String {
    let mut text = String::new();
    for (id, entry) in journal.from(0) {
        text.push_str(&line(scenario, id, entry));
        text.push('\n');
    }
    text
}

/// One event, without a line end.
pub fn line(scenario: &Scenario, id: EventId, entry: &Entry) -> String {
    let name = |node: NodeId| scenario.node(node).id.as_str();
    let (what, detail) = detail(scenario, &entry.what);
    let line = Line {
        n: id.0,
        at: entry.at.as_micros(),
        node: entry.node.map(name),
        cause: entry.cause.map(|cause| cause.0),
        what,
        detail,
    };
    // Nothing in a line is of a kind that JSON lacks.
    serde_json::to_string(&line).unwrap_or_default()
}

fn vain(why: Vain) -> &'static str {
    match why {
        Vain::AsItWas => "as-it-was",
        Vain::Stopped => "stopped",
        Vain::Runs => "runs",
        Vain::NoFrame => "no-frame",
    }
}

fn detail(scenario: &Scenario, what: &What) -> (&'static str, Value) {
    let name = |node: NodeId| scenario.node(node).id.as_str();
    let between = |link: LinkId| scenario.ends(link).map(name);
    let packet = |frame: &Frame| (summary(frame.bytes()).label(), hex(frame.bytes()));
    match what {
        What::Command(command) => ("command", deed(scenario, command)),
        What::Ended(command) => ("ended", deed(scenario, command)),
        What::InVain(why) => ("in-vain", json!({ "why": vain(*why) })),
        What::Power(on) => ("power", json!({ "on": on })),
        What::Software(on) => ("software", json!({ "on": on })),
        What::Carrier { link, up } => ("carrier", json!({ "link": between(*link), "up": up })),
        What::Sent {
            origin,
            link,
            to,
            arrives,
            frame,
        } => {
            let (message, bytes) = packet(frame);
            let detail = json!({
                "message": message, "origin": origin.0, "link": between(*link), "to": name(*to),
                "arrives": arrives.as_micros(), "frame": bytes,
            });
            ("sent", detail)
        }
        What::Flooded {
            origin,
            over,
            arrives,
            frame,
        } => {
            let (message, bytes) = packet(frame);
            let links = over.iter().map(|(link, _)| between(link));
            let to = over.iter().map(|(_, to)| name(to));
            let detail = json!({
                "message": message, "origin": origin.0, "links": links.collect::<Vec<_>>(),
                "to": to.collect::<Vec<_>>(), "arrives": arrives.as_micros(), "frame": bytes,
            });
            ("flooded", detail)
        }
        What::Received { origin, frame } => (
            "received",
            json!({ "message": packet(frame).0, "origin": origin.0 }),
        ),
        What::Dropped {
            origin,
            link,
            reason,
            frame,
        } => {
            let (message, link) = (packet(frame).0, between(*link));
            let detail = json!({
                "message": message, "origin": origin.0, "link": link, "why": reason,
            });
            ("dropped", detail)
        }
        What::Fired { timer, reason } => {
            let mut detail = json!(reason);
            if let Some(fields) = detail.as_object_mut() {
                fields.insert("timer".to_owned(), json!(timer));
            }
            ("timer", detail)
        }
        What::Dhcp(note) => ("dhcp", json!(note)),
        What::Net(note) => ("net", json!(note)),
    }
}

/// A command in a file's words; settings as they will be.
fn deed(scenario: &Scenario, command: &Command) -> Value {
    let name = |node: &NodeId| scenario.node(*node).id.as_str();
    let link = command.link().map(|link| scenario.ends(link));
    let link = link.map(|ends| ends.map(|end| name(&end)));
    let mut detail = json!({ "do": command.name(), "link": link });
    let mut add = |field: &str, value: Value| {
        if let Some(fields) = detail.as_object_mut() {
            fields.insert(field.to_owned(), value);
        }
    };
    if let Command::For(_, length) = command {
        add("for", json!(length));
    }
    match command.plain() {
        Command::Configure(_, change) => add(section(&change.settings), values(&change.settings)),
        Command::Faults(_, faults) => add("faults", json!(faults)),
        Command::Latency(_, latency) => add("latency", json!(latency)),
        Command::Partition(groups) | Command::Heal(Some(groups)) => {
            let named = groups.groups().each_ref();
            let named = named.map(|group| group.iter().map(name).collect::<Vec<_>>());
            add("groups", json!(named));
        }
        Command::Meddle(meddle) => {
            add("from", json!(name(&meddle.from)));
            match meddle.which {
                Which::OnTheWay(frame) => add("frame", json!(frame)),
                Which::Next(next) => add("next", json!(next)),
            }
        }
        Command::Take(_, address) => add("address", json!(address)),
        Command::Clock(_, offset) => add("offset", json!(Offset(*offset))),
        Command::PowerOn(_)
        | Command::PowerOff(_)
        | Command::Crash(_)
        | Command::Restart(_)
        | Command::Plug(_)
        | Command::Unplug(_)
        | Command::Heal(None)
        | Command::Leave(_)
        | Command::Start(_)
        | Command::Release(_)
        | Command::Renew(_)
        | Command::Inform(_)
        | Command::Failover(..)
        | Command::LoseDisk(_)
        | Command::For(..) => {}
    }
    detail
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}
