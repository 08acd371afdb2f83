use std::fmt::Write as _;
use std::net::Ipv4Addr;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::wire::dhcp::{Message, MessageType, Op};
use crate::wire::frame::{Arp, Echo, Frame, Route, echo, udp};

const CLIENT: Mac = Mac([2, 0, 0, 0, 0, 1]);
const SERVER: Mac = Mac([2, 0, 0, 0, 0, 2]);
const TO_ALL: Route = Route {
    source_mac: CLIENT,
    destination_mac: Mac::BROADCAST,
    source: Ipv4Addr::UNSPECIFIED,
    destination: Ipv4Addr::BROADCAST,
};
/// Where a DHCP message and its options start in a frame without IP options.
const MESSAGE: usize = 42;
const OPTIONS: usize = MESSAGE + 240;

/// Fields of bits, the only ones that may stand in the bytes of another field.
const BITS: [&str; 22] = [
    "Version",
    "IHL",
    "DSCP",
    "ECN",
    "Flags",
    "Reserved",
    "Don't Fragment (DF)",
    "More Fragments (MF)",
    "Fragment Offset",
    "BROADCAST",
    "MBZ",
    "flags",
    "Data Offset",
    "Accurate ECN (AE)",
    "Congestion Window Reduced (CWR)",
    "ECN-Echo (ECE)",
    "Urgent (URG)",
    "Acknowledgment (ACK)",
    "Push (PSH)",
    "Reset (RST)",
    "Synchronize (SYN)",
    "Finish (FIN)",
];

fn discover() -> Message {
    Message::new(Op::Request, MessageType::Discover, 0x1234_5678, CLIENT)
}

/// A DISCOVER whose options field is these bytes.
fn with_options(options: &[u8]) -> Frame {
    udp(
        TO_ALL,
        68,
        67,
        &[&discover().bytes()[..240], options].concat(),
    )
}

/// What `dissect` promises: children cover their parent, only bits overlap.
fn check_cover(what: &str, range: Range<usize>, children: &[Field]) {
    let mut at = range.start;
    for child in children {
        let bits = BITS.contains(&child.name.as_ref());
        let next = child.range.start == at
            || (bits && range.start <= child.range.start && child.range.start < at);
        assert!(
            next,
            "{what}: {} is at {:?}, and not at {at}",
            child.name, child.range
        );
        assert!(
            child.range.end <= range.end,
            "{what}: {} runs on to {}",
            child.name,
            child.range.end
        );
        at = at.max(child.range.end);
        if !child.children.is_empty() {
            check_cover(&child.name, child.range.clone(), &child.children);
        }
    }
    assert_eq!(at, range.end, "{what} is not covered");
}

pub(super) fn checked(frame: &[u8]) -> Vec<Field> {
    let layers = dissect(frame);
    check_cover("the frame", 0..frame.len(), &layers);
    layers
}

/// The field with this path of names.
pub(super) fn find<'a>(fields: &'a [Field], path: &[&str]) -> &'a Field {
    let (name, rest) = path.split_first().unwrap();
    let field = fields
        .iter()
        .find(|field| field.name == *name)
        .unwrap_or_else(|| {
            let names: Vec<_> = fields.iter().map(|field| field.name.as_ref()).collect();
            panic!("no {name} among {names:?}")
        });
    if rest.is_empty() {
        field
    } else {
        find(&field.children, rest)
    }
}

pub(super) fn malformed(fields: &[Field]) -> Vec<String> {
    let inside = fields.iter().flat_map(|field| malformed(&field.children));
    let here = fields.iter().filter(|field| field.name == "Malformed");
    here.map(|field| field.value.clone())
        .chain(inside)
        .collect()
}

pub(super) fn outline(fields: &[Field], indent: usize, text: &mut String) {
    for field in fields {
        let Range { start, end } = field.range;
        writeln!(
            text,
            "{start:3}..{end:3} {:indent$}{}: {}",
            "", field.name, field.value
        )
        .unwrap();
        outline(&field.children, indent + 2, text);
    }
}

#[test]
fn a_discover_as_a_tree() {
    let mut message = discover();
    message.secs = 4;
    message.broadcast = true;
    message.options.push_raw(61, &[1, 2, 0, 0, 0, 0, 1]);
    message.options.push_raw(55, &[1, 3, 224]);
    let frame = udp(TO_ALL, 68, 67, &message.bytes());
    let mut text = String::new();
    outline(&checked(frame.bytes()), 0, &mut text);
    insta::assert_snapshot!(text);
}

#[test]
fn arp_and_echo_as_trees() {
    let arp = Arp {
        reply: true,
        sha: SERVER,
        spa: Ipv4Addr::new(192, 0, 2, 1),
        tha: CLIENT,
        tpa: Ipv4Addr::new(192, 0, 2, 7),
    };
    let route = Route {
        source: arp.tpa,
        destination: arp.spa,
        destination_mac: SERVER,
        ..TO_ALL
    };
    let mut text = String::new();
    outline(&checked(arp.frame().bytes()), 0, &mut text);
    let ping = Echo {
        reply: false,
        ident: 0x1234,
        sequence: 1,
        data: &[0; 4],
    };
    outline(&checked(echo(route, &ping).bytes()), 0, &mut text);
    insta::assert_snapshot!(text);
}

#[test]
fn all_message_types_are_named() {
    for kind in MessageType::all() {
        let frame = udp(
            TO_ALL,
            68,
            67,
            &Message::new(Op::Request, kind, 1, CLIENT).bytes(),
        );
        let layers = checked(frame.bytes());
        assert_eq!(find(&layers, &["DHCP"]).value, kind.name());
        let option = find(&layers, &["DHCP", "Option 53: DHCP Message Type", "Value"]);
        assert_eq!(option.value, format!("{} ({})", kind.name(), kind.number()));
    }
}

#[test]
fn parts_of_values_have_their_places() {
    let frame = with_options(&[
        53, 1, 1, 55, 2, 1, 3, 61, 15, 255, 0, 0, 0, 1, 0, 3, 0, 1, 2, 0, 0, 0, 0, 1, 255,
    ]);
    let layers = checked(frame.bytes());
    let list = find(
        &layers,
        &["DHCP", "Option 55: Parameter Request List", "Value"],
    );
    let items: Vec<_> = list
        .children
        .iter()
        .map(|item| (item.value.as_str(), item.range.start - OPTIONS))
        .collect();
    assert_eq!(items, [("Subnet Mask (1)", 5), ("Router (3)", 6)]);
    let id = find(&layers, &["DHCP", "Option 61: Client Identifier", "Value"]);
    let items: Vec<_> = id
        .children
        .iter()
        .map(|item| (item.name.as_ref(), item.value.as_str()))
        .collect();
    let expected = [
        ("Type", "255 (IAID and DUID)"),
        ("IAID", "0x00000001"),
        ("DUID Type", "3 (DUID-LL)"),
        ("Hardware Type", "1 (Ethernet)"),
        ("Link-Layer Address", "02:00:00:00:00:01"),
    ];
    assert_eq!(items, expected);
}

#[test]
fn overloaded_fields_show_their_options_and_others_their_text() {
    let mut message = [&discover().bytes()[..240], &[53, 1, 1, 52, 1, 1, 255]].concat();
    message[44..52].copy_from_slice(b"bo\x00t\x00\x00\x00\x00");
    message[108..113].copy_from_slice(&[0, 12, 1, b'a', 255]);
    let layers = checked(udp(TO_ALL, 68, 67, &message).bytes());
    assert_eq!(find(&layers, &["DHCP", "sname"]).value, "\"bo\\x00t\"");
    let file = find(&layers, &["DHCP", "file"]);
    assert_eq!(file.value, "options (overload)");
    let inside: Vec<_> = file
        .children
        .iter()
        .map(|field| (field.name.as_ref(), field.value.as_str()))
        .collect();
    let expected = [
        ("Option 0: Pad", "1 byte"),
        ("Option 12: Host Name", "\"a\""),
        ("Option 255: End", ""),
        ("Padding", "123 bytes of zeros"),
    ];
    assert_eq!(inside, expected);
}

#[test]
fn pieces_of_an_option_are_shown_together_at_the_first() {
    let frame = with_options(&[53, 1, 1, 12, 2, b'l', b'a', 15, 1, b'x', 12, 1, b'p', 255]);
    let layers = checked(frame.bytes());
    let shown: Vec<_> = find(&layers, &["DHCP"])
        .children
        .iter()
        .filter(|field| field.name == "Option 12: Host Name")
        .map(|field| field.value.as_str())
        .collect();
    assert_eq!(shown, ["piece 1 of 2, together \"lap\"", "piece 2 of 2"]);
}

#[test]
fn wrong_checksums_say_what_is_right() {
    let frame = udp(TO_ALL, 68, 67, &discover().bytes());
    let checksums = |bytes: &[u8]| {
        let layers = checked(bytes);
        let value = |layer, name| find(&layers, &[layer, name]).value.clone();
        (value("IPv4", "Header Checksum"), value("UDP", "Checksum"))
    };
    let (ip, udp) = checksums(frame.bytes());
    assert!(
        ip.ends_with("(correct)") && udp.ends_with("(correct)"),
        "{ip}, {udp}"
    );
    let mut bytes = frame.bytes().to_vec();
    bytes[22] = 63;
    bytes[100] ^= 1;
    let (wrong_ip, wrong_udp) = checksums(&bytes);
    let found = |value: &str| value[..6].to_owned();
    assert!(
        wrong_ip.starts_with(&format!("{} (wrong, should be 0x", found(&ip))),
        "{wrong_ip}"
    );
    assert!(
        wrong_udp.starts_with(&format!("{} (wrong, should be 0x", found(&udp))),
        "{wrong_udp}"
    );
    // What it should be is what makes it right.
    for (at, value) in [(24, &wrong_ip), (40, &wrong_udp)] {
        let right = u16::from_str_radix(&value[value.len() - 5..value.len() - 1], 16).unwrap();
        bytes[at..at + 2].copy_from_slice(&right.to_be_bytes());
    }
    let (ip, udp) = checksums(&bytes);
    assert!(
        ip.ends_with("(correct)") && udp.ends_with("(correct)"),
        "{ip}, {udp}"
    );
    bytes[40..42].fill(0);
    assert_eq!(checksums(&bytes).1, "0x0000 (not used)");
}

#[test]
fn a_checksum_of_all_ones_is_as_good_as_one_of_zeros() {
    let mut bytes = udp(TO_ALL, 68, 67, &discover().bytes()).bytes().to_vec();
    let identification = u16::from_be_bytes([bytes[24], bytes[25]]);
    bytes[18..20].copy_from_slice(&identification.to_be_bytes());
    bytes[24..26].fill(0xff);
    let layers = checked(&bytes);
    let shown = &find(&layers, &["IPv4", "Header Checksum"]).value;
    assert_eq!(shown, "0xffff (correct)");
    assert!(crate::wire::frame::parse(&bytes).is_ok());
}

#[test]
fn what_is_malformed_is_said_where_it_is() {
    let say = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = with_options(&[53, 1, 1, 255]).bytes().to_vec();
        change(&mut bytes);
        let layers = checked(&bytes);
        (malformed(&layers), layers)
    };
    let (errors, layers) = say(&|bytes| bytes[MESSAGE] = 7);
    assert_eq!(errors, Vec::<String>::new());
    let op = find(&layers, &["DHCP", "op"]);
    assert_eq!(
        op.value,
        "7 (wrong: op is 7, not 1 (BOOTREQUEST) or 2 (BOOTREPLY))"
    );
    let (_, layers) = say(&|bytes| bytes[MESSAGE + 2] = 17);
    assert_eq!(
        find(&layers, &["DHCP", "hlen"]).value,
        "17 (wrong: hlen is 17, but chaddr holds 16 bytes)"
    );
    let (errors, _) = say(&|bytes| bytes[MESSAGE + 236] = 0);
    assert_eq!(errors, ["no magic cookie 63 82 53 63 at byte 236"]);
    let (errors, layers) = say(&|bytes| bytes[OPTIONS + 1] = 9);
    assert_eq!(
        errors,
        ["option 53 at byte 240 runs past the end of its field"]
    );
    assert_eq!(
        find(&layers, &["DHCP", "Malformed"]).range,
        OPTIONS..OPTIONS + 4
    );
    let (errors, _) = say(&|bytes| bytes[OPTIONS] = 12);
    assert_eq!(errors, ["no message type (option 53)"]);
    let (_, layers) = say(&|bytes| bytes[OPTIONS + 2] = 99);
    let kind = find(&layers, &["DHCP", "Option 53: DHCP Message Type"]);
    assert_eq!(kind.value, "99 (wrong: message type 99 is unknown)");
    let (_, layers) = say(&|bytes| bytes[OPTIONS] = 51);
    let lease = find(&layers, &["DHCP", "Option 51: IP Address Lease Time"]);
    assert_eq!(lease.value, "01 (wrong: option 51 has the length 1)");
    let (errors, layers) = say(&|bytes| bytes[14] = 0x44);
    assert_eq!(errors, ["the IPv4 header is malformed"]);
    assert_eq!(find(&layers, &["IPv4", "IHL"]).value, "4 (16 bytes)");
    let (errors, _) = say(&|bytes| bytes.truncate(30));
    assert_eq!(errors, ["the frame is cut off inside its IPv4 header"]);
    let (errors, layers) = say(&|bytes| bytes.truncate(200));
    assert_eq!(
        errors,
        ["158 bytes are too short for a DHCP message of at least 240"]
    );
    let length = find(&layers, &["IPv4", "Total Length"]);
    assert_eq!(length.value, "272 (wrong, only 186 bytes are there)");
    let checksum = find(&layers, &["UDP", "Checksum"]);
    assert!(
        checksum
            .value
            .ends_with("(not checked, the packet is not whole)"),
        "{}",
        checksum.value
    );
}

#[test]
fn a_frame_cut_off_anywhere_has_a_tree() {
    let route = Route {
        destination_mac: SERVER,
        ..TO_ALL
    };
    let frames = [
        udp(TO_ALL, 68, 67, &discover().bytes()),
        echo(
            route,
            &Echo {
                reply: false,
                ident: 1,
                sequence: 1,
                data: &[1; 56],
            },
        ),
        Arp::probe(CLIENT, Ipv4Addr::LOCALHOST).frame(),
    ];
    for frame in frames {
        for length in 0..=frame.bytes().len() {
            checked(&frame.bytes()[..length]);
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_have_a_tree_that_covers_them(bytes in vec(any::<u8>(), 0..400)) {
        checked(&bytes);
    }

    #[test]
    fn any_spoiled_frame_has_a_tree_that_covers_it(
        options in vec(any::<u8>(), 0..300),
        spoiled in vec((0..282_usize, any::<u8>()), 0..8),
        length in 200..700_usize,
    ) {
        let mut bytes = with_options(&[&[53, 1, 1, 52, 1, 3], options.as_slice()].concat()).bytes().to_vec();
        for (at, value) in spoiled {
            bytes[at] = value;
        }
        bytes.truncate(length);
        checked(&bytes);
    }

    #[test]
    fn any_option_has_parts_that_cover_it(code in 1..255_u8, value in vec(any::<u8>(), 0..40)) {
        let length = u8::try_from(value.len()).unwrap();
        checked(with_options(&[&[53, 1, 1, code, length], value.as_slice(), &[255]].concat()).bytes());
    }
}
