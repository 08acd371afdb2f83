//! The timeline: what has been seen of the run, and the playhead, which can be dragged.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::kinds;
use super::shell::texts;
use crate::app::layout::percent;
use crate::app::session::{Action, Session};
use crate::app::store::{Props, use_view};
use crate::scenario::{NodeId, NodeKind};
use crate::text::Texts;
use crate::time::{Duration, Instant};
use crate::view::timeline::{LeaseBar, Out};

/// The height of a lane, in pixels, and where the first one starts.
const LANE: usize = 15;
const TOP: usize = 2;
/// In how many steps the painting follows the playhead.
const STEPS: u64 = 400;
/// The most labels that the axis has.
const LABELS: u64 = 9;

/// The timeline with its lanes' names.
#[function_component]
pub(crate) fn TimelineTrack(props: &Props) -> Html {
    let store = &props.store;
    let (words, ..) = use_view(store, |session| {
        // What has no end yet grows with time; it need not grow in smaller steps than can be seen.
        let grown = session.now().as_micros() / (session.end().as_micros() / STEPS).max(1);
        (
            session.texts().clone(),
            session.known(),
            session.key(),
            session.end(),
            grown,
        )
    });
    let (lanes, painting) = store.read(|session| (lanes(session), painting(session, &words)));
    let height = TOP + lanes.len() * LANE;
    html! {
        <section class="timeline" aria-label={words.get("ui.timeline-label").to_owned()} style={format!("--lanes:{height}px")}>
            <div class="lane-names" aria-hidden="true">{ for lanes.iter().map(|(_, name)| html! { <span>{ name }</span> }) }</div>
            <div class="track">
                { painting }
                <Playhead store={store.clone()} />
            </div>
        </section>
    }
}

fn lanes(session: &Session) -> Vec<(NodeId, String)> {
    let hosts = session
        .scenario()
        .nodes()
        .filter(|(_, node)| node.kind != NodeKind::Switch)
        .take(6);
    hosts.map(|(id, node)| (id, node.id.clone())).collect()
}

/// Instants as parts of the whole story.
#[derive(Clone, Copy)]
struct Scale(Instant);

impl Scale {
    fn part(self, at: Instant) -> f64 {
        let whole = self.0.as_micros().max(1) as f64;
        (at.as_micros() as f64 / whole * 100.0).clamp(0.0, 100.0)
    }

    fn at(self, at: Instant) -> String {
        percent(self.part(at))
    }

    fn width(self, from: Instant, to: Instant) -> String {
        percent((self.part(to) - self.part(from)).max(0.0))
    }
}

fn painting(session: &Session, words: &Texts) -> Html {
    let scale = Scale(session.end());
    let lanes = lanes(session);
    let y = |node: NodeId| {
        lanes
            .iter()
            .position(|(id, _)| *id == node)
            .map(|lane| TOP + lane * LANE)
    };
    let height = (TOP + lanes.len() * LANE).to_string();
    let timeline = session.timeline();
    let bars = timeline
        .leases
        .iter()
        .map(|bar| lease(session, scale, bar, &y));
    let outages = timeline.outages.iter().map(|outage| {
            let node = match outage.what {
                Out::Node(node) => Some(node),
                Out::Link(link) => session.scenario().ends(link).into_iter().find(|end| y(*end).is_some()),
            };
            let Some(top) = node.and_then(y) else { return Html::default() };
            let class = match outage.what {
                Out::Node(_) => "outage node-off",
                Out::Link(_) => "outage",
            };
            let (x, width) = (scale.at(outage.from), scale.width(outage.from, outage.until.unwrap_or_else(|| session.seen())));
            html! { <rect {class} {x} y={(top + 2).to_string()} {width} height={(LANE - 4).to_string()} /> }
        });
    let ticks = timeline.ticks.iter().filter_map(|tick| {
            let sender = session.journal().get(tick.id)?.node?;
            let (top, x) = (y(sender)?, scale.at(tick.at));
            let class = classes!("tick", kinds::dhcp_class(tick.kind));
            Some(html! { <line {class} x1={x.clone()} x2={x} y1={top.to_string()} y2={(top + LANE).to_string()} /> })
        });
    html! {
        <>
            <svg class="painting" aria-hidden="true" height={height.clone()}>
                <defs>
                    <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                        <line x1="0" y1="0" x2="0" y2="6" />
                    </pattern>
                </defs>
                <rect class="seen" x="0" y="0" width={scale.at(session.seen())} height={height} />
                { for lanes.iter().enumerate().map(|(lane, _)| {
                    let y = (TOP + lane * LANE + LANE / 2).to_string();
                    html! { <line class="rail" x1="0" x2="100%" y1={y.clone()} y2={y} /> }
                }) }
                { for bars }
                { for outages }
                { for ticks }
            </svg>
            <div class="axis" aria-hidden="true">{ for axis(scale, words) }</div>
        </>
    }
}

/// A lease at its client's line and, fainter, at its server's; with what it still promises where it
/// is the one at the playhead.
fn lease(
    session: &Session,
    scale: Scale,
    bar: &LeaseBar,
    y: &impl Fn(NodeId) -> Option<usize>,
) -> Html {
    let Some(top) = y(bar.node) else {
        return Html::default();
    };
    let now = session.now();
    let until = bar.ended.unwrap_or_else(|| session.seen());
    let current = bar.from <= now && bar.ended.is_none_or(|ended| now < ended) && now <= bar.expiry;
    let server = session
        .scenario()
        .nodes()
        .find(|(_, node)| node.has_address(bar.server));
    let rect = |class: &'static str, top: usize, inset: usize, to: Instant| {
        let (x, width) = (scale.at(bar.from), scale.width(bar.from, to));
        html! { <rect {class} {x} y={(top + inset).to_string()} {width} height={(LANE - 2 * inset).to_string()} rx="2" /> }
    };
    let mark = |class: &'static str, name: &str, at: Instant| {
        let shown = current || at <= until;
        if !shown || at > session.end() {
            return Html::default();
        }
        let x = scale.at(at);
        html! {
            <>
                <line class={classes!("deadline", class)} x1={x.clone()} x2={x.clone()} y1={(top + 1).to_string()}
                    y2={(top + LANE - 1).to_string()} />
                if current && at > now { <text class="deadline-name" {x} y={(top + LANE / 2 + 1).to_string()} dx="4">{ name }</text> }
            </>
        }
    };
    html! {
        <>
            if current { { rect("lease promised", top, 3, bar.expiry) } }
            { rect("lease", top, 3, until) }
            if let Some(top) = server.and_then(|(id, _)| y(id)) { { rect("lease given", top, 5, until) } }
            { mark("t1", "T1", bar.t1) }
            { mark("t2", "T2", bar.t2) }
            { mark("expiry", session.texts().get("ui.target.expiry"), bar.expiry) }
        </>
    }
}

fn axis(scale: Scale, words: &Texts) -> Vec<Html> {
    const SECONDS: [u64; 13] = [
        1, 5, 15, 60, 300, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400, 604_800,
    ];
    let whole = scale.0.as_micros() / 1_000_000;
    let step = SECONDS
        .into_iter()
        .find(|step| whole / step <= LABELS)
        .unwrap_or(2_592_000);
    let label = |number: u64| {
        let at = Instant::from_micros(number * step * 1_000_000);
        let text = if number == 0 {
            "0".to_owned()
        } else {
            words.duration(Duration::from_micros(at.as_micros()))
        };
        html! { <span style={format!("left:{}", scale.at(at))}>{ text }</span> }
    };
    (0..=whole / step).map(label).collect()
}

#[function_component]
fn Playhead(props: &Props) -> Html {
    let store = props.store.clone();
    let words = use_view(&store, texts);
    let (now, end) = use_view(&store, |session| (session.now(), session.end()));
    let oninput = Callback::from({
        let store = store.clone();
        move |event: InputEvent| {
            let input: HtmlInputElement = event.target_unchecked_into();
            let value = input.value();
            let whole = value.split('.').next().and_then(|whole| whole.parse().ok());
            if let Some(micros) = whole {
                store.apply(Action::Seek(Instant::from_micros(micros)));
            }
        }
    });
    let onkeydown = Callback::from({
        let store = store.clone();
        move |event: KeyboardEvent| {
            let leap = end.since(Instant::ZERO).fraction(1, 20);
            let action = match event.key().as_str() {
                "ArrowLeft" | "ArrowDown" => Action::StepBack,
                "ArrowRight" | "ArrowUp" => Action::StepForward,
                "PageUp" => Action::Seek(now + leap),
                "PageDown" => Action::Seek(now - leap),
                "Home" => Action::StartOver,
                "End" => Action::End,
                _ => return,
            };
            event.prevent_default();
            store.apply(action);
        }
    });
    let scale = Scale(end);
    html! {
        <>
            <div class="unplayed" style={format!("left:{}", scale.at(now))} aria-hidden="true"></div>
            <div class="playhead" style={format!("left:{}", scale.at(now))} aria-hidden="true"></div>
            <input class="scrub" type="range" min="0" max={end.as_micros().to_string()} step="1"
                value={now.as_micros().to_string()} aria-label={words.get("ui.timeline").to_owned()}
                aria-valuetext={words.instant(now)} {oninput} {onkeydown} />
        </>
    }
}
