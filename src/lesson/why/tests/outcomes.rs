//! What became of a message: of each fate that it can have.

use super::*;

/// What became of the first message after an instant whose words hold these, at each host.
fn fate(recording: &Recording, secs: u64, parts: &[&str]) -> Vec<(String, Became, String)> {
    let texts = Texts::new(Language::English);
    let id = find(recording, secs, parts);
    let outcomes = of(recording, id).into_iter().map(|outcome| {
        let node = outcome
            .node
            .map_or("-", |node| &recording.scenario().node(node).id);
        let said = outcome
            .told
            .iter()
            .map(|(_, sentence)| texts.sentence(sentence));
        (
            node.to_owned(),
            outcome.became,
            said.collect::<Vec<_>>().join(" "),
        )
    });
    outcomes.collect()
}

fn one(recording: &Recording, secs: u64, parts: &[&str]) -> (Became, String) {
    let mut all = fate(recording, secs, parts);
    assert_eq!(all.len(), 1, "{all:?}");
    let (_, became, said) = all.remove(0);
    (became, said)
}

const DISCOVER: &[&str] = &["DHCPDISCOVER from"];

#[test]
fn an_answer_is_named() {
    let recording = small("", "");
    let (became, said) = one(&recording, 1, DISCOVER);
    assert_eq!(became, Became::Answered);
    assert_eq!(said, "srv offers pc the address 10.0.0.10 for 2\u{a0}min.");
    let (became, said) = one(&recording, 1, &["srv confirms"]);
    assert_eq!(became, Became::Taken, "{said}");
}

#[test]
fn a_server_that_is_off_or_was_never_on() {
    let off = small(
        "",
        r#", { "at": "500ms", "do": "power-off", "node": "srv" }"#,
    );
    let (became, said) = one(&off, 1, DISCOVER);
    assert_eq!(became, Became::Off);
    assert_eq!(said, "srv has been off since 00:00:01.");
    let recording = whole("silence");
    let (became, said) = &fate_of_node(&recording, 0, DISCOVER, "server2");
    assert_eq!(*became, Became::Off);
    assert_eq!(said, "server2 has not been switched on.");
}

fn fate_of_node(recording: &Recording, secs: u64, parts: &[&str], node: &str) -> (Became, String) {
    let all = fate(recording, secs, parts);
    let found = all.iter().find(|(known, ..)| known == node);
    let (_, became, said) = found.unwrap_or_else(|| panic!("{all:?}"));
    (*became, said.clone())
}

#[test]
fn a_cable_that_is_out_and_a_switch_that_is_off() {
    let out = r#", { "at": "500ms", "do": "unplug", "link": ["srv", "sw"] }"#;
    let (became, said) = one(&small("", out), 1, DISCOVER);
    assert_eq!(became, Became::CutOff);
    assert_eq!(
        said,
        "The cable between srv and sw has carried nothing since 00:00:01."
    );
    let out = r#", { "at": "500ms", "do": "unplug", "link": ["pc", "sw"] },
        { "at": "30s", "do": "plug", "link": ["pc", "sw"] },
        { "at": "70s", "do": "power-off", "node": "sw" }"#;
    let recording = small("", out);
    // Its first message goes out with the cable.
    let (became, _) = one(&recording, 1, DISCOVER);
    assert_eq!(became, Became::Answered);
}

#[test]
fn a_message_lost_on_a_cable_says_where() {
    let recording = small(r#", "faults": { "loss": 1000000 }"#, "");
    let (became, said) = one(&recording, 1, DISCOVER);
    assert_eq!(became, Became::Lost);
    assert_eq!(said, "The DHCPDISCOVER of pc is lost on the way.");
    let lost = find(&recording, 1, &["is lost on the way"]);
    let texts = Texts::new(Language::English);
    let links = chain(&recording, lost);
    let last = texts.sentence(&links.last().unwrap().sentence);
    assert_eq!(last, "pc is switched on.");
}

#[test]
fn a_loss_that_a_person_set_leads_back_to_that() {
    let faults = r#", { "at": "500ms", "do": "faults", "link": ["srv", "sw"], "faults": { "loss": 1000000 } }"#;
    let recording = small("", faults);
    let lost = find(&recording, 1, &["is lost on the way"]);
    let links = chain(&recording, lost);
    let texts = Texts::new(Language::English);
    let said: Vec<String> = links
        .iter()
        .map(|link| texts.sentence(&link.sentence))
        .collect();
    assert_eq!(
        said,
        [
            "The DHCPDISCOVER of pc is lost on the way.",
            "Things go wrong on the cable between srv and sw: 100 % are lost."
        ]
    );
}

#[test]
fn an_answer_that_is_lost_is_told_after_the_answer() {
    let drop =
        r#", { "at": "500ms", "do": "drop", "link": ["sw", "pc"], "from": "sw", "next": 1 }"#;
    let recording = small("", drop);
    let (became, said) = one(&recording, 1, DISCOVER);
    assert_eq!(became, Became::Answered);
    assert_eq!(
        said,
        "srv offers pc the address 10.0.0.10 for 2\u{a0}min. The DHCPOFFER of srv is lost on the way: it was taken off the cable."
    );
}

#[test]
fn software_that_has_stopped_a_partition_and_a_flipped_bit() {
    let crash = r#", { "at": "500ms", "do": "crash", "node": "srv" }"#;
    let (became, said) = one(&small("", crash), 1, DISCOVER);
    assert_eq!(became, Became::Lost);
    assert!(said.contains("no software runs"), "{said}");
    let parted = r#", { "at": "500ms", "do": "partition", "groups": [["pc"], ["srv"]] }"#;
    let recording = small("", parted);
    let (became, said) = one(&recording, 1, DISCOVER);
    assert_eq!(became, Became::Lost);
    assert!(said.contains("cut off from each other"), "{said}");
    let corrupt =
        r#", { "at": "500ms", "do": "corrupt", "link": ["sw", "srv"], "from": "sw", "next": 1 }"#;
    let recording = small("", corrupt);
    let (became, said) = one(&recording, 1, DISCOVER);
    assert_eq!(became, Became::Silent);
    assert!(said.starts_with("srv drops what it received"), "{said}");
    let dropped = find(&recording, 1, &["srv drops what it received"]);
    let links = chain(&recording, dropped);
    assert_eq!(
        links.len(),
        2,
        "what a person did to the frame is the cause: {links:?}"
    );
}

#[test]
fn a_message_that_is_still_under_way() {
    let mut recording = small("", "");
    recording.seek(Instant::from_micros(1_000_500));
    let (became, said) = one(&recording, 1, DISCOVER);
    assert_eq!(became, Became::UnderWay);
    assert_eq!(said, "It is still on its way to srv.");
    recording.seek(Instant::from_micros(1_001_500));
    assert_eq!(one(&recording, 1, DISCOVER).0, Became::UnderWay);
}

#[test]
fn a_network_without_a_server_and_an_address_that_no_one_uses() {
    let recording = whole("no-server");
    let (became, said) = one(&recording, 0, DISCOVER);
    assert_eq!(became, Became::Absent);
    assert!(said.contains("no DHCP server on this network"), "{said}");
    let recording = small("", "");
    let (became, said) = one(&recording, 1, &["Before it uses 10.0.0.10"]);
    assert_eq!(became, Became::Absent);
    assert_eq!(said, "No one on this network uses 10.0.0.10.");
}

#[test]
fn what_a_relay_agent_passes_on_is_followed() {
    let recording = whole("relay");
    let all = fate(&recording, 0, DISCOVER);
    let names: Vec<(&str, Became)> = all
        .iter()
        .map(|(name, became, _)| (name.as_str(), *became))
        .collect();
    assert_eq!(names[0], ("router", Became::PassedOn), "{all:?}");
    assert!(
        names[1..]
            .iter()
            .any(|(_, became)| *became == Became::Answered),
        "{all:?}"
    );
}

#[test]
fn a_server_that_pings_first_is_working_and_then_answers() {
    let mut recording = whole("two-servers");
    recording.seek(Instant::from_micros(1_500_000));
    let all = fate(&recording, 0, DISCOVER);
    assert!(
        all.iter().all(|(_, became, _)| *became == Became::Working),
        "{all:?}"
    );
    recording.seek(Instant::from_micros(2_500_000));
    let all = fate(&recording, 0, DISCOVER);
    assert!(
        all.iter().all(|(_, became, _)| *became == Became::Answered),
        "{all:?}"
    );
}

#[test]
fn what_a_node_waits_for_and_the_message_without_an_answer() {
    let mut recording = small(
        "",
        r#", { "at": "500ms", "do": "power-off", "node": "srv" }"#,
    );
    recording.seek(Instant::from_micros(3_000_000));
    let (scenario, journal) = (recording.scenario(), recording.journal());
    let waits = waits(&recording, NodeId(1));
    let texts = Texts::new(Language::English);
    assert_eq!(waits.len(), 1);
    let said = texts.sentence(&waits[0].sentence);
    assert!(said.starts_with("pc waits until 00:00:0"), "{said}");
    assert!(said.ends_with("no answer: send again, try 2."), "{said}");
    let discover = find(&recording, 1, DISCOVER);
    assert_eq!(waits[0].awaited, Some(discover));
    assert_eq!(waits[0].set_by, Some(discover));
    let standing = standing(&recording, NodeId(1)).unwrap();
    let said = texts.sentence(&words(scenario, journal, standing).unwrap());
    assert_eq!(said, "pc goes from INIT to SELECTING.");
}
