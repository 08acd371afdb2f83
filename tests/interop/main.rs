//! Real software agrees: our server with real clients, our client with real servers, each in network
//! namespaces of its own. They need Linux, root and the peers; elsewhere each says that it is skipped.
#![cfg(all(feature = "cli", target_os = "linux"))]
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod clients;
mod lan;
mod ours;
mod run;
mod servers;
