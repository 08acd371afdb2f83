//! Bytes to messages.

use std::net::Ipv4Addr;

use super::message::{
    Body, Connect, ConnectAck, Disconnect, Hardware, Message, StateReport, Terms, Update, Verdict,
};
use super::names::{BindingStatus, MessageType, RejectReason, ServerState, option};
use super::raw::{BadMessage, Header, RawOption, scan_options};

/// Options that belong together: of a message, or of one address in it.
struct Set<'a> {
    kind: MessageType,
    options: &'a [RawOption<'a>],
}

impl<'a> Set<'a> {
    fn get(&self, code: u16) -> Option<&RawOption<'a>> {
        self.options.iter().find(|option| option.code == code)
    }

    fn bytes(&self, code: u16) -> Option<Vec<u8>> {
        self.get(code).map(|option| option.value.to_vec())
    }

    /// The lengths have been checked.
    fn number(&self, code: u16) -> Option<u32> {
        let value = self.get(code)?.value;
        Some(
            value
                .iter()
                .fold(0, |number, byte| (number << 8) | u32::from(*byte)),
        )
    }

    fn byte(&self, code: u16) -> Option<u8> {
        self.get(code)?.value.first().copied()
    }

    fn need<T>(&self, code: u16, value: Option<T>) -> Result<T, BadMessage> {
        value.ok_or(BadMessage::Missing {
            kind: self.kind,
            code,
        })
    }

    /// Refuses what is there twice (section 6.2) or cannot be that long.
    fn check(&self) -> Result<(), BadMessage> {
        for (place, option) in self.options.iter().enumerate() {
            let (code, at) = (option.code, option.at);
            let length = option.value.len();
            let fits = match code {
                option::IP_FLAGS => matches!(length, 1 | 2),
                option::HARDWARE => length >= 1,
                _ => option::length(code).is_none_or(|fixed| fixed == length),
            };
            if !fits {
                return Err(BadMessage::OptionLength { code, at, length });
            }
            if option::name(code).is_some()
                && self.options[..place].iter().any(|other| other.code == code)
            {
                return Err(BadMessage::Twice { code, at });
            }
        }
        Ok(())
    }

    fn disconnect(&self) -> Option<Disconnect> {
        Some(Disconnect {
            reason: RejectReason(self.byte(option::REJECT_REASON)?),
            message: self.bytes(option::MESSAGE).unwrap_or_default(),
        })
    }

    fn terms(&self) -> Result<Terms, BadMessage> {
        use option::{MAX_UNACKED, RECEIVE_TIMER, VENDOR_CLASS};
        Ok(Terms {
            max_unacked: self.need(MAX_UNACKED, self.number(MAX_UNACKED))?,
            receive_timer: self.need(RECEIVE_TIMER, self.number(RECEIVE_TIMER))?,
            vendor: self.need(VENDOR_CLASS, self.bytes(VENDOR_CLASS))?,
        })
    }

    fn connect(&self) -> Result<Connect, BadMessage> {
        use option::{HASH_BUCKETS, MCLT, PROTOCOL_VERSION, RELATIONSHIP};
        let terms = self.terms()?;
        let buckets = self.get(HASH_BUCKETS);
        let buckets = buckets.and_then(|option| option.value.first_chunk().copied());
        Ok(Connect {
            relationship: self.need(RELATIONSHIP, self.bytes(RELATIONSHIP))?,
            max_unacked: terms.max_unacked,
            receive_timer: terms.receive_timer,
            vendor: terms.vendor,
            version: self.need(PROTOCOL_VERSION, self.byte(PROTOCOL_VERSION))?,
            tls: self.byte(option::TLS_REQUEST),
            mclt: self.need(MCLT, self.number(MCLT))?,
            buckets: self.need(HASH_BUCKETS, buckets)?,
        })
    }

    fn connect_ack(&self) -> Result<ConnectAck, BadMessage> {
        use option::{PROTOCOL_VERSION, RELATIONSHIP};
        let answer = match self.disconnect() {
            Some(why) => Err(why),
            None => Ok(self.terms()?),
        };
        Ok(ConnectAck {
            relationship: self.need(RELATIONSHIP, self.bytes(RELATIONSHIP))?,
            version: self.need(PROTOCOL_VERSION, self.byte(PROTOCOL_VERSION))?,
            tls: self.byte(option::TLS_REPLY),
            answer,
        })
    }

    fn state(&self) -> Result<StateReport, BadMessage> {
        use option::{SERVER_FLAGS, SERVER_STATE, START_TIME};
        let found = self.need(SERVER_STATE, self.get(SERVER_STATE))?;
        let number = found.value.first().copied().unwrap_or_default();
        let undefined = BadMessage::OptionValue {
            code: SERVER_STATE,
            at: found.at,
            value: number,
        };
        Ok(StateReport {
            state: ServerState::from_number(number).ok_or(undefined)?,
            startup: self.need(SERVER_FLAGS, self.byte(SERVER_FLAGS))? & 1 == 1,
            since: self.need(START_TIME, self.number(START_TIME))?,
        })
    }

    fn update(&self) -> Update {
        let hardware = self.get(option::HARDWARE).and_then(|option| {
            let (kind, address) = option.value.split_first()?;
            Some(Hardware {
                kind: *kind,
                address: address.to_vec(),
            })
        });
        Update {
            address: self.address(),
            status: self
                .byte(option::BINDING_STATUS)
                .and_then(BindingStatus::from_number),
            flags: self
                .number(option::IP_FLAGS)
                .and_then(|flags| u16::try_from(flags).ok())
                .unwrap_or_default(),
            client_id: self.bytes(option::CLIENT_ID),
            hardware,
            lease_expiration: self.number(option::LEASE_EXPIRATION),
            potential_expiration: self.number(option::POTENTIAL_EXPIRATION),
            start: self.number(option::START_TIME),
            last_transaction: self.number(option::LAST_TRANSACTION),
        }
    }

    fn verdict(&self) -> Verdict {
        Verdict {
            address: self.address(),
            reject: self.byte(option::REJECT_REASON).map(RejectReason),
            message: self.bytes(option::MESSAGE).unwrap_or_default(),
        }
    }

    fn address(&self) -> Ipv4Addr {
        self.number(option::ASSIGNED_ADDRESS)
            .unwrap_or_default()
            .into()
    }

    /// The options of each address, which start with the address (section 6.3).
    fn transactions(&self) -> Result<Vec<Self>, BadMessage> {
        const ADDRESS: u16 = option::ASSIGNED_ADDRESS;
        let starts_here = |option: &RawOption<'_>| option.code == ADDRESS;
        let first = self.need(ADDRESS, self.options.iter().position(starts_here))?;
        let (common, mut rest) = self.options.split_at(first);
        let set = |options| Self {
            kind: self.kind,
            options,
        };
        set(common).check()?;
        let mut all = Vec::new();
        while let Some((_, behind)) = rest.split_first() {
            let length = behind.iter().position(starts_here).unwrap_or(behind.len()) + 1;
            let (own, others) = rest.split_at(length);
            set(own).check()?;
            all.push(set(own));
            rest = others;
        }
        Ok(all)
    }
}

/// Reads one whole message.
///
/// # Errors
/// What is malformed, and where: the connection is to be closed.
pub fn decode(bytes: &[u8]) -> Result<Message, BadMessage> {
    let mut options = Vec::new();
    let Header {
        kind, time, xid, ..
    } = scan_options(bytes, |option| options.push(option))?;
    let digest = options
        .iter()
        .any(|option| option.code == option::MESSAGE_DIGEST);
    let body = match MessageType::from_number(kind) {
        Some(kind) => body(kind, &options)?,
        None if kind < 128 => return Err(BadMessage::UnknownType(kind)),
        None => Body::Unknown(kind),
    };
    Ok(Message {
        time,
        xid,
        digest,
        body,
    })
}

fn body(kind: MessageType, options: &[RawOption<'_>]) -> Result<Body, BadMessage> {
    let set = Set { kind, options };
    if !matches!(kind, MessageType::BndUpd | MessageType::BndAck) {
        set.check()?;
    }
    Ok(match kind {
        MessageType::PoolReq => Body::PoolReq,
        MessageType::PoolResp => {
            let code = option::ADDRESSES_TRANSFERRED;
            Body::PoolResp(set.need(code, set.number(code))?)
        }
        MessageType::BndUpd => Body::BndUpd(set.transactions()?.iter().map(Set::update).collect()),
        MessageType::BndAck => Body::BndAck(set.transactions()?.iter().map(Set::verdict).collect()),
        MessageType::Connect => Body::Connect(Box::new(set.connect()?)),
        MessageType::ConnectAck => Body::ConnectAck(set.connect_ack()?),
        MessageType::UpdReqAll => Body::UpdReqAll,
        MessageType::UpdDone => Body::UpdDone,
        MessageType::UpdReq => Body::UpdReq,
        MessageType::State => Body::State(set.state()?),
        MessageType::Contact => Body::Contact,
        MessageType::Disconnect => {
            Body::Disconnect(set.need(option::REJECT_REASON, set.disconnect())?)
        }
    })
}
