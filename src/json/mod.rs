//! From JSON to settings, one way for every type: a file's text becomes a [`Value`] once ([`parse`]),
//! and each type reads itself from that in place ([`FromJson`]) and makes itself into one ([`ToJson`]),
//! mostly by `#[derive(FromJson)]`. What is wrong is told with its path.
//!
//! serde's way is not taken, since it writes the reading of every field out at its place, and the page
//! would weigh 20 kB more.

mod kinds;
mod parse;

use std::borrow::Cow;
use std::fmt;

pub use dhcp_lab_derive::FromJson;
pub(crate) use kinds::{from_text, string, to_text};
pub use parse::parse;
pub use serde_json::Value;

/// What is wrong with a file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The field, such as `nodes[2].server.pools[0]`; empty for the file as a whole.
    pub path: String,
    /// What is wrong with it and what is allowed.
    pub message: String,
}

impl Problem {
    /// A problem at `path`.
    pub fn new<'a>(path: impl Into<Cow<'a, str>>, message: impl Into<Cow<'a, str>>) -> Self {
        Self::of(path.into(), message.into())
    }

    // A hundred places tell a problem: what is the same for each is in the page once.
    #[inline(never)]
    fn of(path: Cow<'_, str>, message: Cow<'_, str>) -> Self {
        Self {
            path: path.into_owned(),
            message: message.into_owned(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.path, self.message)
        }
    }
}

impl std::error::Error for Problem {}

/// Read, or what is wrong, and where below the value that is being read.
pub type Read = Result<(), Box<Problem>>;

/// What can be read from JSON.
pub trait FromJson: Sized {
    /// What a reader starts from. It stands for nothing: what a file has to say takes its place.
    fn blank() -> Self;

    /// Reads a value in place of what is here, which is blank or has been read before.
    ///
    /// # Errors
    /// What is wrong, with its path below this value. What is here is then of no use.
    fn read(&mut self, value: &Value) -> Read;
}

/// What can be made into JSON.
pub trait ToJson {
    /// Its value.
    fn write(&self) -> Value;
}

/// An object of these fields: `value` gets the place of each, and gives none for one that is left out.
pub fn object(names: &[&str], value: &mut dyn FnMut(u32) -> Option<Value>) -> Value {
    let mut fields = serde_json::Map::new();
    for (place, name) in (0..).zip(names) {
        if let Some(value) = value(place) {
            fields.insert((*name).to_owned(), value);
        }
    }
    Value::Object(fields)
}

/// Reads a whole value.
///
/// # Errors
/// A [`Problem`] with the path of the field.
pub fn read<T: FromJson>(value: &Value) -> Result<T, Problem> {
    let mut read = T::blank();
    match read.read(value) {
        Ok(()) => Ok(read),
        Err(problem) => Err(*problem),
    }
}

/// What a struct looks like in JSON.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// What its fields are called.
    pub fields: &'static [&'static str],
    /// The fields that must be there: bit 0 for the first.
    pub needed: u64,
}

/// Reads an object, field by field: `read` gets the place of a field among the shape's.
///
/// # Errors
/// A value of another kind, a field that is not known or is missing, or what `read` says.
pub fn fields(value: &Value, shape: &Shape, read: &mut dyn FnMut(u32, &Value) -> Read) -> Read {
    let Value::Object(fields) = value else {
        return Err(wrong(value, "an object"));
    };
    let mut missing = shape.needed;
    for (name, value) in fields {
        let Some(place) = place(name, shape.fields) else {
            let names = list("field", name, shape.fields, "there are no fields");
            return Err(below(name, problem(names)));
        };
        missing &= !(1_u64 << place);
        read(place, value).map_err(|problem| below(name, problem))?;
    }
    if missing == 0 {
        return Ok(());
    }
    let name = shape.fields.get(missing.trailing_zeros() as usize);
    let name = name.copied().unwrap_or_default();
    Err(problem(format!("missing field `{name}`")))
}

/// Reads a word: its place among those that there are.
///
/// # Errors
/// A value that is no text, or none of the words.
pub fn variant(value: &Value, names: &[&str]) -> Result<u32, Box<Problem>> {
    let Value::String(text) = value else {
        return Err(wrong(value, &one_of(names)));
    };
    place(text, names).ok_or_else(|| problem(list("variant", text, names, "there are no variants")))
}

fn place(name: &str, names: &[&str]) -> Option<u32> {
    (0..)
        .zip(names)
        .find(|(_, known)| **known == name)
        .map(|(place, _)| place)
}

/// ``unknown field `a`, expected one of `b`, `c`, `d` ``
fn list(what: &str, found: &str, names: &[&str], none: &str) -> String {
    let mut text = format!("unknown {what} `{found}`, ");
    if names.is_empty() {
        text.push_str(none);
        return text;
    }
    text.extend(["expected ", &one_of(names)]);
    if let Some(meant) = nearest(found, names.iter().copied()) {
        text.extend(["; did you mean `", meant, "`?"]);
    }
    text
}

/// `` `a` or `b` `` and ``one of `a`, `b`, `c` ``
fn one_of(names: &[&str]) -> String {
    let (mut text, between) = match names.len() {
        ..3 => (String::new(), " or "),
        _ => ("one of ".to_owned(), ", "),
    };
    for (number, name) in names.iter().enumerate() {
        if number > 0 {
            text.push_str(between);
        }
        text.extend(["`", name, "`"]);
    }
    text
}

/// The name that is most like the one that was found, if any is like it: of each three letters at
/// most one is another, missing or too much.
pub fn nearest<'a>(found: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let (letters, most) = (found.len(), found.len().max(3) / 3);
    let near = names.filter(|name| name.len().abs_diff(letters) <= most);
    let near = near.map(|name| (distance(found.as_bytes(), name.as_bytes()), name));
    let near = near.filter(|(far, _)| *far <= most);
    let near = near.min_by_key(|(far, name)| (*far, !name.starts_with(found)));
    near.filter(|(far, _)| *far > 0).map(|(_, name)| name)
}

/// How many bytes must be changed, added, taken out or swapped with the next.
fn distance(one: &[u8], other: &[u8]) -> usize {
    let mut rows: [Vec<usize>; 3] = [Vec::new(), Vec::new(), (0..=other.len()).collect()];
    for (row, letter) in one.iter().enumerate() {
        rows.rotate_left(1);
        let mut next = vec![row + 1];
        for (column, against) in other.iter().enumerate() {
            let changed = rows[1][column] + usize::from(letter != against);
            let mut least = changed.min(rows[1][column + 1] + 1).min(next[column] + 1);
            let swapped = row > 0 && column > 0 && *letter == other[column - 1];
            if swapped && one[row - 1] == *against {
                least = least.min(rows[0][column - 1] + 1);
            }
            next.push(least);
        }
        rows[2] = next;
    }
    rows[2].last().copied().unwrap_or_default()
}

/// A problem with the value that is being read.
pub(crate) fn problem(message: String) -> Box<Problem> {
    let path = String::new();
    Box::new(Problem { path, message })
}

/// The same from one level up: below a field or place of that name.
fn below(step: &str, mut problem: Box<Problem>) -> Box<Problem> {
    let path = &mut problem.path;
    if !path.is_empty() && !path.starts_with('[') {
        path.insert(0, '.');
    }
    path.insert_str(0, step);
    problem
}

/// A value of another kind than the one that has to stand there.
fn wrong(value: &Value, expected: &str) -> Box<Problem> {
    let found = match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => format!("boolean `{}`", text(value)),
        Value::Number(number) if number.is_f64() => "number with a fraction".to_owned(),
        Value::Number(_) => format!("integer `{}`", text(value)),
        Value::String(_) => format!("string {}", text(value)),
        Value::Array(_) => "list".to_owned(),
        Value::Object(_) => "object".to_owned(),
    };
    problem(format!("invalid type: {found}, expected {expected}"))
}

/// A value as JSON, which is what its own `to_string` gives too, along with the writing of
/// fractions: no setting is one, and the page is lighter without.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => {
            let whole = number.as_u64().map(|number| number.to_string());
            whole
                .or_else(|| number.as_i64().map(|number| number.to_string()))
                .unwrap_or_default()
        }
        Value::String(text) => quoted(text),
        Value::Array(values) => {
            let values: Vec<String> = values.iter().map(self::text).collect();
            format!("[{}]", values.join(","))
        }
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| {
                format!("{}:{}", quoted(name), self::text(value))
            };
            let fields: Vec<String> = fields.iter().map(field).collect();
            format!("{{{}}}", fields.join(","))
        }
    }
}

/// A text as JSON (RFC 8259 section 7).
fn quoted(text: &str) -> String {
    let mut quoted = "\"".to_owned();
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            '\0'..' ' => quoted.push_str(&format!("\\u{:04x}", u32::from(letter))),
            _ => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests;
