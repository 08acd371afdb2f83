use etherparse::TcpOptionElement::{
    MaximumSegmentSize, Noop, SelectiveAcknowledgementPermitted, WindowScale,
};
use proptest::prelude::*;

use super::super::tests::{checked, find, malformed, outline};
use crate::wire::Mac;
use crate::wire::failover::{Body, Message};
use crate::wire::frame::{Frame, ipv4};

/// Where the segment starts, and where its options do.
const SEGMENT: usize = 34;
const OPTIONS: usize = SEGMENT + 20;

fn frame(body: &[u8]) -> Frame {
    let mut packet = Vec::new();
    etherparse::PacketBuilder::ipv4([192, 0, 2, 7], [192, 0, 2, 1], 64)
        .write(&mut packet, etherparse::IpNumber::TCP, body)
        .unwrap();
    ipv4(Mac([2, 0, 0, 0, 0, 1]), Mac([2, 0, 0, 0, 0, 2]), &packet)
}

fn segment(options: &[etherparse::TcpOptionElement], payload: &[u8]) -> Vec<u8> {
    let mut packet = Vec::new();
    etherparse::PacketBuilder::ipv4([192, 0, 2, 7], [192, 0, 2, 1], 64)
        .tcp(49_152, 647, 7, 8_192)
        .syn()
        .options(options)
        .unwrap()
        .write(&mut packet, payload)
        .unwrap();
    packet.split_off(20)
}

#[test]
fn a_syn_as_a_tree() {
    let options = [
        MaximumSegmentSize(1_460),
        Noop,
        WindowScale(7),
        SelectiveAcknowledgementPermitted,
    ];
    let mut text = String::new();
    let layers = checked(frame(&segment(&options, b"")).bytes());
    outline(&layers[2..], 0, &mut text);
    insta::assert_snapshot!(text);
}

#[test]
fn data_stand_behind_the_options() {
    let layers = checked(frame(&segment(&[MaximumSegmentSize(536)], b"abc")).bytes());
    assert_eq!(find(&layers, &["Data"]).range, OPTIONS + 4..OPTIONS + 7);
    let checksum = &find(&layers, &["TCP", "Checksum"]).value;
    assert!(checksum.ends_with("(correct)"), "{checksum}");
}

#[test]
fn failover_messages_are_read_where_they_begin() {
    let contact = Message {
        time: 1_700_000_000,
        xid: 9,
        digest: false,
        body: Body::Contact,
    };
    let message = contact.encode().unwrap();
    let two = [message.clone(), message.clone()].concat();
    let layers = checked(frame(&segment(&[], &two)).bytes());
    let names: Vec<_> = layers.iter().map(|layer| &*layer.name).collect();
    assert_eq!(names[3..], ["DHCP Failover", "DHCP Failover"]);
    assert_eq!(
        layers[4].range,
        OPTIONS + message.len()..OPTIONS + two.len()
    );
    assert_eq!(find(&layers, &["DHCP Failover", "Xid"]).value, "0x00000009");

    let amid = frame(&segment(&[], &message[5..]));
    assert_eq!(checked(amid.bytes())[3].name, "Data");
    let mut elsewhere = segment(&[], &message);
    elsewhere[2..4].copy_from_slice(&847_u16.to_be_bytes());
    let layers = checked(frame(&elsewhere).bytes());
    assert_eq!(layers[3].name, "DHCP Failover", "its port is a setting");
    assert_eq!(find(&layers, &["TCP"]).value, "TCP SYN");
    let mut other = segment(&[], b"GET / HTTP/1.1\r\n\r\n");
    other[2..4].copy_from_slice(&80_u16.to_be_bytes());
    assert_eq!(checked(frame(&other).bytes())[3].name, "Data");
}

#[test]
fn options_say_what_they_mean() {
    let table: &[(&[u8], &str, &str)] = &[
        (&[3, 3, 0, 1], "Window Scale", "0 (multiply by 1)"),
        (&[3, 3, 255, 1], "Window Scale", "255 (multiply by 0)"),
        (&[5, 10, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0], "SACK", "1-256"),
        (
            &[8, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 1],
            "Timestamps",
            "01 02 03 04 05 06 07 08",
        ),
        (&[2, 3, 9, 1], "Option", "2: 09"),
        (&[254, 4, 9, 9], "Option", "254: 09 09"),
        (&[0, 0, 0, 0], "Padding", "3 bytes of zeros"),
        (&[2, 9, 9, 9], "Malformed", "option 2 is cut off"),
        (&[2, 1, 9, 9], "Malformed", "option 2 is cut off"),
        (&[1, 1, 1, 2], "Malformed", "option 2 is cut off"),
    ];
    for (options, name, value) in table {
        let mut body = segment(&[], b"");
        body[12] = u8::try_from(5 + options.len() / 4).unwrap() << 4;
        body.extend_from_slice(options);
        let layers = checked(frame(&body).bytes());
        assert_eq!(find(&layers, &["TCP", "Options", name]).value, *value);
    }
}

#[test]
fn a_header_that_is_cut_off_or_too_short_is_malformed() {
    let with_offset = |words: u8| {
        let mut body = segment(&[], b"abc");
        body[12] = words << 4;
        malformed(&checked(frame(&body).bytes()))
    };
    assert_eq!(with_offset(4), ["the TCP header is malformed"]);
    assert_eq!(with_offset(5), [""; 0]);
    let cut = malformed(&checked(frame(&segment(&[], b"")[..17]).bytes()));
    assert_eq!(cut, ["the frame is cut off inside its TCP header"]);
}

proptest! {
    #[test]
    fn any_body_has_a_tree_that_covers_it(
        body in proptest::collection::vec(any::<u8>(), 0..80),
        offset in 0..16_u8,
    ) {
        let mut body = body;
        if let Some(byte) = body.get_mut(12) {
            *byte = offset << 4;
        }
        checked(frame(&body).bytes());
    }
}
