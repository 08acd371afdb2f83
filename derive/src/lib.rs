//! `#[derive(FromJson)]`: how a struct or an enum without values is read from JSON and made into it.
//!
//! It obeys the attributes that `serde::Serialize` has beside it, so that serde writes the same: on a
//! type `default`, `deny_unknown_fields` (a struct must say so, since it holds in any case) and
//! `rename_all = "kebab-case"`; on a field `default`, `rename` and `skip_serializing_if`. An attribute
//! that it does not know is an error.
//!
//! `#[part]`: a part of the page from a function with hooks, in the place of Yew's own
//! `function_component`.
//!
//! serde's own derive writes the reading of each field out, with a place to keep it and a way to drop
//! it, about 200 bytes a field; this one calls, about 20 (`docs/performance.md`).

use proc_macro::TokenStream;
use proc_macro2::{Span, TokenStream as Tokens};
use quote::quote;
use syn::{
    Attribute, Data, DeriveInput, Error, Expr, Field, Fields, FnArg, ItemFn, LitStr, Path, Result,
    Type, parse_macro_input, spanned::Spanned,
};

/// Implements `crate::json::FromJson` and `crate::json::ToJson`.
#[proc_macro_derive(FromJson, attributes(serde))]
pub fn from_json(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    derive(&input)
        .unwrap_or_else(|error| error.to_compile_error())
        .into()
}

/// Makes a `Part` from a function that takes its properties by reference and gives `Html`.
#[proc_macro_attribute]
pub fn part(_: TokenStream, item: TokenStream) -> TokenStream {
    let function = parse_macro_input!(item as ItemFn);
    part_of(&function)
        .unwrap_or_else(|error| error.to_compile_error())
        .into()
}

fn part_of(function: &ItemFn) -> Result<Tokens> {
    let ItemFn {
        attrs,
        vis,
        sig,
        block,
    } = function;
    let wrong = || Error::new(sig.span(), "a part takes its properties, by reference");
    let mut inputs = sig.inputs.iter();
    let (Some(FnArg::Typed(input)), None) = (inputs.next(), inputs.next()) else {
        return Err(wrong());
    };
    let Type::Reference(properties) = &*input.ty else {
        return Err(wrong());
    };
    let (ident, properties) = (&sig.ident, &properties.elem);
    let name = ident.to_string();
    Ok(quote! {
        #(#attrs)*
        #vis struct #ident;

        impl crate::app::components::part::Part for #ident {
            const NAME: &'static str = #name;
            type Props = #properties;

            fn draw(
                props: &#properties,
                hooks: &mut ::yew::functional::HookContext,
            ) -> ::yew::Html {
                #[::yew::functional::hook]
                fn use_part(#input) -> ::yew::Html #block
                ::yew::functional::Hook::run(use_part(props), hooks)
            }
        }
    })
}

fn derive(input: &DeriveInput) -> Result<Tokens> {
    let name = &input.ident;
    let says = Says::new(&input.attrs)?;
    let body = match &input.data {
        Data::Struct(data) => of_struct(&says, &data.fields)?,
        Data::Enum(data) => {
            let variants = data.variants.iter().map(|variant| match variant.fields {
                Fields::Unit => Ok(&variant.ident),
                Fields::Named(_) | Fields::Unnamed(_) => {
                    Err(Error::new(variant.span(), "a variant with values"))
                }
            });
            of_enum(&says, &variants.collect::<Result<Vec<_>>>()?)
        }
        Data::Union(_) => return Err(Error::new(name.span(), "a union")),
    };
    let [read, write] = body;
    Ok(quote! {
        impl crate::json::FromJson for #name { #read }
        impl crate::json::ToJson for #name { #write }
    })
}

/// What the attributes of a type or a field say.
#[derive(Default)]
struct Says {
    default: Option<Option<Path>>,
    denies: bool,
    kebab: bool,
    rename: Option<String>,
    skip: Option<Path>,
}

impl Says {
    fn new(attributes: &[Attribute]) -> Result<Self> {
        let mut says = Self::default();
        for attribute in attributes {
            if !attribute.path().is_ident("serde") {
                continue;
            }
            attribute.parse_nested_meta(|meta| {
                let value = match meta.value() {
                    Ok(value) => Some(value.parse::<LitStr>()?),
                    Err(_) => None,
                };
                let word = meta.path.require_ident()?.to_string();
                match (word.as_str(), value) {
                    ("default", None) => says.default = Some(None),
                    ("default", Some(path)) => says.default = Some(Some(path.parse()?)),
                    ("deny_unknown_fields", None) => says.denies = true,
                    ("rename_all", Some(case)) if case.value() == "kebab-case" => says.kebab = true,
                    ("rename", Some(name)) => says.rename = Some(name.value()),
                    ("skip_serializing_if", Some(path)) => says.skip = Some(path.parse()?),
                    _ => return Err(meta.error("FromJson does not know this")),
                }
                Ok(())
            })?;
        }
        Ok(says)
    }
}

/// How it is read, and how it is written.
fn of_struct(says: &Says, fields: &Fields) -> Result<[Tokens; 2]> {
    if !says.denies {
        let message = "FromJson denies unknown fields: say so, #[serde(deny_unknown_fields)]";
        return Err(Error::new(Span::call_site(), message));
    }
    let mut names = Vec::new();
    let mut needed: u64 = 0;
    let mut blanks = Vec::new();
    let mut arms = Vec::new();
    let mut writes = Vec::new();
    for (number, field) in fields.iter().enumerate() {
        let Some(ident) = &field.ident else {
            return Err(Error::new(field.span(), "a field without a name"));
        };
        let own = Says::new(&field.attrs)?;
        let is_needed = says.default.is_none() && own.default.is_none() && !is_option(field);
        if number >= 64 {
            return Err(Error::new(field.span(), "FromJson reads at most 64 fields"));
        }
        needed |= u64::from(is_needed) << number;
        names.push(own.rename.unwrap_or_else(|| ident.to_string()));
        let blank: Expr = match own.default {
            Some(Some(path)) => syn::parse_quote!(#path()),
            Some(None) => syn::parse_quote!(::core::default::Default::default()),
            None => syn::parse_quote!(crate::json::FromJson::blank()),
        };
        blanks.push(quote! { #ident: #blank });
        let index = u32::try_from(number).unwrap_or(u32::MAX);
        let write = quote! { crate::json::ToJson::write(&self.#ident) };
        writes.push(match own.skip {
            Some(skips) => {
                quote! { #index if #skips(&self.#ident) => None, #index => Some(#write) }
            }
            None => quote! { #index => Some(#write) },
        });
        arms.push(quote! { #index => crate::json::FromJson::read(&mut self.#ident, value) });
    }
    let blank = match says.default {
        Some(_) => quote! { ::core::default::Default::default() },
        None => quote! { Self { #(#blanks),* } },
    };
    let read = quote! {
        fn blank() -> Self { #blank }

        fn read(&mut self, value: &crate::json::Value) -> crate::json::Read {
            const SHAPE: crate::json::Shape = crate::json::Shape {
                fields: &[#(#names),*],
                needed: #needed,
            };
            crate::json::fields(value, &SHAPE, &mut |field, value| match field {
                #(#arms,)*
                _ => Ok(()),
            })
        }
    };
    let write = quote! {
        fn write(&self) -> crate::json::Value {
            const NAMES: &[&str] = &[#(#names),*];
            crate::json::object(NAMES, &mut |field| match field {
                #(#writes,)*
                _ => None,
            })
        }
    };
    Ok([read, write])
}

fn of_enum(says: &Says, variants: &[&syn::Ident]) -> [Tokens; 2] {
    let names = variants.iter().map(|variant| {
        let name = variant.to_string();
        if says.kebab { kebab(&name) } else { name }
    });
    let words = names.clone();
    let first = variants.first();
    let arms = (0_u32..).zip(variants).map(|(number, variant)| {
        quote! { #number => Self::#variant }
    });
    let read = quote! {
        fn blank() -> Self { Self::#first }

        fn read(&mut self, value: &crate::json::Value) -> crate::json::Read {
            const NAMES: &[&str] = &[#(#names),*];
            *self = match crate::json::variant(value, NAMES)? {
                #(#arms,)*
                _ => return Ok(()),
            };
            Ok(())
        }
    };
    let write = quote! {
        fn write(&self) -> crate::json::Value {
            crate::json::Value::from(match self { #(Self::#variants => #words),* })
        }
    };
    [read, write]
}

/// serde reads nothing at all as `None`, and so does this.
fn is_option(field: &Field) -> bool {
    let Type::Path(path) = &field.ty else {
        return false;
    };
    let last = path.path.segments.last();
    last.is_some_and(|segment| segment.ident == "Option")
}

/// `PowerOn` as `power-on`.
fn kebab(name: &str) -> String {
    let mut kebab = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !kebab.is_empty() {
            kebab.push('-');
        }
        kebab.extend(letter.to_lowercase());
    }
    kebab
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_serdes() {
        assert_eq!(kebab("PowerOn"), "power-on");
        assert_eq!(kebab("Offer"), "offer");
    }

    #[test]
    fn a_part_takes_its_properties() {
        for source in [
            "fn A() -> Html {}",
            "fn A(props: Props) -> Html {}",
            "fn A(one: &Props, other: &Props) -> Html {}",
        ] {
            assert!(
                part_of(&syn::parse_str(source).unwrap()).is_err(),
                "{source}"
            );
        }
        assert!(part_of(&syn::parse_str("fn A(props: &Props) -> Html {}").unwrap()).is_ok());
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for (source, why) in [
            ("struct A { a: u8 }", "denies unknown fields"),
            (
                "#[serde(deny_unknown_fields)] struct A(u8);",
                "without a name",
            ),
            (
                "#[serde(deny_unknown_fields, flatten)] struct A {}",
                "does not know",
            ),
            (
                "#[serde(rename_all = \"lowercase\")] enum A { B }",
                "does not know",
            ),
            ("enum A { B(u8) }", "with values"),
        ] {
            let input: DeriveInput = syn::parse_str(source).unwrap();
            let error = derive(&input).unwrap_err().to_string();
            assert!(error.contains(why), "{source}: {error}");
        }
    }
}
