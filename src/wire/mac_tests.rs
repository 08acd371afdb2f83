use super::*;

#[test]
fn text_and_back() {
    let mac = Mac([2, 0, 0xab, 0, 0xff, 1]);
    assert_eq!(mac.to_string(), "02:00:ab:00:ff:01");
    assert_eq!("02:00:AB:00:ff:01".parse(), Ok(mac));
    assert_eq!("02-00-ab-00-ff-01".parse(), Ok(mac));
    assert_eq!(
        serde_json::to_string(&mac).unwrap(),
        "\"02:00:ab:00:ff:01\""
    );
    assert_eq!(
        crate::json::read(&Value::from("02:00:ab:00:ff:01")),
        Ok(mac)
    );
}

#[test]
fn what_is_no_address_is_refused() {
    for text in [
        "",
        "02:00:00:00:00",
        "02:00:00:00:00:01:02",
        "2:0:0:0:0:1",
        "02:00:00:00:00:0g",
        "02:00:00:00:00:+1",
    ] {
        assert!(text.parse::<Mac>().is_err(), "{text}");
    }
}

#[test]
fn groups_are_told_from_cards() {
    assert!(Mac::BROADCAST.is_group());
    assert!(Mac([1, 0, 0x5e, 0, 0, 1]).is_group());
    assert!(!Mac([2, 0, 0, 0, 0, 1]).is_group());
}
