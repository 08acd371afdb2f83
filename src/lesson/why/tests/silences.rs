//! Why nothing came of what was waited for, within the chain that goes over it.

use super::*;
use crate::sim::What;

/// The chain of the first entry of its kind, with the reasons for each silence in it.
fn chain_of(recording: &Recording, secs: u64, parts: &[&str]) -> String {
    told(recording, find(recording, secs, parts))
}

#[test]
fn a_second_try_says_what_became_of_the_first_and_who_did_that() {
    let spoil =
        r#", { "at": "500ms", "do": "corrupt", "link": ["pc", "sw"], "from": "pc", "next": 1 }"#;
    let recording = small("", spoil);
    let retry = find(&recording, 2, &["try number 2"]);
    let (again, _) = recording
        .journal()
        .from(retry.index())
        .find(|(id, entry)| *id > retry && message(*id, entry).is_some())
        .unwrap();
    for id in [retry, again] {
        let told = told(&recording, id);
        let (_, after) = told.split_once("    no answer because\n").unwrap();
        let mut lines = after.lines();
        let first = lines.next().unwrap();
        assert!(
            first.contains("srv (Silent): srv drops") && first.contains("checksum is wrong"),
            "{told}"
        );
        let blame = lines.next().unwrap();
        assert!(
            blame.contains("number 1 will have a bit turned over"),
            "{told}"
        );
        assert!(
            lines.next().unwrap().contains("a deadline set when"),
            "{told}"
        );
        assert_eq!(told.matches("no answer because").count(), 1, "{told}");
    }
    // What became of the second is told apart from that.
    assert!(
        told(&recording, again).contains("What became of the DHCPDISCOVER\n    srv (Answered)")
    );
}

#[test]
fn a_third_try_tells_of_the_second() {
    let faults = r#", "faults": { "loss": 1000000 }"#;
    let told = chain_of(&small(faults, ""), 2, &["try number 3"]);
    let (_, reason) = told.split_once("no answer because\n").unwrap();
    assert!(
        reason
            .trim_start()
            .starts_with("srv (Lost): The DHCPDISCOVER of pc is lost"),
        "{told}"
    );
    let by_person = r#", { "at": "500ms", "do": "faults", "link": ["srv", "sw"], "faults": { "loss": 1000000 } }"#;
    let told = chain_of(&small("", by_person), 2, &["try number 3"]);
    assert!(
        told.contains(
            "    - (Lost): Things go wrong on the cable between srv and sw: 100 % are lost."
        ),
        "{told}"
    );
}

#[test]
fn a_lease_that_ends_at_the_server_says_why_no_renewal_came() {
    let ended = &["srv", "has ended without renewal"];
    let because = |commands: &str| {
        let told = chain_of(&small("", commands), 60, ended);
        let (_, after) = told
            .split_once("    no renewal because\n")
            .unwrap_or_else(|| panic!("{told}"));
        assert!(after.contains("    a deadline set when"), "{told}");
        after.lines().next().unwrap().trim().to_owned()
    };
    assert_eq!(
        because(r#", { "at": "40s", "do": "power-off", "node": "pc" }"#),
        "- (Lost): pc has no power any more."
    );
    assert_eq!(
        because(r#", { "at": "40s", "do": "crash", "node": "pc" }"#),
        "- (Lost): The software of pc has stopped."
    );
    // Its own messages do not get through.
    let cut = because(r#", { "at": "40s", "do": "unplug", "link": ["srv", "sw"] }"#);
    assert!(
        cut.starts_with(
            "srv (CutOff): The cable between srv and sw has carried nothing since 00:00:40."
        ),
        "{cut}"
    );
}

#[test]
fn a_silence_is_what_it_was_when_the_wait_was_over() {
    // The server is back by now.
    let off = r#", { "at": "500ms", "do": "power-off", "node": "srv" },
        { "at": "30s", "do": "power-on", "node": "srv" }"#;
    let mut recording = small("", off);
    let retry = find(&recording, 2, &["try number 2"]);
    let late = told(&recording, retry);
    assert!(late.contains("srv has been off since 00:00:01."), "{late}");
    // Right after it, the same is known; before it, nothing.
    let links = chain(&recording, retry);
    let reasons = silence(&recording, &links[0]);
    recording.go_to(retry);
    assert_eq!(silence(&recording, &links[0]), reasons);
    recording.seek(Instant::ZERO);
    assert_eq!(silence(&recording, &links[0]), None);
}

#[test]
fn no_silence_that_is_told_is_empty() {
    for (name, _) in library::FILES {
        let recording = whole(name);
        for (id, entry) in recording.journal().from(0) {
            if !matches!(entry.what, What::Fired { .. }) {
                continue;
            }
            let link = chain(&recording, id).remove(0);
            let outcomes = silence(&recording, &link).map(|silence| silence.outcomes);
            let outcomes = outcomes.iter().flatten();
            assert!(
                outcomes.into_iter().all(|outcome| !outcome.told.is_empty()),
                "{name}, {}",
                id.0
            );
        }
    }
}
