//! A story that no one would write by hand: any network, any settings, any mishap at any time, and
//! then calm, in which everything has power, every cable is in and loses nothing.

use dhcp_lab::dhcp::client::{self, Choose, ClientId};
use dhcp_lab::dhcp::server::{self, PingCheck};
use dhcp_lab::scenario::{Faults, Verb};
use dhcp_lab::time::Duration;
use proptest::prelude::*;
use serde_json::{Value, json};

/// How long the calm lasts: twice what a client may be without an address in it.
pub(crate) const CALM: Duration = Duration::from_secs(2 * super::waits::PATIENCE.as_secs());

/// A server: in which network, with which settings.
#[derive(Clone, Debug)]
pub(crate) struct ServerCase {
    pub(crate) net: usize,
    /// How many addresses each pool has.
    pub(crate) pool: u8,
    /// Whether it serves the other networks too.
    pub(crate) others: bool,
    /// Clients for which it keeps an address, in its pool or beside it.
    pub(crate) reserved: Vec<(u8, bool)>,
    pub(crate) config: server::Config,
}

/// A client: in which network, with which settings.
#[derive(Clone, Debug)]
pub(crate) struct ClientCase {
    pub(crate) net: usize,
    pub(crate) on: bool,
    /// Whether it has bytes of its own as its identifier.
    pub(crate) named: bool,
    pub(crate) config: client::Config,
}

/// What happens, to something by its number.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    Power(u8, bool),
    /// Off, and on again so many milliseconds later.
    Restart(u8, u64),
    Cable(u8, bool),
    /// Out, and in again so many milliseconds later.
    Flap(u8, u64),
    /// A client gives its address back and looks for one again so many milliseconds later.
    Anew(u8, u64),
    Client(u8, Verb),
    Fault(u8, Option<Faults>),
    /// A client's cable goes into another network.
    Move(u8, u8),
    /// A client gets other settings.
    ClientSettings(u8, Value),
    /// A server gets other settings.
    ServerSettings(u8, Value),
}

/// A whole story.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) seed: u64,
    pub(crate) nets: usize,
    /// Three networks in a row with two routers, not around one.
    pub(crate) chain: bool,
    pub(crate) servers: Vec<ServerCase>,
    pub(crate) clients: Vec<ClientCase>,
    /// Hosts with a fixed address out of a server's pool: network, server, place in the pool.
    pub(crate) strangers: Vec<(u8, u8, u8)>,
    pub(crate) circuit_id: bool,
    pub(crate) faults: Vec<(u8, Faults)>,
    /// Milliseconds, and what happens then.
    pub(crate) acts: Vec<(u64, Act)>,
    pub(crate) calm_at: u64,
}

fn a_duration(choice: &'static [u64]) -> impl Strategy<Value = Duration> {
    prop::sample::select(choice).prop_map(|millis| {
        if millis == u64::MAX {
            Duration::MAX
        } else {
            Duration::from_millis(millis)
        }
    })
}

/// Mostly not, so that what is found is not all one thing.
fn a_chance(most: u32) -> impl Strategy<Value = u32> {
    prop_oneof![1 => Just(0), 1 => 1..most]
}

fn some_faults() -> impl Strategy<Value = Faults> {
    (
        a_chance(400_000),
        a_chance(50_000),
        1_u32..8,
        a_chance(300_000),
        a_chance(300_000),
        1_u64..3_000,
        prop_oneof![2 => Just(0), 1 => 1_u64..500_000],
        prop::sample::select(&[0, 0, 0, 0, 3_000, 20_000, 1_000_000][..]),
    )
        .prop_map(
            |(loss, burst, burst_length, duplicate, reorder, hold, jitter, rate)| Faults {
                loss,
                burst,
                burst_length,
                duplicate,
                reorder,
                hold: Duration::from_millis(if reorder > 0 { hold } else { 0 }),
                jitter: Duration::from_micros(jitter),
                rate,
                queue: 2_000,
            },
        )
}

fn a_server() -> impl Strategy<Value = ServerCase> {
    let times = (
        a_duration(&[60_000, 90_000, 120_000, 300_000, 3_600_000, u64::MAX]),
        a_duration(&[0, 0, 30_000]),
        a_duration(&[5_000, 60_000]),
        a_duration(&[30_000, 600_000, 86_400_000]),
        a_duration(&[200, 1_000, 2_000]),
    );
    let ping = prop_oneof![
        Just(PingCheck::Offer),
        Just(PingCheck::Request),
        Just(PingCheck::Never)
    ];
    let place = (0_usize..3, 1_u8..25, any::<bool>());
    let kept = prop::collection::vec((0_u8..8, any::<bool>()), 0..3);
    let flags = (any::<bool>(), any::<bool>(), prop::bool::weighted(0.1));
    (place, kept, times, ping, flags).prop_map(|(place, reserved, times, ping, flags)| {
        let (lease, grace, offer_hold, quarantine, ping_wait) = times;
        ServerCase {
            net: place.0,
            pool: place.1,
            others: place.2,
            reserved,
            config: server::Config {
                lease,
                min_lease: Duration::from_secs(if flags.1 { 30 } else { 60 }),
                grace,
                offer_hold,
                quarantine,
                ping,
                ping_wait,
                authoritative: flags.0,
                rapid_commit: flags.1,
                ipv6_only_wait: flags.2.then_some(Duration::from_secs(30)),
                ..server::Config::default()
            },
        }
    })
}

fn a_client() -> impl Strategy<Value = ClientCase> {
    let flags = prop::array::uniform5(any::<bool>());
    let rare = prop::array::uniform3(prop::bool::weighted(0.15));
    let times = (
        a_duration(&[0, 0, 1_000, 5_000]),
        prop::option::weighted(0.3, a_duration(&[10_000, 75_000, 600_000, u64::MAX])),
    );
    let id = prop_oneof![
        Just(ClientId::Hardware),
        Just(ClientId::None),
        Just(ClientId::Duid)
    ];
    (0_usize..3, flags, rare, times, id, any::<bool>()).prop_map(
        |(net, flags, rare, (offer_window, lease_time), client_id, named)| ClientCase {
            net,
            on: flags[0] || flags[1],
            named,
            config: client::Config {
                keep_after_release: false,
                start_delay: flags[1],
                broadcast_flag: flags[2],
                fuzz: flags[3],
                rapid_commit: flags[4],
                probe: !rare[0],
                ipv6_only: rare[1],
                inform: rare[2],
                link_local: named,
                choose: if flags[1] {
                    Choose::Previous
                } else {
                    Choose::First
                },
                host_name: flags[3].then(|| "host".to_owned()),
                offer_window,
                lease_time,
                client_id,
            },
        },
    )
}

fn a_pause() -> impl Strategy<Value = u64> {
    prop_oneof![1_u64..50, 50_u64..5_000, 5_000_u64..90_000]
}

/// Some settings of a client, as a merge patch.
fn a_client_change() -> impl Strategy<Value = Value> {
    let lengths = [
        json!("10s"),
        json!("75s"),
        json!("10m"),
        json!("infinite"),
        Value::Null,
    ];
    prop_oneof![
        any::<bool>().prop_map(|on| json!({ "broadcast_flag": on })),
        any::<bool>().prop_map(|on| json!({ "rapid_commit": on })),
        prop::sample::select(lengths.to_vec()).prop_map(|length| json!({ "lease_time": length })),
        (any::<bool>(), any::<bool>()).prop_map(
            |(named, on)| json!({ "host_name": named.then_some("other"), "broadcast_flag": on })
        ),
    ]
}

/// The times of a server, as a merge patch.
fn a_server_change() -> impl Strategy<Value = Value> {
    let leases = &["1m", "90s", "5m", "1h", "infinite"][..];
    (
        prop::sample::select(leases),
        prop::sample::select(&["30s", "1m"][..]),
        prop::sample::select(&["1m", "10m", "1d"][..]),
    )
        .prop_map(
            |(lease, least, most)| json!({ "lease": lease, "min_lease": least, "max_lease": most }),
        )
}

fn an_act() -> impl Strategy<Value = Act> {
    prop_oneof![
        2 => (any::<u8>(), any::<bool>()).prop_map(|(node, on)| Act::Power(node, on)),
        3 => (any::<u8>(), a_pause()).prop_map(|(node, pause)| Act::Restart(node, pause)),
        3 => (any::<u8>(), a_pause()).prop_map(|(link, pause)| Act::Flap(link, pause)),
        3 => (any::<u8>(), a_pause()).prop_map(|(client, pause)| Act::Anew(client, pause)),
        2 => (any::<u8>(), any::<bool>()).prop_map(|(link, plugged)| Act::Cable(link, plugged)),
        4 => (any::<u8>(), prop::sample::select(&[Verb::Start, Verb::Release, Verb::Renew, Verb::Inform][..]))
            .prop_map(|(client, verb)| Act::Client(client, verb)),
        2 => (any::<u8>(), prop::option::of(some_faults())).prop_map(|(link, faults)| Act::Fault(link, faults)),
        2 => (any::<u8>(), any::<u8>()).prop_map(|(client, net)| Act::Move(client, net)),
        2 => (any::<u8>(), a_client_change()).prop_map(|(client, change)| Act::ClientSettings(client, change)),
        1 => (any::<u8>(), a_server_change()).prop_map(|(server, change)| Act::ServerSettings(server, change)),
    ]
}

/// Any story.
pub(crate) fn a_case() -> impl Strategy<Value = Case> {
    let net = (1_usize..=3, any::<bool>(), any::<bool>());
    let hosts = (
        prop::collection::vec(a_server(), 1..=3),
        prop::collection::vec(a_client(), 1..=8),
        prop::collection::vec((any::<u8>(), any::<u8>(), any::<u8>()), 0..3),
    );
    let faults = prop::collection::vec((any::<u8>(), some_faults()), 0..8);
    let calm = prop::sample::select(&[60_000_u64, 180_000, 400_000][..]);
    let acts = prop::collection::vec((0_u64..1_000, an_act()), 0..32);
    (any::<u64>(), net, hosts, faults, acts, calm).prop_map(
        |(
            seed,
            (nets, chain, circuit_id),
            (servers, clients, strangers),
            faults,
            acts,
            calm_at,
        )| {
            let acts = acts.into_iter();
            Case {
                seed,
                nets,
                chain: chain && nets == 3,
                servers,
                clients,
                strangers,
                circuit_id,
                faults,
                acts: acts
                    .map(|(part, act)| (part * calm_at / 1_000, act))
                    .collect(),
                calm_at,
            }
        },
    )
}
