//! Sentences about what a person does to the network.

use super::{Story, cable, drafted, plain, sentence, sourced};
use crate::dhcp::failover;
use crate::scenario::{Command, Fate, Meddle, NodeId, NodeKind, Which};
use crate::sim::{EventId, Vain, What};
use crate::text::{Sentence, Value};
use crate::time::Duration;

impl Story<'_> {
    pub(super) fn command(&self, command: &Command) -> Sentence {
        let of = |key: &str, node: NodeId| sentence(key, vec![("node", self.name(node))]);
        match *command {
            Command::PowerOn(node) => of("tell.power-on", node),
            Command::PowerOff(node) => of("tell.power-off", node),
            Command::Crash(node) => of("tell.crash", node),
            Command::Restart(node) => of("tell.restart", node),
            Command::Plug(link) => {
                let spare = self.scenario.is_spare(link);
                let key = if spare { "tell.move" } else { "tell.plug" };
                sentence(key, self.cable(link).to_vec())
            }
            Command::Unplug(link) => sentence("tell.unplug", self.cable(link).to_vec()),
            Command::Faults(link, faults) => {
                let mut values = self.cable(link).to_vec();
                let Some(what) = cable::faults(&faults) else {
                    return sentence("tell.faultless", values);
                };
                values.push(("what", Value::Sentence(Box::new(what))));
                sentence("tell.faults", values)
            }
            Command::Latency(link, latency) => {
                let mut values = self.cable(link).to_vec();
                values.push(("latency", Value::For(latency)));
                sentence("tell.latency", values)
            }
            Command::Partition(ref parts) => {
                let [one, other] = parts.groups().each_ref().map(|group| self.names(group));
                sentence("tell.partition", vec![("one", one), ("other", other)])
            }
            Command::Heal(Some(ref parts)) => {
                let [one, other] = parts.groups().each_ref().map(|group| self.names(group));
                sentence("tell.heal", vec![("one", one), ("other", other)])
            }
            Command::Heal(None) => sentence("tell.heal-all", Vec::new()),
            Command::Meddle(ref meddle) => self.meddle(meddle),
            Command::Take(node, cidr) => {
                let values = vec![("node", self.name(node)), ("address", plain(cidr.address))];
                sentence("tell.take", values)
            }
            Command::Leave(node) => of("tell.leave", node),
            Command::Clock(node, offset) => {
                let key = match offset {
                    0 => "tell.clock-right",
                    1.. => "tell.clock-ahead",
                    _ => "tell.clock-behind",
                };
                let length = Duration::from_secs(u64::from(offset.unsigned_abs()));
                let values = vec![("node", self.name(node)), ("offset", Value::For(length))];
                sentence(key, values)
            }
            Command::Start(node) => of("tell.start", node),
            Command::Release(node) => {
                sourced("tell.release", vec![("node", self.name(node))], 2131, "3.1")
            }
            Command::Renew(node) => of("tell.renew", node),
            Command::Inform(node) => of("tell.inform-asked", node),
            Command::Failover(node, command) => {
                let (key, section) = match command {
                    failover::Command::PartnerDown => ("tell.partner-down", "9.4"),
                    failover::Command::Pause => ("tell.pause", "9.13"),
                    failover::Command::Shutdown => ("tell.shut-down", "9.14"),
                };
                let partner = super::failover::partner(self, Some(node));
                drafted(key, vec![("node", self.name(node)), partner], section)
            }
            Command::LoseDisk(node) if self.scenario.node(node).kind == NodeKind::Client => {
                of("tell.lose-disk-client", node)
            }
            Command::LoseDisk(node) => of("tell.lose-disk", node),
            Command::Configure(node, ref change) => {
                let values = vec![("node", self.name(node)), ("changes", plain(&change.words))];
                sentence("tell.configure", values)
            }
            Command::For(ref command, length) => {
                let what = Value::Sentence(Box::new(self.command(command)));
                sentence(
                    "tell.for",
                    vec![("what", what), ("time", Value::For(length))],
                )
            }
        }
    }

    /// Why nothing came of a command or of its end, if nothing did: the next entry says so.
    pub(super) fn nothing_came_of(&self, id: EventId) -> Option<Vain> {
        let next = self.journal.get(EventId(id.0.checked_add(1)?))?;
        if let What::InVain(why) = next.what {
            return (next.cause == Some(id)).then_some(why);
        }
        None
    }

    /// What a person meant to do, and why nothing came of it.
    pub(super) fn in_vain(&self, command: &Command, why: Vain) -> Sentence {
        let told = self.command(command);
        let with = |key: &str, told: Sentence| sentence(key, told.values);
        match (command, why) {
            (Command::Heal(Some(_)), _) => with("tell.vain-heal", told),
            (Command::Heal(None), _) => with("tell.vain-heal-all", told),
            (Command::LoseDisk(_), _) => with("tell.vain-lose-disk", told),
            (Command::Meddle(_), _) => with("tell.vain-frame", told),
            (_, Vain::Stopped) => {
                let mut values = vec![("what", Value::Sentence(Box::new(told)))];
                values.extend(command.node().map(|node| ("node", self.name(node))));
                sentence("tell.vain-stopped", values)
            }
            _ => {
                let values = vec![("what", Value::Sentence(Box::new(told)))];
                sentence("tell.vain", values)
            }
        }
    }

    /// What was done for a while is over, and this is done in its place.
    pub(super) fn ended(&self, command: &Command, vain: Option<Vain>) -> Sentence {
        let done = vain.map_or_else(|| self.command(command), |why| self.in_vain(command, why));
        let what = Value::Sentence(Box::new(done));
        sentence("tell.ended", vec![("what", what)])
    }

    fn names(&self, nodes: &[NodeId]) -> Value {
        let names = nodes
            .iter()
            .map(|node| self.scenario.node(*node).id.as_str());
        plain(names.collect::<Vec<_>>().join(", "))
    }

    fn meddle(&self, meddle: &Meddle) -> Sentence {
        let mut values = self.cable(meddle.link).to_vec();
        values.push(("node", self.name(meddle.from)));
        let key = match (meddle.fate, meddle.which) {
            (Fate::Drop, Which::OnTheWay(_)) => "tell.drop",
            (Fate::Corrupt, Which::OnTheWay(_)) => "tell.corrupt",
            (fate, Which::Next(number)) => {
                values.push(("number", plain(number)));
                match fate {
                    Fate::Drop => "tell.drop-next",
                    Fate::Corrupt => "tell.corrupt-next",
                }
            }
        };
        sentence(key, values)
    }
}
