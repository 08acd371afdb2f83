//! What is seen. Each component gets the store and draws its own small projection of the session.

mod controls;
mod crowd;
mod diagram;
mod element;
mod failover;
mod header;
mod icons;
mod kinds;
mod ladder;
mod narration;
mod node_panel;
mod node_tables;
mod packet_panel;
mod packets;
mod panel;
mod settings;
mod shell;
mod stage;
mod timeline;
mod tree;

pub(crate) use element::Handler;
pub(crate) use shell::App;
