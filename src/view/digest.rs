//! A number that two runs share only if their journals are the same: for comparing runs where the
//! whole journal is too much to carry.

use crate::sim::{Entry, Journal, What};

/// FNV-1a over every entry: its instant, node, cause, kind, and the bytes of its frame.
pub fn digest(journal: &Journal) -> u64 {
    let mut digest = Digest(0xcbf2_9ce4_8422_2325);
    for entry in journal.entries() {
        digest.entry(entry);
    }
    digest.0
}

struct Digest(u64);

impl Digest {
    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn entry(&mut self, entry: &Entry) {
        self.bytes(&entry.at.as_micros().to_be_bytes());
        self.bytes(&entry.node.map_or(u32::MAX, |node| node.0).to_be_bytes());
        self.bytes(&entry.cause.map_or(u32::MAX, |cause| cause.0).to_be_bytes());
        match &entry.what {
            What::Command(_) => self.bytes(&[1]),
            What::Power(on) => self.bytes(&[2, u8::from(*on)]),
            What::Carrier { link, up } => {
                self.bytes(&[3, u8::from(*up)]);
                self.bytes(&link.0.to_be_bytes());
            }
            What::Sent {
                origin,
                link,
                arrives,
                frame,
                ..
            } => {
                self.bytes(&[4]);
                self.bytes(&origin.0.to_be_bytes());
                self.bytes(&link.0.to_be_bytes());
                self.bytes(&arrives.as_micros().to_be_bytes());
                self.bytes(frame.bytes());
            }
            What::Flooded {
                origin,
                over,
                arrives,
                frame,
            } => {
                self.bytes(&[10]);
                self.bytes(&origin.0.to_be_bytes());
                for (link, _) in over.iter() {
                    self.bytes(&link.0.to_be_bytes());
                }
                self.bytes(&arrives.as_micros().to_be_bytes());
                self.bytes(frame.bytes());
            }
            What::Received { origin, frame } => {
                self.bytes(&[5]);
                self.bytes(&origin.0.to_be_bytes());
                self.bytes(frame.bytes());
            }
            What::Dropped { origin, frame, .. } => {
                self.bytes(&[6]);
                self.bytes(&origin.0.to_be_bytes());
                self.bytes(frame.bytes());
            }
            What::Fired { timer, .. } => {
                self.bytes(&[7, u8::try_from(timer.index()).unwrap_or(u8::MAX)]);
            }
            What::Dhcp(_) => self.bytes(&[8]),
            What::Net(_) => self.bytes(&[9]),
            What::Ended(_) => self.bytes(&[12]),
            What::Software(on) => self.bytes(&[11, u8::from(*on)]),
            What::InVain(_) => self.bytes(&[13]),
        }
    }
}
