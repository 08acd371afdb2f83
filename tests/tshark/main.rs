//! tshark reads our captures: every frame, the expected messages, and nothing to complain about.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "clippy takes only the functions marked as tests for tests"
)]

#[path = "../common/captures.rs"]
mod captures;
mod fields;
mod options;
mod pdml;
mod rules;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};

use dhcp_lab::scenario::library;
use dhcp_lab::sim::Recording;
use dhcp_lab::view::capture::capture;
use dhcp_lab::wire::summary::summary;

/// Whether tshark is there; where it must be, its absence is a failure.
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

fn written(name: &str) -> PathBuf {
    let scenario = Rc::new(library::load(name).unwrap());
    let mut recording = Recording::new(Rc::clone(&scenario));
    recording.seek(scenario.until());
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.pcapng"));
    // Another test may be reading it: it is there whole or not at all.
    let whole = tempfile(name);
    std::fs::write(&whole, capture(&scenario, recording.journal())).unwrap();
    std::fs::rename(&whole, &path).unwrap();
    path
}

/// A name that no other test of this run has.
fn tempfile(name: &str) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{number}.part"))
}

/// What tshark prints for the frames that a display filter lets through, every checksum checked.
fn tshark(path: &Path, filter: &str, fields: &[&str]) -> Vec<String> {
    let mut command = Command::new("tshark");
    command
        .arg("-r")
        .arg(path)
        .args(["-Y", filter, "-T", "fields"]);
    for protocol in ["ip", "udp", "tcp"] {
        command.args(["-o", &format!("{protocol}.check_checksum:TRUE")]);
    }
    for field in fields {
        command.args(["-e", field]);
    }
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect()
}

const DISCOVER: &str = "1";
const OFFER: &str = "2";
const REQUEST: &str = "3";
const ACK: &str = "5";
const RELEASE: &str = "7";

#[test]
fn the_messages_of_each_scenario_are_those_of_its_story() {
    if !have_tshark() {
        return;
    }
    let dora = [DISCOVER, OFFER, OFFER, REQUEST, ACK];
    let renewal = [REQUEST, ACK];
    let two_servers = [
        &dora[..],
        &renewal,
        &renewal,
        &renewal,
        &renewal,
        &[RELEASE],
        &dora,
    ]
    .concat();
    // The server that gave the lease is gone before the second T1: the REQUESTs to it stay
    // without an answer until T2, when another one extends the lease.
    let lease_origin = [&dora[..], &renewal, &[REQUEST; 6], &renewal, &renewal].concat();
    for (name, expected) in [("two-servers", two_servers), ("lease-origin", lease_origin)] {
        let types = tshark(&written(name), "dhcp", &["dhcp.option.dhcp"]);
        assert_eq!(types, expected, "{name}");
    }
}

#[test]
fn every_frame_is_read_and_none_is_found_fault_with() {
    if !have_tshark() {
        return;
    }
    for (name, _) in library::FILES {
        let path = written(name);
        let frames = tshark(&path, "frame", &["frame.protocols"]);
        let known = ["arp", "icmp", "dhcp"];
        assert!(frames.len() > 10, "{name}");
        for protocols in &frames {
            assert!(
                known.iter().any(|protocol| protocols.contains(protocol)),
                "{name}: {protocols}"
            );
        }
        // The one address changes hands, which tshark cannot tell from a conflict.
        let expert = if name == "pool-exhausted" {
            "_ws.expert && !arp.duplicate-address-detected"
        } else {
            "_ws.expert"
        };
        for complaint in [
            "_ws.malformed",
            expert,
            "ip.checksum.status == 0",
            "udp.checksum.status == 0",
            "icmp.checksum.status == 0",
        ] {
            assert_eq!(
                tshark(&path, complaint, &["frame.number"]),
                Vec::<String>::new(),
                "{name}: {complaint}"
            );
        }
        let checked = tshark(&path, "udp.checksum.status == 1", &["frame.number"]);
        assert_eq!(
            checked.len(),
            tshark(&path, "udp", &["frame.number"]).len(),
            "{name}: checksums were checked"
        );
    }
}

/// The checks above can fail: a frame with a spoiled checksum is found.
#[test]
fn a_wrong_checksum_would_be_found() {
    if !have_tshark() {
        return;
    }
    let path = written("two-servers");
    let mut bytes = std::fs::read(&path).unwrap();
    let cookie = bytes
        .windows(4)
        .position(|window| window == [99, 130, 83, 99])
        .unwrap();
    bytes[cookie + 4 + 2] ^= 0x06;
    let spoiled = path.with_file_name("spoiled.pcapng");
    std::fs::write(&spoiled, bytes).unwrap();
    assert_eq!(
        tshark(&spoiled, "udp.checksum.status == 0", &["frame.number"]),
        ["1"]
    );
}

/// What tshark and the packet view say differently of the frames of a capture.
fn differences(path: &Path) -> Vec<String> {
    let frames = captures::frames(&std::fs::read(path).unwrap());
    let theirs = pdml::read(path);
    assert_eq!(frames.len(), theirs.len(), "{}", path.display());
    let mut found = Vec::new();
    for (number, (frame, theirs)) in frames.iter().zip(&theirs).enumerate() {
        for difference in fields::differences(frame, theirs) {
            found.push(format!("frame {}: {difference}", number + 1));
        }
    }
    found
}

fn assert_same(path: &Path) {
    let found = differences(path);
    assert!(
        found.is_empty(),
        "{}: {} differences\n{}",
        path.display(),
        found.len(),
        found[..found.len().min(60)].join("\n")
    );
}

#[test]
fn every_field_of_every_scenario_is_as_tshark_has_it() {
    if !have_tshark() {
        return;
    }
    for (name, _) in library::FILES {
        assert_same(&written(name));
    }
}

#[test]
fn every_field_of_real_captures_is_as_tshark_has_it() {
    if !have_tshark() {
        return;
    }
    for path in captures::captures() {
        assert_same(&path);
    }
}

#[test]
fn every_option_is_as_tshark_has_it() {
    if !have_tshark() {
        return;
    }
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("options.pcapng");
    std::fs::write(&path, options::capture()).unwrap();
    assert_same(&path);
}

/// The comparison can fail: with a bit of any byte turned, something is not what tshark read.
#[test]
fn a_frame_that_differs_in_one_bit_would_be_found() {
    if !have_tshark() {
        return;
    }
    let path = written("pool-exhausted");
    let frames = captures::frames(&std::fs::read(&path).unwrap());
    let theirs = pdml::read(&path);
    let mut seen = std::collections::BTreeSet::new();
    for (frame, theirs) in frames.iter().zip(&theirs) {
        assert_eq!(fields::differences(frame, theirs), Vec::<String>::new());
        if !seen.insert(summary(frame).label()) {
            continue;
        }
        for at in 0..frame.len() {
            let mut spoiled = frame.clone();
            spoiled[at] ^= 1 << (at % 8);
            let found = fields::differences(&spoiled, theirs);
            assert!(
                !found.is_empty() || fields::is_left_out(&spoiled, at),
                "{}: byte {at} does not matter",
                summary(frame).label()
            );
        }
    }
    assert!(seen.len() >= 8, "{seen:?}");
}

/// Every file that is there is one of the built-in scenarios that are compared above.
#[test]
fn no_scenario_is_left_out() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_owned())
        .collect();
    let mut known = library::FILES.map(|(name, _)| OsString::from(name));
    files.sort();
    known.sort();
    assert_eq!(files, known);
}
