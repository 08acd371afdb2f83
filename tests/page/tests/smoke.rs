//! The finished page loads, answers, and asks nothing of anyone else.

use anyhow::Result;
use page_tests::{Page, View, wait_for};

#[test]
fn the_page_loads_and_answers() -> Result<()> {
    let page = Page::open(&View::default())?;
    page.find("heading", "DHCP Lab")?;
    assert_eq!(page.title()?, "DHCP Lab");

    let play = page.find("button", "Play")?;
    play.click()?;
    wait_for("the click's effect", || {
        Ok(page.all("status")?[0].text()? == "played 1 times")
    })?;
    play.focus()?;
    page.press(' ')?;
    wait_for("the key's effect", || {
        Ok(page.all("status")?[0].text()? == "played 2 times")
    })?;

    let files = page.server().requests();
    assert!(files.iter().any(|file| file.path.ends_with("_bg.wasm")));
    page.screenshot("smoke-1280x720")?;
    page.assert_clean()
}

#[test]
fn the_page_fits_a_phone_in_the_dark() -> Result<()> {
    let page = Page::open(&View {
        dark: true,
        ..View::phone()
    })?;
    page.find("button", "Play")?;
    let inside = page.script("return [innerWidth, innerHeight]")?;
    assert_eq!(inside, serde_json::json!([390, 844]));
    let dark = page.script("return matchMedia('(prefers-color-scheme: dark)').matches")?;
    assert_eq!(dark, true);
    page.screenshot("smoke-390x844-dark")?;
    page.assert_clean()
}
