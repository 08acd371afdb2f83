//! What must hold of the commands.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::Value;

use super::super::{Cable, Command, LinkId, Timed, settings};
use super::{File, Names, NodeId, NodeKind, Problem, TimedFile, Verb, fault, find, find_ends};
use crate::dhcp::{Settings, failover};
use crate::time::Instant;

pub(super) fn check(file: &File, names: &Names, cables: &[Cable]) -> Result<Vec<Timed>, Problem> {
    let mut order: Vec<usize> = (0..file.commands.len()).collect();
    order.sort_by_key(|number| file.commands[*number].at);
    let mut checker = Checker {
        file,
        names,
        cables,
        settings: BTreeMap::new(),
    };
    order
        .into_iter()
        .map(|number| {
            let timed = &file.commands[number];
            let command = checker.command(timed, &format!("commands[{number}]"))?;
            Ok(Timed {
                at: Instant::ZERO + timed.at,
                command,
            })
        })
        .collect()
}

struct Checker<'a> {
    file: &'a File,
    names: &'a Names,
    cables: &'a [Cable],
    /// The settings of nodes that an earlier command has changed.
    settings: BTreeMap<NodeId, Settings>,
}

impl Checker<'_> {
    fn command(&mut self, timed: &TimedFile, path: &str) -> Result<Command, Problem> {
        let cable = matches!(timed.verb, Verb::Plug | Verb::Unplug | Verb::Faults);
        let configures = timed.verb == Verb::Configure;
        let surplus = [
            ("node", timed.node.is_some() && cable),
            ("link", timed.link.is_some() && !cable),
            ("to", timed.to.is_some() && timed.verb != Verb::Move),
            ("client", timed.client.is_some() && !configures),
            ("server", timed.server.is_some() && !configures),
            ("relay", timed.relay.is_some() && !configures),
        ];
        if timed.faults.is_some() && timed.verb != Verb::Faults {
            return Err(Problem::new(
                format!("{path}.faults"),
                "only the command 'faults' may have it",
            ));
        }
        if let Some((field, _)) = surplus.into_iter().find(|(_, surplus)| *surplus) {
            let wanted = if cable { "a link" } else { "a node" };
            let message = match field {
                "node" | "link" => format!("this command names {wanted}"),
                _ => "this command has no such field".to_owned(),
            };
            return Err(Problem::new(format!("{path}.{field}"), message));
        }
        if cable {
            return self.cable(timed, path);
        }
        let name = timed
            .node
            .as_ref()
            .ok_or_else(|| Problem::new(path, "this command must name a node"))?;
        let node = find(name, self.names, &format!("{path}.node"))?;
        let client = |command: Command| {
            if self.file.nodes[node.index()].kind == NodeKind::Client {
                return Ok(command);
            }
            Err(Problem::new(
                format!("{path}.node"),
                format!("'{name}' is not a client"),
            ))
        };
        match timed.verb {
            Verb::PowerOn => Ok(Command::PowerOn(node)),
            Verb::PowerOff => Ok(Command::PowerOff(node)),
            Verb::Start => client(Command::Start(node)),
            Verb::Release => client(Command::Release(node)),
            Verb::Renew => client(Command::Renew(node)),
            Verb::Inform => client(Command::Inform(node)).and_then(|command| {
                if self.file.nodes[node.index()].address.is_some() {
                    return Ok(command);
                }
                let message = format!("'{name}' has no fixed address");
                Err(Problem::new(format!("{path}.node"), message))
            }),
            Verb::PartnerDown => self.failover(node, failover::Command::PartnerDown, path),
            Verb::ShutDown => self.failover(node, failover::Command::Shutdown, path),
            Verb::LoseDisk => {
                if self.file.nodes[node.index()].kind == NodeKind::Server {
                    return Ok(Command::LoseDisk(node));
                }
                let message = format!("'{name}' is not a server");
                Err(Problem::new(format!("{path}.node"), message))
            }
            Verb::Move => {
                client(Command::Start(node))?;
                self.moved(node, timed.to.as_ref(), path)
            }
            Verb::Configure => self.configure(node, timed, path),
            Verb::Plug | Verb::Unplug | Verb::Faults => self.cable(timed, path),
        }
    }

    fn failover(
        &self,
        node: NodeId,
        command: failover::Command,
        path: &str,
    ) -> Result<Command, Problem> {
        let file = &self.file.nodes[node.index()];
        let partner = file
            .server
            .as_ref()
            .and_then(|server| server.failover.as_ref());
        if partner.is_some() {
            return Ok(Command::Failover(node, command));
        }
        let message = format!("'{}' is not a server with a failover partner", file.id);
        Err(Problem::new(format!("{path}.node"), message))
    }

    fn cable(&self, timed: &TimedFile, path: &str) -> Result<Command, Problem> {
        let between = timed
            .link
            .as_ref()
            .ok_or_else(|| Problem::new(path, "this command must name a link"))?;
        let (faults, path) = (format!("{path}.faults"), format!("{path}.link"));
        let [one, other] = find_ends(between, self.names, &path)?;
        let declared = &self.cables[..self.file.links.len()];
        let same = |ends: [NodeId; 2]| ends == [one, other] || ends == [other, one];
        let link = (0..)
            .map(LinkId)
            .zip(declared)
            .find(|(_, cable)| same(cable.ends))
            .map(|(link, _)| link)
            .ok_or_else(|| {
                Problem::new(path, format!("no cable between {}", between.join(" and ")))
            })?;
        if timed.verb == Verb::Faults {
            let settings = timed.faults.unwrap_or_default();
            let latency = self.file.links[link.index()].latency;
            fault::check(&settings, latency, &faults)?;
            return Ok(Command::Faults(link, settings));
        }
        Ok(if timed.verb == Verb::Plug {
            Command::Plug(link)
        } else {
            Command::Unplug(link)
        })
    }

    fn moved(&self, node: NodeId, to: Option<&String>, path: &str) -> Result<Command, Problem> {
        let name = to.ok_or_else(|| Problem::new(path, "this command must say where to"))?;
        let path = format!("{path}.to");
        let to = find(name, self.names, &path)?;
        let links = (0..).map(LinkId).zip(self.cables);
        let mut fitting = links.filter(|(_, cable)| {
            let [one, other] = cable.ends;
            [one, other] == [node, to] || [other, one] == [node, to]
        });
        let link = fitting.next().map(|(link, _)| link).ok_or_else(|| {
            Problem::new(
                path,
                format!("'{name}' is not a switch that it can move to"),
            )
        })?;
        Ok(Command::Plug(link))
    }

    fn configure(
        &mut self,
        node: NodeId,
        timed: &TimedFile,
        path: &str,
    ) -> Result<Command, Problem> {
        let file = &self.file.nodes[node.index()];
        let earlier = self.settings.get(&node).cloned();
        let Some(now) = earlier.or_else(|| settings::of(file)) else {
            let message = format!("'{}' has no settings to change", file.id);
            return Err(Problem::new(format!("{path}.node"), message));
        };
        let own = settings::section(&now);
        let parts: [(&str, &Option<Value>); 3] = [
            ("client", &timed.client),
            ("server", &timed.server),
            ("relay", &timed.relay),
        ];
        let other = parts
            .iter()
            .find(|(name, part)| *name != own && part.is_some());
        if let Some((name, _)) = other {
            let message = format!("'{}' has no {name} settings, but {own} settings", file.id);
            return Err(Problem::new(format!("{path}.{name}"), message));
        }
        let patch = parts
            .into_iter()
            .find_map(|(_, part)| part.as_ref())
            .ok_or_else(|| Problem::new(path, format!("must say which {own} settings change")))?;
        let change = settings::change(file, &now, patch, path)?;
        self.settings.insert(node, change.settings.clone());
        Ok(Command::Configure(node, Rc::new(change)))
    }
}
