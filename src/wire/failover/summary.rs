//! What a label of one line says about the failover messages in a TCP segment.

use std::net::Ipv4Addr;

use super::names::{BindingStatus, MessageType, ServerState, option};
use super::raw::{MIN_MESSAGE, header, scan_options};

/// The first message in a segment, read without any allocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// What it is for; `None` where the number is not defined.
    pub kind: Option<MessageType>,
    /// Its transaction id.
    pub xid: u32,
    /// The address that a BNDUPD or BNDACK starts with.
    pub address: Option<Ipv4Addr>,
    /// What that address is used for, in a BNDUPD.
    pub status: Option<BindingStatus>,
    /// The sender's state, in a STATE.
    pub state: Option<ServerState>,
    /// Whether something is refused.
    pub rejected: bool,
    /// How many more messages start in the segment.
    pub more: usize,
}

impl Summary {
    /// What to write on it: `BNDUPD`, `STATE`.
    pub const fn label(&self) -> &'static str {
        match self.kind {
            Some(kind) => kind.name(),
            None => "failover",
        }
    }
}

/// What a segment's bytes start with; `None` where they do not start with a message's header. A
/// segment that goes on with a message of an earlier one may be misread.
pub fn summary(segment: &[u8]) -> Option<Summary> {
    let head = header(segment)?;
    let length = usize::from(head.length);
    if length < MIN_MESSAGE {
        return None;
    }
    let mut found = Summary {
        kind: MessageType::from_number(head.kind),
        xid: head.xid,
        address: None,
        status: None,
        state: None,
        rejected: false,
        more: 0,
    };
    // What is malformed does not change what the message is.
    let _ = scan_options(&segment[..length.min(segment.len())], |option| {
        match (option.code, option.value) {
            (option::ASSIGNED_ADDRESS, &[a, b, c, d]) if found.address.is_none() => {
                found.address = Some([a, b, c, d].into());
            }
            (option::BINDING_STATUS, &[number]) if found.status.is_none() => {
                found.status = BindingStatus::from_number(number);
            }
            (option::SERVER_STATE, &[number]) => found.state = ServerState::from_number(number),
            (option::REJECT_REASON, _) => found.rejected = true,
            _ => {}
        }
    });
    let mut rest = segment.get(length..).unwrap_or_default();
    while let Some(head) = header(rest) {
        found.more += 1;
        rest = rest
            .get(usize::from(head.length).max(MIN_MESSAGE)..)
            .unwrap_or_default();
    }
    Some(found)
}
