use super::*;

#[test]
fn all_message_types_have_their_number_and_name() {
    let expected = [
        (1, "DHCPDISCOVER"),
        (2, "DHCPOFFER"),
        (3, "DHCPREQUEST"),
        (4, "DHCPDECLINE"),
        (5, "DHCPACK"),
        (6, "DHCPNAK"),
        (7, "DHCPRELEASE"),
        (8, "DHCPINFORM"),
        (9, "DHCPFORCERENEW"),
        (10, "DHCPLEASEQUERY"),
        (11, "DHCPLEASEUNASSIGNED"),
        (12, "DHCPLEASEUNKNOWN"),
        (13, "DHCPLEASEACTIVE"),
        (14, "DHCPBULKLEASEQUERY"),
        (15, "DHCPLEASEQUERYDONE"),
        (16, "DHCPACTIVELEASEQUERY"),
        (17, "DHCPLEASEQUERYSTATUS"),
        (18, "DHCPTLS"),
    ];
    let all: Vec<_> = MessageType::all()
        .map(|kind| (kind.number(), kind.name()))
        .collect();
    assert_eq!(all, expected);
    for kind in MessageType::all() {
        assert_eq!(MessageType::from_number(kind.number()), Some(kind));
        assert_eq!(kind.to_string(), kind.name());
    }
    for number in [0].into_iter().chain(19..=255) {
        assert_eq!(MessageType::from_number(number), None);
    }
}
