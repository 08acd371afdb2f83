//! A check that the finished page loads nothing from another origin, nor from the root of
//! its own: it has to work in any folder of any host.

use std::{fs, path::Path};

use anyhow::{Result, bail};

/// Looks through a built page; what it would load from elsewhere is an error.
pub(crate) fn check(dist: &Path) -> Result<()> {
    let mut found = Vec::new();
    for file in crate::size::files(dist)? {
        let Some(kind) = file.extension().and_then(|kind| kind.to_str()) else {
            continue;
        };
        let find = match kind {
            "html" | "svg" => in_markup,
            "css" => in_styles,
            "js" | "mjs" => in_script,
            _ => continue,
        };
        let text = fs::read_to_string(&file)?;
        let name = file.strip_prefix(dist)?.display().to_string();
        found.extend(
            find(&text)
                .into_iter()
                .map(|what| format!("{name}: {what}")),
        );
    }
    if found.is_empty() {
        println!("dist/ loads nothing but itself");
        return Ok(());
    }
    bail!("dist/ loads from elsewhere:\n  {}", found.join("\n  "))
}

fn is_elsewhere(address: &str) -> bool {
    let address = address.trim().to_ascii_lowercase();
    address.starts_with('/') || address.starts_with("http:") || address.starts_with("https:")
}

/// Attributes that make a browser load something. Links that a person follows are free.
fn in_markup(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        let (tag, after) = tag(rest);
        rest = after;
        let name: String = tag
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_ascii_lowercase();
        for (attribute, value) in attributes(&tag[name.len()..]) {
            let loads = match attribute.to_ascii_lowercase().as_str() {
                "href" => name != "a",
                "src" | "srcset" | "poster" | "data" | "action" | "xlink:href" => true,
                "data-js" | "data-wasm" | "data-locales" | "data-scenarios" => true,
                _ => false,
            };
            if loads && is_elsewhere(value) {
                found.push(format!("<{name} {attribute}=\"{value}\">"));
            }
        }
    }
    found
}

/// Splits off one tag, minding that a quoted value may hold a `>`.
fn tag(text: &str) -> (&str, &str) {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match quote {
            Some(open) if open == c => quote = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == '>' => return (&text[..at], &text[at + 1..]),
            None => {}
        }
    }
    (text, "")
}

fn attributes(mut text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    while let Some((before, after)) = text.split_once('=') {
        let name = before.split_whitespace().next_back().unwrap_or_default();
        let after = after.trim_start();
        let (value, rest) = match after.chars().next() {
            Some(quote @ ('"' | '\'')) => after[1..].split_once(quote).unwrap_or((&after[1..], "")),
            _ => after.split_once(char::is_whitespace).unwrap_or((after, "")),
        };
        found.push((name, value));
        text = rest;
    }
    found
}

fn in_styles(text: &str) -> Vec<String> {
    let after_url = text.split("url(").skip(1);
    let after_import = text.split("@import").skip(1);
    after_url
        .chain(after_import)
        .map(|rest| rest.trim_start().trim_start_matches(['"', '\'']))
        .filter(|rest| is_elsewhere(rest))
        .map(first_words)
        .collect()
}

/// Addresses in quotes, where what stands before them makes a browser load them.
fn in_script(text: &str) -> Vec<String> {
    const LOADERS: [&str; 8] = [
        "from",
        "import",
        "import(",
        "importScripts(",
        "fetch(",
        "Worker(",
        "WebSocket(",
        "URL(",
    ];
    let mut found = Vec::new();
    for quote in ['"', '\'', '`'] {
        for (at, _) in text.match_indices(quote) {
            let before = text[..at].trim_end();
            let after = &text[at + 1..];
            if is_elsewhere(after) && LOADERS.iter().any(|loader| before.ends_with(loader)) {
                found.push(first_words(after));
            }
        }
    }
    found
}

fn first_words(text: &str) -> String {
    text.chars()
        .take_while(|c| !matches!(c, '"' | '\'' | '`' | ')' | '\n'))
        .take(80)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_may_link_elsewhere_but_not_load() {
        let link = r#"<p>5 > 3</p><a href="https://www.rfc-editor.org/rfc/rfc2131">RFC 2131</a>"#;
        assert!(in_markup(link).is_empty());
        assert!(in_markup(r#"<link rel="icon" href="data:,"><script src="./a.js">"#).is_empty());
        assert_eq!(
            in_markup(r#"<link title="a>b" href='//cdn.example/a.css'>"#).len(),
            1
        );
        assert_eq!(
            in_markup(r#"<script src="https://cdn.example/a.js">"#).len(),
            1
        );
    }

    #[test]
    fn markup_may_not_count_on_the_root_of_a_host() {
        assert_eq!(in_markup(r#"<script type=module src=/a.js>"#).len(), 1);
    }

    #[test]
    fn styles_may_not_load_from_elsewhere() {
        assert!(in_styles("a { background: url(data:image/png;base64,AA) }").is_empty());
        assert!(in_styles("/* see https://example.org/ */").is_empty());
        assert_eq!(
            in_styles("a { background: url('https://x.example/a.png') }").len(),
            1
        );
        assert_eq!(in_styles("@import \"//x.example/a.css\";").len(), 1);
    }

    #[test]
    fn scripts_may_name_addresses_but_not_load_them() {
        assert!(in_script("const svg = 'http://www.w3.org/2000/svg';").is_empty());
        assert!(in_script("import init from './page.js';").is_empty());
        assert_eq!(
            in_script("import init from 'https://x.example/a.js';").len(),
            1
        );
        assert_eq!(in_script("await fetch(\"https://x.example/\")").len(), 1);
    }
}
