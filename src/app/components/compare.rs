//! Two branches side by side: their ladders line by line, and their tables.

use std::rc::Rc;

use yew::prelude::*;

use super::element::{Element, classes, el, handler, spelt, when};
use super::icons::{Icon, icon};
use super::kinds;
use super::ladder::{Columns, arrow};
use super::part::part;
use crate::app::compare::{Fact, Item, Line, Side, compared, facts, first_unlike, lines};
use crate::app::session::{Action, Panel, Session};
use crate::app::store::{Props, Store, use_view};
use crate::scenario::NodeId;
use crate::sim::EventId;
use crate::text::{Sentence, Texts};
use crate::time::Instant;

/// The most nodes of which the tables are shown.
const NODES: usize = 40;
/// In how few nodes those are shown, too, that are the same in both.
const FEW: usize = 12;

/// The two branches, if two are compared.
#[part]
pub(crate) fn Compare(props: &Props) -> Html {
    let store = &props.store;
    let (words, beside, _, _, _) = use_view(store, |session| {
        (
            session.texts().clone(),
            session.beside(),
            session.key(),
            session.filter(),
            session.now().as_micros() / 250_000,
        )
    });
    let tables = use_state_eq(|| false);
    let Some(beside) = beside else {
        return Html::default();
    };
    store.read(|session| {
        let Some(sides) = session.sides() else {
            return Html::default();
        };
        let first = session.first_difference().unwrap_or(EventId(u32::MAX));
        let branches = session.branches();
        let current = branches.iter().find(|branch| branch.current);
        let names = [
            current.map_or_else(String::new, |branch| branch.name.clone()),
            session.branch_name(beside),
        ];
        let sheet = Sheet {
            store,
            session,
            words: &words,
            sides,
            first,
        };
        let which = |text: &str, shows_tables: bool| {
            let tables = tables.clone();
            el!(
                "button",
                "class" = "button text",
                "aria-pressed" = spelt(*tables == shows_tables)
            )
            .on_click(handler(move |_| tables.set(shows_tables)))
            .text(words.get(text))
        };
        let close = words.get("ui.close").to_owned();
        let close = el!(
            "button",
            "class" = "button quiet",
            "aria-label" = close.clone(),
            "title" = close
        )
        .on_click(store.on(Action::Compare(None)))
        .put(icon(Icon::Close));
        let (told, at) = sheet.told();
        let go = at.map(|at| {
            el!("button", "class" = "button text")
                .on_click(store.on(Action::Seek(at)))
                .text(words.get("ui.go-there"))
        });
        let head = el!("div", "class" = "compare-head")
            .with(el!("h2").text(words.get("ui.compare")))
            .with(which("ui.messages", false))
            .with(which("ui.tables", true))
            .with(el!("span", "class" = "spacer"))
            .maybe(go)
            .with(close);
        let heads = names.iter().enumerate().map(|(side, name)| {
            let key = if side == 0 {
                "ui.looked-at"
            } else {
                "ui.beside"
            };
            let look = (side == 1).then(|| {
                el!("button", "class" = "button quiet text")
                    .on_click(store.on(Action::Switch(beside)))
                    .text(words.get("ui.look-at-it"))
            });
            el!("div", "class" = "side-head")
                .with(el!("small").text(words.get(key)))
                .with(el!("b").text(name))
                .maybe(look)
        });
        let heads = el!("div", "class" = "compare-row side-heads")
            .with(el!("span", "class" = "time"))
            .all(heads);
        let difference = el!("div", "class" = "compare-row difference", "role" = "status")
            .with(el!("b").text(words.get("ui.first-difference")))
            .all(told.iter().map(|told| el!("span").text(told)));
        let body = if *tables {
            sheet.tables()
        } else {
            sheet.ladders()
        };
        el!(
            "section",
            "class" = "pane compare",
            "aria-label" = words.get("ui.compare").to_owned()
        )
        .with(head)
        .with(heads)
        .with(difference)
        .with(el!("div", "class" = "compare-body").with(body))
        .html()
    })
}

struct Sheet<'a> {
    store: &'a Store,
    session: &'a Session,
    words: &'a Texts,
    sides: [Side<'a>; 2],
    first: EventId,
}

impl Sheet<'_> {
    /// What the first difference is, in either, and when.
    fn told(&self) -> ([String; 2], Option<Instant>) {
        let first = self.first.index();
        let told = first_unlike(self.sides, first, self.session.filter());
        let (at, told) = told.map_or((None, [None, None]), |(at, told)| (Some(at), told));
        let [one, other] = told;
        let tell = |side: Side<'_>, told: Option<Sentence>| match (at, told) {
            (Some(at), Some(sentence)) => {
                let at = self.words.moment(at);
                format!("{at} · {}", self.words.sentence(&sentence))
            }
            (Some(at), None) if at <= side.recording.known() => {
                self.words.get("ui.nothing-here").to_owned()
            }
            _ => self.words.get("ui.nothing-yet").to_owned(),
        };
        let [ours, theirs] = self.sides;
        ([tell(ours, one), tell(theirs, other)], at)
    }

    fn ladders(&self) -> Element {
        let (lines, shared) = lines(self.sides, self.first.index(), self.session.filter());
        let columns = Columns(Rc::clone(self.session.lanes()));
        let owners = columns.0.owners().iter().enumerate();
        let names = owners.map(|(lane, owner)| {
            let name = owner.map_or(self.words.get("ui.others"), |id| {
                &self.session.scenario().node(id).id
            });
            el!("span", "class" = "column", "style" = columns.style(lane)).text(name)
        });
        let names: Vec<Html> = names.map(Element::html).collect();
        let names = || {
            let lanes = el!("span", "class" = "lanes", "aria-hidden" = "true");
            names
                .iter()
                .fold(lanes, |lanes, name| lanes.put(name.clone()))
        };
        let head = el!("li", "class" = "compare-row lane-heads")
            .with(el!("span", "class" = "time"))
            .with(names())
            .with(names());
        let mut marked = false;
        let mut last = None;
        let rows = lines.iter().enumerate().map(|(place, line)| {
            let first = place >= shared && !line.same && !marked;
            marked |= first;
            self.row(line, place < shared, first, &columns, &mut last)
        });
        let rows: Vec<Element> = rows.collect();
        el!("ol", "class" = "compare-rows")
            .with(head)
            .all(rows.into_iter())
    }

    fn row(
        &self,
        line: &Line,
        shared: bool,
        first: bool,
        columns: &Columns,
        last: &mut Option<Instant>,
    ) -> Element {
        let class = classes(&[
            "compare-row",
            when(shared, "shared"),
            when(!line.same, "differs"),
            when(first, "first"),
        ]);
        let sign = first
            .then(|| el!("small", "class" = "first-sign").text(self.words.get("ui.first-sign")));
        let mut row = el!("li", "class" = class)
            .with(super::ladder::time(line.at, last))
            .maybe(sign);
        for (side, item) in line.items.iter().enumerate() {
            row = row.with(self.cell(side, item.as_ref(), columns));
        }
        row
    }

    fn cell(&self, side: usize, item: Option<&Item>, columns: &Columns) -> Element {
        let Some(item) = item else {
            let nothing = el!("span", "class" = "unseen").text(self.words.get("ui.nothing-here"));
            return el!("span", "class" = "compare-cell").with(nothing);
        };
        match item {
            Item::Done(sentence) => {
                let text = el!("span", "class" = "done-text").text(&self.words.sentence(sentence));
                el!("span", "class" = "compare-cell").with(text)
            }
            Item::Message(place) => {
                let Side {
                    strip,
                    recording,
                    timeline,
                } = self.sides[side];
                let message = &strip.messages()[*place];
                let (now, scenario) = (recording.world().now(), self.session.scenario());
                let lanes = el!("span", "class" = "lanes", "aria-hidden" = "true");
                let drawing = arrow(lanes, scenario, timeline, columns, message, now);
                let label = kinds::sentence(self.session, self.words, message);
                let class = classes(&["message compare-cell", kinds::class(&message.summary)]);
                // Where there is no room for arrows.
                let to = kinds::receiver(scenario, self.words, message);
                let who = format!("{} → {to}", scenario.node(message.from).id);
                if side > 0 {
                    // What it holds belongs to the other branch.
                    let label = el!("span", "class" = "unseen").text(&label);
                    return el!("span", "class" = class, "data-who" = who)
                        .with(label)
                        .with(drawing);
                }
                el!(
                    "button",
                    "class" = class,
                    "data-who" = who,
                    "aria-label" = label,
                    "aria-haspopup" = "dialog"
                )
                .on_click(self.store.on(Action::Open(Panel::Packet(message.id))))
                .with(drawing)
            }
        }
    }

    fn tables(&self) -> Element {
        let scenario = self.session.scenario();
        let worlds = self.sides.map(|side| side.recording.world());
        let few = compared(scenario).count() <= FEW;
        let nodes = compared(scenario).map(|id| (id, facts(self.words, scenario, worlds, id)));
        let shown = nodes.filter(|(_, facts)| few || facts.iter().any(Fact::differs));
        let tables: Vec<Element> = shown
            .take(NODES)
            .map(|(id, facts)| self.table(id, &facts))
            .collect();
        let empty = tables
            .is_empty()
            .then(|| el!("p", "class" = "empty").text(self.words.get("ui.no-difference")));
        el!("div", "class" = "compare-tables")
            .all(tables.into_iter())
            .maybe(empty)
    }

    fn table(&self, id: NodeId, facts: &[Fact]) -> Element {
        let name = &self.session.scenario().node(id).id;
        let rows = facts.iter().map(|fact| {
            let cell = |value: &String| {
                let value = if value.is_empty() { "–" } else { value };
                el!("td").text(value)
            };
            let sign = fact.differs().then(|| {
                el!(
                    "span",
                    "class" = "unequal",
                    "title" = self.words.get("ui.differs").to_owned()
                )
                .text("≠")
            });
            let class = if fact.differs() { "differs" } else { "" };
            el!("tr", "class" = class)
                .with(el!("th", "scope" = "row").text(&fact.name).maybe(sign))
                .all(fact.values.iter().map(cell))
        });
        el!("table", "class" = "compare-table")
            .with(el!("caption").text(name))
            .with(el!("tbody").all(rows))
    }
}
