//! The timeline: what has been seen of the run, and the playhead, which can be dragged.

use super::branches::Branches;
use super::element::{classes, el, group, handler, when};
use super::painting::{LANE, Lane, Painting, Promises, Scale, TOP, lanes};
use super::part::part;
use super::shell::{part, texts};
use crate::app::browser;
use crate::app::session::Action;
use crate::app::store::{Props, use_view};
use crate::time::Instant;

/// The timeline with its lanes' names.
#[part]
pub(crate) fn TimelineTrack(props: &Props) -> Html {
    let store = &props.store;
    let (words, lanes, _) = use_view(store, |session| {
        (session.texts().clone(), lanes(session), session.story())
    });
    let height = TOP + lanes.len() * LANE;
    let names = store.read(|session| {
        let name = |lane: &Lane| {
            el!("span").text(match lane {
                Lane::Of(id) => &session.scenario().node(*id).id,
                Lane::All => words.get("ui.all"),
            })
        };
        let names = el!("div", "class" = "lane-names", "aria-hidden" = "true");
        names.all(lanes.iter().map(name))
    });
    let section = el!(
        "section",
        "class" = "timeline",
        "aria-label" = words.get("ui.timeline-label").to_owned(),
        "style" = format!("--lanes:{height}px")
    );
    let track = el!("div", "class" = "track")
        .put(part::<Painting>(store))
        .put(part::<Promises>(store))
        .put(part::<Acts>(store))
        .put(part::<Playhead>(store));
    section
        .with(names)
        .with(track)
        .put(part::<Branches>(store))
        .html()
}

/// When something is done, by the story or by a person; what is planned, too.
#[part]
fn Acts(props: &Props) -> Html {
    let (acts, end) = use_view(&props.store, |session| (session.acts(), session.end()));
    let scale = Scale(end);
    let mark = |(at, by_person): &(Instant, bool)| {
        let class = classes(&["act-mark", when(*by_person, "own")]);
        el!("span", "class" = class, "style" = scale.left(*at))
    };
    el!("div", "aria-hidden" = "true")
        .all(acts.iter().map(mark))
        .html()
}

/// The id of what moves the playhead.
pub(super) const SCRUB: &str = "scrub";

#[part]
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
        "id" = SCRUB,
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
