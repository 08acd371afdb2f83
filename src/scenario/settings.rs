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
    /// The same in words, such as `lease: 2h, failover: mclt 30m, split 100`.
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
    let field = match (&old.failover, &new.failover) {
        (None, None) => return Ok(()),
        (Some(old), Some(new)) if old.role != new.role => "failover.role",
        (Some(old), Some(new)) if old.partner != new.partner => "failover.partner",
        (Some(old), Some(new)) if old.port != new.port => "failover.port",
        (Some(old), Some(new)) if old.partner_port != new.partner_port => "failover.partner_port",
        (Some(old), Some(new)) if old.relationship != new.relationship => "failover.relationship",
        (Some(_), Some(_)) if old.pools != new.pools => "pools",
        (Some(_), Some(_)) if old.subnets != new.subnets => "subnets",
        (Some(_), Some(_)) => return Ok(()),
        (None, Some(_)) | (Some(_), None) => "failover",
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
    listed(patch, ": ")
}

/// The fields of an object with what stands between a name and its value, and the fields of a field
/// behind its name: `failover: mclt 2h, split 100`.
fn listed(value: &Value, between: &str) -> String {
    match value {
        Value::Object(fields) => {
            let fields = fields
                .iter()
                .map(|(name, value)| format!("{name}{between}{}", listed(value, " ")));
            fields.collect::<Vec<_>>().join(", ")
        }
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => json::text(value),
    }
}
