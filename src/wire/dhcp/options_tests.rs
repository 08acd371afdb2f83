use dhcproto::v4::{Architecture, DhcpOption as O};
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

fn written(options: &Options) -> Vec<u8> {
    let mut bytes = vec![0; options.size()];
    options.write(&mut bytes);
    bytes
}

#[test]
fn pieces_are_joined_wherever_they_stand() {
    let mut options = Options::new();
    options.push_raw(12, b"lap");
    options.push_raw(15, b"example");
    options.push_raw(12, b"to");
    options.push_raw(6, &[192, 0, 2, 1]);
    options.push_raw(12, b"p");
    options.push_raw(12, b"!");
    assert_eq!(options.get(12), Some(&b"laptop!"[..]));
    assert_eq!(options.get(15), Some(&b"example"[..]));
    let codes: Vec<_> = options.iter().map(|(code, _)| code).collect();
    assert_eq!(codes, [12, 15, 6], "in the order of first appearance");
}

#[test]
fn equality_looks_at_the_values_and_not_at_how_they_came() {
    let mut pieced = Options::new();
    pieced.push_raw(12, b"a");
    pieced.push_raw(15, b"c");
    pieced.push_raw(12, b"b");
    let mut whole = Options::new();
    whole.push_raw(12, b"ab");
    whole.push_raw(15, b"c");
    assert_eq!(pieced, whole);
    whole.push_raw(15, b"d");
    assert_ne!(pieced, whole);
    assert_eq!(format!("{pieced:?}"), "{12: [97, 98], 15: [99]}");
}

#[test]
fn pad_and_end_are_not_kept() {
    let mut options = Options::new();
    options.push_raw(0, &[]);
    options.push_raw(255, b"x");
    options.push(&O::Pad);
    options.push(&O::End);
    assert_eq!(options, Options::new());
}

#[test]
fn numbers_and_addresses_have_four_bytes() {
    let mut options = Options::new();
    options.push_raw(51, &[0, 0, 14, 16]);
    options.push_raw(54, &[192, 0, 2, 1]);
    options.push_raw(50, &[192, 0, 2]);
    assert_eq!(options.number(51), Some(3600));
    assert_eq!(options.address(54), Some(Ipv4Addr::new(192, 0, 2, 1)));
    assert_eq!(options.address(50), None);
    assert_eq!(options.number(50), None);
    assert_eq!(options.number(58), None);
}

#[test]
fn what_dhcproto_encodes_is_kept_as_bytes() {
    let mut options = Options::new();
    options.push(&O::SubnetMask(Ipv4Addr::new(255, 255, 255, 0)));
    options.push(&O::AddressLeaseTime(3600));
    let name = "a".repeat(300);
    options.push(&O::DomainName(name.clone()));
    assert_eq!(options.get(1), Some(&[255, 255, 255, 0][..]));
    assert_eq!(options.number(51), Some(3600));
    assert_eq!(options.get(15), Some(name.as_bytes()));
}

#[test]
fn an_option_without_a_value_survives_encoding() {
    let mut options = Options::new();
    for option in [
        O::RapidCommit,
        O::Hostname(String::new()),
        O::Router(vec![]),
        O::ParameterRequestList(vec![]),
    ] {
        options.push(&option);
    }
    options.push_raw(116, &[]);
    let codes: Vec<_> = options.iter().collect();
    assert_eq!(
        codes,
        [(80, &[][..]), (12, &[]), (3, &[]), (55, &[]), (116, &[])]
    );
    let bytes = written(&options);
    assert_eq!(bytes, [80, 0, 12, 0, 3, 0, 55, 0, 116, 0, 255]);
}

#[test]
fn a_long_value_is_written_in_pieces() {
    for length in [254, 255, 256, 510, 511] {
        let value = vec![7; length];
        let mut options = Options::new();
        options.push_raw(43, &value);
        let bytes = written(&options);
        assert_eq!(bytes.len(), length + 2 * length.div_ceil(255) + 1);
        assert_eq!(bytes[1], u8::try_from(length.min(255)).unwrap());
    }
}

#[test]
fn s14_option_82_goes_last() {
    let mut options = Options::new();
    options.push_raw(82, &[1, 1, 9]);
    options.push_raw(54, &[192, 0, 2, 1]);
    let bytes = written(&options);
    assert_eq!(bytes, [54, 4, 192, 0, 2, 1, 82, 3, 1, 1, 9, 255]);
}

#[test]
fn lengths_are_checked_for_the_options_that_are_read() {
    let check = |code: u8, length: usize| {
        let mut options = Options::new();
        options.push_raw(code, &vec![0; length]);
        options.check_lengths()
    };
    for (code, good, bad) in [
        (1, &[4][..], &[0, 3, 5][..]),
        (3, &[4, 8, 252], &[0, 3, 5, 6]),
        (6, &[4, 12], &[0, 2]),
        (50, &[4], &[0, 3, 5]),
        (51, &[4], &[0, 2, 8]),
        (52, &[1], &[0, 2]),
        (53, &[1], &[0, 2]),
        (54, &[4], &[0, 16]),
        (55, &[1, 200], &[0]),
        (57, &[2], &[0, 1, 4]),
        (58, &[4], &[0, 3]),
        (59, &[4], &[0, 3]),
        (61, &[2, 255], &[0, 1]),
        (80, &[0], &[1]),
        // Only passed on: any length, odd ones included.
        (12, &[0, 1, 255], &[]),
        (81, &[0, 1, 2, 3], &[]),
        (82, &[0, 1, 7], &[]),
        (152, &[0, 1, 3, 5], &[]),
    ] {
        for length in good {
            assert_eq!(check(code, *length), Ok(()), "{code} of {length}");
        }
        for length in bad {
            assert_eq!(
                check(code, *length),
                Err(BadMessage::OptionLength {
                    code,
                    length: *length
                })
            );
        }
    }
}

#[test]
fn typed_is_what_dhcproto_reads_right() {
    let one = Ipv4Addr::new(192, 0, 2, 1);
    assert_eq!(typed(54, &[192, 0, 2, 1]), Some(O::ServerIdentifier(one)));
    assert_eq!(
        typed(3, &[192, 0, 2, 1].repeat(2)),
        Some(O::Router(vec![one, one]))
    );
    assert_eq!(typed(12, b"laptop"), Some(O::Hostname("laptop".into())));
    assert_eq!(
        typed(93, &[0, 7]),
        Some(O::ClientSystemArchitecture(Architecture::from(7)))
    );
    let long = "a".repeat(300);
    assert_eq!(
        typed(15, long.as_bytes()),
        Some(O::DomainName(long.clone()))
    );
}

#[test]
fn typed_is_nothing_where_dhcproto_is_wrong() {
    assert_eq!(typed(37, &[64]), None, "would be option 23");
    assert_eq!(typed(106, &[0, 0, 14, 16]), None, "would be what 108 is");
    assert_eq!(typed(108, &[0, 0, 14, 16]), None);
    assert_eq!(
        typed(150, &[192, 0, 2, 1].repeat(2)),
        None,
        "would be the first address alone"
    );
    assert_eq!(
        typed(51, &[0, 0, 14, 16, 99]),
        None,
        "would leave out the last byte"
    );
    assert_eq!(typed(19, &[7]), None, "would be false");
    assert_eq!(
        typed(82, &[9, 1, 5, 1, 1, 7]),
        None,
        "would come back in another order"
    );
    assert_eq!(
        typed(121, &[24, 192, 0, 2, 192, 0, 2, 1, 33, 1]),
        None,
        "would leave out the second route"
    );
    for code in [80, 81, 94, 152, 153, 154, 155] {
        for length in 0..8 {
            assert_eq!(
                typed(code, &vec![1; length]),
                None,
                "would panic in a debug build"
            );
        }
    }
}

#[test]
fn a_search_list_is_typed_whole_or_not_at_all() {
    let packed = b"\x03eng\x07example\x03com\x00\x02hr\xc0\x04";
    let Some(O::DomainSearch(names)) = typed(119, packed) else {
        panic!("not typed")
    };
    let names: Vec<_> = names.iter().map(dhcproto::Name::to_ascii).collect();
    assert_eq!(names, ["eng.example.com.", "hr.example.com."]);
    for bad in [
        &b""[..],
        b"\x03eng\x00\xc0\x30",
        b"\x03eng\x00\x05abc",
        b"\x03eng\x00\x02hr",
    ] {
        assert_eq!(typed(119, bad), None, "{bad:?}");
    }
}

proptest! {
    #[test]
    fn typing_never_panics_and_never_changes_a_value(code: u8, value in vec(any::<u8>(), 0..300)) {
        if let Some(option) = typed(code, &value) {
            prop_assert_eq!(u8::from(OptionCode::from(&option)), code);
            if !matches!(code, 88 | 119) {
                let mut options = Options::new();
                options.push(&option);
                prop_assert_eq!(options.get(code), Some(value.as_slice()));
            }
        }
    }
}

/// What is done to options: a code, and a value to add or none to take the option out.
type Step = (u8, Option<Vec<u8>>);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let code = prop_oneof![Just(1), Just(12), Just(63), Just(64), Just(82), Just(254)];
    let value = prop_oneof![
        4 => vec(any::<u8>(), 0..9).prop_map(Some),
        1 => vec(any::<u8>(), 250..600).prop_map(Some),
        1 => Just(None),
    ];
    vec((code, value), 0..12)
}

proptest! {
    #[test]
    fn they_are_a_list_whatever_is_added_and_taken_out(steps in steps()) {
        let mut options = Options::new();
        let mut list: Vec<(u8, Vec<u8>)> = Vec::new();
        for (code, value) in steps {
            let known = list.iter_mut().find(|(own, _)| *own == code);
            match (value, known) {
                (Some(value), known) => {
                    options.push_raw(code, &value);
                    match known {
                        Some((_, whole)) => whole.extend(value),
                        None => list.push((code, value)),
                    }
                }
                (None, _) => {
                    options.remove(code);
                    list.retain(|(own, _)| *own != code);
                }
            }
            let kept: Vec<_> = options.iter().map(|(code, value)| (code, value.to_vec())).collect();
            prop_assert_eq!(&kept, &list);
            for code in 0..=255 {
                let value = list.iter().find(|(own, _)| *own == code);
                prop_assert_eq!(options.get(code), value.map(|(_, value)| &value[..]));
                prop_assert_eq!(options.has(code), value.is_some());
            }
        }
        let mut read = Options::new();
        let bytes = written(&options);
        let mut rest = &bytes[..];
        while let [code, length, tail @ ..] = rest {
            let (value, next) = tail.split_at(usize::from(*length));
            read.push_raw(*code, value);
            rest = next;
        }
        prop_assert_eq!(rest, &[code::END]);
        list.sort_by_key(|(code, _)| *code == code::RELAY_AGENT);
        let read: Vec<_> = read.iter().map(|(code, value)| (code, value.to_vec())).collect();
        prop_assert_eq!(read, list);
    }
}
