//! The table of `docs/conformance.md`: each rule, the tests that are named for it, and where it is
//! seen on the page. Tests and instants are looked up, so the table cannot go stale.
//!
//! `DHCP_LAB_WRITE=1 cargo test --test conformance` writes it anew.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use dhcp_lab::lesson::tell;
use dhcp_lab::scenario::library;
use dhcp_lab::sim::{Journal, World};
use dhcp_lab::text::{Language, Texts};
use dhcp_lab::time::Instant;

mod rules;

use rules::{RULES, Rule};

/// Which tests stand in which file, by the rule that they are named for.
fn tests() -> BTreeMap<String, BTreeSet<(String, String)>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeMap::new();
    for top in ["src", "tests"] {
        search(root, &root.join(top), &mut found);
    }
    found
}

fn search(root: &Path, folder: &Path, found: &mut BTreeMap<String, BTreeSet<(String, String)>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            search(root, &path, found);
            continue;
        }
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let mut marked = false;
        for line in text.lines() {
            let line = line.trim();
            if line.starts_with("#[test]") {
                marked = true;
            }
            let Some(rest) = line.strip_prefix("fn ").filter(|_| marked) else {
                continue;
            };
            marked = false;
            let name = rest.split('(').next().unwrap_or_default();
            let rule = name.split('_').next().unwrap_or_default();
            if RULES.iter().any(|known| known.id == rule) {
                let place = path.strip_prefix(root).unwrap().display().to_string();
                let tests = found.entry(rule.to_owned()).or_default();
                tests.insert((place, name.to_owned()));
            }
        }
    }
}

/// The instants and English sentences of a built-in scenario.
fn story(name: &str) -> Vec<(Instant, String)> {
    let scenario = library::load(name).unwrap();
    let texts = Texts::new(Language::English);
    let (mut world, mut journal) = (World::new(&scenario), Journal::default());
    world.run_until(scenario.until(), scenario.commands(), &mut journal);
    journal
        .from(0)
        .filter_map(|(id, entry)| {
            let told = tell(&scenario, &journal, id)?;
            // Figures stand beside their units without a line break between them.
            let words = texts.sentence(&told).replace(['\u{a0}', '\u{202f}'], " ");
            Some((entry.at, words))
        })
        .collect()
}

/// Where a rule is seen: the scenario, and the first instant whose sentence has the words.
fn seen(rule: &Rule, stories: &mut BTreeMap<&'static str, Vec<(Instant, String)>>) -> String {
    let Some((scenario, words)) = rule.seen else {
        return "–".to_owned();
    };
    let story = stories.entry(scenario).or_insert_with(|| story(scenario));
    let at = story
        .iter()
        .find(|(_, sentence)| sentence.contains(words))
        .map(|(at, _)| *at)
        .unwrap_or_else(|| panic!("{}: '{scenario}' never says '{words}'", rule.id));
    format!("`{scenario}` at {at}: “{words}”")
}

fn table(rules: &[&Rule], tests: &BTreeMap<String, BTreeSet<(String, String)>>) -> String {
    let mut stories = BTreeMap::new();
    let mut text = String::from(
        "| rule | source | what it asks for | seen on the page | tests |\n|---|---|---|---|---|\n",
    );
    for rule in rules {
        let named: Vec<String> = tests
            .get(rule.id)
            .unwrap_or_else(|| panic!("{}: no test is named for it", rule.id))
            .iter()
            .map(|(_, name)| format!("`{name}`"))
            .collect();
        let id = rule
            .id
            .trim_start_matches(['c', 's', 'f'])
            .trim_start_matches('0');
        let letter = rule.id[..1].to_uppercase();
        let seen = seen(rule, &mut stories);
        writeln!(
            text,
            "| {letter}{id} | {} | {} | {seen} | {} |",
            rule.source,
            rule.asks,
            named.join("<br>")
        )
        .unwrap();
    }
    text
}

fn document() -> String {
    let tests = tests();
    let of = |letter: char| -> Vec<&Rule> {
        RULES
            .iter()
            .filter(|rule| rule.id.starts_with(letter))
            .collect()
    };
    format!(
        "# Conformance\n\nEach rule of DHCPv4 and of failover that the engine follows, the tests that are named for it, and where it is seen: \
a built-in scenario, the first instant, and the words that the page says then. A test (`tests/conformance.rs`) looks all of it up \
and fails where this page says something else; `DHCP_LAB_WRITE=1 cargo test --test conformance` writes it anew. \
A dash stands where a rule shows in no built-in scenario: what a codec does with odd bytes, or a choice that none of them makes.\n\n\
## The client\n\n{}\n## The server and the relay agent\n\n{}\n## Failover\n\n\
\"failover-12\" is draft-ietf-dhc-failover-12. What must hold in every run, and the faults put in to see that it is noticed: \
[failover.md](failover.md).\n\n{}",
        table(&of('c'), &tests),
        table(&of('s'), &tests),
        table(&of('f'), &tests)
    )
}

#[test]
fn the_table_says_what_is_true() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/conformance.md");
    let wanted = document();
    if std::env::var_os("DHCP_LAB_WRITE").is_some() {
        fs::write(&path, &wanted).unwrap();
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    let differs = there
        .lines()
        .zip(wanted.lines())
        .find(|(there, wanted)| there != wanted);
    assert_eq!(differs, None, "the first line that differs");
    assert_eq!(there, wanted, "docs/conformance.md is out of date");
}

#[test]
fn every_rule_has_a_number_of_its_own() {
    let ids: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(ids.len(), RULES.len());
    for number in 1..=24 {
        assert!(ids.contains(format!("c{number:02}").as_str()), "C{number}");
    }
    for number in (1..=18).filter(|number| *number != 6) {
        assert!(ids.contains(format!("s{number:02}").as_str()), "S{number}");
    }
    for number in 1..=17 {
        assert!(ids.contains(format!("f{number:02}").as_str()), "F{number}");
    }
    for part in 'a'..='e' {
        assert!(ids.contains(format!("s06{part}").as_str()), "S6{part}");
    }
}
