use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

const CLIENT: Mac = Mac([2, 0, 0, 0, 0, 1]);

fn discover() -> Message {
    Message::new(Op::Request, MessageType::Discover, 0x1234_5678, CLIENT)
}

/// The fixed part and the cookie of a DISCOVER, and then these bytes.
fn with_options(options: &[u8]) -> Vec<u8> {
    [&discover().bytes()[..240], options].concat()
}

fn read(options: &[u8]) -> Result<Options, BadMessage> {
    Message::parse(&with_options(&[&[53, 1, 1], options].concat())).map(|message| message.options)
}

#[test]
fn every_fixed_field_comes_back_as_it_went_out() {
    let mut message = Message::new(Op::Reply, MessageType::Ack, 0xdead_beef, CLIENT);
    message.hops = 3;
    message.secs = 0x0102;
    message.broadcast = true;
    message.ciaddr = Ipv4Addr::new(192, 0, 2, 1);
    message.yiaddr = Ipv4Addr::new(192, 0, 2, 2);
    message.siaddr = Ipv4Addr::new(192, 0, 2, 3);
    message.giaddr = Ipv4Addr::new(192, 0, 2, 4);
    message
        .options
        .push_raw(code::LEASE_TIME, &3600_u32.to_be_bytes());
    let bytes = message.bytes();
    assert_eq!(
        bytes[..12],
        [2, 1, 6, 3, 0xde, 0xad, 0xbe, 0xef, 1, 2, 0x80, 0]
    );
    assert_eq!(Message::parse(&bytes), Ok(message.clone()));
    assert_eq!(message.mac(), CLIENT);
    assert_eq!(message.kind(), Some(MessageType::Ack));
}

#[test]
fn all_message_types_are_decoded() {
    for kind in MessageType::all() {
        let bytes = Message::new(Op::Request, kind, 1, CLIENT).bytes();
        let message = Message::parse(&bytes).unwrap();
        assert_eq!(message.kind(), Some(kind));
    }
    assert_eq!(
        Message::parse(&with_options(&[53, 1, 0, 255])),
        Err(BadMessage::UnknownMessageType(0))
    );
    assert_eq!(
        Message::parse(&with_options(&[53, 1, 19, 255])),
        Err(BadMessage::UnknownMessageType(19))
    );
}

#[test]
fn bootp_without_a_message_type_is_refused() {
    assert_eq!(
        Message::parse(&with_options(&[255])),
        Err(BadMessage::NoMessageType)
    );
    assert_eq!(
        Message::parse(&with_options(&[])),
        Err(BadMessage::NoMessageType)
    );
}

#[test]
fn c02_end_is_the_last_option_and_the_rest_up_to_300_bytes_is_zero() {
    let bytes = discover().bytes();
    assert_eq!(bytes.len(), 300);
    assert_eq!(bytes[240..244], [53, 1, 1, 255]);
    assert!(bytes[244..].iter().all(|byte| *byte == 0));
    let mut long = discover();
    long.options.push_raw(60, &[b'a'; 200]);
    assert_eq!(long.bytes().len(), 240 + 3 + 202 + 1);
}

#[test]
fn a_hardware_address_longer_than_its_field_is_an_error() {
    let mut bytes = discover().bytes();
    for hlen in 17..=255 {
        bytes[2] = hlen;
        assert_eq!(
            Message::parse(&bytes),
            Err(BadMessage::HardwareLength(hlen))
        );
    }
    bytes[2] = 16;
    let message = Message::parse(&bytes).unwrap();
    assert_eq!(message.hardware().len(), 16);
    assert_eq!(message.mac(), Mac::ZERO);
}

#[test]
fn a_message_without_the_cookie_is_an_error() {
    let mut bytes = discover().bytes();
    bytes[236..240].fill(0);
    assert_eq!(Message::parse(&bytes), Err(BadMessage::Cookie));
}

#[test]
fn a_malformed_option_is_an_error_and_not_a_loss() {
    assert_eq!(
        read(&[51, 3, 0, 0, 1, 255]),
        Err(BadMessage::OptionLength {
            code: 51,
            length: 3
        })
    );
    assert_eq!(
        read(&[12, 9, b'a', 255]),
        Err(BadMessage::OptionCutOff { code: 12, at: 243 })
    );
    // What is only malformed inside, and not read here, is kept and hides nothing behind it.
    let options = read(&[15, 2, 0xff, 0xfe, 82, 2, 1, 9, 6, 4, 192, 0, 2, 1, 255]).unwrap();
    assert_eq!(options.get(15), Some(&[0xff, 0xfe][..]));
    assert_eq!(options.get(82), Some(&[1, 9][..]));
    assert_eq!(options.address(6), Some(Ipv4Addr::new(192, 0, 2, 1)));
}

#[test]
fn options_that_dhcproto_takes_for_others_keep_their_codes() {
    let bytes = [
        &[108, 4, 0, 0, 1, 44][..],
        &[37, 1, 64],
        &[150, 8, 192, 0, 2, 1, 192, 0, 2, 2],
        &[255],
    ];
    let options = read(&bytes.concat()).unwrap();
    assert_eq!(options.number(108), Some(300));
    assert!(!options.has(106));
    assert_eq!(options.get(37), Some(&[64][..]));
    assert!(!options.has(23));
    assert_eq!(options.get(150).map(<[u8]>::len), Some(8));
}

#[test]
fn c23_repeated_options_are_joined_wherever_they_stand() {
    let options = read(&[12, 2, b'a', b'b', 15, 1, b'x', 12, 1, b'c', 255]).unwrap();
    assert_eq!(options.get(12), Some(&b"abc"[..]));
    let twice = read(&[53, 1, 2, 255]);
    assert_eq!(
        twice,
        Err(BadMessage::OptionLength {
            code: 53,
            length: 2
        }),
        "two message types are none"
    );
}

#[test]
fn c23_overloaded_options_follow_the_others_first_file_then_sname() {
    let mut bytes = with_options(&[53, 1, 1, 52, 1, 3, 12, 1, b'1', 255]);
    bytes[108..114].copy_from_slice(&[0, 0, 12, 1, b'2', 255]);
    bytes[44..49].copy_from_slice(&[12, 2, 0, b'3', 255]);
    let message = Message::parse(&bytes).unwrap();
    assert_eq!(
        message.options.get(12),
        Some(&b"12\x003"[..]),
        "a NUL neither ends a field nor a value"
    );
}

#[test]
fn option_82_comes_back_byte_by_byte() {
    // Out of order, with an unknown part and one that is cut off.
    let raw = [9, 1, 5, 200, 2, 1, 2, 1, 3, b'a', 0, b'b', 2, 50];
    let mut message = discover();
    message.options.push_raw(code::RELAY_AGENT, &raw);
    let message = Message::parse(&message.bytes()).unwrap();
    assert_eq!(message.options.get(code::RELAY_AGENT), Some(&raw[..]));
}

#[test]
fn odd_lengths_that_panic_in_dhcproto_are_values_or_errors() {
    assert_eq!(
        read(&[80, 1, 0, 255]),
        Err(BadMessage::OptionLength {
            code: 80,
            length: 1
        })
    );
    for code in [81, 94, 152, 153, 154, 155] {
        for length in 0..6 {
            let value = vec![9; usize::from(length)];
            let options = read(&[&[code, length][..], &value, &[255]].concat()).unwrap();
            assert_eq!(options.get(code), Some(value.as_slice()));
        }
    }
    // A partial name: no root at its end (RFC 4702 section 2.3.1).
    let partial = [81, 7, 4, 0, 0, 3, b'p', b'c', b'1', 255];
    assert_eq!(read(&partial).unwrap().get(81), Some(&partial[2..9]));
}

#[test]
fn c23_a_message_of_576_octets_and_more_is_read() {
    let mut message = discover();
    message.options.push_raw(43, &[1; 700]);
    let bytes = message.bytes();
    assert!(bytes.len() > 576);
    assert_eq!(Message::parse(&bytes), Ok(message));
}

/// Options in any order, 82 behind the others as it is written.
fn options() -> impl Strategy<Value = Options> {
    let value = |code: u8| match code {
        1 | 50 | 51 | 54 | 58 | 59 => vec(any::<u8>(), 4).boxed(),
        3 | 6 => vec(any::<[u8; 4]>(), 1..80)
            .prop_map(|addresses| addresses.concat())
            .boxed(),
        // An overload of 0: the other fields hold no options.
        52 => Just(vec![0]).boxed(),
        57 => vec(any::<u8>(), 2).boxed(),
        61 => vec(any::<u8>(), 2..300).boxed(),
        55 => vec(any::<u8>(), 1..300).boxed(),
        80 => Just(vec![]).boxed(),
        _ => vec(any::<u8>(), 0..300).boxed(),
    };
    let option = (1..255_u8)
        .prop_filter("is already there", |code| *code != code::MESSAGE_TYPE)
        .prop_flat_map(move |code| value(code).prop_map(move |value| (code, value)));
    vec(option, 0..12).prop_map(|mut list| {
        list.sort_by_key(|(code, _)| *code == code::RELAY_AGENT);
        let mut options = Options::new();
        options.push_raw(code::MESSAGE_TYPE, &[1]);
        for (code, value) in list {
            if !options.has(code) {
                options.push_raw(code, &value);
            }
        }
        options
    })
}

proptest! {
    #[test]
    fn any_options_come_back_as_they_went_out(options in options(), xid: u32, secs: u16) {
        let message = Message { options, xid, secs, ..discover() };
        prop_assert_eq!(Message::parse(&message.bytes()), Ok(message));
    }

    #[test]
    fn any_bytes_are_a_message_or_an_error(bytes in vec(any::<u8>(), 0..700)) {
        let _ = Message::parse(&bytes);
    }

    #[test]
    fn any_options_are_a_message_or_an_error_and_what_is_read_can_be_written(
        head in vec(any::<u8>(), 233),
        options in vec(any::<u8>(), 0..300),
    ) {
        let mut bytes = with_options(&[&[53, 1, 3, 52, 1, head[0] & 3][..], &options].concat());
        bytes[3..236].copy_from_slice(&head);
        if let Ok(message) = Message::parse(&bytes) {
            let again = Message::parse(&message.bytes()).unwrap();
            for (code, value) in message.options.iter() {
                prop_assert_eq!(again.options.get(code), Some(value));
            }
            prop_assert_eq!(again.options.iter().count(), message.options.iter().count());
            prop_assert_eq!(Message { options: Options::new(), ..again }, Message { options: Options::new(), ..message });
        }
    }
}
