//! Real software agrees: our server with real clients, our client with real servers, our relay agent
//! between both, each in network namespaces of its own. They need Linux, root and the peers; elsewhere each says that it is skipped.
#![cfg(all(feature = "cli", target_os = "linux"))]
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod clients;
mod lan;
mod ours;
mod peers;
mod relays;
mod run;
mod servers;
