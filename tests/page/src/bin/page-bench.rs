//! `cargo xtask bench page`: how the finished page bears long runs and many clients, in a real
//! Chromium. Each work is a scenario file that is opened as a person would, played, run to its end,
//! and looked at from instants here and there.
//!
//! What is measured in the page is measured by the page's own clock: a seek from the input event to
//! the frame after the one in which its result was drawn (two `requestAnimationFrame`), a click by the
//! browser's event timing, to the next picture. What a test must hold is tested elsewhere; here only
//! figures come out.

use std::{env, fs, path::PathBuf, thread, time::Duration as Wait};

use anyhow::{Context, Result, ensure};
use dhcp_lab::{
    scenario::{File, library},
    time::Duration,
};
use page_tests::{Memory, Page, View};
use serde_json::{Value, json};

/// How many seeks are measured of each work, and how many in one call of the page.
const SEEKS: usize = 300;
const BATCH: usize = 20;
/// How long a run to the end may take before it counts as hung.
const PATIENCE: Wait = Wait::from_secs(300);
/// How often Pause is clicked while it plays.
const CLICKS: usize = 12;

/// What the page measures of itself: frames, clicks, seeks, memory.
const METER: &str = r#"
const meter = window.meter = {
    gaps: [], clicks: [], heap: 0, wasm: 0,
    start() { this.gaps = []; this.last = 0; },
    label: () => document.querySelector(".button.play").textContent,
    frame: () => new Promise(requestAnimationFrame),
    weigh() {
        meter.heap = Math.max(meter.heap, performance.memory.usedJSHeapSize);
        meter.wasm = Math.max(meter.wasm, window.wasmMemory?.buffer.byteLength ?? 0);
    },
    async idle() {
        do { await meter.frame(); } while (meter.label() !== "Play");
    },
    async seek(at) {
        const field = document.querySelector("input.scrub");
        const start = performance.now();
        field.value = at;
        field.dispatchEvent(new Event("input", { bubbles: true }));
        await meter.idle();
        await meter.frame();
        const painted = performance.now() - start;
        meter.weigh();
        return painted;
    },
};
const tick = at => {
    if (meter.last) meter.gaps.push(at - meter.last);
    meter.last = at;
    requestAnimationFrame(tick);
};
requestAnimationFrame(tick);
setInterval(meter.weigh, 250);
addEventListener("click", async event => {
    if (meter.label() !== "Pause") return;
    await meter.idle();
    await meter.frame();
    meter.clicks.push(performance.now() - event.timeStamp);
}, true);
"#;

/// Keeps the program's memory at hand, which the page itself does not hand out.
const HOOK: &str = r#"
for (const name of ["instantiate", "instantiateStreaming"]) {
    const make = WebAssembly[name];
    WebAssembly[name] = async (...given) => {
        const made = await make.apply(WebAssembly, given);
        const exports = (made.instance ?? made).exports;
        window.wasmMemory = Object.values(exports).find(one => one instanceof WebAssembly.Memory);
        return made;
    };
}
"#;

struct Work {
    name: &'static str,
    file: File,
}

fn works() -> Result<Vec<Work>> {
    let hours = |hours: u64| Duration::from_secs(hours * 3_600);
    let mut pair = library::load("two-server-day")?.file().clone();
    pair.until = hours(7 * 24);
    Ok(vec![
        Work {
            name: "1,000 clients, a day",
            file: library::workload(1_000, hours(1), hours(24)),
        },
        Work {
            name: "10 clients, a week",
            file: library::workload(10, hours(1), hours(7 * 24)),
        },
        Work {
            name: "a failover pair, a week",
            file: pair,
        },
    ])
}

fn main() -> Result<()> {
    let only = env::args().nth(1);
    println!(
        "| | ready | frame p95 / max, playing | Pause p95 | to the end | frame p95 / max | seek p50 | p95 | max | processor a seek | JS heap | wasm | renderer, private |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
    for work in works()? {
        if only
            .as_ref()
            .is_none_or(|only| work.name.contains(only.as_str()))
        {
            println!("{}", measure(&work).with_context(|| work.name)?);
        }
    }
    Ok(())
}

fn measure(work: &Work) -> Result<String> {
    let path = write(work)?;
    let page = Page::open(&View::default())?;
    page.before_each_document(HOOK)?;
    page.go("")?;
    page.find("button", "Play")?;
    page.script(METER)?;

    page.choose_file("Open a scenario file", &path)?;
    let ready = page.script(
        "const start = performance.now();
         return (async () => {
             while (!document.querySelector('.crowd .square, .node[aria-label]')) await meter.frame();
             await meter.idle();
             return performance.now() - start;
         })();",
    )?;
    let shown =
        page.script("return document.querySelector('select option:checked').textContent")?;
    let title = work.file.title.get("en").unwrap_or(&work.file.name);
    ensure!(shown == json!(title), "the page shows {shown}");

    // Playing as fast as it can, stopped by hand again and again.
    page.find("slider", "Speed")?.type_keys("\u{E010}")?;
    page.script("meter.start(); meter.clicks = [];")?;
    for _ in 0..CLICKS {
        page.find("button", "Play")?.click()?;
        thread::sleep(Wait::from_millis(1_200));
        let pause = page.find("button", "Pause");
        // On a busy machine it can be over before it is stopped.
        if page.script("return meter.label()")? == json!("Play") {
            break;
        }
        pause?.click()?;
        // The next look for a button reads all that can be read out, on the thread that is to show the
        // pause.
        thread::sleep(Wait::from_millis(400));
    }
    eprintln!("{}: played", work.name);
    let playing = numbers(&page.script("return meter.gaps")?);
    let clicks = numbers(&page.script("return meter.clicks")?);

    page.script("meter.start(); document.activeElement.blur()")?;
    let start = std::time::Instant::now();
    page.press('\u{E010}')?;
    let end = page.script("return +document.querySelector('input.scrub').max")?;
    loop {
        let now =
            page.script("return [+document.querySelector('input.scrub').value, meter.label()]")?;
        if now[0] == end && now[1] == "Play" {
            break;
        }
        ensure!(start.elapsed() < PATIENCE, "not at the end: {now}");
        thread::sleep(Wait::from_millis(50));
    }
    let to_end = start.elapsed();
    eprintln!(
        "{}: at the end after {:.1} s",
        work.name,
        to_end.as_secs_f64()
    );
    let running = numbers(&page.script("return meter.gaps")?);

    let mut random = Random(1);
    let end = end.as_f64().context("no end")?;
    let mut painted = Vec::new();
    let mut memory = page.renderer_memory()?;
    let before = page.processor_time()?;
    for _ in 0..SEEKS / BATCH {
        let instants: Vec<u64> = (0..BATCH).map(|_| (random.part() * end) as u64).collect();
        let body = format!(
            "return (async () => {{
                 const all = [];
                 for (const at of {instants:?}) all.push(await meter.seek(at));
                 return all;
             }})();"
        );
        for seek in page.script(&body)?.as_array().into_iter().flatten() {
            painted.push(seek.as_f64().context("no figure")?);
        }
        let now = page.renderer_memory()?;
        memory = Memory {
            resident: memory.resident.max(now.resident),
            private: memory.private.max(now.private),
        };
    }
    let spent = (page.processor_time()? - before) * 1e3 / painted.len() as f64;
    let weights = numbers(&page.script("return [meter.heap, meter.wasm]")?);
    let mega = |bytes: f64| format!("{:.0} MB", bytes / 1e6);
    Ok(format!(
        "| {} | {:.0} ms | {:.0} / {:.0} ms | {:.0} ms | {:.1} s | {:.0} / {:.0} ms | {:.0} ms | **{:.0} ms** | {:.0} ms | {:.0} ms | {} | {} | {} |",
        work.name,
        ready.as_f64().unwrap_or_default(),
        part(&playing, 0.95),
        part(&playing, 1.0),
        part(&clicks, 0.95),
        to_end.as_secs_f64(),
        part(&running, 0.95),
        part(&running, 1.0),
        part(&painted, 0.5),
        part(&painted, 0.95),
        part(&painted, 1.0),
        spent,
        mega(weights[0]),
        mega(weights[1]),
        mega(memory.private as f64),
    ))
}

fn write(work: &Work) -> Result<PathBuf> {
    let path = env::temp_dir().join(format!("dhcp-lab-{}.json", work.file.name));
    fs::write(&path, work.file.to_json())?;
    Ok(path)
}

fn numbers(value: &Value) -> Vec<f64> {
    let all = value.as_array().into_iter().flatten();
    all.filter_map(Value::as_f64).collect()
}

/// What so much of the values does not exceed.
fn part(values: &[f64], part: f64) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let place = (values.len() as f64 * part).ceil() as usize;
    values.get(place.max(1) - 1).copied().unwrap_or(f64::NAN)
}

/// The same instants in every run (SplitMix64).
struct Random(u64);

impl Random {
    fn part(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ mixed >> 31) as f64 / u64::MAX as f64
    }
}
