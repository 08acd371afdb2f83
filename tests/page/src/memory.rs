//! What a browser's process has in memory, as Linux tells it.

use std::{fs, path::Path};

use anyhow::{Context, Result};

/// A process's memory, in bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Memory {
    /// All that is in memory, what it shares with other processes too.
    pub resident: u64,
    /// What it has for itself.
    pub private: u64,
}

/// The memory of the largest renderer of the browser with this profile.
pub(crate) fn renderer(profile: &Path) -> Result<Memory> {
    let profile = profile.to_str().context("a path in Unicode")?;
    let processes = fs::read_dir("/proc")?.flatten().filter_map(|entry| {
        let id: u32 = entry.file_name().to_str()?.parse().ok()?;
        let is_renderer = words(id)?.contains("--type=renderer");
        (is_renderer && descends_from(id, profile)).then_some(id)
    });
    processes
        .filter_map(memory)
        .max_by_key(|memory| memory.private)
        .context("no renderer")
}

fn words(process: u32) -> Option<String> {
    let line = fs::read(format!("/proc/{process}/cmdline")).ok()?;
    Some(String::from_utf8_lossy(&line).into_owned())
}

/// Renderers come from the zygote, and that from the browser that has the profile.
fn descends_from(process: u32, profile: &str) -> bool {
    let mut next = Some(process);
    while let Some(id) = next.filter(|id| *id > 1) {
        if words(id).is_some_and(|words| words.contains(profile)) {
            return true;
        }
        let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        let parent = status.lines().find_map(|line| line.strip_prefix("PPid:"));
        next = parent.and_then(|parent| parent.trim().parse().ok());
    }
    false
}

fn memory(process: u32) -> Option<Memory> {
    let text = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
    let kilobytes = |name: &str| -> u64 {
        let lines = text.lines().filter_map(|line| line.strip_prefix(name));
        let numbers = lines.filter_map(|rest| rest.split_whitespace().nth(1)?.parse::<u64>().ok());
        numbers.sum()
    };
    Some(Memory {
        resident: kilobytes("Rss") * 1_024,
        private: (kilobytes("Private_Clean") + kilobytes("Private_Dirty")) * 1_024,
    })
}
