//! Any bytes as a frame: read, shown as a tree, and heard by the hosts of a running network.

use std::cell::RefCell;
use std::ops::Range;

use dhcp_lab::lesson;
use dhcp_lab::scenario::{Scenario, library};
use dhcp_lab::sim::{Journal, World};
use dhcp_lab::time::{Duration, Instant};
use dhcp_lab::view::journal;
use dhcp_lab::wire::dhcp::Message;
use dhcp_lab::wire::dissect::{Field, dissect};
use dhcp_lab::wire::frame::{Frame, Payload, Peek, Transport, parse, peek};
use dhcp_lab::wire::summary::summary;

pub(crate) fn run(bytes: &[u8]) {
    read(bytes);
    let mut whole = bytes.to_vec();
    mend(&mut whole);
    if whole != bytes {
        read(&whole);
    }
    if peek(&whole) != Peek::Other || whole.get(23) == Some(&1) {
        hear(whole);
    }
}

/// The tree covers the bytes, and the tree, the label and the parser say the same.
fn read(bytes: &[u8]) {
    let layers = dissect(bytes);
    cover("frame", 0..bytes.len(), &layers);
    let said = summary(bytes);
    assert!(!said.label().is_empty());
    let Ok(payload) = parse(bytes) else { return };
    for layer in layers.iter().filter(|layer| layer.name != "DHCP") {
        assert!(!complains(layer), "read, but complained about: {layer:?}");
    }
    match payload {
        Payload::Arp(arp) => {
            let (spa, tpa) = (arp.spa, arp.tpa);
            assert_eq!(peek(bytes), Peek::Arp { spa, tpa });
            assert_eq!((said.source, said.destination), (Some(spa), Some(tpa)));
        }
        Payload::Ip(ip) => {
            assert_eq!(said.source, Some(ip.source));
            assert_eq!(said.destination, Some(ip.destination));
            if let Transport::Udp(udp) = ip.transport {
                let seen = peek(bytes);
                let options = bytes[14] != 0x45;
                assert!(
                    options
                        || seen
                            == Peek::Udp {
                                port: udp.destination
                            }
                );
                if let Some(tree) = layers.iter().find(|layer| layer.name == "DHCP") {
                    let refused = Message::parse(udp.payload).is_err();
                    assert!(
                        !refused || complains(tree),
                        "refused without a word: {tree:?}"
                    );
                }
            }
        }
        Payload::Other(_) => {}
    }
}

fn complains(field: &Field) -> bool {
    field.name == "Malformed"
        || field.value.contains("(wrong")
        || field.children.iter().any(complains)
}

/// Children cover their parent in order; only fields of bits share bytes.
fn cover(name: &str, range: Range<usize>, children: &[Field]) {
    let mut at = range.start;
    for child in children {
        assert!(child.range.start <= at, "{name}: a gap before {child:?}");
        assert!(child.range.start >= range.start && child.range.end <= range.end);
        at = at.max(child.range.end);
        if !child.children.is_empty() {
            cover(&child.name, child.range.clone(), &child.children);
        }
    }
    assert_eq!(at, range.end, "{name}: not all of it is shown");
}

/// Makes the checksums right, which no mutation hits by itself.
pub(crate) fn mend(bytes: &mut [u8]) {
    if bytes.get(12..14) != Some(&[8, 0]) {
        return;
    }
    let Some(first) = bytes.get(14) else { return };
    let header = usize::from(first & 15) * 4;
    if header < 20 || bytes.len() < 14 + header {
        return;
    }
    bytes[24..26].fill(0);
    let right = sum(&bytes[14..14 + header]);
    bytes[24..26].copy_from_slice(&right);
    let end = 14 + usize::from(u16::from_be_bytes([bytes[16], bytes[17]]));
    let protocol = bytes[23];
    let body = bytes.len().min(14 + header)..bytes.len().min(end.max(14 + header));
    let body = &mut bytes[body];
    if protocol == 17 && body.len() >= 8 {
        body[6..8].fill(0);
    } else if protocol == 1 && body.len() >= 8 {
        body[2..4].fill(0);
        let right = sum(body);
        body[2..4].copy_from_slice(&right);
    }
}

fn sum(bytes: &[u8]) -> [u8; 2] {
    let mut sum: u32 = bytes
        .chunks(2)
        .map(|pair| u32::from(pair[0]) << 8 | u32::from(*pair.get(1).unwrap_or(&0)))
        .sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    let [_, _, high, low] = (!sum).to_be_bytes();
    [high, low]
}

struct Network {
    scenario: Scenario,
    world: World,
    journal: Journal,
}

impl Network {
    /// The scenario at an instant.
    fn at(name: &str, at: Duration) -> Self {
        let scenario = library::load(name).unwrap();
        let mut world = World::new(&scenario);
        let mut journal = Journal::default();
        world.run_until(Instant::ZERO + at, scenario.commands(), &mut journal);
        Self {
            scenario,
            world,
            journal,
        }
    }
}

thread_local! {
    /// While the client looks for an address, and when it has one.
    static NETWORKS: RefCell<Vec<Network>> = RefCell::new(vec![
        Network::at("two-servers", Duration::from_millis(1_002)),
        Network::at("two-servers", Duration::from_secs(60)),
        Network::at("relay", Duration::from_secs(60)),
    ]);
}

/// Every host of one of the networks hears the frame over its cable, and the network goes on for a
/// while.
fn hear(mut bytes: Vec<u8>) {
    const EVENTS: usize = 400;
    let choice = bytes
        .iter()
        .fold(0_usize, |sum, byte| sum + usize::from(*byte));
    // A card turns away what is for another one.
    if bytes[0] & 1 == 0 {
        bytes[..6].fill(0xff);
    }
    let frame = Frame::new(bytes);
    NETWORKS.with_borrow(|networks| {
        let network = &networks[choice % networks.len()];
        let scenario = &network.scenario;
        let mut world = network.world.clone();
        let mut written = network.journal.clone();
        let before = written.len();
        for (link, ends, _) in scenario.links() {
            for (end, far) in [(ends[0], ends[1]), (ends[1], ends[0])] {
                if world.node(end).host().is_some() {
                    world.inject(link, far, &frame, &mut written);
                }
            }
        }
        let until = world.now() + Duration::from_secs(3);
        for _ in 0..EVENTS {
            if world
                .next_at(scenario.commands())
                .is_none_or(|at| at > until)
            {
                break;
            }
            world.step(scenario.commands(), &mut written);
        }
        for (id, entry) in written.from(before) {
            assert!(!journal::line(scenario, id, entry).is_empty());
            let _ = lesson::tell(scenario, &written, id);
        }
    });
}
