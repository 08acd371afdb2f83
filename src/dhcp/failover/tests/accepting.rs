//! Figure 7.1.3-1, cell by cell.

use crate::dhcp::failover::accept::{Claim, accept};
use crate::dhcp::failover::state::Role;
use crate::dhcp::failover::store::{Client, Lease};
use crate::time::{Duration, Instant};
use crate::wire::failover::{BindingStatus as S, Hardware, RejectReason};

fn client(last: u8) -> Client {
    Client {
        id: None,
        hardware: Hardware {
            kind: 1,
            address: vec![2, 0, 0, 0, 0, last],
        },
    }
}

fn at(seconds: u64) -> Instant {
    Instant::ZERO + Duration::from_secs(seconds)
}

/// An address whose client was heard of at 100 s, whose status began then, and whose lease ends at
/// 200 s.
fn mine(status: S) -> Lease {
    let mut lease = Lease::fresh();
    lease.status = status;
    lease.client = Some(client(1));
    lease.last_transaction = Some(at(100));
    lease.since = at(100);
    lease.times.expires = at(200);
    lease
}

fn claim(status: S, last_transaction: Option<u64>) -> Claim {
    Claim {
        status,
        client: Some(client(1)),
        last_transaction: last_transaction.map(at),
    }
}

/// What a cell of the figure says.
#[derive(Clone, Copy)]
enum Cell {
    Yes,
    LaterClient,
    LeaseOver,
    LaterThanState,
    Reject16,
}

const RECEIVED: [S; 7] = [
    S::Active,
    S::Expired,
    S::Released,
    S::Free,
    S::Backup,
    S::Reset,
    S::Abandoned,
];

#[test]
fn f11_every_cell_of_the_figure() {
    use Cell::{LaterClient as T1, LaterThanState as T3, LeaseOver as T2, Reject16 as No, Yes};
    let figure = [
        (S::Active, [Yes, T2, T1, T2, T2, Yes, Yes]),
        (S::Expired, [T1, Yes, Yes, Yes, Yes, Yes, Yes]),
        (S::Released, [T1, T1, Yes, Yes, Yes, Yes, Yes]),
        (S::Free, [Yes; 7]),
        (S::Backup, [Yes; 7]),
        (S::Reset, [T3, Yes, Yes, Yes, Yes, Yes, Yes]),
        (S::Abandoned, [No, No, No, No, No, Yes, Yes]),
    ];
    for (status, row) in figure {
        for (received, cell) in RECEIVED.into_iter().zip(row) {
            for role in [Role::Primary, Role::Secondary] {
                // When the client was heard of, and what time it is.
                for (last, now) in [
                    (None, 150),
                    (Some(99), 150),
                    (Some(100), 150),
                    (Some(101), 150),
                    (None, 200),
                    (None, 201),
                ] {
                    let expected = match cell {
                        Yes => Ok(()),
                        No => Err(RejectReason::LESS_CRITICAL),
                        T1 | T3 if last == Some(101) => Ok(()),
                        T2 if now > 200 => Ok(()),
                        T1 | T2 | T3 => Err(RejectReason::OUTDATED),
                    };
                    let found = accept(role, at(now), &mine(status), &claim(received, last));
                    assert_eq!(found, expected, "{status} {received} {last:?} {now}");
                }
            }
        }
    }
}

#[test]
fn f11_a_time_that_is_there_is_later_than_none() {
    let mut silent = mine(S::Expired);
    silent.last_transaction = None;
    let now = at(150);
    assert_eq!(
        accept(Role::Primary, now, &silent, &claim(S::Active, Some(1))),
        Ok(())
    );
    let verdict = accept(Role::Primary, now, &silent, &claim(S::Active, None));
    assert_eq!(verdict, Err(RejectReason::OUTDATED));
}

/// Two clients, one address: the secondary gives way, the primary does not.
#[test]
fn f11_of_two_clients_the_primarys_stays() {
    let other = Claim {
        client: Some(client(2)),
        ..claim(S::Active, Some(101))
    };
    let now = at(150);
    let verdict = accept(Role::Primary, now, &mine(S::Active), &other);
    assert_eq!(verdict, Err(RejectReason::FATAL_CONFLICT));
    assert_eq!(
        accept(Role::Secondary, now, &mine(S::Active), &other),
        Ok(())
    );
    // A lease that is over stands for one that is EXPIRED: who was heard of later has the address.
    for (last, now, expected) in [
        (Some(150), 200, Err(RejectReason::FATAL_CONFLICT)),
        (Some(150), 201, Ok(())),
        (Some(100), 201, Err(RejectReason::FATAL_CONFLICT)),
        (None, 201, Err(RejectReason::FATAL_CONFLICT)),
    ] {
        let other = Claim {
            last_transaction: last.map(at),
            ..other.clone()
        };
        let verdict = accept(Role::Primary, at(now), &mine(S::Active), &other);
        assert_eq!(verdict, expected, "{last:?} {now}");
    }
}
