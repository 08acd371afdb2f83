//! The timeline: what has been seen of the run, and the playhead, which can be dragged.

use yew::prelude::*;

use super::element::{Element, classes, el, group, handler};
use super::kinds;
use super::shell::{part, texts};
use crate::app::browser;
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
    let names = lanes.iter().map(|(_, name)| el!("span").text(name));
    let section = el!(
        "section",
        "class" = "timeline",
        "aria-label" = words.get("ui.timeline-label").to_owned(),
        "style" = format!("--lanes:{height}px")
    );
    let track = el!("div", "class" = "track")
        .put(painting)
        .put(part::<Playhead>(store));
    section
        .with(el!("div", "class" = "lane-names", "aria-hidden" = "true").all(names))
        .with(track)
        .html()
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

/// How far it has to be to the next deadline for a name between them, in hundredths of the whole.
const ROOM: f64 = 2.0;

impl Scale {
    fn part(self, at: Instant) -> f64 {
        let whole = self.0.as_micros().max(1) as f64;
        (at.as_micros() as f64 / whole * 100.0).clamp(0.0, 100.0)
    }

    fn at(self, at: Instant) -> String {
        percent(self.part(at))
    }

    fn left(self, at: Instant) -> String {
        format!("left:{}", self.at(at))
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
        .filter_map(|bar| lease(session, scale, bar, y(bar.node)?));
    let given = timeline.given.iter().filter_map(|bar| {
        let top = y(bar.node)?;
        let until = bar.ended.unwrap_or_else(|| session.seen());
        let (x, width) = (scale.at(bar.from), scale.width(bar.from, until));
        Some(bar_of("lease given", x, width, top, 5))
    });
    let outages = timeline.outages.iter().filter_map(|outage| {
        let node = match outage.what {
            Out::Node(node) => Some(node),
            Out::Link(link) => session
                .scenario()
                .ends(link)
                .into_iter()
                .find(|end| y(*end).is_some()),
        };
        let top = node.and_then(y)?;
        let class = match outage.what {
            Out::Node(_) => "outage node-off",
            Out::Link(_) => "outage",
        };
        let (x, width) = (
            scale.at(outage.from),
            scale.width(outage.from, outage.until.unwrap_or_else(|| session.seen())),
        );
        Some(el!(
            "rect",
            "class" = class,
            "x" = x,
            "y" = (top + 2).to_string(),
            "width" = width,
            "height" = (LANE - 4).to_string()
        ))
    });
    let ticks = timeline.ticks.iter().filter_map(|tick| {
        let sender = session.journal().get(tick.id)?.node?;
        let (top, x) = (y(sender)?, scale.at(tick.at));
        let class = classes(&["tick", kinds::dhcp_class(tick.kind)]);
        Some(upright(class, x, top, top + LANE))
    });
    let hatch = el!(
        "pattern",
        "id" = "hatch",
        "width" = "6",
        "height" = "6",
        "patternUnits" = "userSpaceOnUse",
        "patternTransform" = "rotate(45)"
    );
    let line = el!("line", "x1" = "0", "y1" = "0", "x2" = "0", "y2" = "6");
    let seen = el!(
        "rect",
        "class" = "seen",
        "x" = "0",
        "y" = "0",
        "width" = scale.at(session.seen()),
        "height" = height.clone()
    );
    let rail = |lane: usize| {
        let y = (TOP + lane * LANE + LANE / 2).to_string();
        el!(
            "line",
            "class" = "rail",
            "x1" = "0",
            "x2" = "100%",
            "y1" = y.clone(),
            "y2" = y
        )
    };
    let painting = el!(
        "svg",
        "class" = "painting",
        "aria-hidden" = "true",
        "height" = height
    )
    .with(el!("defs").with(hatch.with(line)))
    .with(seen)
    .all((0..lanes.len()).map(rail))
    .all(given)
    .all(bars)
    .all(outages)
    .all(ticks);
    group(vec![painting.html(), axis(scale, words).html()])
}

/// A bar on a lane, as high as the lane but for what is left free above and below.
fn bar_of(class: &'static str, x: String, width: String, top: usize, inset: usize) -> Element {
    el!(
        "rect",
        "class" = class,
        "x" = x,
        "y" = (top + inset).to_string(),
        "width" = width,
        "height" = (LANE - 2 * inset).to_string(),
        "rx" = "2"
    )
}

/// An upright line.
fn upright(class: String, x: String, from: usize, to: usize) -> Element {
    el!(
        "line",
        "class" = class,
        "x1" = x.clone(),
        "x2" = x,
        "y1" = from.to_string(),
        "y2" = to.to_string()
    )
}

/// A lease at its client's line, with what it still promises where it
/// is the one at the playhead.
fn lease(session: &Session, scale: Scale, bar: &LeaseBar, top: usize) -> Option<Element> {
    let now = session.now();
    let until = bar.ended.unwrap_or_else(|| session.seen());
    let current = bar.from <= now && bar.ended.is_none_or(|ended| now < ended) && now <= bar.expiry;
    let rect = |class: &'static str, inset: usize, to: Instant| {
        bar_of(
            class,
            scale.at(bar.from),
            scale.width(bar.from, to),
            top,
            inset,
        )
    };
    let mut drawing = el!("g")
        .maybe(current.then(|| rect("lease promised", 3, bar.expiry)))
        .with(rect("lease", 3, until));
    let marks = [
        ("t1", "T1", bar.t1),
        ("t2", "T2", bar.t2),
        (
            "expiry",
            session.texts().get("ui.target.expiry"),
            bar.expiry,
        ),
    ];
    for (number, (class, name, at)) in marks.into_iter().enumerate() {
        if !(current || at <= until) || at > session.end() {
            continue;
        }
        let x = scale.at(at);
        drawing = drawing.with(upright(
            classes(&["deadline", class]),
            x.clone(),
            top + 1,
            top + LANE - 1,
        ));
        let next = marks
            .get(number + 1)
            .map_or(100.0, |(.., at)| scale.part(*at));
        let has_room = number == 2 || next - scale.part(at) >= ROOM;
        if current && at > now && has_room {
            let y = (top + LANE / 2 + 1).to_string();
            let name = el!(
                "text",
                "class" = "deadline-name",
                "x" = x,
                "y" = y,
                "dx" = "4"
            )
            .text(name);
            drawing = drawing.with(name);
        }
    }
    Some(drawing)
}

fn axis(scale: Scale, words: &Texts) -> Element {
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
        el!("span", "style" = scale.left(at)).text(&text)
    };
    el!("div", "class" = "axis", "aria-hidden" = "true").all((0..=whole / step).map(label))
}

#[function_component]
fn Playhead(props: &Props) -> Html {
    let store = props.store.clone();
    let words = use_view(&store, texts);
    let (now, end) = use_view(&store, |session| (session.now(), session.end()));
    let oninput = handler({
        let store = store.clone();
        move |event| {
            let value = browser::value(&event);
            let whole = value.split('.').next().and_then(|whole| whole.parse().ok());
            if let Some(micros) = whole {
                store.apply(Action::Seek(Instant::from_micros(micros)));
            }
        }
    });
    let onkeydown = handler({
        let store = store.clone();
        move |event| {
            let leap = end.since(Instant::ZERO).fraction(1, 20);
            let action = match browser::key(&event).as_str() {
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
    let place = scale.left(now);
    let scrub = el!(
        "input",
        "class" = "scrub",
        "type" = "range",
        "min" = "0",
        "max" = end.as_micros().to_string(),
        "step" = "1",
        "aria-label" = words.get("ui.timeline").to_owned(),
        "aria-valuetext" = words.instant(now)
    );
    let scrub = scrub
        .shows(now.as_micros().to_string())
        .on("input", oninput)
        .on("keydown", onkeydown);
    group(vec![
        el!(
            "div",
            "class" = "unplayed",
            "style" = place.clone(),
            "aria-hidden" = "true"
        )
        .html(),
        el!(
            "div",
            "class" = "playhead",
            "style" = place,
            "aria-hidden" = "true"
        )
        .html(),
        scrub.html(),
    ])
}
