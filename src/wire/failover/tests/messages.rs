//! Each message as bytes and back, and what is refused.

use crate::wire::failover::*;

pub(super) fn connect() -> Connect {
    Connect {
        relationship: b"lab".to_vec(),
        max_unacked: 10,
        receive_timer: 30,
        vendor: b"dhcp-lab".to_vec(),
        version: 1,
        tls: Some(0),
        mclt: 60,
        buckets: [0x0f; 32],
    }
}

pub(super) fn active() -> Update {
    Update {
        client_id: Some(vec![1, 2, 0, 0, 0, 0, 1]),
        hardware: Some(Hardware {
            kind: 1,
            address: vec![2, 0, 0, 0, 0, 1],
        }),
        lease_expiration: Some(1_000_060),
        potential_expiration: Some(1_000_630),
        start: Some(1_000_000),
        last_transaction: Some(1_000_000),
        flags: 1,
        ..Update::new([192, 0, 2, 10].into(), BindingStatus::Active)
    }
}

/// One of each type, and more where a type says different things.
pub(super) fn bodies() -> Vec<Body> {
    let refusal = Disconnect {
        reason: RejectReason::NO_TRAFFIC,
        message: b"silence for 30 s".to_vec(),
    };
    let ack = ConnectAck {
        relationship: b"lab".to_vec(),
        version: 1,
        tls: Some(0),
        answer: Ok(Terms {
            max_unacked: 10,
            receive_timer: 30,
            vendor: b"dhcp-lab".to_vec(),
        }),
    };
    let verdict = |last: u8, reject, message: &[u8]| Verdict {
        address: [192, 0, 2, last].into(),
        reject,
        message: message.to_vec(),
    };
    let free = Update::new([192, 0, 2, 11].into(), BindingStatus::Free);
    vec![
        Body::PoolReq,
        Body::PoolResp(5),
        Body::BndUpd(vec![active()]),
        Body::BndUpd(vec![
            free.clone(),
            active(),
            Update {
                status: None,
                ..free
            },
        ]),
        Body::BndAck(vec![verdict(10, None, b"")]),
        Body::BndAck(vec![
            verdict(10, Some(RejectReason::OUTDATED), b"older"),
            verdict(11, None, b""),
        ]),
        Body::Connect(Box::new(connect())),
        Body::ConnectAck(ack.clone()),
        Body::ConnectAck(ConnectAck {
            answer: Err(refusal.clone()),
            ..ack
        }),
        Body::UpdReqAll,
        Body::UpdDone,
        Body::UpdReq,
        Body::State(StateReport {
            state: ServerState::RecoverWait,
            startup: true,
            since: 1_000_000,
        }),
        Body::Contact,
        Body::Disconnect(refusal),
    ]
}

pub(super) fn message(body: Body) -> Message {
    Message {
        time: 0x6b03_36bc,
        xid: 7,
        digest: false,
        body,
    }
}

fn bytes(body: Body) -> Vec<u8> {
    message(body).encode().unwrap()
}

#[test]
fn every_message_comes_back_as_it_went() {
    let mut kinds: Vec<_> = Vec::new();
    for body in bodies() {
        let sent = message(body);
        let bytes = sent.encode().unwrap();
        assert_eq!(decode(&bytes), Ok(sent.clone()));
        assert_eq!(usize::from(header(&bytes).unwrap().length), bytes.len());
        assert_eq!(header(&bytes).unwrap().offset, 12);
        kinds.extend(sent.body.kind());
    }
    kinds.dedup();
    kinds.sort_unstable();
    assert_eq!(kinds, MessageType::ALL, "none was left out");
}

#[test]
fn numbers_and_names_lead_to_each_other() {
    for number in 0..=u8::MAX {
        let found = [
            MessageType::from_number(number).map(|kind| kind as u8),
            BindingStatus::from_number(number).map(|status| status as u8),
            ServerState::from_number(number).map(|state| state as u8),
        ];
        let defined = [1..=12, 1..=7, 1..=11].map(|numbers| numbers.contains(&number));
        let expected = [defined[0], defined[1], defined[2] || number == 254];
        assert_eq!(found, expected.map(|is| is.then_some(number)));
    }
    assert_eq!(option::name(29), Some("vendor-specific-options"));
    assert_eq!((option::name(0), option::name(30)), (None, None));
}

#[test]
fn the_offset_of_the_draft_is_read_and_more_header_is_skipped() {
    let mut drafted = bytes(Body::PoolResp(3));
    drafted[3] = 8;
    assert_eq!(decode(&drafted).unwrap().body, Body::PoolResp(3));
    let mut longer = bytes(Body::PoolResp(3));
    longer.splice(12..12, [9, 9, 9]);
    longer[1] += 3;
    longer[3] = 15;
    assert_eq!(decode(&longer).unwrap().body, Body::PoolResp(3));
    for offset in [0, 7, 9, 11, 24, 255] {
        let mut wrong = drafted.clone();
        wrong[3] = offset;
        assert_eq!(decode(&wrong), Err(BadMessage::Offset(offset)), "{offset}");
    }
}

#[test]
fn what_is_malformed_is_named_with_its_place() {
    let contact = bytes(Body::Contact);
    let with_type = |kind| {
        let mut bytes = contact.clone();
        bytes[2] = kind;
        decode(&bytes)
    };
    assert_eq!(with_type(0), Err(BadMessage::UnknownType(0)));
    assert_eq!(with_type(127), Err(BadMessage::UnknownType(127)));
    assert_eq!(with_type(128).unwrap().body, Body::Unknown(128));
    assert_eq!(decode(&[]), Err(BadMessage::Length(0)));
    assert_eq!(decode(&[0, 11]), Err(BadMessage::Length(11)));
    assert_eq!(decode(&[8, 1]), Err(BadMessage::Length(2049)));
    assert_eq!(
        decode(&contact[..11]),
        Err(BadMessage::Cut {
            there: 11,
            said: 12
        })
    );
    let append = |body, tail: &[u8]| {
        let mut bytes = bytes(body);
        bytes.extend(tail);
        let length = u16::try_from(bytes.len()).unwrap();
        bytes[..2].copy_from_slice(&length.to_be_bytes());
        decode(&bytes)
    };
    let cut = |code, at| Err(BadMessage::CutOption { code, at });
    assert_eq!(append(Body::Contact, &[0]), cut(0, 12));
    assert_eq!(append(Body::Contact, &[0, 15, 0]), cut(15, 12));
    assert_eq!(append(Body::Contact, &[0, 15, 0, 4, 1, 2, 3]), cut(15, 12));
    assert_eq!(
        append(Body::Contact, &[0, 15, 0, 3, 1, 2, 3]),
        Err(BadMessage::OptionLength {
            code: 15,
            at: 12,
            length: 3
        })
    );
    assert_eq!(
        append(Body::PoolResp(1), &[0, 1, 0, 4, 0, 0, 0, 2]),
        Err(BadMessage::Twice { code: 1, at: 20 })
    );
    let state = [0, 24, 0, 1, 12, 0, 23, 0, 1, 0, 0, 25, 0, 4, 0, 0, 0, 0];
    let mut bytes = contact;
    bytes[2] = 10;
    bytes.extend(state);
    bytes[1] = 30;
    assert_eq!(
        decode(&bytes),
        Err(BadMessage::OptionValue {
            code: 24,
            at: 12,
            value: 12
        })
    );
    let said = BadMessage::Twice { code: 1, at: 20 }.to_string();
    assert_eq!(said, "addresses-transferred (1) is there again at byte 20");
}

/// Options that no draft defines are ignored, even twice (section 6.1).
#[test]
fn unknown_options_are_ignored() {
    let mut bytes = bytes(Body::PoolResp(1));
    for _ in 0..2 {
        bytes.extend([0x7f, 0xff, 0, 1, 9]);
    }
    bytes[1] = 30;
    assert_eq!(decode(&bytes).unwrap().body, Body::PoolResp(1));
}

/// Each MUST of the draft's tables, by leaving one option out at a time.
#[test]
fn a_message_without_what_it_must_carry_is_refused() {
    for (body, musts) in [
        (1, vec![option::ADDRESSES_TRANSFERRED]),
        (6, vec![22, 14, 19, 28, 20, 15, 11]),
        (7, vec![22, 14, 19, 28, 20]),
        // Without its reason a refusal is an acceptance, which has more to say.
        (8, vec![22, 20, 14]),
        (12, vec![24, 23, 25]),
        (14, vec![21]),
        (2, vec![2]),
        (4, vec![2]),
    ] {
        let whole = bytes(bodies()[body].clone());
        let mut codes = Vec::new();
        scan_options(&whole, |option| {
            codes.push((option.code, option.at, option.value.len() + 4));
        })
        .unwrap();
        let mut refused = Vec::new();
        for (code, at, length) in codes {
            let mut without = whole.clone();
            without.drain(at..at + length);
            let left = u16::try_from(without.len()).unwrap();
            without[..2].copy_from_slice(&left.to_be_bytes());
            match decode(&without) {
                Err(BadMessage::Missing { code: missing, .. }) => {
                    assert!(missing == code || code == option::REJECT_REASON);
                    refused.push(missing);
                }
                Ok(_) => {}
                Err(other) => panic!("{other}"),
            }
        }
        assert_eq!(refused, musts, "{:?}", bodies()[body].kind());
    }
}

/// Table 7.1-1, as far as a receiver insists.
#[test]
fn an_update_says_what_it_lacks() {
    assert_eq!(active().missing(), None);
    for (update, missing) in [
        (
            Update {
                status: None,
                ..active()
            },
            option::BINDING_STATUS,
        ),
        (
            Update {
                hardware: None,
                ..active()
            },
            option::HARDWARE,
        ),
        (
            Update {
                lease_expiration: None,
                ..active()
            },
            option::LEASE_EXPIRATION,
        ),
        (
            Update {
                potential_expiration: None,
                ..active()
            },
            option::POTENTIAL_EXPIRATION,
        ),
    ] {
        assert_eq!(update.missing(), Some(missing));
    }
    for status in BindingStatus::ALL {
        let bare = Update::new([192, 0, 2, 1].into(), status);
        assert_eq!(bare.missing().is_some(), status == BindingStatus::Active);
    }
}

#[test]
fn a_message_digest_is_seen() {
    let mut bytes = bytes(Body::Contact);
    bytes.extend([0, 17, 0, 2, 1, 0]);
    bytes[1] = 18;
    assert!(decode(&bytes).unwrap().digest);
}

#[test]
fn a_message_of_more_than_2048_bytes_is_not_sent() {
    let disconnect = |length| {
        message(Body::Disconnect(Disconnect {
            reason: RejectReason::UNKNOWN,
            message: vec![b'x'; length],
        }))
    };
    assert_eq!(disconnect(2027).encode().unwrap().len(), 2048);
    assert_eq!(disconnect(2028).encode(), Err(TooLong(2049)));
    assert_eq!(disconnect(70_000).encode(), Err(TooLong(70_021)));
}

#[test]
fn a_label_says_what_a_segment_starts_with() {
    let mut segment = bytes(Body::BndUpd(vec![active()]));
    segment.extend(bytes(Body::Contact));
    segment.extend(bytes(Body::Contact));
    let found = summary(&segment).unwrap();
    assert_eq!(found.label(), "BNDUPD");
    assert_eq!(found.address, Some([192, 0, 2, 10].into()));
    assert_eq!(found.status, Some(BindingStatus::Active));
    assert_eq!((found.xid, found.more, found.rejected), (7, 2, false));
    let state = summary(&bytes(bodies()[12].clone())).unwrap();
    assert_eq!(
        (state.label(), state.state),
        ("STATE", Some(ServerState::RecoverWait))
    );
    let ack = summary(&bytes(bodies()[5].clone())).unwrap();
    assert_eq!((ack.label(), ack.rejected), ("BNDACK", true));
    assert_eq!(summary(&segment[..11]), None);
    assert_eq!(summary(&[0; 40]), None);
}
