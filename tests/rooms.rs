//! The rooms of `src/` depend in one direction only.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// From the ground up: each room may use those before it, and itself.
const ROOMS: [&str; 15] = [
    "map", "supplies", "json", "time", "rng", "wire", "dhcp", "net", "scenario", "sim", "text",
    "lesson", "view", "bridge", "app",
];

/// Crates that know a browser: only `app` may.
const BROWSER: [&str; 5] = ["yew", "web_sys", "js_sys", "wasm_bindgen", "gloo_timers"];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

fn is_test(path: &Path, src: &Path) -> bool {
    path.strip_prefix(src)
        .unwrap()
        .components()
        .any(|part| part.as_os_str().to_string_lossy().contains("tests"))
}

/// The room of a file: the first part of its path below `src/`.
fn room(path: &Path, src: &Path) -> String {
    let below = path.strip_prefix(src).unwrap();
    let first = below
        .components()
        .next()
        .unwrap()
        .as_os_str()
        .to_string_lossy()
        .into_owned();
    first
        .trim_end_matches(".rs")
        .trim_end_matches("_tests")
        .to_owned()
}

/// The rooms that a text names after `crate::`, alone or in braces.
fn named_rooms(text: &str) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        let before = text[..at].chars().next_back();
        if before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_' || letter == '$') {
            continue;
        }
        let rest = &text[at + "crate::".len()..];
        let list = rest.strip_prefix('{').map_or(rest, |inner| {
            inner.split_once('}').map_or(inner, |(list, _)| list)
        });
        let parts = if rest.starts_with('{') {
            list.split(',').collect()
        } else {
            vec![list]
        };
        for part in parts {
            let name: String = part
                .trim()
                .chars()
                .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
                .collect();
            named.insert(name);
        }
    }
    named
}

#[test]
fn each_room_uses_only_the_rooms_below_it() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for path in files.iter().filter(|path| !is_test(path, &src)) {
        let own = room(path, &src);
        let Some(height) = ROOMS.iter().position(|name| *name == own) else {
            continue;
        };
        seen.insert(own.clone());
        let text = std::fs::read_to_string(path).unwrap();
        for name in named_rooms(&text) {
            match ROOMS.iter().position(|room| *room == name) {
                Some(other) if other > height => {
                    wrong.push(format!("{} uses {name}", path.display()));
                }
                Some(_) => {}
                None => wrong.push(format!(
                    "{} names crate::{name}, which is no room",
                    path.display()
                )),
            }
        }
        if own != "app" {
            let names = BROWSER
                .iter()
                .filter(|name| text.contains(&format!("{name}::")));
            wrong.extend(names.map(|name| format!("{} knows a browser: {name}", path.display())));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    let all: BTreeSet<String> = ROOMS.iter().map(|&name| name.to_owned()).collect();
    assert_eq!(seen, all, "a room is missing from src/ or from this list");
}

#[test]
fn what_names_a_room_is_found() {
    let found = named_rooms(
        "use crate::sim::World; use crate::{view, app::x}; let a = crate::time::Instant::ZERO; mycrate::no;",
    );
    assert_eq!(
        found,
        ["app", "sim", "time", "view"].map(str::to_owned).into()
    );
}

/// The finished page is built so that `{:?}` writes nothing.
#[test]
fn nothing_that_the_page_says_is_written_as_for_developers() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let mut wrong = Vec::new();
    for path in files.iter().filter(|path| !is_test(path, &src)) {
        if matches!(room(path, &src).as_str(), "bin" | "bridge") {
            continue;
        }
        let text = std::fs::read_to_string(path).unwrap();
        let shipped = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (number, line) in (1..).zip(shipped.lines()) {
            if line.contains(":?}") || line.contains(":#?}") {
                wrong.push(format!("{}:{number}", path.display()));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
