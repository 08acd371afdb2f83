//! How the text of a file is laid out, so that a person can read and change it.

use serde_json::{Map, Value};

use super::values;
use crate::dhcp::{Settings, client, server};
use crate::json::{self, ToJson};
use crate::net::link::Faults;

/// The longest line that is not broken up, where it can be.
const WIDTH: usize = 110;

/// In which order fields stand; what is not named comes after them, by the alphabet.
const ORDER: [&str; 44] = [
    "$schema",
    "version",
    "name",
    "title",
    "summary",
    "seed",
    "until",
    "show",
    "nodes",
    "links",
    "commands",
    "notes",
    "at",
    "do",
    "id",
    "kind",
    "between",
    "node",
    "link",
    "to",
    "from",
    "frame",
    "next",
    "groups",
    "mac",
    "address",
    "network",
    "offset",
    "latency",
    "on",
    "plugged",
    "faults",
    "client",
    "server",
    "interfaces",
    "relay",
    "pools",
    "lease",
    "router",
    "role",
    "partner",
    "text",
    "for",
    "ping",
];

/// Leaves out of a file what it says in vain: settings that are so anyway.
pub(super) fn terse(file: &mut Value) {
    let client = values(&Settings::Client(client::Config::default()));
    let server = values(&Settings::Server(server::Config::default()));
    let mut failover = server::Failover::default().write();
    // Which of the two a server is, a reader wants to see of both.
    if let Some(fields) = failover.as_object_mut() {
        fields.remove("role");
    }
    let faults = Faults::default().write();
    let (none, off) = (Value::Null, Value::Bool(false));
    let relay = object(&[("circuit_id", &off), ("link_selection", &off)]);
    let list = Value::Array(Vec::new());
    let subnet = [
        ("router", &none),
        ("dns", &list),
        ("domain", &none),
        ("lease", &none),
    ];
    let subnet = object(&subnet);
    for node in items(file.get_mut("nodes")) {
        strip(node.get_mut("client"), &client);
        strip(node.get_mut("relay"), &relay);
        if let Some(own) = node.get_mut("server") {
            strip(own.get_mut("failover"), &failover);
            items(own.get_mut("subnets")).for_each(|own| strip(Some(own), &subnet));
            strip(Some(own), &server);
        }
    }
    items(file.get_mut("links")).for_each(|link| strip(link.get_mut("faults"), &faults));
}

fn object(fields: &[(&str, &Value)]) -> Value {
    let fields = fields.iter();
    Value::Object(
        fields
            .map(|(name, value)| ((*name).to_owned(), (*value).clone()))
            .collect(),
    )
}

fn items(list: Option<&mut Value>) -> impl Iterator<Item = &mut Value> {
    list.and_then(Value::as_array_mut).into_iter().flatten()
}

fn strip(settings: Option<&mut Value>, usual: &Value) {
    if let Some(fields) = settings.and_then(Value::as_object_mut) {
        fields.retain(|name, value| usual.get(name) != Some(value));
    }
}

/// A file's text: each field on a line of its own, and of a list of objects each object.
pub(super) fn text(file: &Value) -> String {
    let mut text = String::new();
    write(file, 0, true, &mut text);
    text.push('\n');
    text
}

/// Writes a value that begins on a line with so much space before it. `open` is told on several
/// lines in any case.
fn write(value: &Value, indent: usize, open: bool, text: &mut String) {
    let line = inline(value);
    let simple = match value {
        Value::Object(fields) => fields.is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    };
    let fits = indent + line.chars().count() <= WIDTH;
    if simple || fits && !open {
        text.push_str(&line);
        return;
    }
    let deeper = indent + 2;
    let brackets = if value.is_array() {
        ['[', ']']
    } else {
        ['{', '}']
    };
    text.push(brackets[0]);
    let begin = |number: usize, text: &mut String| {
        text.push_str(if number > 0 { ",\n" } else { "\n" });
        text.extend(std::iter::repeat_n(' ', deeper));
    };
    if let Value::Array(values) = value {
        for (number, value) in values.iter().enumerate() {
            begin(number, text);
            write(value, deeper, false, text);
        }
    }
    if let Value::Object(fields) = value {
        for (number, (name, value)) in in_order(fields).into_iter().enumerate() {
            begin(number, text);
            text.push_str(&json::text(&Value::from(name.as_str())));
            text.push_str(": ");
            // What stands at the top of a file is told on several lines, but for a list of texts.
            let many = match value {
                Value::Array(values) => values.iter().any(Value::is_object),
                Value::Object(_) => name != "show",
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
            };
            write(value, deeper, open && many, text);
        }
    }
    text.push('\n');
    text.extend(std::iter::repeat_n(' ', indent));
    text.push(brackets[1]);
}

/// A value on one line.
fn inline(value: &Value) -> String {
    match value {
        Value::Array(values) => {
            let values: Vec<String> = values.iter().map(inline).collect();
            format!("[{}]", values.join(", "))
        }
        Value::Object(fields) if !fields.is_empty() => {
            let fields = in_order(fields).into_iter();
            let fields = fields.map(|(name, value)| {
                let name = json::text(&Value::from(name.as_str()));
                format!("{name}: {}", inline(value))
            });
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            json::text(value)
        }
    }
}

fn in_order(fields: &Map<String, Value>) -> Vec<(&String, &Value)> {
    let place = |name: &str| ORDER.iter().position(|known| *known == name);
    let mut fields: Vec<_> = fields.iter().collect();
    fields.sort_by_key(|(name, _)| place(name).unwrap_or(ORDER.len()));
    fields
}
