//! The panel of a cable: whether it is in, what goes wrong on it, and what it has lost.

use yew::prelude::*;

use super::doing::{When, button, planning, use_focus, use_then};
use super::element::{Element, el, handler, spelt};
use super::panel::{TITLE, frame};
use super::part::{draw, part};
use crate::app::browser;
use crate::app::session::{Action, Panel, Session};
use crate::app::store::{Store, use_view};
use crate::app::trouble::{Draft, Field, Trouble, commands, draft, read};
use crate::scenario::{Faults, LinkId, NodeId};
use crate::sim::{DropReason, World};
use crate::text::Texts;
use crate::view::link::Tally;

/// Which cable.
#[derive(PartialEq)]
pub(super) struct LinkProps {
    /// The session.
    pub(super) store: Store,
    /// The cable.
    pub(super) id: LinkId,
}

/// A cable's settings in a world.
fn trouble(world: &World, id: LinkId) -> Trouble {
    let link = world.link(id);
    Trouble {
        latency: link.latency,
        faults: link.faults(),
    }
}

/// How a cable is, in words: for its panel, and for who does not see it.
pub(super) fn state(session: &Session, words: &Texts, id: LinkId) -> String {
    let link = session.world().link(id);
    let state = match (link.plugged, link.carrier) {
        (false, _) => "ui.cable-out",
        (true, false) => "ui.cable-dead",
        (true, true) => "ui.cable-in",
    };
    let mut parts = vec![words.get(state).to_owned(), words.duration(link.latency)];
    if link.faults() != Faults::default() {
        parts.push(words.get("ui.faulty").to_owned());
    }
    parts.join(", ")
}

/// A cable's panel.
#[part]
pub(super) fn LinkPanel(props: &LinkProps) -> Html {
    let LinkProps { store, id } = props;
    let id = *id;
    let when = use_state_eq(When::default);
    let then = use_then(store, when.at);
    use_focus(".panel", TITLE.to_owned());
    let (words, now, deeds, subtitle, ends) = use_view(store, move |session| {
        let words = session.texts().clone();
        let subtitle = state(session, &words, id);
        (
            words,
            trouble(then.world(session).unwrap_or(session.world()), id),
            session.deeds_of_link(&then, id, None),
            subtitle,
            session.scenario().ends(id),
        )
    });
    let names = store.read(|session| ends.map(|end| session.scenario().node(end).id.clone()));
    let end = |(end, name): (NodeId, &String)| {
        el!("button", "class" = "button text quiet")
            .key(end.0.into())
            .on_click(store.on(Action::Open(Panel::Node(end))))
            .text(name)
    };
    let form = draw::<TroubleForm>(FormProps {
        store: store.clone(),
        id,
        now,
        when: (*when).clone(),
    });
    let body = el!("div", "class" = "panel-body")
        .with(
            el!("div", "class" = "actions")
                .all(deeds.iter().map(|deed| button(store, &words, deed, &when)))
                .all(ends.into_iter().zip(&names).map(end)),
        )
        .with(planning(store, &words, &when))
        .put(form)
        .put(draw::<Lost>(LinkProps {
            store: store.clone(),
            id,
        }));
    let title = names.join(" – ");
    frame(store, &words, "node-panel", &title, &subtitle, body.html())
}

/// What it has lost so far.
#[part]
fn Lost(props: &LinkProps) -> Html {
    let LinkProps { store, id } = props;
    let (words, key) = use_view(store, |session| (session.texts().clone(), session.key()));
    let tally = use_mut_ref(|| (key.run, Tally::new(*id)));
    let mut tally = tally.borrow_mut();
    if tally.0 != key.run {
        *tally = (key.run, Tally::new(*id));
    }
    store.read(|session| tally.1.extend(session.journal(), key.written));
    let Tally {
        sent, whole, lost, ..
    } = &tally.1;
    let values = [
        ("lost", tally.1.all_lost().to_string()),
        ("sent", sent.to_string()),
    ];
    let values = values
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let text = if *whole {
        "ui.lost-of"
    } else {
        "ui.lost-at-least"
    };
    let mut list = el!("dl", "class" = "facts");
    for (reason, count) in lost {
        list = list
            .with(el!("dt").text(words.get(why(*reason))))
            .with(el!("dd").text(&count.to_string()));
    }
    el!("section")
        .with(el!("h3").text(words.get("ui.lost")))
        .with(el!("p").text(&words.say(text, &values)))
        .with(list)
        .html()
}

/// The text that says why a frame was lost.
fn why(reason: DropReason) -> &'static str {
    match reason {
        DropReason::NoCarrier => "drop.no-carrier",
        DropReason::CarrierLost => "drop.carrier-lost",
        DropReason::Loss => "drop.loss",
        DropReason::Burst => "drop.burst",
        DropReason::QueueFull => "drop.queue-full",
        DropReason::Partition => "drop.partition",
        DropReason::Person => "drop.person",
        DropReason::Crashed => "drop.crashed",
    }
}

#[derive(PartialEq)]
struct FormProps {
    store: Store,
    id: LinkId,
    now: Trouble,
    when: When,
}

/// What goes wrong on the cable, as a form.
#[part]
fn TroubleForm(props: &FormProps) -> Html {
    let FormProps {
        store,
        id,
        now,
        when,
    } = props;
    let typed = use_state(|| draft(now));
    let problem = use_state_eq(String::new);
    {
        let (typed, problem) = (typed.clone(), problem.clone());
        use_effect_with(*now, move |now| {
            typed.set(draft(now));
            problem.set(String::new());
        });
    }
    let words = store.read(|session| session.texts().clone());
    let apply = handler({
        let (store, words, id, now) = (store.clone(), words.clone(), *id, *now);
        let when = when.clone();
        let (typed, problem) = (typed.clone(), problem.clone());
        move |event| {
            event.prevent_default();
            let done = read(&typed)
                .map_err(|field| {
                    let name = words.get(&format!("link.{}", field.name())).to_owned();
                    words.say(field.range(), &[("name", &name)])
                })
                .and_then(|wanted| {
                    let done =
                        store.read(|session| commands(session.scenario(), id, &now, &wanted));
                    done.map_err(|problem| problem.to_string())
                });
            match done {
                Ok(commands) => {
                    problem.set(String::new());
                    for command in commands {
                        when.act(&store, command);
                    }
                }
                Err(error) => problem.set(error),
            }
        }
    });
    let reset = handler({
        let (typed, problem, now) = (typed.clone(), problem.clone(), *now);
        move |_| {
            typed.set(draft(&now));
            problem.set(String::new());
        }
    });
    let fields = Field::ALL.into_iter().enumerate();
    let wrong = read(&typed).err().filter(|_| !problem.is_empty());
    let fields = fields.map(|(place, field)| {
        let wrong = wrong == Some(field);
        row(&words, &typed, place, field, wrong)
    });
    let changed = *typed != draft(now);
    let said = (!problem.is_empty())
        .then(|| el!("p", "class" = "problem", "role" = "alert").text(&problem));
    let buttons = changed.then(|| {
        let reset = el!("button", "class" = "button text", "type" = "button").on_click(reset);
        el!("div", "class" = "actions")
            .maybe(said)
            .with(el!("button", "class" = "button text primary").text(words.get("ui.set")))
            .with(reset.text(words.get("ui.reset")))
    });
    el!(
        "form",
        "class" = "trouble",
        "aria-label" = words.get("ui.trouble").to_owned()
    )
    .on("submit", apply)
    .with(el!("h3").text(words.get("ui.trouble")))
    .all(fields)
    .maybe(buttons)
    .html()
}

fn row(
    words: &Texts,
    typed: &UseStateHandle<Draft>,
    place: usize,
    field: Field,
    wrong: bool,
) -> Element {
    let key = format!("link.{}", field.name());
    let write = handler({
        let typed = typed.clone();
        move |event| {
            let mut all = (*typed).clone();
            all[place] = browser::value(&event);
            typed.set(all);
        }
    });
    let hint = format!("{key}.hint");
    let input = el!(
        "input",
        "type" = "text",
        "class" = "text-field",
        "inputmode" = "decimal",
        "autocomplete" = "off",
        "aria-invalid" = spelt(wrong)
    );
    let input = input.shows(typed[place].clone()).on("input", write);
    let class = if field.belongs() {
        "trouble-row more"
    } else {
        "trouble-row"
    };
    el!(
        "label",
        "class" = class,
        "title" = words.get(&hint).to_owned()
    )
    .with(
        el!("span")
            .text(words.get(&key))
            .with(el!("small").text(words.get(&hint))),
    )
    .with(input)
    .with(el!("span", "class" = "unit").text(field.unit().0))
}
