//! How the kinds of values are read that settings are made of.

use std::fmt::Display;
use std::net::Ipv4Addr;
use std::str::FromStr;

use serde_json::Number;

use super::{FromJson, Problem, Read, ToJson, Value, below, problem, text, wrong};
use crate::map::Map;

/// Reads what a file has as text, such as an address or a length of time.
///
/// # Errors
/// A value that is no text, or what the type says of it.
pub(crate) fn from_text<T>(place: &mut T, value: &Value) -> Read
where
    T: FromStr,
    T::Err: Display,
{
    match string(value)?.parse() {
        Ok(read) => {
            *place = read;
            Ok(())
        }
        Err(error) => Err(problem(error.to_string())),
    }
}

/// What a file has as text.
pub(crate) fn to_text(value: &dyn Display) -> Value {
    Value::from(value.to_string())
}

/// A value that has to be text.
pub(crate) fn string(value: &Value) -> Result<&str, Box<Problem>> {
    match value {
        Value::String(text) => Ok(text),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Err(wrong(value, "a string"))
        }
    }
}

/// A whole number, not negative and at most `most`.
fn number(value: &Value, most: u64) -> Result<u64, Box<Problem>> {
    let Value::Number(number) = value else {
        return Err(wrong(value, &up_to(most)));
    };
    let whole = number.as_u64().filter(|number| *number <= most);
    whole.ok_or_else(|| out_of_range(number, value, &up_to(most)))
}

fn up_to(most: u64) -> String {
    format!("a whole number from 0 to {most}")
}

fn out_of_range(number: &Number, value: &Value, kind: &str) -> Box<Problem> {
    if number.is_f64() {
        return wrong(value, kind);
    }
    problem(format!(
        "invalid value: integer `{}`, expected {kind}",
        text(value)
    ))
}

/// A list: `each` gets its values one after the other.
fn list(value: &Value, kind: &str, each: &mut dyn FnMut(usize, &Value) -> Read) -> Read {
    let Value::Array(values) = value else {
        return Err(wrong(value, kind));
    };
    for (place, value) in values.iter().enumerate() {
        each(place, value).map_err(|problem| below(&format!("[{place}]"), problem))?;
    }
    Ok(())
}

macro_rules! whole {
    ($($kind:ident)*) => {$(
        impl FromJson for $kind {
            fn blank() -> Self {
                0
            }

            fn read(&mut self, value: &Value) -> Read {
                let whole = number(value, $kind::MAX.into())?;
                // It was held against the largest that there is.
                *self = whole.try_into().unwrap_or_default();
                Ok(())
            }
        }

        impl ToJson for $kind {
            fn write(&self) -> Value {
                Value::from(*self)
            }
        }
    )*};
}

whole! { u8 u16 u32 u64 }

impl FromJson for bool {
    fn blank() -> Self {
        false
    }

    fn read(&mut self, value: &Value) -> Read {
        *self = value
            .as_bool()
            .ok_or_else(|| wrong(value, "true or false"))?;
        Ok(())
    }
}

impl FromJson for String {
    fn blank() -> Self {
        Self::new()
    }

    fn read(&mut self, value: &Value) -> Read {
        string(value)?.clone_into(self);
        Ok(())
    }
}

impl FromJson for Ipv4Addr {
    fn blank() -> Self {
        Self::UNSPECIFIED
    }

    fn read(&mut self, value: &Value) -> Read {
        from_text(self, value)
    }
}

/// A value as it stands.
impl FromJson for Value {
    fn blank() -> Self {
        Self::Null
    }

    fn read(&mut self, value: &Value) -> Read {
        self.clone_from(value);
        Ok(())
    }
}

impl<T: FromJson> FromJson for Option<T> {
    fn blank() -> Self {
        None
    }

    fn read(&mut self, value: &Value) -> Read {
        *self = None;
        if value.is_null() {
            return Ok(());
        }
        self.insert(T::blank()).read(value)
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn blank() -> Self {
        Self::new()
    }

    fn read(&mut self, value: &Value) -> Read {
        self.clear();
        list(value, "a list", &mut |_, value| {
            let mut read = T::blank();
            read.read(value)?;
            self.push(read);
            Ok(())
        })
    }
}

impl<T: FromJson, const N: usize> FromJson for [T; N] {
    fn blank() -> Self {
        std::array::from_fn(|_| T::blank())
    }

    fn read(&mut self, value: &Value) -> Read {
        let kind = || format!("a list of {N}");
        if let Value::Array(values) = value
            && values.len() != N
        {
            let (length, kind) = (values.len(), kind());
            return Err(problem(format!("invalid length {length}, expected {kind}")));
        }
        list(value, &kind(), &mut |place, value| self[place].read(value))
    }
}

/// An object whose fields may be called anything.
impl<T: FromJson> FromJson for Map<String, T> {
    fn blank() -> Self {
        Self::new()
    }

    fn read(&mut self, value: &Value) -> Read {
        self.clear();
        let Value::Object(fields) = value else {
            return Err(wrong(value, "an object"));
        };
        for (name, value) in fields {
            let mut read = T::blank();
            read.read(value).map_err(|problem| below(name, problem))?;
            self.insert(name.clone(), read);
        }
        Ok(())
    }
}

impl ToJson for bool {
    fn write(&self) -> Value {
        Value::from(*self)
    }
}

impl ToJson for String {
    fn write(&self) -> Value {
        Value::from(self.as_str())
    }
}

impl ToJson for Ipv4Addr {
    fn write(&self) -> Value {
        to_text(self)
    }
}

impl ToJson for Value {
    fn write(&self) -> Value {
        self.clone()
    }
}

impl<T: ToJson> ToJson for Option<T> {
    fn write(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::write)
    }
}

impl<T: ToJson> ToJson for Vec<T> {
    fn write(&self) -> Value {
        Value::Array(self.iter().map(T::write).collect())
    }
}

impl<T: ToJson, const N: usize> ToJson for [T; N] {
    fn write(&self) -> Value {
        Value::Array(self.iter().map(T::write).collect())
    }
}

impl<T: ToJson> ToJson for Map<String, T> {
    fn write(&self) -> Value {
        let fields = self
            .iter()
            .map(|(name, value)| (name.clone(), value.write()));
        Value::Object(fields.collect())
    }
}
