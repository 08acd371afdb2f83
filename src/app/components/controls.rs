//! Time in the person's hands: play, step, jump, speed, and the clock.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::icons::{Icon, icon};
use crate::app::pace::Speed;
use crate::app::session::{Action, Target};
use crate::app::store::{Props, Store, use_view};
use crate::text::Texts;

/// The row of controls.
#[function_component]
pub(crate) fn Controls(props: &Props) -> Html {
    let store = &props.store;
    let (words, playing, speed, real) = use_view(store, |session| {
        (
            session.texts().clone(),
            session.is_playing(),
            session.speed(),
            session.is_real_time(),
        )
    });
    let button = |text: &'static str, drawing: Icon, action: fn() -> Action| {
        let label = words.get(text).to_owned();
        html! {
            <button class="button" aria-label={label.clone()} title={label} onclick={store.on(action)}>{ icon(drawing) }</button>
        }
    };
    let jump = |text: &'static str, shown: &'static str, target: Target| {
        let label = words.get(text).to_owned();
        html! {
            <button class="button text" aria-label={label.clone()} title={label} onclick={store.on(move || Action::Next(target))}>
                { words.get(shown) }
            </button>
        }
    };
    html! {
        <section class="controls" aria-label={words.get("ui.controls").to_owned()}>
            <div class="group transport">
                { button("ui.start-over", Icon::Restart, || Action::StartOver) }
                { button("ui.step-back", Icon::Back, || Action::StepBack) }
                { play(store, &words, playing) }
                { button("ui.step-forward", Icon::Forward, || Action::StepForward) }
            </div>
            <div class="group jumps">
                <span class="group-name" aria-hidden="true">{ words.get("ui.next") }</span>
                { jump("ui.next-message", "ui.short.message", Target::Message) }
                { jump("ui.next-t1", "ui.short.t1", Target::T1) }
                { jump("ui.next-t2", "ui.short.t2", Target::T2) }
                { jump("ui.next-expiry", "ui.short.expiry", Target::Expiry) }
            </div>
            { pace(store, &words, speed, real) }
            <Clock store={store.clone()} />
        </section>
    }
}

fn play(store: &Store, words: &Texts, playing: bool) -> Html {
    let (text, drawing) = if playing {
        ("ui.pause", Icon::Pause)
    } else {
        ("ui.play", Icon::Play)
    };
    let onclick = store.on(move || if playing { Action::Pause } else { Action::Play });
    html! { <button class="button play" {onclick}>{ icon(drawing) }<span>{ words.get(text) }</span></button> }
}

fn pace(store: &Store, words: &Texts, speed: Speed, real: bool) -> Html {
    let oninput = Callback::from({
        let store = store.clone();
        move |event: InputEvent| {
            let input: HtmlInputElement = event.target_unchecked_into();
            let step = input
                .value()
                .parse::<usize>()
                .ok()
                .and_then(|step| Speed::STEPS.get(step).copied());
            if let Some(speed) = step {
                store.apply(Action::Speed(speed));
            }
        }
    });
    html! {
        <div class="group speed">
            <label class="group-name" for="speed">{ words.get("ui.speed") }</label>
            <input id="speed" type="range" min="0" max={(Speed::STEPS.len() - 1).to_string()} step="1"
                value={speed.step().to_string()} aria-valuetext={speed.label()} {oninput} />
            <output for="speed" class="speed-value">{ speed.label() }</output>
            <button class="button text" aria-pressed={real.to_string()} title={words.get("ui.real-time-hint").to_owned()}
                onclick={store.on(move || Action::RealTime(!real))}>{ words.get("ui.real-time") }</button>
        </div>
    }
}

#[function_component]
fn Clock(props: &Props) -> Html {
    let (words, now) = use_view(&props.store, |session| {
        (session.texts().clone(), session.now())
    });
    html! { <div class="clock" role="timer" aria-label={words.get("ui.clock").to_owned()}>{ words.instant(now) }</div> }
}
