//! Lease arithmetic, the hash and the balance.

use proptest::prelude::*;

use crate::dhcp::failover::arith::{CLOCK_SLACK, Times, granted, longest, potential, reusable};
use crate::dhcp::failover::balance::{Limits, Move, balance, is_short, surplus};
use crate::dhcp::failover::load::{Buckets, bucket};
use crate::time::{Duration, Instant};

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn at(seconds: u64) -> Instant {
    Instant::ZERO + secs(seconds)
}

/// Two ISC dhcpds with MCLT 60 and a desired lease of 600 did just that
/// (`tests/data/isc-failover.pcap`).
#[test]
fn f05_the_first_lease_is_the_mclt_and_the_second_what_is_desired() {
    let (mclt, desired) = (secs(60), secs(600));
    let mut times = Times::default();
    let first = granted(at(1000), desired, &times, mclt);
    assert_eq!(first, secs(60));
    let told = potential(at(1000), first, desired);
    assert_eq!(told, at(1630));
    times.acked = told;
    let second = granted(at(1030), desired, &times, mclt);
    assert_eq!(second, secs(600));
    assert_eq!(potential(at(1030), second, desired), at(1030 + 300 + 600));
    // Without the acknowledgement it would have been the MCLT again.
    assert_eq!(
        granted(at(1030), desired, &Times::default(), mclt),
        secs(60)
    );
}

/// The draft's example (section 5.2.1): MCLT 1 h, desired lease 3 days.
#[test]
fn f06_the_example_of_the_draft() {
    const HOUR: u64 = 3600;
    let (mclt, desired) = (secs(HOUR), secs(72 * HOUR));
    let times = Times {
        acked: potential(at(0), mclt, desired),
        ..Times::default()
    };
    assert_eq!(times.acked, at(72 * HOUR + HOUR / 2));
    assert_eq!(granted(at(HOUR / 2), desired, &times, mclt), desired);
    assert_eq!(
        potential(at(0), desired, desired),
        at(36 * HOUR + 72 * HOUR)
    );
}

/// What the partner told counts as well: the survivor can go on giving whole leases.
#[test]
fn f05_a_survivor_uses_what_it_was_told() {
    let times = Times {
        received: at(5000),
        ..Times::default()
    };
    let most = longest(at(1000), &times, secs(60));
    assert_eq!(most, secs(4060).saturating_sub(CLOCK_SLACK));
}

#[test]
fn f05_a_lease_for_ever_needs_an_acknowledgement_for_ever() {
    let mut times = Times::default();
    assert_eq!(granted(at(10), Duration::MAX, &times, secs(60)), secs(60));
    times.acked = potential(at(10), secs(60), Duration::MAX);
    assert_eq!(times.acked, Instant::MAX);
    assert!(granted(at(40), Duration::MAX, &times, secs(60)) > secs(1_000_000_000));
}

#[test]
fn f08_in_partner_down_an_address_waits_for_the_latest_of_all_bounds() {
    let entered = at(1000);
    let mclt = secs(60);
    assert_eq!(reusable(entered, &Times::default(), mclt), at(1060));
    let bound = at(5000);
    for times in [
        Times {
            expires: bound,
            ..Times::default()
        },
        Times {
            sent: bound,
            ..Times::default()
        },
        Times {
            acked: bound,
            ..Times::default()
        },
    ] {
        assert_eq!(reusable(entered, &times, mclt), at(5060));
    }
    let times = Times {
        received: bound,
        ..Times::default()
    };
    assert_eq!(reusable(entered, &times, mclt), at(5060) + CLOCK_SLACK);
}

proptest! {
    /// The guarantee of section 5.2.1, and that a lease is never shorter than it need be.
    #[test]
    fn f05_no_lease_ends_later_than_what_the_partner_knows_and_the_mclt(
        now in 0_u64..1_000_000, acked in 0_u64..2_000_000, received in 0_u64..2_000_000,
        desired in 1_u64..1_000_000, mclt in 1_u64..100_000,
    ) {
        let times = Times { acked: at(acked), received: at(received), ..Times::default() };
        let lease = granted(at(now), secs(desired), &times, secs(mclt));
        let known = at(acked).max(at(received)).max(at(now));
        prop_assert!(at(now) + lease <= known + secs(mclt));
        prop_assert!(lease == secs(desired) || lease >= secs(mclt));
        prop_assert!(potential(at(now), lease, secs(desired)) >= at(now) + lease);
    }
}

/// RFC 3074 section 6 has the table and the code, but no test vectors. Which of two ISC dhcpds with
/// `split 128` offered an address was seen on the wire, by client identifier; the buckets were
/// worked out by another implementation.
///
/// One client of the capture does not fit, and is not here: 01:02:00:5e:00:46:72, bucket 114, is the
/// primary's by the hash, and got its address from the secondary. It was the last of ten at once,
/// when the five addresses of the primary were all leased; that dhcpd lets the other answer then is
/// likely, but was not seen in any other run.
#[test]
fn f09_the_hash_of_rfc_3074_as_dhcpd_uses_it() {
    let half = Buckets::split(128);
    for (id, expected, by_primary) in [
        ([1, 2, 0, 0x5e, 0, 0x07, 0x25], 154, false),
        ([1, 2, 0, 0x5e, 0, 0x0e, 0x4a], 197, false),
        ([1, 2, 0, 0x5e, 0, 0x15, 0x6f], 182, false),
        ([1, 2, 0, 0x5e, 0, 0x1c, 0x94], 79, true),
        ([1, 2, 0, 0x5e, 0, 0x23, 0xb9], 37, true),
        ([1, 2, 0, 0x5e, 0, 0x2a, 0xde], 1, true),
        ([1, 2, 0, 0x5e, 0, 0x31, 0x03], 55, true),
        ([1, 2, 0, 0x5e, 0, 0x38, 0x28], 230, false),
        ([1, 2, 0, 0x5e, 0, 0x3f, 0x4d], 8, true),
        ([1, 0x0e, 0x6d, 0x61, 0x56, 0x8f, 0xd3], 113, true),
        ([1, 2, 0xaa, 0xbb, 0xcc, 0xdd, 0xee], 15, true),
    ] {
        assert_eq!(bucket(&id), expected, "{id:02x?}");
        assert_eq!(half.is_primarys(bucket(&id)), by_primary);
    }
    assert_eq!(bucket(&[]), 0, "the length alone");
    let all: std::collections::BTreeSet<_> = (0..=255).map(|byte| bucket(&[byte])).collect();
    assert_eq!(all.len(), 256, "the table is a permutation");
}

#[test]
fn f09_a_split_counts_buckets_from_the_lowest_bit() {
    assert_eq!(Buckets::split(0).0, [0; 32]);
    assert_eq!(Buckets::split(256).0, [0xff; 32]);
    assert_eq!(Buckets::split(4).0[..2], [0x0f, 0], "as dhcpd sends it");
    for split in 0..=256 {
        let buckets = Buckets::split(split);
        for bucket in 0..=255 {
            assert_eq!(buckets.is_primarys(bucket), u16::from(bucket) < split);
        }
    }
}

#[test]
fn f10_addresses_move_when_the_shares_differ_by_more_than_the_limit() {
    let limits = Limits::default();
    assert_eq!(balance(10, 0, &limits), Move::Give(5), "as dhcpd did");
    assert_eq!(balance(5, 5, &limits), Move::Nothing);
    assert_eq!(
        balance(6, 4, &limits),
        Move::Nothing,
        "1 of 10 is within 15 %"
    );
    assert_eq!(balance(7, 3, &limits), Move::Give(2));
    assert_eq!(balance(3, 7, &limits), Move::Take(2));
    assert_eq!(balance(1, 0, &limits), Move::Nothing);
    assert_eq!(balance(2, 0, &limits), Move::Give(1));
    assert_eq!(balance(0, 2, &limits), Move::Take(1));
    assert!(is_short(10, 0, &limits) && !is_short(0, 10, &limits));
    assert_eq!(surplus(20, &limits), 2);
    let narrow = Limits {
        misbalance: 5,
        ..limits
    };
    assert_eq!(surplus(20, &narrow), 1);
}

proptest! {
    #[test]
    fn f10_a_balanced_pool_stays_as_it_is(free in 0_u64..5000, backup in 0_u64..5000, misbalance in 0_u8..100) {
        let limits = Limits { misbalance, ..Limits::default() };
        let (free, backup) = match balance(free, backup, &limits) {
            Move::Nothing => (free, backup),
            Move::Give(count) => (free - count, backup + count),
            Move::Take(count) => (free + count, backup - count),
        };
        prop_assert_eq!(balance(free, backup, &limits), Move::Nothing);
    }
}
