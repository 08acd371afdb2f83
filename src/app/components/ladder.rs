//! The ladder: every message by time, from whom to whom.

use yew::prelude::*;

use super::element::{Element, classes, el, group, handler, spelt, when};
use super::icons::{Icon, icon};
use super::kinds;
use super::shell::{part, texts};
use crate::app::layout::percent;
use crate::app::lines::{Line, Mark, Short, lines};
use crate::app::session::{Action, Filter, Panel, Session};
use crate::app::store::{Props, Store, use_view};
use crate::scenario::{NodeId, NodeKind, Scenario};
use crate::text::Texts;
use crate::time::Instant;
use crate::view::ladder::Message;

/// How near to its end the list has to be to follow the playhead, in pixels.
const NEAR: i32 = 48;

/// The ladder with its head.
#[function_component]
pub(crate) fn LadderPane(props: &Props) -> Html {
    let store = &props.store;
    let (words, filter, failover, _) = use_view(store, |session| {
        (
            session.texts().clone(),
            session.filter(),
            session.has_failover(),
            session.key().run,
        )
    });
    let columns = store.read(|session| Columns::new(session.scenario()));
    let name = |(id, name): &(NodeId, String)| {
        el!("span", "class" = "column", "style" = columns.left(*id)).text(name)
    };
    let lanes =
        el!("div", "class" = "lanes", "aria-hidden" = "true").all(columns.nodes.iter().map(name));
    let toggle = |text: &str, on: bool, then: Filter| {
        el!("button", "class" = "chip", "aria-pressed" = spelt(on))
            .on_click(store.on(Action::Show(then)))
            .text(text)
    };
    let all = Filter {
        all: !filter.all,
        ..filter
    };
    let partners = Filter {
        failover: !filter.failover,
        ..filter
    };
    let toggles = el!("div", "class" = "toggles")
        .with(toggle(words.get("ui.show-all"), filter.all, all))
        .maybe(failover.then(|| toggle("Failover", filter.failover, partners)));
    group(vec![
        el!("div", "class" = "ladder-head")
            .with(toggles)
            .with(lanes)
            .html(),
        part::<Rows>(store),
    ])
}

/// Where each host's line stands.
#[derive(Clone, PartialEq)]
struct Columns {
    nodes: Vec<(NodeId, String)>,
}

impl Columns {
    fn new(scenario: &Scenario) -> Self {
        let hosts = scenario
            .nodes()
            .filter(|(_, node)| node.kind != NodeKind::Switch);
        Self {
            nodes: hosts.map(|(id, node)| (id, node.id.clone())).collect(),
        }
    }

    /// In hundredths of the width; nothing for a switch.
    fn x(&self, node: NodeId) -> Option<f64> {
        let place = self.nodes.iter().position(|(id, _)| *id == node)?;
        Some((place as f64 + 0.5) / self.nodes.len() as f64 * 100.0)
    }

    fn left(&self, node: NodeId) -> String {
        format!("left:{}", percent(self.x(node).unwrap_or(50.0)))
    }
}

#[function_component]
fn Rows(props: &Props) -> Html {
    let store = &props.store;
    let words = use_view(store, texts);
    let (key, all, most, panel) = use_view(store, |session| {
        (
            session.key(),
            session.filter(),
            session.lines(),
            session.panel(),
        )
    });
    let list = use_node_ref();
    let follows = use_state_eq(|| true);
    use_effect_with((key, all, most, *follows), {
        let list = list.clone();
        move |(_, _, _, follows)| {
            if let Some(list) = list.cast::<web_sys::Element>().filter(|_| *follows) {
                list.set_scroll_top(list.scroll_height());
            }
        }
    });
    let onscroll = handler({
        let (list, follows) = (list.clone(), follows.clone());
        move |_| {
            if let Some(list) = list.cast::<web_sys::Element>() {
                follows.set(list.scroll_height() - list.scroll_top() - list.client_height() < NEAR);
            }
        }
    });
    let newest = handler({
        let follows = follows.clone();
        move |_| follows.set(true)
    });
    store.read(|session| {
        let columns = Columns::new(session.scenario());
        let (lines, more) = lines(session);
        let now = session.now();
        let mut last = None;
        let rows = lines.iter().map(|line| {
            row(
                store, session, &words, &columns, line, panel, now, &mut last,
            )
        });
        let rows = el!(
            "ol",
            "class" = "rows",
            "aria-label" = words.get("ui.ladder-list").to_owned()
        )
        .all(rows);
        let earlier = more.then(|| {
            el!("button", "class" = "chip earlier")
                .on_click(store.on(Action::Earlier))
                .text(words.get("ui.earlier"))
        });
        let lifeline = |(id, _): &(NodeId, String)| {
            el!("span", "class" = "lifeline", "style" = columns.left(*id))
        };
        let lifelines = el!("div", "class" = "lanes lifelines", "aria-hidden" = "true")
            .all(columns.nodes.iter().map(lifeline));
        let empty = lines
            .is_empty()
            .then(|| el!("p", "class" = "empty").text(words.get("ui.ladder-empty")));
        let paper = el!(
            "div",
            "class" = "paper",
            "style" = format!("--columns:{}", columns.nodes.len().max(1))
        );
        let newest = (!*follows).then(|| {
            el!("button", "class" = "chip newest")
                .on_click(newest)
                .put(icon(Icon::Down))
                .text(words.get("ui.newest"))
        });
        el!("div", "class" = "ladder-body")
            .reference(list)
            .on("scroll", onscroll)
            .maybe(earlier)
            .with(paper.with(lifelines).with(rows).maybe(empty))
            .maybe(newest)
            .html()
    })
}

#[allow(
    clippy::too_many_arguments,
    reason = "one line of a list, from what the list has at hand"
)]
fn row(
    store: &Store,
    session: &Session,
    words: &Texts,
    columns: &Columns,
    line: &Line,
    panel: Option<Panel>,
    now: Instant,
    last: &mut Option<Instant>,
) -> Element {
    match line {
        Line::Gap(id, length) => {
            let text = words.say("ladder.gap", &[("time", &words.duration(*length))]);
            // Its entry may have a line of its own.
            el!("li", "class" = "row gap")
                .key(u64::MAX - u64::from(id.0))
                .with(el!("span").text(&text))
        }
        Line::Done(id, sentence) => {
            let at = session
                .journal()
                .get(*id)
                .map(|entry| entry.at)
                .unwrap_or_default();
            let text = el!("span", "class" = "done-text").text(&words.sentence(sentence));
            el!("li", "class" = "row done")
                .key(id.0.into())
                .with(time(at, last))
                .with(text)
        }
        Line::Marks(marks) => {
            let chips = marks.iter().map(|mark| chip(session, words, columns, mark));
            el!("li", "class" = "row marks")
                .key(marks.first().map_or(0, |mark| mark.id.0.into()))
                .with(el!("span", "class" = "time"))
                .with(el!("span", "class" = "lanes").all(chips))
        }
        Line::Message(place) => {
            let message = &session.ladder().messages()[*place];
            let panel_of = Panel::Packet(message.id);
            let class = classes(&[
                "message",
                kinds::class(&message.summary),
                when(panel == Some(panel_of), "chosen"),
            ]);
            let label = kinds::sentence(session, words, message);
            let button = el!(
                "button",
                "class" = class,
                "aria-label" = label,
                "aria-haspopup" = "dialog"
            );
            let lanes = el!("span", "class" = "lanes", "aria-hidden" = "true");
            let button = button
                .on_click(store.on(Action::Open(panel_of)))
                .with(time(message.at, last))
                .with(arrow(lanes, session.scenario(), columns, message, now));
            el!("li", "class" = "row")
                .key(message.id.0.into())
                .with(button)
        }
    }
}

/// The clock, where it has moved since the line above.
fn time(at: Instant, last: &mut Option<Instant>) -> Element {
    let moved = last.is_none_or(|last| last.as_micros() / 1_000 != at.as_micros() / 1_000);
    *last = Some(at);
    let clock = if moved { at.to_string() } else { String::new() };
    el!("span", "class" = "time").text(&clock)
}

fn chip(session: &Session, words: &Texts, columns: &Columns, mark: &Mark) -> Element {
    let (text, class) = match &mark.text {
        Short::State(name) => ((*name).to_owned(), "mark state"),
        Short::Text(key, address) => (words.say(key, &[("address", address)]), "mark"),
        Short::Silence(key) => (words.get(key).to_owned(), "mark silence"),
    };
    let whole = mark.sentence.as_ref().map_or_else(
        || format!("{}: {text}", session.scenario().node(mark.node).id),
        |sentence| words.sentence(sentence),
    );
    el!(
        "span",
        "class" = class,
        "style" = columns.left(mark.node),
        "title" = whole.clone()
    )
    .with(el!("span", "aria-hidden" = "true").text(&text))
    .with(el!("span", "class" = "unseen").text(&whole))
}

/// A message's line: from its sender to everyone whom it reached, or towards whom it is under way.
fn arrow(
    lanes: Element,
    scenario: &Scenario,
    columns: &Columns,
    message: &Message,
    now: Instant,
) -> Element {
    let Some(from) = columns.x(message.from) else {
        return lanes;
    };
    let ended: Vec<_> = message
        .copies
        .iter()
        .filter(|copy| copy.at <= now)
        .collect();
    let others = || {
        columns
            .nodes
            .iter()
            .filter(|(id, _)| *id != message.from)
            .filter_map(|(id, _)| columns.x(*id))
    };
    let meant: Vec<f64> = if message.is_broadcast() {
        others().collect()
    } else {
        kinds::owner(scenario, message.frame.destination())
            .and_then(|node| columns.x(node))
            .into_iter()
            .collect()
    };
    let reached: Vec<f64> = ended
        .iter()
        .filter(|copy| copy.lost.is_none())
        .filter_map(|copy| columns.x(copy.to))
        .collect();
    // A copy that was lost at a switch, or at its sender's own card, got halfway to the next line.
    let lost: Vec<f64> = ended
        .iter()
        .filter(|copy| copy.lost.is_some())
        .map(|copy| columns.x(copy.to).filter(|x| (x - from).abs() > 0.1))
        .filter_map(|x| x.or_else(|| nearest(from, &meant).map(|x| from + (x - from) / 2.0)))
        .collect();
    let ends: &[f64] = if ended.is_empty() {
        &meant
    } else {
        &[reached.as_slice(), lost.as_slice()].concat()
    };
    let low = ends.iter().copied().fold(from, f64::min);
    let high = ends.iter().copied().fold(from, f64::max);
    let label = nearest(from, &meant).unwrap_or(from);
    let end = |class: &'static str, x: f64, shape: Element| {
        el!("svg", "class" = class, "x" = percent(x), "y" = "50%").with(shape)
    };
    let head = |x: &f64| {
        let path = if *x > from {
            "M-1 0l-9-4.5v9z"
        } else {
            "M1 0l9-4.5v9z"
        };
        end("end", *x, el!("path", "d" = path))
    };
    let cross = |x: &f64| end("end lost", *x, el!("path", "d" = "M-5-5l10 10M5-5l-10 10"));
    let class = classes(&[
        "arrow",
        when(message.is_broadcast(), "broadcast"),
        when(ended.is_empty(), "under-way"),
    ]);
    let label_style = format!(
        "left:{};width:{}",
        percent(from.min(label)),
        percent((label - from).abs())
    );
    let line = el!(
        "line",
        "x1" = percent(low),
        "x2" = percent(high),
        "y1" = "50%",
        "y2" = "50%"
    );
    let drawing = el!("svg", "class" = class)
        .with(line)
        .with(end("end", from, el!("circle", "r" = "3")))
        .all(reached.iter().map(head))
        .all(lost.iter().map(cross));
    let (about, said) = kinds::about(&message.frame);
    let about = about.map(|address| el!("small").text(&address.to_string()));
    let said = (!said.is_empty()).then(|| el!("i").text(said));
    let name = el!("span", "class" = "label", "style" = label_style)
        .with(el!("b").text(kinds::short(&message.summary)))
        .maybe(about)
        .maybe(said);
    lanes.with(drawing).with(name)
}

fn nearest(from: f64, ends: &[f64]) -> Option<f64> {
    ends.iter()
        .copied()
        .min_by(|one, other| (one - from).abs().total_cmp(&(other - from).abs()))
}
