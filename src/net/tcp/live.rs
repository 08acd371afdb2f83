//! The part that smoltcp does: one connection, from its first segment to its last.

use std::net::Ipv4Addr;

use smoltcp::iface::{Config, Interface, SocketHandle, SocketSet};
use smoltcp::phy::{Device, DeviceCapabilities, Medium, RxToken, TxToken};
use smoltcp::socket::tcp::{CongestionControl, Socket, SocketBuffer, State};
use smoltcp::wire::{HardwareAddress, IpAddress};

use super::Output;
use super::log::Op;
use super::resume::{Resume, Told};
use crate::dhcp::{Reason, StreamEnd, StreamEvent};
use crate::time::{Duration, Instant};
use crate::wire::frame::{ETHERNET_HEADER, Frame};

/// The longest packet of an Ethernet.
const MTU: usize = 1_500;
/// How much is on its way, in each direction, at most.
const BUFFER: usize = ROOM as usize;
const ROOM: u32 = 16 * 1_024;
/// How long an acknowledgment waits for data that could carry it; RFC 9293 section 3.8.6.3 allows
/// half a second.
const ACK_DELAY: Duration = Duration::from_millis(40);
/// How long a partner may stay silent while something waits for it: RFC 9293 section 3.8.3 asks
/// for three minutes at least for a SYN.
const PATIENCE: Duration = Duration::from_secs(180);
/// The same for a connection that says no more than "here I am": as long as an ARP request is
/// repeated.
const KNOCK: Duration = Duration::from_secs(3);
/// The soonest that smoltcp is called again when it asks for "now", which it has just had.
const BREATH: Duration = Duration::from_millis(10);

/// The cable: a packet that came, and those that go.
#[derive(Default)]
struct Cable {
    incoming: Option<Frame>,
    outgoing: Vec<Vec<u8>>,
}

struct Incoming(Frame);
struct Outgoing<'a>(&'a mut Vec<Vec<u8>>);

impl RxToken for Incoming {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, read: F) -> R {
        read(self.0.bytes().get(ETHERNET_HEADER..).unwrap_or_default())
    }
}

impl TxToken for Outgoing<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, length: usize, write: F) -> R {
        let mut packet = vec![0; length];
        let result = write(&mut packet);
        self.0.push(packet);
        result
    }
}

impl Device for Cable {
    type RxToken<'a> = Incoming;
    type TxToken<'a> = Outgoing<'a>;

    fn receive(&mut self, _: smoltcp::time::Instant) -> Option<(Incoming, Outgoing<'_>)> {
        let frame = self.incoming.take()?;
        Some((Incoming(frame), Outgoing(&mut self.outgoing)))
    }

    fn transmit(&mut self, _: smoltcp::time::Instant) -> Option<Outgoing<'_>> {
        Some(Outgoing(&mut self.outgoing))
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ip;
        capabilities.max_transmission_unit = MTU;
        capabilities
    }
}

/// What smoltcp keeps of the connection, and what it has no place for.
pub(super) struct Live {
    cable: Cable,
    interface: Interface,
    sockets: SocketSet<'static>,
    socket: SocketHandle,
    /// What did not fit into the socket's buffer yet.
    backlog: Vec<u8>,
    /// The application has closed, and the backlog goes first.
    closing: bool,
    /// The application hears no more of this connection: it has closed it, or knows that it is over.
    deaf: bool,
    /// We asked for it for long enough.
    forsaken: bool,
    /// We asked for the connection.
    active: bool,
    /// The application has been told that it is up.
    up: bool,
    /// For how long the partner may stay silent.
    bears: Duration,
    /// When its silence is too long.
    patience: Option<Instant>,
    /// When the last data that came are acknowledged at the latest.
    acknowledge: Option<Instant>,
    told: Told,
}

impl Live {
    pub(super) fn new(seed: u64) -> Self {
        let mut cable = Cable::default();
        let mut config = Config::new(HardwareAddress::Ip);
        config.random_seed = seed;
        let mut interface = Interface::new(config, &mut cable, clock(Instant::ZERO));
        // The host has looked at the addresses already.
        interface.set_any_ip(true);
        let buffer = || SocketBuffer::new(vec![0; BUFFER]);
        let mut socket = Socket::new(buffer(), buffer());
        socket.set_congestion_control(CongestionControl::Reno);
        socket.set_nagle_enabled(false);
        socket.set_ack_delay(Some(smoltcp::time::Duration::from_micros(
            ACK_DELAY.as_micros(),
        )));
        let mut sockets = SocketSet::new(Vec::with_capacity(1));
        let socket = sockets.add(socket);
        Self {
            cable,
            interface,
            sockets,
            socket,
            backlog: Vec::new(),
            closing: false,
            deaf: false,
            forsaken: false,
            active: false,
            up: false,
            bears: PATIENCE,
            patience: None,
            acknowledge: None,
            told: Told::default(),
        }
    }

    /// A connection that is just there.
    fn resumed(now: Instant, resume: &Resume) -> Self {
        let mut live = Self::new(resume.seed());
        let (from, to) = (resume.from, resume.to);
        let knock = false;
        // Neither end has to hear of it again.
        let quiet = &mut Output::default();
        live.apply(now, &Op::Connect { from, to, knock }, quiet);
        for frame in resume.segments() {
            live.apply(now, &Op::Segment(frame), quiet);
        }
        live.active = resume.active;
        live
    }

    /// Where it stands, if it is up and nothing is under way in either direction.
    pub(super) fn to_resume(&self, now: Instant) -> Option<Resume> {
        let socket = self.sockets.get::<Socket<'_>>(self.socket);
        let waits = self.closing || self.deaf || !self.backlog.is_empty();
        let owes = self.acknowledge.is_some() || self.patience.is_some();
        let holds = socket.send_queue() + socket.recv_queue() > 0;
        if socket.state() != State::Established || !self.up || waits || owes || holds {
            return None;
        }
        let own = socket.local_endpoint()?;
        let IpAddress::Ipv4(address) = own.addr;
        let (to, _) = self.ends()?;
        let (next, expected, far) = self.told.rest(now)?;
        Some(Resume {
            from: (address, own.port),
            to,
            active: self.active,
            next,
            expected,
            far,
        })
    }

    fn socket(&mut self) -> &mut Socket<'static> {
        self.sockets.get_mut(self.socket)
    }

    fn state(&self) -> State {
        self.sockets.get::<Socket<'_>>(self.socket).state()
    }

    /// Whether nothing is left of the connection.
    pub(super) fn is_over(&self) -> bool {
        self.forsaken || matches!(self.state(), State::Closed | State::Listen)
    }

    /// Whether we still ask for it.
    pub(super) fn is_asking(&self) -> bool {
        self.state() == State::SynSent
    }

    /// Whether both ends have closed it.
    pub(super) fn is_past(&self) -> bool {
        self.state() == State::TimeWait
    }

    /// Whether the application has nothing to do with it any more: a new one may take its place.
    pub(super) fn is_ending(&self) -> bool {
        self.deaf
    }

    /// Whether we asked for it.
    pub(super) fn is_ours(&self) -> bool {
        self.active
    }

    /// The other end, and our port.
    pub(super) fn ends(&self) -> Option<((Ipv4Addr, u16), u16)> {
        let socket = self.sockets.get::<Socket<'_>>(self.socket);
        let (far, own) = (socket.remote_endpoint()?, socket.local_endpoint()?);
        let IpAddress::Ipv4(address) = far.addr;
        Some(((address, far.port), own.port))
    }

    /// Does what the log says, and everything that follows from it at that instant.
    pub(super) fn apply(&mut self, now: Instant, op: &Op, out: &mut Output) {
        match op {
            Op::Listen(port) => {
                let listening = self.socket().listen(*port);
                debug_assert!(
                    listening.is_ok(),
                    "a fresh socket listens on any port but 0"
                );
            }
            Op::Connect { from, to, knock } => {
                self.active = true;
                if *knock {
                    self.bears = KNOCK;
                }
                let socket = self.sockets.get_mut::<Socket<'_>>(self.socket);
                let end = |(address, port): (Ipv4Addr, u16)| (IpAddress::Ipv4(address), port);
                let (from, to) = (end(*from), end(*to));
                if socket.connect(self.interface.context(), to, from).is_err() {
                    self.end(StreamEnd::Unreachable, out);
                }
            }
            Op::Resume(resume) => {
                *self = Self::resumed(now, resume);
                return;
            }
            Op::Segment(frame) => {
                self.told.heard(now, frame, ROOM);
                self.cable.incoming = Some(frame.clone());
            }
            Op::Send(bytes) => {
                if !self.deaf {
                    self.backlog.extend_from_slice(bytes);
                }
            }
            Op::Close => (self.closing, self.deaf) = (true, true),
            Op::Abort => {
                self.deaf = true;
                self.socket().abort();
            }
            Op::Timer => {
                if self.patience.is_some_and(|patience| patience <= now) {
                    self.end(StreamEnd::TimedOut, out);
                    // No one knows of what was only asked for (RFC 9293 section 3.10.5).
                    self.forsaken = self.is_asking();
                    if self.forsaken {
                        return;
                    }
                    self.socket().abort();
                }
            }
        }
        let heard = matches!(op, Op::Segment(_));
        self.run(now, heard, out);
    }

    fn run(&mut self, now: Instant, heard: bool, out: &mut Output) {
        let mut came = false;
        loop {
            self.interface
                .poll(clock(now), &mut self.cable, &mut self.sockets);
            self.report(heard, out);
            let data = self.take();
            let more = !data.is_empty();
            came |= more;
            if more && !self.deaf {
                out.events.push(StreamEvent::Data(data));
            }
            if !(more | self.fill() | self.finish(out)) {
                break;
            }
        }
        let sent = !self.cable.outgoing.is_empty();
        for packet in &self.cable.outgoing {
            self.told.sent(packet);
        }
        out.packets.append(&mut self.cable.outgoing);
        if sent {
            self.acknowledge = None;
        } else if came && self.acknowledge.is_none_or(|due| due <= now) {
            self.acknowledge = Some(now + ACK_DELAY);
        }
        let waiting = match self.state() {
            State::Closed | State::Listen | State::TimeWait => false,
            State::Established => self.socket().send_queue() > 0,
            State::SynSent
            | State::SynReceived
            | State::FinWait1
            | State::FinWait2
            | State::CloseWait
            | State::Closing
            | State::LastAck => true,
        };
        if !waiting {
            self.patience = None;
        } else if heard || self.patience.is_none() {
            self.patience = Some(now + self.bears);
        }
    }

    /// Tells the application of a connection that came up or went down.
    fn report(&mut self, heard: bool, out: &mut Output) {
        match self.state() {
            State::Established | State::CloseWait if !self.up => {
                self.up = true;
                if let (false, Some(((peer, _), _))) = (self.deaf, self.ends()) {
                    out.events.push(StreamEvent::Connected { peer });
                }
            }
            State::Closed if heard => {
                let why = if self.up {
                    StreamEnd::Reset
                } else {
                    StreamEnd::Refused
                };
                // What came before the RST was taken when it came.
                self.end(why, out);
            }
            State::Closed
            | State::Listen
            | State::SynSent
            | State::SynReceived
            | State::Established
            | State::FinWait1
            | State::FinWait2
            | State::CloseWait
            | State::Closing
            | State::LastAck
            | State::TimeWait => {}
        }
    }

    fn take(&mut self) -> Vec<u8> {
        let mut data = Vec::new();
        let socket = self.socket();
        while socket.can_recv() {
            let taken = socket.recv(|bytes| {
                data.extend_from_slice(bytes);
                (bytes.len(), bytes.len())
            });
            if !matches!(taken, Ok(1..)) {
                break;
            }
        }
        data
    }

    /// Moves what fits from the backlog into the socket, and closes behind the last of it.
    fn fill(&mut self) -> bool {
        let socket = self.sockets.get_mut::<Socket<'_>>(self.socket);
        let mut moved = 0;
        if !self.backlog.is_empty() && socket.can_send() {
            moved = socket.send_slice(&self.backlog).unwrap_or(0);
            self.backlog.drain(..moved);
        }
        let close = self.closing && self.backlog.is_empty();
        if close {
            self.closing = false;
            socket.close();
        }
        moved > 0 || close
    }

    /// Answers the partner's FIN with ours: no one here has a use for half a connection.
    fn finish(&mut self, out: &mut Output) -> bool {
        if self.state() != State::CloseWait {
            return false;
        }
        self.end(StreamEnd::Finished, out);
        self.backlog.clear();
        self.closing = false;
        self.socket().close();
        true
    }

    /// The connection is over for the application.
    pub(super) fn end(&mut self, why: StreamEnd, out: &mut Output) {
        if !self.deaf && (self.up || self.active) {
            out.events.push(StreamEvent::Closed(why));
        }
        self.deaf = true;
    }

    /// When something is to be done again, and what.
    pub(super) fn deadline(&mut self, now: Instant) -> Option<(Instant, Reason)> {
        let asked = self
            .interface
            .poll_at(clock(now), &self.sockets)
            .map(|at| Instant::from_micros(u64::try_from(at.total_micros()).unwrap_or(0)));
        let asked = asked.map(|at| if at <= now { now + BREATH } else { at });
        let at = asked.into_iter().chain(self.patience).min()?;
        let reason = if self.acknowledge == Some(at) {
            Reason::TcpAck
        } else if self.state() == State::TimeWait {
            Reason::TcpTimeWait
        } else {
            Reason::TcpSilence
        };
        Some((at, reason))
    }
}

/// Our instant on smoltcp's clock, which counts microseconds too.
fn clock(at: Instant) -> smoltcp::time::Instant {
    smoltcp::time::Instant::from_micros(i64::try_from(at.as_micros()).unwrap_or(i64::MAX / 2))
}
