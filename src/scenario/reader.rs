//! From JSON values to settings, one way for every type: what a file says is read into a
//! [`Value`] once, and serde asks for one field after the other from there. Serde's ways for other
//! formats (fields by number, bytes, variants with values) are left out, so that they are not in
//! the page, and a mistake says at which path it was found.

use serde::de::value::StrDeserializer;
use serde::de::{
    self, Deserialize, DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, SeqAccess,
    Unexpected, Visitor,
};
use serde_json::{Map, Number, Value};

use super::Problem;

/// Reads a part of a file from its text.
///
/// # Errors
/// A [`Problem`]: line and column, where the text is no JSON, else the path of the field.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    let Strict(value) =
        serde_json::from_str(text).map_err(|error| Problem::new("", error.to_string()))?;
    from_value(&value)
}

/// Reads a part of a file.
///
/// # Errors
/// A [`Problem`] with the path of the field.
pub(super) fn from_value<T: DeserializeOwned>(value: &Value) -> Result<T, Problem> {
    T::deserialize(Reader(value)).map_err(|Mistake(problem)| *problem)
}

/// A value that is being read.
#[derive(Clone, Copy)]
struct Reader<'a>(&'a Value);

/// What is wrong, and where below the value that is being read.
#[derive(Debug)]
struct Mistake(Box<Problem>);

impl Mistake {
    #[inline(never)]
    /// The same from one level up: below a field of that name.
    fn below(mut self, step: &str) -> Self {
        let path = &mut self.0.path;
        if !path.is_empty() && !path.starts_with('[') {
            path.insert(0, '.');
        }
        path.insert_str(0, step);
        self
    }
}

impl std::fmt::Display for Mistake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Mistake {}

impl de::Error for Mistake {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self(Box::new(Problem::new("", message.to_string())))
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::custom(format_args!(
            "invalid type: {}, expected {expected}",
            name(found)
        ))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::custom(format_args!(
            "invalid value: {}, expected {expected}",
            name(found)
        ))
    }
}

/// What was found. Serde's own words would bring the writing of fractions into the page.
fn name(found: Unexpected<'_>) -> String {
    let kind = match found {
        Unexpected::Bool(value) => return format!("boolean `{value}`"),
        Unexpected::Unsigned(value) => return format!("integer `{value}`"),
        Unexpected::Signed(value) => return format!("integer `{value}`"),
        Unexpected::Str(text) => return format!("string {text:?}"),
        Unexpected::Other(kind) => kind,
        Unexpected::Float(_) => FRACTION,
        Unexpected::Seq => "sequence",
        Unexpected::Map => "map",
        Unexpected::Unit | Unexpected::Option => "null",
        Unexpected::Char(_)
        | Unexpected::Bytes(_)
        | Unexpected::NewtypeStruct
        | Unexpected::Enum
        | Unexpected::UnitVariant
        | Unexpected::NewtypeVariant
        | Unexpected::TupleVariant
        | Unexpected::StructVariant => "something else",
    };
    kind.to_owned()
}

/// A number that no setting can be.
const FRACTION: &str = "number with a fraction";

/// A value of another kind than the one that has to stand there.
fn wrong(value: &Value, expected: &dyn de::Expected) -> Mistake {
    let found = match value {
        Value::Null => Unexpected::Unit,
        Value::Bool(value) => Unexpected::Bool(*value),
        Value::Number(value) => {
            let whole = value.as_u64().map(Unexpected::Unsigned);
            let whole = whole.or_else(|| value.as_i64().map(Unexpected::Signed));
            whole.unwrap_or(Unexpected::Other(FRACTION))
        }
        Value::String(text) => Unexpected::Str(text),
        Value::Array(_) => Unexpected::Seq,
        Value::Object(_) => Unexpected::Map,
    };
    de::Error::invalid_type(found, expected)
}

/// Each of serde's questions is answered by the one kind of value that fits it.
macro_rules! answer {
    ($($question:ident($($argument:ty),*): $kind:ident => $answer:ident;)*) => {$(
        fn $question<V: Visitor<'de>>(self, $(_: $argument,)* visitor: V) -> Result<V::Value, Mistake> {
            match self.0 {
                Value::$kind(value) => $answer(value, visitor),
                other => Err(wrong(other, &visitor)),
            }
        }
    )*};
}

fn bool<'de, V: Visitor<'de>>(value: &bool, visitor: V) -> Result<V::Value, Mistake> {
    visitor.visit_bool(*value)
}

fn number<'de, V: Visitor<'de>>(value: &Number, visitor: V) -> Result<V::Value, Mistake> {
    match (value.as_u64(), value.as_i64()) {
        (Some(value), _) => visitor.visit_u64(value),
        (None, Some(value)) => visitor.visit_i64(value),
        (None, None) => Err(wrong(&Value::Number(value.clone()), &visitor)),
    }
}

fn text<'de, V: Visitor<'de>>(value: &str, visitor: V) -> Result<V::Value, Mistake> {
    visitor.visit_str(value)
}

fn variant<'de, V: Visitor<'de>>(value: &str, visitor: V) -> Result<V::Value, Mistake> {
    visitor.visit_enum(StrDeserializer::new(value))
}

fn list<'de, V: Visitor<'de>>(values: &[Value], visitor: V) -> Result<V::Value, Mistake> {
    let mut list = List { values, next: 0 };
    let read = visitor.visit_seq(&mut list)?;
    if list.next < values.len() {
        let problem: Mistake = de::Error::invalid_length(values.len(), &"fewer");
        return Err(problem);
    }
    Ok(read)
}

fn fields<'de, V: Visitor<'de>>(
    values: &Map<String, Value>,
    visitor: V,
) -> Result<V::Value, Mistake> {
    visitor.visit_map(Fields {
        fields: values.iter(),
        field: None,
    })
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Mistake;

    answer! {
        deserialize_bool(): Bool => bool;
        deserialize_u8(): Number => number;
        deserialize_u16(): Number => number;
        deserialize_u32(): Number => number;
        deserialize_u64(): Number => number;
        deserialize_str(): String => text;
        deserialize_string(): String => text;
        deserialize_enum(&'static str, &'static [&'static str]): String => variant;
        deserialize_seq(): Array => list;
        deserialize_tuple(usize): Array => list;
        deserialize_map(): Object => fields;
        deserialize_struct(&'static str, &'static [&'static str]): Object => fields;
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_) => visitor.visit_some(self),
        }
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => bool(value, visitor),
            Value::Number(value) => number(value, visitor),
            Value::String(value) => text(value, visitor),
            Value::Array(values) => list(values, visitor),
            Value::Object(values) => fields(values, visitor),
        }
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u128 f32 f64 char bytes byte_buf unit unit_struct newtype_struct
        tuple_struct identifier ignored_any
    }
}

/// The entries of a list.
struct List<'a> {
    values: &'a [Value],
    next: usize,
}

impl<'de> SeqAccess<'de> for &mut List<'_> {
    type Error = Mistake;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Mistake> {
        let Some(value) = self.values.get(self.next) else {
            return Ok(None);
        };
        let number = self.next;
        self.next += 1;
        match seed.deserialize(Reader(value)) {
            Ok(value) => Ok(Some(value)),
            Err(mistake) => Err(mistake.below(&format!("[{number}]"))),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.values.len() - self.next)
    }
}

/// The fields of an object, by name.
struct Fields<'a> {
    fields: serde_json::map::Iter<'a>,
    field: Option<(&'a String, &'a Value)>,
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Mistake;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Mistake> {
        self.field = self.fields.next();
        let Some((name, _)) = self.field else {
            return Ok(None);
        };
        match seed.deserialize(StrDeserializer::<Mistake>::new(name)) {
            Ok(value) => Ok(Some(value)),
            Err(mistake) => Err(mistake.below(name)),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Mistake> {
        let Some((name, value)) = self.field else {
            return Err(de::Error::custom("a value before its name"));
        };
        seed.deserialize(Reader(value))
            .map_err(|mistake| mistake.below(name))
    }
}

/// JSON in which no object has two fields of one name: of two, one would be lost unseen.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Strict(value)) = access.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some(name) = access.next_key::<String>()? {
            if fields.contains_key(&name) {
                return Err(de::Error::custom(format_args!("duplicate field `{name}`")));
            }
            let Strict(value) = access.next_value()?;
            fields.insert(name, value);
        }
        Ok(Value::Object(fields))
    }
}
