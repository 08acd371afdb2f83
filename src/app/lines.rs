//! The ladder as the page shows it: which rows, and what each says in a few words.

use crate::dhcp::failover::State;
use crate::dhcp::{ClientNote, Note, OfferEnd, ServerNote, Silence, failover};
use crate::lesson::tell;
use crate::net::NetNote;
use crate::scenario::NodeId;
use crate::sim::{Entry, EventId, What};
use crate::text::{Sentence, Texts};
use crate::time::{Duration, Instant};
use crate::view::ladder::Row;
use crate::wire::failover::RejectReason;

use super::session::Session;

/// A word or two at a node's line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Mark {
    /// The entry that it tells of.
    pub(crate) id: EventId,
    /// When.
    pub(crate) at: Instant,
    /// At whose line.
    pub(crate) node: NodeId,
    /// The text's key, or the text itself where that is a name.
    pub(crate) text: Short,
    /// The whole sentence, where there is one.
    pub(crate) sentence: Option<Sentence>,
}

/// The few words of a [`Mark`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Short {
    /// A state's name, the same in every language.
    State(&'static str),
    /// A text by its key, with an address.
    Text(&'static str, String),
    /// Why a server says nothing.
    Silence(&'static str),
}

/// A line of the ladder.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Line {
    /// A message: its place among the ladder's.
    Message(usize),
    /// What was done to the network.
    Done(EventId, Sentence),
    /// What nodes made of it, one mark a node.
    Marks(Vec<Mark>),
    /// A while in which nothing was shown, before the line of this entry.
    Gap(EventId, Duration),
}

/// The shortest silence between two lines that is marked.
const GAP: Duration = Duration::from_secs(60);
/// Marks stand beside each other from this part of the ladder's width on: a third.
const WIDEST: usize = 3;

/// The last lines before the playhead, and whether there are more before them.
pub(crate) fn lines(session: &Session) -> (Vec<Line>, bool) {
    let ladder = session.ladder();
    let written = session.key().written;
    let is_past = |row: &Row| match row {
        Row::Message(place) => ladder.messages()[*place].id.index() < written,
        Row::Event(id) => id.index() < written,
        Row::Gap(_) => false,
    };
    let rows = ladder.rows();
    let end = rows.iter().rposition(is_past).map_or(0, |last| last + 1);
    let filter = session.filter();
    let is_shown = |row: &Row| match row {
        Row::Message(place) => filter.shows(&ladder.messages()[*place].summary.what),
        Row::Event(_) => true,
        Row::Gap(_) => false,
    };
    let began = session.ladder_begins();
    let at = |row: &Row| match row {
        Row::Message(place) => Some(ladder.messages()[*place].at),
        Row::Event(id) => session.journal().get(*id).map(|entry| entry.at),
        Row::Gap(_) => None,
    };
    let is_recent = |row: &Row| at(row).is_none_or(|at| at >= began);
    let recent = (0..end).rev().take_while(|at| is_recent(&rows[*at]));
    let shown = recent.filter(|at| is_shown(&rows[*at]));
    let (mut start, mut count) = (end, 0);
    for place in shown.take(session.lines()) {
        (start, count) = (place, count + 1);
    }
    // Those before will be there in a moment.
    let brief = session.brief().is_some() && count == session.lines();
    let more = start > 0 || ladder.start() > 0;
    let mut page = Page {
        session,
        lines: Vec::new(),
        // What came before the first line that is shown is no silence.
        last: if began > Instant::ZERO && !brief {
            Some(began)
        } else {
            rows[start..end].iter().find_map(at).filter(|_| more)
        },
    };
    for row in &rows[start..end] {
        page.add(row);
    }
    (page.lines, more && !brief)
}

/// The lines so far.
struct Page<'a> {
    session: &'a Session,
    lines: Vec<Line>,
    last: Option<Instant>,
}

impl Page<'_> {
    fn add(&mut self, row: &Row) {
        match row {
            // Silences are counted between the lines that are shown.
            Row::Gap(_) => {}
            Row::Message(place) => {
                let message = &self.session.ladder().messages()[*place];
                if self.session.filter().shows(&message.summary.what) {
                    self.push(message.at, message.id, Line::Message(*place));
                }
            }
            Row::Event(id) => self.event(*id),
        }
    }

    fn push(&mut self, at: Instant, id: EventId, line: Line) {
        let silence = at.since(self.last.unwrap_or_default());
        if silence >= GAP {
            self.lines.push(Line::Gap(id, silence));
        }
        self.last = Some(at);
        self.lines.push(line);
    }

    fn event(&mut self, id: EventId) {
        let journal = self.session.journal();
        let Some(entry) = journal.get(id) else { return };
        match &entry.what {
            What::Command(_) | What::Ended(_) => {
                if let Some(sentence) = tell(self.session.scenario(), journal, id) {
                    self.push(entry.at, id, Line::Done(id, sentence));
                }
            }
            What::Dhcp(note) => self.noted(id, entry, short(self.session.texts(), note)),
            What::Net(note) => self.noted(id, entry, short_net(note)),
            What::InVain(_)
            | What::Power(_)
            | What::Software(_)
            | What::Carrier { .. }
            | What::Sent { .. }
            | What::Flooded { .. }
            | What::Received { .. }
            | What::Dropped { .. }
            | What::Fired { .. } => {}
        }
    }

    fn noted(&mut self, id: EventId, entry: &Entry, text: Option<Short>) {
        let (Some(node), Some(text)) = (entry.node, text) else {
            return;
        };
        let mark = Mark {
            id,
            at: entry.at,
            node,
            text,
            sentence: tell(self.session.scenario(), self.session.journal(), id),
        };
        self.mark(entry, mark);
    }

    /// Puts a mark beside the last ones, where none of them is near its place; a state that was
    /// left at once is not shown.
    fn mark(&mut self, entry: &Entry, mark: Mark) {
        let near = self.last.is_some_and(|last| entry.at.since(last) < GAP);
        if let (Some(Line::Marks(marks)), true) = (self.lines.last_mut(), near) {
            let lanes = self.session.lanes();
            let lane = lanes.of(mark.node);
            let is_far = |known: &Mark| {
                let places = lanes.of(known.node).zip(lane);
                places.is_some_and(|(a, b)| a.abs_diff(b) * WIDEST >= lanes.owners().len())
            };
            let room = marks.iter().all(is_far);
            let own = marks.iter_mut().find(|known| lanes.of(known.node) == lane);
            match own {
                None if room => {
                    marks.push(mark);
                    self.last = Some(entry.at);
                    return;
                }
                Some(known) if known.is_left_at_once(&mark) => {
                    *known = mark;
                    return;
                }
                None | Some(_) => {}
            }
        }
        self.push(entry.at, mark.id, Line::Marks(vec![mark]));
    }
}

impl Mark {
    fn is_left_at_once(&self, next: &Self) -> bool {
        self.node == next.node
            && self.at == next.at
            && matches!((&self.text, &next.text), (Short::State(_), Short::State(_)))
    }
}

/// A note in a few words; nothing for what a message or a state beside it says as well.
fn short(words: &Texts, note: &Note) -> Option<Short> {
    let text = |key, address: std::net::Ipv4Addr| Some(Short::Text(key, address.to_string()));
    match note {
        Note::Client(note) => match *note {
            ClientNote::State { to, .. } => Some(Short::State(to.name())),
            ClientNote::Expired { address } => text("mark.expired", address),
            ClientNote::Conflict { address, .. } => text("mark.conflict", address),
            ClientNote::Defended { address, .. } => text("mark.defended", address),
            ClientNote::GaveUp { .. } => Some(Short::Text("mark.gave-up", String::new())),
            ClientNote::KeptLease { address } => text("mark.kept-lease", address),
            ClientNote::Forgot { address } => text("mark.forgot", address),
            ClientNote::LinkLocal { address } => text("mark.link-local", address),
            ClientNote::Ipv6Only { .. } => Some(Short::Text("mark.ipv6-only", String::new())),
            ClientNote::Leased { .. }
            | ClientNote::Informed { .. }
            | ClientNote::Selected { .. }
            | ClientNote::Released { .. }
            | ClientNote::KeptAfterRelease { .. }
            | ClientNote::Ignored { .. } => None,
        },
        Note::Server(note) => match *note {
            ServerNote::Pinging { address, .. } => text("mark.pinging", address),
            ServerNote::Abandoned { address } => text("mark.abandoned", address),
            ServerNote::Held { address, .. } => text("mark.held", address),
            ServerNote::OfferEnded {
                address,
                why: OfferEnd::OtherServer | OfferEnd::TimeOut,
            } => text("mark.freed", address),
            ServerNote::OfferEnded {
                why: OfferEnd::Replaced,
                ..
            } => None,
            ServerNote::Committed { address, .. } => text("mark.committed", address),
            ServerNote::Expired { address, .. } => text("mark.expired", address),
            ServerNote::Released {
                address, withheld, ..
            } => text(
                if withheld.is_some() {
                    "mark.given-back"
                } else {
                    "mark.freed"
                },
                address,
            ),
            ServerNote::Declined { address, .. } => text("mark.abandoned", address),
            ServerNote::QuarantineEnded { address } => text("mark.freed", address),
            ServerNote::Refused { .. } => Some(Short::Text("mark.refused", String::new())),
            ServerNote::Silent { why, .. } => Some(Short::Silence(silence(why))),
        },
        Note::Relay(_) => Some(Short::Text("mark.relay-dropped", String::new())),
        Note::Failover(note) => match note {
            failover::Note::State { to, .. } => Some(Short::State(short_state(*to))),
            failover::Note::Limited { granted, .. } => {
                Some(Short::Text("mark.limited", words.duration(*granted)))
            }
            failover::Note::Refused {
                reason: RejectReason::FATAL_CONFLICT,
                address,
            } => text("mark.conflict", *address),
            failover::Note::Disconnected { .. }
            | failover::Note::PartnerState { .. }
            | failover::Note::CommunicationsOk { .. }
            | failover::Note::Malformed { .. }
            | failover::Note::Unexpected { .. }
            | failover::Note::Taken { .. }
            | failover::Note::Refused { .. }
            | failover::Note::RefusedByPartner { .. }
            | failover::Note::Acknowledged { .. }
            | failover::Note::Balanced { .. }
            | failover::Note::Waits { .. }
            | failover::Note::CommandIgnored { .. } => None,
        },
    }
}

/// A state of failover where there is little room.
pub(crate) fn short_state(state: State) -> &'static str {
    match state {
        State::CommunicationsInterrupted => "COMM-INTERRUPTED",
        State::ResolutionInterrupted => "RES-INTERRUPTED",
        State::Startup
        | State::Normal
        | State::PartnerDown
        | State::PotentialConflict
        | State::Recover
        | State::RecoverWait
        | State::RecoverDone
        | State::ConflictDone
        | State::Paused
        | State::Shutdown => state.name(),
    }
}

/// What a host's stack had to give up, in a few words.
fn short_net(note: &NetNote) -> Option<Short> {
    match note {
        NetNote::Unreachable { address } => {
            Some(Short::Text("mark.unreachable", address.to_string()))
        }
        NetNote::Malformed { .. } => Some(Short::Text("mark.malformed", String::new())),
        NetNote::Neighbour { .. } | NetNote::Configured { .. } | NetNote::Deconfigured { .. } => {
            None
        }
    }
}

fn silence(why: Silence) -> &'static str {
    match why {
        Silence::OtherServer => "mark.silent.other-server",
        Silence::UnknownClient => "mark.silent.unknown-client",
        Silence::PoolExhausted => "mark.silent.pool-exhausted",
        Silence::NoSubnet => "mark.silent.no-subnet",
        Silence::Pinging => "mark.silent.pinging",
        Silence::NotHolder => "mark.silent.not-holder",
        Silence::NotForServers | Silence::Unsupported => "mark.silent.unsupported",
        Silence::PartnersClient => "mark.silent.partners-client",
        Silence::FailoverState | Silence::Withheld => "mark.silent.failover",
    }
}
