//! Messages to bytes.

use super::message::{Body, Connect, ConnectAck, Disconnect, Message, Update, Verdict};
use super::names::option;
use super::raw::{MAX_MESSAGE, MIN_MESSAGE};

/// Why a message cannot be sent: with everything that it says it is longer than 2048 bytes, or
/// one of its options is longer than 65535.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the message would have {0} bytes; 2048 are allowed")]
pub struct TooLong(pub usize);

struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    fn option(&mut self, code: u16, value: &[u8]) {
        let length = u16::try_from(value.len()).unwrap_or(u16::MAX);
        self.bytes.extend(code.to_be_bytes());
        self.bytes.extend(length.to_be_bytes());
        self.bytes.extend(value);
    }

    fn byte(&mut self, code: u16, value: u8) {
        self.option(code, &[value]);
    }

    fn number(&mut self, code: u16, value: u32) {
        self.option(code, &value.to_be_bytes());
    }

    fn numbers(&mut self, values: [(u16, Option<u32>); 4]) {
        for (code, value) in values {
            if let Some(value) = value {
                self.number(code, value);
            }
        }
    }

    fn refusal(&mut self, why: &Disconnect) {
        self.byte(option::REJECT_REASON, why.reason.0);
        self.message(&why.message);
    }

    fn message(&mut self, message: &[u8]) {
        if !message.is_empty() {
            self.option(option::MESSAGE, message);
        }
    }

    /// The order is that of ISC dhcpd.
    fn connect(&mut self, connect: &Connect) {
        self.option(option::RELATIONSHIP, &connect.relationship);
        self.number(option::MAX_UNACKED, connect.max_unacked);
        self.number(option::RECEIVE_TIMER, connect.receive_timer);
        self.option(option::VENDOR_CLASS, &connect.vendor);
        self.byte(option::PROTOCOL_VERSION, connect.version);
        if let Some(tls) = connect.tls {
            self.byte(option::TLS_REQUEST, tls);
        }
        self.number(option::MCLT, connect.mclt);
        self.option(option::HASH_BUCKETS, &connect.buckets);
    }

    fn connect_ack(&mut self, ack: &ConnectAck) {
        self.option(option::RELATIONSHIP, &ack.relationship);
        if let Ok(terms) = &ack.answer {
            self.number(option::MAX_UNACKED, terms.max_unacked);
            self.number(option::RECEIVE_TIMER, terms.receive_timer);
            self.option(option::VENDOR_CLASS, &terms.vendor);
        }
        self.byte(option::PROTOCOL_VERSION, ack.version);
        if let Some(tls) = ack.tls {
            self.byte(option::TLS_REPLY, tls);
        }
        if let Err(why) = &ack.answer {
            self.refusal(why);
        }
    }

    fn update(&mut self, update: &Update) {
        self.option(option::ASSIGNED_ADDRESS, &update.address.octets());
        if update.flags != 0 {
            self.option(option::IP_FLAGS, &update.flags.to_be_bytes());
        }
        if let Some(status) = update.status {
            self.byte(option::BINDING_STATUS, status as u8);
        }
        if let Some(id) = &update.client_id {
            self.option(option::CLIENT_ID, id);
        }
        if let Some(hardware) = &update.hardware {
            let value = [&[hardware.kind], &hardware.address[..]].concat();
            self.option(option::HARDWARE, &value);
        }
        self.numbers([
            (option::LEASE_EXPIRATION, update.lease_expiration),
            (option::POTENTIAL_EXPIRATION, update.potential_expiration),
            (option::START_TIME, update.start),
            (option::LAST_TRANSACTION, update.last_transaction),
        ]);
    }

    fn verdict(&mut self, verdict: &Verdict) {
        self.option(option::ASSIGNED_ADDRESS, &verdict.address.octets());
        if let Some(reason) = verdict.reject {
            self.byte(option::REJECT_REASON, reason.0);
        }
        self.message(&verdict.message);
    }
}

impl Message {
    /// The message's bytes, without a message digest.
    ///
    /// # Errors
    /// Where it would be longer than the draft allows.
    pub fn encode(&self) -> Result<Vec<u8>, TooLong> {
        let mut writer = Writer {
            bytes: vec![0; MIN_MESSAGE],
        };
        let kind = if let Body::Unknown(number) = self.body {
            number
        } else {
            self.body.kind().map_or(0, |kind| kind as u8)
        };
        match &self.body {
            Body::PoolResp(count) => writer.number(option::ADDRESSES_TRANSFERRED, *count),
            Body::BndUpd(updates) => updates.iter().for_each(|update| writer.update(update)),
            Body::BndAck(verdicts) => verdicts.iter().for_each(|one| writer.verdict(one)),
            Body::Connect(connect) => writer.connect(connect),
            Body::ConnectAck(ack) => writer.connect_ack(ack),
            Body::State(report) => {
                writer.byte(option::SERVER_STATE, report.state as u8);
                writer.byte(option::SERVER_FLAGS, report.startup.into());
                writer.number(option::START_TIME, report.since);
            }
            Body::Disconnect(why) => writer.refusal(why),
            Body::PoolReq
            | Body::UpdReqAll
            | Body::UpdDone
            | Body::UpdReq
            | Body::Contact
            | Body::Unknown(_) => {}
        }
        let mut bytes = writer.bytes;
        let length = u16::try_from(bytes.len())
            .ok()
            .filter(|length| usize::from(*length) <= MAX_MESSAGE)
            .ok_or(TooLong(bytes.len()))?;
        let [high, low] = length.to_be_bytes();
        bytes[..4].copy_from_slice(&[high, low, kind, 12]);
        bytes[4..8].copy_from_slice(&self.time.to_be_bytes());
        bytes[8..12].copy_from_slice(&self.xid.to_be_bytes());
        Ok(bytes)
    }
}
