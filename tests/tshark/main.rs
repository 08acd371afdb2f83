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

use dhcp_lab::net::tcp::{Output, Tcp};
use dhcp_lab::scenario::library;
use dhcp_lab::sim::Recording;
use dhcp_lab::time::{Duration, Instant};
use dhcp_lab::view::capture::capture;
use dhcp_lab::view::pcapng::Pcapng;
use dhcp_lab::wire::Mac;
use dhcp_lab::wire::frame;
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
        let known = ["arp", "icmp", "dhcp", "tcp"];
        assert!(frames.len() > 10, "{name}");
        for protocols in &frames {
            assert!(
                known.iter().any(|protocol| protocols.contains(protocol)),
                "{name}: {protocols}"
            );
        }
        // The one address changes hands, which tshark cannot tell from a conflict; or two clients do
        // have one address.
        let expert = if matches!(name, "pool-exhausted" | "operators-mistake") {
            "_ws.expert && !tcp && !arp.duplicate-address-detected"
        } else {
            "_ws.expert && !tcp"
        };
        for complaint in [
            "_ws.malformed",
            expert,
            // That a segment is sent again or a connection given up is no fault; what tshark says of the
            // draft's options is looked at in `tests/tshark_failover.rs`.
            "tcp && !dhcpfo && !tcp.flags.reset && _ws.expert.severity >= 0x600000",
            "tcp.checksum.status == 0",
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
        // Field by field this is about DHCP; `tests/tshark_failover.rs` is about what TCP carries.
        let tcp = frame.get(12..14) == Some(&[8, 0]) && frame.get(23) == Some(&6);
        if tcp {
            continue;
        }
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

/// Two hosts talk over port 647, and the segment whose number is `lost` does not arrive.
fn stream(lost: usize) -> PathBuf {
    let ends = [[10, 0, 0, 1], [10, 0, 0, 2]];
    let cards = [1, 2].map(|last| Mac([2, 0, 0, 0, 0, last]));
    let mut tcp = [Tcp::new(1), Tcp::new(2)];
    let mut file = Pcapng::new(&["cable".to_owned()]);
    let mut flying: Vec<(Instant, usize, frame::Frame)> = Vec::new();
    let (mut now, mut sent) = (Instant::ZERO, 0);
    let contact = |xid: u8| [0, 12, 11, 12, 0, 0, 0, 9, 0, 0, 0, xid];
    tcp[1].listen(647);
    for step in 0..8_u8 {
        let mut out = Output::default();
        let actor = usize::from(step % 2);
        match step {
            0 => tcp[0].connect(now, ends[0].into(), (ends[1].into(), 647), &mut out),
            7 => tcp[actor].close(now, &mut out),
            _ => tcp[actor].send(now, &contact(step), &mut out),
        }
        let until = now + Duration::from_secs(20);
        let mut from = actor;
        loop {
            for packet in out.packets.drain(..) {
                let frame = frame::ipv4(cards[from], cards[1 - from], &packet);
                sent += 1;
                file.packet(0, now, frame.bytes(), None);
                if sent != lost {
                    flying.push((now + Duration::from_millis(1), 1 - from, frame));
                }
            }
            let timers = tcp.iter().enumerate();
            let timers = timers.filter_map(|(host, tcp)| Some((tcp.deadline()?.0, host)));
            let timer = timers.min().filter(|(at, _)| *at <= until);
            let arrival = flying.first().map(|(at, ..)| *at);
            match (arrival, timer) {
                (Some(arrives), timer) if timer.is_none_or(|(at, _)| arrives <= at) => {
                    let (at, host, frame) = flying.remove(0);
                    (now, from) = (at, host);
                    tcp[host].segment(now, &frame, &mut out);
                }
                (_, Some((at, host))) => {
                    (now, from) = (at, host);
                    tcp[host].timer(now, &mut out);
                }
                (_, None) => break,
            }
        }
        now = until;
    }
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("stream-{lost}.pcapng"));
    std::fs::write(&path, file.into_bytes()).unwrap();
    path
}

#[test]
fn a_tcp_stream_is_read_to_its_end_and_only_what_was_lost_is_noted() {
    if !have_tshark() {
        return;
    }
    const WARNING: &str = "_ws.expert.severity >= 0x600000";
    for (lost, again) in [(0, 0), (4, 1)] {
        let path = stream(lost);
        let all = tshark(&path, "frame", &["tcp.stream"]);
        assert!(all.len() > 15, "{all:?}");
        assert!(all.iter().all(|stream| stream == "0"), "{all:?}");
        for complaint in [WARNING, "_ws.malformed", "tcp.checksum.status == 0"] {
            let found = tshark(&path, complaint, &["frame.number", "_ws.expert.message"]);
            assert_eq!(found, Vec::<String>::new(), "{complaint}, {lost} lost");
        }
        let checked = tshark(&path, "tcp.checksum.status == 1", &["frame.number"]);
        assert_eq!(checked.len(), all.len());
        let twice = tshark(&path, "tcp.analysis.retransmission", &["frame.number"]);
        assert_eq!(twice.len(), again, "{lost} lost: {twice:?}");
        let messages = tshark(&path, "dhcpfo", &["dhcpfo.xid"]);
        let expected: Vec<_> = (1..7).map(|xid| format!("0x{xid:08x}")).collect();
        assert_eq!(messages, expected, "each once, and in order");
        let ends = tshark(&path, "tcp.flags.fin == 1", &["ip.src"]);
        assert_eq!(ends, ["10.0.0.2", "10.0.0.1"]);
    }
}
