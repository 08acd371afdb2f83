//! What is seen. Each component gets the store and draws its own small projection of the session.

mod branches;
mod compare;
mod controls;
mod crowd;
mod deeds_panel;
mod diagram;
mod doing;
mod element;
mod failover;
mod flight_menu;
mod header;
mod help_panel;
mod icons;
mod kinds;
mod ladder;
mod link_panel;
mod narration;
mod node_actions;
mod node_panel;
mod node_tables;
mod notice;
mod packet_panel;
mod packets;
mod painting;
mod panel;
pub(crate) mod part;
mod settings;
mod shell;
mod stage;
mod timeline;
mod tree;
mod why_panel;

pub(crate) use element::Handler;
pub(crate) use shell::show;
