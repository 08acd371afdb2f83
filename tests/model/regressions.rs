//! Stories in which the model once found something, as small as they could be made.

use dhcp_lab::scenario::File;
use dhcp_lab::time::Duration;

use crate::run;
use crate::tally::Tally;

/// A client in a network with a slow server, and what happens before the calm at 3 min.
fn holds(lossy: &str, commands: &str) {
    let text = format!(
        r#"{{ "version": 1, "name": "found", "until": "13m", "seed": 8740919629678292061,
        "nodes": [
          {{ "id": "srv0", "kind": "server", "address": "10.0.0.10/24", "server": {{ "pools": ["10.0.0.20-10.0.0.29"], "lease": "1m", "ping": "never" }} }},
          {{ "id": "pc0", "kind": "client", "mac": "02:00:00:00:01:00", "client": {{ "start_delay": false, "fuzz": false }} }},
          {{ "id": "sw0", "kind": "switch" }} ],
        "links": [ {{ "between": ["srv0", "sw0"], "latency": "137us" }}, {{ "between": ["pc0", "sw0"], "latency": "211us" }} ],
        "commands": [ {lossy} {commands},
          {{ "at": "3m", "do": "faults", "link": ["pc0", "sw0"] }}, {{ "at": "3m", "do": "start", "node": "pc0" }} ] }}"#
    );
    let file = File::parse(&text).unwrap();
    run::check(file, Duration::from_secs(180), &mut Tally::new()).unwrap();
}

const LOST: &str =
    r#"{ "at": "10s", "do": "faults", "link": ["pc0", "sw0"], "faults": { "loss": 1000000 } },"#;

/// The ARP request of the RELEASE was sent again after the end of the lease.
#[test]
fn a_release_just_before_the_end() {
    holds(LOST, r#"{ "at": "58s", "do": "release", "node": "pc0" }"#);
}

/// The RELEASE left after the DISCOVER that came after it.
#[test]
fn a_release_and_a_new_start() {
    let again = r#"{ "at": "20s", "do": "release", "node": "pc0" }, { "at": "20s", "do": "start", "node": "pc0" }"#;
    holds("", again);
}
