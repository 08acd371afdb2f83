//! Puts the built-in scenarios' titles into a file of their own: the page lists them, and loads the
//! scenario that is chosen only then.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use serde_json::{Map, Value};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=scenarios");
    let mut titles = Map::new();
    for entry in fs::read_dir("scenarios")? {
        let file = entry?.path();
        let (Some(name), Some(kind)) = (file.file_stem(), file.extension()) else {
            continue;
        };
        if kind == "json" {
            // What is wrong with a file is told by those who read the whole of it.
            let scenario: Value =
                serde_json::from_str(&fs::read_to_string(&file)?).unwrap_or_default();
            let title = scenario.get("title").cloned();
            titles.insert(
                name.to_string_lossy().into_owned(),
                title.unwrap_or_default(),
            );
        }
    }
    let out = env::var("OUT_DIR")?;
    fs::write(
        Path::new(&out).join("titles.json"),
        Value::Object(titles).to_string(),
    )?;
    Ok(())
}
