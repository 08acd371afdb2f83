//! The JSON Schema of scenario files (`docs/scenario.schema.json`, `dhcp-lab schema`): made from the
//! types that files are read into, and what the checks know besides that a schema can say.

use std::borrow::Cow;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::check::{self, fields};
use super::{File, Offset, Show, Verb};
use crate::dhcp::Cidr;
use crate::dhcp::client::ClientId;
use crate::dhcp::server::Range;
use crate::net::link::MILLION;
use crate::time::Duration;
use crate::wire::Mac;

const OCTET: &str = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";

/// A kind of text, by its pattern.
macro_rules! text {
    ($($kind:ident: $what:literal, $pattern:expr, $example:literal;)*) => {$(
        impl JsonSchema for $kind {
            fn inline_schema() -> bool {
                false
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($kind).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                let pattern: String = $pattern;
                let schema = json!({
                    "type": "string", "description": $what, "pattern": pattern, "examples": [$example],
                });
                Schema::try_from(schema).unwrap_or_default()
            }
        }
    )*};
}

fn address() -> String {
    format!(r"{OCTET}(\.{OCTET}){{3}}")
}

text! {
    Duration: "A length of time, or an instant since the start of the story.",
        r"^\s*(infinite|([0-9]+(d|h|m|s|ms|us)\s*)+)\s*$".to_owned(), "1h30m";
    Offset: "By how much a clock is ahead of the right time, or behind it.",
        r"^-?\s*([0-9]+(d|h|m|s|ms|us)\s*)+$".to_owned(), "-5m";
    Cidr: "An address with its network.",
        format!("^{}/(3[0-2]|[12]?[0-9])$", address()), "192.0.2.1/24";
    Range: "Addresses from the first to the last, or one.",
        format!(r"^\s*{0}\s*(-\s*{0}\s*)?$", address()), "192.0.2.10-192.0.2.99";
    Mac: "A card's address.",
        "^[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}$".to_owned(), "02:00:00:00:00:0a";
    ClientId: "What a client calls itself in option 61: hardware, none, duid, or bytes.",
        "^(hardware|none|duid|[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){1,63})$".to_owned(), "01:02:03";
}

/// The schema, as it is published.
pub fn schema() -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.root_schema_for::<File>().to_value();
    let top = json!({
        "title": "DHCP Lab scenario, version 1",
        "description": "A network, its settings, a seed, and what happens when.",
    });
    merge(&mut schema, &top);
    let texts = json!({
        "propertyNames": { "pattern": "^[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8})*$" },
        "additionalProperties": { "minLength": 1, "maxLength": check::MAX_TEXT },
    });
    let lists = json!({ "properties": {
        "version": { "const": 1 },
        "name": { "minLength": 1 },
        "title": texts, "summary": texts,
        "nodes": { "minItems": 1, "maxItems": check::MAX_NODES },
        "links": { "maxItems": check::MAX_LINKS },
        "commands": { "maxItems": check::MAX_COMMANDS },
        "notes": { "maxItems": check::MAX_COMMANDS },
    } });
    merge(&mut schema, &lists);
    let chance = json!({ "maximum": MILLION });
    let which = json!({ "minimum": 1, "maximum": check::MAX_FRAMES });
    let group = json!({ "items": { "minItems": 1 } });
    let shape = json!({
        "NoteFile": { "properties": { "text": texts } },
        "NodeFile": { "properties": {
            "id": { "pattern": r"^[A-Za-z0-9._-]{1,32}$" },
            "interfaces": { "maxItems": check::MAX_INTERFACES },
        } },
        "Faults": { "properties": {
            "loss": chance, "burst": chance, "duplicate": chance, "reorder": chance,
            "burst_length": { "minimum": 1 }, "queue": { "minimum": check::LONGEST_FRAME },
        } },
        "Show": { "properties": { "speed": { "enum": Show::SPEEDS } } },
        "TimedFile": {
            "properties": { "frame": which, "next": which, "groups": group },
            "allOf": VERBS.iter().map(|verb| of_verb(*verb)).collect::<Vec<_>>(),
        },
    });
    merge(&mut schema["$defs"], &shape);
    // In a command, settings are a merge patch: any of them, and null for what it is without.
    for (field, config) in [
        ("client", "ClientSettings"),
        ("server", "ServerSettings"),
        ("relay", "RelaySettings"),
    ] {
        let patch = patch(&schema["$defs"][config]);
        schema["$defs"]["TimedFile"]["properties"][field]["anyOf"] =
            json!([patch, { "type": "null" }]);
    }
    schema
}

/// Every verb.
pub(crate) const VERBS: [Verb; 25] = [
    Verb::PowerOn,
    Verb::PowerOff,
    Verb::Crash,
    Verb::Restart,
    Verb::LoseDisk,
    Verb::Plug,
    Verb::Unplug,
    Verb::Move,
    Verb::Faults,
    Verb::Latency,
    Verb::Partition,
    Verb::Heal,
    Verb::Drop,
    Verb::Corrupt,
    Verb::Take,
    Verb::Leave,
    Verb::Clock,
    Verb::Start,
    Verb::Release,
    Verb::Renew,
    Verb::Inform,
    Verb::PartnerDown,
    Verb::Pause,
    Verb::ShutDown,
    Verb::Configure,
];

/// What a command of this verb has, and has not.
fn of_verb(verb: Verb) -> Value {
    let (must, may) = fields(verb);
    let names: Vec<&str> = ["at", "do"]
        .iter()
        .chain(must)
        .chain(may)
        .copied()
        .collect();
    let mut then = json!({ "propertyNames": { "enum": names }, "required": must });
    let one = |one: &[&str]| -> Vec<Value> {
        one.iter()
            .map(|name| json!({ "required": [name] }))
            .collect()
    };
    if matches!(verb, Verb::Drop | Verb::Corrupt | Verb::Configure) {
        then["oneOf"] = Value::Array(one(may));
    }
    json!({ "if": { "properties": { "do": { "const": verb } } }, "then": then })
}

/// Any part of settings.
fn patch(settings: &Value) -> Value {
    let mut properties = Map::new();
    if let Some(own) = settings["properties"].as_object() {
        for (name, value) in own {
            let mut value = value.clone();
            if let Some(fields) = value.as_object_mut() {
                fields.remove("default");
            }
            // What is nested is a patch too: it need not be whole, and any of it may be null.
            if name == "failover" {
                value = json!({ "type": "object" });
            }
            properties.insert(
                name.clone(),
                json!({ "anyOf": [value, { "type": "null" }] }),
            );
        }
    }
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

/// Puts what `more` says into a schema.
fn merge(schema: &mut Value, more: &Value) {
    match (schema, more) {
        (Value::Object(schema), Value::Object(more)) => {
            for (name, value) in more {
                merge(schema.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (schema, more) => *schema = more.clone(),
    }
}
