//! Every frame of real captures goes through the codec, and says there what tshark says.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "clippy takes only the functions marked as tests for tests"
)]

#[path = "common/captures.rs"]
mod common;

use std::collections::BTreeSet;
use std::process::Command;

use common::{captures, frames};
use dhcp_lab::wire::dhcp::{Message, code, scan};
use dhcp_lab::wire::dissect::{Field, dissect};
use dhcp_lab::wire::frame::{Ip, Payload, Transport, parse};
use dhcp_lab::wire::summary::summary;

/// Whether tshark can be asked. Where `DHCP_LAB_REQUIRE_TSHARK` is 1 it must be there.
fn tshark_is_there() -> bool {
    let there = Command::new("tshark")
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success());
    let required = std::env::var("DHCP_LAB_REQUIRE_TSHARK").is_ok_and(|value| value == "1");
    assert!(there || !required, "tshark is required but not on PATH");
    if !there {
        println!("skipped: tshark is not on PATH");
    }
    there
}

/// The DHCP message in a frame.
fn payload(frame: &[u8]) -> &[u8] {
    match parse(frame) {
        Ok(Payload::Ip(Ip {
            transport: Transport::Udp(udp),
            ..
        })) => udp.payload,
        other => panic!("{other:?}"),
    }
}

/// Number of the type, xid, yiaddr and the codes of the options up to End, as tshark writes them.
fn as_tshark_says(frame: &[u8]) -> String {
    let bytes = payload(frame);
    let message = Message::parse(bytes).unwrap_or_else(|error| panic!("{error}"));
    let mut codes = Vec::new();
    scan(bytes, |option| {
        if !matches!(option.code, code::PAD | code::END) {
            codes.push(option.code.to_string());
        }
    })
    .unwrap();
    let kind = message.kind().unwrap();
    assert_eq!(summary(frame).label(), kind.name());
    format!(
        "{}|0x{:08x}|{}|{}",
        kind.number(),
        message.xid,
        message.yiaddr,
        codes.join(",")
    )
}

fn names_and_values(fields: &[Field], into: &mut Vec<String>) {
    for field in fields {
        into.push(format!("{}: {}", field.name, field.value));
        names_and_values(&field.children, into);
    }
}

#[test]
fn every_frame_is_read_whole() {
    for file in captures() {
        for (index, frame) in frames(&std::fs::read(&file).unwrap()).iter().enumerate() {
            let place = format!("{} frame {}", file.display(), index + 1);
            let mut said = Vec::new();
            let layers = dissect(frame);
            names_and_values(&layers, &mut said);
            let wrong: Vec<_> = said
                .iter()
                .filter(|said| said.contains("Malformed") || said.contains("(wrong"))
                .collect();
            assert!(wrong.is_empty(), "{place}: {wrong:?}");
            let names: Vec<_> = layers.iter().map(|layer| layer.name.as_ref()).collect();
            assert_eq!(
                names[..4],
                ["Ethernet II", "IPv4", "UDP", "DHCP"],
                "{place}"
            );
            assert_eq!(layers.last().unwrap().range.end, frame.len(), "{place}");
            let message =
                Message::parse(payload(frame)).unwrap_or_else(|error| panic!("{place}: {error}"));
            assert_eq!(
                Message::parse(&message.bytes()).as_ref(),
                Ok(&message),
                "{place}"
            );
        }
    }
}

#[test]
fn a_frame_cut_off_anywhere_is_an_error_and_has_a_tree() {
    for file in captures() {
        for frame in frames(&std::fs::read(&file).unwrap()) {
            for length in 0..frame.len() {
                let cut = &frame[..length];
                assert_eq!(
                    dissect(cut).last().map_or(0, |layer| layer.range.end),
                    length
                );
                assert!(parse(cut).is_err(), "{} at {length}", file.display());
                let _ = summary(cut).label();
            }
        }
    }
}

#[test]
fn tshark_reads_the_same() {
    if !tshark_is_there() {
        return;
    }
    let mut kinds = BTreeSet::new();
    for file in captures() {
        let fields = [
            "dhcp.option.dhcp",
            "dhcp.id",
            "dhcp.ip.your",
            "dhcp.option.type",
        ];
        let mut command = Command::new("tshark");
        command
            .arg("-r")
            .arg(&file)
            .args(["-T", "fields", "-E", "separator=|"]);
        for field in fields {
            command.args(["-e", field]);
        }
        let output = command.output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let text = String::from_utf8(output.stdout).unwrap();
        // It lists End as an option of type 0, and Pad not at all.
        let theirs: Vec<_> = text
            .lines()
            .map(|line| line.strip_suffix(",0").unwrap_or(line))
            .collect();
        let ours: Vec<_> = frames(&std::fs::read(&file).unwrap())
            .iter()
            .map(|frame| as_tshark_says(frame))
            .collect();
        assert_eq!(ours, theirs, "{}", file.display());
        kinds.extend(
            ours.iter()
                .map(|line| line.split('|').next().unwrap().to_owned()),
        );
    }
    println!("message types seen: {kinds:?}");
}
