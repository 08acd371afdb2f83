//! Any bytes as what a real network says in the course of time to a bridged client and a bridged
//! server: frame after frame, each behind its delay in milliseconds and its length.

use dhcp_lab::bridge::{Bridge, Side, fill_checksum};
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
    let scenario = library::load("two-servers").unwrap();
    for (side, name) in [(Side::Client, "laptop"), (Side::Server, "server1")] {
        let bridge = Bridge::new(&scenario, side, Some(name), MAC, 7, true).unwrap();
        converse(bridge, bytes);
    }
}

fn converse(mut bridge: Bridge, mut bytes: &[u8]) {
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
        bridge.receive(now, frame);
        said(&mut bridge, &mut xid);
    }
    bridge.set_carrier(now, false);
    now += Duration::from_secs(10);
    bridge.set_carrier(now, true);
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
        let Some(frame) = bridge.outgoing(id, entry) else {
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
