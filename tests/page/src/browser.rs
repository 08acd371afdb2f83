//! A WebDriver session with Chromium: the protocol, and nothing about our page.

use std::{
    cell::Cell,
    env, fs,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::driver::{Driver, named};

/// The key under which WebDriver hands out elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

const FLAGS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-precise-memory-info",
];

static PROFILES: AtomicU32 = AtomicU32::new(0);

/// One browser, ended and cleaned up when this is dropped.
pub(crate) struct Browser {
    agent: ureq::Agent,
    session: String,
    profile: PathBuf,
    knows_accessibility: Cell<bool>,
    driver: Driver,
}

impl Browser {
    /// Starts a browser that asks for pages in this language.
    pub(crate) fn start(language: &str) -> Result<Self> {
        let driver = Driver::start()?;
        let profile = env::temp_dir().join(format!(
            "dhcp-lab-page-{}-{}",
            process::id(),
            PROFILES.fetch_add(1, Ordering::Relaxed)
        ));
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(120)))
            .http_status_as_error(false)
            .proxy(None)
            .build();
        let mut browser = Self {
            agent: config.into(),
            session: driver.address(),
            profile,
            knows_accessibility: Cell::new(false),
            driver,
        };
        let mut flags: Vec<String> = FLAGS.iter().map(ToString::to_string).collect();
        flags.push(format!("--user-data-dir={}", browser.profile.display()));
        flags.push(format!("--lang={language}"));
        let wanted = json!({
            "browserName": "chrome",
            "goog:chromeOptions": {
                "binary": named("DHCP_LAB_CHROMIUM")?,
                "args": flags,
                "prefs": { "intl.accept_languages": language },
            },
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        });
        let answer = browser.post(
            "/session",
            json!({ "capabilities": { "alwaysMatch": wanted } }),
        )?;
        let id = answer["sessionId"].as_str().context("no session")?;
        browser.session = format!("{}/session/{id}", browser.driver.address());
        Ok(browser)
    }

    /// Where its profile is.
    pub(crate) fn profile(&self) -> &Path {
        &self.profile
    }

    /// Sends a WebDriver command of the session.
    pub(crate) fn post(&self, path: &str, body: Value) -> Result<Value> {
        let mut response = self
            .agent
            .post(format!("{}{path}", self.session))
            .send_json(body)?;
        outcome(response.body_mut().read_json()?)
    }

    /// Asks the session for something.
    pub(crate) fn get(&self, path: &str) -> Result<Value> {
        let mut response = self.agent.get(format!("{}{path}", self.session)).call()?;
        outcome(response.body_mut().read_json()?)
    }

    /// Sends a command of the Chrome DevTools Protocol.
    pub(crate) fn devtools(&self, command: &str, parameters: Value) -> Result<Value> {
        self.post(
            "/goog/cdp/execute",
            json!({ "cmd": command, "params": parameters }),
        )
    }

    /// Runs the body of a function in the page; elements go in and out as WebDriver's.
    pub(crate) fn script(&self, body: &str, arguments: Value) -> Result<Value> {
        self.post(
            "/execute/sync",
            json!({ "script": body, "args": arguments }),
        )
    }

    /// The nodes of the accessibility tree that have a role, and a name if one is given.
    pub(crate) fn accessible(&self, role: &str, name: Option<&str>) -> Result<Vec<Value>> {
        if !self.knows_accessibility.replace(true) {
            // Without this, Chromium makes up a new tree for each question.
            self.devtools("Accessibility.enable", json!({}))?;
        }
        let document = self.devtools("DOM.getDocument", json!({ "depth": 0 }))?;
        let mut query = json!({ "nodeId": document["root"]["nodeId"], "role": role });
        if let Some(name) = name {
            query["accessibleName"] = json!(name);
        }
        let answer = self.devtools("Accessibility.queryAXTree", query)?;
        let nodes = answer["nodes"].as_array().cloned().unwrap_or_default();
        Ok(nodes
            .into_iter()
            .filter(|node| node["ignored"] != json!(true))
            .collect())
    }

    /// WebDriver's name for the element behind a node of the accessibility tree.
    pub(crate) fn element(&self, node: &Value) -> Result<String> {
        let handle = json!({ "backendNodeId": node["backendDOMNodeId"] });
        let resolved = self.devtools("DOM.resolveNode", handle)?;
        self.devtools(
            "Runtime.callFunctionOn",
            json!({
                "objectId": resolved["object"]["objectId"],
                "functionDeclaration": "function () { window.__found = this; }",
            }),
        )?;
        let found = self.script(
            "const found = window.__found; delete window.__found; return found;",
            json!([]),
        )?;
        let id = found[ELEMENT].as_str().context("the node is no element")?;
        Ok(id.to_owned())
    }

    /// What was written to a log ("browser", "performance") since the last look.
    pub(crate) fn log(&self, kind: &str) -> Result<Vec<Value>> {
        let entries = self.post("/se/log", json!({ "type": kind }))?;
        Ok(entries.as_array().cloned().unwrap_or_default())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.agent.delete(&self.session).call();
        let _ = fs::remove_dir_all(&self.profile);
    }
}

/// An element as WebDriver wants it in arguments.
pub(crate) fn reference(element: &str) -> Value {
    json!({ ELEMENT: element })
}

fn outcome(mut answer: Value) -> Result<Value> {
    let value = answer["value"].take();
    if let Some(error) = value["error"].as_str() {
        let message = value["message"].as_str().unwrap_or_default();
        let first_line = message.lines().next().unwrap_or_default();
        bail!("{error}: {first_line}");
    }
    Ok(value)
}
