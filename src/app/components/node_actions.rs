//! What can be done to a node: at first what one does most, on demand everything, explained.

use std::rc::Rc;

use yew::prelude::*;

use super::doing::{When, button, heading, planning, together, use_focus, use_then};
use super::element::{Element, el, handler, spelt};
use super::panel::TITLE;
use super::part::{draw, part};
use crate::app::browser;
use crate::app::session::{Action, Ask, Deed, Panel, Sense, Session};
use crate::app::store::{Store, use_view};
use crate::dhcp::Cidr;
use crate::scenario::{Command, LinkId, NodeId, NodeKind, Offset, Partition};
use crate::text::Texts;

/// Which node.
#[derive(PartialEq)]
pub(super) struct NodeActionsProps {
    /// The session.
    pub(super) store: Store,
    /// The node.
    pub(super) id: NodeId,
}

/// What is done most: the rest takes a press more.
fn is_common(deed: &Deed) -> bool {
    !matches!(
        deed.command(),
        None | Some(
            Command::Crash(_)
                | Command::Restart(_)
                | Command::Faults(..)
                | Command::Heal(_)
                | Command::Leave(_)
                | Command::Failover(..)
        )
    )
}

/// What can be done to a node.
#[part]
pub(super) fn NodeActions(props: &NodeActionsProps) -> Html {
    let NodeActionsProps { store, id } = props;
    let id = *id;
    let whole = use_state_eq(|| false);
    let when = use_state_eq(When::default);
    // Who sees no field for another instant does it now.
    let then = use_then(store, when.at.filter(|_| *whole));
    let (words, deeds, cables, shared) = use_view(store, move |session| {
        let server = session.world().node(id).server();
        let links = session.cables_of(id);
        let cables = links
            .iter()
            .flat_map(|link| session.deeds_of_link(&then, *link, Some(id)));
        (
            session.texts().clone(),
            session.deeds_of_node(&then, id),
            cables.collect::<Vec<Deed>>(),
            server.is_some_and(|server| server.endpoint().is_some()),
        )
    });
    use_focus(".panel", TITLE.to_owned());
    let turn = {
        let whole = whole.clone();
        handler(move |_| whole.set(!*whole))
    };
    let turn = el!(
        "button",
        "class" = "button text quiet actions",
        "aria-expanded" = spelt(*whole)
    )
    // Folded or not, it is the same one and keeps the focus.
    .named("turn")
    .on_click(turn)
    .text(words.get(if *whole {
        "ui.fewer"
    } else {
        "ui.more-deeds-here"
    }));
    if !*whole {
        let order = |sense: Sense| deeds.iter().filter(move |deed| deed.sense == sense);
        let common = order(Sense::Power)
            .chain(&cables)
            .chain(order(Sense::Lease))
            .chain(order(Sense::Failover))
            .chain(order(Sense::Other))
            .filter(|deed| is_common(deed))
            // They stand with what they are about.
            .filter(|deed| !(shared && matches!(deed.command(), Some(Command::LoseDisk(_)))));
        let why = el!(
            "button",
            "class" = "button text",
            "aria-haspopup" = "dialog"
        )
        .named("")
        .on_click(store.on(Action::Ask(Ask::Node(id))))
        .text(words.get("ui.why-node"));
        return el!("div", "class" = "actions")
            .all(common.map(|deed| button(store, &words, deed, &When::default())))
            .with(why)
            .with(turn)
            .html();
    }
    let of = |sense: Sense| -> Vec<Element> {
        let own = deeds
            .iter()
            .chain(&cables)
            .filter(|deed| deed.sense == sense);
        own.map(|deed| button(store, &words, deed, &when)).collect()
    };
    let own = |id: NodeId| PartProps {
        store: store.clone(),
        id,
        when: (*when).clone(),
    };
    let mut groups = Vec::new();
    for sense in [
        Sense::Power,
        Sense::Cable,
        Sense::Lease,
        Sense::Failover,
        Sense::Apart,
        Sense::Other,
        Sense::Network,
    ] {
        let mut things = of(sense);
        let mut heading = heading(sense);
        match sense {
            Sense::Cable => things.extend(store.read(|session| panels(store, session, &words, id))),
            Sense::Apart => {
                let cut = draw::<Cut>(own(id));
                things.push(el!("div", "class" = "row-form").named("").put(cut));
            }
            Sense::Other => {
                let set = draw::<Set>(own(id));
                let setting = store.read(|session| set_kind(session, id));
                if setting == Some(Setting::Address) {
                    heading = "sense.address";
                }
                things.extend(setting.map(|_| el!("div", "class" = "row-form").named("").put(set)));
            }
            Sense::Power | Sense::Lease | Sense::Failover | Sense::Network => {}
        }
        if !things.is_empty() {
            groups.push(together(&words, heading, things));
        }
    }
    el!("div", "class" = "all-actions")
        .with(turn)
        .with(planning(store, &words, &when))
        .all(groups.into_iter())
        .html()
}

/// The ways to the panels of a node's cables.
fn panels(store: &Store, session: &Session, words: &Texts, id: NodeId) -> Vec<Element> {
    let plugged = |link: &LinkId| session.world().link(*link).plugged;
    let links = session.cables_of(id).into_iter().filter(plugged);
    let way = |link| {
        let ends = session.scenario().ends(link);
        let other = if ends[0] == id { ends[1] } else { ends[0] };
        let values = [("other", session.scenario().node(other).id.as_str())];
        let name = words.say("ui.cable-to", &values);
        el!("button", "class" = "button text")
            .named(&name)
            .on_click(store.on(Action::Open(Panel::Link(link))))
            .text(&name)
    };
    links.map(way).collect()
}

#[derive(PartialEq)]
struct PartProps {
    store: Store,
    id: NodeId,
    when: When,
}

/// Cutting a node off from another, or from all others.
#[part]
fn Cut(props: &PartProps) -> Html {
    let PartProps { store, id, when } = props;
    let chosen = use_state_eq(|| None::<NodeId>);
    let (words, others) = store.read(|session| {
        let others = session.others(*id).into_iter().take(200);
        let named = others.map(|node| (node, session.scenario().node(node).id.clone()));
        (session.texts().clone(), named.collect::<Vec<_>>())
    });
    let option = |node: Option<NodeId>, name: &str| {
        let value = node.map_or_else(String::new, |node| node.0.to_string());
        el!("option", "value" = value, "selected" = node == *chosen).text(name)
    };
    let choose = handler({
        let chosen = chosen.clone();
        move |event| chosen.set(browser::value(&event).parse().ok().map(NodeId))
    });
    let all = option(None, words.get("ui.all-others"));
    let each = others.iter().map(|(node, name)| option(Some(*node), name));
    let label = words.get("ui.cut-off-from").to_owned();
    let list = el!("select", "aria-label" = label)
        .on("change", choose)
        .with(all)
        .all(each);
    let cut = handler({
        let (store, id, when, chosen) = (store.clone(), *id, when.clone(), *chosen);
        move |_| {
            let far = chosen.map_or_else(
                || store.read(|session| session.others(id)),
                |other| vec![other],
            );
            if let Some(parts) = Partition::new(&[id], &far) {
                when.act(&store, Command::Partition(Rc::new(parts)));
            }
        }
    });
    el!("div", "class" = "actions")
        .with(list)
        .with(
            el!("button", "class" = "button text")
                .on_click(cut)
                .text(words.get("ui.cut-off")),
        )
        .html()
}

/// What a node has that is set by a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Setting {
    /// A server's clock.
    Clock,
    /// The address of a host without DHCP.
    Address,
}

fn set_kind(session: &Session, id: NodeId) -> Option<Setting> {
    match session.scenario().node(id).kind {
        NodeKind::Server => Some(Setting::Clock),
        NodeKind::Host => Some(Setting::Address),
        NodeKind::Client | NodeKind::Switch | NodeKind::Router => None,
    }
}

/// Setting a clock, or taking an address.
#[part]
fn Set(props: &PartProps) -> Html {
    let PartProps { store, id, when } = props;
    let text = use_state_eq(String::new);
    let problem = use_state_eq(String::new);
    let (words, setting) = store.read(|session| (session.texts().clone(), set_kind(session, *id)));
    let (label, placeholder, verb) = match setting {
        Some(Setting::Clock) => ("ui.clock-off", "5m, -30s", "ui.set"),
        _ => ("ui.take-address", "192.0.2.10/24", "ui.take"),
    };
    let write = handler({
        let text = text.clone();
        move |event| text.set(browser::value(&event))
    });
    let set = handler({
        let (store, id, when) = (store.clone(), *id, when.clone());
        let (text, problem, words) = (text.clone(), problem.clone(), words.clone());
        move |event| {
            event.prevent_default();
            let read = match setting {
                Some(Setting::Clock) => match text.trim().parse::<Offset>() {
                    Ok(offset) => Ok(Command::Clock(id, offset.0)),
                    Err(error) => Err(error.to_string()),
                },
                _ => match text.trim().parse::<Cidr>() {
                    Ok(cidr) if cidr.is_host() => Ok(Command::Take(id, cidr)),
                    Ok(_) => Err(words.get("ui.no-host-address").to_owned()),
                    Err(error) => Err(error.to_string()),
                },
            };
            match read {
                Ok(command) => {
                    problem.set(String::new());
                    when.act(&store, command);
                }
                Err(error) => problem.set(error),
            }
        }
    });
    let field = el!(
        "input",
        "type" = "text",
        "class" = "text-field",
        "autocomplete" = "off",
        "placeholder" = placeholder
    );
    let field = field.shows((*text).clone()).on("input", write);
    let field = el!("label").text(words.get(label)).with(field);
    let problem = (!problem.is_empty())
        .then(|| el!("p", "class" = "problem", "role" = "alert").text(&problem));
    el!("form", "class" = "actions")
        .on("submit", set)
        .with(field)
        .with(el!("button", "class" = "button text").text(words.get(verb)))
        .maybe(problem)
        .html()
}
