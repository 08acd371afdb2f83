//! What must hold of the cables.

use super::super::Cable;
use super::super::file::LinkFile;
use super::commands::MAX_LATENCY;
use super::{File, Found, Names, NodeId, NodeKind, Problem, fault, find_ends, router};
use crate::time::Duration;

/// The file's cables, and the spare ones; nothing where one has no ends.
pub(super) fn check(file: &File, names: &Names, found: &mut Found) -> Option<Vec<Cable>> {
    let mut links: Vec<[NodeId; 2]> = Vec::with_capacity(file.links.len());
    let mut cabled = vec![0_u32; file.nodes.len()];
    let before = found.0.len();
    for (number, link) in file.links.iter().enumerate() {
        let path = format!("links[{number}]");
        let ends = find_ends(&link.between, names, &format!("{path}.between"));
        if let Some(ends) = found.take(ends) {
            found.take(check_link(file, link, ends, &mut cabled, &path));
            links.push(ends);
        }
    }
    if found.0.len() == before {
        found.take(router::check_cables(file, &links));
        found.take(check_loops(file, &links));
    }
    (links.len() == file.links.len()).then(|| with_spares(file, &links))
}

fn check_link(
    file: &File,
    link: &LinkFile,
    ends: [NodeId; 2],
    cabled: &mut [u32],
    path: &str,
) -> Result<(), Problem> {
    if ends[0] == ends[1] {
        return Err(Problem::new(
            format!("{path}.between"),
            "a cable has two different ends",
        ));
    }
    if link.latency == Duration::ZERO || link.latency > MAX_LATENCY {
        return Err(Problem::new(
            format!("{path}.latency"),
            format!("must be longer than nothing and at most {MAX_LATENCY}"),
        ));
    }
    if let Some(faults) = &link.faults {
        fault::check(faults, link.latency, &format!("{path}.faults"))?;
    }
    for end in ends {
        cabled[end.index()] += 1;
        let node = &file.nodes[end.index()];
        let one = !matches!(node.kind, NodeKind::Switch | NodeKind::Router);
        if one && cabled[end.index()] > 1 {
            let message = format!("'{}' has one card, but a second cable", node.id);
            return Err(Problem::new(format!("{path}.between"), message));
        }
    }
    Ok(())
}

/// The most spare cables: a large network has none.
const MAX_SPARES: usize = 20_000;

/// The file's cables, and after them one from each client to each switch that it could move to.
fn with_spares(file: &File, links: &[[NodeId; 2]]) -> Vec<Cable> {
    let of_kind = |kind: NodeKind| {
        let nodes = (0_u32..).map(NodeId).zip(&file.nodes);
        nodes.filter_map(move |(id, node)| (node.kind == kind).then_some(id))
    };
    let declared = links.iter().zip(0_u32..);
    let mut cables: Vec<Cable> = declared
        .map(|(ends, file)| Cable { ends: *ends, file })
        .collect();
    let count = of_kind(NodeKind::Client).count() * of_kind(NodeKind::Switch).count();
    if count > MAX_SPARES {
        return cables;
    }
    let mut first = vec![None; file.nodes.len()];
    for cable in &cables {
        for end in cable.ends {
            first[end.index()].get_or_insert(*cable);
        }
    }
    for client in of_kind(NodeKind::Client) {
        let Some(own) = first[client.index()] else {
            continue;
        };
        let spare = |switch| Cable {
            ends: [client, switch],
            file: own.file,
        };
        let others = of_kind(NodeKind::Switch).filter(|switch| !own.ends.contains(switch));
        cables.extend(others.map(spare));
    }
    cables
}

/// Switches here do not run a spanning tree: a loop would carry a broadcast round for ever.
fn check_loops(file: &File, links: &[[NodeId; 2]]) -> Result<(), Problem> {
    let mut group: Vec<usize> = (0..file.nodes.len()).collect();
    let root = |group: &mut Vec<usize>, mut node: usize| {
        while group[node] != node {
            group[node] = group[group[node]];
            node = group[node];
        }
        node
    };
    for (number, [one, other]) in links.iter().enumerate() {
        // A router passes no broadcast on.
        let kinds = [one, other].map(|end| file.nodes[end.index()].kind);
        if kinds.contains(&NodeKind::Router) {
            continue;
        }
        let (one, other) = (
            root(&mut group, one.index()),
            root(&mut group, other.index()),
        );
        if one == other {
            return Err(Problem::new(
                format!("links[{number}]"),
                "closes a loop, which these switches do not prevent",
            ));
        }
        group[one] = other;
    }
    Ok(())
}
