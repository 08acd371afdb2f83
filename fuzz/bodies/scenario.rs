//! Any text as a scenario: refused with a word about where, or run for a while.

use dhcp_lab::lesson;
use dhcp_lab::scenario::{Scenario, permalink};
use dhcp_lab::sim::{Journal, World};
use dhcp_lab::text::Language;
use dhcp_lab::view::ladder::Ladder;
use dhcp_lab::view::timeline::Timeline;
use dhcp_lab::view::{capture, journal, mermaid, node, stage};

const EVENTS: usize = 1_500;

pub(crate) fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    // The text of an address is another form, read by the same means.
    if let Err(problem) = permalink::read(text) {
        assert!(!problem.message.is_empty());
    }
    let scenario = match Scenario::parse(text) {
        Ok(scenario) => scenario,
        Err(problem) => {
            assert!(!problem.message.is_empty());
            assert!(problem.to_string().starts_with(&problem.path));
            let message = problem.message.as_str();
            let whole = message.starts_with("missing field") || message.contains("struct File");
            assert!(
                !problem.path.is_empty() || message.contains(" at line ") || whole,
                "{problem} says where"
            );
            return;
        }
    };
    assert_eq!(
        Scenario::parse(&scenario.file().to_json()),
        Ok(scenario.clone()),
        "written and read again"
    );
    let saved = Scenario::new(scenario.with_commands(scenario.commands()));
    assert_eq!(
        saved.as_ref().map(Scenario::commands),
        Ok(scenario.commands())
    );
    let (world, written) = play(&scenario);
    assert_eq!(play(&scenario).1, written, "the same run again");
    for (id, _) in written.from(0) {
        let _ = lesson::tell(&scenario, &written, id);
    }
    for (id, _) in scenario.nodes() {
        let _ = node::view(&world, id);
    }
    let _ = (
        Ladder::new(&written),
        Timeline::new(&scenario, &written),
        stage::flights(&written, written.len(), world.now()),
        mermaid::diagram(&scenario, &written, Language::English),
        capture::capture(&scenario, &written),
        journal::lines(&scenario, &written),
    );
}

fn play(scenario: &Scenario) -> (World, Journal) {
    let mut world = World::new(scenario);
    let mut written = Journal::default();
    let commands = scenario.commands();
    for _ in 0..EVENTS {
        if world
            .next_at(commands)
            .is_none_or(|at| at > scenario.until())
        {
            break;
        }
        let before = world.now();
        world.step(commands, &mut written);
        assert!(world.now() >= before, "time goes on");
    }
    (world, written)
}
