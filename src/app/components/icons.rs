//! The page's drawings: one stroke, one grid of 24.

use yew::Html;

use super::element::el;

/// What a drawing shows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Icon {
    /// A triangle.
    Play,
    /// Two bars.
    Pause,
    /// To the next event.
    Forward,
    /// To the last event.
    Back,
    /// To the start.
    Restart,
    /// Light.
    Sun,
    /// Dark.
    Moon,
    /// Light or dark, as the system has it.
    Half,
    /// A client.
    Laptop,
    /// A server.
    Server,
    /// A switch.
    Switch,
    /// A router.
    Router,
    /// A host.
    Screen,
    /// Power.
    Power,
    /// A cable that is in.
    Plug,
    /// A cable that is out.
    Unplug,
    /// A cross.
    Close,
    /// A question mark.
    Help,
    /// Back to before.
    Undo,
    /// Again.
    Redo,
    /// A pen.
    Edit,
    /// A bin.
    Delete,
    /// Two sides.
    Compare,
    /// A way out of a box.
    Share,
    /// Down into a box.
    Save,
    /// Three dots.
    Menu,
    /// To the next of a kind.
    Next,
    /// To the last of a kind.
    Last,
    /// To the newest.
    Down,
    /// A folder.
    Open,
}

/// Draws it, as high as the text beside it says. It says nothing to who does not see it.
pub(crate) fn icon(icon: Icon) -> Html {
    let filled = matches!(icon, Icon::Play | Icon::Pause);
    let class = if filled { "icon filled" } else { "icon" };
    let drawing = el!(
        "svg",
        "class" = class,
        "viewBox" = "0 0 24 24",
        "aria-hidden" = "true"
    );
    drawing
        .all(paths(icon).iter().map(|path| el!("path", "d" = *path)))
        .html()
}

fn paths(icon: Icon) -> &'static [&'static str] {
    match icon {
        Icon::Play => &["M7 4.5v15l12.5-7.5z"],
        Icon::Pause => &["M6.5 5h4v14h-4z", "M13.5 5h4v14h-4z"],
        Icon::Forward => &["M6 5.5v13L15.5 12z", "M18.5 5.5v13"],
        Icon::Back => &["M18 5.5v13L8.5 12z", "M5.5 5.5v13"],
        Icon::Restart => &["M4.5 12a7.5 7.5 0 1 0 2.4-5.5", "M4.5 4v4.5H9"],
        Icon::Sun => &[
            "M8 12a4 4 0 1 0 8 0a4 4 0 1 0-8 0",
            "M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M18.4 5.6 17 7M7 17l-1.4 1.4",
        ],
        Icon::Moon => &["M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z"],
        Icon::Half => &[
            "M4 12a8 8 0 1 0 16 0a8 8 0 1 0-16 0",
            "M12 4v16M15 5v14M18 7.5v9",
        ],
        Icon::Laptop => &["M5 5.5h14v10H5z", "M2.5 18.5h19", "M10 18.5l.5-1h3l.5 1"],
        Icon::Server => &[
            "M4.5 4h15v7h-15z",
            "M4.5 13h15v7h-15z",
            "M8 7.5h.01M8 16.5h.01M12 7.5h4M12 16.5h4",
        ],
        Icon::Switch => &[
            "M2.5 7.5h19v9h-19z",
            "M6 12v1.5M10 12v1.5M14 12v1.5M18 12v1.5",
        ],
        Icon::Router => &[
            "M3.5 12a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0-17 0",
            "M7 10h10l-2.5-2.5M17 14H7l2.5 2.5",
        ],
        Icon::Screen => &["M3.5 4.5h17v11h-17z", "M8.5 19.5h7M12 15.5v4"],
        Icon::Power => &["M12 3.5v8", "M7 6.5a7.5 7.5 0 1 0 10 0"],
        Icon::Plug => &[
            "M8.5 3v5M15.5 3v5",
            "M5.5 8h13v3a6.5 6.5 0 0 1-13 0z",
            "M12 17.5V21",
        ],
        Icon::Unplug => &[
            "M8.5 3v5M15.5 3v5",
            "M5.5 8h13v3a6.5 6.5 0 0 1-13 0z",
            "M12 17.5V21",
            "M3.5 3.5l17 17",
        ],
        Icon::Close => &["M6 6l12 12M18 6 6 18"],
        Icon::Help => &[
            "M3.5 12a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0-17 0",
            "M9.3 9.6a2.7 2.7 0 1 1 4 2.4c-.9.5-1.3 1-1.3 1.9M12 16.9h.01",
        ],
        Icon::Undo => &["M8.5 5.5 4.5 9.5l4 4", "M4.5 9.5h9a5 5 0 0 1 0 10H9"],
        Icon::Redo => &["M15.5 5.5l4 4-4 4", "M19.5 9.5h-9a5 5 0 0 0 0 10H15"],
        Icon::Edit => &["M5 19l1-4L15.5 5.5l3 3L9 18z", "M13.5 7.5l3 3"],
        Icon::Delete => &[
            "M5 7.5h14M9.5 7.5v-3h5v3M7 7.5l1 12h8l1-12",
            "M10.5 11v5M13.5 11v5",
        ],
        Icon::Compare => &[
            "M4 5.5h6.5v13H4zM13.5 5.5H20v13h-6.5z",
            "M6 9.5h2.5M15.5 9.5H18M15.5 13H18",
        ],
        Icon::Share => &["M12 3.5v11M8 7l4-4 4 4", "M6.5 10.5h-1v9h13v-9h-1"],
        Icon::Save => &["M12 3.5v11M8 11l4 4 4-4", "M5.5 15.5v4h13v-4"],
        Icon::Menu => &["M12 5.5h.01M12 12h.01M12 18.5h.01"],
        Icon::Next => &["M5.5 6.5l6 5.5-6 5.5M12.5 6.5l6 5.5-6 5.5"],
        Icon::Last => &["M18.5 6.5l-6 5.5 6 5.5M11.5 6.5l-6 5.5 6 5.5"],
        Icon::Down => &["M12 5v14M6 13l6 6 6-6"],
        Icon::Open => &["M3.5 18.5v-13h6l2 2.5h7v3", "M3.5 18.5l3-7.5h15l-3 7.5z"],
    }
}
