//! The finished page, open in a browser.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use crate::wait::wait_for;
use crate::{Element, Memory, Server, browser::Browser, driver::named, memory, wait::wait_until};

/// How the page is looked at.
#[derive(Clone, Debug)]
pub struct View {
    /// Width of the window's inside, in CSS pixels.
    pub width: u32,
    /// Height of the window's inside.
    pub height: u32,
    /// The browser's language.
    pub language: &'static str,
    /// Whether the system is set to dark.
    pub dark: bool,
    /// Whether the system is set to reduced motion.
    pub reduced_motion: bool,
    /// What follows the page's address, such as `#...` of a permalink. Without anything else it is
    /// the story with one laptop, which most tests are about.
    pub fragment: String,
}

impl Default for View {
    fn default() -> Self {
        Self {
            width: 1280,
            height: 720,
            language: "en",
            dark: false,
            reduced_motion: false,
            fragment: "?scenario=two-servers".to_owned(),
        }
    }
}

impl View {
    /// The window of a phone.
    #[must_use]
    pub fn phone() -> Self {
        Self {
            width: 390,
            height: 844,
            ..Self::default()
        }
    }
}

/// The page in a browser of its own, with an empty profile.
pub struct Page {
    browser: Browser,
    server: Server,
}

impl Page {
    /// Opens the page.
    pub fn open(view: &View) -> Result<Self> {
        let dist = named("DHCP_LAB_DIST")?;
        ensure!(
            dist.join("index.html").is_file(),
            "no page in {}: run `cargo xtask test --only page`",
            dist.display()
        );
        let server = Server::start(dist)?;
        let browser = Browser::start(view.language)?;
        let page = Self { browser, server };
        page.resize(view.width, view.height)?;
        page.prefer(view.dark, view.reduced_motion)?;
        page.go(&view.fragment)?;
        Ok(page)
    }

    /// Loads the page anew, with this behind its address.
    pub fn go(&self, fragment: &str) -> Result<()> {
        let url = format!("{}{fragment}", self.server.address());
        self.browser.post("/url", json!({ "url": url })).map(drop)
    }

    /// The server that the page comes from.
    #[must_use]
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// The title of the window.
    pub fn title(&self) -> Result<String> {
        let title = self.browser.get("/title")?;
        Ok(title.as_str().unwrap_or_default().to_owned())
    }

    /// The address in the address bar.
    pub fn address(&self) -> Result<String> {
        let url = self.browser.get("/url")?;
        Ok(url.as_str().unwrap_or_default().to_owned())
    }

    /// Waits for the one element with this role and exactly this accessible name.
    pub fn find(&self, role: &str, name: &str) -> Result<Element<'_>> {
        wait_until(&format!("one {role} \"{name}\""), || {
            let mut nodes = self.browser.accessible(role, Some(name))?;
            match nodes.len() {
                1 => Ok(nodes.pop()),
                count => bail!("there are {count}; of this role: {}", self.names(role)?),
            }
        })
        .map(|node| Element::new(&self.browser, node))
    }

    /// Whether something has this role and accessible name, now.
    pub fn has(&self, role: &str, name: &str) -> Result<bool> {
        Ok(!self.browser.accessible(role, Some(name))?.is_empty())
    }

    /// All elements of a role, in the order of the document, now.
    pub fn all(&self, role: &str) -> Result<Vec<Element<'_>>> {
        let nodes = self.browser.accessible(role, None)?;
        Ok(nodes
            .into_iter()
            .map(|node| Element::new(&self.browser, node))
            .collect())
    }

    /// Presses a key, wherever the focus is: a character, or a WebDriver code point such as
    /// `\u{E004}` (Tab), `\u{E007}` (Enter), `\u{E00C}` (Escape), `\u{E012}` to `\u{E015}`
    /// (arrow left, up, right, down).
    pub fn press(&self, key: char) -> Result<()> {
        self.drawn()?;
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": [
            { "type": "keyDown", "value": key.to_string() },
            { "type": "keyUp", "value": key.to_string() },
        ]});
        let actions = json!({ "actions": [keyboard] });
        self.browser.post("/actions", actions).map(drop)
    }

    /// Waits until the page is drawn: before that no one listens to a key.
    pub fn drawn(&self) -> Result<()> {
        wait_for("the page", || {
            let there = "return document.querySelector('.app') !== null";
            Ok(self.browser.script(there, json!([]))? == json!(true))
        })
    }

    /// Types a text, wherever the focus is.
    pub fn type_text(&self, text: &str) -> Result<()> {
        text.chars().try_for_each(|letter| self.press(letter))
    }

    /// Presses a key while others are held down: Control is `\u{E009}`, Shift `\u{E008}`.
    pub fn press_with(&self, held: &[char], key: char) -> Result<()> {
        let event = |kind: &str, key: &char| json!({ "type": kind, "value": key.to_string() });
        let down = held.iter().map(|key| event("keyDown", key));
        let pressed = [event("keyDown", &key), event("keyUp", &key)];
        let up = held.iter().rev().map(|key| event("keyUp", key));
        let actions: Vec<Value> = down.chain(pressed).chain(up).collect();
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": actions });
        let actions = json!({ "actions": [keyboard] });
        self.browser.post("/actions", actions).map(drop)
    }

    /// Runs the body of a function in the page and returns what it returns.
    pub fn script(&self, body: &str) -> Result<Value> {
        self.browser.script(body, json!([]))
    }

    /// Runs this in every document that is opened from now on, before the document's own scripts.
    pub fn before_each_document(&self, source: &str) -> Result<()> {
        let script = json!({ "source": source });
        self.browser
            .devtools("Page.addScriptToEvaluateOnNewDocument", script)
            .map(drop)
    }

    /// Chooses a file in the field of this name.
    pub fn choose_file(&self, name: &str, path: &Path) -> Result<()> {
        let path = path.to_str().context("a path in Unicode")?;
        // Before the head is there, nothing can be said of it.
        self.find("button", "Menu")?;
        // The browser does not find such a field by its name.
        let find = || {
            let fields = self.all("button")?.into_iter();
            Ok::<_, anyhow::Error>(fields.into_iter().find(|field| field.name() == name))
        };
        if let Some(field) = find()? {
            return field.type_keys(path);
        }
        // A narrow head has it in its menu.
        self.find("button", "Menu")?.click()?;
        find()?.context("no such field")?.type_keys(path)
    }

    /// Processor time of the page's main thread so far, in seconds.
    pub fn processor_time(&self) -> Result<f64> {
        let by_thread = json!({ "timeDomain": "threadTicks" });
        self.browser.devtools("Performance.enable", by_thread)?;
        let answer = self.browser.devtools("Performance.getMetrics", json!({}))?;
        let metrics = answer["metrics"].as_array();
        let mut metrics = metrics.into_iter().flatten();
        metrics
            .find(|metric| metric["name"] == "ThreadTime")
            .and_then(|metric| metric["value"].as_f64())
            .context("no thread time")
    }

    /// What the process has in memory that runs the page.
    pub fn renderer_memory(&self) -> Result<Memory> {
        memory::renderer(self.browser.profile())
    }

    /// Gives the window's inside exactly this size; narrow ones are a phone's.
    pub fn resize(&self, width: u32, height: u32) -> Result<()> {
        let metrics = json!({
            "width": width, "height": height,
            "deviceScaleFactor": 1, "mobile": width < 600,
        });
        self.browser
            .devtools("Emulation.setDeviceMetricsOverride", metrics)
            .map(drop)
    }

    /// Sets what the system prefers.
    pub fn prefer(&self, dark: bool, reduced_motion: bool) -> Result<()> {
        let scheme = if dark { "dark" } else { "light" };
        let motion = if reduced_motion {
            "reduce"
        } else {
            "no-preference"
        };
        let features = json!({ "features": [
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": motion },
        ]});
        self.browser
            .devtools("Emulation.setEmulatedMedia", features)
            .map(drop)
    }

    /// Writes what the window shows to `target/screenshots/NAME.png`.
    pub fn screenshot(&self, name: &str) -> Result<PathBuf> {
        let shot = self
            .browser
            .devtools("Page.captureScreenshot", json!({ "format": "png" }))?;
        let data = shot["data"].as_str().context("no picture")?;
        let folder = env::var_os("DHCP_LAB_SCREENSHOTS").map_or_else(
            || env::temp_dir().join("dhcp-lab-screenshots"),
            PathBuf::from,
        );
        fs::create_dir_all(&folder)?;
        let file = folder.join(format!("{name}.png"));
        fs::write(&file, BASE64_STANDARD.decode(data)?)?;
        Ok(file)
    }

    /// Errors that the browser's console got since the last look.
    pub fn console_errors(&self) -> Result<Vec<String>> {
        let entries = self.browser.log("browser")?;
        Ok(entries
            .iter()
            .filter(|entry| entry["level"] == "SEVERE")
            .map(|entry| entry["message"].as_str().unwrap_or_default().to_owned())
            .collect())
    }

    /// Addresses outside our server that the page asked for since the last look.
    pub fn requests_elsewhere(&self) -> Result<Vec<String>> {
        let ours = self.server.origin();
        let mut elsewhere = Vec::new();
        for entry in self.browser.log("performance")? {
            let message = entry["message"].as_str().unwrap_or_default();
            let event: Value = serde_json::from_str(message)?;
            let event = &event["message"];
            let url = match event["method"].as_str() {
                Some("Network.requestWillBeSent") => &event["params"]["request"]["url"],
                Some("Network.webSocketCreated") => &event["params"]["url"],
                _ => continue,
            };
            let url = url.as_str().unwrap_or_default();
            // A new browser shows a page of its own before ours.
            let own = ["data:", "blob:", "chrome:", "about:"];
            if !url.starts_with(&ours) && !own.iter().any(|scheme| url.starts_with(scheme)) {
                elsewhere.push(url.to_owned());
            }
        }
        Ok(elsewhere)
    }

    /// An error when the console got errors, a file was missing, or anything was asked of
    /// another origin. For the end of each test.
    pub fn assert_clean(&self) -> Result<()> {
        let errors = self.console_errors()?;
        ensure!(errors.is_empty(), "console: {}", errors.join("\n"));
        let elsewhere = self.requests_elsewhere()?;
        ensure!(elsewhere.is_empty(), "asked elsewhere: {elsewhere:?}");
        let requests = self.server.requests();
        let missing: Vec<_> = requests.iter().filter(|one| one.status != 200).collect();
        ensure!(missing.is_empty(), "missing files: {missing:?}");
        Ok(())
    }

    fn names(&self, role: &str) -> Result<String> {
        let nodes = self.all(role)?;
        let names: Vec<String> = nodes
            .iter()
            .map(|one| format!("\"{}\"", one.name()))
            .collect();
        Ok(names.join(", "))
    }
}
