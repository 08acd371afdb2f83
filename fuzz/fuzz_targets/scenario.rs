#![no_main]

#[path = "../bodies/mod.rs"]
mod bodies;
#[path = "../mutate.rs"]
mod mutate;

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

fuzz_target!(|bytes: &[u8]| bodies::scenario::run(bytes));

// Bytes changed at random are seldom JSON still: half of the time a value is changed instead.
fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let changed = mutate::json(&data[..size], seed).filter(|text| text.len() <= max_size);
    match changed {
        Some(text) if seed & 1 == 0 => {
            data[..text.len()].copy_from_slice(&text);
            text.len()
        }
        _ => fuzzer_mutate(data, size, max_size),
    }
});
