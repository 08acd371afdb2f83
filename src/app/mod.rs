//! The page: everything that knows a browser, and nothing that the engine needs to know.
//!
//! | module | what it is for |
//! |---|---|
//! | `session` | what the page knows and what can be done with it, without a browser |
//! | `pace` | how much virtual time passes while the viewer's time passes |
//! | `narration`, `lines`, `lanes` | what the narration line and the ladder say at the playhead, and whose line is where |
//! | `layout`, `flights` | where nodes stand, and what is drawn between them |
//! | `moment`, `trouble` | instants, lengths and what goes wrong on a cable, as a person writes them |
//! | `compare` | two branches side by side |
//! | `store` | the session as components share it, each rendering only what changed |
//! | `ticker` | the animation loop |
//! | `browser`, `keys` | what is taken from the browser: address, storage, keys |
//! | `components` | what is seen |
//! | [`embed`] | what a script on the page can call |
//!
//! Data flows one way: a person's `Action` changes the session, the session tells the store's
//! listeners, and each component draws its own small projection of it.

mod browser;
mod compare;
mod components;
pub mod embed;
mod flights;
mod keys;
mod lanes;
mod layout;
mod lines;
mod moment;
mod narration;
mod pace;
mod session;
mod store;
mod ticker;
mod trouble;

use crate::text::Language;
use browser::{Loader, Outlet};
use session::Session;
use store::Store;

/// Puts the page into the document.
fn mount(language: Language, loader: Loader, outlet: Outlet, given: Option<String>) {
    let theme = browser::theme();
    let session = match given {
        Some(text) => Session::linked(&text, language, theme),
        None => Session::open(browser::query("scenario").as_deref(), language, theme),
    };
    match session {
        Ok(session) => {
            let store = Store::new(session, loader, outlet);
            store.apply(session::Action::Letters(browser::letters()));
            ticker::run(store.clone());
            components::show(store);
        }
        Err(problem) => browser::report(&problem.to_string()),
    }
}
