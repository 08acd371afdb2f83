//! Something on the page that was found by its role.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::browser::{Browser, reference};

/// An element with what assistive technology knows of it at the moment it was found.
pub struct Element<'a> {
    browser: &'a Browser,
    node: Value,
}

impl<'a> Element<'a> {
    pub(crate) fn new(browser: &'a Browser, node: Value) -> Self {
        Self { browser, node }
    }

    /// The accessible name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.node["name"]["value"].as_str().unwrap_or_default()
    }

    /// The accessible description.
    #[must_use]
    pub fn description(&self) -> &str {
        let value = &self.node["description"]["value"];
        value.as_str().unwrap_or_default()
    }

    /// The value of a slider, a text field and the like.
    #[must_use]
    pub fn value(&self) -> String {
        plain(&self.node["value"]["value"])
    }

    /// A property such as `disabled`, `pressed`, `checked`, `expanded`, `selected`,
    /// `focused`, `valuemax`; `None` where it does not apply.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<String> {
        let properties = self.node["properties"].as_array()?;
        let property = properties.iter().find(|one| one["name"] == name)?;
        Some(plain(&property["value"]["value"]))
    }

    /// Clicks in its middle, as a mouse would: an error when something else lies there.
    pub fn click(&self) -> Result<()> {
        self.command("click", json!({}))
    }

    /// Types into it. Text, or keys by their WebDriver code points.
    pub fn type_keys(&self, keys: &str) -> Result<()> {
        self.command("value", json!({ "text": keys }))
    }

    /// Moves the focus to it.
    pub fn focus(&self) -> Result<()> {
        self.script("arguments[0].focus();").map(drop)
    }

    /// Its text as shown.
    pub fn text(&self) -> Result<String> {
        let path = format!("/element/{}/text", self.id()?);
        Ok(plain(&self.browser.get(&path)?))
    }

    /// An attribute of its markup.
    pub fn attribute(&self, name: &str) -> Result<Option<String>> {
        let path = format!("/element/{}/attribute/{name}", self.id()?);
        let value = self.browser.get(&path)?;
        Ok(value.as_str().map(str::to_owned))
    }

    /// Left, top, width and height in CSS pixels from the corner of the window.
    pub fn rectangle(&self) -> Result<[f64; 4]> {
        let value = self.script(
            "const r = arguments[0].getBoundingClientRect();
             return [r.left, r.top, r.width, r.height];",
        )?;
        Ok(serde_json::from_value(value)?)
    }

    /// Presses the mouse button at one place in it, moves, and lets go at another. Places
    /// are parts of its width and height: 0.0 is left or top, 1.0 right or bottom.
    pub fn drag(&self, from: (f64, f64), to: (f64, f64)) -> Result<()> {
        self.script("arguments[0].scrollIntoView({ block: 'nearest' });")?;
        let [left, top, width, height] = self.rectangle()?;
        let at = |part: (f64, f64)| (left + width * part.0, top + height * part.1);
        let (start, end) = (at(from), at(to));
        let middle = ((start.0 + end.0) / 2.0, (start.1 + end.1) / 2.0);
        let go = |to: (f64, f64)| {
            json!({
                "type": "pointerMove", "origin": "viewport", "duration": 50,
                "x": to.0.round(), "y": to.1.round(),
            })
        };
        let mouse = json!({
            "type": "pointer", "id": "mouse", "parameters": { "pointerType": "mouse" },
            "actions": [
                go(start), { "type": "pointerDown", "button": 0 },
                go(middle), go(end), { "type": "pointerUp", "button": 0 },
            ],
        });
        self.browser
            .post("/actions", json!({ "actions": [mouse] }))
            .map(drop)
    }

    fn id(&self) -> Result<String> {
        self.browser
            .element(&self.node)
            .with_context(|| format!("{} went away", self.shown()))
    }

    fn command(&self, verb: &str, body: Value) -> Result<()> {
        let path = format!("/element/{}/{verb}", self.id()?);
        let done = self.browser.post(&path, body);
        done.map(drop)
            .with_context(|| format!("cannot {verb} {}", self.shown()))
    }

    fn script(&self, body: &str) -> Result<Value> {
        self.browser.script(body, json!([reference(&self.id()?)]))
    }

    fn shown(&self) -> String {
        let role = plain(&self.node["role"]["value"]);
        format!("the {role} \"{}\"", self.name())
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
