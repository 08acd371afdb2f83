//! A program's instructions, sorted by what they are: the operations in one stream, the locals, offsets
//! and constants each in others. In WebAssembly's own order an operation stands between numbers that say
//! nothing about it; among its like each is what a packer expects.
//!
//! What comes out: how long the program is, how long each stream is, and the streams. The function
//! `weave` of `unpack.js` makes the program from that, and has to know the same of each operation.

use anyhow::{Context, Result, bail};

use super::{number, put_number};

/// What is no function: the program before the first, and behind the last.
const HEAD: usize = 0;
const TAIL: usize = 1;
/// The locals that functions declare.
const LOCALS: usize = 2;
/// The operations, with what follows them and has no stream of its own.
const OPERATIONS: usize = 3;
/// Which function is called.
const CALLS: usize = 4;
/// How many blocks a branch leaves.
const BRANCHES: usize = 5;
/// Constants that are fractions, as they are.
const FRACTIONS: usize = 6;
/// The offset from which is read, and the one to which is written.
const OFFSETS: usize = 7;
/// Five kinds of numbers, each with 256 streams, by the operation that comes next: of locals that are
/// read, written and both, and constants of 32 and 64 bits.
const NEXT: usize = 9;
const COUNT: usize = NEXT + 5 * 256;

/// Sorts a program.
pub(super) fn sort(wasm: &[u8]) -> Result<Vec<u8>> {
    const CODE: u8 = 10;
    let mut rest = Rest(wasm);
    rest.take(8).context("no header")?;
    loop {
        let kind = rest.byte().context("no code")?;
        let (_, length) = rest.count()?;
        if kind == CODE {
            break;
        }
        rest.take(length)?;
    }
    let (_, functions) = rest.count()?;
    let mut streams = Streams(vec![Vec::new(); COUNT]);
    streams.put(HEAD, &wasm[..wasm.len() - rest.0.len()]);
    for place in 0..functions {
        let (bytes, length) = rest.count()?;
        let mut shortest = Vec::new();
        put_number(&mut shortest, length);
        if bytes != shortest {
            bail!("the length of function {place} is not as short as it could be");
        }
        let mut body = Rest(rest.take(length)?);
        streams
            .function(&mut body)
            .with_context(|| format!("in function {place}"))?;
    }
    streams.put(TAIL, rest.0);
    let mut sorted = Vec::new();
    put_number(&mut sorted, wasm.len());
    for stream in &streams.0 {
        put_number(&mut sorted, stream.len());
    }
    sorted.extend(streams.0.concat());
    Ok(sorted)
}

/// The bytes of a program that are still to be sorted.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count).context("it is cut off")?;
        self.0 = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8> {
        Ok(self.take(1)?[0])
    }

    /// A number as it stands there.
    fn number(&mut self) -> Result<&'a [u8]> {
        let longer = self.0.iter().take_while(|byte| **byte > 0x7f).count();
        self.take(longer + 1)
    }

    /// A number that counts, as it stands there, and its value.
    fn count(&mut self) -> Result<(&'a [u8], usize)> {
        let bytes = self.number()?;
        Ok((bytes, number(bytes)?.0))
    }
}

struct Streams(Vec<Vec<u8>>);

impl Streams {
    fn put(&mut self, stream: usize, bytes: &[u8]) {
        self.0[stream].extend(bytes);
    }

    /// Moves a number that counts to a stream; its value.
    fn count(&mut self, rest: &mut Rest<'_>, stream: usize) -> Result<usize> {
        let (bytes, value) = rest.count()?;
        self.put(stream, bytes);
        Ok(value)
    }

    fn numbers(&mut self, rest: &mut Rest<'_>, count: usize, stream: usize) -> Result<()> {
        for _ in 0..count {
            self.put(stream, rest.number()?);
        }
        Ok(())
    }

    /// Moves a number to a stream of its kind, by the operation that comes next.
    fn before_next(&mut self, rest: &mut Rest<'_>, kind: usize) -> Result<()> {
        let bytes = rest.number()?;
        let next = rest.0.first().context("it has no end")?;
        self.put(NEXT + 256 * kind + usize::from(*next), bytes);
        Ok(())
    }

    fn function(&mut self, rest: &mut Rest<'_>) -> Result<()> {
        // Pairs of how many, and of which type.
        let groups = self.count(rest, LOCALS)?;
        self.numbers(rest, 2 * groups, LOCALS)?;
        let mut depth = 1;
        while depth > 0 {
            let operation = rest.byte()?;
            self.put(OPERATIONS, &[operation]);
            match operation {
                // block, loop, if: with a type
                0x02..=0x04 => {
                    depth += 1;
                    self.numbers(rest, 1, OPERATIONS)?;
                }
                // end
                0x0b => depth -= 1,
                // br, br_if
                0x0c | 0x0d => self.numbers(rest, 1, BRANCHES)?,
                // br_table
                0x0e => {
                    let count = self.count(rest, BRANCHES)?;
                    self.numbers(rest, count + 1, BRANCHES)?;
                }
                // call
                0x10 => self.numbers(rest, 1, CALLS)?,
                // call_indirect: type and table
                0x11 => self.numbers(rest, 2, OPERATIONS)?,
                // select with types
                0x1c => {
                    let count = self.count(rest, OPERATIONS)?;
                    self.numbers(rest, count, OPERATIONS)?;
                }
                // local.get, local.set, local.tee
                0x20..=0x22 => self.before_next(rest, usize::from(operation - 0x20))?,
                // global.get, global.set, table.get, table.set, memory.size, memory.grow, ref.null,
                // ref.func
                0x23..=0x26 | 0x3f | 0x40 | 0xd0 | 0xd2 => self.numbers(rest, 1, OPERATIONS)?,
                // Loads and stores: alignment and offset.
                0x28..=0x3e => {
                    self.numbers(rest, 1, OPERATIONS)?;
                    self.numbers(rest, 1, OFFSETS + usize::from(operation > 0x35))?;
                }
                // i32.const, i64.const
                0x41 | 0x42 => self.before_next(rest, usize::from(operation - 0x41) + 3)?,
                0x43 => self.put(FRACTIONS, rest.take(4)?),
                0x44 => self.put(FRACTIONS, rest.take(8)?),
                // Those with a number of their own: of memory and tables.
                0xfc => {
                    let own = self.count(rest, OPERATIONS)?;
                    let more = match own {
                        0..=7 => 0,
                        9 | 11 | 13 | 15..=17 => 1,
                        8 | 10 | 12 | 14 => 2,
                        _ => bail!("0xfc {own:#x} is not known here"),
                    };
                    self.numbers(rest, more, OPERATIONS)?;
                }
                // Those that have nothing more to say.
                0x00 | 0x01 | 0x05 | 0x0f | 0x1a | 0x1b | 0x45..=0xc4 | 0xd1 => {}
                _ => bail!("operation {operation:#x} is not known here"),
            }
        }
        if !rest.0.is_empty() {
            bail!("something follows its end");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn program(body: &[u8]) -> Vec<u8> {
        sample::program(&[body])
    }

    fn streams(sorted: &[u8]) -> (usize, Vec<(usize, Vec<u8>)>) {
        let (length, mut rest) = number(sorted).unwrap();
        let mut lengths = Vec::new();
        for _ in 0..COUNT {
            let (length, after) = number(rest).unwrap();
            lengths.push(length);
            rest = after;
        }
        let mut streams = Vec::new();
        for (stream, length) in lengths.into_iter().enumerate() {
            let (own, after) = rest.split_at(length);
            if length > 0 {
                streams.push((stream, own.to_vec()));
            }
            rest = after;
        }
        assert!(rest.is_empty());
        (length, streams)
    }

    #[test]
    fn each_operation_stands_among_its_like_and_each_number_among_its_own() {
        // One local of i32; block; local.get 0; i32.load offset 300; i32.const -1; i32.add;
        // local.set 0; br 0; end; call 0; end
        let body =
            b"\x01\x01\x7f\x02\x40\x20\0\x28\x02\xac\x02\x41\x7f\x6a\x21\0\x0c\0\x0b\x10\0\x0b";
        let wasm = program(body);
        let (length, streams) = streams(&sort(&wasm).unwrap());
        assert_eq!(length, wasm.len());
        let expected: [(usize, &[u8]); 9] = [
            (HEAD, &wasm[..17]),
            (TAIL, b"\x0b\x01\0"),
            (LOCALS, b"\x01\x01\x7f"),
            (
                OPERATIONS,
                b"\x02\x40\x20\x28\x02\x41\x6a\x21\x0c\x0b\x10\x0b",
            ),
            (CALLS, b"\0"),
            (BRANCHES, b"\0"),
            (OFFSETS, b"\xac\x02"),
            (NEXT + 0x28, b"\0"),
            (NEXT + 256 + 0x0c, b"\0"),
        ];
        let constants = (NEXT + 3 * 256 + 0x6a, b"\x7f".to_vec());
        let mut expected: Vec<_> = expected
            .into_iter()
            .map(|(stream, bytes)| (stream, bytes.to_vec()))
            .collect();
        expected.push(constants);
        assert_eq!(streams, expected);
    }

    #[test]
    fn what_it_does_not_know_is_refused_and_told() {
        for (body, told) in [
            (&b"\0\xfd\0\x0b"[..], "operation 0xfd is not known here"),
            (b"\0\xfc\x20\x0b", "0xfc 0x20 is not known here"),
            (b"\0\x01", "it is cut off"),
            (b"\0\x41\x80", "it is cut off"),
            (b"\0\x20\0", "it has no end"),
            (b"\0\x0b\x01", "something follows its end"),
            (b"", "it is cut off"),
            // More locals than there are bytes, and than a number can say.
            (b"\xff\xff\xff\xff\x0f\x0b", "it is cut off"),
            (b"\x80\x80\x80\x80\x80\0\x0b", "a number without end"),
            (b"\0\x0e\xff\xff\xff\xff\x0f\0\x0b", "it is cut off"),
        ] {
            let error = sort(&program(body)).unwrap_err();
            assert_eq!(format!("{error:#}"), format!("in function 0: {told}"));
        }
        // A length of its own that is longer than it has to be would not come back.
        let long = b"\0asm\x01\0\0\0\x0a\x05\x01\x82\0\0\x0b";
        let error = sort(long).unwrap_err().to_string();
        assert!(error.contains("not as short as it could be"), "{error}");
        assert_eq!(sort(b"").unwrap_err().to_string(), "no header");
        assert_eq!(sort(b"\0asm\x01\0\0\0").unwrap_err().to_string(), "no code");
    }

    #[test]
    fn what_is_cut_off_or_damaged_is_refused_or_kept_to_the_byte() {
        let body = b"\x01\x01\x7f\x02\x40\x20\0\x28\x02\xac\x02\x0e\x01\0\0\x43\0\0\0\0\xfc\x08\0\0\x0b\x0b";
        let whole = program(body);
        assert!(sort(&whole).is_ok());
        for length in 0..whole.len() - 3 {
            assert!(sort(&whole[..length]).is_err(), "{length}");
        }
        let mut kept = 0;
        for place in 0..whole.len() {
            for byte in 0..=u8::MAX {
                let mut damaged = whole.clone();
                damaged[place] = byte;
                let Ok(sorted) = sort(&damaged) else {
                    continue;
                };
                kept += 1;
                // All of it is in a stream, but for the length of a function, which is worked out.
                let (length, streams) = streams(&sorted);
                let all: usize = streams.iter().map(|(_, bytes)| bytes.len()).sum();
                let own = damaged.len() - all;
                assert!(length == damaged.len() && own <= 1, "{place} {byte}");
            }
        }
        assert!(kept > 1_000, "{kept}");
    }
}
