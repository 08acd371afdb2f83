use super::*;

#[test]
fn options_say_what_they_mean() {
    let table: &[(u8, &[u8], &str)] = &[
        (1, &[255, 255, 255, 0], "255.255.255.0"),
        (2, &[0xff, 0xff, 0xc7, 0xc0], "-14400 s"),
        (3, &[192, 0, 2, 1, 192, 0, 2, 2], "192.0.2.1, 192.0.2.2"),
        (12, b"laptop", "\"laptop\""),
        (12, b"lap\x00\n\xff", "6c 61 70 00 0a ff"),
        (12, b"lap\x00", "\"lap\\x00\""),
        (15, b"", ""),
        (19, &[1], "1 (yes)"),
        (26, &[5, 220], "1500"),
        (33, &[10, 0, 0, 0, 192, 0, 2, 1], "10.0.0.0 192.0.2.1"),
        (37, &[64], "64"),
        (50, &[192, 0, 2, 7], "192.0.2.7"),
        (51, &[0, 0, 14, 16], "3600 s (1h)"),
        (51, &[0xff; 4], "4294967295 s (infinity)"),
        (52, &[0], "0 (wrong, 1 to 3 are defined)"),
        (54, &[192, 0, 2, 1], "192.0.2.1"),
        (55, &[1, 3, 224], "Subnet Mask (1), Router (3), 224"),
        (57, &[2, 64], "576"),
        (58, &[0, 0, 7, 8], "1800 s (30m)"),
        (59, &[0, 0, 0, 30], "30 s"),
        (60, b"MSFT 5.0", "\"MSFT 5.0\""),
        (
            61,
            &[1, 2, 0, 0, 0, 0, 1],
            "1 (Ethernet), 02:00:00:00:00:01",
        ),
        (61, &[0, b'p', b'c'], "\"pc\" (70 63)"),
        (
            61,
            &[255, 0, 0, 0, 1, 0, 3, 0, 1, 2, 0, 0, 0, 0, 1],
            "ff 00 00 00 01 00 03 00 01 02 00 00 00 00 01",
        ),
        (25, &[0, 68, 1, 40], "68, 296"),
        (46, &[8], "8"),
        (77, &[2, b'a', b'b', 1, b'c'], "\"ab\" (61 62), \"c\" (63)"),
        (77, &[2, b'a', b'b', 0], "02 61 62 00"),
        (94, &[1, 3, 16], "1, 3, 16"),
        (94, &[1, 3], "01 03"),
        (97, &[0, 1, 2], "0, 01 02"),
        (97, &[0], "0"),
        (124, &[0, 0, 1, 55, 2, 1, b'x'], "311, 01 78"),
        (125, &[0, 0, 0, 9, 9, 1], "00 00 00 09 09 01"),
        (77, b"plain", "\"plain\" (70 6c 61 69 6e)"),
        (80, &[], ""),
        (81, &[0, 0, 0, b'p', b'c'], "\"pc\""),
        (81, b"\x05\xff\xff\x02pc\x07example\x00", "pc.example."),
        (81, b"\x04\x00\x00\x02pc", "pc"),
        (81, &[0], "00"),
        (93, &[0, 7], "7 (x64 UEFI)"),
        (108, &[0, 0, 7, 8], "1800 s (30m)"),
        (
            119,
            b"\x03eng\x07example\x03com\x00\x02hr\xc0\x04",
            "eng.example.com., hr.example.com.",
        ),
        (
            121,
            &[0, 192, 0, 2, 1, 25, 192, 0, 2, 128, 192, 0, 2, 2],
            "0.0.0.0/0 via 192.0.2.1, 192.0.2.128/25 via 192.0.2.2",
        ),
        (121, &[33, 1], "21 01"),
        (150, &[192, 0, 2, 1, 192, 0, 2, 2], "192.0.2.1, 192.0.2.2"),
        (224, &[1, 2, 3], "01 02 03"),
        (
            82,
            &[1, 2, b'e', b'0', 5, 4, 10, 0, 0, 0],
            "Sub-option 1: Agent Circuit ID: \"e0\" (65 30), Sub-option 5: Link Selection: 10.0.0.0",
        ),
    ];
    for (code, value, expected) in table {
        let (text, _) = describe(*code, value, 0);
        assert_eq!(text, *expected, "option {code}");
    }
}

/// What a typed value of `dhcproto`'s would be shown as, for the kinds that have a plain shape.
#[allow(clippy::wildcard_enum_match_arm)]
fn shown_by_dhcproto(code: u8, value: &[u8]) -> Option<String> {
    use dhcproto::v4::DhcpOption as O;
    Some(match crate::wire::dhcp::typed(code, value)? {
        O::SubnetMask(one)
        | O::SwapServer(one)
        | O::BroadcastAddr(one)
        | O::RouterSolicitationAddr(one)
        | O::RequestedIpAddress(one)
        | O::ServerIdentifier(one)
        | O::SubnetSelection(one) => one.to_string(),
        O::Router(all)
        | O::TimeServer(all)
        | O::NameServer(all)
        | O::DomainNameServer(all)
        | O::LogServer(all)
        | O::NtpServers(all)
        | O::NisServers(all)
        | O::SmtpServer(all)
        | O::NetBiosNameServers(all)
        | O::AssociatedIp(all) => all
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", "),
        O::BootFileSize(number)
        | O::MaxDatagramSize(number)
        | O::InterfaceMtu(number)
        | O::MaxMessageSize(number) => number.to_string(),
        O::DefaultIpTtl(number) => number.to_string(),
        O::TimeOffset(offset) => format!("{offset} s"),
        O::DomainSearch(names) => names
            .iter()
            .map(dhcproto::Name::to_ascii)
            .collect::<Vec<_>>()
            .join(", "),
        _ => return None,
    })
}

#[test]
fn shapes_agree_with_what_dhcproto_reads() {
    let values: [&[u8]; 9] = [
        &[192, 0, 2, 1],
        &[192, 0, 2, 1, 192, 0, 2, 2],
        &[5, 220],
        &[64],
        &[255, 255, 255, 254],
        b"\x03lab\x07example\0",
        b"\x03lab\x07example\0\x03www\xc0\x04",
        b"\x07example\0\x03lab\xc0\x00",
        &[1, 2, 3],
    ];
    let mut compared = 0;
    for code in 1..=254 {
        for value in values {
            // Those have a rendering of their own.
            if matches!(
                code,
                24 | 35 | 37 | 38 | 51
                    ..=53 | 55 | 58 | 59 | 61 | 77 | 81 | 82 | 91 | 93 | 108 | 121 | 150 | 249
            ) {
                continue;
            }
            if let Some(expected) = shown_by_dhcproto(code, value) {
                assert_eq!(
                    describe(code, value, 0).0,
                    expected,
                    "option {code}, {value:?}"
                );
                compared += 1;
            }
        }
    }
    assert!(compared > 40, "{compared}");
}

#[test]
fn names_that_do_not_end_are_shown_as_bytes() {
    for value in [
        &b"\x03la"[..],
        b"\xc0\x00",
        b"\x03lab\xc0\x00",
        b"\x01a\xc0\x02",
        b"\x3f",
        b"\xc0",
    ] {
        let (shown, _) = describe(119, value, 0);
        assert!(!shown.contains("lab."), "{value:?}: {shown}");
    }
}
