use proptest::prelude::*;

use super::*;

/// A message with these options and nothing behind them.
fn with_options(options: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; FIXED];
    bytes[..3].copy_from_slice(&[1, 1, 6]);
    bytes.extend_from_slice(&MAGIC_COOKIE);
    bytes.extend_from_slice(options);
    bytes
}

/// Field, place, code and value of an option.
type Found = (Area, usize, u8, Vec<u8>);

/// Every option found, and how the scan ended.
fn found(bytes: &[u8]) -> (Vec<Found>, Result<(), BadMessage>) {
    let mut found = Vec::new();
    let outcome = scan(bytes, |option| {
        found.push((option.area, option.at, option.code, option.value.to_vec()));
    });
    (found, outcome)
}

#[test]
fn every_option_is_found_with_its_place_pad_and_end_included() {
    let (options, outcome) = found(&with_options(&[0, 53, 1, 1, 80, 0, 0, 255, 0, 0]));
    assert_eq!(outcome, Ok(()));
    let expected = [
        (Area::Options, 240, 0, vec![]),
        (Area::Options, 241, 53, vec![1]),
        (Area::Options, 244, 80, vec![]),
        (Area::Options, 246, 0, vec![]),
        (Area::Options, 247, 255, vec![]),
    ];
    assert_eq!(options, expected);
}

#[test]
fn c23_overload_reads_file_before_sname_and_each_ends_on_its_own() {
    let mut bytes = with_options(&[52, 1, 3, 53, 1, 1, 255]);
    bytes[108..116].copy_from_slice(&[0, 12, 2, b'a', 0, 255, 15, 9]);
    bytes[44..49].copy_from_slice(&[15, 1, b'b', 0, 255]);
    let (options, outcome) = found(&bytes);
    assert_eq!(outcome, Ok(()));
    let behind: Vec<_> = options
        .into_iter()
        .filter(|(area, ..)| *area != Area::Options)
        .collect();
    let expected = [
        (Area::File, 108, 0, vec![]),
        (Area::File, 109, 12, vec![b'a', 0]),
        (Area::File, 113, 255, vec![]),
        (Area::Sname, 44, 15, vec![b'b']),
        (Area::Sname, 47, 0, vec![]),
        (Area::Sname, 48, 255, vec![]),
    ];
    assert_eq!(behind, expected);
}

#[test]
fn overload_says_which_of_the_two_fields_holds_options() {
    for (flags, file, sname) in [
        (0, false, false),
        (1, true, false),
        (2, false, true),
        (3, true, true),
        (4, false, false),
    ] {
        let mut bytes = with_options(&[52, 1, flags, 255]);
        bytes[108] = 255;
        bytes[44] = 255;
        let (options, _) = found(&bytes);
        let has = |area| options.iter().any(|option| option.0 == area);
        assert_eq!(
            (has(Area::File), has(Area::Sname)),
            (file, sname),
            "{flags}"
        );
    }
}

#[test]
fn overload_inside_file_means_nothing() {
    let mut bytes = with_options(&[52, 1, 1, 255]);
    bytes[108..112].copy_from_slice(&[52, 1, 2, 255]);
    bytes[44..46].copy_from_slice(&[12, 200]);
    assert_eq!(found(&bytes).1, Ok(()));
}

#[test]
fn an_option_that_runs_past_its_field_is_an_error_and_those_before_it_are_not_lost() {
    for tail in [&[12][..], &[12, 1], &[12, 5, b'a', b'b']] {
        let (options, outcome) = found(&with_options(&[&[53, 1, 1], tail].concat()));
        assert_eq!(outcome, Err(BadMessage::OptionCutOff { code: 12, at: 243 }));
        assert_eq!(options, [(Area::Options, 240, 53, vec![1])]);
    }
    let mut bytes = with_options(&[52, 1, 3, 255]);
    bytes[108] = 255;
    bytes[106..108].copy_from_slice(&[12, 1]);
    assert_eq!(
        found(&bytes).1,
        Err(BadMessage::OptionCutOff { code: 12, at: 106 }),
        "sname may not run on into file"
    );
}

#[test]
fn the_fixed_part_is_checked_first() {
    let good = with_options(&[53, 1, 1, 255]);
    for length in 0..240 {
        assert_eq!(
            found(&good[..length]).1,
            Err(BadMessage::TooShort { length })
        );
    }
    let spoiled = |at: usize, value: u8| {
        let mut bytes = good.clone();
        bytes[at] = value;
        found(&bytes).1
    };
    assert_eq!(spoiled(0, 0), Err(BadMessage::Op(0)));
    assert_eq!(spoiled(0, 3), Err(BadMessage::Op(3)));
    assert_eq!(spoiled(2, 16), Ok(()));
    assert_eq!(spoiled(2, 17), Err(BadMessage::HardwareLength(17)));
    for at in 236..240 {
        assert_eq!(spoiled(at, 0), Err(BadMessage::Cookie));
    }
}

proptest! {
    #[test]
    fn what_is_found_lies_end_to_end(
        head in proptest::collection::vec(any::<u8>(), 0..FIXED),
        options in proptest::collection::vec(any::<u8>(), 0..400),
    ) {
        let mut bytes = with_options(&options);
        bytes[3..3 + head.len().saturating_sub(3)].copy_from_slice(head.get(3..).unwrap_or_default());
        let mut next = [(Area::Options, 240), (Area::File, 108), (Area::Sname, 44)];
        let _ = scan(&bytes, |option| {
            let (_, at) = next.iter_mut().find(|(area, _)| *area == option.area).unwrap();
            assert_eq!(option.at, *at);
            *at += option.len();
            let header = option.len() - option.value.len();
            assert_eq!(&bytes[option.at + header..*at], option.value);
        });
        prop_assert!(next[0].1 <= bytes.len());
        prop_assert!(next[1].1 <= 236);
        prop_assert!(next[2].1 <= 108);
    }

    #[test]
    fn any_bytes_end_in_options_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..700)) {
        let _ = scan(&bytes, |_| ());
        let _ = scan_options(&bytes, |_| ());
    }
}
