//! Everything that can be done, in one list, at the playhead or at another instant.

use std::rc::Rc;

use super::deeds::{plain, sentence};
use super::{About, Action, Deed, Export, Panel, Sense, Session, Target};
use crate::app::trouble::{Field, Trouble, commands, draft, read};
use crate::dhcp::Cidr;
use crate::scenario::{Command, LinkId, NodeId, NodeKind, Partition};
use crate::sim::World;
use crate::text::{Sentence, Value};
use crate::time::Instant;

/// How many addresses are proposed for a stranger.
const STRANGERS: usize = 4;
/// Up to how many cables each has what can go wrong on it in the list; of more, only its panel has.
const CABLES: usize = 200;
/// How many events at most are gone through to find out how things are at another instant.
const AHEAD: u32 = 20_000;
/// What can go wrong on a cable, and how much.
const TROUBLES: [(Field, &str); 7] = [
    (Field::Latency, "100"),
    (Field::Jitter, "50"),
    (Field::Loss, "10"),
    (Field::Burst, "1"),
    (Field::Duplicate, "10"),
    (Field::Reorder, "10"),
    (Field::Rate, "64"),
];
/// How wrong a server's clock can be set, in seconds.
const CLOCKS: [(&str, i32); 2] = [("do.clock-ahead", 300), ("do.clock-behind", -300)];

/// How things are when something is to be done.
pub(crate) enum Then {
    /// As they are at the playhead.
    Now,
    /// As they are in this world.
    At(Box<World>),
    /// They may be in any way: it takes too long to find out.
    Unknown,
}

impl Then {
    /// The world that they are in then, where that is known.
    pub(crate) fn world<'a>(&'a self, session: &'a Session) -> Option<&'a World> {
        match self {
            Self::Now => Some(session.world()),
            Self::At(world) => Some(world),
            Self::Unknown => None,
        }
    }
}

impl Session {
    /// How things are at an instant; now, where that is none.
    pub(crate) fn then(&self, at: Option<Instant>) -> Then {
        let Some(at) = at.filter(|at| *at != self.now()) else {
            return Then::Now;
        };
        let mut run = self.recording().clone();
        let mut left = AHEAD;
        let is_there = run.approach(at, || {
            left -= 1;
            left > 0
        });
        if is_there {
            Then::At(Box::new(run.world().clone()))
        } else {
            Then::Unknown
        }
    }

    /// Everything that can be done then, and what a person may look for that cannot.
    pub(crate) fn deeds(&self, then: &Then) -> Vec<Deed> {
        let world = then.world(self);
        let mut deeds = Vec::new();
        let scenario = self.scenario();
        let few = scenario.cables().count() <= CABLES;
        let open = |about, key: &str, values, panel| Deed {
            about,
            sense: Sense::Other,
            sentence: Sentence {
                key: key.to_owned(),
                values,
                source: None,
            },
            short: "",
            action: Action::Open(panel),
            key: None,
            hindered: None,
        };
        for (id, node) in scenario.nodes() {
            deeds.extend(self.deeds_of_node_in(world, id));
            if node.kind == NodeKind::Server {
                deeds.extend(CLOCKS.map(|(key, offset)| self.clock(id, key, offset)));
            }
            let values = vec![("node", plain(&node.id))];
            deeds.push(open(
                About::Node(id),
                "do.open-node",
                values,
                Panel::Node(id),
            ));
        }
        deeds.extend(self.cuts(world));
        deeds.extend(self.strangers(world));
        for (id, ends, _) in scenario.cables() {
            deeds.extend(self.deeds_of_link_in(world, id, None));
            if !scenario.is_spare(id) || world.is_some_and(|world| world.link(id).plugged) {
                if few {
                    deeds.extend(self.troubles(world.unwrap_or(self.world()), id));
                }
                let [one, other] = ends.map(|end| plain(&scenario.node(end).id));
                let values = vec![("one", one), ("other", other)];
                deeds.push(open(
                    About::Link(id),
                    "do.open-link",
                    values,
                    Panel::Link(id),
                ));
            }
        }
        if matches!(then, Then::Now) {
            for flight in self.flights() {
                deeds.extend(self.deeds_of_flight(flight));
            }
        }
        deeds.extend(self.ways());
        deeds.extend(self.page());
        deeds
    }

    /// Cutting servers apart from each other, and everything whole again.
    fn cuts(&self, world: Option<&World>) -> Vec<Deed> {
        let is_cut = |parts: &Rc<Partition>| {
            world.is_some_and(|world| world.partitions().any(|cut| cut == parts))
        };
        let servers = self.scenario().nodes();
        let servers: Vec<NodeId> = servers
            .filter(|(_, node)| node.kind == NodeKind::Server)
            .map(|(id, _)| id)
            .take(8)
            .collect();
        let mut deeds = Vec::new();
        for (place, one) in servers.iter().enumerate() {
            for other in &servers[place + 1..] {
                let parts = Partition::new(&[*one], &[*other]).map(Rc::new);
                let new = parts.filter(|parts| !is_cut(parts));
                deeds.extend(new.map(|parts| {
                    let cut = Command::Partition(parts);
                    self.deed(About::Network, Sense::Apart, "do.partition", cut)
                }));
            }
        }
        if world.is_none_or(|world| world.partitions().next().is_some()) {
            let heal = Command::Heal(None);
            deeds.push(self.deed(About::Network, Sense::Apart, "do.heal-all", heal));
        }
        deeds
    }

    /// Having a host without DHCP use an address that a client has.
    fn strangers(&self, world: Option<&World>) -> Vec<Deed> {
        let world = world.unwrap_or(self.world());
        let nodes = || self.scenario().nodes();
        let host = nodes().find(|(_, node)| node.kind == NodeKind::Host);
        let Some((host, _)) = host else {
            return Vec::new();
        };
        let used = nodes()
            .filter(|(_, node)| node.kind == NodeKind::Client)
            .filter_map(|(id, _)| world.node(id).host()?.interface())
            .map(|interface| Cidr {
                address: interface.address,
                prefix: interface.prefix,
            });
        let take = |cidr| {
            let take = Command::Take(host, cidr);
            self.deed(About::Node(host), Sense::Other, "do.take", take)
        };
        used.take(STRANGERS).map(take).collect()
    }

    /// Having a server's clock be wrong.
    fn clock(&self, id: NodeId, key: &str, offset: i32) -> Deed {
        let mut deed = self.deed(
            About::Node(id),
            Sense::Other,
            "",
            Command::Clock(id, offset),
        );
        deed.sentence.key = key.to_owned();
        deed
    }

    /// What can go wrong on a cable beside what does, each as it is usual.
    fn troubles(&self, world: &World, id: LinkId) -> Vec<Deed> {
        let link = world.link(id);
        let now = Trouble {
            latency: link.latency,
            faults: link.faults(),
        };
        let [one, other] = self.scenario().ends(id);
        let name = |end| plain(&self.scenario().node(end).id);
        let trouble = |(field, text): (Field, &str)| {
            let mut typed = draft(&now);
            typed[field as usize] = text.to_owned();
            let wanted = read(&typed).ok()?;
            let done = commands(self.scenario(), id, &now, &wanted).ok()?;
            let command = done.into_iter().next()?;
            let mut deed = self.deed(About::Link(id), Sense::Cable, "", command);
            let what = Value::Text(format!("link.{}", field.name()));
            let value = plain(&format!("{text}\u{a0}{}", field.unit().0));
            let values = vec![
                ("what", what),
                ("one", name(one)),
                ("other", name(other)),
                ("value", value),
            ];
            deed.sentence = sentence("do.trouble", values);
            Some(deed)
        };
        TROUBLES.into_iter().filter_map(trouble).collect()
    }

    /// Branches, undoing, files.
    fn page(&self) -> Vec<Deed> {
        let mut deeds = Vec::new();
        let mut add = |text: &str, values, action, key| {
            deeds.push(Deed {
                about: About::Page,
                sense: Sense::Other,
                sentence: Sentence {
                    key: text.to_owned(),
                    values,
                    source: None,
                },
                short: "",
                action,
                key,
                hindered: None,
            });
        };
        if let Some(what) = self.undoable() {
            let what = vec![("what", Value::Plain(what))];
            add("do.undo", what, Action::Undo, Some("Ctrl+Z"));
        }
        if let Some(what) = self.redoable() {
            let what = vec![("what", Value::Plain(what))];
            add("do.redo", what, Action::Redo, Some("Ctrl+Y"));
        }
        for branch in self.branches().into_iter().filter(|branch| !branch.current) {
            for (text, action) in [
                ("do.switch", Action::Switch(branch.id)),
                ("ui.compare-with", Action::Compare(Some(branch.id))),
                ("ui.delete", Action::Delete(branch.id)),
            ] {
                let name = vec![("name", Value::Plain(branch.name.clone()))];
                add(text, name, action, None);
            }
        }
        for (text, action, key) in [
            ("ui.share", Action::Share, None),
            ("ui.save", Action::Export(Export::Scenario), Some("Ctrl+S")),
            ("ui.save-capture", Action::Export(Export::Capture), None),
            ("ui.save-diagram", Action::Export(Export::Diagram), None),
            ("ui.help", Action::Open(Panel::Help), Some("?")),
        ] {
            add(text, Vec::new(), action, key);
        }
        deeds
    }

    /// Ways through time.
    fn ways(&self) -> Vec<Deed> {
        let play = if self.is_playing() {
            ("ui.pause", Action::Pause)
        } else {
            ("ui.play", Action::Play)
        };
        let kind = self.kind();
        let all = [
            (play.0, play.1, Some("ui.key.space")),
            ("ui.step-forward", Action::StepForward, Some("→")),
            ("ui.step-back", Action::StepBack, Some("←")),
            ("ui.start-over", Action::StartOver, Some("ui.key.home")),
            ("ui.to-end", Action::End, Some("ui.key.end")),
            (kind.texts()[1], Action::Next(kind), Some("N")),
            (kind.texts()[2], Action::Last(kind), Some("P")),
        ];
        let others = Target::ALL.into_iter().filter(|target| *target != kind);
        let others = others.flat_map(|target| {
            [
                (target.texts()[1], Action::Next(target), None),
                (target.texts()[2], Action::Last(target), None),
            ]
        });
        let way = |(text, action, key): (&'static str, Action, Option<&'static str>)| Deed {
            about: About::Time,
            sense: Sense::Other,
            sentence: Sentence {
                key: text.to_owned(),
                values: Vec::new(),
                source: None,
            },
            short: text,
            action,
            key,
            hindered: None,
        };
        all.into_iter().chain(others).map(way).collect()
    }
}
