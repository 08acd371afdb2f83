//! The why panel: the chain of causes of an entry, what became of its message, and what came of it.

use yew::prelude::*;

use super::element::{Element, classes, el, handler, when};
use super::panel::frame;
use super::part::part;
use crate::app::session::{Action, Panel, Session};
use crate::app::store::{Store, use_view};
use crate::lesson::why::{self, Link, Outcome, Silence};
use crate::sim::EventId;
use crate::text::{Sentence, Source, Texts};

/// How many links of a long chain are shown before those that are left out, and after them.
const SHOWN: [usize; 2] = [10, 3];

/// Which entry.
#[derive(PartialEq)]
pub(super) struct WhyProps {
    /// The session.
    pub(super) store: Store,
    /// The entry that is asked about.
    pub(super) id: EventId,
}

/// What it draws with.
struct Sheet<'a> {
    store: &'a Store,
    session: &'a Session,
    words: &'a Texts,
}

/// A button that opens it.
pub(super) fn ask(store: &Store, text: &str, action: Action) -> Element {
    el!("button", "class" = "chip", "aria-haspopup" = "dialog")
        .on_click(store.on(action))
        .text(text)
}

/// Why something happened, back to a person or the start.
#[part]
pub(super) fn WhyPanel(props: &WhyProps) -> Html {
    let WhyProps { store, id } = props;
    let whole = use_state_eq(|| false);
    let (words, key) = use_view(store, |session| (session.texts().clone(), session.key()));
    // What an entry came from stays what it is.
    let links = use_memo((*id, key.run, id.index() < key.written), |(id, ..)| {
        store.read(|session| {
            let recording = session.recording();
            let mut links = Vec::new();
            for link in why::chain(recording, *id) {
                links.push((why::silence(recording, &link), link));
            }
            links
        })
    });
    store.read(|session| {
        let sheet = Sheet {
            store,
            session,
            words: &words,
        };
        let at = links.first().map(|(_, link)| words.instant(link.at));
        let [head, tail] = SHOWN;
        let hidden = if *whole {
            0..0
        } else {
            head..links.len().saturating_sub(tail).max(head)
        };
        let mut list = el!("ol", "class" = "why");
        for (place, (silence, link)) in links.iter().enumerate() {
            if place == hidden.start && hidden.len() > 1 {
                let count = hidden.len().to_string();
                let show = {
                    let whole = whole.clone();
                    handler(move |_| whole.set(true))
                };
                let more = el!("button", "class" = "chip")
                    .on_click(show)
                    .text(&words.say("ui.why-more", &[("count", &count)]));
                list = list.with(el!("li").with(more));
            }
            if hidden.len() < 2 || !hidden.contains(&place) {
                list = list.with(sheet.link(link).maybe(sheet.silence(silence.as_ref())));
            }
        }
        let message = why::message_of(session.recording(), *id);
        let packet = message.map(|message| {
            el!("button", "class" = "button text")
                .on_click(store.on(Action::Open(Panel::Packet(message))))
                .text(words.get("ui.to-packet"))
        });
        let told = |id: &EventId| links.iter().any(|(_, link)| link.id == *id);
        let asked =
            |silence: &Option<Silence>| silence.as_ref().and_then(|silence| silence.message);
        let message = message.filter(|id| {
            let is_it = |(silence, _): &(_, _)| asked(silence) == Some(*id);
            id.index() < session.key().written && !links.iter().any(is_it)
        });
        let became = message.and_then(|id| sheet.became(id, !told(&id)));
        let body = el!("div", "class" = "panel-body")
            .with(list)
            .maybe(became)
            .maybe(sheet.came(*id))
            .with(el!("div", "class" = "actions").maybe(packet))
            .html();
        let title = words.get("ui.why");
        frame(
            store,
            &words,
            "why-panel",
            title,
            &at.unwrap_or_default(),
            body,
        )
    })
}

impl Sheet<'_> {
    /// A sentence that leads to its entry, if it has one, and the section that says so.
    fn said(&self, id: Option<EventId>, sentence: &Sentence) -> Element {
        let at = id.and_then(|id| self.session.journal().get(id));
        let time = at.map(|entry| el!("small").text(&entry.at.to_string()));
        let text = self.words.sentence(sentence);
        let said = match id {
            Some(id) => el!("button", "class" = "said").on_click(self.store.on(Action::Show(id))),
            None => el!("span", "class" = "said"),
        };
        el!("span")
            .with(said.maybe(time).text(&text))
            .maybe(sentence.source.map(source))
    }

    fn link(&self, link: &Link) -> Element {
        let join = link
            .join
            .map(|join| el!("em").text(self.words.get(join.key())));
        // The one that is asked about leads nowhere else.
        let id = link.join.map(|_| link.id);
        let class = classes(&["link", when(id.is_none(), "asked")]);
        el!("li", "class" = class)
            .key(link.id.0.into())
            .maybe(join)
            .with(self.said(id, &link.sentence))
    }

    /// Why there was nothing of what a link waited for.
    fn silence(&self, silence: Option<&Silence>) -> Option<Element> {
        let Silence { key, outcomes, .. } = silence?;
        let said = el!("em").text(self.words.get(key));
        Some(el!("div").with(said).with(self.list(None, outcomes)))
    }

    fn list(&self, first: Option<Element>, outcomes: &[Outcome]) -> Element {
        let mut list = el!("ul", "class" = "why").maybe(first);
        for outcome in outcomes {
            list = list.with(self.outcome(outcome));
        }
        list
    }

    fn outcome(&self, outcome: &Outcome) -> Element {
        let node = outcome.node.map(|node| {
            let name = self.session.scenario().node(node).id.as_str();
            el!("b").text(name)
        });
        let told = outcome.told.iter();
        let told = told.map(|(id, sentence)| self.said(*id, sentence));
        el!("li").maybe(node).all(told)
    }

    /// What became of a message at each host; the message itself first, where it is not in sight.
    fn became(&self, id: EventId, name: bool) -> Option<Element> {
        let Self { session, words, .. } = self;
        let (scenario, journal) = (session.scenario(), session.journal());
        let outcomes = why::outcomes(session.recording(), id);
        let label = why::label(journal, id)?;
        let title = words.say("why.became", &[("message", label)]);
        let message = name.then(|| why::words(scenario, journal, id)).flatten();
        let message = message.map(|said| el!("li").with(self.said(Some(id), &said)));
        let list = self.list(message, &outcomes);
        let there = !outcomes.is_empty();
        there.then(|| el!("section").with(el!("h3").text(&title)).with(list))
    }

    /// What came of it, as far as the playhead.
    fn came(&self, id: EventId) -> Option<Element> {
        let Self { session, words, .. } = self;
        let (scenario, journal) = (session.scenario(), session.journal());
        let came = why::came_of(session.recording(), id);
        let came = came.into_iter().filter_map(|id| {
            let sentence = why::words(scenario, journal, id)?;
            Some(el!("li").with(self.said(Some(id), &sentence)))
        });
        let node = journal.get(id).and_then(|entry| entry.node);
        let waits = node.map(|node| why::waits(session.recording(), node));
        let waits = waits.unwrap_or_default().into_iter();
        let waits = waits.filter(|wait| wait.set_by == Some(id) || wait.awaited == Some(id));
        let waits = waits.map(|wait| el!("li").with(self.said(None, &wait.sentence)));
        let all: Vec<Element> = came.chain(waits).collect();
        let title = el!("h3").text(words.get("why.came-of"));
        (!all.is_empty()).then(|| {
            let list = el!("ul", "class" = "why").all(all.into_iter());
            el!("section").with(title).with(list)
        })
    }
}

/// A link to the section of a standard.
pub(super) fn source(source: Source) -> Element {
    let link = el!(
        "a",
        "href" = source.address(),
        "target" = "_blank",
        "rel" = "noopener"
    );
    link.text(&source.label())
}
