//! How much of a class-room's network the page takes.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Result, bail};
use flate2::{Compression, write::GzEncoder};

/// The most that HTML, JS, wasm and CSS may weigh together, compressed.
const LIMIT: usize = 300_000;

/// Prints what each file of a built page weighs; too much in all is an error.
pub(crate) fn check(dist: &Path) -> Result<()> {
    let mut rows = Vec::new();
    for file in files(dist)? {
        let bytes = fs::read(&file)?;
        let name = file.strip_prefix(dist)?.display().to_string();
        rows.push((name, bytes.len(), compressed(&bytes)?));
    }
    let raw = rows.iter().map(|row| row.1).sum();
    let gzip = rows.iter().map(|row| row.2).sum();
    rows.push(("in all".to_owned(), raw, gzip));
    let width = rows.iter().map(|row| row.0.len()).max().unwrap_or(0);
    println!("\n{:width$} {:>10} {:>10}", "file", "bytes", "gzip");
    for (name, raw, gzip) in &rows {
        println!("{name:width$} {raw:>10} {gzip:>10}");
    }
    println!("{:width$} {:>10} {LIMIT:>10}\n", "limit", "");
    if gzip > LIMIT {
        bail!("the page weighs {gzip} bytes with gzip, and may weigh {LIMIT}");
    }
    Ok(())
}

/// All files below a folder, sorted.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn compressed(bytes: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}
