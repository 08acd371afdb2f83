//! A case, run and held against the model.

use std::rc::Rc;

use dhcp_lab::scenario::{File, Scenario};
use dhcp_lab::sim::{Journal, Recording, World};
use dhcp_lab::time::{Duration, Instant};

use super::fields::Fields;
use super::leases::Leases;
use super::net::Net;
use super::tally::{Tally, count};
use super::trace::{self, Packet, Seen};
use super::waits;

/// How often it is looked whether anyone waits for nothing.
const LOOK: Duration = Duration::from_secs(7);

/// Runs a story of which the last part, from `calm` on, is without mishap, and holds it against the
/// whole model.
///
/// # Errors
/// What does not hold; the first word is the rule.
pub(crate) fn check(file: File, calm: Duration, tally: &mut Tally) -> Result<(), String> {
    let scenario = Scenario::new(file).map_err(|problem| format!("scenario: {problem}"))?;
    let net = Net {
        scenario: &scenario,
    };
    let (mut world, mut journal) = (World::new(&scenario), Journal::default());
    let mut stop = Instant::ZERO;
    while stop < scenario.until() {
        stop = (stop + LOOK).min(scenario.until());
        world.run_until(stop, scenario.commands(), &mut journal);
        waits::deadlines(&waits::waiting(&net, &world))?;
    }
    let served = judge(&net, &trace::of(&journal), Instant::ZERO + calm)?;
    *tally.entry("client served in calm".to_owned()).or_default() += served;
    *tally.entry("client".to_owned()).or_default() += u32::try_from(net.lessees().count()).unwrap();
    count(&scenario, &journal, tally);
    replay(&scenario, &world, &journal)
}

/// Holds what was seen against what must hold, and says how many clients had to have an address in
/// calm.
///
/// # Errors
/// What does not hold; the first word is the rule.
pub(crate) fn judge(net: &Net<'_>, trace: &[Seen], calm: Instant) -> Result<u32, String> {
    let (mut fields, mut leases) = (Fields::default(), Leases::default());
    for seen in trace {
        let packet = seen.packet()?;
        let told = |why| {
            let (name, at) = (net.name(seen.node), seen.at);
            match &packet {
                Packet::Dhcp(dhcp) => format!("{why}, {name} at {at}: {:?}", dhcp.message),
                other => format!("{why}, {name} at {at}: {other:?}"),
            }
        };
        fields.see(net, seen, &packet).map_err(told)?;
        leases.see(net, seen, &packet)?;
    }
    waits::liveness(net, &leases, calm, net.scenario.until())
}

/// Going back and forth in a recording of the story comes to the same bytes.
///
/// # Errors
/// That it does not.
pub(crate) fn replay(scenario: &Scenario, world: &World, journal: &Journal) -> Result<(), String> {
    let mut recording = Recording::new(Rc::new(scenario.clone()));
    let end = scenario.until();
    let part = |number, of| Instant::ZERO + end.since(Instant::ZERO).fraction(number, of);
    for stop in [part(1, 2), part(1, 5), part(3, 5), part(1, 3), end] {
        recording.seek(stop);
    }
    let picture = |world: &World| {
        let nodes: Vec<_> = world.nodes().collect();
        let links = scenario.cables().map(|(link, ..)| world.link(link));
        format!("{nodes:?} {:?}", links.collect::<Vec<_>>())
    };
    if recording.journal() == journal && picture(recording.world()) == picture(world) {
        Ok(())
    } else {
        Err("replay: another run".to_owned())
    }
}
