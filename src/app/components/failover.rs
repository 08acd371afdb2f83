//! A failover server as its panel and the stage show it: what it makes of its partner, what both
//! know of each lease, and what an operator can do.

use std::net::Ipv4Addr;
use std::rc::Rc;

use yew::Html;

use super::element::{el, group};
use super::kinds;
use super::node_panel::Sheet;
use super::node_tables::{facts, table, text};
use crate::app::session::Action;
use crate::app::store::Store;
use crate::dhcp::failover::state::service;
use crate::dhcp::failover::{Command as Order, Role, Service, State};
use crate::scenario::{Command, NodeId, Partition};
use crate::time::Instant;
use crate::view::node::{BindingRow, FailoverView};

/// The style class of an endpoint's state.
pub(super) fn state_class(state: State) -> &'static str {
    match state {
        State::Normal => "s-bound",
        State::Startup | State::Paused | State::Shutdown => "s-none",
        State::Recover | State::RecoverWait | State::RecoverDone | State::ConflictDone => {
            "s-getting"
        }
        State::CommunicationsInterrupted
        | State::PartnerDown
        | State::PotentialConflict
        | State::ResolutionInterrupted => "s-late",
    }
}

/// Its partner: which node, and its name.
fn partner(sheet: &Sheet<'_>, address: Ipv4Addr) -> (Option<NodeId>, String) {
    let mut nodes = sheet.session.scenario().nodes();
    let found = nodes.find(|(_, node)| node.has_address(address));
    found.map_or_else(
        || (None, address.to_string()),
        |(id, node)| (Some(id), node.id.clone()),
    )
}

/// A server's side of failover.
pub(super) fn partnership(sheet: &Sheet<'_>, id: NodeId, view: &FailoverView) -> Html {
    let words = sheet.words;
    let (_, name) = partner(sheet, view.address);
    let own = sheet.session.scenario().node(id).id.as_str();
    let since = view
        .since
        .map(|since| words.say("ui.since", &[("at", &words.moment(since))]));
    let stored = view.stored.map_or_else(
        || words.get("ui.disk-empty").to_owned(),
        |state| words.say("ui.disk", &[("state", state.name())]),
    );
    let on = sheet.view.power;
    let (state, serves) = if on {
        (view.state.name(), service(view.state))
    } else {
        (words.get("ui.off"), Service::Nobody)
    };
    let serves = words.get(match serves {
        Service::Nobody => "ui.serves.nobody",
        Service::Renewals => "ui.serves.renewals",
        Service::Share if view.shared => "ui.serves.share",
        Service::Share | Service::Everyone => "ui.serves.everyone",
    });
    let touch = words.get(if view.connected {
        "ui.in-touch"
    } else {
        "ui.out-of-touch"
    });
    let pending: Vec<String> = view.pending.iter().map(Ipv4Addr::to_string).collect();
    let [free, backup] = view.shares.map(|share| share.to_string());
    let (primary, secondary) = match view.role {
        Role::Primary => (own, name.as_str()),
        Role::Secondary => (name.as_str(), own),
    };
    let shares = words.say(
        "ui.shares-of",
        &[
            ("free", &free),
            ("backup", &backup),
            ("primary", primary),
            ("secondary", secondary),
        ],
    );
    facts(
        "Failover",
        vec![
            [
                words.get("ui.state"),
                state,
                since.as_ref().filter(|_| on).unwrap_or(&stored),
            ],
            [words.get("ui.answers"), serves, ""],
            [&name, view.partner.map_or("–", State::name), touch],
            [
                words.get("ui.pending"),
                &view.pending.len().to_string(),
                &pending.join(", "),
            ],
            [words.get("ui.shares"), &shares, ""],
            [
                "MCLT",
                &words.duration(view.mclt),
                words.get("ui.mclt-hint"),
            ],
        ],
    )
}

/// What an operator can have it do, and what each does.
pub(super) fn orders(store: &Store, sheet: &Sheet<'_>, id: NodeId, view: &FailoverView) -> Html {
    let words = sheet.words;
    let (partner, name) = partner(sheet, view.address);
    let on = sheet.view.power;
    let own = sheet.session.scenario().node(id).id.as_str();
    let state = view.state.name();
    let say = |key: &str| {
        let values = [("partner", name.as_str()), ("node", own), ("state", state)];
        words.say(key, &values)
    };
    // What cannot be done now stays in its place, and says why.
    let order = |key: &str, why_not: &str, command: Command| {
        let button = el!(
            "button",
            "class" = "button text",
            "disabled" = !why_not.is_empty()
        );
        let hint = if why_not.is_empty() {
            say(&format!("{key}-hint"))
        } else {
            say(why_not)
        };
        el!("li")
            .with(
                button
                    .on_click(store.on(Action::Do(command)))
                    .text(&say(key)),
            )
            .with(el!("span").text(&hint))
    };
    let when = |possible: bool, why_not: &'static str| if possible { "" } else { why_not };
    let stopped = matches!(view.state, State::Shutdown | State::Paused);
    let alone = match (on, view.may_go_on_alone) {
        (false, _) => "ui.only-on",
        (true, may) => when(may, "ui.not-in-state"),
    };
    let stop = match (on, stopped) {
        (false, _) => "ui.only-on",
        (true, stopped) => when(!stopped, "ui.starts-again"),
    };
    let cut = partner
        .and_then(|partner| Partition::new(&[id], &[partner]))
        .map(|parts| {
            let mut known = sheet.session.world().partitions();
            let is_cut = known.any(|other| **other == parts);
            let parts = Rc::new(parts);
            if is_cut {
                order("ui.meet-partner", "", Command::Heal(Some(parts)))
            } else {
                order("ui.cut-partner", "", Command::Partition(parts))
            }
        });
    let list = el!("ul", "class" = "orders")
        .with(order(
            "ui.partner-down",
            alone,
            Command::Failover(id, Order::PartnerDown),
        ))
        .with(order(
            "ui.shut-down",
            stop,
            Command::Failover(id, Order::Shutdown),
        ))
        .maybe(cut)
        .with(order(
            "ui.lose-disk",
            when(!on, "ui.only-off"),
            Command::LoseDisk(id),
        ));
    el!("section")
        .with(el!("h3").text(words.get("ui.operator")))
        .with(list)
        .html()
}

/// What both servers know of each address: until when its client has it, and until when the partner
/// knows that it may.
pub(super) fn bindings(
    sheet: &Sheet<'_>,
    title: &str,
    rows: &[BindingRow],
    view: &FailoverView,
) -> Html {
    let words = sheet.words;
    let now = sheet.session.now();
    let moment = |at: Instant| match at {
        Instant::ZERO => "–".to_owned(),
        Instant::MAX => words.get("ui.never").to_owned(),
        at => words.moment(at),
    };
    let small = |words: &str| el!("small").text(words).html();
    let cells = rows.iter().map(|row| {
        let client = kinds::card(sheet.session.scenario(), row.client);
        let shared = row.shared.unwrap_or_default();
        let is_leased = row.state == "ACTIVE";
        let until = if row.until == Instant::MAX && !is_leased {
            text(&"–")
        } else {
            text(&moment(row.until))
        };
        let mut known = vec![text(&moment(shared.known))];
        if shared.pending {
            let told = [("at", moment(shared.sent))];
            let told = told.each_ref().map(|(name, at)| (*name, at.as_str()));
            known.push(small(&words.say("ui.not-acknowledged", &told)));
        }
        if is_leased && view.state != State::PartnerDown {
            let most = shared.known.max(now) + view.mclt;
            known.push(small(&words.say("ui.at-most", &[("at", &moment(most))])));
        }
        let whose = format!("{} · {client}", row.state);
        vec![
            group(vec![text(&row.address), small(&whose)]),
            until,
            group(known),
        ]
    });
    let heads = ["ui.address", "ui.has-until", "ui.potential"].map(|key| words.get(key));
    table(sheet, title, &heads, cells, words.get("ui.bindings-none"))
}
