mod commands;
mod deeds;
mod edit;
mod errors;
mod faults;
mod permalink;
mod random;
mod routers;
mod saving;

use super::*;

const GOOD: &str = r#"{
  "version": 1, "name": "small", "until": "1h",
  "nodes": [
    { "id": "pc", "kind": "client", "client": { "host_name": "pc" } },
    { "id": "sw", "kind": "switch" },
    { "id": "srv", "kind": "server", "address": "192.0.2.1/24",
      "server": { "pools": ["192.0.2.10-192.0.2.20"], "reservations": [{ "mac": "02:00:00:00:00:09", "address": "192.0.2.9" }], "dns": ["192.0.2.1"] } }
  ],
  "links": [
    { "between": ["pc", "sw"], "latency": "1ms" },
    { "between": ["srv", "sw"], "latency": "1ms" }
  ],
  "commands": [ { "at": "1m", "do": "unplug", "link": ["sw", "pc"] }, { "at": "10s", "do": "release", "node": "pc" } ]
}"#;

#[test]
fn a_good_file_is_read_and_its_commands_are_in_order() {
    let scenario = Scenario::parse(GOOD).unwrap();
    let (pc, sw) = (scenario.find("pc").unwrap(), scenario.find("sw").unwrap());
    let commands: Vec<_> = scenario
        .commands()
        .iter()
        .map(|timed| (timed.at.as_micros(), timed.command.clone()))
        .collect();
    assert_eq!(
        commands,
        [
            (10_000_000, Command::Release(pc)),
            (60_000_000, Command::Unplug(LinkId(0)))
        ]
    );
    assert_eq!(scenario.ends(LinkId(0)), [pc, sw]);
    assert_eq!(scenario.file().seed, 1);
    assert_eq!(scenario.until().as_micros(), 3_600_000_000);
    assert_eq!(scenario.find("nobody"), None);
}

#[test]
fn c19_a_client_that_informs_has_a_fixed_address_and_no_other_has() {
    let file = |settings: &str| {
        GOOD.replace(r#""client": { "host_name": "pc" }"#, settings)
            .replace("release", "inform")
    };
    let good = r#""address": "192.0.2.7/24", "client": { "inform": true }"#;
    let scenario = Scenario::parse(&file(good)).unwrap();
    let pc = scenario.find("pc").unwrap();
    assert_eq!(scenario.commands()[0].command, Command::Inform(pc));
    for (bad, path) in [
        (r#""client": { "inform": true }"#, "nodes[0].address"),
        (
            r#""address": "192.0.2.7/24", "client": {}"#,
            "nodes[0].address",
        ),
        (r#""client": {}"#, "commands[1].node"),
    ] {
        assert_eq!(Scenario::parse(&file(bad)).unwrap_err().path, path);
    }
}

#[test]
fn commands_at_one_instant_keep_the_files_order() {
    let commands = r#""commands": [ { "at": "1s", "do": "power-off", "node": "pc" }, { "at": "1s", "do": "power-on", "node": "pc" } ]"#;
    let start = GOOD.find("\"commands\"").unwrap();
    let scenario = Scenario::parse(&format!("{}{commands}}}", &GOOD[..start])).unwrap();
    let pc = scenario.find("pc").unwrap();
    let order: Vec<_> = scenario
        .commands()
        .iter()
        .map(|timed| timed.command.clone())
        .collect();
    assert_eq!(order, [Command::PowerOff(pc), Command::PowerOn(pc)]);
}

#[test]
fn every_built_in_file_is_right_and_has_every_text() {
    for (name, text) in library::FILES {
        let scenario = library::load(name).unwrap();
        assert_eq!(scenario.file().name, name);
        for texts in [&scenario.file().title, &scenario.file().summary] {
            assert_eq!(texts.keys().collect::<Vec<_>>(), ["en", "es", "pt-BR"]);
        }
        assert_eq!(Scenario::parse(text).unwrap(), scenario);
        assert_eq!(library::titles()[name], scenario.file().title);
        let serdes = serde_json::to_value(scenario.file()).unwrap();
        assert_eq!(crate::json::ToJson::write(scenario.file()), serdes);
    }
    let problem = library::load("nonsense").unwrap_err();
    assert!(
        problem.message.contains("two-servers, lease-origin"),
        "{problem}"
    );
}

#[test]
fn file_to_json_to_file_is_the_same() {
    for text in library::FILES.iter().map(|(_, text)| *text).chain([GOOD]) {
        let file = File::parse(text).unwrap();
        assert_eq!(File::parse(&file.to_json()).unwrap(), file);
        let scenario = Scenario::new(file).unwrap();
        assert_eq!(
            Scenario::parse(&scenario.file().to_json()).unwrap(),
            scenario,
            "with what the check filled in"
        );
    }
}
