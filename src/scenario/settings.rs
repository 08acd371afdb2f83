//! Other settings for a node that runs: a merge patch (RFC 7396) over those that it has.

use serde_json::Map;

use super::{NodeFile, Problem, check};
use crate::dhcp::{Settings, server};
use crate::json::{self, ToJson, Value};

/// Other settings, and what is new in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// All settings as they will be.
    pub settings: Settings,
    /// What was asked for: a merge patch (RFC 7396) over the settings before.
    pub patch: Value,
    /// The same in words, such as `rapid_commit: true, lease_time: 2h`.
    pub words: String,
}

/// The settings that a node starts with; nothing for one that has none.
pub(super) fn of(node: &NodeFile) -> Option<Settings> {
    use super::NodeKind;
    match node.kind {
        NodeKind::Client => Some(Settings::Client(node.client.clone().unwrap_or_default())),
        NodeKind::Server => Some(Settings::Server(node.server.clone().unwrap_or_default())),
        NodeKind::Router => node.relay.clone().map(Settings::Relay),
        NodeKind::Host | NodeKind::Switch => None,
    }
}

/// Settings as a file has them, every one of them written out.
pub fn values(settings: &Settings) -> Value {
    match settings {
        Settings::Client(config) => config.write(),
        Settings::Server(config) => config.write(),
        Settings::Relay(config) => config.write(),
    }
}

/// What the part of a file is called that holds such settings.
pub fn section(settings: &Settings) -> &'static str {
    match settings {
        Settings::Client(_) => "client",
        Settings::Server(_) => "server",
        Settings::Relay(_) => "relay",
    }
}

/// Puts a patch over the settings that a node has.
///
/// # Errors
/// A [`Problem`] below `path`, such as `commands[2].client.lease_time`.
pub(super) fn change(
    node: &NodeFile,
    now: &Settings,
    patch: &Value,
    path: &str,
) -> Result<Change, Problem> {
    let mut merged = values(now);
    merge(&mut merged, patch);
    let settings = read(now, &merged).map_err(|mut problem| {
        let dot = if problem.path.is_empty() { "" } else { "." };
        problem.path = format!("{path}.{}{dot}{}", section(now), problem.path);
        problem
    })?;
    if let (Settings::Server(old), Settings::Server(config)) = (now, &settings) {
        check_shared(old, config, path)?;
    }
    let mut file = node.clone();
    put(&mut file, settings.clone());
    check::check_node(&file, path)?;
    Ok(Change {
        settings,
        patch: patch.clone(),
        words: words(patch),
    })
}

/// Gives a node of a file settings.
pub(super) fn put(file: &mut NodeFile, settings: Settings) {
    match settings {
        Settings::Client(config) => file.client = Some(config),
        Settings::Server(config) => file.server = Some(config),
        Settings::Relay(config) => file.relay = Some(config),
    }
}

/// What two failover partners have in common does not change for one of them alone.
fn check_shared(old: &server::Config, new: &server::Config, path: &str) -> Result<(), Problem> {
    let pair = |config: &server::Config| {
        let failover = config.failover.as_ref();
        failover.map(|own| {
            let ports = (own.port, own.partner_port);
            (own.role, own.partner, ports, own.relationship.clone())
        })
    };
    let field = if pair(old) != pair(new) {
        "failover"
    } else if old.failover.is_none() {
        return Ok(());
    } else if old.pools != new.pools {
        "pools"
    } else if old.subnets != new.subnets {
        "subnets"
    } else {
        return Ok(());
    };
    let message = "cannot change while two failover partners run";
    Err(Problem::new(format!("{path}.server.{field}"), message))
}

/// Settings of the same kind as those there are now.
fn read(now: &Settings, value: &Value) -> Result<Settings, Problem> {
    Ok(match now {
        Settings::Client(_) => Settings::Client(json::read(value)?),
        Settings::Server(_) => Settings::Server(json::read(value)?),
        Settings::Relay(_) => Settings::Relay(json::read(value)?),
    })
}

/// RFC 7396 section 2.
fn merge(value: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *value = patch.clone();
        return;
    };
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    let Value::Object(fields) = value else {
        return;
    };
    for (name, patch) in patch {
        if patch.is_null() {
            fields.remove(name);
        } else {
            merge(fields.entry(name.clone()).or_insert(Value::Null), patch);
        }
    }
}

fn words(patch: &Value) -> String {
    let Value::Object(fields) = patch else {
        return json::text(patch);
    };
    let words = fields.iter().map(|(name, value)| match value {
        Value::String(text) => format!("{name}: {text}"),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            format!("{name}: {}", json::text(value))
        }
    });
    words.collect::<Vec<_>>().join(", ")
}
