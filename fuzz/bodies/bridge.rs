//! Any bytes as what a real network says in the course of time to a bridged client, a bridged server
//! and a bridged relay agent: frame after frame, each behind its delay in milliseconds and its length.

use dhcp_lab::bridge::{Bridge, Card, Side, fill_checksum};
use dhcp_lab::scenario::library;
use dhcp_lab::time::{Duration, Instant};
use dhcp_lab::wire::Mac;
use dhcp_lab::wire::frame::{Payload, Transport, parse};

use super::frame::mend;

const MAC: Mac = Mac([2, 0, 0, 0, 0, 10]);
/// The most frames.
const FRAMES: usize = 32;
/// Where op, xid and chaddr of a DHCP message stand in a frame without IP options.
const OP: usize = 42;
const XID: usize = 46;
const CHADDR: usize = 70;

pub(crate) fn run(bytes: &[u8]) {
    for (side, scenario, name, cards) in [
        (Side::Client, "two-servers", "laptop", 1),
        (Side::Server, "two-servers", "server1", 1),
        (Side::Relay, "relay", "router", 2_u8),
    ] {
        let scenario = library::load(scenario).unwrap();
        let card = |number| Card {
            mac: Mac([2, 0, 0, 0, 0, 10 + number]),
            carrier: true,
        };
        let cards: Vec<Card> = (0..cards).map(card).collect();
        let bridge = Bridge::new(&scenario, side, Some(name), &cards, 7).unwrap();
        converse(bridge, u32::try_from(cards.len()).unwrap(), bytes);
    }
}

fn converse(mut bridge: Bridge, cards: u32, mut bytes: &[u8]) {
    let mut now = Instant::ZERO + Duration::from_millis(1);
    let mut xid = [0; 4];
    bridge.advance(now);
    said(&mut bridge, &mut xid);
    for _ in 0..FRAMES {
        let Some(([high, low, more, less], rest)) = bytes.split_first_chunk() else {
            break;
        };
        now += Duration::from_millis(u16::from_be_bytes([*high, *low]).into());
        let length = usize::from(u16::from_be_bytes([*more, *less])).min(rest.len());
        let card = u32::from(*less) % cards;
        let (frame, rest) = rest.split_at(length);
        bytes = rest;
        let mut frame = frame.to_vec();
        let mut whole = frame.clone();
        fill_checksum(&mut whole);
        assert_eq!(whole.len(), frame.len());
        if frame.len() > 42 {
            frame[..6].fill(0xff);
            // An answer to what was asked, which no mutation hits by itself.
            if frame.get(OP) == Some(&2) && frame.len() >= CHADDR + 6 && frame[XID] == 0 {
                frame[XID..XID + 4].copy_from_slice(&xid);
                frame[CHADDR..CHADDR + 6].copy_from_slice(&MAC.0);
            }
            mend(&mut frame);
        }
        bridge.receive(now, card, frame);
        said(&mut bridge, &mut xid);
    }
    bridge.set_carrier(now, 0, false);
    now += Duration::from_secs(10);
    bridge.set_carrier(now, 0, true);
    now += Duration::from_secs(100);
    bridge.release(now);
    bridge.advance(now + Duration::from_secs(10));
    said(&mut bridge, &mut xid);
}

/// What it sends is whole; the last transaction id is kept.
fn said(bridge: &mut Bridge, xid: &mut [u8; 4]) {
    let range = bridge.take();
    assert!(range.len() < 2_000, "{} entries at once", range.len());
    for (id, entry) in bridge.journal().from(range.start) {
        let Some((_, frame)) = bridge.outgoing(id, entry) else {
            continue;
        };
        let whole = parse(frame.bytes());
        assert!(whole.is_ok(), "{whole:?}");
        if let Ok(Payload::Ip(ip)) = whole
            && let Transport::Udp(udp) = ip.transport
        {
            xid.copy_from_slice(&udp.payload[4..8]);
        }
    }
}
