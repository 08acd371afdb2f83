//! Scenario files with all kinds of mistakes in them: each ends in a scenario that runs, or in an error
//! that says where. And the published schema says the same of them, as far as it can.
#![cfg(feature = "cli")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::wildcard_enum_match_arm,
    reason = "clippy takes only the functions marked as tests for tests"
)]

#[path = "../fuzz/mutate.rs"]
mod mutate;

use dhcp_lab::scenario::{Problem, Scenario, library, schema};
use dhcp_lab::sim::{Journal, World};
use serde_json::Value;

/// How many files are made.
const FILES: u32 = 4_000;
/// How many events of one that is right are run.
const EVENTS: usize = 250;

fn seeds() -> Vec<&'static str> {
    let built_in = library::FILES.iter().map(|(_, text)| *text);
    built_in
        .chain([include_str!("data/everything.json")])
        .collect()
}

/// A text with up to seven mistakes; some are cut off or have other bytes in them as well.
fn mutated(number: u32) -> String {
    let seeds = seeds();
    let mut text = seeds[number as usize % seeds.len()].as_bytes().to_vec();
    let mut seed = number.wrapping_mul(0x9e37_79b9);
    for _ in 0..=number % 3 {
        seed = seed.wrapping_mul(0x0019_660d).wrapping_add(0x3c6e_f35f);
        text = mutate::json(&text, seed).unwrap_or(text);
    }
    let at = |length: usize| seed as usize % length.max(1);
    match number % 16 {
        3 => text.truncate(at(text.len())),
        7 => {
            let place = at(text.len());
            if let Some(byte) = text.get_mut(place) {
                *byte = b"{}[],:\"\\0-e. \n"[number as usize / 16 % 14];
            }
        }
        _ => {}
    }
    String::from_utf8_lossy(&text).into_owned()
}

/// Whether a problem says where it is: at which field, at which line, or that the file as a whole is
/// something else or lacks something.
fn says_where(problem: &Problem) -> bool {
    let message = problem.message.as_str();
    !problem.path.is_empty()
        || message.contains(" at line ")
        || message.starts_with("missing field `")
        || message.ends_with("expected an object")
}

fn run(scenario: &Scenario) {
    let (mut world, mut journal) = (World::new(scenario), Journal::default());
    let commands = scenario.commands();
    for _ in 0..EVENTS {
        let next = world.next_at(commands);
        if next.is_none_or(|at| at > scenario.until()) {
            break;
        }
        world.step(commands, &mut journal);
    }
}

#[test]
fn a_mutated_file_runs_or_ends_in_an_error_that_says_where() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let (mut right, mut refused) = (0, 0);
    for number in 0..FILES {
        let text = mutated(number);
        let value: Option<Value> = serde_json::from_str(&text).ok();
        let fits = value
            .as_ref()
            .is_some_and(|value| validator.is_valid(value));
        match Scenario::parse(&text) {
            Ok(scenario) => {
                right += 1;
                assert!(fits, "the schema is stricter: {text}");
                assert!(Scenario::examine(&text).is_ok());
                run(&scenario);
                let again = Scenario::parse(&scenario.file().to_json());
                assert_eq!(again, Ok(scenario), "written and read again");
            }
            Err(problem) => {
                refused += 1;
                assert!(says_where(&problem), "{problem:?}: {text}");
                let found = Scenario::examine(&text).map(|_| ()).unwrap_err();
                assert!(!found.is_empty());
                for located in found {
                    assert!(says_where(&located.problem), "{located:?}: {text}");
                    if let Some((line, column)) = located.place {
                        let line = text.lines().nth(line - 1).unwrap();
                        assert!(column <= line.chars().count(), "{located:?}: {text}");
                    } else {
                        assert!(
                            located.problem.path.is_empty()
                                || located.problem.message.contains(" at line "),
                            "{located:?}"
                        );
                    }
                }
                // What a reader cannot make sense of, the schema refuses too.
                let message = problem.message.as_str();
                let shape = [
                    "unknown field",
                    "missing field",
                    "unknown variant",
                    "invalid type",
                    "invalid length",
                ];
                if value.is_some() && shape.iter().any(|shape| message.starts_with(shape)) {
                    assert!(!fits, "the schema takes it: {problem}: {text}");
                }
            }
        }
    }
    println!("{right} right, {refused} refused");
    assert!(
        right > FILES / 40 && refused > FILES / 2,
        "{right} right, {refused} refused"
    );
}

#[test]
fn every_file_that_is_right_fits_the_schema() {
    let schema = schema();
    jsonschema::meta::validate(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for text in seeds() {
        let value: Value = serde_json::from_str(text).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| error.to_string())
            .collect();
        assert_eq!(errors, Vec::<String>::new(), "{text}");
        let written = Scenario::parse(text).unwrap().file().to_json();
        let value: Value = serde_json::from_str(&written).unwrap();
        assert!(validator.is_valid(&value), "{written}");
    }
}

#[test]
fn the_schema_refuses_what_a_schema_can() {
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema())
        .unwrap();
    let good = include_str!("data/everything.json");
    let fits = |text: &str| {
        let value: Value = serde_json::from_str(text).unwrap();
        (validator.is_valid(&value), Scenario::parse(text).is_ok())
    };
    assert_eq!(fits(good), (true, true));
    for (from, to) in [
        (r#""version": 1"#, r#""version": 2"#),
        (r#""name": "everything""#, r#""name": """#),
        (r#""name": "everything","#, ""),
        (r#""seed": 5"#, r#""seed": -5"#),
        (r#""until": "40m""#, r#""until": "40 minutes""#),
        (r#""until": "40m""#, r#""untill": "40m""#),
        (r#""id": "tv""#, r#""id": "t v""#),
        (r#""kind": "host""#, r#""kind": "guest""#),
        (r#""10.0.0.7/24""#, r#""10.0.0.7""#),
        (r#""10.0.0.7/24""#, r#""10.0.0.256/24""#),
        (r#""10.0.0.7/24""#, r#""10.0.0.7/33""#),
        (r#""10.0.0.10-10.0.0.19""#, r#""10.0.0.10-""#),
        (r#""ping": "never""#, r#""ping": "sometimes""#),
        (r#""between": ["fixed", "sw1"]"#, r#""between": ["fixed"]"#),
        (r#""loss": 1000"#, r#""loss": 1000001"#),
        (r#""loss": 1000"#, r#""queue": 100"#),
        (r#""do": "crash""#, r#""do": "explode""#),
        (r#""do": "crash", "node": "tv""#, r#""do": "crash""#),
        (
            r#""do": "crash", "node": "tv""#,
            r#""do": "crash", "node": "tv", "to": "sw1""#,
        ),
        (r#""frame": 1"#, r#""frame": 0"#),
        (r#""frame": 1"#, r#""frame": 1, "next": 1"#),
        (
            r#""groups": [["pc"], ["srv1", "srv2"]], "for""#,
            r#""groups": [["pc"], []], "for""#,
        ),
        (r#""offset": "-5m""#, r#""offset": "5 minutes""#),
        (r#""lease": "5m""#, r#""lese": "5m""#),
        (r#""speed": 200"#, r#""speed": 150"#),
        (r#""lanes": ["pc", "srv1"]"#, r#""lane": ["pc", "srv1"]"#),
        (r#""en": "Everything""#, r#""e_n": "Everything""#),
        (r#""dns": ["10.0.0.1"]"#, r#""dns": ["ten"]"#),
    ] {
        assert!(good.contains(from), "{from}");
        assert_eq!(
            fits(&good.replacen(from, to, 1)),
            (false, false),
            "{from} -> {to}"
        );
    }
}
