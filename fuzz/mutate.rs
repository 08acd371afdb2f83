//! Changes a value of a scenario, or what it has, so that what comes out is JSON again.

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
    match dice.below(9) {
        6 => rename(document, path, dice),
        7 => deed(document, dice),
        8 => {
            let mut deep = other;
            for _ in 0..dice.below(150) {
                deep = if dice.below(2) == 0 {
                    json!([deep])
                } else {
                    json!({ "a": deep })
                };
            }
            put(document, path, deep);
        }
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

/// Calls a field something else: nearly the same, or as another is called.
fn rename(document: &mut Value, path: &str, dice: &mut Dice) {
    let parent = path.rfind('/').map_or("", |end| &path[..end]);
    let Some(Value::Object(fields)) = document.pointer_mut(parent) else {
        return;
    };
    let name = &path[parent.len() + 1..];
    let Some(value) = fields.remove(name) else {
        return;
    };
    let mut letters: Vec<char> = name.chars().collect();
    let at = dice.below(letters.len());
    match dice.below(4) {
        0 => letters.push('s'),
        1 if !letters.is_empty() => _ = letters.remove(at),
        2 if !letters.is_empty() => letters.insert(at, letters[at]),
        _ => {
            let names = [
                "node",
                "link",
                "for",
                "client",
                "server",
                "address",
                "pools",
                "at",
                "do",
                "constructor",
            ];
            letters = names[dice.below(names.len())].chars().collect();
        }
    }
    fields.insert(letters.into_iter().collect(), value);
}

/// One more command, about nodes and cables that there are.
fn deed(document: &mut Value, dice: &mut Dice) {
    let names: Vec<Value> = list(document, "nodes")
        .map(|node| node["id"].clone())
        .collect();
    let cables: Vec<Value> = list(document, "links")
        .map(|link| link["between"].clone())
        .collect();
    let mut some = |from: &[Value]| {
        from.get(dice.below(from.len()))
            .cloned()
            .unwrap_or_default()
    };
    let (node, other, link) = (some(&names), some(&names), some(&cables));
    let number = dice.below(4);
    let deeds = [
        json!({ "do": "crash", "node": node, "for": "90s" }),
        json!({ "do": "restart", "node": node }),
        json!({ "do": "lose-disk", "node": node }),
        json!({ "do": "power-off", "node": node, "for": "1m" }),
        json!({ "do": "unplug", "link": link, "for": "1m" }),
        json!({ "do": "latency", "link": link, "latency": "2s", "for": "1us" }),
        json!({ "do": "faults", "link": link, "faults": { "loss": 500_000, "duplicate": 1 }, "for": "5m" }),
        json!({ "do": "partition", "groups": [[node], [other]], "for": "2m" }),
        json!({ "do": "heal", "groups": [[other], [node]] }),
        json!({ "do": "heal" }),
        json!({ "do": "drop", "link": link, "from": link[number % 2], "frame": number }),
        json!({ "do": "corrupt", "link": link, "from": link[number % 2], "next": number }),
        json!({ "do": "take", "node": node, "address": "10.0.1.7/24", "for": "3s" }),
        json!({ "do": "leave", "node": node }),
        json!({ "do": "clock", "node": node, "offset": "-5m", "for": "1m" }),
        json!({ "do": "move", "node": node, "to": other, "for": "1m" }),
        json!({ "do": "pause", "node": node }),
        json!({ "do": "configure", "node": node, "server": { "lease": "2s", "domain": null } }),
        json!({ "do": "configure", "node": node, "client": { "lease_time": "1s" } }),
    ];
    let mut deed = deeds[dice.below(deeds.len())].clone();
    let times = ["0s", "1s", "1s500us", "5m", "3650d"];
    deed["at"] = json!(times[dice.below(times.len())]);
    if let Some(commands) = document.get_mut("commands").and_then(Value::as_array_mut) {
        commands.push(deed);
    }
}

fn list<'a>(document: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    document
        .get(name)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
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
        json!("crash"),
        json!("partition"),
        json!("move"),
        json!("-5m"),
        json!("x".repeat(5_000)),
        json!([["a"], ["b"]]),
        json!({ "lanes": ["a", "a"], "speed": 100, "at": "1s", "zoom": ["0s", "1h"] }),
        json!([{ "at": "1s", "text": { "en": "x" } }]),
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
