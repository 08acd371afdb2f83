//! Everything that is wrong with a file at once, each with the line where it is: for a person who
//! writes one (`dhcp-lab check`).

use std::fmt;

use serde_json::{Map, Value, json};

use super::file::check_version;
use super::{File, Problem, Scenario, check};
use crate::json;

/// The most problems that are told of one file.
const MOST: usize = 100;

/// What is wrong, and where in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// What, and at which field.
    pub problem: Problem,
    /// Line and column of that field, from 1; nothing where the problem has no field, or says so
    /// itself.
    pub place: Option<(usize, usize)>,
}

impl fmt::Display for Located {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((line, column)) = self.place {
            write!(f, "{line}:{column}: ")?;
        }
        self.problem.fmt(f)
    }
}

impl Scenario {
    /// Reads and checks a scenario file to the end.
    ///
    /// # Errors
    /// Everything that is wrong with it, by the order in the text: first what cannot be read; only
    /// where all can be read, what does not fit together. Of each node, cable and command only the
    /// first thing of the latter kind is told. Of a file of another version only that is told.
    pub fn examine(text: &str) -> Result<Self, Vec<Located>> {
        let found = match json::parse(text) {
            Ok(value) => {
                let known = check_version(&value["version"]);
                let found = known.map_or_else(|problem| vec![problem], |()| misread(value.clone()));
                let read = json::read(&value).map_err(|problem| vec![problem]);
                match read {
                    _ if !found.is_empty() => found,
                    Ok(file) => match check::check(file) {
                        Ok(scenario) => return Ok(scenario),
                        Err(found) => found,
                    },
                    Err(found) => found,
                }
            }
            // It has its line and column.
            Err(problem) => {
                return Err(vec![Located {
                    problem,
                    place: None,
                }]);
            }
        };
        let mut located: Vec<Located> = found
            .into_iter()
            .map(|problem| Located {
                place: locate(text, &problem.path),
                problem,
            })
            .collect();
        located.sort_by_key(|located| located.place);
        located.truncate(MOST);
        Err(located)
    }
}

/// Every field that cannot be read. A problem ends the reading, so what is wrong is taken out and the
/// rest read again.
fn misread(mut value: Value) -> Vec<Problem> {
    let mut found = Vec::new();
    let mut taken: Vec<String> = Vec::new();
    while let Err(problem) = json::read::<File>(&value) {
        let missing = missing(&problem);
        // What was taken out is missing now, which is no one's mistake.
        if !missing.is_some_and(|field| taken.contains(&below(&problem.path, field))) {
            found.push(problem.clone());
        }
        if found.len() >= MOST {
            break;
        }
        match take_out(&mut value, &problem.path, missing.is_some()) {
            Some(path) => taken.push(path),
            None => break,
        }
    }
    found
}

/// The field that a problem says is missing.
fn missing(problem: &Problem) -> Option<&str> {
    problem
        .message
        .strip_prefix("missing field `")?
        .strip_suffix('`')
}

fn below(path: &str, field: &str) -> String {
    if path.is_empty() {
        field.to_owned()
    } else {
        format!("{path}.{field}")
    }
}

/// A step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step<'a> {
    Field(&'a str),
    Place(usize),
}

/// `nodes[2].server.pools[0]` in steps. Names with dots or brackets in them do not come back whole,
/// and then nothing is found.
fn steps(path: &str) -> Vec<Step<'_>> {
    let parts = path.split(['.', '[']).filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let place = part
                .strip_suffix(']')
                .and_then(|number| number.parse().ok());
            place.map_or(Step::Field(part), Step::Place)
        })
        .collect()
}

/// Takes what is wrong out of a file, so that the rest can be read, and says what was taken. `None`
/// where that is the file itself.
fn take_out(value: &mut Value, path: &str, missing: bool) -> Option<String> {
    let steps = steps(path);
    // What misses a field stands for nothing; of what has a wrong one that one goes.
    let plain = match steps.as_slice() {
        [Step::Field(list), Step::Place(place)] => Some((*list, *place)),
        _ if missing => match steps.as_slice() {
            [Step::Field(list), Step::Place(place), ..] => Some((*list, *place)),
            _ => None,
        },
        _ => None,
    };
    if let Some((list, place)) = plain {
        let item = value.get_mut(list)?.get_mut(place)?;
        let stands_in = match list {
            "nodes" => json!({ "id": "-", "kind": "switch" }),
            "links" => json!({ "between": ["-", "-"], "latency": "1ms" }),
            "commands" => json!({ "at": "0s", "do": "heal" }),
            "notes" => json!({ "at": "0s", "text": {} }),
            _ => {
                value.as_object_mut()?.remove(list)?;
                return Some(list.to_owned());
            }
        };
        if *item == stands_in {
            return None;
        }
        *item = stands_in;
        return Some(path.to_owned());
    }
    // The innermost object that has it.
    for end in (0..steps.len()).rev() {
        let Step::Field(name) = steps[end] else {
            continue;
        };
        let Some(fields) = object(value, &steps[..end]) else {
            continue;
        };
        if fields.remove(name).is_some() {
            return Some(written(&steps[..=end]));
        }
    }
    None
}

fn object<'a>(value: &'a mut Value, steps: &[Step<'_>]) -> Option<&'a mut Map<String, Value>> {
    let mut value = value;
    for step in steps {
        value = match step {
            Step::Field(name) => value.get_mut(name)?,
            Step::Place(place) => value.get_mut(place)?,
        };
    }
    value.as_object_mut()
}

fn written(steps: &[Step<'_>]) -> String {
    let mut path = String::new();
    for step in steps {
        path = match step {
            Step::Field(name) => below(&path, name),
            Step::Place(place) => format!("{path}[{place}]"),
        };
    }
    path
}

/// The line and column at which the field of a path stands: its name, or the thing itself in a list.
/// Of a field that is not there, where its object begins.
fn locate(text: &str, path: &str) -> Option<(usize, usize)> {
    if path.is_empty() {
        return None;
    }
    let mut scan = Scan {
        bytes: text.as_bytes(),
        at: 0,
    };
    let mut place = scan.skip();
    for step in steps(path) {
        let Some(found) = scan.enter(&step) else {
            break;
        };
        place = found;
    }
    let before = text.get(..place)?;
    let line = before.rsplit('\n').next().unwrap_or(before);
    Some((before.matches('\n').count() + 1, line.chars().count() + 1))
}

/// A look through a text that is known to be JSON.
struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Scan<'_> {
    fn byte(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or_default()
    }

    /// Goes on to the next byte that is no white space, and says where that is.
    fn skip(&mut self) -> usize {
        while self.byte().is_ascii_whitespace() {
            self.at += 1;
        }
        self.at
    }

    /// Goes to the value of a field, or at a place, of the value that is next; says where that field
    /// begins. Stays where it is, where there is none.
    fn enter(&mut self, step: &Step<'_>) -> Option<usize> {
        let began = self.skip();
        let opening = self.byte();
        self.at += 1;
        let mut number = 0;
        while !matches!(self.bytes.get(self.skip()), Some(b'}' | b']') | None) {
            let place = self.at;
            let found = match (step, opening) {
                (Step::Field(name), b'{') => {
                    self.value();
                    let own = &self.bytes[place..self.at];
                    self.skip();
                    self.at += 1;
                    own == json::text(&Value::from(*name)).as_bytes()
                }
                (Step::Place(wanted), b'[') => number == *wanted,
                _ => break,
            };
            if found {
                self.skip();
                return Some(place);
            }
            self.skip();
            self.value();
            number += 1;
            if self.bytes.get(self.skip()) == Some(&b',') {
                self.at += 1;
            }
        }
        self.at = began;
        None
    }

    /// Goes past a value.
    fn value(&mut self) {
        let mut depth = 0_u32;
        loop {
            match self.byte() {
                b'"' => self.string(),
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' if depth > 0 => {
                    depth -= 1;
                    self.at += 1;
                }
                _ if depth > 0 && self.at < self.bytes.len() => self.at += 1,
                _ => {
                    while !matches!(self.byte(), b',' | b'}' | b']' | b':' | 0)
                        && !self.byte().is_ascii_whitespace()
                    {
                        self.at += 1;
                    }
                    return;
                }
            }
            if depth == 0 {
                return;
            }
        }
    }

    fn string(&mut self) {
        self.at += 1;
        while !matches!(self.bytes.get(self.at), Some(b'"') | None) {
            self.at += if self.byte() == b'\\' { 2 } else { 1 };
        }
        self.at += 1;
    }
}
