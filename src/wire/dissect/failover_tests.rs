use super::failover;
use crate::wire::dissect::Field;
use crate::wire::failover::{
    BindingStatus, Body, Hardware, Message, RejectReason, ServerState, StateReport, Update, Verdict,
};

fn bytes(body: Body) -> Vec<u8> {
    let message = Message {
        time: 1_700_000_000,
        xid: 7,
        digest: false,
        body,
    };
    message.encode().unwrap()
}

fn lines(fields: &[Field], depth: usize, out: &mut Vec<String>) {
    for field in fields {
        let (name, value, range) = (&field.name, &field.value, &field.range);
        out.push(format!(
            "{:depth$}{name}: {value} {range:?}",
            "",
            depth = depth * 2
        ));
        lines(&field.children, depth + 1, out);
    }
}

fn tree(frame: &[u8]) -> String {
    let mut out = Vec::new();
    lines(&failover(frame, 0..frame.len()), 0, &mut out);
    out.join("\n")
}

#[test]
fn a_segment_with_two_messages_and_the_start_of_a_third() {
    let mut update = Update::new([192, 0, 2, 10].into(), BindingStatus::Active);
    update.hardware = Some(Hardware {
        kind: 1,
        address: vec![2, 0, 0, 0, 0, 1],
    });
    update.potential_expiration = Some(951_782_400);
    let mut segment = bytes(Body::BndUpd(vec![update]));
    segment.extend(bytes(Body::State(StateReport {
        state: ServerState::RecoverWait,
        startup: true,
        since: 0,
    })));
    let ack = bytes(Body::BndAck(vec![Verdict {
        address: [192, 0, 2, 10].into(),
        reject: Some(RejectReason::OUTDATED),
        message: b"older".to_vec(),
    }]));
    segment.extend(&ack[..14]);
    let shown = tree(&segment);
    for line in [
        "DHCP Failover: BNDUPD 0..44",
        "  Message length: 44 0..2",
        "  Message Type: BNDUPD (3) 2..3",
        "  Payload Offset: 12 3..4",
        "  Time: 1700000000 (2023-11-14 22:13:20 UTC) 4..8",
        "  Xid: 0x00000007 8..12",
        "  Payload Data:  12..44",
        "    DHCP Style Option: assigned-IP-address (2): 192.0.2.10 12..20",
        "      Option Code: assigned-IP-address (2) 12..14",
        "      Length: 4 14..16",
        "      assigned ip address: 192.0.2.10 16..20",
        "      Type: ACTIVE (2) 24..25",
        "      Client Hardware Type: 1 (Ethernet) 29..30",
        "      Client Hardware Address: 02:00:00:00:00:01 30..36",
        "      Potential expiration time: 951782400 (2000-02-29 00:00:00 UTC) 40..44",
        "DHCP Failover: STATE 44..74",
        "      server status: RECOVER-WAIT (254) 60..61",
        "      Serverflag: STARTUP (1) 65..66",
        "      Start time of state: 0 (none) 70..74",
        "DHCP Failover: BNDACK 74..88",
        "  Message length: 34 (20 more in another segment) 74..76",
        "    Malformed: option 0 at byte 12 is cut off 86..88",
    ] {
        assert!(shown.lines().any(|one| one == line), "{line}\nin\n{shown}");
    }
}

#[test]
fn what_is_wrong_with_a_message_is_said_behind_it() {
    let mut wrong = bytes(Body::Contact);
    wrong[2] = 99;
    assert!(tree(&wrong).ends_with("  Malformed: the message type 99 is not defined 12..12"));
    let mut cut = bytes(Body::Contact);
    cut.truncate(5);
    assert!(tree(&cut).contains("Malformed: the message goes on in another segment 4..5"));
    let mut offset = bytes(Body::PoolResp(3));
    offset[3] = 11;
    assert!(tree(&offset).contains("Malformed: options cannot start there 12..20"));
}
