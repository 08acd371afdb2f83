//! The session as the components share it: a cheap handle, and a hook that renders a component
//! only when what it shows has changed.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use yew::prelude::*;

use super::browser::{self, Loader, Outlet};
use super::components::Handler;
use super::session::{Action, Session};
use crate::map::Map;

/// How long the engine may work at a time, in milliseconds: from picture to picture so little that the
/// page answers and draws in between, and for what a person does as long as no one notices, so that
/// most of it is done at once.
const FRAME: f64 = 8.0;
const AT_ONCE: f64 = 40.0;
/// How many events are carried out between two looks at the clock.
const ASKS: u32 = 16;

type Listener = Rc<dyn Fn()>;

struct Shared {
    session: RefCell<Session>,
    listeners: RefCell<Map<u32, Listener>>,
    last: Cell<u32>,
    loader: Loader,
    outlet: Outlet,
    /// What waits for its files.
    waiting: RefCell<Vec<Action>>,
}

/// A handle to the session. Two are equal if they are of the same session.
#[derive(Clone)]
pub(crate) struct Store(Rc<Shared>);

impl PartialEq for Store {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// What every component gets.
#[derive(Clone, PartialEq, Properties)]
pub(crate) struct Props {
    /// The session.
    pub(crate) store: Store,
}

impl Store {
    /// A handle to a new session.
    pub(crate) fn new(session: Session, loader: Loader, outlet: Outlet) -> Self {
        Self(Rc::new(Shared {
            session: RefCell::new(session),
            listeners: RefCell::default(),
            last: Cell::new(0),
            loader,
            outlet,
            waiting: RefCell::default(),
        }))
    }

    /// Reads the session.
    pub(crate) fn read<R>(&self, look: impl FnOnce(&Session) -> R) -> R {
        look(&self.0.session.borrow())
    }

    /// Does one thing: now, or once the files are here that it takes.
    pub(crate) fn apply(&self, action: Action) {
        let waiting = &self.0.waiting;
        waiting
            .borrow_mut()
            .retain(|earlier| !action.replaces(earlier));
        let missing = action.missing();
        if missing.is_empty() {
            return self.carry_out(action);
        }
        waiting.borrow_mut().push(action.clone());
        let store = self.clone();
        self.0
            .loader
            .load(&missing, move |is_here| store.loaded(action, is_here));
    }

    fn loaded(&self, action: Action, is_here: bool) {
        let place = |waiting: &Vec<Action>| waiting.iter().position(|other| *other == action);
        let Some(place) = place(&self.0.waiting.borrow()) else {
            return;
        };
        self.0.waiting.borrow_mut().remove(place);
        if is_here {
            return self.carry_out(action);
        }
        self.carry_out(Action::NotLoaded(Box::new(action)));
        let (language, scenario) = self.read(|session| {
            let scenario = session.scenario().file().name.clone();
            (session.texts().language().tag(), scenario)
        });
        browser::choose("language", language);
        browser::choose("menu-language", language);
        browser::choose("scenario", &scenario);
    }

    /// Does one thing, or as much of it as fits before the next picture, and tells everyone who
    /// listens.
    fn carry_out(&self, action: Action) {
        if let Action::Language(language) = action {
            browser::keep_language(language);
        }
        if let Action::Export(what) = action {
            let (name, content) = self.read(|session| session.export(what));
            self.0.outlet.save(&name, &content);
        }
        if action == Action::Share {
            let store = self.clone();
            let text = self.read(Session::link);
            let done = move |copied| store.apply(Action::Shared(copied));
            self.0.outlet.link(&text, done);
        }
        let (start, mut asked) = (browser::clock(), 0_u32);
        let is_tick = matches!(action, Action::Tick(_));
        let slice = if is_tick { FRAME } else { AT_ONCE };
        // To ask the browser for the time costs as much as a small event.
        let mut more = || {
            asked += 1;
            asked % ASKS != 0 || browser::clock() - start < slice
        };
        self.0.session.borrow_mut().apply(action, &mut more);
        // A listener may come or go while they are told.
        let listeners: Vec<Listener> = self.0.listeners.borrow().values().cloned().collect();
        for listener in listeners {
            listener();
        }
    }

    /// A handler that does one thing.
    pub(crate) fn on(&self, action: Action) -> Handler {
        let store = self.clone();
        Rc::new(move |_| store.apply(action.clone()))
    }

    /// Calls `listener` after everything that is done, for as long as what it returns lives.
    pub(crate) fn subscribe(&self, listener: impl Fn() + 'static) -> Subscription {
        let id = self.0.last.get().wrapping_add(1);
        self.0.last.set(id);
        self.0.listeners.borrow_mut().insert(id, Rc::new(listener));
        Subscription {
            store: self.clone(),
            id,
        }
    }
}

/// Ends with its life.
pub(crate) struct Subscription {
    store: Store,
    id: u32,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.store.0.listeners.borrow_mut().remove(&self.id);
    }
}

/// Says whether what a component shows is out of date.
type IsStale = Rc<dyn Fn(&Session) -> bool>;

/// What `project` makes of the session. The component renders again when that changes, and only
/// then.
#[hook]
pub(crate) fn use_view<P, F>(store: &Store, project: F) -> P
where
    P: Clone + PartialEq + 'static,
    F: Fn(&Session) -> P + 'static,
{
    let shown = store.read(&project);
    let drawn = shown.clone();
    use_renewal(store, Rc::new(move |session| project(session) != drawn));
    shown
}

/// The part of [`use_view`] that is the same for every projection, so that the page has it once.
#[hook]
fn use_renewal(store: &Store, is_stale: IsStale) {
    let update = use_force_update();
    // The subscription outlives a render: it has to find the newest question.
    let latest = use_mut_ref(|| None::<IsStale>);
    *latest.borrow_mut() = Some(is_stale);
    use_effect_with(store.clone(), move |store| {
        let check = {
            let store = store.clone();
            move || {
                let is_stale = latest.borrow().clone();
                if is_stale.is_some_and(|is_stale| store.read(|session| is_stale(session))) {
                    update.force_update();
                }
            }
        };
        check();
        let subscription = store.subscribe(check);
        move || drop(subscription)
    });
}
