//! How fast the engine is: `cargo xtask bench` runs this, and ns-3 beside it where that is there.
//!
//! What one server alone answers, what client and server together do, how many client-hours of a whole
//! simulated network pass in a second, how long going to any instant of a long run takes, and making a
//! copied TCP connection anew.

// A benchmark has to read the clock that the engine must not.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::print_stdout)]

use std::rc::Rc;
use std::time::Instant as Clock;

use dhcp_lab::dhcp::server::{self, Server};
use dhcp_lab::dhcp::{Action, Interface, Note, ServerNote};
use dhcp_lab::net::tcp::{Output, Tcp};
use dhcp_lab::rng::Rng;
use dhcp_lab::scenario::{Scenario, library};
use dhcp_lab::sim::{Journal, Recording, What, World};
use dhcp_lab::time::{Duration, Instant};
use dhcp_lab::wire::Mac;
use dhcp_lab::wire::dhcp::{Message, MessageType, Op, code};
use dhcp_lab::wire::frame;

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

fn workload(clients: u32, hours: u64) -> Scenario {
    let hour = Duration::from_secs(3_600);
    let file = library::workload(clients, hour, Duration::from_secs(hours * 3_600));
    Scenario::new(file).unwrap()
}

/// A whole network: seconds, frames first sent, and DHCP exchanges.
fn network(clients: u32, hours: u64) -> (f64, usize, usize) {
    let scenario = workload(clients, hours);
    let begun = Clock::now();
    let mut world = World::new(&scenario);
    let mut journal = Journal::default();
    journal.keep(Journal::PLENTY);
    let (mut read, mut frames, mut exchanges) = (0, 0, 0);
    while world.now() < scenario.until() {
        let next = (world.now() + Duration::from_secs(60)).min(scenario.until());
        world.run_until(next, scenario.commands(), &mut journal);
        for (id, entry) in journal.from(read) {
            let first = matches!(&entry.what, What::Sent { origin, .. } if *origin == id);
            let committed = matches!(
                &entry.what,
                What::Dhcp(Note::Server(ServerNote::Committed { .. }))
            );
            frames += usize::from(first);
            exchanges += usize::from(committed);
        }
        read = journal.len();
    }
    (begun.elapsed().as_secs_f64(), frames, exchanges)
}

/// Milliseconds of seeks to anywhere in a run that has been seen to its end, in order.
fn seeks(scenario: Scenario) -> Vec<f64> {
    const SEEKS: u64 = 400;
    let end = scenario.until().as_micros();
    let mut recording = Recording::new(Rc::new(scenario));
    recording.seek(Instant::from_micros(end));
    let mut draw = Rng::new(1, 1);
    let mut took: Vec<f64> = (0..SEEKS)
        .map(|_| {
            let to = Instant::from_micros(draw.below(end));
            let begun = Clock::now();
            recording.seek(to);
            begun.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    took.sort_by(f64::total_cmp);
    took
}

/// The most memory that this process has had, where the system tells (Linux).
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "unknown".to_owned(), |peak| peak.trim().to_owned())
}

/// A TCP connection that carried a day of failover: a CONTACT of 12 bytes every 20 seconds each
/// way, on a cable without latency.
fn day_of_contacts() -> [Tcp; 2] {
    let ends = [[10, 0, 0, 1], [10, 0, 0, 2]];
    let mut tcp = [Tcp::new(1), Tcp::new(2)];
    let exchange = |tcp: &mut [Tcp; 2], now, mut from: usize, mut out: Output| {
        let mut quiet = 0;
        while quiet < 2 {
            quiet += 1;
            let to = 1 - from;
            let mut answer = Output::default();
            for packet in out.packets {
                quiet = 0;
                let frame = frame::ipv4(Mac::ZERO, Mac::ZERO, &packet);
                tcp[to].segment(now, &frame, &mut answer);
            }
            (out, from) = (answer, to);
        }
    };
    tcp[1].listen(647);
    let mut out = Output::default();
    let to = (ends[1].into(), 647);
    tcp[0].connect(Instant::ZERO, ends[0].into(), to, &mut out);
    exchange(&mut tcp, Instant::ZERO, 0, out);
    for number in 1..=24 * 3_600 / 20_u64 {
        let now = Instant::from_micros(number * 20_000_000);
        for host in [0, 1] {
            let mut out = Output::default();
            tcp[host].send(now, &[0, 12, 11, 12, 0, 0, 0, 9, 0, 0, 0, 1], &mut out);
            exchange(&mut tcp, now, host, out);
            while let Some((at, _)) = tcp[1 - host].deadline() {
                let mut out = Output::default();
                tcp[1 - host].timer(at, &mut out);
                exchange(&mut tcp, at, 1 - host, out);
            }
        }
    }
    tcp
}

/// Seconds to make such a connection anew from its log, and the log's length.
fn rebuilt() -> (f64, usize) {
    let [tcp, _] = day_of_contacts();
    let logged = tcp.logged();
    let seconds = measured(|| {
        let mut copy = tcp.clone();
        let begun = Clock::now();
        copy.send(
            Instant::from_micros(86_401_000_000),
            b"x",
            &mut Output::default(),
        );
        begun.elapsed().as_secs_f64()
    });
    (seconds, logged)
}

fn main() {
    let (seconds, logged) = rebuilt();
    println!(
        "TCP made anew after a day of failover: {:.2} ms ({logged} entries)\n",
        seconds * 1e3
    );
    println!(
        "server alone: {:.0} exchanges a second (REQUEST to ACK, bytes to bytes, 1,000 clients)",
        measured(server_exchanges)
    );
    println!("\n24 h, lease 1 h, every frame as bytes; median of {RUNS} runs");
    println!(
        "{:>8} {:>10} {:>10} {:>10} {:>14} {:>16}",
        "clients", "seconds", "frames", "leases", "exchanges/s", "client-hours/s"
    );
    for clients in [10, 100, 400, 1_000, 4_000, 10_000] {
        let (_, frames, exchanges) = network(clients, 24);
        let seconds = measured(|| network(clients, 24).0);
        #[allow(clippy::cast_precision_loss)]
        let a_second = exchanges as f64 / seconds;
        let hours = f64::from(clients) * 24.0 / seconds;
        println!(
            "{clients:>8} {seconds:>10.4} {frames:>10} {exchanges:>10} {a_second:>14.0} {hours:>16.0}"
        );
    }
    println!("\nseeks anywhere in what has been seen, milliseconds");
    println!("{:>34} {:>8} {:>8} {:>8}", "", "median", "95 %", "most");
    for (clients, days) in [(10, 7), (100, 1), (1_000, 1)] {
        let took = seeks(workload(clients, 24 * days));
        let part = |of_hundred: usize| took[(took.len() - 1) * of_hundred / 100];
        let name = format!("{clients} clients, {days} days");
        println!(
            "{name:>34} {:>8.2} {:>8.2} {:>8.2}",
            part(50),
            part(95),
            part(100)
        );
    }
    println!("most memory of this process: {}", peak());
}
