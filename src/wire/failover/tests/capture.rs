//! What two ISC dhcpds said to each other: `tests/data/README.md` tells how it was captured.

use std::collections::BTreeSet;

use crate::wire::failover::*;

/// The TCP payloads of a capture, in order, with whether the primary sent them.
fn segments() -> Vec<(bool, Vec<u8>)> {
    const FILE: &[u8] = include_bytes!("../../../../tests/data/isc-failover.pcap");
    assert_eq!(FILE[..4], [0xd4, 0xc3, 0xb2, 0xa1], "a little-endian pcap");
    let mut found = Vec::new();
    let mut at = 24;
    while let Some(record) = FILE.get(at..at + 16) {
        let length = u32::from_le_bytes(*record[8..].first_chunk().unwrap());
        let frame = &FILE[at + 16..][..usize::try_from(length).unwrap()];
        at += 16 + frame.len();
        let ip = &frame[14..];
        let total = usize::from(u16::from_be_bytes([ip[2], ip[3]]));
        let header = usize::from(ip[0] & 15) * 4;
        let tcp = &ip[header..total];
        let payload = &tcp[usize::from(tcp[12] >> 4) * 4..];
        found.push((ip[12..16] == [192, 0, 2, 1], payload.to_vec()));
    }
    found
}

fn messages() -> Vec<(bool, Message)> {
    let mut decoders = [Decoder::default(), Decoder::default()];
    let mut found = Vec::new();
    for (primary, payload) in segments() {
        let decoder = &mut decoders[usize::from(primary)];
        decoder.push(&payload);
        while let Some(message) = decoder.next_message() {
            found.push((primary, message.unwrap()));
        }
        assert_eq!(decoder.waiting(), 0);
    }
    found
}

#[test]
fn every_message_of_dhcpd_is_read_and_written_back() {
    for (_, payload) in segments() {
        let mut rest = &payload[..];
        while !rest.is_empty() {
            let length = usize::from(header(rest).unwrap().length);
            let (message, behind) = rest.split_at(length);
            let read = decode(message).unwrap();
            assert_eq!(header(message).unwrap().offset, 12);
            // Byte for byte, but for the order of options in a refused BNDACK and in a BNDUPD.
            let again = read.encode().unwrap();
            let mut options = [Vec::new(), Vec::new()];
            scan_options(message, |option| {
                options[0].push((option.code, option.value));
            })
            .unwrap();
            scan_options(&again, |option| {
                options[1].push((option.code, option.value));
            })
            .unwrap();
            options
                .iter_mut()
                .for_each(|options| options.sort_unstable());
            assert_eq!(options[0], options[1]);
            rest = behind;
        }
    }
}

#[test]
fn dhcpd_departs_from_the_draft_where_we_say() {
    let messages = messages();
    let kinds: BTreeSet<_> = messages
        .iter()
        .filter_map(|(_, one)| one.body.kind())
        .collect();
    // It balances the pools without being asked, and CONTACTs were left out.
    let unseen = MessageType::ALL
        .into_iter()
        .filter(|kind| !kinds.contains(kind));
    assert!(unseen.eq([
        MessageType::PoolReq,
        MessageType::PoolResp,
        MessageType::Contact,
        MessageType::Disconnect,
    ]));
    let mut states = BTreeSet::new();
    for (primary, message) in &messages {
        if let Body::Connect(connect) = &message.body {
            assert!(primary);
            assert_eq!(
                (connect.mclt, connect.receive_timer, connect.max_unacked),
                (60, 30, 10)
            );
            assert_eq!((connect.tls, connect.version), (Some(0), 1));
            assert_eq!(connect.vendor, b"isc-4.4.3-P1");
            // `split 128`, `split 4`: the buckets of the primary, from the lowest bit on.
            assert!(matches!(connect.buckets[..2], [0xff, 0xff] | [0x0f, 0]));
            assert_eq!(message.xid, 0);
        }
        if let Body::BndUpd(updates) = &message.body {
            assert_eq!(updates.len(), 1);
            assert_eq!(updates[0].missing(), None);
            assert!(updates[0].lease_expiration.is_some());
            assert!(updates[0].potential_expiration.is_some());
        }
        if let Body::State(report) = &message.body {
            states.insert(report.state);
        }
    }
    use ServerState::{
        ConflictDone, Normal, PartnerDown, PotentialConflict, Recover, RecoverDone, RecoverWait,
    };
    let seen = [
        Normal,
        PartnerDown,
        PotentialConflict,
        Recover,
        RecoverDone,
        ConflictDone,
        RecoverWait,
    ];
    assert_eq!(states, seen.into());
}

/// MCLT 60, desired 600: the first lease 60 s and the potential expiry 630 s; at the renewal after
/// 30 s all of the 600 s.
#[test]
fn dhcpd_grants_the_mclt_first_and_then_what_is_desired() {
    let leases: Vec<_> = messages()
        .into_iter()
        .filter_map(|(_, message)| {
            let Body::BndUpd(updates) = message.body else {
                return None;
            };
            Some((message.time, updates[0].clone()))
        })
        .filter(|(_, update)| update.status == Some(BindingStatus::Active))
        .map(|(time, update)| {
            (
                update.lease_expiration.unwrap() - time,
                update.potential_expiration.unwrap() - time,
            )
        })
        .take(2)
        .collect();
    assert_eq!(leases, [(60, 630), (600, 900)]);
}
