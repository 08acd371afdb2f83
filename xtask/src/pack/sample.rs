//! A program that no one wrote, of all that instructions can look like: the page's own has not every
//! operation, and what has none would go unseen if `unpack.js` got it wrong.

use super::{put_block, put_number, streams};

/// What an operation may have after it, as often as it wants: numbers of one byte, of two, of five and of
/// ten. No first byte of these is an operation, so that none can be taken for one.
const NUMBERS: [&[u8]; 4] = [
    b"\x06",
    b"\xff\x06",
    b"\xff\x80\x80\x80\x06",
    b"\xff\x80\x80\x80\x80\x80\x80\x80\x80\x01",
];

/// The most numbers of one kind that stand behind an operation.
const MOST: usize = 8;

/// A program with each operation that [`streams::sort`] knows, with numbers of each length, and with
/// functions whose length takes one byte to four.
pub(super) fn every_operation() -> Vec<u8> {
    let operations = operations();
    let alone = operations.iter().map(|one| function(one));
    let mixed = [1 << 7, 1 << 14, 1 << 21].map(|least| mixed(&operations, least));
    program(&alone.chain(mixed).collect::<Vec<_>>())
}

/// A function of at least so many bytes with all operations, ever again in another order: the stream of a
/// number is named by what comes next.
fn mixed(operations: &[Vec<u8>], least: usize) -> Vec<u8> {
    let count = operations.len();
    let mut code = Vec::new();
    for step in 1.. {
        if code.len() >= least {
            break;
        }
        let order = (0..count).map(|place| &operations[place * step % count]);
        code.extend(order.flatten());
    }
    function(&code)
}

/// Each operation with what has to follow it: found by trying, so that nothing here has to know it.
fn operations() -> Vec<Vec<u8>> {
    let first = (0..=u8::MAX).map(|operation| vec![operation]);
    let second = (0..=u8::MAX).map(|own| vec![0xfc, own]);
    let mut found = Vec::new();
    for head in first.chain(second) {
        for number in NUMBERS {
            for count in 0..=MOST {
                for ends in 0..=1 {
                    let mut code = head.clone();
                    code.extend(number.repeat(count));
                    code.resize(code.len() + ends, 0x0b);
                    if streams::sort(&program(&[function(&code)])).is_ok() {
                        found.push(code);
                    }
                }
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

/// A function with two kinds of locals.
fn function(code: &[u8]) -> Vec<u8> {
    [b"\x02\x01\x7f\x80\x01\x7e", code, b"\x0b"].concat()
}

/// A program of these functions, with a section before them and one behind.
pub(super) fn program(functions: &[impl AsRef<[u8]>]) -> Vec<u8> {
    let mut wasm = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0".to_vec();
    let mut code = Vec::new();
    put_number(&mut code, functions.len());
    for function in functions {
        put_block(&mut code, function.as_ref());
    }
    wasm.push(10);
    put_block(&mut wasm, &code);
    wasm.extend(b"\x0b\x01\0");
    wasm
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_has_every_operation_with_numbers_of_every_length() {
        let found = operations();
        let with = |head: &[u8]| found.iter().filter(|one| one.starts_with(head)).count();
        for operation in 0..=u8::MAX {
            // A function has its end, 0x0b, anyhow.
            let known = matches!(operation, 0..=5 | 0x0c..=0x11 | 0x1a..=0x1c | 0x20..=0x26
                | 0x28..=0xc4 | 0xd0..=0xd2 | 0xfc);
            assert_eq!(with(&[operation]) > 0, known, "{operation:#x}");
        }
        for operation in [2, 0x0c, 0x10, 0x11, 0x20, 0x24, 0x28, 0x41, 0x42, 0xd2] {
            assert!(with(&[operation]) >= NUMBERS.len(), "{operation:#x}");
        }
        for own in 0..=17 {
            assert!(with(&[0xfc, own]) > 0, "0xfc {own:#x}");
        }
        assert_eq!(with(&[0xfc, 18]), 0);
    }

    #[test]
    fn the_sample_is_sorted_to_its_last_byte() {
        let sample = every_operation();
        assert!(sample.len() > 1 << 21);
        // As long as it is, and the lengths of the functions are left out.
        let sorted = streams::sort(&sample).unwrap();
        let mut length = Vec::new();
        put_number(&mut length, sample.len());
        assert!(sorted.starts_with(&length));
        assert!(sorted.len() < sample.len() + 3_000, "{}", sorted.len());
    }
}
