//! The tree of fields of a frame, each with the bytes that it stands in: what the packet
//! inspector shows beside the bytes themselves.
//!
//! Nothing is refused here. What is malformed is shown as far as it can be read, and a field, or
//! a remark behind its value, says what is wrong. Names are the protocols' own terms.

mod client_id;
mod dhcp;
mod failover;
mod ip;
mod option;
mod sub_options;
mod tcp;
mod value;

use std::borrow::Cow;
use std::ops::Range;

use super::Mac;
use super::frame::{BadFrame, ETHERNET_HEADER};
use super::summary::summary;

pub use failover::failover;

/// A layer, a field of a layer, or a part of a field.
///
/// The children of a field that has any cover all of its bytes, and the top level covers the whole
/// frame. Only fields of single bits stand in the same bytes as others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// What its standard calls it.
    pub name: Cow<'static, str>,
    /// What it says, and in brackets what that means or what is wrong with it.
    pub value: String,
    /// Its bytes, counted from the start of the frame.
    pub range: Range<usize>,
    /// Its parts.
    pub children: Vec<Field>,
}

impl Field {
    fn leaf(
        name: impl Into<Cow<'static, str>>,
        value: impl Into<String>,
        range: Range<usize>,
    ) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
            range,
            children: Vec::new(),
        }
    }

    fn with(mut self, children: Vec<Self>) -> Self {
        self.children = children;
        self
    }

    /// What cannot be read, and why.
    fn malformed(why: impl Into<String>, range: Range<usize>) -> Self {
        Self::leaf("Malformed", why, range)
    }
}

/// Takes field after field from a range of a frame.
struct Reader<'a> {
    frame: &'a [u8],
    /// Where the first byte of `frame` stands, if that is not the whole frame.
    base: usize,
    at: usize,
    end: usize,
    fields: Vec<Field>,
}

impl<'a> Reader<'a> {
    fn new(frame: &'a [u8], range: Range<usize>) -> Self {
        Self {
            frame,
            base: 0,
            at: range.start,
            end: range.end.min(frame.len()),
            fields: Vec::new(),
        }
    }

    /// Reads bytes that stand at `base` in their frame.
    fn inside(bytes: &'a [u8], base: usize) -> Self {
        Self {
            frame: bytes,
            base,
            at: 0,
            end: bytes.len(),
            fields: Vec::new(),
        }
    }

    /// What has not been taken yet.
    fn left(&self) -> Range<usize> {
        self.at..self.end.max(self.at)
    }

    /// The next `N` bytes, without taking them.
    fn peek<const N: usize>(&self) -> Option<[u8; N]> {
        self.frame[self.left()].first_chunk().copied()
    }

    /// A field of `N` bytes; `None`, and no field, where fewer are left.
    fn field<const N: usize>(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        show: impl FnOnce([u8; N]) -> String,
    ) -> Option<[u8; N]> {
        let bytes = self.peek::<N>()?;
        self.push(name, show(bytes), N);
        Some(bytes)
    }

    /// Takes `length` bytes as a field.
    fn push(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl Into<String>,
        length: usize,
    ) {
        let range = self.next(length);
        self.fields.push(Field::leaf(name, value, range));
        self.skip(length);
    }

    /// Where the next `length` bytes stand in the frame.
    fn next(&self, length: usize) -> Range<usize> {
        self.base + self.at..self.base + (self.at + length).min(self.end)
    }

    /// A field of some bits in the next `length` bytes, which it does not take.
    fn bits(&mut self, name: &'static str, value: impl Into<String>, length: usize) {
        let range = self.next(length);
        self.fields.push(Field::leaf(name, value, range));
    }

    /// Moves on behind fields of bits.
    fn skip(&mut self, length: usize) {
        self.at = (self.at + length).min(self.end);
    }

    /// Takes everything that is left, if anything is, as one field.
    fn rest(&mut self, name: &'static str, show: impl FnOnce(&[u8]) -> String) {
        if self.at < self.end {
            let value = show(&self.frame[self.at..self.end]);
            self.push(name, value, self.end - self.at);
        }
    }

    /// Says why no further field can be read, in a field of everything that is left.
    fn give_up(&mut self, why: impl Into<String>) {
        let left = self.left().len();
        let range = self.next(left);
        self.fields.push(Field::malformed(why, range));
        self.skip(left);
    }
}

/// The layers of a frame, each with its fields. Any bytes whatever have a tree.
pub fn dissect(frame: &[u8]) -> Vec<Field> {
    let mut reader = Reader::new(frame, 0..frame.len().min(ETHERNET_HEADER));
    let ether_type = ethernet(&mut reader);
    if ether_type.is_none() {
        reader.give_up(BadFrame::Truncated("Ethernet").to_string());
    }
    let value = match (frame.first_chunk::<6>(), frame.get(6..12)) {
        (Some(destination), Some(&[a, b, c, d, e, f])) => {
            format!("{} → {}", Mac([a, b, c, d, e, f]), Mac(*destination))
        }
        _ => String::new(),
    };
    let mut layers = vec![Field::leaf("Ethernet II", value, 0..reader.end).with(reader.fields)];
    let body = ETHERNET_HEADER..frame.len();
    match ether_type {
        Some(0x0800) => ip::ipv4(frame, body, &mut layers),
        Some(0x0806) => arp(frame, body, &mut layers),
        Some(_) => data(frame, "Data", body, &mut layers),
        None => {}
    }
    layers
}

fn ethernet(reader: &mut Reader<'_>) -> Option<u16> {
    let mac = |octets| value::mac(Mac(octets));
    reader.field("Destination", mac)?;
    reader.field("Source", mac)?;
    let ether_type = reader.field("EtherType", |octets| {
        value::ether_type(u16::from_be_bytes(octets))
    })?;
    Some(u16::from_be_bytes(ether_type))
}

fn arp(frame: &[u8], range: Range<usize>, layers: &mut Vec<Field>) {
    const PACKET: usize = 28;
    let end = range.end.min(range.start + PACKET);
    let mut reader = Reader::new(frame, range.start..end);
    if arp_fields(&mut reader).is_none() {
        let sizes = frame.get(range.start + 4..range.start + 6);
        let why = if sizes.is_some_and(|sizes| sizes != [6, 4]) {
            BadFrame::Malformed("ARP")
        } else {
            BadFrame::Truncated("ARP")
        };
        reader.give_up(why.to_string());
    }
    layers.push(Field::leaf("ARP", summary(frame).label(), range.start..end).with(reader.fields));
    padding(frame, end..range.end, layers);
}

fn arp_fields(reader: &mut Reader<'_>) -> Option<()> {
    reader.field("Hardware Type", |octets| {
        value::hardware_type(u16::from_be_bytes(octets))
    })?;
    reader.field("Protocol Type", |octets| {
        value::ether_type(u16::from_be_bytes(octets))
    })?;
    let [hardware] = reader.field("Hardware Address Length", |[length]| length.to_string())?;
    let [protocol] = reader.field("Protocol Address Length", |[length]| length.to_string())?;
    reader.field("Operation", |octets| match u16::from_be_bytes(octets) {
        1 => "1 (request)".to_owned(),
        2 => "2 (reply)".to_owned(),
        other => format!("{other} (unknown)"),
    })?;
    if (hardware, protocol) != (6, 4) {
        return None;
    }
    for side in ["Sender", "Target"] {
        reader.field(format!("{side} Hardware Address"), |octets| {
            value::mac(Mac(octets))
        })?;
        reader.field(format!("{side} Protocol Address"), value::address)?;
    }
    Some(())
}

/// A payload that no layer here reads.
fn data(frame: &[u8], name: &'static str, range: Range<usize>, layers: &mut Vec<Field>) {
    if let Some(bytes) = frame.get(range.clone()).filter(|bytes| !bytes.is_empty()) {
        layers.push(Field::leaf(name, value::bytes(bytes), range));
    }
}

/// What a card adds to reach the shortest frame.
fn padding(frame: &[u8], range: Range<usize>, layers: &mut Vec<Field>) {
    if let Some(bytes) = frame.get(range.clone()).filter(|bytes| !bytes.is_empty()) {
        layers.push(Field::leaf("Padding", value::padding(bytes), range));
    }
}

#[cfg(test)]
#[path = "dissect_tests.rs"]
mod tests;
