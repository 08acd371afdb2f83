//! The settings of a node as a form: one field for each that a scenario file can have.

use std::rc::Rc;

use serde_json::{Map, Value};
use web_sys::Event;
use yew::prelude::*;

use super::element::{Element, Handler, el, handler};
use super::icons::{Icon, icon};
use super::part::part;
use crate::app::browser;
use crate::app::session::{Action, Session};
use crate::app::store::Store;
use crate::dhcp::Settings;
use crate::json;
use crate::scenario::{NodeId, section, values};
use crate::text::Texts;

/// Whose settings, and what they are now.
#[derive(PartialEq)]
pub(super) struct SettingsProps {
    /// The session.
    pub(super) store: Store,
    /// The node.
    pub(super) id: NodeId,
    /// Its settings at the instant that is shown.
    pub(super) now: Settings,
}

/// The form. What is typed stands in it until it is applied or the settings become others.
#[part]
pub(super) fn SettingsForm(props: &SettingsProps) -> Html {
    let SettingsProps { store, id, now } = props;
    let draft = use_state(|| values(now));
    let problem = use_state(String::new);
    {
        let (draft, problem) = (draft.clone(), problem.clone());
        use_effect_with(now.clone(), move |now| {
            draft.set(values(now));
            problem.set(String::new());
        });
    }
    let words = store.read(|session| session.texts().clone());
    let patch = patch(&values(now), &draft);
    let onsubmit = {
        let (store, problem, now, id, patch) = (
            store.clone(),
            problem.clone(),
            now.clone(),
            *id,
            patch.clone(),
        );
        handler(move |event| {
            event.prevent_default();
            let configure = |session: &Session| {
                session
                    .scenario()
                    .configure(id, &now, &Value::Object(patch.clone()))
            };
            match store.read(configure) {
                Ok(command) => store.apply(Action::Do(command)),
                Err(error) => problem.set(error.to_string()),
            }
        })
    };
    let form = Form {
        words: &words,
        draft: draft.clone(),
    };
    let reset = {
        let (draft, problem, now) = (draft.clone(), problem.clone(), now.clone());
        handler(move |_| {
            draft.set(values(&now));
            problem.set(String::new());
        })
    };
    let problem = (!problem.is_empty())
        .then(|| el!("p", "class" = "problem", "role" = "alert").text(&problem));
    let buttons = (!patch.is_empty()).then(|| {
        let reset = el!("button", "class" = "button text", "type" = "button").on_click(reset);
        el!("div", "class" = "actions")
            .with(el!("button", "class" = "button text primary").text(words.get("ui.apply")))
            .with(reset.text(words.get("ui.reset")))
    });
    let fields = form.fields(&draft, "").into_iter();
    let form = el!("form")
        .on("submit", onsubmit)
        .all(fields)
        .maybe(problem)
        .maybe(buttons);
    let hint = words.say("ui.settings-hint", &[("part", section(now))]);
    el!("details", "class" = "settings")
        .with(el!("summary").text(words.get("ui.settings")))
        .with(form)
        .with(el!("p", "class" = "empty").text(&hint))
        .html()
}

/// What differs: a merge patch (RFC 7396).
fn patch(now: &Value, draft: &Value) -> Map<String, Value> {
    let (Value::Object(now), Value::Object(draft)) = (now, draft) else {
        return Map::new();
    };
    let changed = draft
        .iter()
        .filter(|(name, value)| now.get(*name) != Some(*value));
    changed
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// What a field may be where only a few words are.
fn choices(name: &str) -> &'static [&'static str] {
    match name {
        "choose" => &["first", "previous"],
        "ping" => &["offer", "request", "never"],
        "role" => &["primary", "secondary"],
        _ => &[],
    }
}

/// The fields of one entry of a list, for a list whose entries have fields.
fn parts(name: &str) -> &'static [&'static str] {
    match name {
        "reservations" => &["address", "mac", "client_id"],
        "subnets" => &["network", "pools", "router", "dns", "domain", "lease"],
        _ => &[],
    }
}

/// Whether a part of an entry is a list by itself.
fn is_list(name: &str) -> bool {
    matches!(name, "pools" | "dns")
}

/// What a person looks for first stands first.
const ORDER: &[&str] = &[
    "inform",
    "host_name",
    "client_id",
    "lease_time",
    "choose",
    "offer_window",
    "broadcast_flag",
    "probe",
    "link_local",
    "ipv6_only",
    "start_delay",
    "fuzz",
    "pools",
    "lease",
    "min_lease",
    "max_lease",
    "router",
    "dns",
    "domain",
    "reservations",
    "subnets",
    "ping",
    "ping_wait",
    "offer_hold",
    "quarantine",
    "grace",
    "authoritative",
    "rapid_commit",
    "keep_after_release",
    "extends",
    "ipv6_only_wait",
    "servers",
    "circuit_id",
    "link_selection",
];

struct Form<'a> {
    words: &'a Texts,
    draft: UseStateHandle<Value>,
}

impl Form<'_> {
    /// A handler that writes what an event says to a place in the draft.
    fn on(&self, place: String, read: impl Fn(&Event) -> Value + 'static) -> Handler {
        self.write(place, Rc::new(read))
    }

    fn write(&self, place: String, read: Rc<dyn Fn(&Event) -> Value>) -> Handler {
        let draft = self.draft.clone();
        handler(move |event| {
            let mut value = (*draft).clone();
            if let Some(place) = value.pointer_mut(&place) {
                *place = read(&event);
                draft.set(value);
            }
        })
    }

    fn fields(&self, value: &Value, place: &str) -> Vec<Element> {
        let mut fields: Vec<(&String, &Value)> = value.as_object().into_iter().flatten().collect();
        fields.sort_by_key(|(name, _)| ORDER.iter().position(|known| known == name));
        let fields = fields.into_iter();
        fields
            .map(|(name, value)| self.field(name, value, format!("{place}/{name}")))
            .collect()
    }

    fn field(&self, name: &str, value: &Value, place: String) -> Element {
        if !parts(name).is_empty() {
            return self.list(name, value, &place);
        }
        if value.is_object() {
            let label = self.words.get(&format!("set.{name}")).to_owned();
            let group = el!(
                "div",
                "class" = "list",
                "role" = "group",
                "aria-label" = label
            );
            return group.all(self.fields(value, &place).into_iter());
        }
        let label = self.label(name);
        if let Value::Bool(checked) = value {
            let tick = self.on(place, |event| Value::Bool(browser::is_ticked(event)));
            let field = el!("input", "type" = "checkbox").ticked(*checked);
            let field = field.on("change", tick);
            return el!("label", "class" = "check").with(field).with(label);
        }
        let choices = choices(name);
        if !choices.is_empty() {
            let choose = self.on(place, |event| Value::String(browser::value(event)));
            let option = |choice: &&str| el!("option", "selected" = value == choice).text(choice);
            let field = el!("select").on("change", choose);
            return el!("label")
                .with(label)
                .with(field.all(choices.iter().map(option)));
        }
        let list = value.is_array() || is_list(name);
        let write = self.on(place, move |event| typed(&browser::value(event), list));
        let field = el!(
            "input",
            "type" = "text",
            "autocomplete" = "off",
            "spellcheck" = "false"
        );
        let field = field.shows(shown(value)).on("change", write);
        el!("label").with(label).with(field)
    }

    /// What a setting is called, here and in a file.
    fn label(&self, name: &str) -> Element {
        el!("span")
            .text(self.words.get(&format!("set.{name}")))
            .with(el!("code").text(name))
    }

    /// A list whose entries have fields of their own.
    fn list(&self, name: &str, value: &Value, place: &str) -> Element {
        let entries = value.as_array().cloned().unwrap_or_default();
        let write =
            |entries: Vec<Value>| self.on(place.to_owned(), move |_| Value::Array(entries.clone()));
        let mut longer = entries.clone();
        let blank = parts(name).iter().map(|part| {
            let none = if is_list(part) {
                Value::Array(Vec::new())
            } else {
                Value::Null
            };
            ((*part).to_owned(), none)
        });
        longer.push(Value::Object(blank.collect()));
        let entry = |(number, value): (usize, &Value)| {
            let mut shorter = entries.clone();
            shorter.remove(number);
            let label = self.words.get("ui.remove").to_owned();
            let fields = parts(name).iter().map(|part| {
                self.field(
                    part,
                    value.get(part).unwrap_or(&Value::Null),
                    format!("{place}/{number}/{part}"),
                )
            });
            let remove = el!(
                "button",
                "class" = "button quiet",
                "type" = "button",
                "aria-label" = label.clone(),
                "title" = label
            );
            let remove = remove.on_click(write(shorter)).put(icon(Icon::Close));
            el!("fieldset").all(fields).with(remove)
        };
        let label = self.words.get(&format!("set.{name}")).to_owned();
        let add = el!("button", "class" = "button text", "type" = "button")
            .on_click(write(longer))
            .text(self.words.get("ui.add"));
        el!(
            "div",
            "class" = "list",
            "role" = "group",
            "aria-label" = label
        )
        .with(self.label(name))
        .all(entries.iter().enumerate().map(entry))
        .with(add)
    }
}

/// A value as it stands in a text field.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(shown).collect::<Vec<_>>().join(", "),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => json::text(value),
    }
}

/// What stands in a text field, as a value: an empty one has none, and takes what is usual.
fn typed(text: &str, list: bool) -> Value {
    let text = text.trim();
    if list {
        let parts = text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty());
        return parts.map(Value::from).collect();
    }
    if text.is_empty() {
        return Value::Null;
    }
    Value::from(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::dhcp::{client, relay, server};
    use crate::scenario::Scenario;

    /// Every setting that a form could show, with one entry in each list.
    fn all() -> Vec<(String, Value)> {
        let settings = [
            Settings::Client(client::Config::default()),
            Settings::Server(server::Config::default()),
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
        settings.iter().flat_map(fields).collect()
    }

    #[test]
    fn every_setting_has_a_label_in_every_language() {
        let fields = all();
        assert!(fields.len() > 30, "{fields:?}");
        let inner = ["reservations", "subnets"]
            .iter()
            .flat_map(|list| parts(list))
            .map(|part| (*part).to_owned());
        let partners = serde_json::to_value(server::Failover::default()).unwrap();
        let partners: Vec<String> = partners.as_object().unwrap().keys().cloned().collect();
        let names: Vec<String> = fields
            .into_iter()
            .map(|(name, _)| name)
            .chain(inner)
            .chain(partners)
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
        for (name, value) in all() {
            if !value.is_boolean() && parts(&name).is_empty() {
                assert_eq!(typed(&shown(&value), value.is_array()), value, "{name}");
            }
        }
        let list = json!(["192.0.2.1-192.0.2.9", "192.0.2.20-192.0.2.30"]);
        assert_eq!(typed(&shown(&list), true), list);
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
        let now = json!({ "a": 1, "b": "x", "c": null });
        let draft = json!({ "a": 1, "b": "y", "c": null });
        assert_eq!(Value::Object(patch(&now, &draft)), json!({ "b": "y" }));
    }
}
