//! Building and serving the page.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, bail};

use crate::{
    loads, pack,
    setup::{PageBuild, Purpose},
    shell, size,
};

/// What the finished page may load: itself, and nothing from anywhere else.
///
/// It is not in `index.html` since the reload script of a served page would break it.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; \
     style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; \
     font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'";

/// How the page is served.
pub(crate) struct ServeOptions {
    port: u16,
    open: bool,
}

impl ServeOptions {
    /// Reads the words after `serve`.
    pub(crate) fn parse(words: &[&str]) -> Result<Self> {
        let mut options = Self {
            port: 8080,
            open: false,
        };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match *word {
                "--open" => options.open = true,
                "--port" => {
                    let port = words.next().context("--port wants a number")?;
                    options.port = port
                        .parse()
                        .with_context(|| format!("not a port: {port}"))?;
                }
                other => bail!("serve has no option {other}: --port N, --open"),
            }
        }
        Ok(options)
    }
}

/// Sets up, then serves the page until it is stopped.
pub(crate) fn serve(root: &Path, options: &ServeOptions) -> Result<()> {
    let port = options.port;
    if TcpListener::bind(("127.0.0.1", port)).is_err() {
        bail!("port {port} is taken: choose another with --port N");
    }
    let build = PageBuild::ready(root, Purpose::Draft)?;
    fetch(root)?;
    let dist = draft_folder(root)?;
    let mut trunk = build.trunk()?;
    trunk
        .args(["serve", "--offline", "--public-url", "/"])
        .args(["--address", "127.0.0.1", "--port", &port.to_string()])
        .arg("--dist")
        .arg(&dist);
    if options.open {
        trunk.arg("--open");
    }
    println!(
        "building the page (the first time 2 to 3 minutes, later some seconds);\n\
         then it is at http://127.0.0.1:{port}/ and built again on each change; Ctrl-C stops it"
    );
    shell::become_program(&mut trunk)
}

/// Where the page is built that `serve` shows.
fn draft_folder(root: &Path) -> Result<PathBuf> {
    let dist = root.join("target").join("page").join("dist");
    fs::create_dir_all(&dist)?;
    Ok(dist)
}

/// Where the finished page's program is as it was before it was packed.
pub(crate) fn kept_folder(root: &Path) -> PathBuf {
    root.join("target").join("page").join("packed")
}

/// Builds the page that `serve` shows, and says where it is. Unlike the finished page it has its
/// assertions on: a fault that the finished page would hide stops it.
pub(crate) fn build_draft(root: &Path) -> Result<PathBuf> {
    let build = PageBuild::ready(root, Purpose::Draft)?;
    fetch(root)?;
    let dist = draft_folder(root)?;
    let mut trunk = build.trunk()?;
    shell::run(trunk.args(["build", "--offline", "--dist"]).arg(&dist))?;
    Ok(dist)
}

/// Sets up, builds the finished page into `dist/` and checks it.
pub(crate) fn build(root: &Path) -> Result<()> {
    let build = PageBuild::ready(root, Purpose::Release)?;
    fetch(root)?;
    let start = Instant::now();
    shell::run(build.trunk()?.args(["build", "--release", "--offline"]))?;
    let dist = root.join("dist");
    pack::pack(&dist, &kept_folder(root)).context("packing dist/")?;
    add_policy(&dist.join("index.html"))?;
    println!("built dist/ in {}", shell::duration(start.elapsed()));
    size::check(&dist, &opening(&dist.join("index.html"))?)?;
    loads::check(&dist)
}

/// Trunk works offline, so whatever it compiles has to be here before.
fn fetch(root: &Path) -> Result<()> {
    let mut fetch: Command = shell::cargo();
    fetch
        .args(["fetch", "--quiet"])
        .current_dir(root)
        .stdin(Stdio::null());
    shell::run(&mut fetch)
}

/// The story that a page opens with, as it says itself.
fn opening(index: &Path) -> Result<String> {
    let page = fs::read_to_string(index)?;
    let (_, after) = page.split_once("data-story=").context("no data-story")?;
    let name = after.trim_start_matches('"');
    let end = name
        .find(['"', ' ', '>'])
        .context("data-story without end")?;
    Ok(name[..end].to_owned())
}

/// Before the first `<meta>`: the minified page has no `<head>` tag, which HTML lets one leave out.
fn add_policy(index: &Path) -> Result<()> {
    let page = fs::read_to_string(index)?;
    let Some((before, after)) = page.find("<meta").map(|at| page.split_at(at)) else {
        bail!("index.html has no <meta>");
    };
    let policy = format!(r#"<meta http-equiv="Content-Security-Policy" content="{POLICY}">"#);
    fs::write(index, format!("{before}{policy}{after}"))?;
    Ok(())
}
