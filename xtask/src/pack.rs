//! What takes bytes in a built page and does nothing there: the long names by which the program
//! and its script know each other, comments, a second file of styles.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use lzma_rust2::{LzmaOptions, LzmaWriter};

use crate::size;

mod sample;
mod streams;

/// Packs a page that Trunk has built. What `unpack.js` has to make of the packed program is left in
/// `kept`, for a test to hold it against.
pub(crate) fn pack(dist: &Path, kept: &Path) -> Result<()> {
    let program = only(dist, "_bg.wasm")?;
    let script = PathBuf::from(program.to_string_lossy().replace("_bg.wasm", ".js"));
    let (wasm, names) = with_short_imports(&fs::read(&program)?)?;
    let mut text = without_comments(&fs::read_to_string(&script)?)?;
    for (number, name) in names.iter().enumerate() {
        let once = text.matches(name.as_str()).count() == 1;
        if !once {
            bail!("{} does not give {name} once", script.display());
        }
        text = text.replace(name, &short(number));
    }
    fs::create_dir_all(kept)?;
    fs::write(kept.join("page.wasm"), &wasm)?;
    fs::write(&script, text)?;
    for name in ["start.js", "unpack.js"] {
        let script = dist.join(name);
        fs::write(&script, without_comments(&fs::read_to_string(&script)?)?)?;
    }
    fs::remove_file(&program)?;
    fs::write(program.with_extension("wasm.lzma"), packed(&wasm)?)?;
    name_packed(dist, &program)?;
    for folder in FOLDERS {
        name_by_content(dist, folder)?;
    }
    join_styles(dist)
}

/// Sorts a program's instructions into streams and packs those by LZMA, which `unpack.js` undoes. LZMA
/// alone leaves an eighth more; what a server does to a file on its way, gzip, a third more.
fn packed(wasm: &[u8]) -> Result<Vec<u8>> {
    lzma(&streams::sort(wasm)?)
}

/// Has the page load the packed program.
fn name_packed(dist: &Path, program: &Path) -> Result<()> {
    let name = program.file_name().unwrap_or_default().to_string_lossy();
    let index = dist.join("index.html");
    let page = fs::read_to_string(&index)?;
    let page = page
        .replace(&*name, &format!("{name}.lzma"))
        .replace(" type=application/wasm", "");
    fs::write(index, page)?;
    Ok(())
}

/// Leaves a program of every operation in a folder, and the same packed.
pub(crate) fn write_sample(kept: &Path) -> Result<()> {
    let sample = sample::every_operation();
    fs::write(kept.join("sample.wasm.lzma"), packed(&sample)?)?;
    fs::write(kept.join("sample.wasm"), sample)?;
    Ok(())
}

/// LZMA with its own header, which says how long the original is.
fn lzma(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut options = LzmaOptions::with_preset(9);
    // Of what the specification allows, this does best for WebAssembly, whose instructions are not
    // aligned.
    (options.lc, options.lp, options.pb) = (4, 0, 0);
    options.nice_len = LzmaOptions::NICE_LEN_MAX;
    options.dict_size = 1 << 22;
    let size = u64::try_from(bytes.len())?;
    let mut writer = LzmaWriter::new_use_header(Vec::new(), &options, Some(size))?;
    writer.write_all(bytes)?;
    Ok(writer.finish()?)
}

/// The folders of files that the page loads while it runs.
pub(crate) const FOLDERS: [&str; 2] = ["locales", "scenarios"];

/// Names a folder by what is in it, so that a browser which has kept an older one's files does not mix
/// them with this page's; and leaves the white space out of those files.
fn name_by_content(dist: &Path, folder: &str) -> Result<()> {
    // FNV-1a, which is enough to tell one version of a file from another.
    let mut digest: u64 = 0xcbf2_9ce4_8422_2325;
    for file in size::files(&dist.join(folder))? {
        let value: serde_json::Value = serde_json::from_slice(&fs::read(&file)?)
            .with_context(|| format!("reading {}", file.display()))?;
        let text = value.to_string();
        for byte in text.bytes() {
            digest = (digest ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        }
        fs::write(&file, text)?;
    }
    let named = format!("{folder}-{:08x}", digest >> 32);
    fs::rename(dist.join(folder), dist.join(&named))?;
    let index = dist.join("index.html");
    let page = fs::read_to_string(&index)?;
    let attribute = format!("data-{folder}=./{folder}");
    if page.matches(&attribute).count() != 1 {
        bail!("index.html does not say {attribute} once");
    }
    fs::write(
        index,
        page.replace(&attribute, &format!("data-{folder}=./{named}")),
    )?;
    Ok(())
}

fn only(dist: &Path, end: &str) -> Result<PathBuf> {
    let mut found = size::files(dist)?;
    found.retain(|file| file.to_string_lossy().ends_with(end));
    match found.as_slice() {
        [file] => Ok(file.clone()),
        _ => bail!("dist/ has {} files that end in {end}, not 1", found.len()),
    }
}

fn short(number: usize) -> String {
    format!("_{number:x}")
}

/// A program (WebAssembly's binary format, version 1) whose imports are called by numbers, without
/// the sections that are only read by tools; and what the imports were called.
fn with_short_imports(wasm: &[u8]) -> Result<(Vec<u8>, Vec<String>)> {
    const CUSTOM: u8 = 0;
    const IMPORT: u8 = 2;
    let (header, mut rest) = wasm.split_at_checked(8).context("no header")?;
    let mut packed = header.to_vec();
    let mut names = Vec::new();
    while let Some((kind, after)) = rest.split_first() {
        let (section, after) = block(after)?;
        rest = after;
        let imports;
        let section = match *kind {
            CUSTOM => continue,
            IMPORT => {
                (imports, names) = short_imports(section)?;
                &imports
            }
            _ => section,
        };
        packed.push(*kind);
        put_block(&mut packed, section);
    }
    Ok((packed, names))
}

fn short_imports(section: &[u8]) -> Result<(Vec<u8>, Vec<String>)> {
    const FUNCTION: u8 = 0;
    let (count, mut rest) = number(section)?;
    let mut packed = Vec::new();
    let mut names = Vec::new();
    put_number(&mut packed, count);
    for place in 0..count {
        let (module, after) = block(rest)?;
        let (name, after) = block(after)?;
        let Some((&FUNCTION, after)) = after.split_first() else {
            bail!("an import is no function");
        };
        let (signature, after) = number(after)?;
        rest = after;
        names.push(String::from_utf8(name.to_vec())?);
        put_block(&mut packed, module);
        put_block(&mut packed, short(place).as_bytes());
        packed.push(FUNCTION);
        put_number(&mut packed, signature);
    }
    Ok((packed, names))
}

/// A number in LEB128, and what follows it.
fn number(bytes: &[u8]) -> Result<(usize, &[u8])> {
    let mut value = 0;
    for (place, byte) in bytes.iter().enumerate().take(5) {
        value |= usize::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Ok((value, &bytes[place + 1..]));
        }
    }
    bail!("a number without end")
}

/// Bytes with their count before them, and what follows them.
fn block(bytes: &[u8]) -> Result<(&[u8], &[u8])> {
    let (length, rest) = number(bytes)?;
    rest.split_at_checked(length).context("a part is cut off")
}

fn put_number(bytes: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        bytes.push(0x80 | u8::try_from(value & 0x7f).unwrap_or_default());
        value >>= 7;
    }
    bytes.push(u8::try_from(value).unwrap_or_default());
}

fn put_block(bytes: &mut Vec<u8>, block: &[u8]) {
    put_number(bytes, block.len());
    bytes.extend(block);
}

/// A script of wasm-bindgen without indentation and the comments that are lines of their own.
fn without_comments(script: &str) -> Result<String> {
    let mut packed = String::new();
    let mut in_comment = false;
    for line in script.lines().map(str::trim) {
        if line.matches('`').count() % 2 != 0 {
            bail!("a text over several lines: its indentation must stay");
        }
        in_comment |= line.starts_with("/*");
        if in_comment {
            in_comment = !line.ends_with("*/");
        } else if !line.is_empty() && !line.starts_with("//") {
            packed.push_str(line);
            packed.push('\n');
        }
    }
    Ok(packed)
}

/// Puts all styles into the first file of them, in the order in which the page names them.
fn join_styles(dist: &Path) -> Result<()> {
    let index = dist.join("index.html");
    let mut page = fs::read_to_string(&index)?;
    let mut styles = String::new();
    let mut first = None;
    while let Some((link, file)) = style(&page, first.as_ref())? {
        styles.push_str(&fs::read_to_string(dist.join(&file))?);
        if first.is_some() {
            page = page.replace(&link, "");
            fs::remove_file(dist.join(&file))?;
        } else {
            first = Some(file);
        }
    }
    let first = first.context("index.html has no styles")?;
    fs::write(dist.join(first), styles)?;
    fs::write(index, page)?;
    Ok(())
}

/// The link to a file of styles, and the file; not to the one that is known.
fn style(page: &str, known: Option<&String>) -> Result<Option<(String, String)>> {
    for (start, _) in page.match_indices("<link ") {
        let link = page[start..]
            .split_inclusive('>')
            .next()
            .unwrap_or_default();
        if !link.contains("rel=stylesheet") {
            continue;
        }
        let (_, after) = link.split_once("href=./").context("a link to nothing")?;
        let end = after.find([' ', '>']).context("a link without end")?;
        if known.is_none_or(|known| *known != after[..end]) {
            return Ok(Some((link.to_owned(), after[..end].to_owned())));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_renamed_and_tools_sections_left_out() {
        let wasm = b"\0asm\x01\0\0\0\x02\x0c\x01\x02./\x05__wbg\x00\x03\x00\x02\x01x\x0a\x01\x00";
        let (packed, names) = with_short_imports(wasm).unwrap();
        assert_eq!(names, ["__wbg"]);
        assert_eq!(
            packed,
            b"\0asm\x01\0\0\0\x02\x09\x01\x02./\x02_0\x00\x03\x0a\x01\x00"
        );
        assert!(with_short_imports(&wasm[..20]).is_err());
    }

    #[test]
    fn what_is_packed_says_its_length_and_comes_back() {
        let bytes: Vec<u8> = (0..50_000_u32)
            .flat_map(|n| (n / 7).to_le_bytes())
            .collect();
        let packed = lzma(&bytes).unwrap();
        // As `unpack.js` reads it: properties, four bytes of no use to it, the length.
        assert_eq!(packed[0], 4);
        assert_eq!(packed[5..13], 200_000_u64.to_le_bytes());
        assert!(packed.len() < 50_000);
        let mut reader = lzma_rust2::LzmaReader::new_mem_limit(&*packed, u32::MAX, None).unwrap();
        let mut read = Vec::new();
        std::io::Read::read_to_end(&mut reader, &mut read).unwrap();
        assert_eq!(read, bytes);
    }

    #[test]
    fn numbers_are_read_as_they_are_written() {
        for value in [0, 127, 128, 300, 1 << 20] {
            let mut bytes = Vec::new();
            put_number(&mut bytes, value);
            assert_eq!(number(&bytes).unwrap(), (value, &[][..]));
        }
        assert!(number(&[0x80]).is_err());
    }

    #[test]
    fn a_script_keeps_its_code() {
        let script = "/**\n * What it does.\n */\nexport function f() {\n    // why\n    return 1; // one\n}\n";
        let packed = "export function f() {\nreturn 1; // one\n}\n";
        assert_eq!(without_comments(script).unwrap(), packed);
        assert!(without_comments("const a = `\n  b`;").is_err());
    }

    #[test]
    fn a_link_to_styles_is_found_once_the_first_is_known() {
        let page = "<link href=./a.css rel=stylesheet><link href=./b.css rel=stylesheet>";
        let (link, first) = style(page, None).unwrap().unwrap();
        assert_eq!(
            (link.as_str(), first.as_str()),
            ("<link href=./a.css rel=stylesheet>", "a.css")
        );
        let (_, second) = style(page, Some(&first)).unwrap().unwrap();
        assert_eq!(second, "b.css");
    }
}
