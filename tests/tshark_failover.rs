//! tshark's `dhcpfo` dissector reads every failover message that we send.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::panic)]

#[path = "common/captures.rs"]
#[allow(dead_code, reason = "the capture here is the project's own")]
mod captures;

use std::path::{Path, PathBuf};
use std::process::Command;

use dhcp_lab::wire::failover::{
    BindingStatus, Body, Connect, ConnectAck, Decoder, Disconnect, Hardware, Message, MessageType,
    PORT, RejectReason, ServerState, StateReport, Terms, Update, Verdict,
};
use etherparse::PacketBuilder;

fn have_tshark() -> bool {
    let found = Command::new("tshark")
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success());
    let required = std::env::var_os("DHCP_LAB_REQUIRE_TSHARK").is_some();
    assert!(found || !required, "tshark is required, but not on PATH");
    if !found {
        println!("skipped: tshark is not on PATH");
    }
    found
}

fn update(status: BindingStatus) -> Update {
    let mut update = Update::new([192, 0, 2, 10].into(), status);
    update.start = Some(1_700_000_000);
    if status == BindingStatus::Active {
        // Without zeros: Wireshark takes it for text, and finds fault with what follows a zero.
        update.client_id = Some(vec![1, 2, 94, 16, 32, 48, 64]);
        update.hardware = Some(Hardware {
            kind: 1,
            address: vec![2, 0, 0, 0, 0, 1],
        });
        update.lease_expiration = Some(1_700_000_060);
        update.potential_expiration = Some(1_700_000_630);
        update.last_transaction = Some(1_700_000_000);
        update.flags = 1;
    }
    update
}

fn ack(answer: Result<Terms, Disconnect>) -> Body {
    Body::ConnectAck(ConnectAck {
        relationship: b"lab".to_vec(),
        version: 1,
        tls: Some(0),
        answer,
    })
}

/// One of each type, every binding status, every state and every reason.
fn bodies() -> Vec<Body> {
    let terms = Terms {
        max_unacked: 10,
        receive_timer: 30,
        vendor: b"dhcp-lab".to_vec(),
    };
    let mut bodies = vec![
        Body::PoolReq,
        Body::PoolResp(5),
        Body::BndUpd(vec![
            update(BindingStatus::Active),
            update(BindingStatus::Free),
        ]),
        Body::Connect(Box::new(Connect {
            relationship: b"lab".to_vec(),
            max_unacked: 10,
            receive_timer: 30,
            vendor: b"dhcp-lab".to_vec(),
            version: 1,
            tls: Some(0),
            mclt: 3600,
            buckets: [0x0f; 32],
        })),
        ack(Ok(terms)),
        Body::UpdReqAll,
        Body::UpdDone,
        Body::UpdReq,
        Body::Contact,
        Body::BndAck(vec![Verdict {
            address: [192, 0, 2, 10].into(),
            reject: None,
            message: Vec::new(),
        }]),
    ];
    bodies.extend(BindingStatus::ALL.map(|status| Body::BndUpd(vec![update(status)])));
    // Wireshark does not know the number that ISC dhcpd gave to RECOVER-WAIT; it shows it as it is.
    bodies.extend(ServerState::ALL.map(|state| {
        Body::State(StateReport {
            state,
            startup: state == ServerState::Recover,
            since: 1_700_000_000,
        })
    }));
    for reason in (1..=21).chain([254]).map(RejectReason) {
        let message = reason.text().as_bytes().to_vec();
        bodies.push(Body::BndAck(vec![Verdict {
            address: [192, 0, 2, 10].into(),
            reject: Some(reason),
            message: message.clone(),
        }]));
        let why = Disconnect { reason, message };
        bodies.push(ack(Err(why.clone())));
        bodies.push(Body::Disconnect(why));
    }
    bodies
}

/// A capture of one TCP connection on which each message has a segment of its own.
fn written(name: &str, messages: &[Vec<u8>]) -> PathBuf {
    let mut file = Vec::new();
    for word in [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 65_535, 1] {
        file.extend(word.to_le_bytes());
    }
    let mut sequence = 1_000;
    for (second, message) in (0_u32..).zip(messages) {
        let builder = PacketBuilder::ethernet2([2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2])
            .ipv4([192, 0, 2, 1], [192, 0, 2, 2], 64)
            .tcp(40_000, PORT, sequence, 1_000)
            .ack(1);
        let mut frame = Vec::new();
        builder.write(&mut frame, message).unwrap();
        let length = u32::try_from(frame.len()).unwrap();
        for word in [second, 0, length, length] {
            file.extend(word.to_le_bytes());
        }
        file.extend(frame);
        sequence += u32::try_from(message.len()).unwrap();
    }
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, file).unwrap();
    path
}

fn tshark(path: &Path, filter: &str, field: &str) -> Vec<String> {
    let output = Command::new("tshark")
        .arg("-r")
        .arg(path)
        .args(["-Y", filter, "-T", "fields", "-e", field])
        .args(["-o", "tcp.check_checksum:TRUE"])
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().map(str::to_owned).collect()
}

fn encoded(body: Body) -> Vec<u8> {
    let message = Message {
        time: 1_700_000_000,
        xid: 7,
        digest: false,
        body,
    };
    message.encode().unwrap()
}

#[test]
fn every_message_is_read_and_none_is_found_fault_with() {
    if !have_tshark() {
        return;
    }
    let bodies = bodies();
    let kinds: Vec<String> = bodies
        .iter()
        .map(|body| (body.kind().unwrap() as u8).to_string())
        .collect();
    for kind in MessageType::ALL {
        assert!(kinds.contains(&(kind as u8).to_string()), "{kind}");
    }
    let messages: Vec<_> = bodies.into_iter().map(encoded).collect();
    let path = written("failover.pcap", &messages);
    assert_eq!(tshark(&path, "dhcpfo", "dhcpfo.type"), kinds);
    let faults = "_ws.malformed || dhcpfo.bad_length || tcp.checksum.status == 0";
    assert_eq!(tshark(&path, faults, "frame.number"), Vec::<String>::new());
    let expert = "_ws.expert && !tcp.analysis.flags";
    assert_eq!(
        tshark(&path, expert, "_ws.expert.message"),
        Vec::<String>::new()
    );
    let states = tshark(&path, "dhcpfo.type == 10", "dhcpfo.serverstatus");
    assert_eq!(
        states,
        ServerState::ALL.map(|state| (state as u8).to_string())
    );
    let bindings = tshark(&path, "dhcpfo.type == 3", "dhcpfo.bindingstatus");
    assert_eq!(bindings, ["2,1", "1", "2", "3", "4", "5", "6", "7"]);
    let reasons = tshark(&path, "dhcpfo.type == 12", "dhcpfo.rejectreason");
    let expected: Vec<_> = (1..=21)
        .chain([254])
        .map(|reason| reason.to_string())
        .collect();
    assert_eq!(reasons, expected);
    assert_eq!(tshark(&path, "dhcpfo.mclt == 3600", "dhcpfo.type"), ["5"]);
}

/// tshark takes the option client-identifier for text (its `dhcpfo.clientidentifier` is a string), and
/// notes as "trailing stray characters" what follows a zero in it. An identifier made of a card often
/// has a zero. So it says that of dhcpd's messages as of ours.
#[test]
fn tshark_finds_fault_with_zeros_in_client_identifiers_of_dhcpd_as_of_ours() {
    if !have_tshark() {
        return;
    }
    let with = |id: &[u8]| {
        let mut update = update(BindingStatus::Active);
        update.client_id = Some(id.to_vec());
        encoded(Body::BndUpd(vec![update]))
    };
    let ids = [&[1, 2, 94, 16, 32, 48, 64][..], &[1, 2, 0, 0, 0, 0, 1]];
    let ours = written("failover-zeros.pcap", &ids.map(with));
    let stray = "_ws.expert.message == \"Trailing stray characters\"";
    assert_eq!(tshark(&ours, stray, "frame.number"), ["2"]);
    let dhcpd = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/isc-failover.pcap");
    let mut zeros = Vec::new();
    let mut identifiers = 0;
    for (number, bytes) in (1..).zip(captures::frames(&std::fs::read(&dhcpd).unwrap())) {
        let ids = client_ids(&bytes);
        identifiers += ids.len();
        if ids.iter().any(|id| id.contains(&0)) {
            zeros.push(number.to_string());
        }
    }
    assert!(zeros.len() > 5 && identifiers > zeros.len());
    assert_eq!(tshark(&dhcpd, stray, "frame.number"), zeros);
}

/// The client identifiers in the BNDUPDs of a frame.
fn client_ids(frame: &[u8]) -> Vec<Vec<u8>> {
    // Its checksums were left to a card that it never met, so it is not read as a frame.
    let ip = &frame[14..14 + usize::from(u16::from_be_bytes([frame[16], frame[17]]))];
    let tcp = &ip[usize::from(ip[0] & 15) * 4..];
    let mut decoder = Decoder::default();
    decoder.push(&tcp[usize::from(tcp[12] >> 4) * 4..]);
    let mut found = Vec::new();
    while let Some(message) = decoder.next_message() {
        if let Body::BndUpd(updates) = message.unwrap().body {
            found.extend(updates.into_iter().filter_map(|update| update.client_id));
        }
    }
    found
}

/// The checks above can fail: an option that is too short is found.
#[test]
fn a_wrong_length_would_be_found() {
    if !have_tshark() {
        return;
    }
    let mut wrong = encoded(Body::PoolResp(5));
    wrong[15] = 3;
    let path = written("failover-wrong.pcap", &[wrong]);
    let faults = tshark(&path, "_ws.malformed || dhcpfo.bad_length", "frame.number");
    assert_eq!(faults, ["1"]);
}
