//! What must hold in texts, notes, and what is shown at first.

use super::super::file::{Show, Texts};
use super::{File, Found, Names, NodeId, NodeKind, Problem, find};
use crate::time::Duration;

/// The longest text, in characters.
pub(in crate::scenario) const MAX_TEXT: usize = 4_000;

pub(super) fn check(file: &File, names: &Names, found: &mut Found) {
    found.take(texts(&file.title, "title"));
    found.take(texts(&file.summary, "summary"));
    for (number, note) in file.notes.iter().enumerate() {
        let path = format!("notes[{number}].text");
        let checked = texts(&note.text, &path).and_then(|()| {
            if note.text.is_empty() {
                return Err(Problem::new(path, "must have a text in some language"));
            }
            Ok(())
        });
        found.take(checked);
    }
    found.take(lanes(file, names));
    found.take(show(&file.show, file.until, names));
}

/// Each by its language tag (BCP 47), such as `en` or `pt-BR`.
fn texts(texts: &Texts, path: &str) -> Result<(), Problem> {
    for (tag, text) in texts {
        let part = |part: &str| {
            (1..=8).contains(&part.len())
                && part.chars().all(|letter| letter.is_ascii_alphanumeric())
        };
        if !tag.split('-').all(part) {
            let message = format!("'{tag}' is no language tag, such as en or pt-BR");
            return Err(Problem::new(path, message));
        }
        if text.trim().is_empty() || text.chars().count() > MAX_TEXT {
            let message = format!("must be 1 to {MAX_TEXT} characters");
            return Err(Problem::new(format!("{path}.{tag}"), message));
        }
    }
    Ok(())
}

fn lanes(file: &File, names: &Names) -> Result<(), Problem> {
    let mut known: Vec<NodeId> = Vec::new();
    for (number, name) in file.show.lanes.iter().enumerate() {
        let path = format!("show.lanes[{number}]");
        let node = find(name, names, &path)?;
        if file.nodes[node.index()].kind == NodeKind::Switch {
            let message = format!("'{name}' is a switch, which sends nothing of its own");
            return Err(Problem::new(path, message));
        }
        if known.contains(&node) {
            return Err(Problem::new(path, format!("'{name}' is named twice")));
        }
        known.push(node);
    }
    Ok(())
}

fn show(show: &Show, until: Duration, names: &Names) -> Result<(), Problem> {
    if let Some(name) = &show.open {
        find(name, names, "show.open")?;
    }
    if let Some(speed) = show.speed
        && !Show::SPEEDS.contains(&speed)
    {
        let speeds = Show::SPEEDS.map(|speed| speed.to_string()).join(", ");
        return Err(Problem::new(
            "show.speed",
            format!("must be one of {speeds}"),
        ));
    }
    if show.at.is_some_and(|at| at > until) {
        let message = format!("must be at most {until}, when the story is over");
        return Err(Problem::new("show.at", message));
    }
    if show.zoom.is_some_and(|[from, to]| from >= to) {
        let message = "must be two instants, the first before the second";
        return Err(Problem::new("show.zoom", message));
    }
    Ok(())
}
