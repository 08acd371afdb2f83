use std::rc::Rc;

use super::*;
use crate::scenario::{Command, Fate, LinkId, Meddle, Partition, Which, library};
use crate::sim::Recording;
use crate::text::{Language, Texts};
use crate::time::{Duration, Instant};

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

/// What is told of a built-in scenario without its commands but with these, as `HH:MM:SS  text`.
fn instead(name: &str, commands: &str, change: fn(&mut serde_json::Value)) -> Vec<String> {
    let mut file = serde_json::to_value(library::load(name).unwrap().file()).unwrap();
    file["commands"] = serde_json::from_str(commands).unwrap();
    change(&mut file);
    let scenario = crate::scenario::Scenario::parse(&file.to_string()).unwrap();
    let mut recording = Recording::new(Rc::new(scenario));
    recording.seek(Instant::ZERO + Duration::from_secs(3_600));
    let texts = Texts::new(Language::English);
    let told = recording.journal().from(0).filter_map(|(id, entry)| {
        let told = tell(recording.scenario(), recording.journal(), id)?;
        Some(format!("{}  {}", entry.at, texts.sentence(&told)).replace('\u{a0}', " "))
    });
    told.collect()
}

fn count(told: &[String], words: &str) -> usize {
    told.iter().filter(|told| told.contains(words)).count()
}

#[test]
fn a_change_of_failover_is_told_by_what_changes() {
    let commands = r#"[
        { "at": "1m", "do": "configure", "node": "server1",
          "server": { "lease": "5h", "failover": { "mclt": "2h", "split": 100 } } }
    ]"#;
    let told = instead("two-server-day", commands, |_| {});
    let words = "server1 gets other settings: failover: mclt 2h, split 100, lease: 5h.";
    assert_eq!(count(&told, words), 1, "{told:#?}");
}

#[test]
fn what_tcp_sends_again_is_no_news() {
    let commands = r#"[
        { "at": "2m1s", "do": "unplug", "link": ["server1", "switch"] },
        { "at": "2m2s", "do": "partner-down", "node": "server2" }]"#;
    let told = instead("two-server-day", commands, |_| {});
    let news = "server2 tells server1 its state: PARTNER-DOWN.";
    let again = "TCP sends the STATE of server2 again.";
    assert_eq!(count(&told, news), 1, "{told:#?}");
    assert!(count(&told, again) >= 2, "{told:#?}");
}

#[test]
fn an_offer_is_said_to_be_short_for_the_mclt_only_where_it_is() {
    let commands = r#"[{ "at": "1m", "do": "power-on", "node": "client" }]"#;
    let told = instead("two-server-day", commands, |_| {});
    for partner in ["server1", "server2"] {
        let limited = format!(
            "for 1 h, not 8 h: the MCLT allows no more, as {partner} does not know of this lease"
        );
        assert_eq!(count(&told, &limited), 1, "{told:#?}");
    }
    // This client wants no more than that.
    let told = instead("two-server-day", commands, |file| {
        let nodes = file["nodes"].as_array_mut().unwrap();
        let client = nodes.iter_mut().find(|node| node["id"] == "client");
        client.unwrap()["client"]["lease_time"] = "1h".into();
    });
    assert_eq!(count(&told, "offers client"), 2, "{told:#?}");
    assert_eq!(count(&told, "the MCLT allows no more"), 0, "{told:#?}");
    // Nor is there a limit once the partner is given up.
    let alone = r#"[
        { "at": "1m", "do": "power-off", "node": "server1" },
        { "at": "5m", "do": "partner-down", "node": "server2" },
        { "at": "6m", "do": "power-on", "node": "client" },
        { "at": "10m", "do": "release", "node": "client" }]"#;
    let told = instead("two-server-day", alone, |_| {});
    assert_eq!(count(&told, "offers client"), 1, "{told:#?}");
    assert_eq!(count(&told, "the MCLT allows no more"), 0, "{told:#?}");
    // What this server gave since it is alone adds nothing to the time that others wait.
    let since = "The MCLT counts from 00:05:00, when PARTNER-DOWN began: \
                 another client gets the address from 01:05:00 on.";
    assert_eq!(count(&told, since), 1, "{told:#?}");
}

/// The story with a relay agent with two failover servers in the place of one, leases of 8 hours in
/// their own network and of 2 in the other, and a client in each.
fn with_two_networks(file: &mut serde_json::Value) {
    let nodes = file["nodes"].as_array_mut().unwrap();
    let find = |id: &str| nodes.iter().position(|node| node["id"] == id).unwrap();
    let (router, server) = (find("router"), find("server"));
    let mut desk = nodes[find("laptop")].clone();
    (desk["id"], desk["mac"]) = ("desk".into(), "02:00:00:00:00:0b".into());
    nodes[router]["relay"]["servers"] = serde_json::json!(["10.0.2.10", "10.0.2.11"]);
    let own = &mut nodes[server]["server"];
    own["lease"] = "8h".into();
    own["subnets"][0]["lease"] = "2h".into();
    own["failover"] = serde_json::json!({
            "role": "primary", "partner": "10.0.2.11", "mclt": "1h", "load_balance": false,
    });
    let mut other = nodes[server].clone();
    (other["id"], other["mac"]) = ("other".into(), "02:00:00:00:00:02".into());
    other["address"] = "10.0.2.11/24".into();
    other["server"]["failover"]["role"] = "secondary".into();
    other["server"]["failover"]["partner"] = "10.0.2.10".into();
    nodes.extend([desk, other]);
    let links = file["links"].as_array_mut().unwrap();
    for node in ["desk", "other"] {
        let link = serde_json::json!({ "between": [node, "switch2"], "latency": "500us" });
        links.push(link);
    }
}

#[test]
fn the_mclt_in_an_offer_is_told_against_the_lease_of_the_clients_own_network() {
    let commands = r#"[
        { "at": "2m", "do": "power-on", "node": "laptop" },
        { "at": "2m", "do": "power-on", "node": "desk" }]"#;
    let told = instead("relay", commands, with_two_networks);
    for (server, partner) in [("server", "other"), ("other", "server")] {
        for (client, network, desired) in
            [("laptop", "10.0.1.1", "2 h"), ("desk", "10.0.2.1", "8 h")]
        {
            let offers = told.iter().filter(|told| {
                told.contains(&format!("{server} offers {client} the address {network}"))
            });
            let limited = format!(
                "for 1 h, not {desired}: the MCLT allows no more, as {partner} does not know"
            );
            let [offer] = offers.collect::<Vec<_>>()[..] else {
                panic!("{server}, {client}: {told:#?}");
            };
            assert!(offer.contains(&limited), "{offer}");
        }
    }
    // Where no more is desired, there is nothing to tell.
    let told = instead("relay", commands, |file| {
        with_two_networks(file);
        for node in file["nodes"].as_array_mut().unwrap() {
            if node["kind"] == "server" {
                node["server"]["subnets"][0]["lease"] = "1h".into();
            }
        }
    });
    let plain = |told: &&String| told.contains("offers laptop") && told.ends_with("for 1 h.");
    assert_eq!(told.iter().filter(plain).count(), 2, "{told:#?}");
    assert_eq!(count(&told, "for 1 h, not 8 h"), 2, "{told:#?}");
}

#[test]
fn a_wrong_checksum_has_its_section() {
    use crate::wire::frame::BadFrame;
    let section = |layer| on_checksum(&BadFrame::Checksum(layer).to_string());
    assert_eq!(section("IPv4"), Some("3.2.1.2"));
    assert_eq!(section("UDP"), Some("4.1.3.4"));
    assert_eq!(section("TCP"), Some("4.2.2.7"));
    assert_eq!(on_checksum(&BadFrame::Truncated("UDP").to_string()), None);
}
