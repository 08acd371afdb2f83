//! The node panel: what can be done to a node, and what it knows.

use yew::prelude::*;

use super::diagram::diagram;
use super::element::{Handler, el, group, handler};
use super::failover::{orders, partnership};
use super::kinds;
use super::node_actions::{NodeActions, NodeActionsProps};
use super::node_tables::{bindings, deadlines, lease, neighbours, own_neighbours, ports, relay};
use super::panel::frame;
use super::part::{draw, part};
use super::settings::{SettingsForm, SettingsProps};
use super::stage::status;
use crate::app::session::Session;
use crate::app::store::{Store, use_view};
use crate::dhcp::client::State;
use crate::scenario::NodeId;
use crate::text::Texts;
use crate::view::node::{Detail, NodeView, glance, view};

/// Which node.
#[derive(PartialEq)]
pub(super) struct NodePanelProps {
    /// The session.
    pub(super) store: Store,
    /// The node.
    pub(super) id: NodeId,
}

/// What a node's panel draws with.
pub(super) struct Sheet<'a> {
    /// The session's handle.
    pub(super) store: &'a Store,
    /// Which node.
    pub(super) id: NodeId,
    /// The session.
    pub(super) session: &'a Session,
    /// The texts.
    pub(super) words: &'a Texts,
    /// The node as it is now.
    pub(super) view: &'a NodeView,
    /// How many rows of each table are shown.
    pub(super) rows: usize,
    /// Shows more of them.
    pub(super) more: Handler,
}

/// How many rows of a table are shown at first, and how many more at a press.
const ROWS: usize = 50;

/// A node's panel.
#[part]
pub(super) fn NodePanel(props: &NodePanelProps) -> Html {
    let NodePanelProps { store, id } = props;
    // What is left of a deadline is shown in seconds at best.
    let (words, _, _) = use_view(store, |session| {
        (
            session.texts().clone(),
            session.key(),
            session.now().as_micros() / 250_000,
        )
    });
    let rows = use_state_eq(|| ROWS);
    let more = {
        let rows = rows.clone();
        handler(move |_| rows.set(*rows + 4 * ROWS))
    };
    store.read(|session| {
        let file = session.scenario().node(*id);
        let view = view(session.world(), *id);
        let sheet = Sheet {
            store,
            id: *id,
            session,
            words: &words,
            view: &view,
            rows: *rows,
            more,
        };
        let (status, _) = status(&words, &glance(session.world(), *id));
        let parts = [
            Some(words.get(kinds::kind_key(file.kind)).to_owned()),
            Some(status),
            view.mac.map(|mac| mac.to_string()),
        ];
        let addresses = view
            .interfaces()
            .map(|interface| format!("{}/{}", interface.address, interface.prefix));
        let parts: Vec<String> = parts
            .into_iter()
            .flatten()
            .chain(addresses)
            .filter(|part| !part.is_empty())
            .collect();
        let settings = session.world().settings(*id).map(|now| {
            let (store, id) = (store.clone(), *id);
            draw::<SettingsForm>(SettingsProps { store, id, now })
        });
        let body = el!("div", "class" = "panel-body")
            .put(draw::<NodeActions>(NodeActionsProps {
                store: store.clone(),
                id: *id,
            }))
            .put(detail(store, &sheet, *id))
            .put(settings.unwrap_or_default())
            .html();
        frame(
            store,
            &words,
            "node-panel",
            &file.id,
            &parts.join(" · "),
            body,
        )
    })
}

fn detail(store: &Store, sheet: &Sheet<'_>, id: NodeId) -> Html {
    match &sheet.view.detail {
        Detail::Client { state, lease: held } => {
            let label = sheet.words.say("ui.diagram", &[("state", state.name())]);
            let aside = matches!(state, State::Stopped | State::Informing)
                .then(|| el!("span", "class" = "status s-none").text(state.name()));
            let title = el!("h3").text(sheet.words.get("ui.states")).maybe(aside);
            let held = held.as_ref().map(|held| lease(sheet, *state, held));
            group(vec![
                el!("section")
                    .with(title)
                    .put(diagram(*state, label))
                    .html(),
                held.unwrap_or_default(),
                deadlines(sheet),
                own_neighbours(sheet),
            ])
        }
        Detail::Server {
            bindings: rows,
            pool,
            free,
            failover,
        } => {
            let own = failover.as_ref();
            group(vec![
                own.map(|view| partnership(sheet, id, view))
                    .unwrap_or_default(),
                bindings(sheet, rows, *pool, *free, own),
                own.map(|view| orders(store, sheet, id, view))
                    .unwrap_or_default(),
                deadlines(sheet),
                own_neighbours(sheet),
            ])
        }
        Detail::Switch { table } => ports(sheet, table),
        Detail::Router {
            ports,
            servers,
            counts,
        } => {
            let mut all = Vec::new();
            if !servers.is_empty() {
                all.push(relay(sheet, servers, *counts));
            }
            for port in ports {
                let title = format!(
                    "{} {} · {}",
                    sheet.words.get("ui.arp-table"),
                    port.name,
                    port.mac
                );
                all.push(neighbours(sheet, &title, &port.neighbours));
            }
            all.push(deadlines(sheet));
            group(all)
        }
        Detail::Plain => own_neighbours(sheet),
    }
}
