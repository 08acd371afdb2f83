//! The ladder: every message by time, from whom to whom.

use web_sys::Element;
use yew::prelude::*;

use super::icons::{Icon, icon};
use super::kinds;
use super::shell::texts;
use crate::app::layout::percent;
use crate::app::lines::{Line, Mark, Short, lines};
use crate::app::session::{Action, Panel, Session};
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
    let (words, all, _) = use_view(store, |session| {
        (
            session.texts().clone(),
            session.shows_all(),
            session.key().run,
        )
    });
    let columns = store.read(|session| Columns::new(session.scenario()));
    html! {
        <>
            <div class="ladder-head">
                <div class="lanes" aria-hidden="true">
                    { for columns.nodes.iter().map(|(id, name)| html! {
                        <span class="column" style={columns.left(*id)}>{ name }</span>
                    }) }
                </div>
                <button class="chip" aria-pressed={all.to_string()} onclick={store.on(move || Action::ShowAll(!all))}>
                    { words.get("ui.show-all") }
                </button>
            </div>
            <Rows store={store.clone()} />
        </>
    }
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
            session.shows_all(),
            session.lines(),
            session.panel(),
        )
    });
    let list = use_node_ref();
    let follows = use_state_eq(|| true);
    use_effect_with((key, all, most, *follows), {
        let list = list.clone();
        move |(_, _, _, follows)| {
            if let Some(list) = list.cast::<Element>().filter(|_| *follows) {
                list.set_scroll_top(list.scroll_height());
            }
        }
    });
    let onscroll = Callback::from({
        let (list, follows) = (list.clone(), follows.clone());
        move |_: Event| {
            if let Some(list) = list.cast::<Element>() {
                follows.set(list.scroll_height() - list.scroll_top() - list.client_height() < NEAR);
            }
        }
    });
    let newest = Callback::from({
        let follows = follows.clone();
        move |_: MouseEvent| follows.set(true)
    });
    store.read(|session| {
        let columns = Columns::new(session.scenario());
        let (lines, more) = lines(session);
        let now = session.now();
        let mut last = None;
        let rows = lines.iter().map(|line| row(store, session, &words, &columns, line, panel, now, &mut last));
        let rows: Vec<Html> = rows.collect();
        html! {
            <div class="ladder-body" ref={list} {onscroll}>
                if more {
                    <button class="chip earlier" onclick={store.on(|| Action::Earlier)}>{ words.get("ui.earlier") }</button>
                }
                <div class="paper" style={format!("--columns:{}", columns.nodes.len().max(1))}>
                    <div class="lanes lifelines" aria-hidden="true">
                        { for columns.nodes.iter().map(|(id, _)| html! { <span class="lifeline" style={columns.left(*id)}></span> }) }
                    </div>
                    <ol class="rows" aria-label={words.get("ui.ladder-list").to_owned()}>{ rows }</ol>
                    if lines.is_empty() { <p class="empty">{ words.get("ui.ladder-empty") }</p> }
                </div>
                if !*follows {
                    <button class="chip newest" onclick={newest}>{ icon(Icon::Down) }{ words.get("ui.newest") }</button>
                }
            </div>
        }
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
) -> Html {
    match line {
        Line::Gap(id, length) => {
            let text = words.say("ladder.gap", &[("time", &words.duration(*length))]);
            html! { <li class="row gap" key={format!("gap-{}", id.0)}><span>{ text }</span></li> }
        }
        Line::Done(id, sentence) => {
            let at = session
                .journal()
                .get(*id)
                .map(|entry| entry.at)
                .unwrap_or_default();
            html! {
                <li class="row done" key={id.0}>{ time(at, last) }<span class="done-text">{ words.sentence(sentence) }</span></li>
            }
        }
        Line::Marks(marks) => html! {
            <li class="row marks" key={marks.first().map_or(0, |mark| mark.id.0)}>
                <span class="time"></span>
                <span class="lanes">{ for marks.iter().map(|mark| chip(session, words, columns, mark)) }</span>
            </li>
        },
        Line::Message(place) => {
            let message = &session.ladder().messages()[*place];
            let panel_of = Panel::Packet(message.id);
            let class = classes!(
                "message",
                kinds::class(&message.summary),
                (panel == Some(panel_of)).then_some("chosen")
            );
            html! {
                <li class="row" key={message.id.0}>
                    <button {class} aria-label={kinds::sentence(session, words, message)} aria-haspopup="dialog"
                        onclick={store.on(move || Action::Open(panel_of))}>
                        { time(message.at, last) }
                        <span class="lanes" aria-hidden="true">{ arrow(session.scenario(), columns, message, now) }</span>
                    </button>
                </li>
            }
        }
    }
}

/// The clock, where it has moved since the line above.
fn time(at: Instant, last: &mut Option<Instant>) -> Html {
    let moved = last.is_none_or(|last| last.as_micros() / 1_000 != at.as_micros() / 1_000);
    *last = Some(at);
    html! { <span class="time">if moved { { at.to_string() } }</span> }
}

fn chip(session: &Session, words: &Texts, columns: &Columns, mark: &Mark) -> Html {
    let (text, class) = match &mark.text {
        Short::State(name) => ((*name).to_owned(), "mark state"),
        Short::Text(key, address) => (words.say(key, &[("address", address)]), "mark"),
        Short::Silence(key) => (words.get(key).to_owned(), "mark silence"),
    };
    let whole = mark.sentence.as_ref().map_or_else(
        || format!("{}: {text}", session.scenario().node(mark.node).id),
        |sentence| words.sentence(sentence),
    );
    html! {
        <span {class} style={columns.left(mark.node)} title={whole.clone()}>
            <span aria-hidden="true">{ text }</span><span class="unseen">{ whole }</span>
        </span>
    }
}

/// A message's line: from its sender to everyone whom it reached, or towards whom it is under way.
fn arrow(scenario: &Scenario, columns: &Columns, message: &Message, now: Instant) -> Html {
    let Some(from) = columns.x(message.from) else {
        return Html::default();
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
    let at = percent;
    let head = |x: f64| {
        let path = if x > from {
            "M-1 0l-9-4.5v9z"
        } else {
            "M1 0l9-4.5v9z"
        };
        html! { <svg class="end" x={at(x)} y="50%"><path d={path} /></svg> }
    };
    let cross = |x: f64| html! { <svg class="end lost" x={at(x)} y="50%"><path d="M-5-5l10 10M5-5l-10 10" /></svg> };
    let class = classes!(
        "arrow",
        message.is_broadcast().then_some("broadcast"),
        ended.is_empty().then_some("under-way"),
    );
    let label_style = format!(
        "left:{};width:{}",
        percent(from.min(label)),
        percent((label - from).abs())
    );
    html! {
        <>
            <svg {class}>
                <line x1={at(low)} x2={at(high)} y1="50%" y2="50%" />
                <svg class="end" x={at(from)} y="50%"><circle r="3" /></svg>
                { for reached.iter().map(|x| head(*x)) }
                { for lost.iter().map(|x| cross(*x)) }
            </svg>
            <span class="label" style={label_style}>
                <b>{ kinds::short(&message.summary) }</b>
                if let Some(address) = kinds::about(&message.frame) { <small>{ address.to_string() }</small> }
            </span>
        </>
    }
}

fn nearest(from: f64, ends: &[f64]) -> Option<f64> {
    ends.iter()
        .copied()
        .min_by(|one, other| (one - from).abs().total_cmp(&(other - from).abs()))
}
