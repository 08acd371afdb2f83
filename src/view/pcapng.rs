//! A run as a capture file that Wireshark and tshark read
//! (draft-ietf-opsawg-pcapng, section 4).

use crate::time::Instant;

/// Writes a pcapng file: one interface for every place where frames are captured, and the frames
/// with their instants to the microsecond.
///
/// The file says absolute times, and a run has none: it starts at 1970-01-01 00:00:00 UTC here, so
/// that a reader's "time since the epoch" is the instant in the run.
#[derive(Clone, Debug)]
pub struct Pcapng {
    bytes: Vec<u8>,
    interfaces: usize,
}

const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE_DESCRIPTION: u32 = 1;
const ENHANCED_PACKET: u32 = 6;

const COMMENT: u16 = 1;
const APPLICATION: u16 = 4;
const INTERFACE_NAME: u16 = 2;
const TIME_RESOLUTION: u16 = 9;

impl Pcapng {
    /// A file with these interfaces, all of them Ethernet, and no packet yet.
    pub fn new(interfaces: &[String]) -> Self {
        const ETHERNET: u16 = 1;
        const MICROSECONDS: u8 = 6;
        let mut file = Self {
            bytes: Vec::new(),
            interfaces: interfaces.len(),
        };
        file.block(SECTION_HEADER, |body| {
            body.extend_from_slice(&0x1a2b_3c4d_u32.to_le_bytes());
            body.extend_from_slice(&1_u16.to_le_bytes());
            body.extend_from_slice(&0_u16.to_le_bytes());
            // How long the section is: not said.
            body.extend_from_slice(&u64::MAX.to_le_bytes());
            option(body, APPLICATION, b"DHCP Lab");
            end_of_options(body);
        });
        for name in interfaces {
            file.block(INTERFACE_DESCRIPTION, |body| {
                body.extend_from_slice(&ETHERNET.to_le_bytes());
                body.extend_from_slice(&0_u16.to_le_bytes());
                // The longest packet that is captured whole: any.
                body.extend_from_slice(&0_u32.to_le_bytes());
                option(body, INTERFACE_NAME, text(name));
                option(body, TIME_RESOLUTION, &[MICROSECONDS]);
                end_of_options(body);
            });
        }
        file
    }

    /// Adds a frame that passed an interface, which is counted from 0 in the order given to
    /// [`Pcapng::new`]; one that is not there is left out. Readers show the comment with it.
    pub fn packet(&mut self, interface: u32, at: Instant, frame: &[u8], comment: Option<&str>) {
        let known = usize::try_from(interface).is_ok_and(|interface| interface < self.interfaces);
        debug_assert!(known, "no interface {interface}");
        let Some(length) = u32::try_from(frame.len()).ok().filter(|_| known) else {
            return;
        };
        let micros = at.as_micros().to_be_bytes();
        let [a, b, c, d, e, f, g, h] = micros;
        self.block(ENHANCED_PACKET, |body| {
            body.extend_from_slice(&interface.to_le_bytes());
            body.extend_from_slice(&[d, c, b, a, h, g, f, e]);
            body.extend_from_slice(&length.to_le_bytes());
            body.extend_from_slice(&length.to_le_bytes());
            body.extend_from_slice(frame);
            pad(body);
            if let Some(comment) = comment {
                option(body, COMMENT, text(comment));
                end_of_options(body);
            }
        });
    }

    /// The file.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// A block: its type, its length, what `fill` writes, and the length again.
    fn block(&mut self, kind: u32, fill: impl FnOnce(&mut Vec<u8>)) {
        const FRAME: u32 = 12;
        let mut body = Vec::new();
        fill(&mut body);
        let length =
            u32::try_from(body.len()).map_or(u32::MAX, |length| length.saturating_add(FRAME));
        let length = length.to_le_bytes();
        self.bytes.extend_from_slice(&kind.to_le_bytes());
        self.bytes.extend_from_slice(&length);
        self.bytes.extend_from_slice(&body);
        self.bytes.extend_from_slice(&length);
    }
}

fn option(body: &mut Vec<u8>, code: u16, value: &[u8]) {
    let value = &value[..value.len().min(usize::from(u16::MAX))];
    let length = u16::try_from(value.len()).unwrap_or(u16::MAX);
    body.extend_from_slice(&code.to_le_bytes());
    body.extend_from_slice(&length.to_le_bytes());
    body.extend_from_slice(value);
    pad(body);
}

fn end_of_options(body: &mut Vec<u8>) {
    body.extend_from_slice(&[0; 4]);
}

/// Everything in a block starts at a multiple of four bytes.
fn pad(body: &mut Vec<u8>) {
    body.resize(body.len().next_multiple_of(4), 0);
}

/// As much of a text as an option holds, cut between characters.
fn text(text: &str) -> &[u8] {
    &text.as_bytes()[..text.floor_char_boundary(usize::from(u16::MAX))]
}

#[cfg(test)]
#[path = "pcapng_tests.rs"]
mod tests;
