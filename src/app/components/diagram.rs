//! The client's states as RFC 2131 figure 5 has them, with the current one lit.

use yew::Html;

use super::element::{classes, el, when};
use super::stage::state_class;
use crate::dhcp::client::State;

/// The size of the drawing, and of a state in it.
const SIZE: (u32, u32) = (316, 176);
const BOX: (u32, u32) = (92, 26);

/// Where a state stands: the upper left corner of its box.
fn place(state: State) -> Option<(u32, u32)> {
    Some(match state {
        State::Stopped | State::Informing => return None,
        State::Init => (0, 4),
        State::Selecting => (112, 4),
        State::Requesting => (224, 4),
        State::InitReboot => (0, 54),
        State::Rebooting => (112, 54),
        State::Probing => (224, 54),
        State::Rebinding => (0, 112),
        State::Renewing => (112, 112),
        State::Bound => (224, 112),
    })
}

/// The ways from state to state, as paths with an arrow at their end.
const WAYS: [&str; 11] = [
    "M92 17h18",                // INIT to SELECTING
    "M204 17h18",               // SELECTING to REQUESTING
    "M270 30v22",               // REQUESTING to PROBING
    "M92 67h18",                // INIT-REBOOT to REBOOTING
    "M204 67h18",               // REBOOTING to PROBING
    "M270 80v30",               // PROBING to BOUND
    "M224 119h-18",             // BOUND to RENEWING: T1
    "M204 131h18",              // RENEWING to BOUND: ACK
    "M112 125h-18",             // RENEWING to REBINDING: T2
    "M46 138v18h224v-16",       // REBINDING to BOUND: ACK
    "M20 112v-12h-30V40h30v-8", // REBINDING to INIT: the lease ends
];

/// The figure. `label` says which state is the current one.
pub(super) fn diagram(current: State, label: String) -> Html {
    let state = |state: &State| {
        let (x, y) = place(*state)?;
        let lit = *state == current;
        let class = classes(&[
            "dia-state",
            when(lit, "lit"),
            if lit { state_class(*state) } else { "" },
        ]);
        let (text_x, text_y) = (x + BOX.0 / 2, y + BOX.1 / 2);
        let shape = el!(
            "rect",
            "x" = x.to_string(),
            "y" = y.to_string(),
            "width" = BOX.0.to_string(),
            "height" = BOX.1.to_string(),
            "rx" = "6"
        );
        let name =
            el!("text", "x" = text_x.to_string(), "y" = text_y.to_string()).text(state.name());
        Some(el!("g", "class" = class).with(shape).with(name))
    };
    let notes = [
        ("214", "108", "T1"),
        ("103", "116", "T2"),
        ("158", "167", "ACK"),
    ];
    let note = |(x, y, text): (&'static str, &'static str, &str)| {
        el!("text", "class" = "dia-note", "x" = x, "y" = y).text(text)
    };
    let tip = el!(
        "marker",
        "id" = "tip",
        "viewBox" = "0 0 8 8",
        "refX" = "7",
        "refY" = "4",
        "markerWidth" = "7",
        "markerHeight" = "7",
        "orient" = "auto"
    );
    let size = format!("-14 0 {} {}", SIZE.0 + 16, SIZE.1);
    el!(
        "svg",
        "class" = "diagram",
        "viewBox" = size,
        "role" = "img",
        "aria-label" = label
    )
    .with(el!("defs").with(tip.with(el!("path", "d" = "M0 0l8 4-8 4z"))))
    .all(WAYS.iter().map(|way| {
        el!(
            "path",
            "class" = "dia-way",
            "d" = *way,
            "marker-end" = "url(#tip)"
        )
    }))
    .all(notes.into_iter().map(note))
    .all(State::ALL.iter().filter_map(state))
    .html()
}
