//! What a client calls itself: option 61 (RFC 2132 section 9.14, RFC 4361 section 6.1).

use std::fmt;

use serde::{Serialize, Serializer};

use crate::json::{self, FromJson, Read, ToJson, Value, to_text};
use crate::wire::Mac;

/// A client's identifier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ClientId {
    /// Hardware type and address.
    #[default]
    Hardware,
    /// None: servers know it by its card.
    None,
    /// 255, IAID and DUID, as in DHCPv6 (RFC 4361 section 6.1).
    Duid,
    /// These bytes.
    Bytes(Vec<u8>),
}

/// The longest that a scenario may give.
const LONGEST: usize = 64;

impl ClientId {
    /// The value of option 61; empty for none.
    pub(super) fn bytes(&self, mac: Mac) -> Vec<u8> {
        let card = mac.0.as_slice();
        match self {
            Self::Hardware => [&[1], card].concat(),
            Self::None => Vec::new(),
            // The IAID is the card's last four bytes; a DUID of type 3 is its hardware type and
            // address (RFC 8415 section 11.4).
            Self::Duid => [&[255], &card[2..], &[0, 3, 0, 1], card].concat(),
            Self::Bytes(bytes) => bytes.clone(),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "hardware" => Self::Hardware,
            "none" => Self::None,
            "duid" => Self::Duid,
            _ => {
                let pair = |pair: &str| {
                    let plain = pair.len() == 2 && pair.bytes().all(|b| b.is_ascii_hexdigit());
                    plain.then(|| u8::from_str_radix(pair, 16).ok()).flatten()
                };
                let bytes: Vec<u8> = text.split(':').map(pair).collect::<Option<_>>()?;
                // RFC 2132 section 9.14 asks for two bytes at least.
                (2..=LONGEST)
                    .contains(&bytes.len())
                    .then_some(Self::Bytes(bytes))?
            }
        })
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hardware => f.write_str("hardware"),
            Self::None => f.write_str("none"),
            Self::Duid => f.write_str("duid"),
            Self::Bytes(bytes) => {
                for (place, byte) in bytes.iter().enumerate() {
                    let colon = if place > 0 { ":" } else { "" };
                    write!(f, "{colon}{byte:02x}")?;
                }
                Ok(())
            }
        }
    }
}

impl Serialize for ClientId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl ToJson for ClientId {
    fn write(&self) -> Value {
        to_text(self)
    }
}

impl FromJson for ClientId {
    fn blank() -> Self {
        Self::Hardware
    }

    fn read(&mut self, value: &Value) -> Read {
        let known = Self::parse(json::string(value)?);
        *self = known.ok_or_else(|| {
            let allowed = "must be 'hardware', 'none', 'duid' or 2 to 64 bytes such as 01:02:ab";
            json::problem(allowed.to_owned())
        })?;
        Ok(())
    }
}
