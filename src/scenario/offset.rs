//! How wrong a clock is, as scenario files write it.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::json::{FromJson, Read, ToJson, Value, from_text, to_text};
use crate::time::Duration;

/// By how many seconds a clock is ahead of the right time; behind it where negative. A file writes
/// `30s`, `5m` or `-5m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offset(pub i32);

impl Offset {
    /// The most that a clock may be wrong by: ten years.
    pub const MOST: i32 = 3_650 * 86_400;
}

/// Why a text is not an offset.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' is not how wrong a clock can be: write whole seconds up to ten years, such as 5m or -30s"
)]
pub struct BadOffset(String);

impl FromStr for Offset {
    type Err = BadOffset;

    fn from_str(text: &str) -> Result<Self, BadOffset> {
        let bad = || BadOffset(text.chars().take(40).collect());
        let (sign, length) = text
            .strip_prefix('-')
            .map_or((1, text), |length| (-1, length));
        let length: Duration = length.parse().map_err(|_| bad())?;
        let whole = length == Duration::from_secs(length.as_secs());
        i32::try_from(length.as_secs())
            .ok()
            .filter(|seconds| whole && *seconds <= Self::MOST)
            .map(|seconds| Self(sign * seconds))
            .ok_or_else(bad)
    }
}

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let length = Duration::from_secs(u64::from(self.0.unsigned_abs()));
        write!(f, "{sign}{length}")
    }
}

impl Serialize for Offset {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromJson for Offset {
    fn blank() -> Self {
        Self(0)
    }

    fn read(&mut self, value: &Value) -> Read {
        from_text(self, value)
    }
}

impl ToJson for Offset {
    fn write(&self) -> Value {
        to_text(self)
    }
}
