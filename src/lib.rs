//! DHCP Lab: a DHCPv4 client, server and network that run, and are seen running.
//!
//! The rooms, each of which knows only those above it:
//!
//! | room | what it is for |
//! |---|---|
//! | [`map`] | ordered maps and sets: B-trees, on the page sorted lists |
//! | [`supplies`] | files that are handed over while the program runs |
//! | [`json`] | a file's text to values, and values to settings |
//! | [`time`], [`rng`] | virtual instants in microseconds; one seeded stream of random numbers a node |
//! | [`wire`] | bytes to meaning and back: Ethernet, ARP, IPv4, ICMP, UDP, TCP, DHCP |
//! | [`dhcp`] | the client and the server of RFC 2131, without any input or output of their own |
//! | [`net`] | host stack, switch and link |
//! | [`scenario`] | the file format, its validation, the built-in library |
//! | [`sim`] | the world, its one event queue, commands, the journal, checkpoints |
//! | [`text`] | every sentence that a person reads, in each language |
//! | [`lesson`] | which sentence tells what just happened, and why |
//! | [`view`] | what a world and its journal look like: ladder, lease bars, tables, exports |
//! | `bridge` | one node on a real network (feature `cli`) |
//! | `app` | the page (feature `app`), the only room that knows a browser |
//!
//! `docs/architecture.md` says how they work together, and `docs/model.md` what they model.

pub mod dhcp;
pub mod json;
pub mod lesson;
pub mod map;
pub mod net;
pub mod rng;
pub mod scenario;
pub mod sim;
pub mod supplies;
pub mod text;
pub mod time;
pub mod view;
pub mod wire;

#[cfg(feature = "cli")]
pub mod bridge;

#[cfg(feature = "app")]
pub mod app;
