//! A run in an address.

use super::saving::{fresh, played};
use super::*;
use crate::scenario::permalink::{read, write};
use crate::time::{Duration, Instant};

#[test]
fn a_run_of_a_built_in_scenario_is_its_name_and_what_was_done() {
    let scenario = library::load("two-servers").unwrap();
    let plain = write(&scenario, scenario.commands(), Instant::ZERO);
    assert_eq!(plain, r#"{"scenario":"two-servers"}"#);
    assert_eq!(read(&plain), Ok((scenario.clone(), Instant::ZERO)));
    let mut commands = scenario.commands().to_vec();
    let at = Instant::from_micros(61_000_007);
    let command = Command::PowerOff(scenario.find("server1").unwrap());
    let command = command.lasting(Duration::from_secs(90)).unwrap();
    commands.insert(1, Timed { at, command });
    let text = write(&scenario.clone().with_seed(9), &commands, at);
    assert!(text.len() < 500, "{text}");
    assert!(!text.contains("nodes"), "{text}");
    let (again, stands) = read(&text).unwrap();
    assert_eq!(
        (again.commands(), stands, again.file().seed),
        (&commands[..], at, 9)
    );
    assert_eq!(again.file().nodes, scenario.file().nodes);
    assert_eq!(write(&again, again.commands(), stands), text);
}

#[test]
fn a_run_of_another_scenario_has_it_whole() {
    for seed in 0..6 {
        let recording = played(seed, 12);
        let scenario = recording.scenario();
        let text = write(scenario, recording.commands(), recording.world().now());
        let (again, stands) = read(&text).unwrap();
        assert_eq!(stands, recording.world().now());
        assert_eq!(again.commands(), recording.commands());
        let end = Instant::from_micros(600_000_000);
        let mut recording = recording.clone();
        recording.seek(end);
        recording.seek(end.max(recording.world().now()));
        let journal = fresh(&again, end);
        assert!(
            recording
                .journal()
                .range(0..journal.len())
                .eq(journal.from(0))
        );
    }
    // One that is called like a built-in one, but is another.
    let other = library::load("two-servers").unwrap();
    let other = other.edited(
        other.commands(),
        &Edit::Add(NodeKind::Client, "switch".to_owned()),
    );
    let text = write(
        &other.clone().unwrap(),
        other.as_ref().unwrap().commands(),
        Instant::ZERO,
    );
    assert!(text.starts_with(r#"{"file":{"#), "{text}");
    assert_eq!(read(&text).unwrap().0, other.unwrap());
}

#[test]
fn what_is_no_run_is_told_with_its_place() {
    for (text, path, words) in [
        ("", "", "line 1 column 0"),
        ("{\"scenario\":}", "scenario", "line 1 column 13"),
        ("{}", "", "either 'scenario'"),
        (
            r#"{"scenario":"a","file":{}}"#,
            "file",
            "missing field `version`",
        ),
        (
            r#"{"scenario":"nonsense"}"#,
            "",
            "no built-in scenario 'nonsense'",
        ),
        (
            r#"{"scenario":"two-servers","at":"soon"}"#,
            "at",
            "not a duration",
        ),
        (
            r#"{"scenario":"two-servers","comands":[]}"#,
            "comands",
            "did you mean `commands`",
        ),
        (
            r#"{"scenario":"two-servers","commands":[{"at":"1s","do":"crash","node":"x"}]}"#,
            "commands[0].node",
            "no node 'x'",
        ),
        (
            r#"{"scenario":"two-servers","commands":[{"at":"1s","do":"crsh"}]}"#,
            "commands[0].do",
            "did you mean `crash`",
        ),
        (
            r#"{"at":"1s","file":{"hosts":[],"version":2}}"#,
            "file.version",
            "version 2 is unknown",
        ),
        (
            r#"{"file":{"version":1,"name":"x","until":"1s","nodes":[],"links":[]}}"#,
            "file.nodes",
            "1 to 20000",
        ),
    ] {
        let problem = read(text).map(|_| text).unwrap_err();
        assert_eq!(problem.path, path, "{text}: {problem}");
        assert!(problem.message.contains(words), "{text}: {problem}");
    }
}
