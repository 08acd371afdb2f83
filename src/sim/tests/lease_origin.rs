//! The steps of the course text that `lease-origin` shows, in its order.

use std::net::Ipv4Addr;

use super::super::*;
use super::build::*;
use crate::wire::Mac;
use crate::wire::dhcp::{Message, MessageType, code};
use crate::wire::frame::Frame;

struct Story {
    lines: Vec<Line>,
    journal: Journal,
    world: World,
}

impl Story {
    fn new() -> Self {
        let scenario = built_in("lease-origin");
        let (world, journal) = run(&scenario);
        Self {
            lines: lines(&scenario, &journal),
            journal,
            world,
        }
    }

    /// The next line after `after` by `node` with this text.
    fn next(&self, after: EventId, node: &str, text: &str) -> EventId {
        let found = self
            .lines
            .iter()
            .find(|line| line.id > after && line.node == node && line.text.contains(text));
        found
            .unwrap_or_else(|| panic!("no '{node} {text}' after {after:?}"))
            .id
    }

    fn frame(&self, id: EventId) -> &Frame {
        match &self.journal.get(id).unwrap().what {
            What::Sent { frame, .. } | What::Received { frame, .. } => frame,
            other => panic!("{other:?}"),
        }
    }

    fn message(&self, id: EventId) -> Message {
        dhcp(self.frame(id)).unwrap()
    }
}

const START: EventId = EventId(0);
const LEASED: Ipv4Addr = Ipv4Addr::new(192, 168, 1, 10);

#[test]
fn four_steps_to_a_lease_in_the_courses_order() {
    let story = Story::new();
    let discover = story.next(START, "laptop", "sends DISCOVER to all 255.255.255.255");
    let frame = story.frame(discover);
    assert_eq!(
        frame.destination(),
        Mac::BROADCAST,
        "broadcast at layer 2 and, as its text says, at layer 3"
    );
    assert_eq!(
        story.message(discover).mac(),
        frame.source(),
        "with its own MAC"
    );

    for (server, address) in [("server1", "192.168.1.10"), ("server2", "192.168.1.110")] {
        let got = story.next(discover, server, "gets DISCOVER");
        let held = story.next(got, server, r#""server":"held""#);
        let entry = story.next(held, server, r#""stack":"neighbour""#);
        let offer = story.next(entry, server, "sends OFFER");
        let held_address = &story
            .lines
            .iter()
            .find(|line| line.id == entry)
            .unwrap()
            .text;
        assert!(held_address.contains(address), "{held_address}");
        assert_eq!(story.message(offer).yiaddr.to_string(), address);
    }

    let selected = story.next(discover, "laptop", r#""client":"selected""#);
    let request = story.next(selected, "laptop", "sends REQUEST to all 255.255.255.255");
    assert_eq!(
        story.message(request).options.address(code::SERVER_ID),
        Some([192, 168, 1, 1].into())
    );
    let refused = story.next(
        request,
        "server2",
        r#""server":"offer-ended","why":"other-server""#,
    );
    story.next(
        refused,
        "server2",
        r#""server":"silent","why":"other-server""#,
    );

    let got = story.next(request, "server1", "gets REQUEST");
    let pinging = story.next(got, "server1", r#""server":"pinging""#);
    let ping = story.next(pinging, "server1", "sends ping 192.168.1.10");
    let asked = story.next(pinging, "server1", "sends arp-request 192.168.1.10");
    assert_eq!(
        story.journal.get(ping).unwrap().at,
        story.journal.get(asked).unwrap().at
    );
    let asked_in_all = story
        .lines
        .iter()
        .filter(|line| line.text == "sends arp-request 192.168.1.10")
        .count();
    assert_eq!(asked_in_all, 1, "a ping that is over does not ask again");
    let silence = story.next(
        asked,
        "server1",
        r#"fired {"address":"192.168.1.10","reason":"ping-silence"}"#,
    );
    let committed = story.next(silence, "server1", r#""server":"committed""#);
    let ack = story.next(committed, "server1", "sends ACK");

    let got = story.next(ack, "laptop", "gets ACK");
    let probe = story.next(got, "laptop", "sends arp-probe 192.168.1.10");
    let leased = story.next(probe, "laptop", r#""client":"leased""#);
    let used = story.next(leased, "laptop", r#""stack":"configured""#);
    story.next(used, "laptop", "sends arp-announcement 192.168.1.10");
}

#[test]
fn the_ack_is_a_copy_of_the_offer_but_for_its_type() {
    let story = Story::new();
    let offer = story.message(story.next(START, "server1", "sends OFFER"));
    let ack = story.message(story.next(START, "server1", "sends ACK"));
    let mut copy = offer.clone();
    copy.options = crate::wire::dhcp::Options::new();
    for (code, value) in offer.options.iter() {
        copy.options.push_raw(
            code,
            if code == code::MESSAGE_TYPE {
                &[5]
            } else {
                value
            },
        );
    }
    assert_eq!(ack, copy);
    assert_eq!(
        (offer.kind(), ack.kind()),
        (Some(MessageType::Offer), Some(MessageType::Ack))
    );
}

#[test]
fn the_renewal_is_unicast_and_when_its_server_is_gone_another_one_extends() {
    let story = Story::new();
    let leased = story.next(START, "laptop", r#""client":"leased""#);
    let renew = story.next(leased, "laptop", "sends REQUEST to one 192.168.1.1");
    let message = story.message(renew);
    assert_eq!(
        (
            message.ciaddr,
            message.options.has(50),
            message.options.has(54)
        ),
        (LEASED, false, false)
    );
    let ack = story.next(renew, "laptop", "gets ACK to one 192.168.1.10");
    assert!(
        story
            .journal
            .get(ack)
            .unwrap()
            .at
            .since(story.journal.get(renew).unwrap().at)
            < secs(1)
    );

    let gone = story.next(ack, "server1", "power false");
    let asked = story.next(gone, "laptop", "sends REQUEST to one");
    let t2 = story.next(asked, "laptop", r#"fired {"reason":"rebind"}"#);
    let between = story
        .lines
        .iter()
        .filter(|line| line.id > gone && line.id < t2);
    assert_eq!(
        between
            .filter(|line| line.text.starts_with("gets ACK"))
            .count(),
        0
    );
    let rebind = story.next(t2, "laptop", "sends REQUEST to all 255.255.255.255");
    assert_eq!(story.message(rebind).ciaddr, LEASED);
    let committed = story.next(rebind, "server2", r#""server":"committed""#);
    let ack = story.next(committed, "laptop", "gets ACK");
    assert_eq!(
        story.message(ack).options.address(54),
        Some([192, 168, 1, 2].into())
    );
    let last = story.next(ack, "laptop", "sends REQUEST to one 192.168.1.2");
    story.next(last, "laptop", "gets ACK");
    let uses = story
        .world
        .nodes()
        .find_map(|(_, node)| node.client().and_then(crate::dhcp::client::Client::address));
    assert_eq!(uses, Some(LEASED), "the same address all along");
}
