//! What the form of settings shows, reads back and sends.

use serde_json::json;

use super::*;
use crate::dhcp::{client, relay, server};
use crate::json::Problem;
use crate::scenario::{Command, Scenario, library};

/// Every setting that a form could show, those of a group behind the group.
fn all() -> Vec<(String, Value)> {
    let settings = [
        Settings::Client(client::Config::default()),
        Settings::Server(server::Config {
            failover: Some(server::Failover::default()),
            ..server::Config::default()
        }),
        Settings::Relay(relay::Config {
            servers: Vec::new(),
            circuit_id: false,
            link_selection: false,
        }),
    ];
    let fields = |settings| {
        let Value::Object(fields) = values(settings) else {
            panic!("settings have fields");
        };
        fields
    };
    let mut all = Vec::new();
    for (name, value) in settings.iter().flat_map(fields) {
        let inner = value.as_object().cloned().unwrap_or_default();
        all.push((name, value));
        all.extend(inner);
    }
    all
}

#[test]
fn every_setting_has_a_label_in_every_language() {
    let fields = all();
    assert!(fields.len() > 30, "{fields:?}");
    let inner = ["reservations", "subnets"]
        .iter()
        .flat_map(|list| parts(list))
        .map(|part| (*part).to_owned());
    let names: Vec<String> = fields
        .into_iter()
        .map(|(name, _)| name)
        .chain(inner)
        .collect();
    for language in crate::text::Language::ALL {
        let texts = Texts::new(language);
        for name in &names {
            let key = format!("set.{name}");
            assert!(
                texts.keys().any(|known| known == key),
                "{key} in {}",
                language.tag()
            );
        }
    }
}

#[test]
fn every_setting_has_its_place_in_the_form() {
    let names: Vec<String> = all().into_iter().map(|(name, _)| name).collect();
    let missing: Vec<_> = names
        .iter()
        .filter(|name| !ORDER.contains(&name.as_str()))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(
        ORDER
            .iter()
            .all(|known| names.iter().any(|name| name == known))
    );
}

#[test]
fn what_a_field_shows_is_read_back_as_the_same_value() {
    let mut numbers = 0;
    for (name, value) in all() {
        numbers += u32::from(value.is_number());
        if !value.is_boolean() && !value.is_object() && parts(&name).is_empty() {
            let kind = Kind::of(&name, &value);
            assert_eq!(typed(&shown(&value), kind), value, "{name}");
        }
    }
    assert!(numbers >= 6, "failover has some: {numbers}");
    let list = json!(["192.0.2.1-192.0.2.9", "192.0.2.20-192.0.2.30"]);
    assert_eq!(typed(&shown(&list), Kind::List), list);
}

#[test]
fn each_choice_is_one_that_the_engine_knows_and_none_is_missing() {
    let text = r#"{ "version": 1, "name": "one", "until": "1h", "links": [],
        "nodes": [ { "id": "pc", "kind": "client" }, { "id": "srv", "kind": "server", "address": "192.0.2.1/24" } ] }"#;
    let scenario = Scenario::parse(text).unwrap();
    let nodes = [
        ("pc", "choose", Settings::Client(client::Config::default())),
        ("srv", "ping", Settings::Server(server::Config::default())),
    ];
    for (node, name, now) in nodes {
        let node = scenario.find(node).unwrap();
        for choice in choices(name) {
            assert!(
                scenario
                    .configure(node, &now, &json!({ name: choice }))
                    .is_ok(),
                "{choice}"
            );
        }
        let problem = scenario
            .configure(node, &now, &json!({ name: "x" }))
            .unwrap_err();
        let known = problem.message.matches('`').count() / 2 - 1;
        assert_eq!(known, choices(name).len(), "{problem}");
    }
}

#[test]
fn a_patch_holds_only_what_was_changed() {
    let now = json!({ "a": 1, "b": "x", "c": null, "d": { "e": 1, "f": [1] }, "g": { "h": 1 } });
    let draft = json!({ "a": 1, "b": "y", "c": null, "d": { "e": 1, "f": [] }, "g": { "h": 1 } });
    assert_eq!(
        Value::Object(patch(&now, &draft)),
        json!({ "b": "y", "d": { "f": [] } })
    );
    assert!(patch(&now, &now).is_empty());
}

/// The story of two partners, the first of them, and its settings.
fn partner() -> (Scenario, crate::scenario::NodeId, Settings) {
    let scenario = library::load("two-server-day").unwrap();
    let node = scenario.find("server1").unwrap();
    let config = scenario.node(node).server.clone().unwrap();
    (scenario, node, Settings::Server(config))
}

/// What comes of a text that is typed into the field at a place and applied.
fn applied(place: &str, text: &str) -> Result<Command, Problem> {
    let (scenario, node, now) = partner();
    let had = values(&now);
    let mut draft = had.clone();
    let field = draft.pointer_mut(place).unwrap();
    *field = typed(text, Kind::of("", field));
    scenario.configure(node, &now, &Value::Object(patch(&had, &draft)))
}

#[test]
fn each_number_of_failover_can_be_typed_and_only_it_is_sent_and_told() {
    for name in [
        "split",
        "load_balance_max_seconds",
        "max_unacked_updates",
        "max_lease_misbalance",
    ] {
        let command = applied(&format!("/failover/{name}"), " 17 ").unwrap();
        let Command::Configure(_, change) = command else {
            panic!("a change of settings");
        };
        assert_eq!(change.patch, json!({ "failover": { name: 17 } }));
        assert_eq!(change.words, format!("failover: {name} 17"));
        let (_, _, now) = partner();
        let mut wanted = values(&now);
        wanted["failover"][name] = 17.into();
        assert_eq!(values(&change.settings), wanted, "all else is as it was");
    }
    let problem = applied("/failover/split", "half").unwrap_err();
    assert_eq!(problem.path, "server.failover.split");
    assert!(problem.message.contains("half"), "{problem}");
}

#[test]
fn a_refused_value_is_told_of_its_own_field_and_of_no_other() {
    let (_, _, now) = partner();
    let fields = values(&now);
    let places = fields.as_object().unwrap().keys().flat_map(|name| {
        let inner = fields[name].as_object().into_iter().flatten();
        let inner: Vec<_> = inner.map(|(field, _)| format!("/{name}/{field}")).collect();
        let own = inner.is_empty().then(|| format!("/{name}"));
        own.into_iter().chain(inner)
    });
    let places: Vec<String> = places.collect();
    for (place, text) in [
        ("/failover/port", "900"),
        ("/failover/partner_port", "900"),
        ("/failover/partner", "10.0.0.9"),
        ("/failover/relationship", "other"),
        ("/failover/split", "257"),
        ("/failover/split", "-1"),
        ("/failover/mclt", "soon"),
        ("/lease", "long"),
        ("/pools", "10.9.9.1-10.9.9.5"),
    ] {
        let problem = applied(place, text).unwrap_err();
        assert!(problem.path.starts_with("server."), "{problem}");
        let marked: Vec<&String> = places
            .iter()
            .filter(|known| is_wrong(&problem.to_string(), known, *known == place))
            .collect();
        assert_eq!(marked, [place], "{problem}");
    }
    let whole = "server.failover: cannot be";
    assert!(is_wrong(whole, "/failover/mclt", true));
    assert!(!is_wrong(whole, "/failover/mclt", false));
    assert!(!is_wrong(whole, "/lease", true));
    let entry = "server.reservations[1].mac: cannot be";
    assert!(is_wrong(entry, "/reservations/1/mac", false));
    assert!(!is_wrong(entry, "/reservations/0/mac", true));
    assert!(!is_wrong("", "/lease", true), "nothing is refused");
}
