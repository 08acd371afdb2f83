//! Messages out of a byte stream.

use super::decode::decode;
use super::message::Message;
use super::raw::{BadMessage, MAX_MESSAGE, MIN_MESSAGE};

/// What is wrong with a stream, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the message at byte {at} of the stream: {why}")]
pub struct BadStream {
    /// Where the message starts in the stream.
    pub at: u64,
    /// What is wrong with it.
    pub why: BadMessage,
}

/// Cuts one direction of a TCP connection into messages. It holds back less than one message, at
/// most 2048 bytes beside what it was last handed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decoder {
    waiting: Vec<u8>,
    /// Where the first waiting byte stands in the stream.
    at: u64,
    /// Behind an error no boundary can be trusted.
    broken: Option<BadStream>,
}

impl Decoder {
    /// Takes the next bytes of the stream, in pieces of any size.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.broken.is_none() {
            self.waiting.extend(bytes);
        }
    }

    /// The next message that is there as a whole.
    ///
    /// # Errors
    /// What is malformed, again at each call: the connection is to be closed.
    pub fn next_message(&mut self) -> Option<Result<Message, BadStream>> {
        if let Some(error) = self.broken {
            return Some(Err(error));
        }
        let said = u16::from_be_bytes(*self.waiting.first_chunk()?);
        let length = usize::from(said);
        let result = if (MIN_MESSAGE..=MAX_MESSAGE).contains(&length) {
            decode(self.waiting.get(..length)?)
        } else {
            Err(BadMessage::Length(said))
        };
        Some(match result {
            Ok(message) => {
                self.waiting.drain(..length);
                self.at += u64::from(said);
                Ok(message)
            }
            Err(why) => {
                let error = BadStream { at: self.at, why };
                self.broken = Some(error);
                self.waiting = Vec::new();
                Err(error)
            }
        })
    }

    /// How many bytes of a message that is not complete yet are held back.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }
}
