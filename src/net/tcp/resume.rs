//! Making a long connection short: at a quiet moment what matters of it are two sequence numbers and
//! what the handshake agreed on, and a new socket can be brought to just there.
//!
//! What is lost is what smoltcp has learnt of the path (round trip time, congestion window), as after
//! a pause (RFC 5681 section 4.1).

use std::net::Ipv4Addr;

use smoltcp::phy::ChecksumCapabilities;
use smoltcp::wire::{
    IpAddress, IpProtocol, Ipv4Packet, Ipv4Repr, TcpControl, TcpPacket, TcpRepr, TcpSeqNumber,
};

use crate::wire::Mac;
use crate::wire::frame::{ETHERNET_HEADER, Frame, ipv4};

/// A connection in which nothing is under way, and nothing waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Resume {
    /// Our address and port.
    pub(super) from: (Ipv4Addr, u16),
    /// The partner's.
    pub(super) to: (Ipv4Addr, u16),
    /// Whether we asked for it.
    pub(super) active: bool,
    /// The number of the next byte that we send.
    pub(super) next: u32,
    /// The number of the next byte of the partner's.
    pub(super) expected: u32,
    /// What the partner said of itself.
    pub(super) far: Far,
}

/// What the partner has said of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Far {
    segment_size: Option<u16>,
    scale: Option<u8>,
    selective: bool,
    window: u16,
    /// The number behind the last byte that was heard of.
    pub(super) end: u32,
}

/// What the headers of a connection's segments have told.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// The number of the next byte that we send, and of the next that we expect.
    pub(super) own: Option<(u32, u32)>,
    pub(super) far: Far,
}

impl Told {
    /// Takes in a segment of ours.
    pub(super) fn sent(&mut self, packet: &[u8]) {
        read(packet, |tcp| {
            if let Some(expected) = tcp.ack_number {
                self.own = Some((end_of(tcp), number(expected)));
            }
        });
    }

    /// Takes in a segment of the partner's, if it can be one that smoltcp takes.
    pub(super) fn heard(&mut self, frame: &Frame, room: usize) {
        read(
            frame.bytes().get(ETHERNET_HEADER..).unwrap_or_default(),
            |tcp| {
                if tcp.control == TcpControl::Syn {
                    self.far = Far {
                        segment_size: tcp.max_seg_size,
                        scale: tcp.window_scale,
                        selective: tcp.sack_permitted,
                        window: tcp.window_len,
                        end: end_of(tcp),
                    };
                    return;
                }
                let (_, expected) = self.own.unwrap_or((0, self.far.end));
                let ahead = number(tcp.seq_number).wrapping_sub(expected);
                if usize::try_from(ahead).is_ok_and(|ahead| ahead < room) {
                    self.far.window = tcp.window_len;
                    let end = end_of(tcp);
                    if end.wrapping_sub(self.far.end) < u32::MAX / 2 {
                        self.far.end = end;
                    }
                }
            },
        );
    }
}

impl Resume {
    /// The seed with which smoltcp begins at just the number before `next` (its `Rand` is a PCG of
    /// 64 bits; a test holds this against it).
    pub(super) fn seed(&self) -> u64 {
        const MULTIPLIER: u64 = 0xbb2e_fcec_3c39_611d;
        const INCREMENT: u64 = 0x7590_ef39;
        // Newton's way to the inverse: each step doubles the bits that are right.
        let inverse = (0..6).fold(MULTIPLIER, |guess, _| {
            guess.wrapping_mul(2_u64.wrapping_sub(MULTIPLIER.wrapping_mul(guess)))
        });
        let state = u64::from(self.next.wrapping_sub(1)) << 29;
        state.wrapping_sub(INCREMENT).wrapping_mul(inverse)
    }

    /// The partner's half of a handshake that leads there.
    pub(super) fn segments(&self) -> [Frame; 2] {
        let segment = |control, before, far: Far| {
            let tcp = TcpRepr {
                src_port: self.to.1,
                dst_port: self.from.1,
                control,
                seq_number: sequence(self.expected.wrapping_sub(before)),
                ack_number: Some(sequence(self.next)),
                window_len: far.window,
                window_scale: far.scale,
                max_seg_size: far.segment_size,
                sack_permitted: far.selective,
                sack_ranges: [None; 3],
                timestamp: None,
                payload: &[],
            };
            packet(self.to.0, self.from.0, &tcp)
        };
        let later = Far {
            window: self.far.window,
            ..Far::default()
        };
        [
            segment(TcpControl::Syn, 1, self.far),
            segment(TcpControl::None, 0, later),
        ]
    }
}

fn packet(from: Ipv4Addr, to: Ipv4Addr, tcp: &TcpRepr<'_>) -> Frame {
    let checksums = ChecksumCapabilities::default();
    let ip = Ipv4Repr {
        src_addr: from,
        dst_addr: to,
        next_header: IpProtocol::Tcp,
        payload_len: tcp.buffer_len(),
        hop_limit: 64,
    };
    let mut bytes = vec![0; ip.buffer_len() + tcp.buffer_len()];
    ip.emit(&mut Ipv4Packet::new_unchecked(&mut bytes), &checksums);
    let body = &mut bytes[ip.buffer_len()..];
    let (from, to) = (IpAddress::Ipv4(from), IpAddress::Ipv4(to));
    tcp.emit(&mut TcpPacket::new_unchecked(body), &from, &to, &checksums);
    ipv4(Mac::ZERO, Mac::ZERO, &bytes)
}

/// Reads the header of a packet's segment; what is none is passed over.
fn read(packet: &[u8], told: impl FnOnce(&TcpRepr<'_>)) {
    let Ok(ip) = Ipv4Packet::new_checked(packet) else {
        return;
    };
    let Ok(tcp) = TcpPacket::new_checked(ip.payload()) else {
        return;
    };
    let (from, to) = (
        IpAddress::Ipv4(ip.src_addr()),
        IpAddress::Ipv4(ip.dst_addr()),
    );
    // The host has looked at the checksums already.
    if let Ok(tcp) = TcpRepr::parse(&tcp, &from, &to, &ChecksumCapabilities::ignored()) {
        told(&tcp);
    }
}

/// The number behind a segment's last byte.
fn end_of(tcp: &TcpRepr<'_>) -> u32 {
    let length = u32::try_from(tcp.segment_len()).unwrap_or(0);
    number(tcp.seq_number).wrapping_add(length)
}

fn number(sequence: TcpSeqNumber) -> u32 {
    sequence.0.cast_unsigned()
}

fn sequence(number: u32) -> TcpSeqNumber {
    TcpSeqNumber(number.cast_signed())
}
