//! The list of everything that can be done, found by its words, now or at another instant.

use yew::prelude::*;

use super::doing::{self, field, use_then};
use super::element::{Element, el, handler, spelt};
use super::panel::frame;
use super::part::part;
use crate::app::browser;
use crate::app::moment;
use crate::app::session::{About, Action, Deed, Session, Then};
use crate::app::store::{Props, Store, use_view};
use crate::scenario::NodeKind;
use crate::text::Texts;

/// The id of the field that takes the focus when the list opens.
pub(super) const SEARCH: &str = "search";
/// How many are shown at once.
const SHOWN: usize = 60;

/// The list.
#[part]
pub(super) fn DeedsPanel(props: &Props) -> Html {
    let store = &props.store;
    let (words, _, _) = use_view(store, |session| {
        (session.texts().clone(), session.key(), session.is_playing())
    });
    let query = use_state_eq(String::new);
    let [at, length] = [use_state_eq(String::new), use_state_eq(String::new)];
    let cursor = use_state_eq(|| 0_usize);
    let when = store.read(|session| moment::read(&at, session.now()));
    let then = use_then(store, when.ok().flatten());
    let found = store.read(|session| found(session, &then, &words, &query));
    let more = found.len().saturating_sub(SHOWN);
    let shown = &found[..found.len().min(SHOWN)];
    let place = (*cursor).min(shown.len().saturating_sub(1));
    let lasts = moment::length(&length);
    let act: std::rc::Rc<dyn Fn(&Deed)> = {
        let store = store.clone();
        let (wrong, at, lasts) = (
            when.is_err() || lasts.is_err(),
            when.ok().flatten(),
            lasts.ok().flatten(),
        );
        std::rc::Rc::new(move |deed: &Deed| {
            if wrong || deed.hindered.is_some() {
                return;
            }
            let action = deed.planned(at, lasts);
            if !matches!(action, Action::Open(_)) {
                store.apply(Action::Close);
            }
            store.apply(action);
        })
    };
    let write = |text: &UseStateHandle<String>| {
        let (text, cursor) = (text.clone(), cursor.clone());
        handler(move |event| {
            text.set(browser::value(&event));
            cursor.set(0);
        })
    };
    let turn = handler({
        let (cursor, act) = (cursor.clone(), act.clone());
        let shown: Vec<Deed> = shown.iter().map(|(deed, _)| deed.clone()).collect();
        move |event| {
            let last = shown.len().saturating_sub(1);
            match browser::key(&event).as_str() {
                "ArrowDown" => cursor.set((place + 1).min(last)),
                "ArrowUp" => cursor.set(place.saturating_sub(1)),
                "PageDown" => cursor.set((place + 8).min(last)),
                "PageUp" => cursor.set(place.saturating_sub(8)),
                "Enter" => {
                    if let Some(deed) = shown.get(place) {
                        act(deed);
                    }
                }
                _ => return,
            }
            event.prevent_default();
        }
    });
    use_effect_with((place, query.clone()), |(place, _)| {
        browser::show(&format!("deed-{place}"));
    });
    let search = el!(
        "input",
        "id" = SEARCH,
        "type" = "text",
        "class" = "text-field",
        "role" = "combobox",
        "autocomplete" = "off",
        "spellcheck" = "false",
        "aria-expanded" = "true",
        "aria-controls" = "deeds",
        "aria-activedescendant" = format!("deed-{place}"),
        "aria-label" = words.get("ui.search").to_owned(),
        "placeholder" = words.get("ui.search-hint").to_owned()
    );
    let search = search
        .shows((*query).clone())
        .on("input", write(&query))
        .on("keydown", turn.clone());
    let planned = el!("div", "class" = "planned")
        .with(field(
            &words,
            ["ui.at", "ui.now"],
            &at,
            write(&at),
            turn.clone(),
            when.is_err(),
        ))
        .with(field(
            &words,
            ["ui.lasts", "ui.for-good"],
            &length,
            write(&length),
            turn,
            lasts.is_err(),
        ));
    let problem = match (&when, &lasts) {
        (Err(()), _) => Some("ui.bad-instant"),
        (_, Err(())) => Some("ui.bad-length"),
        (Ok(_), Ok(_)) => None,
    };
    let problem = problem.map(|key| doing::problem(&words, key));
    let list = el!(
        "ul",
        "id" = "deeds",
        "role" = "listbox",
        "class" = "deeds",
        "aria-label" = words.get("ui.deeds").to_owned()
    )
    .all(groups(store, &words, shown, place, &act).into_iter());
    let rest = match (shown.is_empty(), more) {
        (true, _) => Some(words.get("ui.no-deed").to_owned()),
        (false, 0) => None,
        (false, more) => Some(words.say("ui.more-deeds", &[("count", &more.to_string())])),
    };
    let body = el!("div", "class" = "panel-body deeds-body")
        .with(search)
        .with(planned)
        .maybe(problem)
        .with(list)
        .maybe(rest.map(|rest| el!("p", "class" = "empty").text(&rest)));
    frame(
        store,
        &words,
        "node-panel deeds-panel",
        words.get("ui.deeds"),
        "",
        body.html(),
    )
}

/// What has all the words that are looked for, each with its own words: first what can be done, then,
/// where something is looked for, what cannot.
fn found(session: &Session, then: &Then, words: &Texts, query: &str) -> Vec<(Deed, String)> {
    let query = browser::lower(query);
    let wanted: Vec<&str> = query.split_whitespace().collect();
    let named = session.deeds(then).into_iter().map(|deed| {
        let name = words.sentence(&deed.sentence);
        (deed, name)
    });
    let named = named.filter(|(deed, name)| {
        let name = browser::lower(name);
        let is_any = wanted.is_empty() && deed.hindered.is_none();
        is_any || (!wanted.is_empty() && wanted.iter().all(|word| name.contains(word)))
    });
    let (mut can, cannot): (Vec<_>, Vec<_>) = named.partition(|(deed, _)| deed.hindered.is_none());
    can.extend(cannot);
    can
}

/// The list's entries below headings: what they are done to.
fn groups(
    store: &Store,
    words: &Texts,
    shown: &[(Deed, String)],
    place: usize,
    act: &std::rc::Rc<dyn Fn(&Deed)>,
) -> Vec<Element> {
    let mut groups: Vec<(About, Vec<Element>)> = Vec::new();
    for (number, (deed, name)) in shown.iter().enumerate() {
        let choose = handler({
            let (act, deed) = (act.clone(), deed.clone());
            move |_| act(&deed)
        });
        let key = deed.key.map(|key| el!("kbd").text(words.get(key)));
        let why = deed.hindered.map(|why| {
            let why = format!(" {}", words.get(why));
            el!("small", "class" = "hint").text(&why)
        });
        let option = el!(
            "li",
            "id" = format!("deed-{number}"),
            "role" = "option",
            "class" = "deed",
            "aria-selected" = spelt(number == place),
            "aria-disabled" = spelt(deed.hindered.is_some())
        );
        let option = option
            .on_click(choose)
            .with(el!("span").text(name).maybe(why))
            .maybe(key);
        match groups.last_mut().filter(|(about, _)| *about == deed.about) {
            Some((_, options)) => options.push(option),
            None => groups.push((deed.about, vec![option])),
        }
    }
    let heading = |about: About| {
        store.read(|session| {
            let scenario = session.scenario();
            match about {
                About::Node(id) => {
                    let node = scenario.node(id);
                    let shared = matches!(node.kind, NodeKind::Switch | NodeKind::Router);
                    let kind = words.get(super::kinds::kind_key(node.kind));
                    if shared {
                        node.id.clone()
                    } else {
                        format!("{} · {kind}", node.id)
                    }
                }
                About::Link(id) => scenario
                    .ends(id)
                    .map(|end| scenario.node(end).id.as_str())
                    .join(" – "),
                About::Flight => words.get("about.flight").to_owned(),
                About::Network => words.get("about.network").to_owned(),
                About::Time => words.get("about.time").to_owned(),
                About::Page => words.get("about.page").to_owned(),
            }
        })
    };
    let groups = groups.into_iter().map(|(about, options)| {
        let name = heading(about);
        let label = el!("span", "class" = "deeds-of", "aria-hidden" = "true").text(&name);
        el!("li", "role" = "group", "aria-label" = name)
            .with(label)
            .with(el!("ul", "role" = "none").all(options.into_iter()))
    });
    groups.collect()
}
