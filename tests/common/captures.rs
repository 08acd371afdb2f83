//! Capture files, and the real ones that the tests are pointed at.
//!
//! The captures are not part of the project. `DHCP_LAB_CAPTURES` names the folder they are in;
//! without it, and without `../shared/captures`, there is nothing to test.

use std::path::{Path, PathBuf};

/// Every real capture, by name.
pub(crate) fn captures() -> Vec<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/captures");
    let folder = std::env::var_os("DHCP_LAB_CAPTURES").map_or_else(beside, PathBuf::from);
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("skipped: no captures in {}", folder.display());
        return Vec::new();
    };
    let mut files: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "pcap" || extension == "pcapng")
        })
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{} holds no capture", folder.display());
    files
}

/// The frames of a capture file, pcap or pcapng, in either byte order.
pub(crate) fn frames(file: &[u8]) -> Vec<Vec<u8>> {
    match file[..4] {
        [0xd4, 0xc3, 0xb2, 0xa1] | [0x4d, 0x3c, 0xb2, 0xa1] => {
            pcap(&file[24..], u32::from_le_bytes)
        }
        [0xa1, 0xb2, 0xc3, 0xd4] | [0xa1, 0xb2, 0x3c, 0x4d] => {
            pcap(&file[24..], u32::from_be_bytes)
        }
        [0x0a, 0x0d, 0x0d, 0x0a] if file[8] == 0x4d => pcapng(file, u32::from_le_bytes),
        [0x0a, 0x0d, 0x0d, 0x0a] => pcapng(file, u32::from_be_bytes),
        _ => panic!("neither pcap nor pcapng"),
    }
}

fn word(bytes: &[u8], at: usize, number: fn([u8; 4]) -> u32) -> usize {
    usize::try_from(number(bytes[at..at + 4].try_into().unwrap())).unwrap()
}

fn pcap(mut records: &[u8], number: fn([u8; 4]) -> u32) -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    while !records.is_empty() {
        let end = 16 + word(records, 8, number);
        frames.push(records[16..end].to_vec());
        records = &records[end..];
    }
    frames
}

fn pcapng(mut blocks: &[u8], number: fn([u8; 4]) -> u32) -> Vec<Vec<u8>> {
    const ENHANCED_PACKET: usize = 6;
    let mut frames = Vec::new();
    while !blocks.is_empty() {
        if word(blocks, 0, number) == ENHANCED_PACKET {
            frames.push(blocks[28..28 + word(blocks, 20, number)].to_vec());
        }
        blocks = &blocks[word(blocks, 4, number)..];
    }
    frames
}
