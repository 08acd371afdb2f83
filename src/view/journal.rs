//! The journal as JSON lines: one event each, with its instant, node, cause and what it is.

use crate::dhcp::failover;
use serde::Serialize;
use serde_json::{Value, json};

use crate::scenario::{Command, LinkId, NodeId, Scenario, section, values};
use crate::sim::{Entry, EventId, Journal, What};
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

fn detail(scenario: &Scenario, what: &What) -> (&'static str, Value) {
    let name = |node: NodeId| scenario.node(node).id.as_str();
    let between = |link: LinkId| scenario.ends(link).map(name);
    let packet = |frame: &Frame| (summary(frame.bytes()).label(), hex(frame.bytes()));
    match what {
        What::Command(command) => {
            let link = cable(command).map(between);
            let mut detail = json!({ "do": verb(command), "link": link });
            if let (Command::Configure(_, change), Some(fields)) = (command, detail.as_object_mut())
            {
                let settings = values(&change.settings);
                fields.insert(section(&change.settings).to_owned(), settings);
            }
            if let (Command::Faults(_, faults), Some(fields)) = (command, detail.as_object_mut()) {
                fields.insert("faults".to_owned(), json!(faults));
            }
            ("command", detail)
        }
        What::Power(on) => ("power", json!({ "on": on })),
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
            reason,
            frame,
        } => (
            "dropped",
            json!({ "message": packet(frame).0, "origin": origin.0, "why": reason }),
        ),
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

/// What a command is called in scenario files.
pub fn verb(command: &Command) -> &'static str {
    match command {
        Command::PowerOn(_) => "power-on",
        Command::PowerOff(_) => "power-off",
        Command::Plug(_) => "plug",
        Command::Unplug(_) => "unplug",
        Command::Faults(..) => "faults",
        Command::Start(_) => "start",
        Command::Release(_) => "release",
        Command::Renew(_) => "renew",
        Command::Inform(_) => "inform",
        Command::Failover(_, failover::Command::PartnerDown) => "partner-down",
        Command::Failover(_, failover::Command::Shutdown) => "shut-down",
        Command::Failover(_, failover::Command::Pause) => "pause",
        Command::LoseDisk(_) => "lose-disk",
        Command::Configure(..) => "configure",
    }
}

fn cable(command: &Command) -> Option<LinkId> {
    match command {
        Command::Plug(link) | Command::Unplug(link) | Command::Faults(link, _) => Some(*link),
        Command::PowerOn(_)
        | Command::PowerOff(_)
        | Command::Start(_)
        | Command::Release(_)
        | Command::Renew(_)
        | Command::Inform(_)
        | Command::Failover(..)
        | Command::LoseDisk(_)
        | Command::Configure(..) => None,
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}
