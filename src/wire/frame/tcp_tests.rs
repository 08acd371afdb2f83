use std::net::Ipv4Addr;

use proptest::prelude::*;

use crate::wire::Mac;
use crate::wire::frame::{BadFrame, Flags, Payload, Tcp, Transport, ipv4, parse};

const SEGMENT: usize = 34;

/// A frame with a segment that etherparse wrote.
fn frame(payload: &[u8]) -> Vec<u8> {
    let mut packet = Vec::new();
    etherparse::PacketBuilder::ipv4([192, 0, 2, 7], [192, 0, 2, 1], 64)
        .tcp(49_152, 647, 0x0102_0304, 8_192)
        .psh()
        .ack(0xf0e0_d0c0)
        .options(&[etherparse::TcpOptionElement::MaximumSegmentSize(1_460)])
        .unwrap()
        .write(&mut packet, payload)
        .unwrap();
    ipv4(Mac([2, 0, 0, 0, 0, 1]), Mac([2, 0, 0, 0, 0, 2]), &packet)
        .bytes()
        .to_vec()
}

fn tcp(bytes: &[u8]) -> Tcp<'_> {
    match parse(bytes) {
        Ok(Payload::Ip(ip)) => {
            assert_eq!(ip.destination, Ipv4Addr::new(192, 0, 2, 1));
            let Transport::Tcp(tcp) = ip.transport else {
                panic!("{ip:?}");
            };
            tcp
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_segment_is_read() {
    let bytes = frame(b"a message");
    let read = Tcp {
        source: 49_152,
        destination: 647,
        sequence: 0x0102_0304,
        acknowledgment: 0xf0e0_d0c0,
        flags: Flags(Flags::PSH | Flags::ACK),
        window: 8_192,
        payload: b"a message",
    };
    assert_eq!(tcp(&bytes), read);
    assert_eq!(tcp(&frame(b"")).payload, b"", "padding is no payload");
}

#[test]
fn every_flipped_bit_of_a_segment_is_noticed() {
    let bytes = frame(&[0x5a; 33]);
    for at in SEGMENT..bytes.len() {
        for bit in 0..8 {
            let mut spoiled = bytes.clone();
            spoiled[at] ^= 1 << bit;
            let outcome = parse(&spoiled);
            let offset = at == SEGMENT + 12 && bit > 3;
            assert!(
                outcome == Err(BadFrame::Checksum("TCP")) || offset && outcome.is_err(),
                "byte {at}, bit {bit}: {outcome:?}"
            );
        }
    }
}

#[test]
fn lengths_that_contradict_each_other_are_refused() {
    let offset = |words: u8| {
        let mut bytes = frame(b"");
        bytes[SEGMENT + 12] = words << 4;
        parse(&bytes).map(|_| ())
    };
    assert_eq!(offset(4), Err(BadFrame::Malformed("TCP")));
    assert_eq!(offset(7), Err(BadFrame::Truncated("TCP")));
    let mut packet = Vec::new();
    etherparse::PacketBuilder::ipv4([192, 0, 2, 7], [192, 0, 2, 1], 64)
        .write(&mut packet, etherparse::IpNumber::TCP, &[0; 19])
        .unwrap();
    let short = ipv4(Mac::ZERO, Mac::ZERO, &packet);
    assert_eq!(parse(short.bytes()), Err(BadFrame::Truncated("TCP")));
}

#[test]
fn only_a_syn_alone_asks_for_a_connection() {
    for (flags, opens) in [
        (Flags::SYN, true),
        (Flags::SYN | Flags::PSH, true),
        (Flags::SYN | Flags::ACK, false),
        (Flags::SYN | Flags::RST, false),
        (Flags::ACK, false),
    ] {
        assert_eq!(Flags(flags).opens(), opens, "{flags:#x}");
    }
}

proptest! {
    #[test]
    fn any_body_is_a_segment_or_an_error(body in proptest::collection::vec(any::<u8>(), 0..80)) {
        let mut packet = Vec::new();
        etherparse::PacketBuilder::ipv4([192, 0, 2, 7], [192, 0, 2, 1], 64)
            .write(&mut packet, etherparse::IpNumber::TCP, &body)
            .unwrap();
        let _ = parse(ipv4(Mac::ZERO, Mac::ZERO, &packet).bytes());
    }
}
