//! How much of a class-room's network the page takes.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use flate2::{Compression, write::GzEncoder};

/// The most that HTML, JS, wasm and CSS may weigh together, compressed; and the most that a first
/// visit loads in all. It was 300,000 before the page had failover, branches, faults, files and why:
/// see `docs/performance.md`.
const LIMIT: usize = 325_000;

struct Row {
    name: String,
    raw: usize,
    gzip: usize,
}

/// Prints what each file of a built page weighs. Too much in all is an error, and so is too much on a
/// first visit: the page, the texts of the language that weighs most, and the story `opening`.
pub(crate) fn check(dist: &Path, opening: &str) -> Result<()> {
    let mut rows = Vec::new();
    for file in files(dist)? {
        let bytes = fs::read(&file)?;
        rows.push(Row {
            name: file.strip_prefix(dist)?.display().to_string(),
            raw: bytes.len(),
            gzip: compressed(&bytes)?,
        });
    }
    let [page, first] = totals(&rows, opening)?;
    let width = rows.iter().map(|row| row.name.len()).max().unwrap_or(0);
    println!("\n{:width$} {:>10} {:>10}", "file", "bytes", "gzip");
    for row in rows.iter().chain([&page, &first]) {
        println!("{:width$} {:>10} {:>10}", row.name, row.raw, row.gzip);
    }
    println!("{:width$} {:>10} {LIMIT:>10}\n", "limit of each", "");
    for total in [page, first] {
        if total.gzip > LIMIT {
            let Row { name, gzip, .. } = total;
            bail!("{name} weighs {gzip} bytes with gzip, and may weigh {LIMIT}");
        }
    }
    Ok(())
}

/// What the page itself weighs, that is whatever is no text or story; and what a first visit loads.
fn totals(rows: &[Row], opening: &str) -> Result<[Row; 2]> {
    let mut page = Row {
        name: "the page".to_owned(),
        raw: 0,
        gzip: 0,
    };
    // The files of each language.
    let mut languages: Vec<(&str, Row)> = Vec::new();
    let mut story = None;
    for row in rows {
        let parts: Vec<&str> = row.name.split('/').collect();
        let total = match parts.as_slice() {
            [folder, language, _] if folder.starts_with("locales-") => {
                let known = languages.iter().position(|(known, _)| known == language);
                let place = known.unwrap_or_else(|| {
                    let name = String::new();
                    languages.push((
                        language,
                        Row {
                            name,
                            raw: 0,
                            gzip: 0,
                        },
                    ));
                    languages.len() - 1
                });
                &mut languages[place].1
            }
            [folder, file] if folder.starts_with("scenarios-") => {
                if *file == format!("{opening}.json") {
                    story = Some(row);
                }
                continue;
            }
            _ => &mut page,
        };
        total.raw += row.raw;
        total.gzip += row.gzip;
    }
    let language = languages.iter().max_by_key(|(_, row)| row.gzip);
    let (language, texts) = language.context("there are no texts")?;
    let story = story.with_context(|| format!("there is no story {opening}"))?;
    let first = Row {
        name: format!("a first visit, in {language}"),
        raw: page.raw + texts.raw + story.raw,
        gzip: page.gzip + texts.gzip + story.gzip,
    };
    Ok([page, first])
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

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, gzip: usize) -> Row {
        let name = name.to_owned();
        Row { name, raw: 0, gzip }
    }

    #[test]
    fn a_first_visit_is_the_page_one_language_and_one_story() {
        let mut rows = vec![
            row("index.html", 1),
            row("page_bg.wasm", 20),
            row("locales-0a/en/page.json", 300),
            row("locales-0a/en/lesson.json", 400),
            row("locales-0a/es/page.json", 500),
            row("scenarios-0b/one.json", 6_000),
            row("scenarios-0b/two.json", 70_000),
        ];
        let [page, first] = totals(&rows, "one").unwrap();
        assert_eq!((page.gzip, first.gzip), (21, 6_721));
        assert_eq!(first.name, "a first visit, in en");
        // Whatever else lies there counts as the page.
        rows.push(row("more/one.json", 800_000));
        assert_eq!(totals(&rows, "one").unwrap()[0].gzip, 800_021);
        assert!(totals(&rows, "three").is_err());
    }
}
