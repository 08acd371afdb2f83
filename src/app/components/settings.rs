//! The settings of a node as a form: one field for each that a scenario file can have.

use std::rc::Rc;

use serde_json::{Map, Value};
use web_sys::Event;
use yew::prelude::*;

use super::element::{Element, Handler, el, handler, spelt};
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
    let had = values(now);
    let patch = patch(&had, &draft);
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
        had: &had,
        problem: &problem,
    };
    let reset = {
        let (draft, problem, now) = (draft.clone(), problem.clone(), now.clone());
        handler(move |_| {
            draft.set(values(&now));
            problem.set(String::new());
        })
    };
    let said = (!problem.is_empty())
        .then(|| el!("p", "class" = "problem", "role" = "alert").text(&problem));
    let buttons = (!patch.is_empty()).then(|| {
        let reset = el!("button", "class" = "button text", "type" = "button").on_click(reset);
        el!("div", "class" = "actions")
            .maybe(said)
            .with(el!("button", "class" = "button text primary").text(words.get("ui.apply")))
            .with(reset.text(words.get("ui.reset")))
    });
    let fields = form.fields(&draft, "").into_iter();
    let form = el!("form")
        .on("submit", onsubmit)
        .all(fields)
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
    let mut changed = Map::new();
    for (name, value) in draft.as_object().into_iter().flatten() {
        let old = now.get(name).unwrap_or(&Value::Null);
        if old.is_object() && value.is_object() {
            let inner = patch(old, value);
            if !inner.is_empty() {
                changed.insert(name.clone(), Value::Object(inner));
            }
        } else if old != value {
            changed.insert(name.clone(), value.clone());
        }
    }
    changed
}

/// Whether a problem as it is told is that of the field at this place: `server.pools[0]: ...` is that
/// of `/pools`. Of those in the group that it names, it is that of each that was `changed`.
fn is_wrong(problem: &str, place: &str, changed: bool) -> bool {
    let Some((path, _)) = problem.split_once(": ") else {
        return false;
    };
    let mut named = path.split(['.', '[']).skip(1);
    let mut place = place.split('/').skip(1);
    place.all(|part| {
        named
            .next()
            .map_or(changed, |named| named.trim_end_matches(']') == part)
    })
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

/// What a text field is for.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Number,
    List,
}

impl Kind {
    /// By what the field shows while nobody has typed.
    fn of(name: &str, had: &Value) -> Self {
        if had.is_array() || is_list(name) {
            Self::List
        } else if had.is_number() {
            Self::Number
        } else {
            Self::Text
        }
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
    "failover",
    "role",
    "partner",
    "port",
    "partner_port",
    "relationship",
    "mclt",
    "safe_period",
    "load_balance",
    "split",
    "load_balance_max_seconds",
    "max_response_delay",
    "max_unacked_updates",
    "max_lease_misbalance",
    "reconnect",
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
    had: &'a Value,
    problem: &'a str,
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
            return self.group(name).all(self.fields(value, &place).into_iter());
        }
        let label = self.label(name);
        if let Value::Bool(checked) = value {
            let tick = self.on(place, |event| Value::Bool(browser::is_ticked(event)));
            let field = el!("input", "type" = "checkbox").ticked(*checked);
            let field = field.on("change", tick);
            return el!("label", "class" = "check").with(field).with(label);
        }
        let had = self.had.pointer(&place).unwrap_or(&Value::Null);
        let wrong = is_wrong(self.problem, &place, had != value);
        let choices = choices(name);
        if !choices.is_empty() {
            let choose = self.on(place, |event| Value::String(browser::value(event)));
            let option = |choice: &&str| el!("option", "selected" = value == choice).text(choice);
            let field = el!("select", "aria-invalid" = spelt(wrong)).on("change", choose);
            return el!("label")
                .with(label)
                .with(field.all(choices.iter().map(option)));
        }
        let kind = Kind::of(name, had);
        let write = self.on(place, move |event| typed(&browser::value(event), kind));
        let field = el!(
            "input",
            "type" = "text",
            "autocomplete" = "off",
            "spellcheck" = "false",
            "aria-invalid" = spelt(wrong)
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

    /// What holds fields that belong together, below what they are called.
    fn group(&self, name: &str) -> Element {
        let label = self.words.get(&format!("set.{name}")).to_owned();
        el!(
            "div",
            "class" = "list",
            "role" = "group",
            "aria-label" = label
        )
        .with(self.label(name))
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
        let add = el!("button", "class" = "button text", "type" = "button")
            .on_click(write(longer))
            .text(self.words.get("ui.add"));
        self.group(name)
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

/// What stands in a text field, as a value: an empty one has none, and takes what is usual. What
/// should be a number and is none stays as it is, for the settings to say so.
fn typed(text: &str, kind: Kind) -> Value {
    let text = text.trim();
    let parts = text.split(',').map(str::trim);
    match kind {
        Kind::List => parts
            .filter(|part| !part.is_empty())
            .map(Value::from)
            .collect(),
        _ if text.is_empty() => Value::Null,
        Kind::Number => text
            .parse::<i64>()
            .map_or_else(|_| Value::from(text), Value::from),
        Kind::Text => Value::from(text),
    }
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
