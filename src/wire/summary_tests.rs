use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::wire::dhcp::{Message, Op};
use crate::wire::frame::{Echo, Frame, Route, echo, ipv4, udp};

const CLIENT: Mac = Mac([2, 0, 0, 0, 0, 1]);
const SERVER: Mac = Mac([2, 0, 0, 0, 0, 2]);
const TO_ALL: Route = Route {
    source_mac: CLIENT,
    destination_mac: Mac::BROADCAST,
    source: Ipv4Addr::UNSPECIFIED,
    destination: Ipv4Addr::BROADCAST,
};

fn dhcp_frame(kind: MessageType) -> Frame {
    udp(
        TO_ALL,
        68,
        67,
        &Message::new(Op::Request, kind, 0x1234_5678, CLIENT).bytes(),
    )
}

#[test]
fn a_dhcp_message_is_labelled_by_its_type() {
    for kind in MessageType::all() {
        let frame = dhcp_frame(kind);
        let summary = summary(frame.bytes());
        assert_eq!(summary.label(), kind.name());
        let what = What::Dhcp {
            kind: Some(kind),
            xid: 0x1234_5678,
            source_port: 68,
            destination_port: 67,
        };
        assert_eq!(summary.what, what);
        assert!(summary.is_broadcast());
        assert_eq!(
            (summary.source_mac, summary.destination_mac),
            (CLIENT, Mac::BROADCAST)
        );
        assert_eq!(summary.source, Some(Ipv4Addr::UNSPECIFIED));
        assert_eq!(summary.destination, Some(Ipv4Addr::BROADCAST));
    }
}

#[test]
fn a_spoiled_message_is_still_what_it_was() {
    let mut bytes = dhcp_frame(MessageType::Offer).bytes().to_vec();
    // The checksums, hlen, and behind the message type an option that is cut off.
    for at in [24, 40, 44] {
        bytes[at] ^= 0xff;
    }
    bytes[285..287].copy_from_slice(&[12, 255]);
    assert_eq!(summary(&bytes).label(), "DHCPOFFER");
    bytes[284] = 99;
    assert_eq!(summary(&bytes).label(), "DHCP", "of no known type");
}

#[test]
fn arp_is_labelled_by_what_it_is_for() {
    let (mine, yours) = (Ipv4Addr::new(192, 0, 2, 7), Ipv4Addr::new(192, 0, 2, 1));
    let request = Arp {
        reply: false,
        sha: CLIENT,
        spa: mine,
        tha: Mac::ZERO,
        tpa: yours,
    };
    let reply = Arp {
        reply: true,
        sha: SERVER,
        spa: yours,
        tha: CLIENT,
        tpa: mine,
    };
    for (arp, label) in [
        (request, "ARP request"),
        (reply, "ARP reply"),
        (Arp::probe(CLIENT, mine), "ARP probe"),
        (Arp::announcement(CLIENT, mine), "ARP announcement"),
    ] {
        let frame = arp.frame();
        let summary = summary(frame.bytes());
        assert_eq!(summary.label(), label);
        assert_eq!(
            (summary.source, summary.destination),
            (Some(arp.spa), Some(arp.tpa))
        );
        assert_eq!(summary.is_broadcast(), !arp.reply);
    }
}

#[test]
fn echo_is_labelled_by_its_direction() {
    let label = |reply| {
        let frame = echo(
            TO_ALL,
            &Echo {
                reply,
                ident: 1,
                sequence: 1,
                data: b"",
            },
        );
        summary(frame.bytes()).label()
    };
    assert_eq!(
        (label(false), label(true)),
        ("ICMP echo request", "ICMP echo reply")
    );
}

#[test]
fn a_segment_is_labelled_by_the_strongest_that_it_says() {
    for (flags, data, label) in [
        (0x02, &b""[..], "TCP SYN"),
        (0x12, b"", "TCP SYN ACK"),
        (0x10, b"", "TCP ACK"),
        (0x18, b"abc", "TCP data"),
        (0x11, b"", "TCP FIN"),
        (0x19, b"abc", "TCP FIN"),
        (0x14, b"", "TCP RST"),
    ] {
        let mut packet = Vec::new();
        etherparse::PacketBuilder::ipv4([192, 0, 2, 7], [192, 0, 2, 1], 64)
            .tcp(49_152, 647, 7, 8_192)
            .write(&mut packet, data)
            .unwrap();
        packet[33] = flags;
        let frame = ipv4(CLIENT, SERVER, &packet);
        let summary = summary(frame.bytes());
        assert_eq!(summary.label(), label);
        let What::Tcp {
            source_port,
            destination_port,
            length,
            ..
        } = summary.what
        else {
            panic!("{summary:?}");
        };
        assert_eq!((source_port, destination_port), (49_152, 647));
        assert_eq!(length, data.len(), "padding is no data");
    }
}

#[test]
fn the_rest_is_labelled_by_its_innermost_known_protocol() {
    assert_eq!(summary(&[]).label(), "Ethernet");
    assert_eq!(summary(udp(TO_ALL, 53, 53, b"abc").bytes()).label(), "UDP");
    assert_eq!(
        summary(udp(TO_ALL, 68, 67, b"abc").bytes()).label(),
        "UDP",
        "too short to be DHCP"
    );
    let mut tcp = udp(TO_ALL, 53, 53, b"abc").bytes().to_vec();
    tcp[23] = 6;
    assert_eq!(summary(&tcp).label(), "TCP", "too short to be a segment");
    tcp[23] = 47;
    assert_eq!(summary(&tcp).label(), "IPv4");
    let mut fragment = dhcp_frame(MessageType::Discover).bytes().to_vec();
    fragment[20] |= 0x20;
    assert_eq!(summary(&fragment).label(), "IPv4");
    let arp = Arp::probe(CLIENT, Ipv4Addr::LOCALHOST).frame();
    assert_eq!(summary(&arp.bytes()[..30]).label(), "ARP");
}

proptest! {
    #[test]
    fn any_bytes_have_a_summary(bytes in vec(any::<u8>(), 0..400), spoiled in vec((0..342_usize, any::<u8>()), 0..8)) {
        let _ = summary(&bytes).label();
        let mut frame = dhcp_frame(MessageType::Discover).bytes().to_vec();
        for (at, value) in spoiled {
            frame[at] = value;
        }
        frame.truncate(bytes.len());
        let _ = summary(&frame).label();
    }
}
