//! Making a long connection short: at a quiet moment what matters of it are two sequence numbers and
//! what the handshake agreed on, and a new socket can be brought to just there.
//!
//! What is lost is what smoltcp has learnt of the path: the congestion window, which also a pause takes
//! back to its start (RFC 5681 section 4.1), and the round trip time, which changes nothing unless it
//! comes near the second that smoltcp waits at least. All else goes on as if nothing had been, which a
//! test holds.

use std::net::Ipv4Addr;

use smoltcp::phy::ChecksumCapabilities;
use smoltcp::wire::{
    IpAddress, IpProtocol, Ipv4Packet, Ipv4Repr, TcpControl, TcpPacket, TcpRepr, TcpSeqNumber,
};

use crate::time::{Duration, Instant};
use crate::wire::Mac;
use crate::wire::frame::{ETHERNET_HEADER, Frame, ipv4};

/// For how long smoltcp answers at most one of the segments that come out of turn.
const CHALLENGE: Duration = Duration::from_secs(1);

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

/// Whether a number comes before another one, or is it (RFC 9293 section 3.4).
fn is_up_to(number: u32, other: u32) -> bool {
    other.wrapping_sub(number) <= u32::MAX / 2
}

/// What the headers of a connection's segments have told.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// The number behind the last byte that we have sent.
    sent: Option<u32>,
    /// The number of the next that we expect, as we have said.
    expected: Option<u32>,
    /// Up to where the partner has acknowledged.
    acknowledged: Option<u32>,
    far: Far,
    /// The last segment of the partner's came in its turn, so that smoltcp has taken it: its window is
    /// the one that holds.
    in_turn: bool,
    /// When smoltcp answers all that comes out of turn again (RFC 5961 section 7).
    patient: Instant,
    /// The last that we sent was a repetition: smoltcp's patience is still that after a loss.
    again: bool,
    /// It acknowledged what was not sent yet: no one knows what smoltcp makes of that.
    strange: bool,
}

impl Told {
    /// The numbers of the next byte in each direction, and what the partner said of itself; nothing
    /// where that is not sure, or bytes are missing.
    pub(super) fn rest(&self, now: Instant) -> Option<(u32, u32, Far)> {
        let (next, expected) = (self.sent?, self.expected?);
        let sure = self.in_turn && self.patient <= now && !self.again && !self.strange;
        let whole = self.far.end == expected && self.acknowledged == Some(next);
        (sure && whole).then_some((next, expected, self.far))
    }

    /// Takes in a segment of ours.
    pub(super) fn sent(&mut self, packet: &[u8]) {
        read(packet, |tcp| {
            if tcp.control == TcpControl::Rst {
                return;
            }
            let end = end_of(tcp);
            let is_new = self.sent.is_none_or(|sent| !is_up_to(end, sent));
            if tcp.segment_len() > 0 {
                self.again = !is_new;
            }
            if is_new {
                self.sent = Some(end);
            }
            if let Some(expected) = tcp.ack_number {
                self.expected = Some(number(expected));
            }
        });
    }

    /// Takes in a segment of the partner's, whether or not smoltcp will take it. `room` is the most
    /// that may be on its way to us.
    pub(super) fn heard(&mut self, now: Instant, frame: &Frame, room: u32) {
        let packet = frame.bytes().get(ETHERNET_HEADER..).unwrap_or_default();
        let own = self.sent.zip(self.expected);
        read(packet, |tcp| match (tcp.control, own) {
            (TcpControl::Rst, _) => {}
            (TcpControl::Syn, None) => {
                self.far = Far {
                    segment_size: tcp.max_seg_size,
                    scale: tcp.window_scale,
                    selective: tcp.sack_permitted,
                    window: tcp.window_len,
                    end: end_of(tcp),
                };
                self.acknowledged = tcp.ack_number.map(number);
                self.in_turn = true;
            }
            (TcpControl::None | TcpControl::Psh | TcpControl::Fin, None) => {}
            (TcpControl::Syn, Some(_)) => self.patient = now + CHALLENGE,
            (TcpControl::None | TcpControl::Psh | TcpControl::Fin, Some((next, expected))) => {
                let Some(acknowledged) = tcp.ack_number.map(number) else {
                    return;
                };
                self.strange |= !is_up_to(acknowledged, next);
                let before = self.acknowledged.unwrap_or(acknowledged);
                let is_old = !is_up_to(before, acknowledged);
                if !is_old {
                    self.acknowledged = Some(acknowledged);
                }
                self.in_turn = !is_old && number(tcp.seq_number) == self.far.end;
                if self.in_turn {
                    self.far.window = tcp.window_len;
                } else {
                    self.patient = now + CHALLENGE;
                }
                let end = end_of(tcp);
                if is_up_to(self.far.end, end) && end.wrapping_sub(expected) <= room {
                    self.far.end = end;
                }
            }
        });
    }
}

impl Resume {
    /// The seed with which smoltcp begins at just the number before `next`. Its `Rand` is a PCG of 64
    /// bits, and its second number is the first of a connection; the tests fail where that changes.
    pub(super) fn seed(&self) -> u64 {
        const MULTIPLIER: u64 = 0xbb2e_fcec_3c39_611d;
        const INCREMENT: u64 = 0x7590_ef39;
        // Newton's way to the inverse: each step doubles the bits that are right.
        let inverse = (0..6).fold(MULTIPLIER, |guess, _| {
            guess.wrapping_mul(2_u64.wrapping_sub(MULTIPLIER.wrapping_mul(guess)))
        });
        let before = |state: u64| state.wrapping_sub(INCREMENT).wrapping_mul(inverse);
        let drawn = |state: u64| (state >> (29 - (state >> 61))) & u64::from(u32::MAX);
        // What is drawn first identifies packets, and is drawn again where it is 0.
        let identifies = |state: &u64| (drawn(*state) ^ (drawn(*state) >> 16)) & 0xffff != 0;
        // Any of these states gives the same number.
        let states = (0..8_u64).map(|low| u64::from(self.next.wrapping_sub(1)) << 29 | low);
        let first = states.map(before).find(identifies);
        before(first.unwrap_or_default())
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
