//! Chains of causes: where they end, and how those read that a student asks about.

use super::*;
use crate::rng::Rng;
use crate::scenario::{Command, Faults, LinkId};
use crate::sim::{Limits, What};

/// That the chain of every entry begins with it, goes back in time without a gap, and ends with
/// what a person or the scenario did, or with the start.
fn all_end_well(recording: &Recording, what: &str) {
    let journal = recording.journal();
    for (id, _) in journal.from(0) {
        let links = chain(recording, id);
        assert_eq!(links.first().map(|link| link.id), Some(id), "{what}");
        for pair in links.windows(2) {
            assert!(pair[0].id > pair[1].id, "{what}: {pair:?}");
            assert!(
                pair[0].at >= pair[1].at && pair[1].join.is_some(),
                "{what}: {pair:?}"
            );
        }
        let last = links.last().and_then(|link| journal.get(link.id)).unwrap();
        assert!(
            matches!(last.what, What::Command(_) | What::Power(true)) && last.cause.is_none(),
            "{what}, {}: {last:?}",
            id.0
        );
    }
}

#[test]
fn every_chain_of_the_built_in_stories_ends_with_a_person_or_the_start() {
    for (name, _) in library::FILES {
        all_end_well(&whole(name), name);
    }
}

/// Does something at random.
fn command(rng: &mut Rng, recording: &Recording) -> Command {
    let scenario = recording.scenario();
    let nodes = u64::try_from(scenario.nodes().count()).unwrap();
    let links = u64::try_from(scenario.links().count()).unwrap();
    let node = NodeId(u32::try_from(rng.below(nodes)).unwrap());
    let link = LinkId(u32::try_from(rng.below(links)).unwrap());
    let faults = Faults {
        loss: 300_000,
        duplicate: 300_000,
        reorder: 200_000,
        ..Faults::default()
    };
    match rng.below(10) {
        0 => Command::PowerOn(node),
        1 => Command::PowerOff(node),
        2 => Command::Plug(link),
        3 => Command::Unplug(link),
        4 => Command::Faults(link, faults),
        5 => Command::Crash(node),
        6 => Command::Restart(node),
        7 => Command::Start(node),
        8 => Command::Renew(node),
        _ => Command::Release(node),
    }
}

#[test]
fn every_chain_of_random_runs_ends_with_a_person_or_the_start() {
    let names = ["two-servers", "partition", "wrong-network", "conflict"];
    for (seed, name) in (0..12).zip(names.iter().cycle()) {
        let mut rng = Rng::new(seed, 77);
        let scenario = library::load(name).unwrap().with_seed(seed);
        let mut recording = Recording::new(Rc::new(scenario));
        for _ in 0..8 {
            let wait = rng.between(Duration::from_millis(1), Duration::from_secs(240));
            recording.seek(recording.world().now() + wait);
            let command = command(&mut rng, &recording);
            recording.act(command);
        }
        recording.seek(recording.world().now() + Duration::from_secs(300));
        all_end_well(&recording, &format!("{name}, seed {seed}"));
        for (id, _) in recording.journal().from(0) {
            for outcome in of(&recording, id) {
                assert!(!outcome.told.is_empty(), "{name}, seed {seed}, {}", id.0);
            }
        }
    }
}

/// What a student asks about, and the answer in whole. A change to it is one to be looked at.
#[test]
fn the_instants_that_matter_are_explained_in_these_words() {
    let cases: [(&str, &str, u64, &[&str]); 14] = [
        ("silence", "no-record", 480, &["server2 stays silent"]),
        ("silence", "retry", 480, &["try number 2"]),
        ("silence", "gave-up", 480, &["No server has answered"]),
        ("silence", "rebinding", 600, &["from RENEWING to REBINDING"]),
        ("silence", "expiry", 600, &["The lease of laptop has ended"]),
        (
            "two-server-day",
            "survivor-answers",
            480,
            &["server2 confirms"],
        ),
        ("two-server-day", "mclt", 60, &["server1 confirms"]),
        (
            "two-server-day",
            "partner-lost",
            400,
            &["to COMMUNICATIONS-INTERRUPTED"],
        ),
        ("two-server-day", "partner-down", 600, &["to PARTNER-DOWN"]),
        (
            "two-server-day",
            "server-expiry",
            600,
            &["has ended without renewal"],
        ),
        (
            "wrong-network",
            "nak",
            600,
            &["refuses laptop with a DHCPNAK"],
        ),
        ("pool-exhausted", "pool-empty", 0, &["no free address left"]),
        ("conflict", "decline", 0, &["by DHCPDECLINE"]),
        ("two-servers", "renew", 60, &["T1: half of the lease"]),
    ];
    for (name, about, secs, parts) in cases {
        let recording = whole(name);
        let id = find(&recording, secs, parts);
        insta::assert_snapshot!(format!("why-{name}-{about}"), told(&recording, id));
    }
}

#[test]
fn a_deadline_of_a_server_is_set_for_its_own_address() {
    // Two leases, and one timer for both: what set it last is about the other client.
    let recording = whole("pool-exhausted");
    for (id, entry) in recording.journal().from(0) {
        let What::Fired { reason, .. } = entry.what else {
            continue;
        };
        let crate::dhcp::Reason::BindingEnds { address } = reason else {
            continue;
        };
        let links = chain(&recording, id);
        let texts = Texts::new(Language::English);
        let set_for = texts.sentence(&links[1].sentence);
        assert!(set_for.contains(&address.to_string()), "{set_for}");
    }
}

#[test]
fn what_came_of_an_event_leads_back_to_it() {
    for (name, _) in library::FILES {
        let recording = whole(name);
        let journal = recording.journal();
        for (id, _) in journal.from(0) {
            for child in came_of(&recording, id) {
                assert!(
                    journal.why(child).contains(&id),
                    "{name}: {} of {}",
                    child.0,
                    id.0
                );
            }
        }
    }
}

#[test]
fn what_came_of_a_discover_are_the_decisions_on_it() {
    let mut recording = whole("two-servers");
    let id = find(&recording, 0, &["DHCPDISCOVER from 0.0.0.0"]);
    let texts = Texts::new(Language::English);
    let said = |id| words(recording.scenario(), recording.journal(), id).unwrap();
    let came: Vec<String> = came_of(&recording, id)
        .into_iter()
        .map(|id| texts.sentence(&said(id)))
        .collect();
    let asks = |server: &str| {
        came.iter()
            .any(|said| said.contains(&format!("{server} asks by ping")))
    };
    assert!(asks("server1") && asks("server2"), "{came:#?}");
    recording.go_to(id);
    assert_eq!(came_of(&recording, id), [], "what is to come is not told");
}

#[test]
fn a_chain_goes_back_through_what_the_journal_has_let_go() {
    let day = Duration::from_secs(86_400);
    let file = library::workload(30, Duration::from_secs(3_600), day);
    let scenario = Rc::new(Scenario::new(file).unwrap());
    let kept = |limits| {
        let mut recording = Recording::with_limits(Rc::clone(&scenario), limits);
        recording.seek(scenario.until());
        recording
    };
    let whole = kept(Limits::default());
    let little = kept(Limits {
        entries: 0,
        ..Limits::default()
    });
    let length = whole.journal().len();
    assert!(!little.journal().is_resident(EventId(0)) && length > 6_000);
    for back in 1..60 {
        let id = EventId(u32::try_from(length - back).unwrap());
        let (all, some) = (chain(&whole, id), chain(&little, id));
        assert_eq!(some.first(), all.first());
        assert_eq!(some.last(), all.last(), "both go back to the start");
        assert!(some.windows(2).all(|pair| pair[0].id > pair[1].id));
    }
}

#[test]
fn an_update_is_refused_because_of_a_newer_record() {
    let recording = whole("partition");
    let (scenario, journal) = (recording.scenario(), recording.journal());
    let refusal = journal.from(0).find_map(|(id, _)| {
        let told = tell(scenario, journal, id)?;
        (told.key == "tell.failover.sent.bndack-no").then_some(id)
    });
    let told = told(&recording, refusal.unwrap());
    let mut lines = told.lines();
    assert!(lines.next().unwrap().contains("says why with a BNDACK"));
    let because = Texts::new(Language::English).get("why.because").to_owned();
    assert_eq!(lines.next().map(str::trim), Some(because.as_str()));
    let reason = lines.next().unwrap();
    assert!(
        reason.contains("does not believe server2 about 192.168.1.10: its own record is newer."),
        "{told}"
    );
}
