//! Values of arguments by their place, and changes of them.

use serde_json::{Map, Value};

use super::{Field, Kind};

/// A step on the way to a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Part {
    /// The field of an object.
    Name(String),
    /// The position in a list, from 0.
    Item(usize),
}

/// The JSON pointer of a place within the arguments, as `/edits/0/oldText`.
#[must_use]
pub fn pointer(path: &[Part]) -> String {
    let mut pointer = String::new();
    for part in path {
        pointer.push('/');
        match part {
            Part::Name(name) => pointer.push_str(&name.replace('~', "~0").replace('/', "~1")),
            Part::Item(position) => pointer.push_str(&position.to_string()),
        }
    }
    pointer
}

/// The value at a place.
#[must_use]
pub fn value_at<'v>(arguments: &'v Map<String, Value>, path: &[Part]) -> Option<&'v Value> {
    let (Part::Name(first), rest) = path.split_first()? else { return None };
    rest.iter().try_fold(arguments.get(first)?, |value, part| match part {
        Part::Name(name) => value.get(name),
        Part::Item(position) => value.get(position),
    })
}

/// The arguments with another value at a place; without it, when that is `None`. An object that is left without fields
/// goes too, and an item of a list stays as an empty text.
#[must_use]
pub fn put(arguments: &Map<String, Value>, path: &[Part], value: Option<Value>) -> Map<String, Value> {
    match with_value(Value::Object(arguments.clone()), path, value) {
        Some(Value::Object(arguments)) => arguments,
        _ => Map::new(),
    }
}

fn with_value(whole: Value, path: &[Part], value: Option<Value>) -> Option<Value> {
    let Some((first, rest)) = path.split_first() else { return value };
    match first {
        Part::Name(name) => {
            let mut object = match whole {
                Value::Object(object) => object,
                _ => Map::new(),
            };
            let inside = object.get(name).cloned().unwrap_or(Value::Null);
            match with_value(inside, rest, value) {
                Some(value) => _ = object.insert(name.clone(), value),
                None => _ = object.shift_remove(name),
            }
            (!object.is_empty()).then_some(Value::Object(object))
        }
        Part::Item(position) => {
            let mut list = match whole {
                Value::Array(list) => list,
                _ => Vec::new(),
            };
            let inside = list.get(*position).cloned().unwrap_or(Value::Null);
            let is_group = matches!(rest.first(), Some(Part::Name(_)));
            let empty = || if is_group { Value::Object(Map::new()) } else { Value::String(String::new()) };
            let value = with_value(inside, rest, value).unwrap_or_else(empty);
            match list.get_mut(*position) {
                Some(place) => *place = value,
                None => list.push(value),
            }
            Some(Value::Array(list))
        }
    }
}

/// What a new item of a list holds.
#[must_use]
pub fn empty_item(item: &Field) -> Value {
    match &item.kind {
        Kind::Group(_) => Value::Object(Map::new()),
        Kind::List(_) => Value::Array(Vec::new()),
        Kind::Boolean => Value::Bool(false),
        Kind::Choice(values) => values.first().cloned().unwrap_or(Value::Null),
        Kind::Json => Value::Null,
        Kind::Text | Kind::Number { .. } => Value::String(String::new()),
    }
}

/// The arguments with one more item at the end of a list.
#[must_use]
pub fn push_item(arguments: &Map<String, Value>, path: &[Part], item: &Field) -> Map<String, Value> {
    let mut list = match value_at(arguments, path) {
        Some(Value::Array(list)) => list.clone(),
        _ => Vec::new(),
    };
    list.push(empty_item(item));
    put(arguments, path, Some(Value::Array(list)))
}

/// The arguments without an item of a list. A list that is left empty goes.
#[must_use]
pub fn remove_item(arguments: &Map<String, Value>, path: &[Part], position: usize) -> Map<String, Value> {
    let Some(Value::Array(list)) = value_at(arguments, path) else { return arguments.clone() };
    let kept: Vec<Value> =
        list.iter().enumerate().filter(|(at, _)| *at != position).map(|(_, item)| item.clone()).collect();
    put(arguments, path, (!kept.is_empty()).then_some(Value::Array(kept)))
}

/// The names in an object that the form has no field for.
#[must_use]
pub fn unknown_names(fields: &[Field], object: &Map<String, Value>) -> Vec<String> {
    object.keys().filter(|name| fields.iter().all(|field| field.name != **name)).cloned().collect()
}
