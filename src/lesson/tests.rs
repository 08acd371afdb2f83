use std::rc::Rc;

use super::*;
use crate::scenario::{Command, Fate, LinkId, Meddle, Partition, Which, library};
use crate::sim::Recording;
use crate::text::{Language, Texts};

fn run(name: &str) -> Recording {
    let scenario = Rc::new(library::load(name).unwrap());
    let until = scenario.until();
    let mut recording = Recording::new(scenario);
    recording.seek(until);
    recording
}

#[test]
fn every_sentence_of_the_built_in_stories_is_in_every_language_with_all_its_values() {
    for (name, _) in library::FILES {
        let recording = run(name);
        for language in Language::ALL {
            let texts = Texts::new(language);
            for (id, _) in recording.journal().from(0) {
                let Some(told) = tell(recording.scenario(), recording.journal(), id) else {
                    continue;
                };
                assert!(
                    texts.keys().any(|key| key == told.key),
                    "{} in {}",
                    told.key,
                    language.tag()
                );
                for name in texts
                    .get(&told.key)
                    .split('{')
                    .skip(1)
                    .filter_map(|rest| rest.split('}').next())
                {
                    assert!(
                        told.values.iter().any(|(known, _)| *known == name),
                        "{name} in {}",
                        told.key
                    );
                }
            }
        }
    }
}

/// The story in words is what a student reads: a change to it is a change to be looked at.
#[test]
fn the_stories_are_told_in_these_words() {
    for (name, _) in library::FILES {
        let recording = run(name);
        let texts = Texts::new(Language::English);
        let story: Vec<String> = recording
            .journal()
            .from(0)
            .filter_map(|(id, entry)| {
                let told = tell(recording.scenario(), recording.journal(), id)?;
                let source = told
                    .source
                    .map_or_else(String::new, |source| format!(" [{}]", source.label()));
                Some(format!("{}  {}{source}", entry.at, texts.sentence(&told)))
            })
            .collect();
        insta::assert_snapshot!(format!("story-{name}"), story.join("\n"));
    }
}

#[test]
fn sections_that_are_cited_exist_in_the_standard() {
    let cited = |path: &str| {
        std::fs::read_to_string(format!(
            "{}/../shared/rfc/{path}",
            env!("CARGO_MANIFEST_DIR")
        ))
    };
    let Ok(text) = cited("rfc2131.txt") else {
        println!("skipped: the standard's text is not beside this checkout");
        return;
    };
    for (name, _) in library::FILES {
        let recording = run(name);
        for (id, _) in recording.journal().from(0) {
            let source =
                tell(recording.scenario(), recording.journal(), id).and_then(|told| told.source);
            let Some(source) = source.filter(|source| source.standard == Standard::Rfc(2131))
            else {
                continue;
            };
            let heading = |line: &str| {
                line.trim_start()
                    .starts_with(&format!("{} ", source.section))
            };
            assert!(
                text.lines().any(heading),
                "RFC 2131 has no section {}",
                source.section
            );
        }
    }
}

#[test]
fn what_comes_of_nothing_is_told_as_that_in_every_language() {
    let mut file = library::load("two-servers").unwrap().file().clone();
    file.commands = Vec::new();
    let scenario = Rc::new(crate::scenario::Scenario::new(file).unwrap());
    let [laptop, server1] = ["laptop", "server1"].map(|name| scenario.find(name).unwrap());
    let cut = Rc::new(Partition::new(&[laptop], &[server1]).unwrap());
    let frame = Meddle {
        fate: Fate::Corrupt,
        link: LinkId(0),
        from: laptop,
        which: Which::OnTheWay(9),
    };
    let done = [
        (Command::LoseDisk(server1), "tell.vain-lose-disk"),
        (Command::Heal(None), "tell.vain-heal-all"),
        (Command::Heal(Some(cut)), "tell.vain-heal"),
        (Command::PowerOff(laptop), "tell.vain"),
        (Command::PowerOn(laptop), "tell.power-on"),
        (Command::Crash(laptop), "tell.crash"),
        (Command::Renew(laptop), "tell.vain-stopped"),
        (Command::Meddle(frame), "tell.vain-frame"),
    ];
    let mut recording = Recording::new(scenario);
    for (command, _) in &done {
        recording.act(command.clone());
    }
    let (scenario, journal) = (recording.scenario(), recording.journal());
    let told = journal
        .from(0)
        .filter(|(_, entry)| matches!(entry.what, What::Command(_)))
        .map(|(id, _)| tell(scenario, journal, id).unwrap());
    let told: Vec<Sentence> = told.collect();
    let keys: Vec<&str> = told.iter().map(|told| told.key.as_str()).collect();
    assert_eq!(keys, done.map(|(_, key)| key));
    for language in Language::ALL {
        let texts = Texts::new(language);
        for told in &told {
            let words = texts.sentence(told);
            assert!(!words.contains(['{', '}']), "{words}");
            assert!(!words.is_empty(), "{}", told.key);
        }
    }
    let texts = Texts::new(Language::English);
    assert_eq!(
        texts.sentence(&told[0]).replace('\u{a0}', " "),
        "The disk of server1 cannot be lost while server1 runs: nothing happens to it."
    );
    for (id, entry) in journal.from(0) {
        if matches!(entry.what, What::InVain(_)) {
            assert_eq!(tell(scenario, journal, id), None);
            let why = super::why::words(scenario, journal, id).unwrap();
            assert_eq!(why.key, "why.in-vain");
        }
    }
}
