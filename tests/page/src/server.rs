//! A static file server that puts `dist/` into a folder, as a course's host would, and
//! keeps a record of what was asked of it.

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    path::{Component, Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use anyhow::Result;

/// Where the page lies on the host. Nothing may count on being at the root.
const FOLDER: &str = "/course/week-3/dhcp-lab/";

/// One request, as answered.
#[derive(Clone, Debug)]
pub struct Request {
    /// The path that was asked for.
    pub path: String,
    /// The status that it got.
    pub status: u16,
}

/// The server; it ends with the test's process.
pub struct Server {
    port: u16,
    requests: Arc<Mutex<Vec<Request>>>,
    withheld: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Serves the files of a folder on a free port of this machine.
    pub fn start(files: PathBuf) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let withheld = Arc::new(Mutex::new(Vec::new()));
        let (record, without) = (Arc::clone(&requests), Arc::clone(&withheld));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (files, record) = (files.clone(), Arc::clone(&record));
                let without = Arc::clone(&without);
                // A browser that hangs up early is no failure of the page.
                thread::spawn(move || drop(answer(stream, &files, &record, &without)));
            }
        });
        Ok(Self {
            port,
            requests,
            withheld,
        })
    }

    /// Scheme, host and port.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The address of the page.
    #[must_use]
    pub fn address(&self) -> String {
        format!("{}{FOLDER}", self.origin())
    }

    /// From now on answers as if no file had any of these in its path.
    pub fn withhold(&self, parts: &[&str]) {
        let parts = parts.iter().map(|part| (*part).to_owned()).collect();
        *self.withheld.lock().unwrap_or_else(PoisonError::into_inner) = parts;
    }

    /// All requests so far.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.requests
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

fn answer(
    mut stream: TcpStream,
    files: &Path,
    record: &Mutex<Vec<Request>>,
    withheld: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut header = String::new();
    while reader.read_line(&mut header)? > 2 {
        header.clear();
    }
    let Some(target) = first.split(' ').nth(1) else {
        return Ok(());
    };
    let path = target.split(['?', '#']).next().unwrap_or(target);
    let is_withheld = withheld
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .iter()
        .any(|part| path.contains(part.as_str()));
    let found = file(files, path).filter(|_| !is_withheld);
    let (status, kind, body) = match found.and_then(|file| {
        let body = std::fs::read(&file).ok()?;
        Some((content_type(&file), body))
    }) {
        Some((kind, body)) => (200, kind, body),
        None => (404, "text/plain", b"no such file".to_vec()),
    };
    record
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(Request {
            path: path.to_owned(),
            status,
        });
    let reason = if status == 200 { "OK" } else { "Not Found" };
    write!(
        stream,
        "HTTP/1.1 {status} {reason}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nConnection: close\r\n\r\n",
        body.len()
    )?;
    stream.write_all(&body)
}

fn file(files: &Path, path: &str) -> Option<PathBuf> {
    let inside = match path.strip_prefix(FOLDER)? {
        "" => "index.html",
        inside => inside,
    };
    let inside = Path::new(inside);
    inside
        .components()
        .all(|part| matches!(part, Component::Normal(_)))
        .then(|| files.join(inside))
}

fn content_type(file: &Path) -> &'static str {
    match file.extension().and_then(|kind| kind.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        Some("wasm") => "application/wasm",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}
