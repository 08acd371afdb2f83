//! What `unpack.js` makes of a packed program, in the browser: byte for byte what was packed.

use std::{env, fs, path::PathBuf};

use anyhow::{Context as _, Result, ensure};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use page_tests::{Page, View};

/// Unpacks the bytes that `PACKED` has or promises, with the script that the page has.
const UNPACK: &str = "return (async () => {
    const { unpack } = await import(new URL('unpack.js', document.baseURI));
    const bytes = unpack(new Uint8Array(await PACKED));
    const reader = new FileReader();
    const read = new Promise((done) => (reader.onload = done));
    reader.readAsDataURL(new Blob([bytes]));
    await read;
    return reader.result;
})()";

/// What `cargo xtask test` has left of a program before it was packed, or packed.
fn kept(name: &str) -> Result<Vec<u8>> {
    let folder = env::var_os("DHCP_LAB_KEPT").context("DHCP_LAB_KEPT is not set")?;
    let file = PathBuf::from(folder).join(name);
    fs::read(&file).with_context(|| format!("reading {}", file.display()))
}

fn unpacked(page: &Page, packed: &str) -> Result<Vec<u8>> {
    let answer = page.script(&UNPACK.replace("PACKED", packed))?;
    let answer = answer.as_str().context("no text")?;
    let (_, bytes) = answer.split_once("base64,").context("no bytes")?;
    Ok(BASE64_STANDARD.decode(bytes)?)
}

fn assert_same(unpacked: &[u8], original: &[u8]) -> Result<()> {
    let mut pairs = unpacked.iter().zip(original);
    let differs = pairs.position(|(one, other)| one != other);
    ensure!(differs.is_none(), "other bytes from {differs:?} on");
    ensure!(
        unpacked.len() == original.len(),
        "{} bytes for {}",
        unpacked.len(),
        original.len()
    );
    Ok(())
}

#[test]
fn the_pages_own_program_comes_out_as_it_went_in() -> Result<()> {
    let page = Page::open(&View::default())?;
    page.find("button", "Play")?;
    let name = page.script("return document.querySelector('script[data-wasm]').dataset.wasm")?;
    let name = name.as_str().context("a name")?;
    ensure!(name.ends_with(".lzma"), "{name} is not packed");
    let packed = format!("(await fetch(new URL('{name}', document.baseURI))).arrayBuffer()");
    let original = kept("page.wasm")?;
    ensure!(original.starts_with(b"\0asm"), "no program");
    assert_same(&unpacked(&page, &packed)?, &original)?;
    page.assert_clean()
}

#[test]
fn a_program_of_every_operation_comes_out_as_it_went_in() -> Result<()> {
    let page = Page::open(&View::default())?;
    page.find("button", "Play")?;
    let packed = BASE64_STANDARD.encode(kept("sample.wasm.lzma")?);
    let packed = format!("Uint8Array.from(atob('{packed}'), (sign) => sign.charCodeAt(0))");
    assert_same(&unpacked(&page, &packed)?, &kept("sample.wasm")?)?;
    page.assert_clean()
}
