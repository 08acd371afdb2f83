//! What a connection was given since it began.

use std::net::Ipv4Addr;
use std::rc::Rc;

use super::resume::Resume;
use crate::time::Instant;
use crate::wire::frame::Frame;

/// One thing that it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Op {
    /// Wait for a SYN to this port.
    Listen(u16),
    /// Send a SYN.
    Connect {
        /// Our address and port.
        from: (Ipv4Addr, u16),
        /// The partner's.
        to: (Ipv4Addr, u16),
        /// Only to knock: no one waits for long.
        knock: bool,
    },
    /// Go on from here: what it was given before is no longer needed.
    Resume(Box<Resume>),
    /// A segment came in. The journal has the same frame.
    Segment(Frame),
    /// Bytes to send.
    Send(Rc<[u8]>),
    /// Close behind the last of them.
    Close,
    /// Break off.
    Abort,
    /// The deadline was due.
    Timer,
}

/// How many entries a chunk has. Copies share the chunks that are full.
const CHUNK: usize = 128;

type Given = (Instant, Op);

/// A list that is cheap to copy and only ever grows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Log {
    full: Vec<Rc<[Given]>>,
    tail: Vec<Given>,
}

impl Log {
    pub(super) fn push(&mut self, at: Instant, op: Op) {
        self.tail.push((at, op));
        if self.tail.len() == CHUNK {
            self.full.push(self.tail.drain(..).collect());
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Given> {
        self.full
            .iter()
            .flat_map(|chunk| chunk.iter())
            .chain(&self.tail)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.full.is_empty() && self.tail.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.full.len() * CHUNK + self.tail.len()
    }
}
