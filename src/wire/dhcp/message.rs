//! The message itself: the fixed fields and its options.

use std::net::Ipv4Addr;

use super::raw::{BadMessage, FIXED, MAGIC_COOKIE, scan};
use super::{MessageType, Options, code};
use crate::wire::Mac;

/// Who speaks: a client or a server (RFC 2131 section 2, field `op`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// A client's message.
    Request,
    /// A server's message.
    Reply,
}

/// A DHCP message (RFC 2131 figure 1). `sname` and `file` are not kept: the engine has no use
/// for them beyond the options that overload puts there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Request or reply.
    pub op: Op,
    /// Hardware type, 1 for Ethernet.
    pub htype: u8,
    /// Length of the hardware address, at most 16.
    pub hlen: u8,
    /// How many relay agents it has passed.
    pub hops: u8,
    /// Transaction id, chosen by the client.
    pub xid: u32,
    /// Seconds since the client began.
    pub secs: u16,
    /// The broadcast flag, the only flag there is: the client cannot yet receive unicast.
    pub broadcast: bool,
    /// The client's own address, if it can already answer ARP for it.
    pub ciaddr: Ipv4Addr,
    /// "Your" address: what the server gives.
    pub yiaddr: Ipv4Addr,
    /// The next server to boot from.
    pub siaddr: Ipv4Addr,
    /// The relay agent's address.
    pub giaddr: Ipv4Addr,
    /// The client's hardware address, `hlen` bytes of it.
    pub chaddr: [u8; 16],
    /// Its options, the message type (53) among them.
    pub options: Options,
}

impl Message {
    /// An empty message of an Ethernet client, with its message type.
    pub fn new(op: Op, kind: MessageType, xid: u32, client: Mac) -> Self {
        let mut chaddr = [0; 16];
        chaddr[..6].copy_from_slice(&client.0);
        let mut options = Options::new();
        options.push_raw(code::MESSAGE_TYPE, &[kind.number()]);
        Self {
            op,
            htype: 1,
            hlen: 6,
            hops: 0,
            xid,
            secs: 0,
            broadcast: false,
            ciaddr: Ipv4Addr::UNSPECIFIED,
            yiaddr: Ipv4Addr::UNSPECIFIED,
            siaddr: Ipv4Addr::UNSPECIFIED,
            giaddr: Ipv4Addr::UNSPECIFIED,
            chaddr,
            options,
        }
    }

    /// Reads a message. Whatever the bytes, this ends in a message or an error.
    ///
    /// # Errors
    /// [`BadMessage`] where a field or an option is malformed or the message type is missing or
    /// unknown.
    pub fn parse(bytes: &[u8]) -> Result<Self, BadMessage> {
        let mut options = Options::new();
        scan(bytes, |option| {
            if !matches!(option.code, code::PAD | code::END) {
                options.push_raw(option.code, option.value);
            }
        })?;
        options.check_lengths()?;
        let [kind] = options
            .get(code::MESSAGE_TYPE)
            .ok_or(BadMessage::NoMessageType)?
        else {
            return Err(BadMessage::NoMessageType);
        };
        MessageType::from_number(*kind).ok_or(BadMessage::UnknownMessageType(*kind))?;
        let word = |at: usize| [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
        let mut chaddr = [0; 16];
        chaddr.copy_from_slice(&bytes[28..44]);
        Ok(Self {
            op: if bytes[0] == 1 {
                Op::Request
            } else {
                Op::Reply
            },
            htype: bytes[1],
            hlen: bytes[2],
            hops: bytes[3],
            xid: u32::from_be_bytes(word(4)),
            secs: u16::from_be_bytes([bytes[8], bytes[9]]),
            broadcast: bytes[10] & 0x80 != 0,
            ciaddr: word(12).into(),
            yiaddr: word(16).into(),
            siaddr: word(20).into(),
            giaddr: word(24).into(),
            chaddr,
            options,
        })
    }

    /// How many bytes it has: at least the 300 that BOOTP relay agents expect (RFC 1542 section 2.1).
    pub fn size(&self) -> usize {
        const BOOTP: usize = 300;
        (FIXED + MAGIC_COOKIE.len() + self.options.size()).max(BOOTP)
    }

    /// Its bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0; self.size()];
        self.write(&mut bytes);
        bytes
    }

    /// Writes its bytes into a room of [`Message::size`] zeros.
    pub fn write(&self, bytes: &mut [u8]) {
        bytes[0] = match self.op {
            Op::Request => 1,
            Op::Reply => 2,
        };
        bytes[1..4].copy_from_slice(&[self.htype, self.hlen, self.hops]);
        bytes[4..8].copy_from_slice(&self.xid.to_be_bytes());
        bytes[8..10].copy_from_slice(&self.secs.to_be_bytes());
        bytes[10] = if self.broadcast { 0x80 } else { 0 };
        bytes[12..16].copy_from_slice(&self.ciaddr.octets());
        bytes[16..20].copy_from_slice(&self.yiaddr.octets());
        bytes[20..24].copy_from_slice(&self.siaddr.octets());
        bytes[24..28].copy_from_slice(&self.giaddr.octets());
        bytes[28..44].copy_from_slice(&self.chaddr);
        let (cookie, options) = bytes[FIXED..].split_at_mut(MAGIC_COOKIE.len());
        cookie.copy_from_slice(&MAGIC_COOKIE);
        self.options.write(options);
    }

    /// Its message type. Every message that was parsed or made with [`Message::new`] has one.
    pub fn kind(&self) -> Option<MessageType> {
        match self.options.get(code::MESSAGE_TYPE)? {
            [number] => MessageType::from_number(*number),
            _ => None,
        }
    }

    /// The hardware address, as long as `hlen` says.
    pub fn hardware(&self) -> &[u8] {
        &self.chaddr[..usize::from(self.hlen).min(16)]
    }

    /// The hardware address of an Ethernet client; zero for another kind of network.
    pub fn mac(&self) -> Mac {
        self.hardware().try_into().map_or(Mac::ZERO, Mac)
    }
}

#[cfg(test)]
#[path = "message_tests.rs"]
mod tests;
