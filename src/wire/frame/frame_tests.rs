use etherparse::{IpFragOffset, IpNumber, Ipv4Header};
use proptest::prelude::*;

use super::*;

const LAPTOP: Mac = Mac([2, 0, 0, 0, 0, 1]);
const SERVER: Mac = Mac([2, 0, 0, 0, 0, 2]);
const ROUTE: Route = Route {
    source_mac: LAPTOP,
    destination_mac: SERVER,
    source: Ipv4Addr::new(192, 0, 2, 7),
    destination: Ipv4Addr::new(192, 0, 2, 1),
};
const UDP_AT: usize = 34;

/// An IPv4 frame whose header `change` has spoiled, with the checksum to match.
fn ip_frame(protocol: IpNumber, body: &[u8], change: impl FnOnce(&mut Ipv4Header)) -> Vec<u8> {
    let length = u16::try_from(body.len()).unwrap();
    let mut header = Ipv4Header::new(length, 64, protocol, [192, 0, 2, 7], [192, 0, 2, 1]).unwrap();
    change(&mut header);
    header.header_checksum = header.calc_header_checksum();
    let ethernet = Ethernet2Header {
        source: LAPTOP.0,
        destination: SERVER.0,
        ether_type: EtherType::IPV4,
    };
    let mut bytes = ethernet.to_bytes().to_vec();
    bytes.extend_from_slice(&header.to_bytes());
    bytes.extend_from_slice(body);
    bytes
}

fn udp_payload(frame: &Frame) -> Udp<'_> {
    match parse(frame.bytes()) {
        Ok(Payload::Ip(Ip {
            transport: Transport::Udp(udp),
            ..
        })) => udp,
        other => panic!("{other:?}"),
    }
}

#[test]
fn arp_comes_back_as_it_went_out() {
    let candidate = Ipv4Addr::new(192, 0, 2, 7);
    let reply = Arp {
        reply: true,
        sha: SERVER,
        spa: candidate,
        tha: LAPTOP,
        tpa: ROUTE.destination,
    };
    let request = Arp {
        reply: false,
        tha: Mac::ZERO,
        ..reply
    };
    for arp in [
        reply,
        request,
        Arp::probe(LAPTOP, candidate),
        Arp::announcement(LAPTOP, candidate),
    ] {
        let frame = arp.frame();
        assert_eq!(frame.bytes().len(), MIN_FRAME);
        assert_eq!(frame.source(), arp.sha);
        assert_eq!(
            frame.destination(),
            if arp.reply { LAPTOP } else { Mac::BROADCAST }
        );
        assert_eq!(parse(frame.bytes()), Ok(Payload::Arp(arp)));
    }
    assert!(Arp::probe(LAPTOP, candidate).is_probe());
    assert!(!Arp::announcement(LAPTOP, candidate).is_probe());
}

#[test]
fn arp_that_is_not_for_ipv4_over_ethernet_is_refused() {
    let good = Arp::probe(LAPTOP, ROUTE.source).frame();
    for (at, value) in [(15, 6), (16, 0x86), (18, 5), (19, 6), (21, 3)] {
        let mut bytes = good.bytes().to_vec();
        bytes[at] = value;
        assert_eq!(parse(&bytes), Err(BadFrame::Malformed("ARP")), "byte {at}");
    }
}

#[test]
fn echo_comes_back_as_it_went_out() {
    for reply in [false, true] {
        for data in [&b""[..], b"abc", &[0xa5; 56]] {
            let sent = Echo {
                reply,
                ident: 0x1234,
                sequence: 7,
                data,
            };
            let frame = echo(ROUTE, &sent);
            let transport = Transport::Echo(sent);
            let expected = Ip {
                source: ROUTE.source,
                destination: ROUTE.destination,
                ttl: 64,
                transport,
            };
            assert_eq!(parse(frame.bytes()), Ok(Payload::Ip(expected)));
        }
    }
}

#[test]
fn a_frame_is_never_shorter_than_ethernet_allows_and_its_padding_is_not_payload() {
    let frame = udp(ROUTE, 68, 67, b"x");
    assert_eq!(frame.bytes().len(), MIN_FRAME);
    assert_eq!(udp_payload(&frame).payload, b"x");
    assert_eq!(Frame::new(vec![1, 2]).source(), Mac::ZERO);
}

#[test]
fn every_flipped_bit_behind_the_ethernet_header_is_noticed() {
    let data = [0x5a; 33];
    let frames = [
        udp(ROUTE, 68, 67, &data),
        echo(
            ROUTE,
            &Echo {
                reply: false,
                ident: 1,
                sequence: 2,
                data: &data,
            },
        ),
    ];
    for frame in frames {
        for at in ETHERNET_HEADER..frame.bytes().len() {
            for bit in 0..8 {
                let mut bytes = frame.bytes().to_vec();
                bytes[at] ^= 1 << bit;
                assert!(parse(&bytes).is_err(), "byte {at}, bit {bit}");
            }
        }
    }
}

#[test]
fn a_wrong_checksum_is_named() {
    let flip = |frame: Frame, at: usize| {
        let mut bytes = frame.bytes().to_vec();
        bytes[at] ^= 0x10;
        parse(&bytes).map(|_| ())
    };
    let datagram = || udp(ROUTE, 68, 67, &[1; 40]);
    let ping = || {
        echo(
            ROUTE,
            &Echo {
                reply: false,
                ident: 1,
                sequence: 2,
                data: &[1; 40],
            },
        )
    };
    assert_eq!(flip(datagram(), 24), Err(BadFrame::Checksum("IPv4")));
    assert_eq!(flip(datagram(), UDP_AT + 6), Err(BadFrame::Checksum("UDP")));
    assert_eq!(
        flip(datagram(), UDP_AT + 20),
        Err(BadFrame::Checksum("UDP"))
    );
    assert_eq!(flip(ping(), UDP_AT + 2), Err(BadFrame::Checksum("ICMP")));
    assert_eq!(flip(ping(), UDP_AT + 20), Err(BadFrame::Checksum("ICMP")));
}

#[test]
fn a_udp_checksum_of_zero_means_that_there_is_none() {
    let mut bytes = udp(ROUTE, 68, 67, &[1; 40]).bytes().to_vec();
    bytes[UDP_AT + 6..UDP_AT + 8].fill(0);
    assert!(parse(&bytes).is_ok());
}

#[test]
fn a_udp_checksum_that_comes_out_as_zero_is_sent_as_all_ones() {
    let ones = (0..=u16::MAX)
        .map(|word| udp(ROUTE, 68, 67, &word.to_be_bytes()))
        .find(|frame| frame.bytes()[UDP_AT + 6..UDP_AT + 8] == [0xff, 0xff])
        .expect("one of all words gives this sum");
    assert_eq!(udp_payload(&ones).destination, 67);
}

#[test]
fn a_frame_cut_off_anywhere_is_refused() {
    let frames = [
        (
            Arp::probe(LAPTOP, ROUTE.source).frame(),
            ETHERNET_HEADER + 28,
        ),
        (udp(ROUTE, 68, 67, &[7; 300]), UDP_AT + 8 + 300),
        (
            echo(
                ROUTE,
                &Echo {
                    reply: true,
                    ident: 1,
                    sequence: 2,
                    data: &[7; 56],
                },
            ),
            UDP_AT + 8 + 56,
        ),
    ];
    for (frame, whole) in frames {
        for length in 0..whole {
            let outcome = parse(&frame.bytes()[..length]);
            assert!(
                matches!(outcome, Err(BadFrame::Truncated(_))),
                "{length}: {outcome:?}"
            );
        }
        assert!(
            parse(&frame.bytes()[..whole]).is_ok(),
            "padding is not needed"
        );
    }
}

#[test]
fn fragments_are_refused() {
    let first = ip_frame(IpNumber::UDP, &[0; 32], |header| {
        header.dont_fragment = false;
        header.more_fragments = true;
    });
    let later = ip_frame(IpNumber::UDP, &[0; 32], |header| {
        header.fragment_offset = IpFragOffset::try_new(4).unwrap();
    });
    assert_eq!(parse(&first), Err(BadFrame::Fragment));
    assert_eq!(parse(&later), Err(BadFrame::Fragment));
}

#[test]
fn lengths_that_contradict_each_other_are_refused() {
    let datagram = |length: u16| {
        let mut body = vec![0, 68, 0, 67, 0, 0, 0, 0, 1, 2, 3, 4];
        body[4..6].copy_from_slice(&length.to_be_bytes());
        ip_frame(IpNumber::UDP, &body, |_| ())
    };
    assert!(parse(&datagram(12)).is_ok());
    assert!(
        parse(&datagram(10)).is_ok(),
        "a datagram may leave room in its packet"
    );
    assert_eq!(parse(&datagram(7)), Err(BadFrame::Malformed("UDP")));
    assert_eq!(parse(&datagram(13)), Err(BadFrame::Truncated("UDP")));
    let total = |length: u16| ip_frame(IpNumber::UDP, &[0; 12], |header| header.total_len = length);
    assert_eq!(parse(&total(19)), Err(BadFrame::Malformed("IPv4")));
    assert_eq!(parse(&total(60)), Err(BadFrame::Truncated("IPv4")));
    let version = {
        let mut bytes = datagram(12);
        bytes[ETHERNET_HEADER] = 0x65;
        bytes
    };
    assert_eq!(parse(&version), Err(BadFrame::Malformed("IPv4")));
}

#[test]
fn what_this_network_has_no_use_for_is_named_by_its_number() {
    let mut ipv6 = vec![0; 60];
    ipv6[12..14].copy_from_slice(&[0x86, 0xdd]);
    assert_eq!(parse(&ipv6), Ok(Payload::Other(0x86dd)));
    let transport = |bytes: &[u8]| match parse(bytes) {
        Ok(Payload::Ip(ip)) => format!("{:?}", ip.transport),
        other => format!("{other:?}"),
    };
    assert_eq!(
        transport(&ip_frame(IpNumber::IGMP, &[0; 20], |_| ())),
        "Other(2)"
    );
    let unreachable = [3, 1, 0xfc, 0xfe, 0, 0, 0, 0];
    assert_eq!(
        transport(&ip_frame(IpNumber::ICMP, &unreachable, |_| ())),
        "Other(1)"
    );
}

proptest! {
    #[test]
    fn any_datagram_comes_back_as_it_went_out(
        ports: (u16, u16),
        addresses: (u32, u32),
        payload in proptest::collection::vec(any::<u8>(), 0..1473),
    ) {
        let route = Route { source: addresses.0.into(), destination: addresses.1.into(), ..ROUTE };
        let frame = udp(route, ports.0, ports.1, &payload);
        let sent = Udp { source: ports.0, destination: ports.1, payload: &payload };
        prop_assert_eq!(udp_payload(&frame), sent);
    }

    #[test]
    fn any_bytes_are_a_frame_or_an_error(
        mut bytes in proptest::collection::vec(any::<u8>(), 0..200),
        ether_type in prop_oneof![Just([8, 0]), Just([8, 6])],
        first in prop_oneof![Just(0x45), any::<u8>()],
    ) {
        let _ = parse(&bytes);
        if bytes.len() > ETHERNET_HEADER {
            bytes[12..14].copy_from_slice(&ether_type);
            bytes[ETHERNET_HEADER] = first;
            let _ = parse(&bytes);
        }
    }
}

#[test]
fn a_peek_tells_what_a_frame_is_about() {
    let probe = Arp::probe(LAPTOP, ROUTE.source);
    let about = Peek::Arp {
        spa: probe.spa,
        tpa: probe.tpa,
    };
    assert_eq!(peek(probe.frame().bytes()), about);
    assert_eq!(
        peek(udp(ROUTE, 68, 67, b"x").bytes()),
        Peek::Udp { port: 67 }
    );
    let ping = Echo {
        reply: false,
        ident: 1,
        sequence: 1,
        data: b"",
    };
    assert_eq!(peek(echo(ROUTE, &ping).bytes()), Peek::Other);
    for length in 0..34 {
        assert_eq!(peek(&probe.frame().bytes()[..length]), Peek::Other);
    }
}

#[test]
fn c18_arp_from_a_link_local_address_goes_to_everyone_replies_too() {
    let reply = |spa: [u8; 4]| {
        let arp = Arp {
            reply: true,
            sha: Mac([2, 0, 0, 0, 0, 1]),
            spa: spa.into(),
            tha: Mac([2, 0, 0, 0, 0, 2]),
            tpa: [169, 254, 9, 9].into(),
        };
        arp.frame().destination()
    };
    assert_eq!(reply([169, 254, 1, 1]), Mac::BROADCAST);
    assert_eq!(reply([10, 0, 0, 1]), Mac([2, 0, 0, 0, 0, 2]));
}

#[test]
fn a_corrupted_frame_differs_in_one_bit_and_is_refused() {
    let dhcp = udp(ROUTE, 67, 68, &[7; 300]);
    let short = udp(ROUTE, 67, 68, &[7]);
    let empty = udp(ROUTE, 67, 68, &[]);
    let ping = echo(
        ROUTE,
        &Echo {
            reply: false,
            ident: 1,
            sequence: 2,
            data: b"abc",
        },
    );
    let arp = Arp::probe(LAPTOP, ROUTE.destination).frame();
    let other = Frame::new(ip_frame(IpNumber(89), b"hello", |_| {}));
    let mut without = udp(ROUTE, 67, 68, &[7; 40]).bytes().to_vec();
    without[UDP_AT + 6..UDP_AT + 8].fill(0);
    for (frame, why) in [
        (dhcp, BadFrame::Checksum("UDP")),
        (short, BadFrame::Checksum("UDP")),
        (empty, BadFrame::Checksum("UDP")),
        (ping, BadFrame::Checksum("ICMP")),
        (arp, BadFrame::Malformed("ARP")),
        (other, BadFrame::Checksum("IPv4")),
        (Frame::new(without), BadFrame::Checksum("IPv4")),
    ] {
        assert!(parse(frame.bytes()).is_ok());
        let spoiled = frame.corrupted();
        let differ = frame.bytes().iter().zip(spoiled.bytes());
        let bits: u32 = differ.map(|(one, other)| (one ^ other).count_ones()).sum();
        assert_eq!(bits, 1);
        assert_eq!(parse(spoiled.bytes()).unwrap_err(), why, "{frame:?}");
        assert_eq!(peek(spoiled.bytes()), peek(frame.bytes()), "{frame:?}");
    }
}
