//! The story of `seeds/000`: its drawing comes out of settings, outages and times.

use super::build::*;
use crate::dhcp::failover::State;
use crate::dhcp::server::BindingState;
use crate::text::Language;
use crate::view::mermaid;
use crate::wire::failover::MessageType;

/// An arrow of a diagram: `client server2 DHCPREQUEST`, its instant, and whether it gets there; with
/// the note right before it, which says why it is sent.
struct Arrow {
    what: String,
    at: String,
    arrives: bool,
    reason: String,
}

fn arrows(diagram: &str) -> Vec<Arrow> {
    let mut reason = String::new();
    let mut found = Vec::new();
    for line in diagram.lines().map(str::trim) {
        if let Some(note) = line.strip_prefix("note over ") {
            note.clone_into(&mut reason);
            continue;
        }
        let Some((ends, rest)) = line.split_once(": ") else {
            continue;
        };
        let (from, to) = ends
            .split_once("->>")
            .or_else(|| ends.split_once("-x"))
            .unwrap();
        let (label, at) = rest.split_once(" (").unwrap();
        found.push(Arrow {
            what: format!("{from} {to} {label}"),
            at: at.trim_end_matches(')').to_owned(),
            arrives: ends.contains("->>"),
            reason: reason.clone(),
        });
    }
    found
}

/// The drawing of `seeds/000`: each arrow with the hour, a word of the reason, and whether it gets
/// there.
const DRAWN: [(&str, &str, &str, bool); 17] = [
    (
        "client server1 DHCPDISCOVER",
        "00:01",
        "client: 00:01:00.000 client has no lease, so it asks everyone",
        true,
    ),
    (
        "client server2 DHCPDISCOVER",
        "00:01",
        "client: 00:01:00.000 client has no lease, so it asks everyone",
        true,
    ),
    (
        "server1 client DHCPOFFER",
        "00:01",
        "server1: 00:01:00.000 server1 offers client the address 192.168.1.10 for 1 h",
        true,
    ),
    (
        "server2 client DHCPOFFER",
        "00:01",
        "server2: 00:01:00.000 server2 offers client the address 192.168.1.12 for 1 h",
        true,
    ),
    (
        "client server1 DHCPREQUEST",
        "00:01",
        "client accepts 192.168.1.10 from 192.168.1.1",
        true,
    ),
    (
        "client server2 DHCPREQUEST",
        "00:01",
        "so that every other server knows its own offer was declined",
        true,
    ),
    (
        "server1 client DHCPACK",
        "00:01",
        "server1 confirms with a DHCPACK: client has 192.168.1.10 for 1 h",
        true,
    ),
    // Back after three minutes, and server1 is dead.
    (
        "client server1 DHCPREQUEST",
        "00:08",
        "client remembers 192.168.1.10 and its lease still runs",
        false,
    ),
    (
        "client server2 DHCPREQUEST",
        "00:08",
        "client remembers 192.168.1.10 and its lease still runs",
        true,
    ),
    (
        "server2 client DHCPACK",
        "00:08",
        "server2 confirms with a DHCPACK: client has 192.168.1.10 for 8 h",
        true,
    ),
    // T1, twice.
    (
        "client server2 DHCPREQUEST",
        "04:08",
        "client asks 192.168.1.2, which gave it 192.168.1.10, for more time",
        true,
    ),
    (
        "server2 client DHCPACK",
        "04:08",
        "client has 192.168.1.10 for 8 h",
        true,
    ),
    (
        "client server2 DHCPREQUEST",
        "08:08",
        "client asks 192.168.1.2, which gave it 192.168.1.10, for more time",
        true,
    ),
    (
        "server2 client DHCPACK",
        "08:08",
        "client has 192.168.1.10 for 8 h",
        true,
    ),
    (
        "client server2 DHCPRELEASE",
        "12:06",
        "client gives 192.168.1.10 back",
        true,
    ),
    // An hour away, and where the drawing departs from the standard.
    (
        "client server2 DHCPREQUEST",
        "13:06",
        "By RFC 2131 its RELEASE has ended the lease",
        true,
    ),
    (
        "server2 client DHCPACK",
        "13:06",
        "client has 192.168.1.10 for 8 h",
        true,
    ),
];

/// The drawing of `seeds/000`, arrow by arrow, each with its time and its reason. What else there is
/// are copies of broadcasts to the dead server, failover messages, ARP and ping.
#[test]
fn the_drawing_comes_about_by_itself() {
    let scenario = built_in("two-server-day");
    let (world, journal) = run(&scenario);
    let diagram = mermaid::diagram(&scenario, &journal, Language::English).replace('\u{a0}', " ");
    let mut drawn = DRAWN.iter().peekable();
    for arrow in arrows(&diagram) {
        let is_next = |(what, hour, _, arrives): &&(&str, &str, &str, bool)| {
            arrow.what == *what && arrow.at.starts_with(hour) && arrow.arrives == *arrives
        };
        if let Some((what, _, reason, _)) = drawn.next_if(is_next) {
            assert!(arrow.reason.contains(reason), "{what}: {}", arrow.reason);
            continue;
        }
        let (ends, label) = arrow.what.rsplit_once(' ').unwrap();
        let to_the_dead = !arrow.arrives && ends == "client server1" && label.starts_with("DHCP");
        let label = arrow.what.splitn(3, ' ').nth(2).unwrap();
        let between = ["server1 server2", "server2 server1"];
        let partners = between.iter().any(|ends| arrow.what.starts_with(ends))
            && (label.starts_with("TCP ")
                || MessageType::ALL
                    .iter()
                    .any(|kind| label.starts_with(kind.name())));
        let rest =
            to_the_dead || partners || label.starts_with("ARP ") || label.starts_with("ICMP ");
        assert!(rest, "{} at {}: {diagram}", arrow.what, arrow.at);
    }
    let missing: Vec<_> = drawn.collect();
    assert!(missing.is_empty(), "{missing:?} in {diagram}");
    for note in [
        "client: 00:01:05.330 client has 192.168.1.10 for 1 h",
        "The MCLT (maximum client lead time) allows 1 h, not 8 h: server2 has not confirmed yet",
        "server2: 00:08:00.000 server2 writes the lease to its disk: 192.168.1.10 belongs to client until 08:08:00",
        "server2 goes from NORMAL to COMMUNICATIONS-INTERRUPTED: it hears nothing",
        "server2 goes from COMMUNICATIONS-INTERRUPTED to PARTNER-DOWN: its partner has been away for the whole safe period",
        "04:08:00.003 client has 192.168.1.10 for 8 h",
        "08:08:00.001 client has 192.168.1.10 for 8 h",
        "By the standard a RELEASE ends the lease",
        "21:06:00.000 The lease of client has ended without renewal: server2 frees 192.168.1.10",
    ] {
        assert!(diagram.contains(note), "{note} in {diagram}");
    }
    let server2 = world
        .node(scenario.find("server2").unwrap())
        .server()
        .unwrap();
    assert_eq!(server2.endpoint().unwrap().state(), State::PartnerDown);
    let (_, binding) = server2.bindings().next().unwrap();
    assert_eq!(binding.state, BindingState::Expired);
}
