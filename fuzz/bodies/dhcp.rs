//! Any bytes as a DHCP message: read, written again, and handled by clients, servers and a relay
//! agent that stand at every point of an exchange.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use dhcp_lab::dhcp::client::{self, Client, ClientId};
use dhcp_lab::dhcp::relay::{self, Port, Relay};
use dhcp_lab::dhcp::server::{self, Reservation, Server, Subnet};
use dhcp_lab::dhcp::{Action, Cidr, Interface, Timer};
use dhcp_lab::rng::Rng;
use dhcp_lab::time::{Duration, Instant};
use dhcp_lab::wire::Mac;
use dhcp_lab::wire::dhcp::{
    Message, MessageType, Op, Options, code, option_name, relay_option_name, scan, typed,
};

const MAC: Mac = Mac([2, 0, 0, 0, 0, 10]);
const ADDRESS: Ipv4Addr = Ipv4Addr::new(192, 168, 1, 10);
const SERVER: Ipv4Addr = Ipv4Addr::new(192, 168, 1, 1);
const FAR: Ipv4Addr = Ipv4Addr::new(192, 168, 2, 1);
/// The most deadlines that are waited for.
const TICKS: usize = 12;

pub(crate) fn run(bytes: &[u8]) {
    let mut options = Options::new();
    let scanned = scan(bytes, |option| {
        assert_eq!(bytes[option.at], option.code);
        let _ = typed(option.code, option.value);
        let _ = (option_name(option.code), relay_option_name(option.code));
        options.push_raw(option.code, option.value);
    });
    for (code, value) in options.iter() {
        if let Some(value) = typed(code, value) {
            let mut again = Options::new();
            again.push(&value);
        }
    }
    let message = match Message::parse(bytes) {
        Ok(message) => message,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    assert!(scanned.is_ok());
    assert_eq!(message.options, options);
    written(&message);
    assert!(message.kind().is_some());
    STAGES.with_borrow(|stages| {
        for stage in &stages.clients {
            for fitting in [false, true] {
                stage.clone().hear(&message, fitting);
            }
        }
        for stage in &stages.servers {
            for fitting in [false, true] {
                stage.clone().hear(&message, fitting);
            }
        }
        for port in 0..3 {
            relayed(&stages.relay, port, &message);
        }
    });
}

struct Stages {
    clients: Vec<ClientBench>,
    servers: Vec<ServerBench>,
    relay: Relay,
}

thread_local! {
    static STAGES: RefCell<Stages> = RefCell::new(Stages {
        clients: clients(),
        servers: servers(),
        relay: relay(),
    });
}

/// What is written can be read, and says the same then; how long it is.
fn written(message: &Message) -> usize {
    let bytes = message.bytes();
    let mut again = Message::parse(&bytes).unwrap();
    assert_eq!(again.bytes(), bytes);
    // Option 82 is moved to the end (RFC 3046 section 2.1).
    again.options = sorted(&again.options);
    let mut message = message.clone();
    message.options = sorted(&message.options);
    assert_eq!(again, message);
    bytes.len()
}

fn sorted(options: &Options) -> Options {
    let mut list: Vec<_> = options.iter().collect();
    list.sort_unstable();
    let mut sorted = Options::new();
    for (code, value) in list {
        sorted.push_raw(code, value);
    }
    sorted
}

/// What goes out fits into an Ethernet frame.
fn sent(message: &Message) {
    let length = written(message);
    assert!((300..=1_472).contains(&length), "{length} bytes");
}

#[derive(Clone)]
struct ClientBench {
    client: Client,
    rng: Rng,
    now: Instant,
    timers: BTreeMap<Timer, Instant>,
    xid: u32,
}

impl ClientBench {
    fn new(config: client::Config, fixed: Option<Interface>) -> Self {
        let mut bench = Self {
            client: Client::new(config, MAC, fixed),
            rng: Rng::new(1, 1),
            now: Instant::ZERO,
            timers: BTreeMap::new(),
            xid: 0,
        };
        bench.give(&client::Input::Start);
        bench.give(&client::Input::LinkUp);
        bench
    }

    fn give(&mut self, input: &client::Input<'_>) {
        let mut out = Vec::new();
        let mut cx = client::Context {
            now: self.now,
            rng: &mut self.rng,
            out: &mut out,
        };
        self.client.handle(input, &mut cx);
        assert!(out.len() < 32, "{} actions at once", out.len());
        for action in out {
            match action {
                Action::Send(datagram) => {
                    sent(&datagram.message);
                    self.xid = datagram.message.xid;
                }
                Action::Arm { timer, at, .. } => {
                    assert!(at >= self.now);
                    self.timers.insert(timer, at);
                }
                Action::Cancel(timer) => {
                    self.timers.remove(&timer);
                }
                _ => {}
            }
        }
    }

    /// Waits for the next deadline.
    fn tick(&mut self) -> bool {
        let Some((timer, at)) = self
            .timers
            .iter()
            .min_by_key(|(timer, at)| (**at, **timer))
            .map(|(timer, at)| (*timer, *at))
        else {
            return false;
        };
        self.timers.remove(&timer);
        self.now = at;
        self.give(&client::Input::Timer(timer));
        true
    }

    /// An answer to the question that is out.
    fn answer(&mut self, kind: MessageType) {
        let mut message = Message::new(Op::Reply, kind, self.xid, MAC);
        message.yiaddr = ADDRESS;
        message.options.push_address(code::SERVER_ID, SERVER);
        message.options.push_number(code::LEASE_TIME, 3_600);
        message
            .options
            .push_address(code::SUBNET_MASK, Ipv4Addr::new(255, 255, 255, 0));
        self.give(&client::Input::Message(&message));
    }

    fn hear(mut self, message: &Message, fitting: bool) {
        let mut message = message.clone();
        if fitting {
            message.op = Op::Reply;
            message.xid = self.xid;
            to(&mut message, MAC);
        }
        self.give(&client::Input::Message(&message));
        for tick in 0..TICKS {
            if !self.tick() {
                break;
            }
            if tick == 2 {
                // The same again, out of place.
                message.xid = if fitting { self.xid } else { message.xid };
                self.give(&client::Input::Message(&message));
            }
        }
        for input in [
            client::Input::Renew,
            client::Input::Release,
            client::Input::LinkDown,
            client::Input::PowerOff,
        ] {
            self.give(&input);
        }
    }
}

fn to(message: &mut Message, card: Mac) {
    message.htype = 1;
    message.hlen = 6;
    message.chaddr[..6].copy_from_slice(&card.0);
}

fn clients() -> Vec<ClientBench> {
    let plain = client::Config {
        start_delay: false,
        ..client::Config::default()
    };
    let modern = client::Config {
        rapid_commit: true,
        ipv6_only: true,
        link_local: true,
        probe: false,
        client_id: ClientId::Duid,
        offer_window: Duration::from_secs(2),
        ..plain.clone()
    };
    let fixed = Interface {
        address: ADDRESS,
        prefix: 24,
        router: None,
    };
    let selecting = ClientBench::new(plain.clone(), None);
    let mut requesting = selecting.clone();
    requesting.answer(MessageType::Offer);
    let mut probing = requesting.clone();
    probing.answer(MessageType::Ack);
    let mut bound = probing.clone();
    while bound.client.state() == client::State::Probing {
        assert!(bound.tick());
    }
    let mut renewing = bound.clone();
    while renewing.client.state() == client::State::Bound {
        assert!(renewing.tick());
    }
    let mut rebinding = renewing.clone();
    while rebinding.client.state() == client::State::Renewing {
        assert!(rebinding.tick());
    }
    let informing = client::Config {
        inform: true,
        ..plain
    };
    vec![
        selecting,
        requesting,
        probing,
        bound,
        renewing,
        rebinding,
        ClientBench::new(modern, None),
        ClientBench::new(informing, Some(fixed)),
    ]
}

#[derive(Clone)]
struct ServerBench {
    server: Server,
    now: Instant,
    timer: Option<Instant>,
    /// What it said last.
    reply: Option<Message>,
}

impl ServerBench {
    fn new(config: server::Config) -> Self {
        let interface = Interface {
            address: SERVER,
            prefix: 24,
            router: None,
        };
        let mut bench = Self {
            server: Server::new(config, interface),
            now: Instant::ZERO,
            timer: None,
            reply: None,
        };
        bench.give(&server::Input::Start);
        bench
    }

    fn give(&mut self, input: &server::Input<'_>) {
        let mut out = Vec::new();
        let mut cx = server::Context {
            now: self.now,
            out: &mut out,
        };
        self.server.handle(input, &mut cx);
        assert!(out.len() < 32, "{} actions at once", out.len());
        for action in out {
            match action {
                Action::Send(datagram) => {
                    sent(&datagram.message);
                    self.reply = Some(datagram.message);
                }
                Action::Arm { at, .. } => {
                    assert!(at >= self.now);
                    self.timer = Some(at);
                }
                Action::Cancel(_) => self.timer = None,
                _ => {}
            }
        }
        for (address, _) in self.server.bindings() {
            assert!(!address.is_unspecified());
        }
    }

    fn tick(&mut self) -> bool {
        let Some(at) = self.timer.take() else {
            return false;
        };
        self.now = at;
        self.give(&server::Input::Timer);
        true
    }

    fn ask(&mut self, message: &Message, unicast: bool) {
        self.give(&server::Input::Message { message, unicast });
    }

    fn hear(mut self, message: &Message, fitting: bool) {
        let mut message = message.clone();
        if fitting {
            message.op = Op::Request;
            to(&mut message, MAC);
        }
        for unicast in [false, true] {
            self.ask(&message, unicast);
            // The client takes whatever it is offered.
            let offer = self.reply.take();
            if let Some(offer) = offer.filter(|reply| reply.kind() == Some(MessageType::Offer)) {
                self.ask(&request(&message, &offer), false);
                assert!(
                    self.reply.is_some() || self.timer.is_some(),
                    "an offer holds"
                );
            }
            self.tick();
        }
        let other = Message {
            chaddr: [3; 16],
            ..message.clone()
        };
        self.ask(&other, false);
        self.give(&server::Input::Echo { from: ADDRESS });
        for _ in 0..TICKS {
            if !self.tick() {
                break;
            }
        }
        self.give(&server::Input::PowerOff);
        self.give(&server::Input::Start);
        self.ask(&message, false);
    }
}

fn request(message: &Message, offer: &Message) -> Message {
    let mut request = message.clone();
    for code in [code::MESSAGE_TYPE, code::REQUESTED_ADDRESS, code::SERVER_ID] {
        request.options.remove(code);
    }
    let kind = MessageType::Request.number();
    request.options.push_raw(code::MESSAGE_TYPE, &[kind]);
    request
        .options
        .push_address(code::REQUESTED_ADDRESS, offer.yiaddr);
    let server = offer.options.address(code::SERVER_ID).unwrap();
    request.options.push_address(code::SERVER_ID, server);
    request.ciaddr = Ipv4Addr::UNSPECIFIED;
    request
}

fn servers() -> Vec<ServerBench> {
    let pool = |text: &str| vec![text.parse().unwrap()];
    let plain = server::Config {
        pools: pool("192.168.1.10-192.168.1.12"),
        dns: vec![SERVER],
        domain: Some("lab.example".to_owned()),
        router: Some(SERVER),
        ..server::Config::default()
    };
    let network: Cidr = "192.168.2.0/24".parse().unwrap();
    let modern = server::Config {
        rapid_commit: true,
        ipv6_only_wait: Some(Duration::from_secs(300)),
        authoritative: true,
        ping: server::PingCheck::Never,
        extends: pool("192.168.1.100-192.168.1.199"),
        max_lease: Duration::MAX,
        reservations: vec![Reservation {
            mac: Some(Mac([3; 6])),
            client_id: None,
            address: Ipv4Addr::new(192, 168, 1, 50),
        }],
        subnets: vec![Subnet {
            network,
            pools: pool("192.168.2.10-192.168.2.11"),
            router: Some(FAR),
            dns: Vec::new(),
            domain: None,
            lease: Some(Duration::from_secs(60)),
        }],
        ..plain.clone()
    };
    let late = server::Config {
        ping: server::PingCheck::Request,
        grace: Duration::from_secs(60),
        ..plain.clone()
    };
    let mut benches = Vec::new();
    for config in [plain, modern, late] {
        let fresh = ServerBench::new(config);
        let mut leased = fresh.clone();
        let discover = Message::new(Op::Request, MessageType::Discover, 7, MAC);
        leased.ask(&discover, false);
        if leased.reply.is_none() {
            leased.tick();
        }
        let offer = leased.reply.take().unwrap();
        let offering = leased.clone();
        leased.ask(&request(&discover, &offer), false);
        if leased.reply.is_none() {
            leased.tick();
        }
        assert!(leased.reply.is_some());
        benches.extend([fresh, offering, leased]);
    }
    benches
}

fn relay() -> Relay {
    let port = |name: &str, address| Port {
        name: name.to_owned(),
        interface: Interface {
            address,
            prefix: 24,
            router: None,
        },
    };
    let config = relay::Config {
        servers: vec![SERVER, Ipv4Addr::new(10, 0, 0, 1)],
        circuit_id: true,
    };
    let gate = Ipv4Addr::new(192, 168, 1, 254);
    Relay::new(config, vec![port("eth0", gate), port("eth1", FAR)])
}

fn relayed(relay: &Relay, port: usize, message: &Message) {
    let replied = Message {
        op: Op::Reply,
        giaddr: FAR,
        ..message.clone()
    };
    for message in [message, &replied] {
        match relay.clone().handle(port, message) {
            Ok(outputs) => {
                for output in outputs {
                    written(&output.datagram.message);
                }
            }
            Err(note) => assert!(!format!("{note:?}").is_empty()),
        }
    }
}
