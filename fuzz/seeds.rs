//! Writes what fuzzing starts from into the folder named: the built-in scenarios, the frames of
//! their runs with the messages in them, and a message with every option that has a shape.

use std::path::Path;
use std::rc::Rc;

use dhcp_lab::scenario::library;
use dhcp_lab::sim::{Recording, What};
use dhcp_lab::wire::Mac;
use dhcp_lab::wire::dhcp::{Message, MessageType, Op};
use dhcp_lab::wire::frame::{Payload, Route, Transport, parse, udp};
use dhcp_lab::wire::summary::summary;

fn main() -> std::io::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or("fuzz/corpus".to_owned());
    let folder = Path::new(&folder);
    let write = |target: &str, name: &str, bytes: &[u8]| {
        let folder = folder.join(target);
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join(name), bytes)
    };
    let everything = include_str!("../tests/data/everything.json");
    write("scenario", "everything", everything.as_bytes())?;
    let mut labels: Vec<&'static str> = Vec::new();
    for (name, text) in library::FILES {
        write("scenario", name, text.as_bytes())?;
        let Ok(scenario) = library::load(name) else {
            continue;
        };
        let scenario = Rc::new(scenario);
        let mut recording = Recording::new(Rc::clone(&scenario));
        recording.seek(scenario.until());
        for (id, entry) in recording.journal().from(0) {
            let What::Sent { origin, frame, .. } = &entry.what else {
                continue;
            };
            let label = summary(frame.bytes()).label();
            let known = labels.iter().filter(|known| **known == label).count();
            if *origin != id || known >= 8 {
                continue;
            }
            labels.push(label);
            let file = format!("{name}-{}", id.0);
            write("frame", &file, frame.bytes())?;
            if let Some(message) = message(frame.bytes()) {
                write("dhcp", &file, message)?;
            }
        }
    }
    for node in ["laptop", "server1", "server2"] {
        write("bridge", node, &conversation("two-servers", node))?;
        write(
            "bridge",
            &format!("{node}-origin"),
            &conversation("lease-origin", node),
        )?;
    }
    for (number, options) in OPTIONS.iter().enumerate() {
        let mut message = Message::new(Op::Reply, MessageType::Ack, 7, Mac([2, 0, 0, 0, 0, 10]));
        for (code, value) in *options {
            message.options.push_raw(*code, value);
        }
        let route = Route {
            source_mac: Mac([2, 0, 0, 0, 0, 1]),
            destination_mac: Mac::BROADCAST,
            source: [192, 168, 1, 1].into(),
            destination: [255, 255, 255, 255].into(),
        };
        let bytes = message.bytes();
        let frame = udp(route, 67, 68, &bytes);
        write("frame", &format!("options-{number}"), frame.bytes())?;
        write("dhcp", &format!("options-{number}"), &bytes)?;
    }
    Ok(())
}

/// What a node of a scenario hears at first: each frame behind its delay in milliseconds and its
/// length.
fn conversation(scenario: &str, node: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let Ok(scenario) = library::load(scenario).map(Rc::new) else {
        return bytes;
    };
    let mut recording = Recording::new(Rc::clone(&scenario));
    recording.seek(scenario.until());
    let mut last = None;
    let heard = recording.journal().entries().filter(|entry| {
        entry.node == scenario.find(node) && matches!(entry.what, What::Received { .. })
    });
    for entry in heard.take(12) {
        let What::Received { frame, .. } = &entry.what else {
            continue;
        };
        let delay = entry.at.since(last.unwrap_or(entry.at)).as_micros() / 1_000;
        last = Some(entry.at);
        for number in [delay, frame.bytes().len() as u64] {
            let number = u16::try_from(number).unwrap_or(u16::MAX);
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        bytes.extend_from_slice(frame.bytes());
    }
    bytes
}

fn message(frame: &[u8]) -> Option<&[u8]> {
    let Ok(Payload::Ip(ip)) = parse(frame) else {
        return None;
    };
    match ip.transport {
        Transport::Udp(udp) => Some(udp.payload),
        Transport::Echo(_) | Transport::Tcp(_) | Transport::Other(_) => None,
    }
}

type Values = &'static [(u8, &'static [u8])];

const OPTIONS: [Values; 4] = [
    &[
        (1, &[255, 255, 255, 0]),
        (2, &[255, 255, 199, 192]),
        (3, &[192, 168, 1, 1, 192, 168, 1, 2]),
        (12, b"laptop"),
        (19, &[1]),
        (23, &[64]),
        (26, &[5, 220]),
        (33, &[10, 0, 0, 0, 192, 168, 1, 1]),
        (51, &[0, 0, 14, 16]),
        (54, &[192, 168, 1, 1]),
        (58, &[0, 0, 7, 8]),
        (59, &[0, 0, 12, 78]),
    ],
    &[
        (43, &[1, 4, 0, 0, 0, 2, 255]),
        (54, &[192, 168, 1, 1]),
        (55, &[1, 3, 6, 15, 26, 42, 121, 249, 252]),
        (57, &[5, 220]),
        (60, b"MSFT 5.0"),
        (
            61,
            &[255, 0, 0, 0, 1, 0, 1, 0, 1, 9, 9, 9, 9, 2, 0, 0, 0, 0, 10],
        ),
        (77, &[2, b'a', b'b', 1, b'c']),
        (81, b"\x05\xff\xff\x02pc\x07example\x00"),
        (
            82,
            &[
                1, 4, b'e', b't', b'h', b'0', 2, 2, 9, 9, 5, 4, 192, 168, 2, 1, 11, 4, 1, 2, 3, 4,
            ],
        ),
    ],
    &[
        (51, &[255, 255, 255, 255]),
        (54, &[192, 168, 1, 1]),
        (80, &[]),
        (93, &[0, 7]),
        (94, &[1, 3, 16]),
        (
            97,
            &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
        ),
        (108, &[0, 0, 1, 44]),
        (116, &[1]),
        (118, &[192, 168, 2, 0]),
        (119, b"\x03eng\x07example\x03com\x00\x02hr\xc0\x04"),
        (
            121,
            &[0, 192, 168, 1, 1, 25, 192, 168, 1, 128, 192, 168, 1, 2],
        ),
    ],
    &[
        (52, &[3]),
        (54, &[192, 168, 1, 1]),
        (90, &[1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 9, 9, 9, 9]),
        (120, &[1, 192, 168, 1, 9]),
        (124, &[0, 0, 1, 55, 3, 2, b'h', b'i']),
        (125, &[0, 0, 13, 233, 5, 1, 3, b'a', b'b', b'c']),
        (150, &[192, 168, 1, 7]),
        (224, &[1, 2, 3]),
    ],
];
