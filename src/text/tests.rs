use super::*;

fn placeholders(text: &str) -> Vec<&str> {
    let mut names: Vec<&str> = text
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[test]
fn every_locale_file_is_flat_json_of_texts() {
    for language in Language::ALL {
        let read: Result<Map<String, String>, _> = serde_json::from_str(language.file());
        assert!(read.is_ok(), "{}: {:?}", language.tag(), read.err());
    }
}

#[test]
fn every_language_has_the_same_keys_and_the_same_values_in_them() {
    let english = Texts::new(Language::English);
    for language in Language::ALL {
        let texts = Texts::new(language);
        let missing: Vec<&str> = english
            .keys()
            .filter(|key| !texts.texts.contains_key(*key))
            .collect();
        let unknown: Vec<&str> = texts
            .keys()
            .filter(|key| !english.texts.contains_key(*key))
            .collect();
        assert_eq!(
            (missing, unknown),
            (vec![], vec![]),
            "missing and unknown in {}",
            language.tag()
        );
        for (key, text) in &english.texts {
            assert_eq!(
                placeholders(text),
                placeholders(texts.get(key)),
                "{key} in {}",
                language.tag()
            );
        }
    }
}

#[test]
fn no_text_is_empty_and_no_translation_is_a_copy() {
    let english = Texts::new(Language::English);
    for language in [Language::Spanish, Language::Portuguese] {
        let texts = Texts::new(language);
        let sentences = english
            .texts
            .iter()
            .filter(|(_, text)| text.split(' ').count() > 3);
        for (key, text) in sentences {
            assert_ne!(
                texts.get(key),
                text,
                "{key} is not translated into {}",
                language.tag()
            );
        }
        assert!(texts.texts.values().all(|text| !text.trim().is_empty()));
    }
}

#[test]
fn values_go_where_their_names_stand() {
    let texts = Texts::new(Language::English);
    assert_eq!(
        texts.say("tell.booted", &[("node", "server1")]),
        "server1 is on."
    );
    assert_eq!(texts.say("tell.booted", &[]), "node is on.");
    assert_eq!(
        texts.say("no.such.key", &[("node", "server1")]),
        "no.such.key"
    );
}

#[test]
fn lengths_are_told_in_their_two_largest_units() {
    let texts = Texts::new(Language::English);
    let told = |micros| {
        texts
            .duration(Duration::from_micros(micros))
            .replace('\u{a0}', " ")
    };
    assert_eq!(told(14_400_000_000), "4 h");
    assert_eq!(told(5_400_000_000), "1 h 30 min");
    assert_eq!(told(3_594_446_000), "59 min 54 s");
    assert_eq!(told(90_061_000_000), "1 d 1 h");
    assert_eq!(told(500_000), "500 ms");
    assert_eq!(told(2_500_000), "2 s");
    assert_eq!(told(0), "0 µs");
}

#[test]
fn a_tag_finds_its_language() {
    assert_eq!(Language::from_tag("pt"), Language::Portuguese);
    assert_eq!(Language::from_tag("ES-mx"), Language::Spanish);
    assert_eq!(Language::from_tag("xx"), Language::English);
}

#[test]
fn a_moment_is_told_to_the_second_and_with_its_day_after_the_first() {
    let texts = Texts::new(Language::English);
    let told = |micros| texts.moment(Instant::from_micros(micros));
    assert_eq!(told(1_802_001_300), "00:30:02");
    assert_eq!(told(86_400_000_000), "day 2 00:00:00");
}
