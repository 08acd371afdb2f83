//! The tables of a node's panel: lease, deadlines, bindings, ARP cache, switch ports.

use std::net::Ipv4Addr;

use yew::Html;

use super::element::{el, group};
use super::node_panel::Sheet;
use super::{failover, kinds};
use crate::app::session::{Action, Ask};
use crate::dhcp::client::{Lease, State};
use crate::lesson::why::reason;
use crate::scenario::{LinkId, NodeKind};
use crate::text::Texts;
use crate::time::Instant;
use crate::view::node::{BindingRow, FailoverView};
use crate::wire::Mac;

/// A table of as many rows as are shown of each, and a button for more.
pub(super) fn table(
    sheet: &Sheet<'_>,
    title: &str,
    heads: &[&str],
    rows: impl ExactSizeIterator<Item = Vec<Html>>,
    empty: &str,
) -> Html {
    let hidden = rows.len().saturating_sub(sheet.rows);
    let rows: Vec<Vec<Html>> = rows.take(sheet.rows).collect();
    let more = (hidden > 0).then(|| {
        let text = sheet
            .words
            .say("ui.more", &[("count", &hidden.to_string())]);
        el!("button", "class" = "chip earlier")
            .on_click(sheet.more.clone())
            .text(&text)
    });
    let body = if rows.is_empty() {
        el!("p", "class" = "empty").text(empty)
    } else {
        let head = |head: &&str| el!("th", "scope" = "col").text(head);
        let row =
            |cells: Vec<Html>| el!("tr").all(cells.into_iter().map(|cell| el!("td").put(cell)));
        el!("table")
            .with(el!("thead").with(el!("tr").all(heads.iter().map(head))))
            .with(el!("tbody").all(rows.into_iter().map(row)))
    };
    el!("section")
        .with(el!("h3").text(title))
        .with(body)
        .maybe(more)
        .html()
}

/// A list of facts by their names, each with a remark where there is one.
pub(super) fn facts(title: &str, facts: Vec<[&str; 3]>) -> Html {
    let mut list = el!("dl", "class" = "facts");
    for [name, fact, remark] in facts {
        let remark = (!remark.is_empty()).then(|| el!("small").text(remark));
        list = list
            .with(el!("dt").text(name))
            .with(el!("dd").text(fact).maybe(remark));
    }
    el!("section").with(el!("h3").text(title)).with(list).html()
}

/// An instant, and how long it is until then.
fn at(words: &Texts, at: Instant, now: Instant) -> [String; 2] {
    if at == Instant::MAX {
        return [words.get("ui.never").to_owned(), String::new()];
    }
    let left = if at > now {
        words.duration(at.since(now))
    } else {
        words.get("ui.over-since").to_owned()
    };
    [words.instant(at), left]
}

/// The same in a cell of a table.
fn moment(words: &Texts, instant: Instant, now: Instant) -> Html {
    let [when, left] = at(words, instant, now);
    group(vec![text(&when), el!("small").text(&left).html()])
}

/// A text in a cell.
pub(super) fn text(text: &impl ToString) -> Html {
    Html::from(text.to_string())
}

/// A client's lease: what it has, and when it has to do something about it.
pub(super) fn lease(sheet: &Sheet<'_>, state: State, lease: &Lease) -> Html {
    let Sheet { session, words, .. } = sheet;
    let now = session.now();
    let server = session
        .scenario()
        .nodes()
        .find(|(_, node)| node.has_address(lease.server));
    let server = server.map_or_else(
        || lease.server.to_string(),
        |(_, node)| format!("{} ({})", node.id, lease.server),
    );
    let address = format!("{}/{}", lease.address, lease.prefix);
    let [t1, t2, expiry] =
        [lease.t1, lease.t2, lease.expiry].map(|instant| at(words, instant, now));
    let mut all = vec![
        [words.get("ui.address"), &address, ""],
        [words.get("ui.kind.server"), &server, ""],
    ];
    // Who is stopped waits for none of them: until it expires, it will ask for the same address again
    // (RFC 2131 section 3.2).
    let expires = [words.get("ui.expiry"), &expiry[0]];
    let title = if state == State::Stopped {
        all.push([expires[0], expires[1], ""]);
        "ui.lease-before"
    } else {
        all.push(["T1", &t1[0], &t1[1]]);
        all.push(["T2", &t2[0], &t2[1]]);
        all.push([expires[0], expires[1], &expiry[1]]);
        "ui.lease"
    };
    facts(words.get(title), all)
}

/// What a node waits for, and why.
pub(super) fn deadlines(sheet: &Sheet<'_>) -> Html {
    let Sheet {
        session,
        words,
        view,
        store,
        id,
        ..
    } = sheet;
    let now = session.now();
    let rows = view.deadlines.iter().map(|deadline| {
        let why = Action::Ask(Ask::Deadline(*id, deadline.reason));
        let what = el!("button", "class" = "said", "aria-haspopup" = "dialog")
            .on_click(store.on(why))
            .text(&words.sentence(&reason(deadline.reason)));
        vec![what.html(), moment(words, deadline.at, now)]
    });
    let heads = [words.get("ui.what"), words.get("ui.when")];
    table(
        sheet,
        words.get("ui.deadlines"),
        &heads,
        rows,
        words.get("ui.deadlines-none"),
    )
}

/// What a server knows of its addresses.
pub(super) fn bindings(
    sheet: &Sheet<'_>,
    rows: &[BindingRow],
    pool: u64,
    free: u64,
    failover: Option<&FailoverView>,
) -> Html {
    let Sheet { session, words, .. } = sheet;
    let now = session.now();
    let title = words.say(
        "ui.bindings",
        &[("free", &free.to_string()), ("pool", &pool.to_string())],
    );
    let list = if let Some(view) = failover {
        failover::bindings(sheet, &title, rows, view)
    } else {
        let cells = rows.iter().map(|row| {
            let until = if row.until == Instant::MAX {
                text(&"–")
            } else {
                moment(words, row.until, now)
            };
            vec![
                text(&row.address),
                text(&row.state),
                text(&kinds::card(session.scenario(), row.client)),
                until,
            ]
        });
        let heads = ["ui.address", "ui.state", "ui.kind.client", "ui.until"];
        let heads = heads.map(|key| words.get(key));
        table(sheet, &title, &heads, cells, words.get("ui.bindings-none"))
    };
    let share = (pool.saturating_sub(free) * 100)
        .checked_div(pool)
        .unwrap_or_default();
    let least = if free < pool { 3 } else { 0 };
    let filled = el!("span", "style" = format!("width:max({share}%, {least}px)"));
    let gauge = el!("div", "class" = "gauge", "aria-hidden" = "true").with(filled);
    group(vec![list, gauge.html()])
}

/// A host's ARP cache.
pub(super) fn own_neighbours(sheet: &Sheet<'_>) -> Html {
    let title = sheet.words.get("ui.arp-table");
    neighbours(sheet, title, &sheet.view.neighbours)
}

/// What a router's relay agent passes on, and to whom.
pub(super) fn relay(sheet: &Sheet<'_>, servers: &[Ipv4Addr], counts: [u32; 3]) -> Html {
    let words = sheet.words;
    let servers: Vec<String> = servers.iter().map(Ipv4Addr::to_string).collect();
    let [requests, replies, dropped] = counts.map(|count| count.to_string());
    facts(
        words.get("ui.relay"),
        vec![
            [words.get("ui.kind.server"), &servers.join(", "), ""],
            [words.get("ui.requests"), &requests, ""],
            [words.get("ui.replies"), &replies, ""],
            [words.get("ui.dropped"), &dropped, ""],
        ],
    )
}

/// An ARP cache.
pub(super) fn neighbours(sheet: &Sheet<'_>, title: &str, rows: &[(Ipv4Addr, Mac)]) -> Html {
    let Sheet { session, words, .. } = sheet;
    let rows = rows.iter().map(|(address, mac)| {
        vec![
            text(address),
            text(mac),
            text(&kinds::card(session.scenario(), *mac)),
        ]
    });
    let heads = [
        words.get("ui.address"),
        words.get("ui.card"),
        words.get("ui.node"),
    ];
    table(sheet, title, &heads, rows, words.get("ui.arp-none"))
}

/// A switch's table of cards.
pub(super) fn ports(sheet: &Sheet<'_>, rows: &[(Mac, LinkId)]) -> Html {
    let Sheet { session, words, .. } = sheet;
    let scenario = session.scenario();
    let cells = rows.iter().map(|(mac, link)| {
        let far = scenario
            .ends(*link)
            .into_iter()
            .find(|end| scenario.node(*end).kind != NodeKind::Switch);
        let far = far.map_or_else(String::new, |end| {
            words.say("ui.port-to", &[("other", &scenario.node(end).id)])
        });
        vec![text(mac), text(&kinds::card(scenario, *mac)), text(&far)]
    });
    let heads = [
        words.get("ui.card"),
        words.get("ui.node"),
        words.get("ui.port"),
    ];
    table(
        sheet,
        words.get("ui.mac-table"),
        &heads,
        cells,
        words.get("ui.mac-none"),
    )
}
