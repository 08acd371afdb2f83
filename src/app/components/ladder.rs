//! The ladder: every message by time, from whom to whom.

use std::rc::Rc;

use yew::prelude::*;

use super::element::{Element, classes, el, group, handler, spelt, when};
use super::icons::{Icon, icon};
use super::kinds;
use super::part::part;
use super::shell::{part, texts};
use crate::app::lanes::Lanes;
use crate::app::layout::percent;
use crate::app::lines::{Line, Mark, Short, lines};
use crate::app::session::{Action, Filter, Panel, Session};
use crate::app::store::{Props, Store, use_view};
use crate::scenario::{NodeId, Scenario};
use crate::text::Texts;
use crate::time::{Duration, Instant};
use crate::view::deaf::deaf;
use crate::view::ladder::Message;
use crate::view::timeline::{Out, Timeline};

/// How near to its end the list has to be to follow the playhead, in pixels.
const NEAR: i32 = 48;
/// After which time a message must have come, if its receiver is on.
const LATE: Duration = Duration::from_millis(10);

/// The ladder with its head.
#[part]
pub(crate) fn LadderPane(props: &Props) -> Html {
    let store = &props.store;
    let (words, filter, failover, owners, _) = use_view(store, |session| {
        (
            session.texts().clone(),
            session.filter(),
            session.has_failover(),
            session.lanes().clone(),
            session.key().run,
        )
    });
    let columns = Columns(owners);
    let lanes = el!(
        "div",
        "class" = columns.class("lanes"),
        "aria-hidden" = "true"
    );
    let lanes = store.read(|session| {
        let name = |(lane, owner): (usize, &Option<NodeId>)| {
            let name = owner.map_or(words.get("ui.others"), |id| &session.scenario().node(id).id);
            el!("span", "class" = "column", "style" = columns.style(lane)).text(name)
        };
        lanes.all(columns.0.owners().iter().enumerate().map(name))
    });
    let toggle = |text: &str, on: bool, then: Filter| {
        el!("button", "class" = "chip", "aria-pressed" = spelt(on))
            .on_click(store.on(Action::Filter(then)))
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

/// Where each line stands.
pub(super) struct Columns(pub(super) Rc<Lanes>);

impl Columns {
    fn place(&self, lane: usize) -> f64 {
        (lane as f64 + 0.5) / self.0.owners().len() as f64 * 100.0
    }

    /// In hundredths of the width; nothing for a switch.
    fn x(&self, node: NodeId) -> Option<f64> {
        self.0.of(node).map(|lane| self.place(lane))
    }

    /// A style class, and whether there are so many that room is short.
    fn class(&self, class: &'static str) -> String {
        classes(&[class, when(self.0.owners().len() > 4, "many")])
    }

    pub(super) fn style(&self, lane: usize) -> String {
        format!("left:{}", percent(self.place(lane)))
    }

    fn left(&self, node: NodeId) -> String {
        let left = percent(self.x(node).unwrap_or(50.0));
        format!("left:{left};--at:{left}")
    }
}

#[part]
fn Rows(props: &Props) -> Html {
    let store = &props.store;
    let words = use_view(store, texts);
    let (key, all, most, panel, owners) = use_view(store, |session| {
        (
            session.key(),
            session.filter(),
            session.lines(),
            session.panel(),
            session.lanes().clone(),
        )
    });
    let columns = Columns(owners);
    let list = use_node_ref();
    let follows = use_state_eq(|| true);
    // How high the list and what is in it were when it was last scrolled.
    let heights = use_mut_ref(|| [0; 2]);
    // Who reads on wants the lines to stay where they are.
    use_effect_with(*follows, {
        let store = store.clone();
        move |follows| store.apply(Action::Reading(!follows))
    });
    use_effect_with((key, all, most, *follows), {
        let (list, heights) = (list.clone(), heights.clone());
        move |(_, _, _, follows)| {
            if let Some(list) = list.cast::<web_sys::Element>() {
                if *follows {
                    list.set_scroll_top(list.scroll_height());
                }
                *heights.borrow_mut() = heights_of(&list);
            }
        }
    });
    let onscroll = handler({
        let (list, follows) = (list.clone(), follows.clone());
        move |_| {
            if let Some(list) = list.cast::<web_sys::Element>() {
                let now = heights_of(&list);
                let same = heights.replace(now) == now;
                if *follows && !same {
                    // No person did that: what stands around it needs more room, or less.
                    list.set_scroll_top(list.scroll_height());
                } else {
                    let [all, shown] = now;
                    follows.set(all - list.scroll_top() - shown < NEAR);
                }
            }
        }
    });
    let newest = handler({
        let follows = follows.clone();
        move |_| follows.set(true)
    });
    store.read(|session| {
        let (lines, more) = lines(session);
        let now = session.now();
        let (mut last, mut counts) = (None, [0; 4]);
        let jumps = session.brief().is_some() && !columns.0.is_whole();
        let rows = lines.iter().map(|line| {
            let row = row(
                store, session, &words, &columns, line, panel, now, &mut last,
            );
            // After a jump among many hosts all lines are others: the elements of the old ones serve
            // for them.
            if jumps {
                row.key(again(line, &mut counts))
            } else {
                row
            }
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
        let lifeline =
            |lane: usize| el!("span", "class" = "lifeline", "style" = columns.style(lane));
        let count = columns.0.owners().len();
        let lifelines = el!("div", "class" = "lanes lifelines", "aria-hidden" = "true")
            .all((0..count).map(lifeline));
        let empty = lines
            .is_empty()
            .then(|| el!("p", "class" = "empty").text(words.get("ui.ladder-empty")));
        let paper = el!(
            "div",
            "class" = columns.class("paper"),
            "style" = format!("--columns:{}", count.max(1))
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

fn heights_of(list: &web_sys::Element) -> [i32; 2] {
    [list.scroll_height(), list.client_height()]
}

/// A key by what kind of line it is, and how many of these came before it.
fn again(line: &Line, counts: &mut [u64; 4]) -> u64 {
    let kind = match line {
        Line::Message(_) => 0,
        Line::Done(..) => 1,
        Line::Marks(_) => 2,
        Line::Gap(..) => 3,
    };
    let count = &mut counts[kind];
    *count += 1;
    *count * 4 + kind as u64
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
            let chips = marks
                .iter()
                .map(|mark| chip(store, session, words, columns, mark));
            let class = if marks.len() > 1 {
                "row marks"
            } else {
                "row marks alone"
            };
            el!("li", "class" = class)
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
                "aria-label" = label.clone(),
                "aria-haspopup" = "dialog",
                "data-entry" = message.id.0.to_string()
            );
            let lanes = el!("span", "class" = "lanes", "aria-hidden" = "true");
            let button = button
                .on_click(store.on(Action::Open(panel_of)))
                .with(time(message.at, last))
                .with(arrow(
                    lanes,
                    session.scenario(),
                    session.timeline(),
                    columns,
                    message,
                    now,
                ));
            // With the keyboard it is a key of the message's own.
            let ask = el!(
                "button",
                "class" = "ask",
                "tabindex" = "-1",
                "aria-label" = words.say("ui.why-that", &[("what", &label)])
            );
            let ask = ask
                .on_click(store.on(Action::Open(Panel::Why(message.id))))
                .text("?");
            el!("li", "class" = "row")
                .key(message.id.0.into())
                .with(button)
                .with(ask)
        }
    }
}

/// The clock, where it has moved since the line above.
pub(super) fn time(at: Instant, last: &mut Option<Instant>) -> Element {
    let moved = last.is_none_or(|last| last.as_micros() / 1_000 != at.as_micros() / 1_000);
    *last = Some(at);
    let clock = if moved { at.to_string() } else { String::new() };
    el!("span", "class" = "time").text(&clock)
}

fn chip(
    store: &Store,
    session: &Session,
    words: &Texts,
    columns: &Columns,
    mark: &Mark,
) -> Element {
    let (text, class) = match &mark.text {
        Short::State(name) => ((*name).to_owned(), "mark state"),
        Short::Text(key, address) => (words.say(key, &[("address", address)]), "mark"),
        Short::Silence(key) => (words.get(key).to_owned(), "mark silence"),
    };
    let name = &session.scenario().node(mark.node).id;
    let whole = mark.sentence.as_ref().map_or_else(
        || format!("{name}: {text}"),
        |sentence| words.sentence(sentence),
    );
    let text = if columns.0.shares(mark.node) {
        format!("{name} {text}")
    } else {
        text
    };
    el!(
        "button",
        "class" = class,
        "style" = columns.left(mark.node),
        "title" = whole.clone(),
        "aria-haspopup" = "dialog",
        "data-entry" = mark.id.0.to_string()
    )
    .on_click(store.on(Action::Open(Panel::Why(mark.id))))
    .with(el!("span", "aria-hidden" = "true").text(&text))
    .with(el!("span", "class" = "unseen").text(&whole))
}

/// A message's line: from its sender to everyone whom it reached, or towards whom it is under way.
pub(super) fn arrow(
    lanes: Element,
    scenario: &Scenario,
    timeline: &Timeline,
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
        let lanes = columns.0.owners().iter().enumerate();
        lanes
            .filter(|(_, owner)| **owner != Some(message.from))
            .map(|(lane, _)| columns.place(lane))
    };
    let to = scenario.owner(message.frame.destination());
    let meant: Vec<f64> = if message.is_broadcast() {
        others().collect()
    } else {
        to.and_then(|node| columns.x(node)).into_iter().collect()
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
    // What was for someone without power is lost at his line, once it must have come.
    let over = !ended.is_empty() || now.since(message.at) >= LATE;
    let is_off = |node| {
        let mut outages = timeline.outages.iter();
        outages.any(|outage| {
            outage.what == Out::Node(node)
                && outage.from <= message.at
                && outage.until.is_none_or(|until| until > message.at)
        })
    };
    let deaf = if over {
        deaf(scenario, message, is_off)
    } else {
        Vec::new()
    };
    let lost = [
        lost,
        deaf.iter().filter_map(|node| columns.x(*node)).collect(),
    ]
    .concat();
    let under_way = reached.is_empty() && lost.is_empty();
    let ends: &[f64] = if under_way {
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
        when(under_way, "under-way"),
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
    let said = (!said.is_empty()).then(|| el!("em").text(said));
    // Whose line it is is not said above.
    let who = [Some(message.from), to].into_iter().flatten();
    let who = who.filter(|node| columns.0.shares(*node));
    let who = who.map(|node| el!("i").text(&scenario.node(node).id));
    let name = el!("span", "class" = "label", "style" = label_style)
        .all(who)
        .with(el!("b").text(kinds::short(&message.summary)))
        .maybe(about)
        .maybe(said);
    // What ends at half the way ends below the name, and is to be seen whole.
    lanes.with(name).with(drawing)
}

fn nearest(from: f64, ends: &[f64]) -> Option<f64> {
    ends.iter()
        .copied()
        .min_by(|one, other| (one - from).abs().total_cmp(&(other - from).abs()))
}
