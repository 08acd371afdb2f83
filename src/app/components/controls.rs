//! Time in the person's hands: play, step, jump, speed, and the clock.

use super::element::{Element, el, handler, spelt};
use super::icons::{Icon, icon};
use super::part::part;
use super::shell::part;
use crate::app::browser;
use crate::app::pace::Speed;
use crate::app::session::{Action, Target};
use crate::app::store::{Props, Store, use_view};
use crate::text::Texts;

/// The row of controls.
#[part]
pub(crate) fn Controls(props: &Props) -> Html {
    let store = &props.store;
    let (words, playing, speed, real, kind) = use_view(store, |session| {
        (
            session.texts().clone(),
            session.is_playing() || session.on_its_way().is_some(),
            session.speed(),
            session.is_real_time(),
            session.kind(),
        )
    });
    let button = |text: &str, drawing: Icon, action: Action| {
        let label = words.get(text).to_owned();
        el!(
            "button",
            "class" = "button",
            "aria-label" = label.clone(),
            "title" = label
        )
        .on_click(store.on(action))
        .put(icon(drawing))
    };
    let transport = el!("div", "class" = "group transport")
        .with(button("ui.start-over", Icon::Restart, Action::StartOver))
        .with(button("ui.step-back", Icon::Back, Action::StepBack))
        .with(play(store, &words, playing))
        .with(button(
            "ui.step-forward",
            Icon::Forward,
            Action::StepForward,
        ));
    let choose = handler({
        let store = store.clone();
        move |event| {
            let place = browser::value(&event).parse::<usize>().ok();
            if let Some(kind) = place.and_then(|place| Target::ALL.get(place)) {
                store.apply(Action::Kind(*kind));
            }
        }
    });
    let option = |(place, target): (usize, Target)| {
        let value = place.to_string();
        el!("option", "value" = value, "selected" = target == kind)
            .text(words.get(target.texts()[0]))
    };
    let kinds = el!("select", "aria-label" = words.get("ui.jump-to").to_owned())
        .on("change", choose)
        .all(Target::ALL.into_iter().enumerate().map(option));
    let [_, next, last] = kind.texts();
    let jumps = el!("div", "class" = "group jumps")
        .with(button(last, Icon::Last, Action::Last(kind)))
        .with(kinds)
        .with(button(next, Icon::Next, Action::Next(kind)));
    el!(
        "section",
        "class" = "controls",
        "aria-label" = words.get("ui.controls").to_owned()
    )
    .with(transport)
    .with(jumps)
    .with(pace(store, &words, speed, real))
    .put(part::<Clock>(store))
    .html()
}

fn play(store: &Store, words: &Texts, playing: bool) -> Element {
    let (text, drawing) = if playing {
        ("ui.pause", Icon::Pause)
    } else {
        ("ui.play", Icon::Play)
    };
    let action = if playing { Action::Pause } else { Action::Play };
    el!("button", "class" = "button play")
        .on_click(store.on(action))
        .put(icon(drawing))
        .with(el!("span").text(words.get(text)))
}

fn pace(store: &Store, words: &Texts, speed: Speed, real: bool) -> Element {
    let oninput = handler({
        let store = store.clone();
        move |event| {
            let step = browser::value(&event).parse::<usize>().ok();
            if let Some(speed) = step.and_then(|step| Speed::STEPS.get(step)) {
                store.apply(Action::Speed(*speed));
            }
        }
    });
    let slider = el!(
        "input",
        "id" = "speed",
        "type" = "range",
        "min" = "0",
        "max" = (Speed::STEPS.len() - 1).to_string(),
        "step" = "1",
        "aria-valuetext" = speed.label()
    );
    let slider = slider.shows(speed.step().to_string()).on("input", oninput);
    let as_it_is = el!(
        "button",
        "class" = "button text",
        "aria-pressed" = spelt(real),
        "title" = words.get("ui.real-time-hint").to_owned()
    );
    let as_it_is = as_it_is
        .on_click(store.on(Action::RealTime(!real)))
        .text(words.get("ui.real-time"));
    let name = el!("label", "class" = "group-name", "for" = "speed").text(words.get("ui.speed"));
    let value = el!("output", "for" = "speed", "class" = "speed-value").text(&speed.label());
    el!("div", "class" = "group speed")
        .with(name)
        .with(slider)
        .with(value)
        .with(as_it_is)
}

#[part]
fn Clock(props: &Props) -> Html {
    let (words, now) = use_view(&props.store, |session| {
        (session.texts().clone(), session.now())
    });
    let label = words.get("ui.clock").to_owned();
    el!(
        "div",
        "class" = "clock",
        "role" = "timer",
        "aria-label" = label
    )
    .text(&words.instant(now))
    .html()
}
