//! How fast the engine is: `cargo xtask bench` runs this, and ns-3 beside it where that is there.
//!
//! Three figures: what one server alone answers, what client and server together do, and how many
//! client-hours of a whole simulated network pass in a second.

// A benchmark has to read the clock that the engine must not.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::print_stdout)]

use std::time::Instant as Clock;

use dhcp_lab::dhcp::server::{self, Server};
use dhcp_lab::dhcp::{Action, Interface};
use dhcp_lab::scenario::{Scenario, library};
use dhcp_lab::sim::{Journal, What, World};
use dhcp_lab::time::{Duration, Instant};
use dhcp_lab::wire::Mac;
use dhcp_lab::wire::dhcp::{Message, MessageType, Op, code};

/// How often each figure is measured; the median is told.
const RUNS: usize = 5;

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn measured(mut run: impl FnMut() -> f64) -> f64 {
    median((0..RUNS).map(|_| run()).collect())
}

/// Exchanges a second of a server alone: a REQUEST parsed from its bytes, the lease extended, the
/// ACK made into bytes.
fn server_exchanges() -> f64 {
    const CLIENTS: u32 = 1_000;
    const ROUNDS: u32 = 50;
    let pool = server::Range {
        first: [10, 0, 1, 0].into(),
        last: [10, 0, 255, 254].into(),
    };
    let config = server::Config {
        pools: vec![pool],
        ping: server::PingCheck::Never,
        ..server::Config::default()
    };
    let interface = Interface {
        address: [10, 0, 0, 1].into(),
        prefix: 16,
        router: None,
    };
    let mut server = Server::new(config, interface);
    let mut out = Vec::new();
    let mut answer = |server: &mut Server, now, bytes: &[u8]| {
        let message = Message::parse(bytes).unwrap();
        let input = server::Input::Message {
            message: &message,
            unicast: !message.ciaddr.is_unspecified(),
        };
        server.handle(&input, &mut server::Context { now, out: &mut out });
        let reply = out.drain(..).find_map(|action| {
            if let Action::Send(sent) = action {
                Some(sent.message)
            } else {
                None
            }
        });
        let reply = reply.unwrap();
        (reply.bytes(), reply.yiaddr)
    };
    let client = |number: u32| {
        let [_, b, c, d] = number.to_be_bytes();
        Mac([2, 0, 0, b, c, d])
    };
    let mut renewals = Vec::new();
    for number in 0..CLIENTS {
        let discover = Message::new(Op::Request, MessageType::Discover, number, client(number));
        let (_, address) = answer(&mut server, Instant::ZERO, &discover.bytes());
        let mut request = Message::new(Op::Request, MessageType::Request, number, client(number));
        request
            .options
            .push_raw(code::REQUESTED_ADDRESS, &address.octets());
        request
            .options
            .push_raw(code::SERVER_ID, &interface.address.octets());
        answer(&mut server, Instant::ZERO, &request.bytes());
        let mut renewal = Message::new(Op::Request, MessageType::Request, number, client(number));
        renewal.ciaddr = address;
        renewals.push(renewal.bytes());
    }
    let begun = Clock::now();
    for round in 1..=ROUNDS {
        let now = Instant::ZERO + Duration::from_secs(u64::from(round));
        for renewal in &renewals {
            let (bytes, _) = answer(&mut server, now, renewal);
            assert!(bytes.len() >= 300);
        }
    }
    f64::from(CLIENTS * ROUNDS) / begun.elapsed().as_secs_f64()
}

/// A whole network: seconds, frames first sent, and DHCP exchanges.
fn network(clients: u32, hours: u64) -> (f64, usize, usize) {
    let file = library::workload(
        clients,
        Duration::from_secs(3_600),
        Duration::from_secs(hours * 3_600),
    );
    let scenario = Scenario::new(file).unwrap();
    let begun = Clock::now();
    let mut world = World::new(&scenario);
    let mut journal = Journal::default();
    world.run_until(scenario.until(), scenario.commands(), &mut journal);
    let seconds = begun.elapsed().as_secs_f64();
    let first = |(id, what): (_, &What)| matches!(what, What::Sent { origin, .. } if *origin == id);
    let frames = journal
        .from(0)
        .filter(|(id, entry)| first((*id, &entry.what)))
        .count();
    let committed = |what: &What| {
        matches!(
            what,
            What::Dhcp(dhcp_lab::dhcp::Note::Server(
                dhcp_lab::dhcp::ServerNote::Committed { .. }
            ))
        )
    };
    let exchanges = journal
        .entries()
        .iter()
        .filter(|entry| committed(&entry.what))
        .count();
    (seconds, frames, exchanges)
}

fn main() {
    println!(
        "server alone: {:.0} exchanges a second (REQUEST to ACK, bytes to bytes, 1,000 clients)",
        measured(server_exchanges)
    );
    println!("\n24 h, lease 1 h, every frame as bytes; median of {RUNS} runs");
    println!(
        "{:>8} {:>10} {:>10} {:>10} {:>14} {:>16}",
        "clients", "seconds", "frames", "leases", "exchanges/s", "client-hours/s"
    );
    for clients in [10, 100, 400, 1_000] {
        let (_, frames, exchanges) = network(clients, 24);
        let seconds = measured(|| network(clients, 24).0);
        #[allow(clippy::cast_precision_loss)]
        let a_second = exchanges as f64 / seconds;
        let hours = f64::from(clients) * 24.0 / seconds;
        println!(
            "{clients:>8} {seconds:>10.4} {frames:>10} {exchanges:>10} {a_second:>14.0} {hours:>16.0}"
        );
    }
}
