//! Any text at all.

use proptest::prelude::*;

use super::super::*;
use super::GOOD;

fn a_file() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(library::FILES[0].1),
        Just(library::FILES[1].1),
        Just(GOOD)
    ]
    .prop_map(String::from)
}

const PIECES: [&str; 24] = [
    "",
    "\"",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "0",
    "-1",
    "1e400",
    "null",
    "true",
    "\\u0000",
    "\u{fffd}",
    "0s",
    "99999d",
    "0.0.0.0",
    "255.255.255.255",
    "/0",
    "/32",
    "client",
    "switch",
    "192.168.1.1",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn any_text_is_a_scenario_or_an_error(
        text in a_file(),
        cut in any::<prop::sample::Index>(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..12, 0..PIECES.len()), 1..6),
        truncate in any::<bool>(),
    ) {
        let mut letters: Vec<char> = text.chars().collect();
        for (place, length, piece) in edits {
            let start = place.index(letters.len() + 1);
            let end = (start + length).min(letters.len());
            letters.splice(start..end, PIECES[piece].chars());
            if letters.is_empty() {
                break;
            }
        }
        if truncate {
            letters.truncate(cut.index(letters.len() + 1));
        }
        let text: String = letters.into_iter().collect();
        if let Ok(scenario) = Scenario::parse(&text) {
            prop_assert_eq!(Scenario::parse(&scenario.file().to_json()), Ok(scenario));
        }
    }

    #[test]
    fn any_bytes_are_an_error_or_a_scenario(text in ".{0,200}") {
        let _ = Scenario::parse(&text);
    }
}
