//! What tshark decodes of a capture, field by field, from its PDML.

use std::path::Path;
use std::process::Command;

/// A field as tshark shows it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Theirs {
    /// What a display filter calls it; empty for a heading.
    pub(crate) name: String,
    /// Its value as a display filter would write it.
    pub(crate) show: String,
    /// The line in tshark's tree.
    pub(crate) line: String,
    /// Where its first byte stands in the frame.
    pub(crate) pos: usize,
    /// How many bytes it has.
    pub(crate) size: usize,
    /// Its bytes; for some bits of them their number instead.
    pub(crate) bytes: Vec<u8>,
    pub(crate) children: Vec<Theirs>,
}

impl Theirs {
    pub(crate) fn end(&self) -> usize {
        self.pos + self.size
    }
}

/// The layers of every frame in a capture.
pub(crate) fn read(capture: &Path) -> Vec<Vec<Theirs>> {
    let output = Command::new("tshark")
        .arg("-r")
        .arg(capture)
        .args(["-n", "-T", "pdml"])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    packets(&String::from_utf8(output.stdout).unwrap())
}

fn packets(text: &str) -> Vec<Vec<Theirs>> {
    let mut packets = Vec::new();
    let mut open: Vec<Theirs> = Vec::new();
    for part in text.split('<').skip(1) {
        let tag = part.rsplit_once('>').map_or(part, |(tag, _)| tag);
        match tag.split([' ', '/', '>']).next() {
            Some("packet") => open.push(Theirs::default()),
            Some("proto" | "field") => {
                let field = field(tag);
                if tag.ends_with('/') {
                    open.last_mut().unwrap().children.push(field);
                } else {
                    open.push(field);
                }
            }
            _ if tag == "/packet" => packets.push(open.pop().unwrap().children),
            _ if matches!(tag, "/proto" | "/field") => {
                let field = open.pop().unwrap();
                open.last_mut().unwrap().children.push(field);
            }
            _ => {}
        }
    }
    packets
}

fn field(tag: &str) -> Theirs {
    let text = |name: &str| {
        let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
        let end = start + tag[start..].find('"')?;
        let mut text = tag[start..end].to_owned();
        for (escape, sign) in [
            ("&lt;", "<"),
            ("&gt;", ">"),
            ("&quot;", "\""),
            ("&#x27;", "'"),
            ("&amp;", "&"),
        ] {
            text = text.replace(escape, sign);
        }
        Some(text)
    };
    let number = |name| text(name).map_or(0, |text| text.parse().unwrap());
    let hex = text("value").unwrap_or_default();
    let pair = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
    Theirs {
        // What a reader of the tree does not see is no part of the comparison.
        name: if tag.contains(" hide=\"yes\"") {
            "hidden".to_owned()
        } else {
            text("name").unwrap_or_default()
        },
        show: text("show").unwrap_or_default(),
        line: text("showname").unwrap_or_default(),
        pos: number("pos"),
        size: number("size"),
        bytes: (0..hex.len() / 2).map_while(|at| pair(at * 2)).collect(),
        children: Vec::new(),
    }
}
