//! A run as a file: the scenario that it is a run of, with everything that was done to it.

use super::check;
use super::settings::{self, section};
use super::{
    Command, Fate, File, LinkId, Meddle, NodeId, Offset, Scenario, Timed, TimedFile, Verb, Which,
};
use crate::dhcp::failover;
use crate::time::Instant;

impl Scenario {
    /// The file of a run with these commands, in their order, in place of the scenario's own. What
    /// they name must be this scenario's. It gives the same run, to the last byte: the instants are
    /// exact, and of two commands at one instant the first stays the first.
    pub fn with_commands(&self, commands: &[Timed]) -> File {
        let last = commands.last().map_or(Instant::ZERO, |timed| timed.at);
        let last = last.since(Instant::ZERO);
        let commands = commands.iter().map(|timed| self.timed_file(timed));
        File {
            commands: commands.collect(),
            until: self.file.until.max(last.min(check::MAX_LENGTH)),
            ..self.file.clone()
        }
    }

    /// A command as a file has it.
    pub fn timed_file(&self, timed: &Timed) -> TimedFile {
        let verb = self.verb(&timed.command);
        let mut file = TimedFile::new(timed.at.since(Instant::ZERO), verb);
        let name = |node: NodeId| self.node(node).id.clone();
        let names = |link: LinkId| self.ends(link).map(name);
        if let Command::For(_, length) = timed.command {
            file.lasts = Some(length);
        }
        file.node = timed.command.node().map(name);
        file.link = timed.command.link().map(names);
        match *timed.command.plain() {
            Command::Plug(link) if self.is_spare(link) => {
                let [client, switch] = names(link);
                (file.node, file.link, file.to) = (Some(client), None, Some(switch));
            }
            Command::Faults(_, faults) => file.faults = Some(faults),
            Command::Latency(_, latency) => file.latency = Some(latency),
            Command::Partition(ref groups) | Command::Heal(Some(ref groups)) => {
                let named = |group: &Vec<NodeId>| group.iter().map(|node| name(*node)).collect();
                file.groups = Some(groups.groups().each_ref().map(named));
            }
            Command::Meddle(Meddle { from, which, .. }) => {
                file.from = Some(name(from));
                match which {
                    Which::OnTheWay(frame) => file.frame = Some(frame),
                    Which::Next(next) => file.next = Some(next),
                }
            }
            Command::Take(_, address) => file.address = Some(address),
            Command::Clock(_, offset) => file.offset = Some(Offset(offset)),
            Command::Configure(_, ref change) => {
                let patch = Some(change.patch.clone());
                match section(&change.settings) {
                    "client" => file.client = patch,
                    "server" => file.server = patch,
                    _ => file.relay = patch,
                }
            }
            Command::PowerOn(_)
            | Command::PowerOff(_)
            | Command::Crash(_)
            | Command::Restart(_)
            | Command::Plug(_)
            | Command::Unplug(_)
            | Command::Heal(None)
            | Command::Leave(_)
            | Command::Start(_)
            | Command::Release(_)
            | Command::Renew(_)
            | Command::Inform(_)
            | Command::Failover(..)
            | Command::LoseDisk(_)
            | Command::For(..) => {}
        }
        file
    }

    /// What a command is called in this scenario's file.
    pub fn verb(&self, command: &Command) -> Verb {
        match *command {
            Command::PowerOn(_) => Verb::PowerOn,
            Command::PowerOff(_) => Verb::PowerOff,
            Command::Crash(_) => Verb::Crash,
            Command::Restart(_) => Verb::Restart,
            Command::Plug(link) if self.is_spare(link) => Verb::Move,
            Command::Plug(_) => Verb::Plug,
            Command::Unplug(_) => Verb::Unplug,
            Command::Faults(..) => Verb::Faults,
            Command::Latency(..) => Verb::Latency,
            Command::Partition(_) => Verb::Partition,
            Command::Heal(_) => Verb::Heal,
            Command::Meddle(Meddle { fate, .. }) => match fate {
                Fate::Drop => Verb::Drop,
                Fate::Corrupt => Verb::Corrupt,
            },
            Command::Take(..) => Verb::Take,
            Command::Leave(_) => Verb::Leave,
            Command::Clock(..) => Verb::Clock,
            Command::Start(_) => Verb::Start,
            Command::Release(_) => Verb::Release,
            Command::Renew(_) => Verb::Renew,
            Command::Inform(_) => Verb::Inform,
            Command::Failover(_, failover::Command::PartnerDown) => Verb::PartnerDown,
            Command::Failover(_, failover::Command::Pause) => Verb::Pause,
            Command::Failover(_, failover::Command::Shutdown) => Verb::ShutDown,
            Command::LoseDisk(_) => Verb::LoseDisk,
            Command::Configure(..) => Verb::Configure,
            Command::For(ref command, _) => self.verb(command),
        }
    }

    /// The same commands with the settings of each worked out anew from those before it; `None` for
    /// one whose settings then cannot be. Whoever changes a list of commands has the rest go on from
    /// that, as a file with that list would.
    pub fn settled(&self, commands: &[Timed]) -> Vec<Option<Timed>> {
        let mut now = crate::map::Map::new();
        let settled = commands.iter().map(|timed| {
            let Command::Configure(node, ref change) = timed.command else {
                return Some(timed.clone());
            };
            let file = self.node(node);
            let before = now.remove(&node).or_else(|| settings::of(file))?;
            let command = self.configure(node, &before, &change.patch);
            let after = match &command {
                Ok(Command::Configure(_, change)) => change.settings.clone(),
                Ok(_) | Err(_) => before,
            };
            now.insert(node, after);
            let (at, command) = (timed.at, command.ok()?);
            Some(Timed { at, command })
        });
        settled.collect()
    }
}
