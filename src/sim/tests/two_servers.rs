//! The story of `two-servers`, as it is and with its chosen server gone.

use super::super::*;
use super::build::*;
use crate::dhcp::client::State;
use crate::dhcp::{ClientNote, Note};
use crate::time::Instant;

fn states(journal: &Journal) -> Vec<(Instant, State)> {
    let to = |entry: &Entry| match &entry.what {
        What::Dhcp(Note::Client(ClientNote::State { to, .. })) => Some((entry.at, *to)),
        _ => None,
    };
    journal.entries().filter_map(to).collect()
}

fn last_lease<'a>(
    past: impl DoubleEndedIterator<Item = &'a Entry>,
) -> (Instant, Instant, Instant, std::net::Ipv4Addr) {
    let lease = |entry: &Entry| match &entry.what {
        What::Dhcp(Note::Client(ClientNote::Leased {
            t1,
            t2,
            expiry,
            server,
            ..
        })) => Some((*t1, *t2, *expiry, *server)),
        _ => None,
    };
    past.rev().find_map(lease).unwrap()
}

#[test]
fn the_story_from_end_to_end() {
    let scenario = built_in("two-servers");
    let (world, journal) = run(&scenario);
    let lines = lines(&scenario, &journal);
    let talk = talk(&lines);
    let (discover, request, release) = ("laptop DISCOVER", "laptop REQUEST", "laptop RELEASE");
    let dora = [
        discover,
        "server1 OFFER",
        "server2 OFFER",
        request,
        "server1 ACK",
    ];
    let sorted = |slice: &[String]| {
        let mut kinds: Vec<_> = slice.to_vec();
        kinds[1..4].sort();
        kinds
    };
    let dora_sorted = sorted(&dora.map(String::from));
    assert_eq!(sorted(&talk[..5]), dora_sorted);
    let renewal = [request, "server1 ACK"];
    let middle = [renewal.as_slice(), &renewal, &renewal, &renewal, &[release]].concat();
    assert_eq!(
        talk[5..talk.len() - 5],
        middle,
        "a reboot, three renewals, the release"
    );
    assert_eq!(sorted(&talk[talk.len() - 5..]), dora_sorted);

    let find = |from: u64, node: &str, text: &str| {
        let found = lines
            .iter()
            .find(|line| line.at >= at(from) && line.node == node && line.text.contains(text));
        found
            .unwrap_or_else(|| panic!("{node} {text} after {from} s"))
            .at
    };
    // Three minutes without the cable, then a REQUEST to everyone: server2 knows nothing of it.
    assert_eq!(find(1_200, "laptop", "deconfigured"), at(1_200));
    assert_eq!(find(1_380, "laptop", "sends REQUEST to all"), at(1_380));
    find(1_380, "server1", "gets REQUEST to all");
    find(1_380, "server2", "gets REQUEST to all");
    assert!(find(1_380, "server2", r#""why":"unknown-client""#) < at(1_381));
    // RELEASE at 2 h, back at 2:30 with the same address, off for good at 2:50.
    assert!(find(7_200, "server1", r#""server":"released""#) < at(7_201));
    let again = find(9_000, "laptop", r#""client":"leased""#);
    assert!(again < at(9_010));
    let (_, _, expiry, _) = last_lease(journal.entries());
    let expired = find(10_200, "server1", r#""server":"expired""#);
    assert!(
        expired >= expiry && expired.since(expiry) < secs(1),
        "{expired}: an hour after the lease began"
    );
    assert_eq!(
        world
            .node(scenario.find("laptop").unwrap())
            .client()
            .unwrap()
            .state(),
        State::Stopped
    );
}

#[test]
fn the_chosen_server_goes_before_t1() {
    let mut recording = Recording::new(built_in("two-servers"));
    let scenario = std::rc::Rc::clone(recording.scenario());
    let laptop = scenario.find("laptop").unwrap();
    recording.seek(at(1_000));
    recording.act(Command::PowerOff(scenario.find("server1").unwrap()));
    // The cable of the story is out from 20 to 23 min: REBOOTING finds no one, the lease is kept.
    recording.seek(at(1_400));
    let state = |recording: &Recording| recording.world().node(laptop).client().unwrap().state();
    assert_eq!(state(&recording), State::Rebooting);
    recording.seek(at(1_500));
    assert_eq!(
        state(&recording),
        State::Bound,
        "for the remainder (RFC 2131 section 3.2)"
    );
    let (t1, t2, expiry, server) = last_lease(recording.past());
    assert_eq!(server, std::net::Ipv4Addr::new(192, 168, 1, 1));

    recording.seek(at(7_100));
    let journal = recording.journal();
    let after: Vec<_> = states(journal)
        .into_iter()
        .filter(|(instant, _)| *instant > at(1_500))
        .collect();
    assert_eq!(
        after[..4],
        [
            (t1, State::Renewing),
            (t2, State::Rebinding),
            (expiry, State::Init),
            (expiry, State::Selecting)
        ]
    );
    let rest: Vec<_> = after[4..7].iter().map(|(_, state)| *state).collect();
    assert_eq!(rest, [State::Requesting, State::Probing, State::Bound]);

    let lines = lines(&scenario, journal);
    let silence =
        |line: &&Line| line.node == "server2" && line.text.contains(r#""why":"unknown-client""#);
    let silences: Vec<_> = lines
        .iter()
        .filter(silence)
        .filter(|line| line.at > at(1_500))
        .collect();
    let asked = lines
        .iter()
        .filter(|line| {
            line.at >= t2 && line.at < expiry && line.text.starts_with("sends REQUEST to all")
        })
        .count();
    assert_eq!(
        (silences.len(), asked),
        (4, 4),
        "server2 says nothing to each REBINDING REQUEST"
    );
    let stopped = lines
        .iter()
        .find(|line| line.at > t2 && line.text.contains("deconfigured"))
        .unwrap();
    assert_eq!(stopped.at, expiry, "exactly at the lease's end");
    let (.., server) = last_lease(recording.past());
    assert_eq!(
        server,
        std::net::Ipv4Addr::new(192, 168, 1, 2),
        "and all by itself a lease from the other one"
    );
    let address = recording
        .world()
        .node(laptop)
        .host()
        .unwrap()
        .interface()
        .unwrap()
        .address;
    assert_eq!(address, std::net::Ipv4Addr::new(192, 168, 1, 110));
}

#[test]
fn both_servers_gone_it_keeps_asking_and_uses_nothing() {
    let mut recording = Recording::new(built_in("two-servers"));
    let scenario = std::rc::Rc::clone(recording.scenario());
    let laptop = scenario.find("laptop").unwrap();
    recording.seek(at(600));
    for name in ["server1", "server2"] {
        recording.act(Command::PowerOff(scenario.find(name).unwrap()));
    }
    recording.seek(at(5_000));
    let node = recording.world().node(laptop);
    assert_eq!(
        (
            node.client().unwrap().state(),
            node.host().unwrap().interface()
        ),
        (State::Selecting, None)
    );
    recording.act(Command::PowerOn(scenario.find("server2").unwrap()));
    recording.seek(at(5_100));
    assert_eq!(
        recording.world().node(laptop).client().unwrap().state(),
        State::Bound
    );
}

#[test]
fn the_same_seed_is_the_same_journal_and_another_seed_another_xid() {
    for name in ["two-servers", "lease-origin"] {
        let scenario = built_in(name);
        let (_, one) = run(&scenario);
        assert_eq!(one, run(&scenario).1);
        let (_, other) = run(&with_seed(&scenario, scenario.file().seed + 1));
        let xid = |journal: &Journal| {
            journal.entries().find_map(|entry| match &entry.what {
                What::Sent { frame, .. } => dhcp(frame).map(|message| message.xid),
                _ => None,
            })
        };
        assert_ne!(xid(&one), xid(&other));
        assert_eq!(
            talk(&lines(&scenario, &one))[..1],
            talk(&lines(&scenario, &other))[..1],
            "the story is the same"
        );
    }
}
