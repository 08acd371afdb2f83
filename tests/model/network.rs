//! The scenario file of a case.

use std::net::Ipv4Addr;

use dhcp_lab::dhcp::client::ClientId;
use dhcp_lab::dhcp::server::{self, Range, Reservation, Subnet};
use dhcp_lab::dhcp::{Cidr, relay};
use dhcp_lab::scenario::{
    File, InterfaceFile, LinkFile, NodeFile, NodeKind, Show, Texts, TimedFile, Verb,
};
use dhcp_lab::time::Duration;
use dhcp_lab::wire::Mac;

use super::case::{Act, CALM, Case, ServerCase};

fn address(net: usize, host: u8) -> Ipv4Addr {
    Ipv4Addr::new(10, 0, u8::try_from(net).unwrap(), host)
}

fn cidr(net: usize, host: u8) -> Cidr {
    Cidr {
        address: address(net, host),
        prefix: 24,
    }
}

/// Where the addresses of a server begin in every network; no two servers share any.
fn first(server: usize) -> u8 {
    20 + 60 * u8::try_from(server).unwrap()
}

fn node(id: String, kind: NodeKind) -> NodeFile {
    NodeFile {
        id,
        kind,
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

fn card(client: usize) -> Mac {
    Mac([2, 0, 0, 0, 1, u8::try_from(client).unwrap()])
}

impl Case {
    /// When the calm begins.
    pub(crate) fn calm(&self) -> Duration {
        Duration::from_millis(self.calm_at)
    }

    /// The scenario file of it.
    pub(crate) fn file(&self) -> File {
        let (nodes, cables) = self.network();
        let mut links: Vec<LinkFile> = (1_u64..)
            .zip(cables)
            .map(|(number, between)| LinkFile {
                between,
                latency: Duration::from_micros(100 + 37 * number),
                plugged: true,
                faults: None,
            })
            .collect();
        for (link, faults) in &self.faults {
            let link = usize::from(*link) % links.len();
            links[link].faults = Some(*faults);
        }
        let commands = self.commands(&nodes, &links);
        File {
            schema: None,
            version: 1,
            name: "case".to_owned(),
            title: Texts::new(),
            summary: Texts::new(),
            seed: self.seed,
            until: self.calm() + CALM,
            opens: Duration::ZERO,
            nodes,
            links,
            commands,
            notes: Vec::new(),
            show: Show::default(),
        }
    }

    fn network(&self) -> (Vec<NodeFile>, Vec<[String; 2]>) {
        let mut nodes = Vec::new();
        let mut cables = Vec::new();
        let mut add = |host: NodeFile, net: usize| {
            cables.push([host.id.clone(), format!("sw{net}")]);
            nodes.push(host);
        };
        for (number, server) in self.servers.iter().enumerate() {
            add(self.server(number, server), server.net % self.nets);
        }
        for (number, client) in self.clients.iter().enumerate() {
            let net = client.net % self.nets;
            let mut config = client.config.clone();
            if client.named {
                config.client_id = ClientId::Bytes(vec![0, 7, u8::try_from(number).unwrap()]);
            }
            let fixed = cidr(net, 240 + u8::try_from(number).unwrap());
            let host = NodeFile {
                mac: Some(card(number)),
                address: config.inform.then_some(fixed),
                on: client.on,
                client: Some(config),
                ..node(format!("pc{number}"), NodeKind::Client)
            };
            add(host, net);
        }
        for (number, (net, server, place)) in self.strangers.iter().enumerate() {
            let net = usize::from(*net) % self.nets;
            let server = usize::from(*server) % self.servers.len();
            let place = first(server) + place % self.servers[server].pool;
            let host = NodeFile {
                address: Some(cidr(net, place)),
                ..node(format!("x{number}"), NodeKind::Host)
            };
            let taken = nodes_have(&self.strangers[..number], self, net, place);
            if !taken {
                add(host, net);
            }
        }
        for net in 0..self.nets {
            nodes.push(node(format!("sw{net}"), NodeKind::Switch));
        }
        for router in self.routers() {
            for port in &router.interfaces {
                cables.push([router.id.clone(), port.link.clone()]);
            }
            nodes.push(router);
        }
        (nodes, cables)
    }

    fn server(&self, number: usize, case: &ServerCase) -> NodeFile {
        let net = case.net % self.nets;
        let start = first(number);
        let pool = |net| Range {
            first: address(net, start),
            last: address(net, start + case.pool - 1),
        };
        let router = |net| (self.nets > 1).then_some(address(net, 1));
        let others = (0..self.nets).filter(|other| case.others && *other != net);
        let mut reservations: Vec<Reservation> = Vec::new();
        for (client, inside) in &case.reserved {
            let client = usize::from(*client) % self.clients.len();
            let home = self.clients[client].net % self.nets;
            let far = 30 + u8::try_from(client).unwrap();
            let place = if *inside { 0 } else { far };
            let kept = Reservation {
                mac: Some(card(client)),
                client_id: None,
                address: address(home, start + place),
            };
            let again =
                |other: &Reservation| other.mac == kept.mac || other.address == kept.address;
            if (home == net || case.others) && !reservations.iter().any(again) {
                reservations.push(kept);
            }
        }
        NodeFile {
            address: Some(cidr(net, 10 + u8::try_from(number).unwrap())),
            router: router(net),
            server: Some(server::Config {
                pools: vec![pool(net)],
                subnets: others
                    .map(|other| Subnet {
                        network: cidr(other, 0),
                        pools: vec![pool(other)],
                        router: router(other),
                        dns: Vec::new(),
                        domain: None,
                        lease: None,
                    })
                    .collect(),
                reservations,
                router: router(net),
                dns: vec![address(net, 10)],
                ..case.config.clone()
            }),
            ..node(format!("srv{number}"), NodeKind::Server)
        }
    }

    fn routers(&self) -> Vec<NodeFile> {
        let servers = (0..).zip(&self.servers);
        let servers = servers.map(|(number, server)| address(server.net % self.nets, 10 + number));
        let relay = relay::Config {
            servers: servers.collect(),
            link_selection: false,
            circuit_id: self.circuit_id,
        };
        let router = |id: &str, ports: Vec<(usize, u8)>, router| NodeFile {
            router,
            interfaces: ports
                .into_iter()
                .map(|(net, host)| InterfaceFile {
                    address: cidr(net, host),
                    link: format!("sw{net}"),
                    mac: None,
                })
                .collect(),
            relay: Some(relay.clone()),
            ..node(id.to_owned(), NodeKind::Router)
        };
        match (self.nets, self.chain) {
            (1, _) => Vec::new(),
            (_, true) => vec![
                router("r0", vec![(0, 1), (1, 1)], Some(address(1, 2))),
                router("r1", vec![(1, 2), (2, 1)], Some(address(1, 1))),
            ],
            (nets, false) => vec![router("r0", (0..nets).map(|net| (net, 1)).collect(), None)],
        }
    }

    fn switch(&self, net: u8) -> String {
        format!("sw{}", usize::from(net) % self.nets)
    }

    fn commands(&self, nodes: &[NodeFile], links: &[LinkFile]) -> Vec<TimedFile> {
        let about = |number: u8, at, verb| TimedFile {
            node: Some(nodes[usize::from(number) % nodes.len()].id.clone()),
            ..TimedFile::new(at, verb)
        };
        let cable = |number: u8, at, verb| TimedFile {
            link: Some(links[usize::from(number) % links.len()].between.clone()),
            ..TimedFile::new(at, verb)
        };
        let mut commands = Vec::new();
        let client = |number: u8| usize::from(number) % self.clients.len();
        let of = |number: u8, at, verb| TimedFile {
            node: Some(format!("pc{}", client(number))),
            ..TimedFile::new(at, verb)
        };
        for (millis, act) in &self.acts {
            let at = Duration::from_millis(*millis);
            let later = |pause: &u64| at + Duration::from_millis(*pause);
            match act {
                Act::Power(node, true) => commands.push(about(*node, at, Verb::PowerOn)),
                Act::Power(node, false) => commands.push(about(*node, at, Verb::PowerOff)),
                Act::Restart(node, pause) => commands.extend([
                    about(*node, at, Verb::PowerOff),
                    about(*node, later(pause), Verb::PowerOn),
                ]),
                Act::Cable(link, true) => commands.push(cable(*link, at, Verb::Plug)),
                Act::Cable(link, false) => commands.push(cable(*link, at, Verb::Unplug)),
                Act::Flap(link, pause) => commands.extend([
                    cable(*link, at, Verb::Unplug),
                    cable(*link, later(pause), Verb::Plug),
                ]),
                Act::Anew(number, pause) => commands.extend([
                    of(*number, at, Verb::Release),
                    of(*number, later(pause), Verb::Start),
                ]),
                Act::Fault(link, faults) => commands.push(TimedFile {
                    faults: *faults,
                    ..cable(*link, at, Verb::Faults)
                }),
                Act::Move(number, net) => commands.push(TimedFile {
                    to: Some(self.switch(*net)),
                    ..of(*number, at, Verb::Move)
                }),
                Act::ClientSettings(number, change) => commands.push(TimedFile {
                    client: Some(change.clone()),
                    ..of(*number, at, Verb::Configure)
                }),
                Act::ServerSettings(number, change) => commands.push(TimedFile {
                    node: Some(format!("srv{}", usize::from(*number) % self.servers.len())),
                    server: Some(change.clone()),
                    ..TimedFile::new(at, Verb::Configure)
                }),
                Act::Client(number, verb) => {
                    let informs = self.clients[client(*number)].config.inform;
                    let asks = *verb == Verb::Inform && !informs;
                    commands.push(of(*number, at, if asks { Verb::Renew } else { *verb }));
                }
            }
        }
        // What was to come later comes before the calm.
        commands
            .iter_mut()
            .for_each(|command| command.at = command.at.min(self.calm()));
        let calm = self.calm();
        for link in links {
            for verb in [Verb::Faults, Verb::Plug] {
                commands.push(TimedFile {
                    link: Some(link.between.clone()),
                    ..TimedFile::new(calm, verb)
                });
            }
        }
        // Every other client ends where it went, not where it was at first, if nothing goes wrong
        // on its cables: no command names one that is not in the file.
        let whole = |number: u8| {
            let id = format!("pc{}", client(number));
            let mut own = links.iter().filter(|link| link.between[0] == id);
            own.all(|link| link.faults.is_none())
        };
        for (_, act) in &self.acts {
            if let Act::Move(number, net) = act
                && number % 2 == 0
                && whole(*number)
            {
                commands.push(TimedFile {
                    to: Some(self.switch(*net)),
                    ..of(*number, calm, Verb::Move)
                });
            }
        }
        for node in nodes {
            for verb in [Verb::PowerOn, Verb::Start] {
                if verb == Verb::PowerOn || node.kind == NodeKind::Client {
                    commands.push(TimedFile {
                        node: Some(node.id.clone()),
                        ..TimedFile::new(calm, verb)
                    });
                }
            }
        }
        commands
    }
}

/// Whether one of these strangers has the address already.
fn nodes_have(strangers: &[(u8, u8, u8)], case: &Case, net: usize, place: u8) -> bool {
    strangers.iter().any(|(other, server, spot)| {
        let server = usize::from(*server) % case.servers.len();
        usize::from(*other) % case.nets == net
            && first(server) + spot % case.servers[server].pool == place
    })
}
