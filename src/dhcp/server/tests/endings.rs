//! Leases without end, releases of what was never leased, and addresses done without.

use super::super::*;
use super::rig::*;

#[test]
fn s02_an_infinite_lease_that_was_offered_is_given_and_stays_so() {
    let mut rig = Rig::new(Config {
        max_lease: "infinite".parse().unwrap(),
        ..plain()
    });
    let asking = with(discover(1), code::LEASE_TIME, &u32::MAX.to_be_bytes());
    let offer = rig.one(&asking, false);
    assert_eq!(offer.lease(), Some(u32::MAX));
    let ack = rig.one(&selecting(1, ip(10)), false);
    assert_eq!(ack.lease(), Some(u32::MAX), "what was offered");
    let again = rig.one(&rebooting(1, ip(10)), false);
    assert_eq!(again.lease(), Some(u32::MAX), "no end comes by itself");
    let remains = rig.one(&discover(1), false);
    assert_eq!(remains.lease(), Some(u32::MAX), "what remains");
    let shorter = with(
        extending(1, ip(10)),
        code::LEASE_TIME,
        &600_u32.to_be_bytes(),
    );
    assert_eq!(rig.one(&shorter, true).lease(), Some(600), "by asking");
}

#[test]
fn s12_a_release_of_what_was_only_offered_is_none() {
    let mut rig = Rig::new(plain());
    rig.one(&discover(1), false);
    assert_eq!(rig.silent(&release(1, ip(10)), true), Silence::NotHolder);
    assert_eq!(rig.state(ip(10)), Some(BindingState::Offered));
}

#[test]
fn c21_a_client_that_may_do_without_an_address_gets_an_offer_and_no_lease_at_once() {
    let mut rig = Rig::new(Config {
        rapid_commit: true,
        ipv6_only_wait: Some(secs(600)),
        ..plain()
    });
    let rapid = with(discover(1), code::RAPID_COMMIT, &[]);
    let both = with(rapid.clone(), code::PARAMETER_LIST, &[1, code::IPV6_ONLY]);
    assert_eq!(rig.one(&both, false).kind(), MessageType::Offer);
    let plain = with(rapid, code::PARAMETER_LIST, &[1]);
    assert_eq!(rig.one(&plain, false).kind(), MessageType::Ack);
}
