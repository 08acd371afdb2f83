//! `dhcp-lab bridge`: one node of a scenario on a real interface, in real time.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Which part in DHCP is bridged.
#[derive(Subcommand)]
pub(crate) enum Bridge {
    /// Serve leases on the interface, by the scenario's server.
    ///
    /// With --once it ends with code 0 after its first ACK to a REQUEST.
    ///
    /// A server with a failover partner connects to it over TCP. Both ports are 647 and the
    /// relationship is called "lab" unless the scenario says otherwise (`port`, `partner_port`,
    /// `relationship`). The scenario has both servers, and --node says which one this is. The
    /// interface itself must not have the server's address, or the kernel breaks off the connection.
    /// The disk lasts as long as the program: ended and started again, a server recovers from its
    /// partner.
    ///
    /// Commands, one a line on standard input: partner-down, shut-down, power-off, power-on,
    /// lose-disk (while the power is off).
    Server(HostOptions),
    /// Get a lease on the interface, as the scenario's client does.
    ///
    /// With --once it ends with code 0 when it is BOUND and has announced its address. The
    /// interface itself is not configured: the engine answers ARP and ping.
    ///
    /// Commands, one a line on standard input: start, renew, release, inform, power-off, power-on.
    Client(ClientOptions),
    /// Stand between networks, as the scenario's router with its relay agent does.
    ///
    /// With --once it ends with code 0 after the first ACK that it passes on. The interfaces
    /// themselves are not configured and need no address. DHCP and ping are passed on between the
    /// networks, unicast too; all else is left to the kernel, whose own forwarding should be off
    /// or pass neither.
    ///
    /// Commands, one a line on standard input: power-off, power-on.
    Relay(RelayOptions),
}

/// What every node takes.
#[derive(Args)]
pub(crate) struct Options {
    /// A scenario file, or the name of a built-in scenario. Its other nodes, its cables and its
    /// commands play no part.
    #[arg(long, value_name = "F")]
    pub(crate) scenario: String,
    /// Which node, where the scenario has more than one of the kind.
    #[arg(long, value_name = "N")]
    pub(crate) node: Option<String>,
    /// End as soon as the first lease is there; code 1 if stopped before.
    #[arg(long)]
    pub(crate) once: bool,
    /// Write the journal to this file as JSON lines, while it happens.
    #[arg(long, value_name = "FILE")]
    pub(crate) journal: Option<PathBuf>,
    /// Draw all random numbers from this seed instead of the time of day.
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Do not tell the story.
    #[arg(long)]
    pub(crate) quiet: bool,
}

/// What a host with one interface takes.
#[derive(Args)]
pub(crate) struct HostOptions {
    /// The interface; its Ethernet address becomes the node's.
    #[arg(long, value_name = "IF")]
    pub(crate) interface: String,
    #[command(flatten)]
    pub(crate) options: Options,
}

/// What a client takes.
#[derive(Args)]
pub(crate) struct ClientOptions {
    #[command(flatten)]
    pub(crate) host: HostOptions,
    /// Give the address back before ending, on SIGINT or SIGTERM too.
    #[arg(long)]
    pub(crate) release: bool,
}

/// What a router takes.
#[derive(Args)]
pub(crate) struct RelayOptions {
    /// An interface, given once for each of the router's, in their order.
    #[arg(long = "interface", value_name = "IF", required = true)]
    pub(crate) interfaces: Vec<String>,
    #[command(flatten)]
    pub(crate) options: Options,
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn run(_: &Bridge) -> Result<std::process::ExitCode, crate::Failure> {
    Err(crate::Failure::NotLinux)
}

#[cfg(target_os = "linux")]
pub(crate) use linux::run;

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::BTreeSet;
    use std::fs::File;
    use std::io::{BufWriter, Write as _};
    use std::os::fd::AsFd as _;
    use std::process::ExitCode;
    use std::time;

    use nix::errno::Errno;
    use nix::poll::{PollFd, PollFlags, ppoll};
    use nix::sys::signal::{SigSet, Signal};
    use nix::sys::signalfd::{SfdFlags, SignalFd};
    use nix::sys::time::TimeSpec;

    use dhcp_lab::bridge::{Bridge, Card, Side};
    use dhcp_lab::lesson;
    use dhcp_lab::text::{Language, Texts};
    use dhcp_lab::time::{Duration, Instant};
    use dhcp_lab::view;

    use super::Options;
    use crate::clock::{Clock, seconds_of_the_day, seed_of_the_day};
    use crate::operator::Lines;
    use crate::socket::{Socket, Unusable};
    use crate::{Failure, load, print};

    /// How often the cables are looked at.
    const CARRIER_CHECK: Duration = Duration::from_secs(1);
    /// How long a RELEASE may wait for the answer to an ARP request.
    const RELEASE_PATIENCE: Duration = Duration::from_secs(4);
    /// How many frames are taken in before time goes on.
    const BURST: usize = 64;

    pub(crate) fn run(verb: &super::Bridge) -> Result<ExitCode, Failure> {
        let one = |host: &super::HostOptions| vec![host.interface.clone()];
        let (side, interfaces, options, release) = match verb {
            super::Bridge::Server(host) => (Side::Server, one(host), &host.options, false),
            super::Bridge::Client(client) => {
                let host = &client.host;
                (Side::Client, one(host), &host.options, client.release)
            }
            super::Bridge::Relay(relay) => {
                let names = relay.interfaces.clone();
                (Side::Relay, names, &relay.options, false)
            }
        };
        let scenario = load(&options.scenario)?;
        let sockets = open(&interfaces)?;
        let cards: Vec<Card> = sockets
            .iter()
            .map(|socket| Card {
                mac: socket.mac(),
                carrier: socket.has_carrier(),
            })
            .collect();
        let mut bridge = Bridge::new(
            &scenario,
            side,
            options.node.as_deref(),
            &cards,
            options.seed.unwrap_or_else(seed_of_the_day),
        )?;
        if let (Some(address), Some(socket)) = (bridge.failover_address(), sockets.first())
            && socket.kernel_has(address)
        {
            return Err(Unusable::Address(address, interfaces.concat()).into());
        }
        let outlet = Outlet::open(options)?;
        let clock = Clock::start();
        bridge.set_time_of_day(clock.now(), seconds_of_the_day());
        Loop {
            bridge,
            sockets,
            outlet,
            look: clock.now() + CARRIER_CHECK,
            clock,
            once: options.once,
            side,
            done: false,
            operator: Lines::of_standard_input(),
        }
        .run(release)
    }

    fn open(interfaces: &[String]) -> Result<Vec<Socket>, Unusable> {
        let mut names = BTreeSet::new();
        if let Some(name) = interfaces.iter().find(|name| !names.insert(*name)) {
            return Err(Unusable::Twice(name.clone()));
        }
        interfaces.iter().map(|name| Socket::open(name)).collect()
    }

    /// Where the story and the journal go.
    struct Outlet {
        texts: Option<Texts>,
        journal: Option<BufWriter<File>>,
        path: std::path::PathBuf,
        /// How many entries of the journal have been told.
        told: usize,
    }

    impl Outlet {
        fn open(options: &Options) -> Result<Self, Failure> {
            let path = options.journal.clone().unwrap_or_default();
            let journal = options
                .journal
                .as_ref()
                .map(|_| File::create(&path).map(BufWriter::new))
                .transpose()
                .map_err(|error| Failure::Write(path.clone(), error))?;
            Ok(Self {
                texts: (!options.quiet).then(|| Texts::new(Language::English)),
                journal,
                path,
                told: 0,
            })
        }

        fn write(&mut self, bridge: &Bridge) -> Result<(), Failure> {
            let start = std::mem::replace(&mut self.told, bridge.journal().len());
            if start == self.told {
                return Ok(());
            }
            let scenario = bridge.scenario();
            let mut story = String::new();
            for (id, entry) in bridge.journal().from(start) {
                if let Some(texts) = &self.texts
                    && let Some(sentence) = lesson::tell(scenario, bridge.journal(), id)
                {
                    story.push_str(&format!("{}  {}\n", entry.at, texts.sentence(&sentence)));
                }
                if let Some(journal) = &mut self.journal {
                    writeln!(journal, "{}", view::journal::line(scenario, id, entry))
                        .map_err(|error| Failure::Write(self.path.clone(), error))?;
                }
            }
            if let Some(journal) = &mut self.journal {
                journal
                    .flush()
                    .map_err(|error| Failure::Write(self.path.clone(), error))?;
            }
            if story.is_empty() {
                Ok(())
            } else {
                print(&story)
            }
        }
    }

    fn system(what: &'static str) -> impl Fn(Errno) -> Failure {
        move |error| Failure::Interface(Unusable::System(what, error))
    }

    struct Loop {
        bridge: Bridge,
        /// One for each of the node's cards, in order.
        sockets: Vec<Socket>,
        outlet: Outlet,
        clock: Clock,
        once: bool,
        side: Side,
        done: bool,
        /// When the cables and the time of day are looked at next.
        look: Instant,
        operator: Lines,
    }

    impl Loop {
        fn run(mut self, release: bool) -> Result<ExitCode, Failure> {
            let system =
                |what| move |error: Errno| Failure::Interface(Unusable::System(what, error));
            let signals = SigSet::from_iter([Signal::SIGINT, Signal::SIGTERM]);
            signals
                .thread_block()
                .map_err(system("cannot block signals"))?;
            // Reading from the terminal of another program in the foreground then is an error.
            SigSet::from(Signal::SIGTTIN)
                .thread_block()
                .map_err(system("cannot block signals"))?;
            let stop =
                SignalFd::with_flags(&signals, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)
                    .map_err(system("cannot wait for signals"))?;
            while !(self.once && self.done) {
                if self.turn(&stop, Instant::MAX)? {
                    break;
                }
            }
            if release {
                self.bridge.release(self.clock.now());
                // The RELEASE may have to wait for the server's card (ARP).
                let end = self.clock.now() + RELEASE_PATIENCE;
                while self.bridge.next_at().is_some() && self.clock.now() < end {
                    self.turn(&stop, end)?;
                }
            }
            self.carry_out()?;
            Ok(if self.once && !self.done {
                ExitCode::FAILURE
            } else {
                ExitCode::SUCCESS
            })
        }

        /// Carries out what is due, waits for what comes next, at most until `end`, and takes it
        /// in. True where a signal says to stop.
        fn turn(&mut self, stop: &SignalFd, end: Instant) -> Result<bool, Failure> {
            let now = self.clock.now();
            self.bridge.advance(now);
            if now >= self.look {
                self.look = now + CARRIER_CHECK;
                self.bridge.set_time_of_day(now, seconds_of_the_day());
                for (card, socket) in (0..).zip(&self.sockets) {
                    self.bridge.set_carrier(now, card, socket.has_carrier());
                }
            }
            self.carry_out()?;
            if self.once && self.done && end == Instant::MAX {
                return Ok(false);
            }
            let next = self.bridge.next_at().unwrap_or(Instant::MAX);
            let pause = next.min(self.look).min(end).since(self.clock.now());
            let sockets = self.sockets.iter().map(Socket::descriptor);
            let mut waiting: Vec<PollFd<'_>> = std::iter::once(stop.as_fd())
                .chain(sockets)
                .chain(self.operator.descriptor())
                .map(|descriptor| PollFd::new(descriptor, PollFlags::POLLIN))
                .collect();
            let pause = TimeSpec::from(time::Duration::from_micros(pause.as_micros()));
            match ppoll(&mut waiting, Some(pause), None) {
                Ok(_) | Err(Errno::EINTR) => {}
                Err(error) => return Err(system("cannot wait for frames")(error)),
            }
            if waiting[0].any().unwrap_or(false) {
                // Read, so that a second signal is waited for anew.
                let _ = stop.read_signal();
                return Ok(true);
            }
            let said = self.operator.descriptor().is_some()
                && waiting.last().and_then(PollFd::any).unwrap_or(false);
            for card in 0..self.sockets.len() {
                self.take_in(card)?;
            }
            if said {
                for line in self.operator.take() {
                    if let Err(problem) = self.bridge.obey(self.clock.now(), &line) {
                        eprintln!("dhcp-lab: {problem}");
                    }
                }
            }
            Ok(false)
        }

        /// Takes in what one card has heard. Each answer leaves before the next frame is read: who
        /// has waited longest is answered first, and no burst of answers floods a small buffer.
        fn take_in(&mut self, number: usize) -> Result<(), Failure> {
            let card = u32::try_from(number).unwrap_or(u32::MAX);
            for _ in 0..BURST {
                let Some(socket) = self.sockets.get_mut(number) else {
                    break;
                };
                let Some(bytes) = socket.receive()? else {
                    break;
                };
                self.bridge.receive(self.clock.now(), card, bytes);
                self.send_out()?;
            }
            Ok(())
        }

        /// Sends what is to be sent.
        fn send_out(&mut self) -> Result<(), Failure> {
            let news = self.bridge.take();
            for (id, entry) in self.bridge.journal().from(news.start) {
                if let Some((card, frame)) = self.bridge.outgoing(id, entry) {
                    let socket = usize::try_from(card).ok();
                    if let Some(socket) = socket.and_then(|card| self.sockets.get(card)) {
                        socket.send(frame.bytes())?;
                    }
                    self.done |= self.side.has_lease_with(frame);
                }
            }
            Ok(())
        }

        /// Sends what is to be sent, then tells what happened: an answer does not wait for a
        /// terminal.
        fn carry_out(&mut self) -> Result<(), Failure> {
            self.send_out()?;
            self.outlet.write(&self.bridge)
        }
    }
}
