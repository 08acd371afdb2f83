use proptest::prelude::*;
use serde::Serialize;

use super::*;

#[derive(Debug, PartialEq, Eq, Serialize, FromJson)]
#[serde(deny_unknown_fields)]
struct Lamp {
    name: String,
    #[serde(rename = "type")]
    kind: Kind,
    #[serde(default)]
    level: u8,
    #[serde(default = "three")]
    count: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(default)]
    rooms: Vec<[u16; 2]>,
    inner: Option<Box<Inner>>,
}

fn three() -> u32 {
    3
}

#[derive(Debug, PartialEq, Eq, Serialize, FromJson)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Bulb,
    NightLight,
}

#[derive(Debug, PartialEq, Eq, Serialize, FromJson)]
#[serde(default, deny_unknown_fields)]
struct Inner {
    watts: u64,
}

impl Default for Inner {
    fn default() -> Self {
        Self { watts: 40 }
    }
}

impl<T: FromJson> FromJson for Box<T> {
    fn blank() -> Self {
        Self::new(T::blank())
    }

    fn read(&mut self, value: &Value) -> Read {
        (**self).read(value)
    }
}

impl<T: ToJson> ToJson for Box<T> {
    fn write(&self) -> Value {
        (**self).write()
    }
}

fn lamp(text: &str) -> Result<Lamp, Problem> {
    read(&parse(text)?)
}

#[test]
fn what_a_file_leaves_out_has_its_default() {
    let read = lamp(r#"{"name":"a","type":"night-light","inner":{}}"#).unwrap();
    let expected = Lamp {
        name: "a".to_owned(),
        kind: Kind::NightLight,
        level: 0,
        count: 3,
        note: None,
        rooms: Vec::new(),
        inner: Some(Box::new(Inner { watts: 40 })),
    };
    assert_eq!(read, expected);
    let full = r#"{"name":"b","type":"bulb","level":255,"count":0,"note":"n","rooms":[[1,2],[3,65535]],"inner":{"watts":18446744073709551615}}"#;
    let expected = Lamp {
        name: "b".to_owned(),
        kind: Kind::Bulb,
        level: 255,
        count: 0,
        note: Some("n".to_owned()),
        rooms: vec![[1, 2], [3, 65_535]],
        inner: Some(Box::new(Inner { watts: u64::MAX })),
    };
    assert_eq!(lamp(full).unwrap(), expected);
    for text in [r#"{"name":"a","type":"night-light","inner":{}}"#, full] {
        let read = lamp(text).unwrap();
        assert_eq!(read.write(), serde_json::to_value(&read).unwrap());
        assert_eq!(super::read(&read.write()), Ok(read));
    }
    let nothing = r#"{"name":"b","type":"bulb","note":null,"inner":null}"#;
    let read = lamp(nothing).unwrap();
    assert_eq!((read.note, read.inner), (None, None));
}

#[test]
fn what_is_wrong_is_told_with_its_path() {
    let names = "`name`, `type`, `level`, `count`, `note`, `rooms`, `inner`";
    for (text, expected) in [
        ("[]", "invalid type: list, expected an object".to_owned()),
        (r#"{"name":"a"}"#, "missing field `type`".to_owned()),
        (
            r#"{"kind":"bulb"}"#,
            format!("kind: unknown field `kind`, expected one of {names}"),
        ),
        (
            r#"{"name":7}"#,
            "name: invalid type: integer `7`, expected a string".to_owned(),
        ),
        (
            r#"{"level":256}"#,
            "level: invalid value: integer `256`, expected a whole number from 0 to 255".to_owned(),
        ),
        (
            r#"{"level":-1}"#,
            "level: invalid value: integer `-1`, expected a whole number from 0 to 255".to_owned(),
        ),
        (
            r#"{"level":"a\n"}"#,
            "level: invalid type: string \"a\\u000a\", expected a whole number from 0 to 255"
                .to_owned(),
        ),
        (
            r#"{"type":true}"#,
            "type: invalid type: boolean `true`, expected `bulb` or `night-light`".to_owned(),
        ),
        (
            r#"{"type":"Bulb"}"#,
            "type: unknown variant `Bulb`, expected `bulb` or `night-light`; did you mean `bulb`?"
                .to_owned(),
        ),
        (
            r#"{"rooms":[[1,2],[1]]}"#,
            "rooms[1]: invalid length 1, expected a list of 2".to_owned(),
        ),
        (
            r#"{"rooms":[[1,{}]]}"#,
            "rooms[0][1]: invalid type: object, expected a whole number from 0 to 65535".to_owned(),
        ),
        (
            r#"{"rooms":[7]}"#,
            "rooms[0]: invalid type: integer `7`, expected a list of 2".to_owned(),
        ),
        (
            r#"{"inner":{"volts":1}}"#,
            "inner.volts: unknown field `volts`, expected `watts`".to_owned(),
        ),
    ] {
        assert_eq!(lamp(text).unwrap_err().to_string(), expected, "{text}");
    }
}

#[test]
fn a_text_that_is_no_json_is_told_with_line_and_column() {
    for (text, expected) in [
        ("", "the text ends too early at line 1 column 0"),
        ("nul", "the text ends too early at line 1 column 3"),
        ("nil", "expected a value at line 1 column 1"),
        (
            "{\n  \"é\": oops}",
            "é: expected a value at line 2 column 8",
        ),
        ("[1,]", "[1]: expected a value at line 1 column 4"),
        ("[1 2]", "expected `,` or `]` at line 1 column 4"),
        ("{\"a\":1 \"b\"}", "expected `,` or `}` at line 1 column 8"),
        (
            "{a:1}",
            "expected the name of a field in quotes at line 1 column 2",
        ),
        ("{\"a\" 1}", "expected `:` at line 1 column 6"),
        (
            "{\"a\":1,\"a\":2}",
            "duplicate field `a` at line 1 column 11",
        ),
        ("1 2", "trailing characters at line 1 column 3"),
        ("\"a\nb\"", "control character in a text at line 1 column 3"),
        ("\"\\x\"", "unknown escape at line 1 column 3"),
        (
            "\"\\u12g4\"",
            "expected four hexadecimal digits at line 1 column 6",
        ),
        (
            "\"\\ud800x\"",
            "half a character before this, at line 1 column 8",
        ),
        (
            "\"\\ud800\\u0041\"",
            "half a character before this, at line 1 column 14",
        ),
        ("01", "a number begins with no further 0 at line 1 column 2"),
        ("-", "the text ends too early at line 1 column 1"),
        ("-a", "expected a digit at line 1 column 2"),
        (
            "18446744073709551616",
            "number out of range at line 1 column 1",
        ),
        (
            "-9223372036854775809",
            "number out of range at line 1 column 1",
        ),
    ] {
        assert_eq!(parse(text).unwrap_err().to_string(), expected, "{text}");
    }
    for fraction in ["1.5", "1e3", "-0.0"] {
        let problem = parse(&format!("{{\"a\":[{fraction}]}}")).unwrap_err();
        assert_eq!(problem.path, "a[0]");
        assert!(problem.message.contains("fraction"), "{problem}");
    }
    let deep = |levels: usize| parse(&("[".repeat(levels) + &"]".repeat(levels)));
    assert!(deep(127).is_ok());
    assert!(deep(128).unwrap_err().message.contains("too deep"));
    assert!(deep(1_000_000).is_err());
}

#[test]
fn a_value_is_written_as_json() {
    let text = r#"{"a":[null,true,-3,18446744073709551615],"b\"\\":{"c":"é\u0001","d":[]},"e":{}}"#;
    let value = parse(text).unwrap();
    assert_eq!(super::text(&value), text);
    assert_eq!(super::text(&value), value.to_string());
}

/// Any value without fractions.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..5)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn what_serde_json_writes_is_read_as_it_reads_it(value in value()) {
        for text in [serde_json::to_string(&value)?, serde_json::to_string_pretty(&value)?] {
            prop_assert_eq!(parse(&text).ok(), Some(value.clone()));
        }
    }

    /// What it takes, serde_json takes too, for the same; what it refuses beyond that is a fraction, a
    /// large number, or a name that is there twice.
    #[test]
    fn a_broken_text_is_taken_as_serde_json_takes_it(
        value in value(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..4, "[-\\[\\]{},:\"\\\\u0-9a-f. \ntrlsn]{0,3}"), 1..4),
    ) {
        let mut letters: Vec<char> = serde_json::to_string(&value)?.chars().collect();
        for (place, length, piece) in edits {
            let start = place.index(letters.len() + 1);
            let end = (start + length).min(letters.len());
            letters.splice(start..end, piece.chars());
        }
        let text: String = letters.into_iter().collect();
        let theirs: Option<Value> = serde_json::from_str(&text).ok();
        match (parse(&text), theirs) {
            (Ok(ours), theirs) => prop_assert_eq!(Some(ours), theirs, "{}", text),
            (Err(problem), Some(_)) => {
                let strict = ["fraction", "range", "duplicate"];
                prop_assert!(strict.iter().any(|why| problem.message.contains(why)), "{}: {}", text, problem);
            }
            (Err(_), None) => {}
        }
    }
}

#[test]
fn a_name_with_a_slip_in_it_is_known_again() {
    let names = [
        "power-on",
        "power-off",
        "plug",
        "unplug",
        "node",
        "mode",
        "until",
    ];
    for (found, meant) in [
        ("power-of", Some("power-off")),
        ("power-on", None),
        ("pwoer-on", Some("power-on")),
        ("untill", Some("until")),
        ("nodes", Some("node")),
        ("ndoe", Some("node")),
        ("lode", Some("node")),
        ("x", None),
        ("", None),
        ("explode", None),
    ] {
        assert_eq!(nearest(found, names.into_iter()), meant, "{found}");
    }
}
