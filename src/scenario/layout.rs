//! How the text of a file is laid out, so that a person can read and change it.

use serde_json::{Map, Value};

use crate::json;

/// The longest line that is not broken up, where it can be.
const WIDTH: usize = 110;

/// In which order fields stand; what is not named comes after them, by the alphabet.
const ORDER: [&str; 43] = [
    "$schema",
    "version",
    "name",
    "title",
    "summary",
    "seed",
    "until",
    "nodes",
    "links",
    "commands",
    "notes",
    "show", // of a file
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
    "offset",
    "latency",
    "router",
    "on",
    "plugged",
    "faults",
    "client",
    "server",
    "interfaces",
    "relay",
    "for",
    "text", // of what is in it
    "role",
    "partner",
    "first",
    "last",
    "pools",
];

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
