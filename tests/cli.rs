//! `dhcp-lab` as a person calls it (feature `cli`).
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const SCENARIOS: [&str; 2] = ["two-servers", "lease-origin"];

fn dhcp_lab(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dhcp-lab"))
        .args(arguments)
        .output()
        .unwrap()
}

fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli");
    std::fs::create_dir_all(&folder).unwrap();
    folder.join(name)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn run_writes_what_is_asked_for() {
    for name in SCENARIOS {
        let file = |ending: &str| scratch(&format!("{name}.{ending}"));
        let (capture, diagram, journal) = (file("pcapng"), file("mmd"), file("jsonl"));
        let output = dhcp_lab(&[
            "run",
            name,
            "--pcapng",
            capture.to_str().unwrap(),
            "--mermaid",
            diagram.to_str().unwrap(),
            "--journal",
            journal.to_str().unwrap(),
        ]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert_eq!(text(&output.stdout), "");
        assert_eq!(
            std::fs::read(&capture).unwrap()[..4],
            [0x0a, 0x0d, 0x0d, 0x0a]
        );
        assert!(
            std::fs::read_to_string(&diagram)
                .unwrap()
                .starts_with("sequenceDiagram\n")
        );
        let lines = std::fs::read_to_string(&journal).unwrap();
        assert!(lines.lines().count() > 50);
    }
}

#[test]
fn two_runs_write_the_same_journal_and_another_seed_another() {
    let journal = |name: &str, seed: &str| {
        let path = scratch(name);
        let output = dhcp_lab(&[
            "run",
            "two-servers",
            "--seed",
            seed,
            "--journal",
            path.to_str().unwrap(),
        ]);
        assert!(output.status.success());
        std::fs::read(&path).unwrap()
    };
    let first = journal("first.jsonl", "3");
    assert_eq!(first, journal("second.jsonl", "3"));
    assert_ne!(first, journal("third.jsonl", "4"));
}

#[test]
fn until_ends_the_run() {
    let all = text(&dhcp_lab(&["run", "two-servers"]).stdout);
    let some = text(&dhcp_lab(&["run", "two-servers", "--until", "10m"]).stdout);
    assert!(all.starts_with(&some) && some.len() < all.len());
    assert!(some.contains("DHCPACK") && !some.contains("pulled out"));
}

#[test]
fn why_tells_the_chain_back_to_what_was_done() {
    let why = |asked: &str| text(&dhcp_lab(&["run", "silence", "--why", asked]).stdout);
    let silence = why("00:08:00.000");
    let lines: Vec<&str> = silence.lines().collect();
    let number = lines[0].split('#').nth(1).unwrap();
    let number = number.split(' ').next().unwrap();
    assert!(
        lines[0].ends_with(
            "server2 stays silent: it has no record of laptop, and another server may have one. [RFC 2131, 4.3.2]"
        ),
        "{silence}"
    );
    assert_eq!(lines[1], "  on hearing this");
    assert!(lines[4].ends_with("laptop is switched on."), "{silence}");
    let fates = "  server1: server1 has been off since 00:06:00.";
    assert!(lines.contains(&fates), "{silence}");
    assert_eq!(why(number), silence, "the entry by its number is the same");
    assert_eq!(why("8m1s"), silence, "the last thing told by then");
    assert_eq!(why("00:08:01"), silence);
}

#[test]
fn why_tells_what_a_node_waits_for() {
    let output = dhcp_lab(&["run", "silence", "--until", "8m2s", "--why", "laptop"]);
    let said = text(&output.stdout);
    assert!(
        said.starts_with("laptop waits until 00:08:04: no answer: send again, try 2."),
        "{said}"
    );
    assert!(
        said.contains("server1 has been off since 00:06:00."),
        "{said}"
    );
    assert!(
        said.contains("laptop goes from STOPPED to REBOOTING."),
        "{said}"
    );
}

#[test]
fn a_file_runs_like_the_built_in_scenario() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/lease-origin.json");
    let from_file = dhcp_lab(&["run", path.to_str().unwrap()]);
    assert!(from_file.status.success());
    assert_eq!(from_file.stdout, dhcp_lab(&["run", "lease-origin"]).stdout);
}

#[test]
fn scenarios_lists_the_built_in_ones() {
    let output = text(&dhcp_lab(&["scenarios"]).stdout);
    let names = dhcp_lab::scenario::library::FILES.map(|(name, _)| name);
    assert_eq!(output.lines().count(), names.len());
    assert!(names.iter().all(|name| output.contains(name)));
}

/// Each: the call, and what its one line of complaint must say.
#[test]
fn what_cannot_be_run_ends_in_one_clear_line_and_a_code() {
    let broken = scratch("broken.json");
    std::fs::write(&broken, "{ \"version\": 1,\n \"nme\": 2 }").unwrap();
    let no_json = scratch("no-json.json");
    std::fs::write(&no_json, "{ \"version\": 1,\n name }").unwrap();
    let wrong = scratch("wrong.json");
    let file = include_str!("../scenarios/two-servers.json")
        .replace("192.168.1.10-192.168.1.99", "10.0.0.1-10.0.0.9");
    std::fs::write(&wrong, file).unwrap();
    let nowhere = scratch("no/such/folder/x.pcapng");
    let cases: [(&[&str], &str); 9] = [
        (
            &["run", "three-servers"],
            "no built-in scenario 'three-servers'; there are two-server-day, split-pools",
        ),
        (&["run", "absent.json"], "cannot read absent.json"),
        (
            &["run", broken.to_str().unwrap()],
            "nme: unknown field `nme`, expected one of `version`",
        ),
        (&["run", no_json.to_str().unwrap()], "at line 2 column 2"),
        (
            &["run", wrong.to_str().unwrap()],
            "nodes[2].server.pools[0]: 10.0.0.1-10.0.0.9 is outside",
        ),
        (
            &["run", "two-servers", "--pcapng", nowhere.to_str().unwrap()],
            "cannot write",
        ),
        (
            &["run", "silence", "--why", "99999"],
            "the journal has no entry 99999: it has 217",
        ),
        (
            &["run", "silence", "--until", "0s", "--why", "server9"],
            "'server9' is no number of an entry, no instant such as 90m or 01:30:00, and no node",
        ),
        (
            &["run", "silence", "--why", "00:61"],
            "'00:61' is no number of an entry",
        ),
    ];
    for (arguments, complaint) in cases {
        let output = dhcp_lab(arguments);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(said.contains(complaint), "{said}");
        assert_eq!(text(&output.stdout), "");
    }
    assert_eq!(
        dhcp_lab(&["run", "two-servers", "--until", "soon"])
            .status
            .code(),
        Some(2)
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_bridge_that_cannot_be_is_said_in_a_line() {
    for (interface, told) in [
        ("none-such", "dhcp-lab: there is no interface 'none-such'"),
        ("lo", "dhcp-lab: 'lo' is no Ethernet interface"),
    ] {
        let place = ["--interface", interface, "--scenario", "lease-origin"];
        let output = dhcp_lab(&[&["bridge", "client"][..], &place].concat());
        let error = text(&output.stderr);
        assert!(error.starts_with(told), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
        assert_eq!(output.status.code(), Some(2));
    }
    let twice = [
        "--interface",
        "a",
        "--interface",
        "a",
        "--scenario",
        "relay",
    ];
    let output = dhcp_lab(&[&["bridge", "relay"][..], &twice].concat());
    let error = text(&output.stderr);
    assert_eq!(error, "dhcp-lab: the interface 'a' is named twice\n");
}

#[test]
fn check_says_everything_that_is_wrong_and_where() {
    let good = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/two-servers.json");
    let output = dhcp_lab(&["check", good.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stdout).ends_with("two-servers.json: right: 4 nodes, 6 commands\n"));
    let wrong = scratch("check.json");
    let file = r#"{
  "version": 1,
  "name": "wrong",
  "untill": "1h",
  "until": "1 hour",
  "nodes": [
    { "id": "pc", "kind": "clint" },
    { "kind": "switch" },
    { "id": "srv", "kind": "server", "address": "10.0.0.1/24",
      "server": { "pools": ["10.0.0.20-10.0.0.10"], "lease": 5 } }
  ],
  "links": [ { "between": ["pc"], "latency": "1ms" } ],
  "commands": [
    { "at": "1s", "do": "explode", "node": "pc" },
    { "at": "1s", "do": "power-of", "node": "pc", "whom": "x" }
  ]
}"#;
    std::fs::write(&wrong, file).unwrap();
    let output = dhcp_lab(&["check", good.to_str().unwrap(), wrong.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stdout);
    let said = said.replace(&format!("{}:", wrong.display()), "");
    let said: Vec<&str> = said.lines().skip(1).collect();
    insta::assert_snapshot!(said.join("\n"));
    let fits = scratch("unfit.json");
    let file = r#"{ "version": 1, "name": "unfit", "until": "1h", "nodes": [
    { "id": "pc", "kind": "client", "server": {} },
    { "id": "sw", "kind": "switch" },
    { "id": "srv", "kind": "server" } ],
  "links": [
    { "between": ["pc", "sv"], "latency": "1ms" },
    { "between": ["sw", "srv"], "latency": "11s" } ],
  "commands": [
    { "at": "1s", "do": "release", "node": "srv" } ],
  "notes": [ { "at": "1s", "text": {} } ],
  "show": { "lanes": ["sw"], "speed": 3 } }"#;
    std::fs::write(&fits, file).unwrap();
    let output = dhcp_lab(&["check", fits.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stdout).replace(&format!("{}:", fits.display()), "");
    insta::assert_snapshot!(said);
    let newer = scratch("newer.json");
    std::fs::write(
        &newer,
        "{\n  \"hosts\": [],\n  \"version\": 2, \"until\": 7 }",
    )
    .unwrap();
    let said = text(&dhcp_lab(&["check", newer.to_str().unwrap()]).stdout);
    let told = "3:3: version: version 2 is unknown, only 1 is known\n";
    assert_eq!(said, format!("{}:{told}", newer.display()));
    let no_json = scratch("no-json-2.json");
    std::fs::write(&no_json, "{\n  \"version\" 1 }").unwrap();
    let output = dhcp_lab(&["check", no_json.to_str().unwrap()]);
    let said = text(&output.stdout).replace(&no_json.display().to_string(), "");
    assert_eq!(said, ": expected `:` at line 2 column 13\n");
    let output = dhcp_lab(&["check", "absent.json"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("cannot read absent.json"));
    assert_eq!(dhcp_lab(&["check"]).status.code(), Some(2));
}

#[test]
fn schema_prints_the_published_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/scenario.schema.json");
    let printed = text(&dhcp_lab(&["schema"]).stdout);
    assert!(
        std::fs::read_to_string(path).unwrap_or_default() == printed,
        "docs/scenario.schema.json is out of date: cargo run --features cli -- schema > docs/scenario.schema.json"
    );
}
