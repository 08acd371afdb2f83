//! JSON (RFC 8259) from its text. Two things are refused that others may take: two fields of one name
//! in an object, of which one would be lost unseen, and numbers with a fraction or beyond 64 bits,
//! which no setting is.

use serde_json::Map;

use super::{Problem, Value, below, problem};

/// How deep lists and objects may lie in each other.
const DEEPEST: u32 = 127;

/// The value that a text says.
///
/// # Errors
/// A [`Problem`] with line and column, counted in characters from 1.
pub fn parse(text: &str) -> Result<Value, Problem> {
    let mut parser = Parser { text, at: 0 };
    let value = parser.value(DEEPEST).map_err(|problem| *problem)?;
    match parser.peek() {
        None => Ok(value),
        Some(_) => Err(*parser.wrong("trailing characters")),
    }
}

type Parsed<T> = Result<T, Box<Problem>>;

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl Parser<'_> {
    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.byte() {
            self.at += 1;
        }
        self.byte()
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Something is wrong at the next byte.
    fn wrong(&self, what: &str) -> Box<Problem> {
        let before = self.text.get(..self.at).unwrap_or(self.text);
        let line = before.rsplit('\n').next().unwrap_or(before);
        let number = before.matches('\n').count() + 1;
        // The end of the text is after its last character, not at one.
        let column = line.chars().count() + usize::from(self.at < self.text.len());
        let what = match self.byte() {
            None => "the text ends too early",
            Some(_) => what,
        };
        problem(format!("{what} at line {number} column {column}"))
    }

    fn value(&mut self, deeper: u32) -> Parsed<Value> {
        match self.peek() {
            Some(b'{') if deeper > 0 => self.object(deeper - 1),
            Some(b'[') if deeper > 0 => self.array(deeper - 1),
            Some(b'{' | b'[') => Err(self.wrong("too deep")),
            Some(b'"') => self.string().map(Value::String),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Parsed<Value> {
        let words = [
            ("null", Value::Null),
            ("true", Value::Bool(true)),
            ("false", Value::Bool(false)),
        ];
        let rest = &self.text[self.at..];
        for (word, value) in words {
            if rest.starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
            if word.starts_with(rest) {
                self.at = self.text.len();
            }
        }
        Err(self.wrong("expected a value"))
    }

    /// The rest of a list or object after its bracket: `item` reads each thing in it.
    fn items(&mut self, end: u8, item: &mut dyn FnMut(&mut Self) -> Parsed<()>) -> Parsed<()> {
        self.at += 1;
        if self.peek() == Some(end) {
            self.at += 1;
            return Ok(());
        }
        loop {
            item(self)?;
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(byte) if byte == end => {
                    self.at += 1;
                    return Ok(());
                }
                _ => {
                    let end = char::from(end);
                    return Err(self.wrong(&format!("expected `,` or `{end}`")));
                }
            }
        }
    }

    fn array(&mut self, deeper: u32) -> Parsed<Value> {
        let mut values = Vec::new();
        self.items(b']', &mut |parser| {
            let value = parser.value(deeper);
            values.push(value.map_err(|problem| below(&format!("[{}]", values.len()), problem))?);
            Ok(())
        })?;
        Ok(Value::Array(values))
    }

    fn object(&mut self, deeper: u32) -> Parsed<Value> {
        let mut fields = Map::new();
        self.items(b'}', &mut |parser| {
            if parser.peek() != Some(b'"') {
                return Err(parser.wrong("expected the name of a field in quotes"));
            }
            let name = parser.string()?;
            if fields.contains_key(&name) {
                return Err(parser.wrong(&format!("duplicate field `{name}`")));
            }
            if parser.peek() != Some(b':') {
                return Err(parser.wrong("expected `:`"));
            }
            parser.at += 1;
            let value = parser.value(deeper);
            let value = value.map_err(|problem| below(&name, problem))?;
            fields.insert(name, value);
            Ok(())
        })?;
        Ok(Value::Object(fields))
    }

    fn number(&mut self) -> Parsed<Value> {
        let from = self.at;
        let negative = self.byte() == Some(b'-');
        self.at += usize::from(negative);
        let first = self.byte();
        let digits = self.at;
        while let Some(b'0'..=b'9') = self.byte() {
            self.at += 1;
        }
        let count = self.at - digits;
        let whole = &self.text[from..self.at];
        if count == 0 {
            return Err(self.wrong("expected a digit"));
        }
        if count > 1 && first == Some(b'0') {
            self.at = digits + 1;
            return Err(self.wrong("a number begins with no further 0"));
        }
        if let Some(b'.' | b'e' | b'E') = self.byte() {
            self.at = from;
            return Err(
                self.wrong("number with a fraction or exponent, where only whole ones are known,")
            );
        }
        let value = if negative {
            whole.parse::<i64>().map(Value::from)
        } else {
            whole.parse::<u64>().map(Value::from)
        };
        value.map_err(|_| {
            self.at = from;
            self.wrong("number out of range")
        })
    }

    /// A text in quotes, the first of which is the next byte.
    fn string(&mut self) -> Parsed<String> {
        self.at += 1;
        let mut read = String::new();
        loop {
            let rest = &self.text[self.at..];
            let plain = rest.find(|letter| matches!(letter, '"' | '\\' | '\0'..' '));
            let plain = plain.unwrap_or(rest.len());
            read.push_str(&rest[..plain]);
            self.at += plain;
            match self.byte() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(read);
                }
                Some(b'\\') => read.push(self.escaped()?),
                _ => return Err(self.wrong("control character in a text")),
            }
        }
    }

    /// The character that a backslash and what follows stand for.
    fn escaped(&mut self) -> Parsed<char> {
        self.at += 1;
        let letter = match self.byte() {
            Some(b'n') => '\n',
            Some(b't') => '\t',
            Some(b'r') => '\r',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'u') => return self.code_point(),
            _ => return Err(self.wrong("unknown escape")),
        };
        self.at += 1;
        Ok(letter)
    }

    /// `u` and four digits; two such where they are the halves of one character (UTF-16).
    fn code_point(&mut self) -> Parsed<char> {
        let first = self.hex()?;
        let unit = match first {
            0xd800..0xdc00 if self.text[self.at..].starts_with("\\u") => {
                self.at += 1;
                let second = self.hex()?;
                let low = second.checked_sub(0xdc00).filter(|low| *low < 0x400);
                low.map(|low| 0x1_0000 + ((first - 0xd800) << 10) + low)
            }
            _ => Some(first),
        };
        unit.and_then(char::from_u32)
            .ok_or_else(|| self.wrong("half a character before this,"))
    }

    fn hex(&mut self) -> Parsed<u32> {
        self.at += 1;
        let mut unit = 0;
        for _ in 0..4 {
            let digit = self.byte().and_then(|byte| char::from(byte).to_digit(16));
            unit =
                unit * 16 + digit.ok_or_else(|| self.wrong("expected four hexadecimal digits"))?;
            self.at += 1;
        }
        Ok(unit)
    }
}
