//! Changes one value of a JSON text, so that what comes out is JSON again.

use serde_json::{Value, json};

/// A text with one value replaced, taken away or doubled; nothing where `text` is no JSON.
pub(crate) fn json(text: &[u8], seed: u32) -> Option<Vec<u8>> {
    let mut document: Value = serde_json::from_slice(text).ok()?;
    let mut dice = Dice(u64::from(seed) << 1 | 1);
    for _ in 0..=dice.below(3) {
        let mut paths = Vec::new();
        walk(&document, &mut String::new(), &mut paths);
        let path = paths.get(dice.below(paths.len()))?.clone();
        let other = document
            .pointer(&paths[dice.below(paths.len())])
            .cloned()
            .unwrap_or_default();
        change(&mut document, &path, other, &mut dice);
    }
    serde_json::to_vec(&document).ok()
}

fn change(document: &mut Value, path: &str, other: Value, dice: &mut Dice) {
    let parent = path.rfind('/').map_or("", |end| &path[..end]);
    match dice.below(6) {
        0 => match document.pointer_mut(parent) {
            Some(Value::Object(fields)) => {
                fields.remove(&path[parent.len() + 1..]);
            }
            Some(Value::Array(items)) if !items.is_empty() => {
                items.remove(dice.below(items.len()));
            }
            _ => {}
        },
        1 => {
            if let Some(Value::Array(items)) = document.pointer_mut(parent)
                && items.len() < 32
                && !items.is_empty()
            {
                items.push(items[dice.below(items.len())].clone());
            }
        }
        2 => put(document, path, other),
        _ => {
            let value = extreme(dice);
            put(document, path, value);
        }
    }
}

fn put(document: &mut Value, path: &str, value: Value) {
    if let Some(place) = document.pointer_mut(path) {
        *place = value;
    }
}

fn walk(value: &Value, path: &mut String, paths: &mut Vec<String>) {
    let length = path.len();
    let mut visit = |name: &str, value: &Value| {
        path.push('/');
        path.push_str(name);
        paths.push(path.clone());
        walk(value, path, paths);
        path.truncate(length);
    };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| visit(name, value)),
        Value::Array(items) => {
            for (at, value) in items.iter().enumerate() {
                visit(&at.to_string(), value);
            }
        }
        _ => {}
    }
}

/// What a file's author did not think of.
fn extreme(dice: &mut Dice) -> Value {
    let values = [
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(1),
        json!(-1),
        json!(u64::MAX),
        json!(1e300),
        json!(""),
        json!("0s"),
        json!("1us"),
        json!("1s"),
        json!("59s"),
        json!("3650d"),
        json!("4294967295s"),
        json!("18446744073709551615us"),
        json!("1000000000000000000s"),
        json!("infinite"),
        json!("0.0.0.0"),
        json!("255.255.255.255"),
        json!("127.0.0.1"),
        json!("224.0.0.1"),
        json!("10.0.1.255"),
        json!("0.0.0.0/0"),
        json!("10.0.1.1/0"),
        json!("10.0.1.1/31"),
        json!("10.0.1.1/32"),
        json!("0.0.0.0-255.255.255.255"),
        json!("10.0.1.1-10.0.1.1"),
        json!("ff:ff:ff:ff:ff:ff"),
        json!("02:00:00:00:00:01"),
        json!([]),
        json!({}),
        json!("client"),
        json!("server"),
        json!("host"),
        json!("switch"),
        json!("router"),
        json!("power-on"),
        json!("power-off"),
        json!("plug"),
        json!("unplug"),
        json!("start"),
        json!("release"),
        json!("renew"),
        json!("inform"),
        json!("request"),
        json!("never"),
        json!({ "start_delay": false, "fuzz": false, "probe": false, "lease_time": "1s" }),
        json!({ "rapid_commit": true, "ipv6_only": true, "link_local": true }),
        json!({ "inform": true, "offer_window": "1h", "choose": "previous" }),
        json!({ "client_id": "none", "host_name": "a" }),
        json!({ "lease": "1s", "min_lease": "1s", "pools": ["10.0.1.2-10.0.1.3"] }),
        json!({ "servers": ["10.0.2.10"], "circuit_id": true }),
    ];
    values[dice.below(values.len())].clone()
}

struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        // Knuth's constants (MMIX).
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound.max(1)
    }
}
