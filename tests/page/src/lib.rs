//! What the page's tests stand on: the finished page (`dist/`) behind a small server of
//! its own, in a folder as on a course's host, opened in a real Chromium.
//!
//! Tests look for things as a person does who cannot see the screen, by role and
//! accessible name, and never by a class or an id:
//!
//! ```ignore
//! let page = Page::open(&View::default())?;
//! page.find("button", "Play")?.click()?;
//! wait_for("the first message", || Ok(!page.all("listitem")?.is_empty()))?;
//! page.screenshot("first-message")?;
//! page.assert_clean()?;
//! ```

mod browser;
mod driver;
mod element;
mod memory;
mod page;
mod server;
mod wait;

pub use element::Element;
pub use memory::Memory;
pub use page::{Page, View};
pub use server::{Request, Server};
pub use wait::{wait_for, wait_until};
