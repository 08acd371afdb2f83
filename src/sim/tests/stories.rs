//! Random stories for what must hold of every run: failover partners in one or two networks, their
//! clients, and everything that a person can do to them.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::rc::Rc;

use super::super::*;
use crate::dhcp::Settings;
use crate::dhcp::failover;
use crate::rng::Rng;
use crate::scenario::{Cidr, Fate, Faults, Meddle, NodeFile, NodeKind, Partition, Scenario, Which};
use crate::time::Duration;

/// The settings of one of two partners, in one of the modes that a pair can work in.
fn server(own: &str, partner: &str, mode: &Mode, networks: &str) -> String {
    let role = if own < partner {
        "primary"
    } else {
        "secondary"
    };
    let Mode {
        load_balance,
        split,
        mclt,
        patience,
    } = mode;
    format!(
        r#"{{ {networks}, "lease": "80s", "ping": "never", "failover": {{ "role": "{role}",
          "partner": "{partner}", "mclt": "{mclt}s", "max_response_delay": "24s", "reconnect": "3s",
          "load_balance": {load_balance}, "split": {split}, "safe_period": {patience} }} }}"#
    )
}

struct Mode {
    load_balance: bool,
    split: u64,
    mclt: u64,
    /// After how long a pair gives its partner up by itself.
    patience: &'static str,
}

impl Mode {
    fn any(rng: &mut Rng) -> Self {
        Self {
            load_balance: rng.below(2) == 0,
            split: 64 * rng.below(5),
            mclt: 20 + rng.below(40),
            patience: ["null", r#""40s""#][pick(rng, 2)],
        }
    }
}

fn pick(rng: &mut Rng, of: usize) -> usize {
    usize::try_from(rng.below(of as u64)).unwrap()
}

/// Two networks with everything in them that something can be done to. One pair of partners serves
/// both, one of them by way of a relay agent, or each network has a pair of its own.
pub(crate) fn world(seed: u64) -> Rc<Scenario> {
    let mut rng = Rng::new(seed, 78);
    let is_shared = rng.below(2) == 0;
    let near = r#""pools": ["10.0.0.10-10.0.0.17"]"#;
    let far = r#""pools": ["10.0.1.10-10.0.1.16"]"#;
    let both = format!(
        r#"{near}, "subnets": [{{ "network": "10.0.1.0/24", "pools": ["10.0.1.10-10.0.1.20"] }}]"#
    );
    let mode = Mode::any(&mut rng);
    let networks = if is_shared { &both } else { near };
    let pair = [("10.0.0.1", "10.0.0.2"), ("10.0.0.2", "10.0.0.1")]
        .map(|(own, partner)| server(own, partner, &mode, networks));
    let [srv1, srv2] = &pair;
    let faults = [
        "",
        r#", "faults": { "loss": 30000, "duplicate": 30000, "jitter": "2ms", "rate": 1000000 }"#,
    ][pick(&mut rng, 2)];
    let (mut nodes, mut links, mut relay) = (String::new(), String::new(), "null");
    if is_shared {
        relay = r#"{ "servers": ["10.0.0.1", "10.0.0.2"] }"#;
    } else {
        let mode = Mode::any(&mut rng);
        for (name, own, partner) in [("srv3", 1, 2), ("srv4", 2, 1)] {
            let settings = server(
                &format!("10.0.1.{own}"),
                &format!("10.0.1.{partner}"),
                &mode,
                far,
            );
            let _ = write!(
                nodes,
                r#"{{ "id": "{name}", "kind": "server", "address": "10.0.1.{own}/24", "server": {settings} }},"#
            );
            let _ = write!(
                links,
                r#"{{ "between": ["{name}", "far"], "latency": "30{own}us" }},"#
            );
        }
    }
    let text = format!(
        r#"{{ "version": 1, "name": "random", "until": "10m", "seed": {seed}, "nodes": [
        {{ "id": "pc", "kind": "client", "client": {{ "start_delay": false, "host_name": "pc" }} }},
        {{ "id": "tv", "kind": "client" }}, {{ "id": "away", "kind": "client" }},
        {{ "id": "fixed", "kind": "client", "address": "10.0.0.7/24", "client": {{ "inform": true }} }},
        {{ "id": "sw1", "kind": "switch" }}, {{ "id": "sw2", "kind": "switch" }}, {{ "id": "far", "kind": "switch" }},
        {{ "id": "srv1", "kind": "server", "address": "10.0.0.1/24", "router": "10.0.0.254", "server": {srv1} }},
        {{ "id": "srv2", "kind": "server", "address": "10.0.0.2/24", "router": "10.0.0.254", "server": {srv2} }},
        {nodes}
        {{ "id": "spare", "kind": "host" }},
        {{ "id": "gw", "kind": "router", "relay": {relay}, "interfaces": [
           {{ "address": "10.0.0.254/24", "link": "sw1" }}, {{ "address": "10.0.1.254/24", "link": "far" }}] }}],
      "links": [
        {{ "between": ["pc", "sw1"], "latency": "300us" }}, {{ "between": ["tv", "sw2"], "latency": "400us" }},
        {{ "between": ["away", "far"], "latency": "500us" }}, {{ "between": ["fixed", "sw1"], "latency": "400us" }},
        {{ "between": ["sw1", "sw2"], "latency": "100us" {faults} }},
        {{ "between": ["srv1", "sw1"], "latency": "200us" }}, {{ "between": ["srv2", "sw2"], "latency": "200us" }},
        {links}
        {{ "between": ["spare", "sw2"], "latency": "200us" }}, {{ "between": ["gw", "sw1"], "latency": "200us" }},
        {{ "between": ["gw", "far"], "latency": "200us" }}],
      "commands": [
        {{ "at": "2m", "do": "configure", "node": "srv1", "server": {{ "lease": "2m" }} }},
        {{ "at": "2m", "do": "unplug", "link": ["sw1", "sw2"], "for": "30s" }},
        {{ "at": "4m", "do": "move", "node": "tv", "to": "far", "for": "90s" }},
        {{ "at": "5m", "do": "configure", "node": "srv1", "server": {{ "lease": null, "max_lease": "10m" }} }}] }}"#
    );
    Rc::new(Scenario::parse(&text).unwrap_or_else(|problem| panic!("{problem}: {text}")))
}

/// Those that something is done to.
pub(crate) struct Cast {
    nodes: Vec<NodeId>,
    clients: Vec<NodeId>,
    fixed: Vec<NodeId>,
    servers: Vec<NodeId>,
    hosts: Vec<NodeId>,
    cables: Vec<LinkId>,
    moves: Vec<LinkId>,
}

/// What is done, one after the other, each so long after the one before.
pub(crate) type Story = Vec<(Duration, Command)>;

impl Cast {
    /// All that are in it, if `is_in` says so, and the cables between them.
    pub(crate) fn new(scenario: &Scenario, is_in: impl Fn(&NodeFile) -> bool) -> Self {
        let all = || scenario.nodes().filter(|(_, file)| is_in(file));
        let of = |kind: NodeKind, has_address: Option<bool>| -> Vec<NodeId> {
            all()
                .filter(|(_, file)| {
                    file.kind == kind && has_address.is_none_or(|has| has == file.address.is_some())
                })
                .map(|(id, _)| id)
                .collect()
        };
        let within = |link: &LinkId| {
            let mut ends = scenario.ends(*link).into_iter();
            ends.all(|end| is_in(scenario.node(end)))
        };
        let cables = scenario.cables().map(|(link, ..)| link).filter(within);
        let (moves, cables) = cables.partition(|link| scenario.is_spare(*link));
        Self {
            nodes: all().map(|(id, _)| id).collect(),
            clients: of(NodeKind::Client, Some(false)),
            fixed: of(NodeKind::Client, Some(true)),
            servers: of(NodeKind::Server, None),
            hosts: of(NodeKind::Host, None),
            cables,
            moves,
        }
    }

    /// Something with a beginning and an end, or one command of any kind. Empty where what was drawn
    /// cannot be done.
    pub(crate) fn story(&self, rng: &mut Rng, recording: &Recording) -> Story {
        let soon = |rng: &mut Rng| Duration::from_micros(rng.below(90_000_000));
        let Some(server) = any(rng, &self.servers) else {
            return Vec::new();
        };
        let partner = self.partner(recording, server);
        match rng.below(14) {
            0 => vec![
                (Duration::ZERO, Command::Crash(server)),
                (soon(rng), Command::LoseDisk(server)),
                (soon(rng), Command::Restart(server)),
            ],
            1 => vec![
                (Duration::ZERO, Command::PowerOff(server)),
                (Duration::ZERO, Command::LoseDisk(server)),
                (soon(rng), Command::PowerOn(server)),
            ],
            2 => {
                let Some(cut) = partner.and_then(|partner| Partition::new(&[server], &[partner]))
                else {
                    return Vec::new();
                };
                let cut = Rc::new(cut);
                let down = Command::Failover(server, failover::Command::PartnerDown);
                vec![
                    (Duration::ZERO, Command::Partition(Rc::clone(&cut))),
                    (soon(rng), down),
                    (soon(rng), Command::Heal(Some(cut))),
                ]
            }
            // Everyone comes at once.
            3 => {
                let starts = self.clients.iter().map(|client| Command::Start(*client));
                starts.map(|start| (Duration::ZERO, start)).collect()
            }
            4 => {
                let moves = [any(rng, &self.moves), any(rng, &self.moves)];
                let moves = moves.into_iter().flatten();
                moves
                    .map(|cable| (soon(rng), Command::Plug(cable)))
                    .collect()
            }
            _ => {
                let Some(mut command) = self.command(rng, recording) else {
                    return Vec::new();
                };
                if rng.below(3) == 0 {
                    let length = Duration::from_micros(1 + rng.below(150_000_000));
                    command = command.clone().lasting(length).unwrap_or(command);
                }
                vec![(Duration::ZERO, command)]
            }
        }
    }

    fn partner(&self, recording: &Recording, server: NodeId) -> Option<NodeId> {
        let Some(Settings::Server(config)) = recording.world().settings(server) else {
            return None;
        };
        let address = config.failover?.partner;
        let scenario = recording.scenario();
        let has = |id: &&NodeId| scenario.node(**id).has_address(address);
        self.servers.iter().find(has).copied()
    }

    /// A command of any kind.
    fn command(&self, rng: &mut Rng, recording: &Recording) -> Option<Command> {
        let scenario = recording.scenario();
        let (node, client) = (any(rng, &self.nodes)?, any(rng, &self.clients)?);
        let (server, link) = (any(rng, &self.servers)?, any(rng, &self.cables)?);
        let number = 1 + u32::try_from(rng.below(3)).unwrap();
        let groups = || Partition::new(&[client], &[server]).map(Rc::new);
        let patch = |node: NodeId, patch: &str| {
            let now = recording.world().settings(node)?;
            let patch = serde_json::from_str(patch).unwrap();
            scenario.configure(node, &now, &patch).ok()
        };
        Some(match rng.below(27) {
            0 => Command::PowerOn(node),
            1 => Command::PowerOff(node),
            2 => Command::Crash(node),
            3 => Command::Restart(node),
            4 => Command::Plug(link),
            5 => Command::Unplug(link),
            6 => Command::Faults(
                link,
                Faults {
                    loss: 200_000,
                    duplicate: 100_000,
                    reorder: 50_000,
                    hold: Duration::from_micros(1_003),
                    jitter: Duration::from_micros(rng.below(9_000_000)),
                    ..Faults::default()
                },
            ),
            7 => Command::Faults(
                link,
                Faults {
                    burst: 100_000,
                    burst_length: 4,
                    rate: 20_000,
                    ..Faults::default()
                },
            ),
            8 => Command::Latency(link, Duration::from_micros(1 + rng.below(10_000_000))),
            9 => Command::Partition(groups()?),
            10 => Command::Heal(recording.world().partitions().next().cloned()),
            11 => Command::Heal(Some(groups()?)),
            12 | 13 => Command::Meddle(Meddle {
                fate: [Fate::Drop, Fate::Corrupt][pick(rng, 2)],
                link,
                from: scenario.ends(link)[pick(rng, 2)],
                which: [Which::OnTheWay(number), Which::Next(number)][pick(rng, 2)],
            }),
            14 => {
                let address: Cidr = ["10.0.0.10/24", "10.0.0.2/24"][pick(rng, 2)]
                    .parse()
                    .unwrap();
                Command::Take(any(rng, &self.hosts)?, address)
            }
            15 => Command::Leave(any(rng, &self.hosts)?),
            16 | 17 => Command::Clock(server, -300 + i32::try_from(rng.below(600)).unwrap()),
            18 => Command::Start(client),
            19 => Command::Release(client),
            20 => Command::Renew(client),
            21 => Command::Inform(any(rng, &self.fixed)?),
            22 | 23 => Command::Failover(
                server,
                [
                    failover::Command::PartnerDown,
                    failover::Command::Pause,
                    failover::Command::Shutdown,
                ][pick(rng, 3)],
            ),
            24 => Command::LoseDisk([client, server][pick(rng, 2)]),
            25 => patch(
                client,
                r#"{ "lease_time": "3m", "host_name": null, "rapid_commit": true }"#,
            )?,
            _ => patch(
                server,
                [
                    r#"{ "min_lease": "2m" }"#,
                    r#"{ "lease": "6m", "domain": "x.example" }"#,
                    r#"{ "max_lease": "9m", "min_lease": "1s" }"#,
                    r#"{ "domain": null }"#,
                ][pick(rng, 4)],
            )?,
        })
    }
}

fn any<T: Copy>(rng: &mut Rng, list: &[T]) -> Option<T> {
    let place = rng.below(list.len() as u64);
    list.get(usize::try_from(place).unwrap()).copied()
}

/// What the stories are for comes about in them.
#[test]
fn the_stories_have_failover_in_all_its_states_and_every_command() {
    let (mut states, mut verbs) = (BTreeSet::new(), BTreeSet::new());
    for seed in 0..50 {
        let mut recording = Recording::new(world(seed));
        let cast = Cast::new(recording.scenario(), |_| true);
        let mut rng = Rng::new(seed, 80);
        for _ in 0..8 {
            let pause = Duration::from_micros(rng.below(60_000_000));
            recording.seek(recording.world().now() + pause);
            for (pause, command) in cast.story(&mut rng, &recording) {
                recording.seek(recording.world().now() + pause);
                recording.act(command);
            }
            let running = recording.world().nodes().filter(|(_, node)| node.runs());
            let endpoints = running.filter_map(|(_, node)| node.server()?.endpoint());
            states.extend(endpoints.map(|endpoint| format!("{:?}", endpoint.state())));
        }
        let commands = recording.commands().iter();
        verbs.extend(
            commands.map(|timed| format!("{:?}", recording.scenario().verb(&timed.command))),
        );
    }
    for state in [
        "Startup",
        "Normal",
        "CommunicationsInterrupted",
        "PartnerDown",
        "PotentialConflict",
        "ResolutionInterrupted",
        "Recover",
        "RecoverWait",
        "RecoverDone",
        "Paused",
        "Shutdown",
    ] {
        assert!(states.contains(state), "{state} is not in {states:?}");
    }
    assert_eq!(verbs.len(), 25, "{verbs:?}");
}
