//! What may go wrong on a link, and what may not be asked for.

use super::super::*;
use crate::time::Duration;

/// A cable with these faults from the beginning, and one with others from 1 s on.
fn file(first: &str, later: &str) -> String {
    format!(
        r#"{{ "version": 1, "name": "faults", "until": "1h",
            "nodes": [ {{ "id": "a", "kind": "switch" }}, {{ "id": "b", "kind": "switch" }}, {{ "id": "c", "kind": "switch" }} ],
            "links": [ {{ "between": ["a", "b"], "latency": "3s", "faults": {first} }}, {{ "between": ["c", "b"], "latency": "1ms" }} ],
            "commands": [ {{ "at": "1s", "do": "faults", "link": ["b", "c"]{later} }} ] }}"#
    )
}

#[test]
fn faults_stand_at_a_link_or_come_and_go_by_a_command() {
    let all = r#"{ "loss": 1000, "burst": 20, "burst_length": 4, "duplicate": 30, "reorder": 40, "hold": "5ms", "jitter": "6ms", "rate": 64000, "queue": 2000 }"#;
    let scenario = Scenario::parse(&file(all, r#", "faults": { "loss": 1000000 }"#)).unwrap();
    let faults = Faults {
        loss: 1_000,
        burst: 20,
        burst_length: 4,
        duplicate: 30,
        reorder: 40,
        hold: Duration::from_millis(5),
        jitter: Duration::from_millis(6),
        rate: 64_000,
        queue: 2_000,
    };
    assert_eq!(scenario.file().links[0].faults, Some(faults));
    let lossy = Faults {
        loss: 1_000_000,
        ..Faults::default()
    };
    let command = Command::Faults(LinkId(1), lossy);
    assert_eq!(scenario.commands()[0].command, command);
    let again = Scenario::parse(&scenario.file().to_json()).unwrap();
    assert_eq!(again, scenario);
    let clear = Scenario::parse(&file("{}", "")).unwrap();
    let command = Command::Faults(LinkId(1), Faults::default());
    assert_eq!(clear.commands()[0].command, command);
}

#[test]
fn what_cannot_go_wrong_in_that_way() {
    for (bad, field, why) in [
        (r#"{ "loss": 1000001 }"#, ".loss", "at most 1000000"),
        (r#"{ "burst": 1000001 }"#, ".burst", "at most 1000000"),
        (
            r#"{ "duplicate": 1000001 }"#,
            ".duplicate",
            "at most 1000000",
        ),
        (
            r#"{ "reorder": 1000001, "hold": "1s" }"#,
            ".reorder",
            "at most 1000000",
        ),
        (r#"{ "burst_length": 0 }"#, ".burst_length", "at least 1"),
        (r#"{ "reorder": 1 }"#, ".hold", "longer than nothing"),
        (r#"{ "hold": "1s" }"#, ".hold", "only there"),
        (r#"{ "queue": 1513 }"#, ".queue", "1514 bytes"),
        (r#"{ "jitter": "10s" }"#, "", "under way for 1"),
        (
            r#"{ "reorder": 1, "hold": "6s", "jitter": "5s" }"#,
            "",
            "10s is the longest",
        ),
        (r#"{ "rate": 8000, "queue": 12000 }"#, "", "under way for 1"),
        (r#"{ "rate": 1 }"#, "", "10s is the longest"),
        (
            r#"{ "loss": -1 }"#,
            ".loss",
            "expected a whole number from 0 to 4294967295",
        ),
        (r#"{ "lost": 1 }"#, ".lost", "unknown field"),
    ] {
        for (text, path) in [
            (file(bad, ""), "links[0].faults"),
            (
                file("{}", &format!(r#", "faults": {bad}"#)),
                "commands[0].faults",
            ),
        ] {
            let problem = Scenario::parse(&text).map(|_| bad).unwrap_err();
            assert_eq!(problem.path, format!("{path}{field}"), "{problem}");
            assert!(problem.message.contains(why), "{problem}");
        }
    }
    let copies = file(r#"{ "duplicate": 1, "jitter": "5s" }"#, "");
    let problem = Scenario::parse(&copies).unwrap_err();
    assert!(
        problem.message.contains("11s"),
        "the copy is later: {problem}"
    );
}

#[test]
fn the_command_is_about_a_link_and_no_other_command_has_faults() {
    for (from, to, path) in [
        (r#", "link": ["b", "c"]"#, "", "commands[0]"),
        (
            r#""link": ["b", "c"]"#,
            r#""link": ["a", "c"]"#,
            "commands[0].link",
        ),
        (
            r#""link": ["b", "c"]"#,
            r#""link": ["b", "c"], "node": "a""#,
            "commands[0].node",
        ),
        (
            r#""do": "faults""#,
            r#""do": "unplug", "faults": {}"#,
            "commands[0].faults",
        ),
        (
            r#""do": "faults", "link": ["b", "c"]"#,
            r#""do": "power-off", "node": "a", "faults": { "loss": 1 }"#,
            "commands[0].faults",
        ),
    ] {
        let text = file("{}", "").replace(from, to);
        assert_eq!(Scenario::parse(&text).unwrap_err().path, path);
    }
}
