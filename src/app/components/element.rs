//! Elements, put together step by step. `html!` writes the whole making of an element out at every
//! place where one stands; here it is in the page once, and a place has only calls, which are kept
//! from being written out in their turn.

use std::borrow::Cow;
use std::rc::Rc;

use web_sys::Event;
use yew::prelude::*;
use yew::virtual_dom::{
    AttributeOrProperty, Attributes, Key, Listener, ListenerKind, VList, VTag, VText,
};

/// What happens when something happens to an element.
pub(crate) type Handler = Rc<dyn Fn(Event)>;

/// The value of an attribute; none leaves the attribute out.
pub(super) struct Value(Option<AttributeOrProperty>);

/// An element that is being put together: with [`el!`], then its handlers and what is in it.
pub(super) struct Element(Box<Parts>);

struct Parts {
    tag: VTag,
    names: &'static [&'static str],
    values: Vec<Option<AttributeOrProperty>>,
    children: Vec<Html>,
}

struct On {
    event: &'static str,
    handler: Handler,
}

impl Listener for On {
    fn kind(&self) -> ListenerKind {
        ListenerKind::other(Cow::Borrowed(self.event))
    }

    fn handle(&self, event: Event) {
        (self.handler)(event);
    }

    fn passive(&self) -> bool {
        self.event == "scroll"
    }
}

/// An element with its attributes: `el!("p", "class" = "empty")`.
macro_rules! el {
    ($tag:literal $(, $name:literal = $value:expr)* $(,)?) => {
        $crate::app::components::element::Element::new($tag, &[$($name),*])
            $(.value($value.into()))*
    };
}
pub(super) use el;

/// A handler from what is to be done.
pub(super) fn handler(work: impl Fn(Event) + 'static) -> Handler {
    Rc::new(work)
}

/// The word if it holds; otherwise none, which [`classes`] leaves out.
pub(super) fn when(holds: bool, word: &'static str) -> &'static str {
    if holds { word } else { "" }
}

/// Several style classes as one attribute.
pub(super) fn classes(all: &[&'static str]) -> String {
    let mut text = String::new();
    for class in all.iter().filter(|class| !class.is_empty()) {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(class);
    }
    text
}

/// What stands side by side without an element around it.
pub(super) fn group(children: Vec<Html>) -> Html {
    Html::from(VList::from(children))
}

impl Element {
    /// An element whose attributes have these names. Their values follow, in the same order.
    #[inline(never)]
    pub(super) fn new(tag: &'static str, names: &'static [&'static str]) -> Self {
        Self(Box::new(Parts {
            tag: VTag::new(tag),
            names,
            values: Vec::with_capacity(names.len()),
            children: Vec::new(),
        }))
    }

    /// The value of the next attribute.
    #[inline(never)]
    pub(super) fn value(mut self, value: Value) -> Self {
        self.0.values.push(value.0);
        self
    }

    /// What tells it from its siblings.
    #[inline(never)]
    pub(super) fn key(mut self, key: u64) -> Self {
        self.0.tag.key = Some(Key::from(key));
        self
    }

    /// The same by a word.
    #[inline(never)]
    pub(super) fn named(mut self, key: &str) -> Self {
        self.0.tag.key = Some(Key::from(key));
        self
    }

    /// A reference to the element on the page.
    #[inline(never)]
    pub(super) fn reference(mut self, reference: NodeRef) -> Self {
        self.0.tag.node_ref = reference;
        self
    }

    /// What a text field or a slider shows.
    #[inline(never)]
    pub(super) fn shows(mut self, text: String) -> Self {
        self.0.tag.set_value(Some(AttrValue::from(text)));
        self
    }

    /// Whether a box is ticked.
    #[inline(never)]
    pub(super) fn ticked(mut self, ticked: bool) -> Self {
        self.0.tag.set_checked(ticked);
        self
    }

    /// What happens when this happens to it.
    #[inline(never)]
    pub(super) fn on(mut self, event: &'static str, handler: Handler) -> Self {
        let listener = Rc::new(On { event, handler });
        self.0.tag.add_listener(listener);
        self
    }

    /// What happens when it is pressed.
    #[inline(never)]
    pub(super) fn on_click(self, handler: Handler) -> Self {
        self.on("click", handler)
    }

    /// A text in it.
    #[inline(never)]
    pub(super) fn text(self, text: &str) -> Self {
        self.put(Html::from(VText::new(text.to_owned())))
    }

    /// An element, or whatever else can be drawn, in it.
    #[inline(never)]
    pub(super) fn put(mut self, child: Html) -> Self {
        self.0.children.push(child);
        self
    }

    /// Another element in it.
    #[inline(never)]
    pub(super) fn with(self, child: Self) -> Self {
        self.put(child.html())
    }

    /// Another element in it, or the place where it could be.
    #[inline(never)]
    pub(super) fn maybe(self, child: Option<Self>) -> Self {
        self.put(child.map(Self::html).unwrap_or_default())
    }

    /// A list in it.
    pub(super) fn all(mut self, children: impl Iterator<Item = Self>) -> Self {
        for child in children {
            self = self.with(child);
        }
        self
    }

    /// The element as Yew takes it.
    #[inline(never)]
    pub(super) fn html(self) -> Html {
        let Parts {
            mut tag,
            names,
            values,
            children,
        } = *self.0;
        tag.attributes = Attributes::Dynamic {
            keys: names,
            values: values.into_boxed_slice(),
        };
        if let Some(place) = tag.children_mut() {
            *place = match children.as_slice() {
                [Html::VText(text)] => Html::VText(text.clone()),
                _ => group(children),
            };
        }
        Html::from(tag)
    }
}

impl From<&'static str> for Value {
    fn from(text: &'static str) -> Self {
        Self(Some(AttributeOrProperty::Static(text)))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self(Some(AttributeOrProperty::Attribute(AttrValue::from(text))))
    }
}

impl From<Option<String>> for Value {
    fn from(text: Option<String>) -> Self {
        text.map_or(Self(None), Self::from)
    }
}

/// An attribute that says something by being there, such as `selected`.
impl From<bool> for Value {
    fn from(is_there: bool) -> Self {
        Self(is_there.then_some(AttributeOrProperty::Static("")))
    }
}

/// What `aria` attributes say: `true` or `false`.
pub(super) fn spelt(holds: bool) -> &'static str {
    if holds { "true" } else { "false" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_leave_out_what_does_not_hold() {
        let all = ["node", when(false, "off"), when(true, "chosen")];
        assert_eq!(classes(&all), "node chosen");
        assert_eq!(classes(&[""]), "");
    }

    #[test]
    fn an_element_has_the_attributes_that_have_a_value() {
        let element = el!(
            "option",
            "value" = "a".to_owned(),
            "selected" = false,
            "lang" = None::<String>
        );
        let Html::VTag(tag) = element.text("A").html() else {
            panic!("an element");
        };
        let attributes: Vec<(&str, &str)> = tag.attributes.iter().collect();
        assert_eq!(attributes, [("value", "a")]);
        assert!(matches!(tag.children(), Some(Html::VText(_))));
    }

    #[test]
    fn a_list_stays_a_list_with_one_entry() {
        let item = || el!("li").key(1);
        let Html::VTag(tag) = el!("ol").all([item()].into_iter()).html() else {
            panic!("an element");
        };
        // Else a second entry would replace the first, and take the focus from it.
        assert!(matches!(tag.children(), Some(Html::VList(_))));
    }
}
