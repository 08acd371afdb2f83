//! A picture of each main view in each size and theme, below `target/screenshots/`, and what must
//! hold in each: nothing is cut off, nothing has to be scrolled to.

mod common;

use anyhow::{Result, ensure};
use common::{click, node, until_bound};
use page_tests::{Page, View};

const SIZES: [(u32, u32); 3] = [(1280, 720), (1024, 768), (390, 844)];

/// The page is as wide as its window, and on a projector as high.
fn fits(page: &Page, width: u32, what: &str) -> Result<()> {
    let size = page.script("const r = document.scrollingElement; return [r.scrollWidth, r.clientWidth, r.scrollHeight, r.clientHeight]")?;
    let number = |at: usize| size[at].as_u64().unwrap_or_default();
    ensure!(
        number(0) <= number(1),
        "{what}: scrolls sideways, {} in {}",
        number(0),
        number(1)
    );
    ensure!(
        width < 1000 || number(2) <= number(3),
        "{what}: scrolls down, {} in {}",
        number(2),
        number(3)
    );
    Ok(())
}

/// No text is cut off inside a button, and none of a node's at the edge of the stage.
fn whole_labels(page: &Page, what: &str) -> Result<()> {
    let cut = page.script(
        "const seen = [...document.querySelectorAll('button')].filter(b => b.offsetParent && b.textContent.trim() && !b.closest('.ladder'));
         const network = document.querySelector('.network');
         const edge = network.getBoundingClientRect();
         const margin = parseFloat(getComputedStyle(network).marginLeft) + 1;
         const room = document.createRange();
         const leaves = b => [...b.querySelectorAll('.glyph, .tag > *')].filter(c => c.offsetParent).some(c => {
             room.selectNodeContents(c);
             const r = room.getBoundingClientRect();
             return r.left < edge.left - margin || r.right > edge.right + margin;
         });
         const cut = b => b.matches('.node') ? leaves(b) : b.scrollWidth > b.clientWidth + 1;
         return seen.filter(cut).map(b => b.textContent.trim() || b.getAttribute('aria-label'))",
    )?;
    ensure!(
        cut.as_array().is_some_and(Vec::is_empty),
        "{what}: cut off: {cut}"
    );
    Ok(())
}

fn each_view(dark: bool) -> Result<()> {
    let theme = if dark { "dark" } else { "light" };
    for (width, height) in SIZES {
        let page = Page::open(&View {
            width,
            height,
            dark,
            ..View::default()
        })?;
        let phone = width < 600;
        let shot = |name: &str| -> Result<()> {
            let name = format!("{name}-{width}x{height}-{theme}");
            page.drawn()?;
            fits(&page, width, &name)?;
            whole_labels(&page, &name)?;
            page.screenshot(&name)?;
            Ok(())
        };
        shot("1-start")?;
        click(&page, "Next message")?;
        shot("2-discover")?;
        until_bound(&page)?;
        shot("3-bound")?;
        if phone {
            page.find("tab", "Ladder")?.click()?;
            shot("4-ladder")?;
        }
        let first = common::ladder(&page)?.swap_remove(0);
        click(&page, &first)?;
        page.find("dialog", "DHCPDISCOVER")?;
        shot("5-packet")?;
        click(&page, "Close")?;
        if phone {
            page.find("tab", "Stage")?.click()?;
        }
        node(&page, "laptop")?.click()?;
        shot("6-client")?;
        click(&page, "Close")?;
        node(&page, "server1")?.click()?;
        shot("7-server")?;
        click(&page, "Power off")?;
        click(&page, "Close")?;
        shot("8-server-off")?;
        page.press('\u{E010}')?;
        shot("9-end")?;
        node(&page, "server1")?.click()?;
        page.script(
            "const s = document.querySelector('.settings'); s.open = true; s.scrollIntoView()",
        )?;
        shot("10-settings")?;
        page.go("?scenario=wrong-network")?;
        page.press('\u{E010}')?;
        shot("11-moved")?;
        node(&page, "router")?.click()?;
        shot("12-router")?;
        page.go("?scenario=silence")?;
        page.find("button", "Play")?;
        // The laptop's question to a server that does not know it, and the silence after that.
        for _ in 0..5 {
            click(&page, "Next message")?;
        }
        for _ in 0..2 {
            click(&page, "Step forward")?;
        }
        page.press('w')?;
        page.find("dialog", "Why?")?;
        shot("13-why-silence")?;
        page.press('\u{E010}')?;
        page.press('w')?;
        shot("14-why-long")?;
        page.assert_clean()?;
    }
    Ok(())
}

/// What two failover servers have, in each size.
fn failover(dark: bool) -> Result<()> {
    let theme = if dark { "dark" } else { "light" };
    for (width, height) in SIZES {
        let page = Page::open(&View {
            width,
            height,
            dark,
            fragment: String::new(),
            ..View::default()
        })?;
        let shot = |name: &str| -> Result<()> {
            let name = format!("{name}-{width}x{height}-{theme}");
            page.drawn()?;
            fits(&page, width, &name)?;
            whole_labels(&page, &name)?;
            page.screenshot(&name)?;
            Ok(())
        };
        let until = |words: &str| {
            page_tests::wait_for(words, || {
                let said = page.script(&format!(
                    "const step = [...document.querySelectorAll('button')].find(b => b.getAttribute('aria-label') === 'Step forward'); const told = () => document.querySelector('.told').textContent; if (!told().includes({words:?})) step.click(); return told()"
                ))?;
                Ok(said.as_str().is_some_and(|said| said.contains(words)))
            })
        };
        shot("20-opening")?;
        until("MCLT (maximum")?;
        shot("21-mclt")?;
        node(&page, "server1")?.click()?;
        shot("22-server")?;
        page.script("document.querySelector('.orders').scrollIntoView()")?;
        shot("23-orders")?;
        click(&page, "Cut off from server2")?;
        click(&page, "Close")?;
        page.press('\u{E010}')?;
        shot("24-cut")?;
        page.go("?scenario=operators-mistake")?;
        page.press('\u{E010}')?;
        shot("25-mistake")?;
        page.go("?scenario=load-balance")?;
        page.press('\u{E010}')?;
        shot("26-load-balance")?;
        if width < 600 {
            page.find("tab", "Ladder")?.click()?;
            shot("27-ladder")?;
        }
        page.assert_clean()?;
    }
    Ok(())
}

#[test]
fn failover_in_light() -> Result<()> {
    failover(false)
}

#[test]
fn failover_in_dark() -> Result<()> {
    failover(true)
}

#[test]
fn each_view_in_light() -> Result<()> {
    each_view(false)
}

#[test]
fn each_view_in_dark() -> Result<()> {
    each_view(true)
}

#[test]
fn it_works_at_320_pixels_and_in_every_language() -> Result<()> {
    for language in ["en", "es", "pt-BR"] {
        for width in [320, 390, 1024, 1280] {
            let page = Page::open(&View {
                width,
                height: 720,
                language,
                ..View::default()
            })?;
            let what = format!("{language} at {width}");
            page.drawn()?;
            fits(&page, width, &what)?;
            whole_labels(&page, &what)?;
            page.assert_clean()?;
        }
    }
    Ok(())
}
