//! Field for field: where tshark finds a field, the packet view has one in the same bytes that
//! says the same, and every field of the packet view is one of tshark's.

use std::ops::Range;

use dhcp_lab::wire::dissect::{Field, dissect};

use super::pdml::Theirs;
use super::rules::{self, Rule};

/// A field of the packet view.
struct Ours {
    name: String,
    value: String,
    range: Range<usize>,
    leaf: bool,
    /// Whether tshark has said the same.
    met: bool,
}

/// What the two say differently of a frame.
pub(crate) fn differences(frame: &[u8], theirs: &[Theirs]) -> Vec<String> {
    let mut ours = Vec::new();
    let mut refused = Vec::new();
    for layer in theirs {
        refused_options(layer, &mut refused);
    }
    for layer in dissect(frame) {
        flatten(&layer, &mut ours);
    }
    let mut found = Vec::new();
    for layer in theirs {
        if !matches!(layer.name.as_str(), "geninfo" | "frame") {
            compare(layer, &mut ours, &mut found);
        }
    }
    for field in ours.iter().filter(|field| field.leaf && !field.met) {
        let listed = rules::ONLY_OURS.iter().any(|(name, _)| *name == field.name);
        // Where tshark refuses an option it shows none of its value; ours are the bytes.
        let bytes = field.name == "Value" && refused.contains(&(field.range.start - 2));
        if !listed && !bytes {
            found.push(format!(
                "only ours: {} = {} at {:?}",
                field.name, field.value, field.range
            ));
        }
    }
    found
}

/// Whether a byte stands behind those of a long field that its value writes out.
pub(crate) fn is_left_out(frame: &[u8], at: usize) -> bool {
    const WRITTEN: usize = 32;
    let mut ours = Vec::new();
    for layer in dissect(frame) {
        flatten(&layer, &mut ours);
    }
    ours.iter().any(|field| {
        let behind = field.range.start + WRITTEN..field.range.end;
        field.leaf && field.value.contains(" … (") && behind.contains(&at)
    })
}

/// Where the options start that tshark finds too long or too short.
fn refused_options(theirs: &Theirs, starts: &mut Vec<usize>) {
    fn is_refused(theirs: &Theirs) -> bool {
        theirs.name == "dhcp.bad_length" || theirs.children.iter().any(is_refused)
    }
    if theirs.name == "dhcp.option.type" && is_refused(theirs) {
        starts.push(theirs.pos);
    }
    for child in &theirs.children {
        refused_options(child, starts);
    }
}

fn flatten(field: &Field, into: &mut Vec<Ours>) {
    into.push(Ours {
        name: field.name.to_string(),
        value: field.value.clone(),
        range: field.range.clone(),
        leaf: field.children.is_empty(),
        met: false,
    });
    for child in &field.children {
        flatten(child, into);
    }
}

fn compare(theirs: &Theirs, ours: &mut [Ours], found: &mut Vec<String>) {
    let skipped = rules::SKIPPED.iter().any(|(name, _)| *name == theirs.name);
    let heading = theirs.name.is_empty() || theirs.size == 0 || !theirs.name.contains('.');
    if theirs.name.starts_with("_ws.") {
        return;
    }
    if !skipped && !heading && !meet(theirs, ours) {
        let range = theirs.pos..theirs.end();
        let beside: Vec<_> = ours
            .iter()
            .filter(|field| field.range == range)
            .map(|field| format!("{} = {}", field.name, field.value))
            .collect();
        found.push(format!(
            "{} = {} ({}) at {range:?}; ours there: {beside:?}",
            theirs.name, theirs.show, theirs.line
        ));
    }
    for child in &theirs.children {
        compare(child, ours, found);
    }
}

/// Finds the fields of ours that say the same, and marks them.
fn meet(theirs: &Theirs, ours: &mut [Ours]) -> bool {
    let range = theirs.pos..theirs.end();
    let rule = rules::rule(&theirs.name);
    let mut any = false;
    for field in ours.iter_mut() {
        let same = match rule {
            Rule::Named(name) => {
                field.range == range && field.name == name && says(&field.value, theirs)
            }
            Rule::Option => field.range == range && is_option(field, theirs),
            Rule::Guid => field.range == range && is_guid(&field.value, theirs),
            Rule::Bracket => {
                let bracket = theirs.show.rsplit_once('(');
                let number = bracket.and_then(|(_, rest)| rest.strip_suffix(')'));
                field.range == range && number == Some(field.value.as_str())
            }
            Rule::SubOption => field.range == range && is_sub_option(&field.name, theirs),
            Rule::Letter(letter) => {
                let letters = field
                    .value
                    .rsplit_once('(')
                    .map_or("", |(_, letters)| letters);
                let set = theirs.show == "1";
                field.range == range && field.name == "Flags" && letters.contains(letter) == set
            }
            Rule::Route => field.range == range && is_route(&field.value, &theirs.line),
            Rule::Undecoded => field.range == range,
            Rule::Within => {
                let inside = field.range.start <= range.start && range.end <= field.range.end;
                inside && field.leaf && words(&field.value).any(|word| word == theirs.show)
            }
            Rule::Plain => field.range == range && says(&field.value, theirs),
        };
        field.met |= same;
        any |= same;
    }
    any
}

fn is_guid(ours: &str, theirs: &Theirs) -> bool {
    let digits: Vec<_> = theirs.show.bytes().filter(|sign| *sign != b'-').collect();
    let pairs: Vec<_> = digits
        .chunks(2)
        .map(|pair| String::from_utf8_lossy(pair).into_owned())
        .collect();
    const ORDER: [usize; 16] = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
    pairs.len() == 16 && ORDER.map(|at| pairs[at].as_str()).join(" ") == ours
}

fn is_sub_option(name: &str, theirs: &Theirs) -> bool {
    let title = format!("Sub-option {}", theirs.show);
    name == title || name.starts_with(&format!("{title}: "))
}

/// The code, and the name but for its spelling.
fn is_option(ours: &Ours, theirs: &Theirs) -> bool {
    let code = theirs.bytes.first().copied().unwrap_or_default();
    let title = ours.name.strip_prefix(&format!("Option {code}"));
    let Some(name) = title else { return false };
    let their_name = theirs.line.split_once(") ").map_or("", |(_, name)| name);
    let plain = |name: &str| -> String {
        let letters = name.chars().filter(char::is_ascii_alphanumeric);
        letters.map(|letter| letter.to_ascii_lowercase()).collect()
    };
    let (one, other) = (plain(name), plain(their_name));
    // Behind the name they show the value of some options.
    name.is_empty()
        || other.starts_with(&one)
        || rules::OTHER_NAMES
            .iter()
            .any(|(number, theirs)| *number == code && their_name.starts_with(theirs))
}

/// `10.0.0.0/8 via 10.0.0.1` is ` 10.0.0.0/8-10.0.0.1` there.
fn is_route(ours: &str, line: &str) -> bool {
    let theirs = line.trim().replace("default-", "0.0.0.0/0-");
    ours.replace(" via ", "-") == theirs
}

/// Whether a value of ours says what theirs says.
fn says(ours: &str, theirs: &Theirs) -> bool {
    let show = theirs.show.as_str();
    if show.is_empty() {
        return matches!(ours, "" | "not given");
    }
    let first = ours.split(' ').next().unwrap_or_default();
    let bracket = ours
        .rsplit_once(" (")
        .and_then(|(_, rest)| rest.strip_suffix(')'));
    if [Some(ours), Some(first), bracket].contains(&Some(show)) {
        return true;
    }
    // A number in another base; seconds, bytes and flags carry a word behind it.
    let number = |text: &str| {
        let hex = text.strip_prefix("0x");
        hex.map_or_else(
            || text.parse::<i64>().ok(),
            |hex| i64::from_str_radix(hex, 16).ok(),
        )
    };
    let shown = number(show);
    if shown.is_some() {
        if show.starts_with("0x") && says_bytes(ours, bracket, &theirs.bytes) {
            return true;
        }
        let bracket = bracket.and_then(|text| text.split(' ').next());
        return [Some(first), bracket]
            .into_iter()
            .flatten()
            .any(|text| number(text) == shown);
    }
    if let Some(text) = unquoted(ours) {
        return text == theirs.bytes || text == show.as_bytes();
    }
    let domain = |name: &str| name.trim_end_matches('.') == show;
    domain(ours) || (is_bytes(theirs) && says_bytes(ours, bracket, &theirs.bytes))
}

/// Whether tshark has nothing better to show than the bytes.
fn is_bytes(theirs: &Theirs) -> bool {
    let plain =
        |text: &str| text.chars().filter(char::is_ascii_hexdigit).count() == theirs.size * 2;
    theirs.show.contains(':') && plain(&theirs.show) || theirs.size == 1 && plain(&theirs.show)
}

fn says_bytes(ours: &str, bracket: Option<&str>, bytes: &[u8]) -> bool {
    let hex = |bytes: &[u8]| {
        let pairs: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        pairs.join(" ")
    };
    let zeros = bytes.iter().all(|byte| *byte == 0);
    if zeros && ours == format!("{} bytes of zeros", bytes.len()) {
        return true;
    }
    if let Some((shown, rest)) = ours.split_once(" … ") {
        return hex(bytes).starts_with(shown) && rest == format!("({} bytes)", bytes.len());
    }
    ours == hex(bytes) || bracket == Some(&hex(bytes))
}

/// The bytes of a text in quotes; what stands behind the quotes is the same in another form.
fn unquoted(value: &str) -> Option<Vec<u8>> {
    let inside = value.strip_prefix('"')?;
    let mut bytes = Vec::new();
    let mut letters = inside.bytes();
    loop {
        match letters.next()? {
            b'"' => return Some(bytes),
            b'\\' => match letters.next()? {
                b'n' => bytes.push(b'\n'),
                b'r' => bytes.push(b'\r'),
                b't' => bytes.push(b'\t'),
                b'x' => {
                    let digits = [letters.next()?, letters.next()?];
                    let digits = std::str::from_utf8(&digits).ok()?;
                    bytes.push(u8::from_str_radix(digits, 16).ok()?);
                }
                sign => bytes.push(sign),
            },
            letter => bytes.push(letter),
        }
    }
}

fn words(value: &str) -> impl Iterator<Item = &str> {
    value
        .split([' ', ',', '/', '(', ')'])
        .filter(|word| !word.is_empty())
}
