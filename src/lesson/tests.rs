use std::rc::Rc;

use super::*;
use crate::scenario::library;
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
