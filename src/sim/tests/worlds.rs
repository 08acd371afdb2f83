//! Random small worlds with random outages: what must hold in each of them, after every event.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::rc::Rc;

use proptest::prelude::*;

use super::super::*;
use super::build::*;
use crate::dhcp::server::BindingState;
use crate::scenario::Scenario;
use crate::time::{Duration, Instant};

/// Outages happen until here...
const TROUBLE: u64 = 900;
/// ...and by here every client that can have a lease has one.
const CALM: u64 = 1_300;
/// No second of simulated time has more events than so many for each client.
const BUSY: u64 = 150;

#[derive(Clone, Debug)]
struct Shape {
    clients: usize,
    servers: usize,
    seed: u64,
    lease: u64,
    probe: bool,
    extends: bool,
    ping: &'static str,
    authoritative: bool,
    broadcast: bool,
    window: u64,
    outages: Vec<(u64, usize, u8)>,
}

fn a_shape() -> impl Strategy<Value = Shape> {
    let numbers = (1_usize..=5, 1_usize..=2, any::<u64>(), 10_u64..400);
    let ping = prop::sample::select(vec!["offer", "request", "never"]);
    let flags = (
        any::<bool>(),
        any::<bool>(),
        ping,
        any::<bool>(),
        any::<bool>(),
        0_u64..1_500,
    );
    let outages = prop::collection::vec((0..TROUBLE * 1_000_000, 0_usize..9, 0_u8..7), 0..40);
    (numbers, flags, outages).prop_map(|(numbers, flags, outages)| Shape {
        clients: numbers.0,
        servers: numbers.1,
        seed: numbers.2,
        lease: numbers.3,
        // Only ARP keeps two servers apart that extend each other's leases.
        probe: flags.0 || flags.1,
        extends: flags.1,
        ping: flags.2,
        authoritative: flags.3,
        broadcast: flags.4,
        window: flags.5,
        outages,
    })
}

fn pool(server: usize) -> (Ipv4Addr, Ipv4Addr) {
    let third = u8::try_from(server + 1).unwrap();
    (
        Ipv4Addr::new(10, 0, third, 0),
        Ipv4Addr::new(10, 0, third, 9),
    )
}

fn build(shape: &Shape) -> (Rc<Scenario>, Vec<Timed>) {
    let rapid = shape.seed & 2 != 0;
    let text = |server| {
        let (first, last) = pool(server);
        format!(r#"["{first}-{last}"]"#)
    };
    let servers: Vec<String> = (0..shape.servers)
        .map(|number| {
            let extends = if shape.extends && shape.servers == 2 { text(1 - number) } else { "[]".to_owned() };
            format!(
                r#"{{ "pools": {}, "extends": {extends}, "lease": "{}s", "ping": "{}", "authoritative": {}, "quarantine": "60s", "offer_hold": "20s", "rapid_commit": {rapid} }}"#,
                text(number),
                shape.lease,
                shape.ping,
                shape.authoritative
            )
        })
        .collect();
    let client = format!(
        r#"{{ "probe": {}, "broadcast_flag": {}, "offer_window": "{}ms", "choose": "{}", "rapid_commit": {rapid}, "link_local": {} }}"#,
        shape.probe,
        shape.broadcast,
        shape.window,
        if shape.seed & 1 == 0 {
            "first"
        } else {
            "previous"
        },
        shape.seed & 4 != 0
    );
    let scenario = network(shape.clients, &client, &servers, "25m", shape.seed);
    let nodes = u32::try_from(1 + shape.clients + shape.servers).unwrap();
    let number = |which: usize, many: u32| u32::try_from(which).unwrap() % many;
    let mut commands: Vec<Timed> = shape
        .outages
        .iter()
        .map(|(micros, which, verb)| {
            let node = NodeId(number(*which, nodes));
            let link = LinkId(number(*which, nodes - 1));
            let pc = NodeId(1 + number(*which, u32::try_from(shape.clients).unwrap()));
            let command = match verb {
                0 => Command::PowerOff(node),
                1 => Command::PowerOn(node),
                2 => Command::Unplug(link),
                3 => Command::Plug(link),
                4 => Command::Start(pc),
                5 => Command::Release(pc),
                _ => Command::Renew(pc),
            };
            Timed {
                at: Instant::from_micros(*micros),
                command,
            }
        })
        .collect();
    commands.sort_by_key(|timed| timed.at);
    let repair = (0..nodes)
        .map(|node| Command::PowerOn(NodeId(node)))
        .chain((0..nodes - 1).map(|link| Command::Plug(LinkId(link))))
        .chain(
            scenario
                .nodes()
                .filter(|(id, _)| id.index() > 0 && id.index() <= shape.clients)
                .map(|(id, _)| Command::Start(id)),
        );
    commands.extend(repair.map(|command| Timed {
        at: at(TROUBLE),
        command,
    }));
    (scenario, commands)
}

fn in_a_pool(shape: &Shape, address: Ipv4Addr) -> bool {
    (0..shape.servers)
        .map(pool)
        .any(|(first, last)| first <= address && address <= last)
}

/// What must hold after every event.
fn check(shape: &Shape, world: &World) -> Result<(), TestCaseError> {
    let mut used = BTreeMap::new();
    for (id, node) in world.nodes() {
        let Some(client) = node.client() else {
            continue;
        };
        let host = node.host().unwrap();
        let uses = host.interface().map(|interface| interface.address);
        prop_assert_eq!(
            uses,
            client.address(),
            "the host uses what the client holds"
        );
        let Some(address) = uses else { continue };
        prop_assert!(node.power);
        if address.is_link_local() {
            prop_assert!(client.lease().is_none(), "it only stands in for a lease");
            continue;
        }
        prop_assert_eq!(
            used.insert(address, id),
            None,
            "{} is used twice at {}",
            address,
            world.now()
        );
        prop_assert!(in_a_pool(shape, address));
        let lease = client.lease().unwrap();
        prop_assert!(
            lease.expiry >= world.now(),
            "{} is used after its end",
            address
        );
        prop_assert!(lease.t1 <= lease.t2 && lease.t2 <= lease.expiry);
        // Every lease in use is on some server's disk, for this client, to its end at least.
        let backed = world
            .nodes()
            .filter_map(|(_, node)| node.server())
            .any(|server| {
                server.bindings().any(|(known, binding)| {
                    known == address
                        && binding.mac == host.mac()
                        && binding.state == BindingState::Active
                        && binding.until >= lease.expiry
                })
            });
        prop_assert!(
            backed,
            "{} is used but not leased at {}",
            address,
            world.now()
        );
    }
    for server in world.nodes().filter_map(|(_, node)| node.server()) {
        let mut clients = BTreeSet::new();
        for (address, binding) in server.bindings() {
            let allowed = server
                .config()
                .pools
                .iter()
                .chain(&server.config().extends)
                .any(|range| range.contains(address));
            prop_assert!(allowed, "{} is not for this server to give", address);
            if matches!(
                binding.state,
                BindingState::Offered | BindingState::Pinging(_)
            ) {
                prop_assert!(clients.insert(binding.mac), "two offers for one client");
                prop_assert!(
                    server
                        .config()
                        .pools
                        .iter()
                        .any(|range| range.contains(address)),
                    "an offer of another's address"
                );
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, max_shrink_iters: 2_000, ..ProptestConfig::with_cases(150) })]

    #[test]
    fn whatever_goes_wrong_no_promise_is_broken(shape in a_shape()) {
        let (scenario, commands) = build(&shape);
        let (mut world, mut journal) = (World::new(&scenario), Journal::default());
        let (mut second, mut events) = (Instant::ZERO, 0_u64);
        while world.next_at(&commands).is_some_and(|next| next <= at(CALM)) {
            let before = world.now();
            prop_assert!(world.step(&commands, &mut journal));
            prop_assert!(world.now() >= before, "time goes forward");
            if world.now().since(second) >= secs(1) {
                (second, events) = (world.now(), 0);
            }
            events += 1;
            let most = BUSY * u64::try_from(shape.clients + shape.servers).unwrap();
            prop_assert!(events <= most, "{} events in a second at {}", events, world.now());
            check(&shape, &world)?;
        }
        for (_, node) in world.nodes().filter(|(_, node)| node.client().is_some()) {
            let client = node.client().unwrap();
            prop_assert!(client.address().is_some_and(|address| !address.is_link_local()), "no lease after {}: {:?}", Duration::from_secs(CALM - TROUBLE), client);
        }
        let mut again = Journal::default();
        World::new(&scenario).run_until(at(CALM), &commands, &mut again);
        prop_assert!(journal == again, "a second run is the same");
    }
}
