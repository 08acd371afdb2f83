//! The settings of a node as a form: one field for each that a scenario file can have.

use serde_json::{Map, Value};
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::icons::{Icon, icon};
use crate::app::session::{Action, Session};
use crate::app::store::Store;
use crate::dhcp::Settings;
use crate::scenario::{NodeId, section, values};
use crate::text::Texts;

/// Whose settings, and what they are now.
#[derive(PartialEq, Properties)]
pub(super) struct SettingsProps {
    /// The session.
    pub(super) store: Store,
    /// The node.
    pub(super) id: NodeId,
    /// Its settings at the instant that is shown.
    pub(super) now: Settings,
}

/// The form. What is typed stands in it until it is applied or the settings become others.
#[function_component]
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
        Callback::from(move |event: SubmitEvent| {
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
        Callback::from(move |_: MouseEvent| {
            draft.set(values(&now));
            problem.set(String::new());
        })
    };
    html! {
        <details class="settings">
            <summary>{ words.get("ui.settings") }</summary>
            <form {onsubmit}>
                { form.fields(&draft, "") }
                if !problem.is_empty() { <p class="problem" role="alert">{ &*problem }</p> }
                if !patch.is_empty() {
                    <div class="actions">
                        <button class="button text primary">{ words.get("ui.apply") }</button>
                        <button class="button text" type="button" onclick={reset}>{ words.get("ui.reset") }</button>
                    </div>
                }
            </form>
            <p class="empty">{ words.say("ui.settings-hint", &[("part", section(now))]) }</p>
        </details>
    }
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

struct Form<'a> {
    words: &'a Texts,
    draft: UseStateHandle<Value>,
}

impl Form<'_> {
    /// A callback that writes what an event says to a place in the draft.
    fn on<E: 'static>(&self, place: String, read: impl Fn(E) -> Value + 'static) -> Callback<E> {
        let draft = self.draft.clone();
        Callback::from(move |event| {
            let mut value = (*draft).clone();
            if let Some(place) = value.pointer_mut(&place) {
                *place = read(event);
                draft.set(value);
            }
        })
    }

    fn fields(&self, value: &Value, place: &str) -> Html {
        let Value::Object(fields) = value else {
            return Html::default();
        };
        fields
            .iter()
            .map(|(name, value)| self.field(name, value, format!("{place}/{name}")))
            .collect()
    }

    fn field(&self, name: &str, value: &Value, place: String) -> Html {
        if !parts(name).is_empty() {
            return self.list(name, value, &place);
        }
        if value.is_object() {
            return self.fields(value, &place);
        }
        let label = html! { <span>{ self.words.get(&format!("set.{name}")) }<code>{ name.to_owned() }</code></span> };
        if let Value::Bool(checked) = value {
            let onchange = self.on(place, |event: Event| {
                Value::Bool(event.target_unchecked_into::<HtmlInputElement>().checked())
            });
            return html! { <label class="check"><input type="checkbox" checked={*checked} {onchange} />{ label }</label> };
        }
        let choices = choices(name);
        if !choices.is_empty() {
            let onchange = self.on(place, |event: Event| {
                Value::String(event.target_unchecked_into::<HtmlSelectElement>().value())
            });
            let option =
                |choice: &&str| html! { <option selected={value == choice}>{ *choice }</option> };
            return html! { <label>{ label }<select {onchange}>{ for choices.iter().map(option) }</select></label> };
        }
        let list = value.is_array() || matches!(name, "pools" | "dns");
        let onchange = self.on(place, move |event: Event| {
            typed(
                &event.target_unchecked_into::<HtmlInputElement>().value(),
                list,
            )
        });
        html! { <label>{ label }<input type="text" autocomplete="off" spellcheck="false" value={shown(value)} {onchange} /></label> }
    }

    /// A list whose entries have fields of their own.
    fn list(&self, name: &str, value: &Value, place: &str) -> Html {
        let entries = value.as_array().cloned().unwrap_or_default();
        let add = {
            let mut longer = entries.clone();
            let blank = parts(name)
                .iter()
                .map(|part| ((*part).to_owned(), Value::Null));
            longer.push(Value::Object(blank.collect()));
            self.on(place.to_owned(), move |_: MouseEvent| {
                Value::Array(longer.clone())
            })
        };
        let entry = |(number, value): (usize, &Value)| {
            let mut shorter = entries.clone();
            shorter.remove(number);
            let remove = self.on(place.to_owned(), move |_: MouseEvent| {
                Value::Array(shorter.clone())
            });
            let label = self.words.get("ui.remove").to_owned();
            let fields = parts(name).iter().map(|part| {
                self.field(
                    part,
                    value.get(part).unwrap_or(&Value::Null),
                    format!("{place}/{number}/{part}"),
                )
            });
            html! {
                <fieldset>
                    { for fields }
                    <button class="button quiet" type="button" aria-label={label.clone()} title={label} onclick={remove}>{ icon(Icon::Close) }</button>
                </fieldset>
            }
        };
        let label = self.words.get(&format!("set.{name}")).to_owned();
        html! {
            <div class="list" role="group" aria-label={label.clone()}>
                <span>{ label }<code>{ name.to_owned() }</code></span>
                { for entries.iter().enumerate().map(entry) }
                <button class="button text" type="button" onclick={add}>{ self.words.get("ui.add") }</button>
            </div>
        }
    }
}

/// A value as it stands in a text field.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(shown).collect::<Vec<_>>().join(", "),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
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
    match text.parse::<u32>() {
        Ok(number) => Value::from(number),
        Err(_) => Value::from(text),
    }
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
