//! What is painted on the timeline: leases, outages, messages, and what is promised.

use yew::prelude::*;

use super::element::{Element, classes, el, group};
use super::kinds;
use super::part::part;
use crate::app::layout::percent;
use crate::app::session::{Panel, Session};
use crate::app::store::{Props, use_view};
use crate::scenario::{NodeId, NodeKind};
use crate::text::Texts;
use crate::time::{Duration, Instant};
use crate::view::timeline::{LeaseBar, Out};

/// The height of a lane, in pixels, and where the first one starts.
pub(super) const LANE: usize = 15;
pub(super) const TOP: usize = 2;
/// In how many steps the painting follows the playhead.
const STEPS: u64 = 400;
/// The most labels that the axis has.
const LABELS: u64 = 9;
/// The most lanes that there are.
const LANES: usize = 6;
/// How many of them are servers', routers' and others', where clients have to share.
const FIXED: usize = 2;
/// The most leases of a lane that are drawn one by one.
const BARS: usize = 60;
/// In how many steps the lane of all clients counts.
const BINS: usize = 400;

/// What a lane tells of.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Lane {
    /// A host.
    Of(NodeId),
    /// How many clients hold a lease, and how many messages are sent.
    All,
}

/// Few hosts have a lane each. Otherwise the first servers do, the client that is looked at and those
/// that sent the most, and all clients have one together.
pub(super) fn lanes(session: &Session) -> Vec<Lane> {
    let (scenario, timeline) = (session.scenario(), session.timeline());
    let hosts = || {
        let nodes = scenario.nodes();
        nodes.filter(|(_, node)| node.kind != NodeKind::Switch)
    };
    if hosts().count() <= LANES {
        return hosts().map(|(id, _)| Lane::Of(id)).collect();
    }
    let is_client = |id: NodeId| scenario.node(id).kind == NodeKind::Client;
    let fixed = hosts().filter(|(id, _)| !is_client(*id)).take(FIXED);
    let mut lanes: Vec<Lane> = fixed.map(|(id, _)| Lane::Of(id)).collect();
    let most = LANES - 1 - lanes.len();
    // The busiest last, and of equals the first.
    let mut clients: Vec<NodeId> = Vec::new();
    for (id, _) in hosts().filter(|(id, _)| is_client(*id)) {
        let busy = |id: NodeId| match session.panel() {
            Some(Panel::Node(open)) if open == id => u32::MAX,
            _ => timeline.sent(id),
        };
        let place = clients.partition_point(|other| busy(*other) < busy(id));
        if clients.len() < most {
            clients.insert(place, id);
        } else if place > 0 {
            clients.insert(place, id);
            clients.remove(0);
        }
    }
    clients.sort_unstable();
    lanes.push(Lane::All);
    lanes.extend(clients.into_iter().map(Lane::Of));
    lanes
}

/// Instants as parts of the whole story.
#[derive(Clone, Copy)]
pub(super) struct Scale(pub(super) Instant);

/// How far it has to be to the next deadline for a name between them, in hundredths of the whole.
const ROOM: f64 = 2.0;
impl Scale {
    pub(super) fn part(self, at: Instant) -> f64 {
        let whole = self.0.as_micros().max(1) as f64;
        (at.as_micros() as f64 / whole * 100.0).clamp(0.0, 100.0)
    }

    pub(super) fn at(self, at: Instant) -> String {
        percent(self.part(at))
    }

    /// In thousandths, to a hundredth of one.
    fn thousandths(self, at: Instant) -> String {
        let mut text = percent(self.part(at) * 10.0);
        text.truncate(text.len() - 2);
        text
    }

    /// In which of the [`BINS`] it falls.
    fn bin(self, at: Instant) -> usize {
        let bins = at
            .since(Instant::ZERO)
            .fraction(BINS as u64, self.0.as_micros().max(1));
        usize::try_from(bins.as_micros()).map_or(0, |bin| bin.min(BINS - 1))
    }

    pub(super) fn left(self, at: Instant) -> String {
        format!("left:{}", self.at(at))
    }

    pub(super) fn width(self, from: Instant, to: Instant) -> String {
        percent((self.part(to) - self.part(from)).max(0.0))
    }
}

/// Everything that has been seen. It changes only with that, not with the playhead.
#[part]
pub(super) fn Painting(props: &Props) -> Html {
    let store = &props.store;
    let (words, lanes, _) = use_view(store, |session| {
        // What has no end yet grows with time; it need not grow in smaller steps than can be seen.
        let grown = session.seen().as_micros() / (session.end().as_micros() / STEPS).max(1);
        let extent = (session.known(), session.end(), grown);
        (session.texts().clone(), lanes(session), extent)
    });
    store.read(|session| painting(session, &words, &lanes))
}

fn painting(session: &Session, words: &Texts, lanes: &[Lane]) -> Html {
    let scale = Scale(session.end());
    let y = |node: NodeId| {
        lanes
            .iter()
            .position(|lane| *lane == Lane::Of(node))
            .map(|lane| TOP + lane * LANE)
    };
    let height = (TOP + lanes.len() * LANE).to_string();
    let timeline = session.timeline();
    let mut bars = Vec::new();
    for (number, lane) in lanes.iter().enumerate() {
        let top = TOP + number * LANE;
        match lane {
            Lane::Of(node) => leases(session, scale, *node, top, &mut bars),
            Lane::All => bars.push(held(session, scale, top)),
        }
    }
    let given = timeline.given.iter().filter_map(|bar| {
        let top = y(bar.node)?;
        Some((top, bar.from, bar.end(session.seen())))
    });
    let given: Vec<(usize, Instant, Instant)> = if timeline.given.len() > BARS {
        spans(given)
    } else {
        given.collect()
    };
    let given = given.into_iter().map(|(top, from, until)| {
        let (x, width) = (scale.at(from), scale.width(from, until));
        bar_of("lease given", x, width, top, 5)
    });
    let scenario = session.scenario();
    let is_switch = |node: &NodeId| scenario.node(*node).kind == NodeKind::Switch;
    let mut outages = Vec::new();
    for outage in &timeline.outages {
        let until = outage.until.unwrap_or_else(|| session.seen());
        let mut add = |class: &'static str, top: usize, height: usize| {
            outages.push(el!(
                "rect",
                "class" = class,
                "x" = scale.at(outage.from),
                "y" = top.to_string(),
                "width" = scale.width(outage.from, until),
                "height" = height.to_string()
            ));
        };
        let nodes = timeline.concerned(scenario, outage.what);
        let class = match outage.what {
            Out::Node(_) => "outage node-off",
            Out::Link(_) => "outage",
            // Those who are parted still hear others.
            Out::Parted(_) => "outage between",
        };
        // A cable between two switches is no one's own: it parts all.
        if matches!(outage.what, Out::Link(_)) && nodes.iter().all(is_switch) {
            add("outage between", TOP, lanes.len() * LANE);
        }
        for top in nodes.into_iter().filter_map(y) {
            add(class, top + 2, LANE - 4);
        }
    }
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
        "height" = height.clone()
    )
    .with(el!("defs").with(hatch.with(line)))
    .with(seen)
    .all((0..lanes.len()).map(rail))
    .all(given)
    .all(bars.into_iter())
    .all(outages.into_iter())
    .with(stretched(&height).all(ticks(session, scale, &y)));
    group(vec![painting.html(), axis(scale, words).html()])
}

/// A drawing whose x counts in thousandths of the story, whatever the screen's width.
fn stretched(height: &str) -> Element {
    el!(
        "svg",
        "viewBox" = format!("0 0 1000 {height}"),
        "preserveAspectRatio" = "none",
        "width" = "100%",
        "height" = height.to_owned()
    )
}

/// The messages: all of one kind in one path, those that fall into one place once.
fn ticks(
    session: &Session,
    scale: Scale,
    y: &dyn Fn(NodeId) -> Option<usize>,
) -> impl Iterator<Item = Element> {
    let mut paths: Vec<(&'static str, String)> = Vec::new();
    let mut last: Vec<(NodeId, &'static str, String)> = Vec::new();
    for tick in &session.timeline().ticks {
        let Some(top) = y(tick.from) else { continue };
        let (class, x) = (kinds::dhcp_class(tick.kind), scale.thousandths(tick.at));
        let same = |(node, kind, _): &&mut (NodeId, &'static str, String)| {
            (*node, *kind) == (tick.from, class)
        };
        match last.iter_mut().find(same) {
            Some((_, _, place)) if *place == x => continue,
            Some((_, _, place)) => place.clone_from(&x),
            None => last.push((tick.from, class, x.clone())),
        }
        let known = paths.iter().position(|(kind, _)| *kind == class);
        let place = known.unwrap_or_else(|| {
            paths.push((class, String::new()));
            paths.len() - 1
        });
        let path = &mut paths[place].1;
        path.push_str(&format!("M{x} {top}v{LANE}"));
    }
    paths
        .into_iter()
        .map(|(class, path)| el!("path", "class" = classes(&["tick", class]), "d" = path))
}

/// Times on lanes, from and until, those put together that touch.
fn spans(all: impl Iterator<Item = (usize, Instant, Instant)>) -> Vec<(usize, Instant, Instant)> {
    let mut spans: Vec<(usize, Instant, Instant)> = Vec::new();
    for (top, from, until) in all {
        let last = spans.iter_mut().rev().find(|(other, ..)| *other == top);
        match last {
            Some((.., end)) if from <= *end => *end = until.max(*end),
            _ => spans.push((top, from, until)),
        }
    }
    spans
}

/// How many clients hold a lease, as an area, and how many messages are sent, as strokes.
fn held(session: &Session, scale: Scale, top: usize) -> Element {
    let (mut changes, mut sent) = ([0_i32; BINS + 1], [0_usize; BINS]);
    let timeline = session.timeline();
    for bar in &timeline.leases {
        changes[scale.bin(bar.from)] += 1;
        if let Some(ended) = bar.ended {
            changes[scale.bin(ended)] -= 1;
        }
    }
    for tick in &timeline.ticks {
        sent[scale.bin(tick.at)] += tick.count as usize;
    }
    let is_client = |kind: NodeKind| kind == NodeKind::Client;
    let nodes = session.scenario().nodes();
    let clients = nodes
        .filter(|(_, node)| is_client(node.kind))
        .count()
        .max(1);
    let busiest = sent.iter().copied().max().unwrap_or_default().max(1);
    let (room, floor) = (LANE - 2, top + LANE - 1);
    let (mut area, mut strokes) = (format!("M0 {floor}"), String::new());
    let (mut now, mut shown) = (0_i32, floor);
    for bin in 0..=scale.bin(session.seen()) {
        let x = bin * 1_000 / BINS;
        now += changes[bin];
        let high = usize::try_from(now).unwrap_or_default() * room / clients;
        if floor - high != shown {
            shown = floor - high;
            area.push_str(&format!("H{x}V{shown}"));
        }
        if sent[bin] > 0 {
            let high = (sent[bin] * room).div_ceil(busiest);
            strokes.push_str(&format!("M{x} {floor}v-{high}"));
        }
    }
    let end = scale.bin(session.seen()) * 1_000 / BINS;
    area.push_str(&format!("H{end}V{floor}z"));
    stretched(&(TOP + LANES * LANE).to_string())
        .with(el!("path", "class" = "lease held", "d" = area))
        .with(el!("path", "class" = "tick sent", "d" = strokes))
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

/// A client's leases on its lane: one by one with T1, T2 and expiry where there is room.
fn leases(session: &Session, scale: Scale, node: NodeId, top: usize, bars: &mut Vec<Element>) {
    let until = |bar: &LeaseBar| bar.ended.unwrap_or_else(|| session.seen());
    let rect =
        |from: Instant, to: Instant| bar_of("lease", scale.at(from), scale.width(from, to), top, 3);
    let all = || session.timeline().leases_of(node);
    if all().count() > BARS {
        let spans = spans(all().map(|bar| (top, bar.from, until(bar))));
        bars.extend(spans.into_iter().map(|(_, from, to)| rect(from, to)));
        return;
    }
    for bar in all() {
        let marks = marks(bar).into_iter();
        let marks = marks.filter(|(_, at)| *at <= until(bar).min(session.end()));
        let marks = marks.map(|(class, at)| deadline(class, scale.at(at), top));
        bars.push(el!("g").with(rect(bar.from, until(bar))).all(marks));
    }
}

fn marks(bar: &LeaseBar) -> [(&'static str, Instant); 3] {
    [("t1", bar.t1), ("t2", bar.t2), ("expiry", bar.expiry)]
}

fn deadline(class: &'static str, x: String, top: usize) -> Element {
    let class = classes(&["deadline", class]);
    upright(class, x, top + 1, top + LANE - 1)
}

/// What the leases at the playhead promise.
#[part]
pub(super) fn Promises(props: &Props) -> Html {
    let store = &props.store;
    let (words, lanes, _) = use_view(store, |session| {
        let grown = session.now().as_micros() / (session.end().as_micros() / STEPS).max(1);
        let extent = (session.key(), session.end(), grown);
        (session.texts().clone(), lanes(session), extent)
    });
    store.read(|session| {
        let (scale, now) = (Scale(session.end()), session.now());
        let mut drawing = el!(
            "svg",
            "class" = "painting promises",
            "aria-hidden" = "true",
            "height" = (TOP + lanes.len() * LANE).to_string()
        );
        for (number, lane) in lanes.iter().enumerate() {
            let Lane::Of(node) = lane else { continue };
            let mut past = session.timeline().leases_of(*node).rev();
            let current = past
                .find(|bar| bar.from <= now)
                .filter(|bar| bar.ended.is_none_or(|ended| now < ended) && now <= bar.expiry);
            let Some(bar) = current else { continue };
            let top = TOP + number * LANE;
            let (x, width) = (scale.at(bar.from), scale.width(bar.from, bar.expiry));
            drawing = drawing.with(bar_of("lease promised", x, width, top, 3));
            let all: Vec<_> = marks(bar).into_iter().collect();
            for (number, (class, at)) in all.iter().copied().enumerate() {
                if at > session.end() {
                    continue;
                }
                let next = all.get(number + 1).map(|(_, at)| scale.part(*at));
                let has_room = next.is_none_or(|next| next - scale.part(at) >= ROOM);
                drawing = drawing.with(deadline(class, scale.at(at), top));
                if at > now && has_room {
                    let name = match class {
                        "t1" => "T1",
                        "t2" => "T2",
                        _ => words.get("ui.target.expiry"),
                    };
                    let text = el!(
                        "text",
                        "class" = "deadline-name",
                        "x" = scale.at(at),
                        "y" = (top + LANE / 2 + 1).to_string(),
                        "dx" = "4"
                    );
                    drawing = drawing.with(text.text(name));
                }
            }
        }
        drawing.html()
    })
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
