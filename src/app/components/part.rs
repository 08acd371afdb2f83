//! Parts of the page. Were each a component of Yew's, the page would carry Yew's whole handling of
//! components once for each of them, 2 to 3 kB; here there is one component, which draws any part.

use std::any::Any;
use std::fmt::Display;
use std::rc::Rc;

use yew::functional::{Hook, HookContext};
use yew::prelude::*;

pub(super) use dhcp_lab_derive::part;

/// A part of the page: made by `#[part]` from a function with hooks, like Yew's own components.
pub(crate) trait Part: 'static {
    /// What it is called.
    const NAME: &'static str;
    /// What it is drawn from. Where these are equal to those before, it is not drawn again.
    type Props: PartialEq + 'static;

    /// Draws it.
    fn draw(props: &Self::Props, hooks: &mut HookContext) -> Html;
}

/// A part with its properties, whatever they are.
trait Drawn {
    fn draw(&self, hooks: &mut HookContext) -> Html;
    fn equals(&self, other: &dyn Drawn) -> bool;
    fn any(&self) -> &dyn Any;
}

struct With<P: Part>(P::Props);

impl<P: Part> Drawn for With<P> {
    fn draw(&self, hooks: &mut HookContext) -> Html {
        P::draw(&self.0, hooks)
    }

    fn equals(&self, other: &dyn Drawn) -> bool {
        let other = other.any().downcast_ref::<Self>();
        other.is_some_and(|other| self.0 == other.0)
    }

    fn any(&self) -> &dyn Any {
        self
    }
}

#[derive(Properties)]
struct PlaceProps {
    drawn: Rc<dyn Drawn>,
}

impl PartialEq for PlaceProps {
    fn eq(&self, other: &Self) -> bool {
        self.drawn.equals(&*other.drawn)
    }
}

struct Drawing<'a>(&'a dyn Drawn);

impl Hook for Drawing<'_> {
    type Output = Html;

    fn run(self, hooks: &mut HookContext) -> Html {
        self.0.draw(hooks)
    }
}

fn use_drawing(drawn: &dyn Drawn) -> Drawing<'_> {
    Drawing(drawn)
}

/// The one component.
#[function_component]
fn Place(props: &PlaceProps) -> Html {
    use_drawing(&*props.drawn)
}

/// A part, as it is put into an element.
pub(super) fn draw<P: Part>(props: P::Props) -> Html {
    place(P::NAME.to_owned(), Rc::new(With::<P>(props)))
}

/// A part that is another one where its key is another, even in the same place.
pub(super) fn draw_keyed<P: Part>(key: impl Display, props: P::Props) -> Html {
    place(format!("{} {key}", P::NAME), Rc::new(With::<P>(props)))
}

// Without its name as a key, Yew would take one part for another that comes in its place.
#[inline(never)]
fn place(key: String, drawn: Rc<dyn Drawn>) -> Html {
    html! { <Place {key} {drawn} /> }
}

/// Puts a part into the document.
pub(super) fn show<P: Part>(props: P::Props) {
    let drawn = Rc::new(With::<P>(props));
    yew::Renderer::<Place>::with_props(PlaceProps { drawn }).render();
}
