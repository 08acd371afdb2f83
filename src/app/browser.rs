//! What the page takes from the browser and leaves there. Nothing here fails: where a browser
//! withholds something, the page goes without it.

use js_sys::{Function, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Document, DragEvent, Element, Event, File, HtmlElement, HtmlInputElement, KeyboardEvent,
    ScrollIntoViewOptions, ScrollLogicalPosition, Storage, UrlSearchParams, Window,
};

use super::session::{Content, Theme};
use crate::text::Language;

const LANGUAGE: &str = "dhcp-lab.language";
const THEME: &str = "dhcp-lab.theme";
const LETTERS: &str = "dhcp-lab.letters";

fn window() -> Option<Window> {
    web_sys::window()
}

/// The document.
pub(crate) fn document() -> Option<Document> {
    window()?.document()
}

fn root() -> Option<Element> {
    document()?.document_element()
}

/// A value from the page's address: `?scenario=lease-origin&lang=es`.
pub(crate) fn query(name: &str) -> Option<String> {
    let search = window()?.location().search().ok()?;
    UrlSearchParams::new_with_str(&search).ok()?.get(name)
}

fn storage() -> Option<Storage> {
    window()?.local_storage().ok().flatten()
}

fn kept(key: &str) -> Option<String> {
    storage()?.get_item(key).ok().flatten()
}

fn keep(key: &str, value: &str) {
    if let Some(storage) = storage() {
        // A full or locked storage only means that the choice is asked for again.
        let _ = storage.set_item(key, value);
    }
}

/// A text in small letters. The browser knows all the world's letters; the standard library's tables of
/// them would weigh more than the search.
pub(crate) fn lower(text: &str) -> String {
    if cfg!(target_arch = "wasm32") {
        js_sys::JsString::from(text).to_lower_case().into()
    } else {
        text.to_lowercase()
    }
}

/// The theme that was chosen before.
pub(crate) fn theme() -> Theme {
    match kept(THEME).as_deref() {
        Some("light") => Theme::Light,
        Some("dark") => Theme::Dark,
        Some(_) | None => Theme::Auto,
    }
}

/// Keeps the language for the next time.
pub(crate) fn keep_language(language: Language) {
    keep(LANGUAGE, language.tag());
}

/// Tells the document its language and title.
pub(crate) fn set_language(language: Language, title: &str) {
    if let Some(root) = root() {
        let _ = root.set_attribute("lang", language.tag());
    }
    if let Some(document) = document() {
        document.set_title(title);
    }
}

/// Keeps the theme for the next time.
pub(crate) fn keep_theme(theme: Theme) {
    keep(THEME, theme_name(theme));
}

/// Whether letters are keys.
pub(crate) fn letters() -> bool {
    kept(LETTERS).is_none_or(|kept| kept != "off")
}

/// Keeps that for the next time.
pub(crate) fn keep_letters(on: bool) {
    keep(LETTERS, if on { "on" } else { "off" });
}

/// Gives the document its theme.
pub(crate) fn set_theme(theme: Theme) {
    if let Some(root) = root() {
        let _ = root.set_attribute("data-theme", theme_name(theme));
    }
}

/// What a theme is called in the style sheet and the storage.
pub(crate) fn theme_name(theme: Theme) -> &'static str {
    match theme {
        Theme::Auto => "auto",
        Theme::Light => "light",
        Theme::Dark => "dark",
    }
}

/// Whether the person has asked the system for less motion.
pub(crate) fn reduces_motion() -> bool {
    matches("(prefers-reduced-motion: reduce)")
}

/// Whether the screen is narrow: where the style sheet has the stage and the ladder in tabs.
pub(crate) fn is_narrow() -> bool {
    matches("(max-width: 860px)")
}

fn matches(query: &str) -> bool {
    window()
        .and_then(|window| window.match_media(query).ok().flatten())
        .is_some_and(|query| query.matches())
}

/// Where further files come from: a function of `start.js` (see `embed::open`).
pub(crate) struct Loader(Function);

impl Loader {
    /// A loader by that function.
    pub(crate) fn new(load: Function) -> Self {
        Self(load)
    }

    /// Has the files of these names handed over, then says whether they are here.
    pub(crate) fn load(&self, names: &[String], done: impl FnOnce(bool) + 'static) {
        let done = Closure::once_into_js(move |is_here: JsValue| done(is_here.is_truthy()));
        let _ = self
            .0
            .call2(&JsValue::NULL, &JsValue::from_str(&names.join(" ")), &done);
    }
}

/// Where files and links go: two functions of `start.js` (see `embed::open`).
pub(crate) struct Outlet {
    save: Function,
    link: Function,
}

impl Outlet {
    /// An outlet by those functions.
    pub(crate) fn new(save: Function, link: Function) -> Self {
        Self { save, link }
    }

    /// Has a file saved.
    pub(crate) fn save(&self, name: &str, content: &Content) {
        let content = match content {
            Content::Text(text) => JsValue::from_str(text),
            Content::Bytes(bytes) => Uint8Array::from(bytes.as_slice()).into(),
        };
        let _ = self
            .save
            .call2(&JsValue::NULL, &JsValue::from_str(name), &content);
    }

    /// Has a link made that holds a text, then says whether it is in the clipboard.
    pub(crate) fn link(&self, text: &str, done: impl FnOnce(bool) + 'static) {
        let done = Closure::once_into_js(move |copied: JsValue| done(copied.is_truthy()));
        let _ = self
            .link
            .call2(&JsValue::NULL, &JsValue::from_str(text), &done);
    }
}

/// Has the list of this id show what is chosen in it, whatever a person has chosen since.
pub(crate) fn choose(id: &str, value: &str) {
    let list = document().and_then(|document| document.get_element_by_id(id));
    if let Some(list) = list {
        // A list takes its value by the same name as a field.
        list.unchecked_into::<HtmlInputElement>().set_value(value);
    }
}

/// Has `step` called before the next picture.
pub(crate) fn request_frame(step: &Function) {
    if let Some(window) = window() {
        let _ = window.request_animation_frame(step);
    }
}

/// Milliseconds since the page was opened: how long things take, never what happens.
pub(crate) fn clock() -> f64 {
    window()
        .and_then(|window| window.performance())
        .map_or(0.0, |performance| performance.now())
}

/// What has the focus.
pub(crate) fn focused() -> Option<HtmlElement> {
    document()?.active_element()?.dyn_into().ok()
}

/// Whether what has the focus is this or in this; the document's body has it where nothing else does.
pub(crate) fn has_focus(selector: &str) -> bool {
    focused().is_some_and(|element| element.closest(selector).ok().flatten().is_some())
}

/// Moves the focus.
pub(crate) fn focus(element: Option<HtmlElement>) {
    if let Some(element) = element {
        let _ = element.focus();
    }
}

/// Moves the focus to the element of this id.
pub(crate) fn focus_on(id: &str) {
    let element = document().and_then(|document| document.get_element_by_id(id));
    focus(element.and_then(|element| element.dyn_into().ok()));
}

/// Scrolls to the end of what this selects.
pub(crate) fn show_end(selector: &str) {
    let found = document().and_then(|document| document.query_selector(selector).ok()?);
    if let Some(list) = found {
        list.set_scroll_top(list.scroll_height());
    }
}

/// Moves the focus to an element's child of this number.
pub(crate) fn focus_in(list: &yew::NodeRef, place: usize) {
    let children = list.cast::<Element>().map(|list| list.children());
    let child = children.and_then(|children| children.item(u32::try_from(place).ok()?));
    focus(child.and_then(|child| child.dyn_into().ok()));
}

/// Moves the focus to a text field and marks all that is in it.
pub(crate) fn select_all(field: &yew::NodeRef) {
    if let Some(field) = field.cast::<HtmlInputElement>() {
        let _ = field.focus();
        field.select();
    }
}

/// Scrolls the element of this id into sight, no further than it takes.
pub(crate) fn show(id: &str) {
    let element = document().and_then(|document| document.get_element_by_id(id));
    if let Some(element) = element {
        let options = ScrollIntoViewOptions::new();
        options.set_block(ScrollLogicalPosition::Nearest);
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// What stands in the field, or is chosen in the list, that the event is about.
pub(crate) fn value(event: &Event) -> String {
    // A list gives its value by the same name as a field.
    field(event).map_or_else(String::new, |field| field.value())
}

/// Whether the box is ticked that the event is about.
pub(crate) fn is_ticked(event: &Event) -> bool {
    field(event).is_some_and(|field| field.checked())
}

fn field(event: &Event) -> Option<HtmlInputElement> {
    event.target().map(JsCast::unchecked_into)
}

/// The file that was chosen in the field that the event is about, or was dropped on the page. The
/// field forgets it, so that it can be chosen again.
pub(crate) fn file(event: &Event) -> Option<File> {
    if let Some(dropped) = event.dyn_ref::<DragEvent>() {
        return dropped.data_transfer()?.files()?.get(0);
    }
    let field = field(event)?;
    let file = field.files()?.get(0);
    field.set_value("");
    file
}

/// Reads a file and hands over its text; none where the browser cannot read it.
pub(crate) fn read(file: &File, done: impl FnOnce(Option<String>) + 'static) {
    // One for both ends, since only one of them comes; it frees what it holds by being called.
    let done = Closure::once(move |text: JsValue| done(text.as_string()));
    let _ = file.text().then2(&done, &done);
    done.forget();
}

/// The number of the element that the event is about, where it is one of many.
pub(crate) fn number(event: &Event) -> Option<usize> {
    let element: Element = event.target()?.dyn_into().ok()?;
    element.get_attribute("data-n")?.parse().ok()
}

/// The key that was pressed; only for events of the keyboard.
pub(crate) fn key(event: &Event) -> String {
    event.unchecked_ref::<KeyboardEvent>().key()
}

/// Says on the console what must not happen.
pub(crate) fn report(problem: &str) {
    web_sys::console::error_1(&JsValue::from_str(problem));
}
