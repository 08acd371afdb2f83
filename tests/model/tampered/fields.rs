//! Wrong fields, one at a time.

use std::net::Ipv4Addr;

use dhcp_lab::wire::dhcp::{MessageType, code};

use super::{DISCOVER, RELEASE, Which, address, after};
use crate::trace::Dhcp;

const REQUEST: Which = Which("pc1", true, MessageType::Request);
const DECLINE: Which = Which("pc3", true, MessageType::Decline);
const INFORM: Which = Which("pc2", true, MessageType::Inform);
const OFFER: Which = Which("srv", true, MessageType::Offer);
const ACK: Which = Which("srv", true, MessageType::Ack);

fn name(dhcp: &mut Dhcp, code: u8, last: u8) {
    dhcp.message.options.push_address(code, address(last));
}

fn lack(dhcp: &mut Dhcp, code: u8) {
    dhcp.message.options.remove(code);
}

/// A change to a message, and what the model has to say of it.
type Change = (Which, fn(&mut Dhcp), &'static str);

const CLIENT: [Change; 32] = [
    (
        DISCOVER,
        |dhcp| dhcp.message.options.push_raw(code::HOST_NAME, b"other"),
        "option 12",
    ),
    (DISCOVER, |dhcp| dhcp.message.hops = 1, "hops"),
    (DISCOVER, |dhcp| dhcp.message.giaddr = address(1), "giaddr"),
    (
        DISCOVER,
        |dhcp| dhcp.message.secs += 1,
        "secs of a DISCOVER",
    ),
    (
        DISCOVER,
        |dhcp| dhcp.message.ciaddr = address(20),
        "from nowhere",
    ),
    (
        DISCOVER,
        |dhcp| dhcp.message.broadcast = false,
        "broadcast flag",
    ),
    (DISCOVER, |dhcp| dhcp.message.chaddr[9] = 1, "chaddr"),
    (DISCOVER, |dhcp| dhcp.source = address(200), "from nowhere"),
    (
        DISCOVER,
        |dhcp| dhcp.destination = address(10),
        "on both layers",
    ),
    (DISCOVER, |dhcp| dhcp.ports.0 = 67, "ports"),
    (
        DISCOVER,
        |dhcp| name(dhcp, code::SERVER_ID, 10),
        "names no server",
    ),
    (
        DISCOVER,
        |dhcp| dhcp.message.options.push_number(code::LEASE_TIME, 60),
        "option 51",
    ),
    (
        DISCOVER,
        |dhcp| dhcp.message.options.push_raw(code::RAPID_COMMIT, &[]),
        "option 80",
    ),
    (
        DISCOVER,
        |dhcp| lack(dhcp, code::PARAMETER_LIST),
        "option 55",
    ),
    (DISCOVER, |dhcp| lack(dhcp, code::CLIENT_ID), "option 61"),
    (REQUEST, |dhcp| dhcp.message.xid ^= 1, "repeats an offer"),
    (
        REQUEST,
        |dhcp| dhcp.message.secs += 1,
        "secs as in the DISCOVER",
    ),
    (
        REQUEST,
        |dhcp| dhcp.message.ciaddr = address(21),
        "from nowhere",
    ),
    (
        REQUEST,
        |dhcp| lack(dhcp, code::REQUESTED_ADDRESS),
        "repeats an offer",
    ),
    (REQUEST, |dhcp| lack(dhcp, code::SERVER_ID), "a new xid"),
    (REQUEST, |dhcp| lack(dhcp, code::LEASE_TIME), "option 51"),
    (DECLINE, |dhcp| dhcp.message.secs = 1, "secs 0"),
    (
        DECLINE,
        |dhcp| dhcp.message.broadcast = true,
        "broadcast flag",
    ),
    (DECLINE, |dhcp| lack(dhcp, code::SERVER_ID), "names both"),
    (
        DECLINE,
        |dhcp| dhcp.message.options.push_raw(code::PARAMETER_LIST, &[1]),
        "option 55",
    ),
    (
        DECLINE,
        |dhcp| dhcp.message.options.push_raw(code::MAX_SIZE, &[2, 64]),
        "option 57",
    ),
    (
        RELEASE,
        |dhcp| dhcp.message.ciaddr = Ipv4Addr::UNSPECIFIED,
        "comes from its ciaddr",
    ),
    (
        RELEASE,
        |dhcp| name(dhcp, code::REQUESTED_ADDRESS, 20),
        "comes from its ciaddr",
    ),
    (
        RELEASE,
        |dhcp| lack(dhcp, code::SERVER_ID),
        "goes to its server",
    ),
    (
        INFORM,
        |dhcp| name(dhcp, code::REQUESTED_ADDRESS, 200),
        "INFORM",
    ),
    (
        INFORM,
        |dhcp| dhcp.message.ciaddr = Ipv4Addr::UNSPECIFIED,
        "INFORM",
    ),
    (
        INFORM,
        |dhcp| {
            dhcp.source = address(9);
            dhcp.message.ciaddr = address(9);
        },
        "fixed address",
    ),
];

const SERVER: [Change; 19] = [
    (OFFER, |dhcp| dhcp.message.secs = 1, "S8 op, hops, secs"),
    (OFFER, |dhcp| dhcp.message.hops = 1, "S8 op, hops, secs"),
    (OFFER, |dhcp| dhcp.message.xid ^= 1, "xid and chaddr"),
    (OFFER, |dhcp| dhcp.message.broadcast = false, "flags echoed"),
    (
        OFFER,
        |dhcp| dhcp.message.giaddr = address(1),
        "giaddr echoed",
    ),
    (OFFER, |dhcp| dhcp.message.ciaddr = address(1), "ciaddr"),
    (OFFER, |dhcp| dhcp.message.siaddr = address(1), "siaddr"),
    (
        OFFER,
        |dhcp| dhcp.message.yiaddr = Ipv4Addr::UNSPECIFIED,
        "yiaddr",
    ),
    (OFFER, |dhcp| lack(dhcp, code::LEASE_TIME), "option 51"),
    (OFFER, |dhcp| lack(dhcp, code::SERVER_ID), "option 54"),
    (OFFER, |dhcp| lack(dhcp, code::CLIENT_ID), "echoed"),
    (OFFER, |dhcp| lack(dhcp, code::T1), "both or neither"),
    (
        OFFER,
        |dhcp| name(dhcp, code::REQUESTED_ADDRESS, 20),
        "never options",
    ),
    (OFFER, |dhcp| dhcp.ports.1 = 67, "where a reply goes"),
    (OFFER, |dhcp| dhcp.source = address(11), "its own address"),
    (ACK, |dhcp| dhcp.message.ciaddr = address(20), "ciaddr"),
    (
        ACK,
        |dhcp| dhcp.message.yiaddr = address(29),
        "what was asked for",
    ),
    (OFFER, |dhcp| dhcp.message.yiaddr = address(30), "pool"),
    (
        OFFER,
        |dhcp| {
            dhcp.message.options.remove(code::LEASE_TIME);
            dhcp.message.options.push_number(code::LEASE_TIME, u32::MAX);
        },
        "lease time",
    ),
];

#[test]
fn a_wrong_field_is_reported() {
    for (number, (which, change, rule)) in CLIENT.iter().chain(&SERVER).enumerate() {
        let lessee = |dhcp: &mut Dhcp| {
            // The first ACK is that of an INFORM.
            let fits = dhcp.kind != MessageType::Ack || !dhcp.message.yiaddr.is_unspecified();
            if fits {
                change(dhcp);
            }
            fits
        };
        let why = after(*which, lessee);
        assert!(why.contains(rule), "change {number}: {rule}: {why}");
    }
}

/// Each kind of REQUEST, by what it has and lacks.
#[test]
fn an_extending_request_is_held_to_its_column() {
    let extends = |dhcp: &mut Dhcp| !dhcp.message.ciaddr.is_unspecified();
    let why = after(REQUEST, |dhcp| {
        dhcp.message
            .options
            .push_address(code::REQUESTED_ADDRESS, address(21));
        extends(dhcp)
    });
    assert!(why.contains("no option 50"), "{why}");
    let why = after(REQUEST, |dhcp| {
        dhcp.destination = address(1);
        extends(dhcp)
    });
    assert!(why.contains("to its server"), "{why}");
}
