//! The arguments of a tool as a form: its fields come from the tool's JSON Schema.
//!
//! A field holds a JSON value. In the builder a text may be a template in the place of any value; the form shows it as
//! the text that it is.

mod missing;
mod schema;
#[cfg(test)]
mod tests;
mod text;
mod values;

use serde_json::Value;

pub use missing::{missing, missing_arguments};
pub use schema::fields;
pub use text::{as_typed, fault, is_reference, parse_arguments, placeholder, shown, typed};
pub use values::{Part, empty_item, pointer, push_item, put, remove_item, unknown_names, value_at};

/// A field of the form.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The name of the argument.
    pub name: String,
    /// The name that people read.
    pub label: String,
    /// Help text.
    pub description: String,
    /// Whether the tool cannot do without it.
    pub required: bool,
    /// What values it takes.
    pub kind: Kind,
    /// What the tool takes in its place when it is left out.
    pub default: Option<Value>,
}

/// What values a field takes.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A text.
    Text,
    /// A number.
    Number {
        /// Whether it has no fraction.
        whole: bool,
        /// The least and the greatest value.
        range: (Option<f64>, Option<f64>),
    },
    /// Yes or no.
    Boolean,
    /// One of these values.
    Choice(Vec<Value>),
    /// A list of values of one kind.
    List(Box<Field>),
    /// An object with fields.
    Group(Vec<Field>),
    /// Any JSON: the schema says more than a form can show.
    Json,
}
