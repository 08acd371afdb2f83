use std::process::Command;

use super::*;

/// Whether tshark can be asked. Where DHCP_LAB_REQUIRE_TSHARK is 1 it must be there.
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

fn interfaces() -> Vec<String> {
    vec!["laptop".to_owned(), "servidor núm. 2".to_owned()]
}

#[test]
fn blocks_are_whole_words_and_say_their_length_twice() {
    let mut file = Pcapng::new(&interfaces());
    file.packet(0, Instant::ZERO, &[1; 61], None);
    file.packet(1, Instant::from_micros(1 << 40), &[2; 60], Some("abc"));
    let bytes = file.into_bytes();
    let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    let mut kinds = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let length = usize::try_from(word(at + 4)).unwrap();
        assert!(length.is_multiple_of(4));
        assert_eq!(word(at + length - 4), word(at + 4));
        kinds.push(word(at));
        at += length;
    }
    assert_eq!(kinds, [0x0a0d_0d0a, 1, 1, 6, 6]);
}

#[test]
fn a_text_too_long_for_an_option_is_cut_between_characters() {
    assert_eq!(text("abc"), b"abc");
    assert_eq!(text(&"é".repeat(40_000)).len(), 65_534);
}

#[test]
fn tshark_reads_times_names_lengths_and_comments() {
    if !tshark_is_there() {
        return;
    }
    let mut file = Pcapng::new(&interfaces());
    let frame =
        crate::wire::frame::Arp::probe(crate::wire::Mac([2, 0, 0, 0, 0, 1]), [192, 0, 2, 7].into())
            .frame();
    let week = 7 * 86_400 * 1_000_000 + 123_456;
    file.packet(0, Instant::from_micros(1), frame.bytes(), None);
    file.packet(
        1,
        Instant::from_micros(2_500_000),
        frame.bytes(),
        Some("lost: the link is out"),
    );
    file.packet(0, Instant::from_micros(week), frame.bytes(), Some("ñ"));
    let path = std::env::temp_dir().join(format!("dhcp-lab-{}.pcapng", std::process::id()));
    std::fs::write(&path, file.into_bytes()).unwrap();
    let fields = [
        "frame.time_epoch",
        "frame.interface_name",
        "frame.len",
        "frame.comment",
    ];
    let mut command = Command::new("tshark");
    command
        .arg("-r")
        .arg(&path)
        .args(["-T", "fields", "-E", "separator=|"]);
    for field in fields {
        command.args(["-e", field]);
    }
    let output = command.output().unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<_> = text.lines().collect();
    let expected = [
        "0.000001000|laptop|60|",
        "2.500000000|servidor núm. 2|60|lost: the link is out",
        "604800.123456000|laptop|60|ñ",
    ];
    assert_eq!(lines, expected);
}
