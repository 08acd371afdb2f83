//! `cargo xtask bench peers`: perfdhcp against our server, Kea and dnsmasq, in turn.

mod lan;
mod server;

use std::path::Path;

use anyhow::{Result, bail};

use crate::setup;
use lan::{Lan, Round};
use server::Server;

/// The rates that are tried, in DISCOVERs a second; each is about a fifth above the one before.
const RATES: [u32; 22] = [
    100, 125, 150, 180, 220, 270, 330, 400, 500, 600, 700, 850, 1_000, 1_200, 1_500, 1_800, 2_200,
    2_700, 3_300, 4_000, 5_000, 6_000,
];
/// The rate at which response times are compared: all three hold it.
const COMMON_RATE: u32 = 50;
/// How often each is measured; a rate is held if most runs lose nothing. One alone says little where
/// others share the machine.
const REPEATS: usize = 3;

/// Runs all servers in turn and prints the table.
pub(crate) fn run(root: &Path) -> Result<()> {
    if !setup::peers()? {
        bail!("perfdhcp and the servers cannot be run here");
    }
    let servers = Server::all(root)?;
    println!("perfdhcp {} -r RATE -l IF -B all", lan::FLAGS.join(" "));
    println!("\nat {COMMON_RATE} DISCOVERs a second, {REPEATS} runs each, medians:");
    println!(
        "{:>24} {:>10} {:>10} {:>16}",
        "", "OFFER ms", "ACK ms", "CPU us/message"
    );
    let mut rounds: Vec<Vec<Round>> = servers.iter().map(|_| Vec::new()).collect();
    for _ in 0..REPEATS {
        for (server, rounds) in servers.iter().zip(&mut rounds) {
            rounds.push(Lan::new()?.measure(server, COMMON_RATE)?);
        }
    }
    for (server, rounds) in servers.iter().zip(&rounds) {
        println!(
            "{:>24} {:>10.3} {:>10.3} {:>16.1}",
            server.name(),
            median(rounds, |round| round.offer_ms),
            median(rounds, |round| round.ack_ms),
            median(rounds, Round::cpu_per_message),
        );
    }
    println!("\nthe highest rate at which most of {REPEATS} runs lost nothing:");
    for line in climb(&servers)? {
        println!("{line}");
    }
    Ok(())
}

/// Halves the list of rates for every server in turn, so that none has the machine's quiet hour to
/// itself.
fn climb(servers: &[Server]) -> Result<Vec<String>> {
    struct Search {
        /// The first rate that may still be held, and the first that is known not to be.
        low: usize,
        high: usize,
        exchanges: f64,
        end: String,
    }
    let mut searches: Vec<Search> = servers
        .iter()
        .map(|_| Search {
            low: 0,
            high: RATES.len(),
            exchanges: 0.0,
            end: "the highest that was tried".to_owned(),
        })
        .collect();
    while searches.iter().any(|search| search.low < search.high) {
        for (server, search) in servers.iter().zip(&mut searches) {
            if search.low >= search.high {
                continue;
            }
            let at = usize::midpoint(search.low, search.high);
            let rate = RATES[at];
            let (clean, lost) = hold(server, rate)?;
            if clean.len() > lost.len() {
                search.low = at + 1;
                search.exchanges = median(&clean, |round| round.exchanges);
            } else {
                search.high = at;
                let (all, own): (Vec<u64>, Vec<u64>) = lost
                    .iter()
                    .map(|round| (round.lost, round.lost_by_perfdhcp))
                    .unzip();
                search.end =
                    format!("at {rate} lost {all:?}, of that in perfdhcp's socket {own:?}");
            }
            let verdict = if search.high == at {
                &search.end
            } else {
                "held"
            };
            println!("  {} at {rate}: {verdict}", server.name());
        }
    }
    let lines = servers.iter().zip(&searches).map(|(server, search)| {
        let held = search.low.checked_sub(1).map_or(0, |last| RATES[last]);
        format!(
            "{:>24} {held:>6} DISCOVERs, {:>6.0} exchanges a second; {}",
            server.name(),
            search.exchanges,
            search.end
        )
    });
    Ok(lines.collect())
}

/// The runs at a rate that lost nothing, and those that did; it ends when most of them agree.
fn hold(server: &Server, rate: u32) -> Result<(Vec<Round>, Vec<Round>)> {
    let (mut clean, mut lost) = (Vec::new(), Vec::new());
    let most = REPEATS / 2 + 1;
    while clean.len() < most && lost.len() < most {
        let round = Lan::new()?.measure(server, rate)?;
        if round.lost == 0 {
            clean.push(round);
        } else {
            lost.push(round);
        }
    }
    Ok((clean, lost))
}

fn median(rounds: &[Round], of: impl Fn(&Round) -> f64) -> f64 {
    let mut values: Vec<f64> = rounds.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
