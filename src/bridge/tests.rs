use super::*;
use crate::dhcp::Note;
use crate::scenario::library;
use crate::wire::frame::{Route, udp};

const CARD: Mac = Mac([2, 0, 0, 0, 0, 0x99]);

fn bridge(side: Side, name: Option<&str>) -> Result<Bridge, Unfit> {
    let scenario = library::load("lease-origin").unwrap();
    Bridge::new(&scenario, side, name, CARD, 7, true)
}

fn sent(bridge: &mut Bridge) -> Vec<Frame> {
    let news = bridge.take();
    let entries = bridge.journal().from(news.start);
    entries
        .filter_map(|(id, entry)| bridge.outgoing(id, entry))
        .cloned()
        .collect()
}

#[test]
fn a_node_is_found_by_kind_or_by_name() {
    assert!(bridge(Side::Client, None).is_ok());
    assert!(bridge(Side::Client, Some("laptop")).is_ok());
    assert!(bridge(Side::Server, Some("server2")).is_ok());
    let several = bridge(Side::Server, None).unwrap_err().to_string();
    assert!(several.ends_with("server1, server2"), "{several}");
    let unknown = bridge(Side::Server, Some("laptop")).unwrap_err();
    assert!(unknown.to_string().contains("no server 'laptop'"));
}

/// Two bridges, each with a world of its own, as two machines would be.
#[test]
fn a_client_and_a_server_of_two_worlds_come_to_a_lease() {
    let mut client = bridge(Side::Client, None).unwrap();
    let mut server = Bridge::new(
        &library::load("lease-origin").unwrap(),
        Side::Server,
        Some("server1"),
        Mac([2, 0, 0, 0, 0, 0x98]),
        8,
        true,
    )
    .unwrap();
    for millis in 0..20_000 {
        let now = Instant::ZERO + Duration::from_millis(millis);
        client.advance(now);
        server.advance(now);
        for frame in sent(&mut client) {
            server.receive(now, frame.bytes().to_vec());
        }
        for frame in sent(&mut server) {
            client.receive(now, frame.bytes().to_vec());
        }
    }
    let lease = client
        .world()
        .node(OWN)
        .client()
        .unwrap()
        .address()
        .unwrap();
    assert_eq!(lease.to_string(), "192.168.1.10");
    let committed = server.journal().entries().iter().any(|entry| {
        matches!(&entry.what, What::Dhcp(Note::Server(crate::dhcp::ServerNote::Committed { address, client, .. }))
            if *address == lease && *client == CARD)
    });
    assert!(committed);
}

#[test]
fn without_carrier_nothing_goes_out_until_it_is_there() {
    let scenario = library::load("lease-origin").unwrap();
    let mut client = Bridge::new(&scenario, Side::Client, None, CARD, 7, false).unwrap();
    client.advance(Instant::from_micros(20_000_000));
    assert_eq!(sent(&mut client), []);
    client.set_carrier(Instant::from_micros(21_000_000), true);
    assert_eq!(sent(&mut client).len(), 1);
}

#[test]
fn a_frame_of_no_concern_leaves_no_trace() {
    let mut client = bridge(Side::Client, None).unwrap();
    client.advance(Instant::ZERO);
    let before = client.journal().len();
    let route = Route {
        source_mac: Mac([2, 0, 0, 0, 0, 1]),
        destination_mac: CARD,
        source: [192, 0, 2, 1].into(),
        destination: [192, 0, 2, 2].into(),
    };
    client.receive(
        Instant::ZERO,
        udp(route, 53, 4_000, b"dns").bytes().to_vec(),
    );
    client.receive(Instant::ZERO, vec![0xff; 14]);
    client.receive(Instant::ZERO, Vec::new());
    assert_eq!(client.journal().len(), before);
}

#[test]
fn a_checksum_left_to_the_card_is_filled_in_and_a_wrong_one_is_not() {
    for payload in [&b"an even one"[..], b"an odd one"] {
        let route = Route {
            source_mac: Mac([2, 0, 0, 0, 0, 1]),
            destination_mac: CARD,
            source: [10, 200, 255, 1].into(),
            destination: [255, 255, 255, 255].into(),
        };
        let whole = udp(route, 67, 68, payload).bytes().to_vec();
        let mut half = whole.clone();
        let words = [
            10 << 8 | 200,
            255 << 8 | 1,
            0xffff,
            0xffff,
            17,
            8 + payload.len() as u64,
        ];
        let mut pseudo: u64 = words.iter().sum();
        while pseudo > 0xffff {
            pseudo = (pseudo & 0xffff) + (pseudo >> 16);
        }
        half[40..42].copy_from_slice(&u16::try_from(pseudo).unwrap().to_be_bytes());
        fill_checksum(&mut half);
        assert_eq!(half, whole);
        let mut wrong = whole.clone();
        wrong[41] ^= 0x40;
        let kept = wrong.clone();
        fill_checksum(&mut wrong);
        assert_eq!(wrong, kept);
        fill_checksum(&mut half[..30]);
    }
}
