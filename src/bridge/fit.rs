//! Which node of a scenario is bridged, and what stands beside it in its world.

use super::{Card, Side};
use crate::net::router::port_name;
use crate::scenario::{NodeFile, NodeKind, Problem, Scenario};

/// Why a scenario's node cannot be bridged.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    /// The scenario has no node of that kind.
    #[error("the scenario has no {0}")]
    None(&'static str),
    /// It has several, and none was named.
    #[error("the scenario has several nodes of that kind; choose one with --node: {0}")]
    Several(String),
    /// It has no such node of that kind.
    #[error("the scenario has no {kind} '{name}'; there are: {others}")]
    Unknown {
        /// The kind asked for.
        kind: &'static str,
        /// The name asked for.
        name: String,
        /// The names there are.
        others: String,
    },
    /// The node has another number of cards.
    #[error("'{node}' has {wanted}, and the cards named are {given}: name one for each, in order")]
    Cards {
        /// The node.
        node: String,
        /// Its interfaces in words.
        wanted: String,
        /// How many cards were named.
        given: usize,
    },
    /// The bridged node with the real cards makes no valid scenario.
    #[error("{0}")]
    Problem(#[from] Problem),
}

/// The failover partner that a server names, as far as its settings are looked at: it is real, so
/// here it has no power and no cable.
pub(super) fn partner_of(scenario: &Scenario, server: &NodeFile) -> Option<NodeFile> {
    let partner = server.server.as_ref()?.failover.as_ref()?.partner;
    let mut nodes = scenario.nodes().map(|(_, node)| node);
    let partner = nodes.find(|node| node.has_address(partner))?;
    Some(NodeFile {
        on: false,
        ..partner.clone()
    })
}

pub(super) fn switch(id: String) -> NodeFile {
    NodeFile {
        id,
        kind: NodeKind::Switch,
        mac: None,
        address: None,
        router: None,
        on: true,
        client: None,
        server: None,
        interfaces: Vec::new(),
        relay: None,
    }
}

/// What the real networks are called beside nodes that have a name: `network`, or `network0`,
/// `network1` and so on.
pub(super) fn names_of_networks<'a>(
    mut nodes: impl Iterator<Item = &'a NodeFile>,
    count: usize,
) -> Vec<String> {
    let article = if nodes.any(|node| node.id.starts_with("network")) {
        "the-"
    } else {
        ""
    };
    match count {
        1 => vec![format!("{article}network")],
        _ => (0..count)
            .map(|number| format!("{article}network{number}"))
            .collect(),
    }
}

pub(super) fn check_cards(node: &NodeFile, cards: &[Card]) -> Result<(), Unfit> {
    let names: Vec<String> = node
        .interfaces
        .iter()
        .enumerate()
        .map(|(number, port)| format!("{} {}", port_name(number), port.address))
        .collect();
    let wanted = match names.as_slice() {
        [] => "one interface".to_owned(),
        names => format!("{} interfaces ({})", names.len(), names.join(", ")),
    };
    if cards.len() == names.len().max(1) {
        return Ok(());
    }
    Err(Unfit::Cards {
        node: node.id.clone(),
        wanted,
        given: cards.len(),
    })
}

pub(super) fn choose<'a>(
    scenario: &'a Scenario,
    side: Side,
    name: Option<&str>,
) -> Result<&'a NodeFile, Unfit> {
    let word = side.name();
    let fitting: Vec<&NodeFile> = scenario
        .nodes()
        .map(|(_, node)| node)
        .filter(|node| side.fits(node))
        .collect();
    let names = || {
        let names: Vec<&str> = fitting.iter().map(|node| node.id.as_str()).collect();
        names.join(", ")
    };
    match (name, fitting.as_slice()) {
        (_, []) => Err(Unfit::None(word)),
        (Some(name), _) => fitting
            .iter()
            .find(|node| node.id == name)
            .copied()
            .ok_or_else(|| Unfit::Unknown {
                kind: word,
                name: name.to_owned(),
                others: names(),
            }),
        (None, [only]) => Ok(only),
        (None, _) => Err(Unfit::Several(names())),
    }
}
