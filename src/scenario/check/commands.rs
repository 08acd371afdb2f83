//! What must hold of the commands.

use std::rc::Rc;

use serde_json::Value;

use super::super::{Cable, Command, LinkId, Meddle, Partition, Timed, Which, settings};
use super::{
    File, Found, Names, NodeId, NodeKind, Problem, TimedFile, Verb, fault, find, find_ends,
};
use crate::dhcp::{Settings, failover};
use crate::map::Map;
use crate::net::link::Fate;
use crate::time::{Duration, Instant};

/// The longest that a frame may take over a cable.
pub(super) const MAX_LATENCY: Duration = Duration::from_secs(10);
/// The most frames that are counted until it is the turn of one.
pub(in crate::scenario) const MAX_FRAMES: u32 = 100_000;

pub(super) fn check(file: &File, names: &Names, cables: &[Cable], found: &mut Found) -> Vec<Timed> {
    let mut order: Vec<usize> = (0..file.commands.len()).collect();
    order.sort_by_key(|number| file.commands[*number].at);
    let mut checker = Checker::new(file, names, cables);
    let mut commands = Vec::with_capacity(order.len());
    for number in order {
        let timed = &file.commands[number];
        let Some(command) = found.take(checker.command(timed, &format!("commands[{number}]")))
        else {
            continue;
        };
        commands.push(Timed {
            at: Instant::ZERO + timed.at,
            command,
        });
    }
    commands
}

/// What a command has besides `at` and `do`: fields that it must have, and others that it may have.
pub(in crate::scenario) fn fields(
    verb: Verb,
) -> (&'static [&'static str], &'static [&'static str]) {
    match verb {
        Verb::PowerOn | Verb::PowerOff | Verb::Crash | Verb::Leave => (&["node"], &["for"]),
        Verb::Restart
        | Verb::LoseDisk
        | Verb::Start
        | Verb::Release
        | Verb::Renew
        | Verb::Inform
        | Verb::PartnerDown
        | Verb::Pause
        | Verb::ShutDown => (&["node"], &[]),
        Verb::Plug | Verb::Unplug => (&["link"], &["for"]),
        Verb::Move => (&["node", "to"], &["for"]),
        Verb::Faults => (&["link"], &["faults", "for"]),
        Verb::Latency => (&["link", "latency"], &["for"]),
        Verb::Partition => (&["groups"], &["for"]),
        Verb::Heal => (&[], &["groups"]),
        Verb::Drop | Verb::Corrupt => (&["link", "from"], &["frame", "next"]),
        Verb::Take => (&["node", "address"], &["for"]),
        Verb::Clock => (&["node", "offset"], &["for"]),
        Verb::Configure => (&["node"], &["client", "server", "relay"]),
    }
}

struct Checker<'a> {
    file: &'a File,
    names: &'a Names,
    cables: &'a [Cable],
    /// Every cable by its ends, the smaller number first, in order.
    by_ends: Vec<([NodeId; 2], LinkId)>,
    /// The settings of nodes that an earlier command has changed.
    settings: Map<NodeId, Settings>,
}

impl<'a> Checker<'a> {
    fn new(file: &'a File, names: &'a Names, cables: &'a [Cable]) -> Self {
        let links = (0..).map(LinkId).zip(cables);
        let mut by_ends: Vec<_> = links
            .map(|(link, cable)| (in_order(cable.ends), link))
            .collect();
        by_ends.sort_unstable();
        Self {
            file,
            names,
            cables,
            by_ends,
            settings: Map::new(),
        }
    }

    fn command(&mut self, timed: &TimedFile, path: &str) -> Result<Command, Problem> {
        has_its_fields(timed, path)?;
        let command = self.deed(timed, path)?;
        let Some(length) = timed.lasts else {
            return Ok(command);
        };
        let problem = |message: String| Problem::new(format!("{path}.for"), message);
        if length == Duration::ZERO || length > super::MAX_LENGTH {
            let longest = super::MAX_LENGTH;
            return Err(problem(format!(
                "must be longer than nothing and at most {longest}"
            )));
        }
        // The fields of what has no end do not have it.
        let lasting = command.lasting(length);
        lasting.ok_or_else(|| problem("this command has no end".to_owned()))
    }

    fn deed(&mut self, timed: &TimedFile, path: &str) -> Result<Command, Problem> {
        match timed.verb {
            Verb::PowerOn => Ok(Command::PowerOn(self.node(timed, path)?)),
            Verb::PowerOff => Ok(Command::PowerOff(self.node(timed, path)?)),
            Verb::Crash => Ok(Command::Crash(self.node(timed, path)?)),
            Verb::Restart => Ok(Command::Restart(self.node(timed, path)?)),
            Verb::LoseDisk => {
                let kinds = [NodeKind::Client, NodeKind::Server];
                let node = self.of_kind(timed, path, &kinds, "a client or a server")?;
                Ok(Command::LoseDisk(node))
            }
            Verb::Plug => Ok(Command::Plug(self.cable(timed, path)?)),
            Verb::Unplug => Ok(Command::Unplug(self.cable(timed, path)?)),
            Verb::Move => self.moved(timed, path),
            Verb::Faults => {
                let link = self.cable(timed, path)?;
                let faults = timed.faults.unwrap_or_default();
                let own = self.file.links[self.cables[link.index()].file as usize].latency;
                fault::check(&faults, own, &format!("{path}.faults"))?;
                Ok(Command::Faults(link, faults))
            }
            Verb::Latency => self.latency(timed, path),
            Verb::Partition | Verb::Heal => self.partition(timed, path),
            Verb::Drop => self.meddle(Fate::Drop, timed, path),
            Verb::Corrupt => self.meddle(Fate::Corrupt, timed, path),
            Verb::Take => {
                let node = self.of_kind(timed, path, &[NodeKind::Host], "a host without DHCP")?;
                let cidr = timed.address.filter(|cidr| cidr.is_host());
                let command = cidr.map(|cidr| Command::Take(node, cidr));
                command.ok_or_else(|| {
                    let message = "is not an address that a host can have";
                    Problem::new(format!("{path}.address"), message)
                })
            }
            Verb::Leave => {
                let node = self.of_kind(timed, path, &[NodeKind::Host], "a host without DHCP")?;
                Ok(Command::Leave(node))
            }
            Verb::Clock => {
                let node = self.of_kind(timed, path, &[NodeKind::Server], "a server")?;
                let offset = timed.offset.map_or(0, |offset| offset.0);
                Ok(Command::Clock(node, offset))
            }
            Verb::Start => Ok(Command::Start(self.client(timed, path)?)),
            Verb::Release => Ok(Command::Release(self.client(timed, path)?)),
            Verb::Renew => Ok(Command::Renew(self.client(timed, path)?)),
            Verb::Inform => {
                let node = self.client(timed, path)?;
                let file = &self.file.nodes[node.index()];
                if file.address.is_some() {
                    return Ok(Command::Inform(node));
                }
                let message = format!("'{}' has no fixed address", file.id);
                Err(Problem::new(format!("{path}.node"), message))
            }
            Verb::PartnerDown => self.failover(failover::Command::PartnerDown, timed, path),
            Verb::Pause => self.failover(failover::Command::Pause, timed, path),
            Verb::ShutDown => self.failover(failover::Command::Shutdown, timed, path),
            Verb::Configure => self.configure(timed, path),
        }
    }

    fn node(&self, timed: &TimedFile, path: &str) -> Result<NodeId, Problem> {
        let name = timed.node.as_deref().unwrap_or_default();
        find(name, self.names, &format!("{path}.node"))
    }

    fn of_kind(
        &self,
        timed: &TimedFile,
        path: &str,
        kinds: &[NodeKind],
        wanted: &str,
    ) -> Result<NodeId, Problem> {
        let node = self.node(timed, path)?;
        let file = &self.file.nodes[node.index()];
        if kinds.contains(&file.kind) {
            return Ok(node);
        }
        let message = format!("'{}' is not {wanted}", file.id);
        Err(Problem::new(format!("{path}.node"), message))
    }

    fn client(&self, timed: &TimedFile, path: &str) -> Result<NodeId, Problem> {
        self.of_kind(timed, path, &[NodeKind::Client], "a client")
    }

    fn failover(
        &self,
        command: failover::Command,
        timed: &TimedFile,
        path: &str,
    ) -> Result<Command, Problem> {
        let node = self.node(timed, path)?;
        let file = &self.file.nodes[node.index()];
        let server = file.server.as_ref();
        if server.is_some_and(|server| server.failover.is_some()) {
            return Ok(Command::Failover(node, command));
        }
        let message = format!("'{}' is not a server with a failover partner", file.id);
        Err(Problem::new(format!("{path}.node"), message))
    }

    fn cable(&self, timed: &TimedFile, path: &str) -> Result<LinkId, Problem> {
        let path = format!("{path}.link");
        let between = timed.link.as_ref();
        let between = between.ok_or_else(|| Problem::new(path.as_str(), "must name a link"))?;
        let ends = find_ends(between, self.names, &path)?;
        self.between(ends).ok_or_else(|| {
            let message = format!("no cable between {}", between.join(" and "));
            Problem::new(path, message)
        })
    }

    fn between(&self, ends: [NodeId; 2]) -> Option<LinkId> {
        let ends = in_order(ends);
        let first = self.by_ends.partition_point(|(known, _)| *known < ends);
        let found = self.by_ends.get(first).filter(|(known, _)| *known == ends);
        found.map(|(_, link)| *link)
    }

    fn moved(&self, timed: &TimedFile, path: &str) -> Result<Command, Problem> {
        let node = self.client(timed, path)?;
        let name = timed.to.as_deref().unwrap_or_default();
        let path = format!("{path}.to");
        let to = find(name, self.names, &path)?;
        let link = self.between([node, to]).ok_or_else(|| {
            Problem::new(
                path,
                format!("'{name}' is not a switch that it can move to"),
            )
        })?;
        Ok(Command::Plug(link))
    }

    fn latency(&self, timed: &TimedFile, path: &str) -> Result<Command, Problem> {
        let link = self.cable(timed, path)?;
        let latency = timed.latency.unwrap_or_default();
        let path = format!("{path}.latency");
        if latency == Duration::ZERO || latency > MAX_LATENCY {
            let message = format!("must be longer than nothing and at most {MAX_LATENCY}");
            return Err(Problem::new(path, message));
        }
        Ok(Command::Latency(link, latency))
    }

    fn partition(&self, timed: &TimedFile, path: &str) -> Result<Command, Problem> {
        let Some(groups) = &timed.groups else {
            return Ok(Command::Heal(None));
        };
        let path = format!("{path}.groups");
        let mut found = [Vec::new(), Vec::new()];
        for (side, group) in groups.iter().enumerate() {
            if group.is_empty() {
                let message = "must name at least one node";
                return Err(Problem::new(format!("{path}[{side}]"), message));
            }
            for (place, name) in group.iter().enumerate() {
                let path = format!("{path}[{side}][{place}]");
                let node = find(name, self.names, &path)?;
                if self.file.nodes[node.index()].kind == NodeKind::Switch {
                    let message = format!(
                        "'{name}' is a switch, which sends nothing of its own: name hosts or routers"
                    );
                    return Err(Problem::new(path, message));
                }
                if found.iter().any(|group| group.contains(&node)) {
                    return Err(Problem::new(path, format!("'{name}' is named twice")));
                }
                found[side].push(node);
            }
        }
        let partition = Partition::new(&found[0], &found[1]).map(Rc::new);
        // No group is empty, and none has a node of the other.
        let partition = partition.ok_or_else(|| Problem::new(path, "must be two groups"))?;
        if timed.verb != Verb::Heal {
            return Ok(Command::Partition(partition));
        }
        Ok(Command::Heal(Some(partition)))
    }

    fn meddle(&self, fate: Fate, timed: &TimedFile, path: &str) -> Result<Command, Problem> {
        let link = self.cable(timed, path)?;
        let name = timed.from.as_deref().unwrap_or_default();
        let from = find(name, self.names, &format!("{path}.from"))?;
        if !self.cables[link.index()].ends.contains(&from) {
            let message = format!("'{name}' is not at this cable");
            return Err(Problem::new(format!("{path}.from"), message));
        }
        let (field, number, which) = match (timed.frame, timed.next) {
            (Some(number), None) => ("frame", number, Which::OnTheWay(number)),
            (None, Some(number)) => ("next", number, Which::Next(number)),
            (None, None) | (Some(_), Some(_)) => {
                let message = "must say which frame: either 'frame', one that is on its way, or \
                               'next', one that is yet to be sent";
                return Err(Problem::new(path, message));
            }
        };
        if number == 0 || number > MAX_FRAMES {
            let message = format!("must be 1 to {MAX_FRAMES}");
            return Err(Problem::new(format!("{path}.{field}"), message));
        }
        Ok(Command::Meddle(Meddle {
            fate,
            link,
            from,
            which,
        }))
    }

    fn configure(&mut self, timed: &TimedFile, path: &str) -> Result<Command, Problem> {
        let node = self.node(timed, path)?;
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

fn in_order([one, other]: [NodeId; 2]) -> [NodeId; 2] {
    [one.min(other), one.max(other)]
}

/// Each command has the fields that it must have, and no others than it may have.
fn has_its_fields(timed: &TimedFile, path: &str) -> Result<(), Problem> {
    let there = [
        ("node", timed.node.is_some()),
        ("link", timed.link.is_some()),
        ("to", timed.to.is_some()),
        ("from", timed.from.is_some()),
        ("frame", timed.frame.is_some()),
        ("next", timed.next.is_some()),
        ("groups", timed.groups.is_some()),
        ("address", timed.address.is_some()),
        ("offset", timed.offset.is_some()),
        ("latency", timed.latency.is_some()),
        ("faults", timed.faults.is_some()),
        ("client", timed.client.is_some()),
        ("server", timed.server.is_some()),
        ("relay", timed.relay.is_some()),
        ("for", timed.lasts.is_some()),
    ];
    let (must, may) = fields(timed.verb);
    let named: Vec<&str> = must.iter().chain(may).copied().collect();
    for (field, _) in there.into_iter().filter(|(_, there)| *there) {
        if !named.contains(&field) {
            let of = match named.first() {
                Some(&"node") => "this command names a node, and has ",
                Some(&"link") => "this command names a link, and has ",
                Some(_) | None => "this command has ",
            };
            let message = format!("{of}no such field: it has at, do, {}", named.join(", "));
            return Err(Problem::new(format!("{path}.{field}"), message));
        }
    }
    let is_there = |name: &&&str| there.contains(&(**name, true));
    let Some(missing) = must.iter().find(|name| !is_there(name)) else {
        return Ok(());
    };
    let message = match *missing {
        "node" => "this command must name a node",
        "link" => "this command must name a link",
        "to" => "this command must say where to",
        "from" => "this command must say from which end the frame comes",
        "latency" => "this command must say how long a frame takes",
        "groups" => "this command must name two groups of nodes",
        "address" => "this command must say which address",
        _ => "this command must say by how much the clock is wrong",
    };
    Err(Problem::new(path, message))
}
