//! Real software agrees: our server with real clients, our client with real servers, our relay agent
//! between both, our server and a real one as failover partners, each in network namespaces of its own. They need Linux, root and the peers; elsewhere each says that it is skipped.
#![cfg(all(feature = "cli", target_os = "linux"))]
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod clients;
mod failover;
mod lan;
mod lessee;
mod ours;
mod partner;
mod peers;
mod relays;
mod run;
mod servers;
