//! A schema as a graph: which subschema applies which others, and to which value.

use std::collections::{HashMap, HashSet};

use jsonschema::Draft;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use sluice_types::limits::{MAX_PATTERNS, MAX_SCHEMA_DEPTH, MAX_SCHEMA_VALUES};

use crate::schema_error::SchemaError;

/// The value that a subschema is applied to, relative to the subschema that applies it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'s> {
    /// The same value.
    Same,
    /// The same value, as one of the branches of the keyword.
    Branch(&'static str),
    /// The member with this name.
    Member(&'s str),
    /// Members with names that match a pattern.
    MatchingMember,
    /// Members that `properties` does not name.
    OtherMember,
    /// The names of members.
    MemberName,
    /// The item with this index.
    Item(usize),
    /// Each item.
    EachItem,
    /// Items after those that have a subschema of their own.
    OtherItem,
}

/// One subschema.
#[derive(Debug)]
pub struct Subschema<'s> {
    /// The subschema that contains it; `None` at the top, and for one found by its pointer.
    parent: Option<usize>,
    /// JSON pointer in the parent. Whole pointers would take space quadratic in the schema's size.
    tail: String,
    /// The subschemas that it applies, by index into [`Graph::subschemas`].
    pub applies: Vec<(Place<'s>, usize)>,
    /// Whether it has `unevaluatedProperties` or `unevaluatedItems`.
    pub unevaluated: bool,
}

/// The subschemas of a schema; the first is the schema itself.
#[derive(Debug)]
pub struct Graph<'s> {
    pub subschemas: Vec<Subschema<'s>>,
}

impl<'s> Graph<'s> {
    /// Reads a schema, in time linear in its size and without recursion.
    pub fn of(schema: &'s Value) -> Result<Self, SchemaError> {
        check_shape(schema)?;
        let draft = Draft::default().detect(schema);
        if draft == Draft::Unknown {
            return Err(SchemaError::new(
                "/$schema",
                "this version of JSON Schema is not known. Use `https://json-schema.org/draft/2020-12/schema`, or leave `$schema` out.",
            ));
        }
        let mut reader = Reader {
            root: schema,
            id_keyword: draft.id_keyword(),
            subschemas: Vec::new(),
            known: HashMap::new(),
            ahead: Vec::new(),
            anchors: HashMap::new(),
            to_anchors: Vec::new(),
            patterns: HashSet::new(),
        };
        reader.subschema(schema, None, String::new());
        while let Some((at, value)) = reader.ahead.pop() {
            if let Value::Object(members) = value {
                reader.read(at, members)?;
            }
        }
        reader.link_anchors()?;
        Ok(Self { subschemas: reader.subschemas })
    }

    /// The error that refuses a subschema.
    pub fn error(&self, at: usize, message: impl Into<String>) -> SchemaError {
        SchemaError::new(&pointer_of(&self.subschemas, at), message)
    }
}

/// Refuses a schema that is too deep or has too many values, before anything recurses into it.
fn check_shape(schema: &Value) -> Result<(), SchemaError> {
    let mut values = 0_usize;
    let mut ahead = vec![(schema, 0_usize)];
    while let Some((value, depth)) = ahead.pop() {
        values += 1;
        if values > MAX_SCHEMA_VALUES {
            let message = format!("the schema has more than {MAX_SCHEMA_VALUES} values. Make it smaller.");
            return Err(SchemaError::new("", message));
        }
        let container = value.is_array() || value.is_object();
        if container && depth == MAX_SCHEMA_DEPTH {
            let message = format!(
                "the schema is nested deeper than {MAX_SCHEMA_DEPTH} levels. Move inner schemas into `$defs` and refer to them with `$ref`."
            );
            return Err(SchemaError::new("", message));
        }
        match value {
            Value::Array(items) => ahead.extend(items.iter().map(|item| (item, depth + 1))),
            Value::Object(members) => ahead.extend(members.values().map(|member| (member, depth + 1))),
            _ => {}
        }
    }
    Ok(())
}

struct Reader<'s> {
    root: &'s Value,
    id_keyword: &'static str,
    subschemas: Vec<Subschema<'s>>,
    /// Indexes by the address of the value: a pointer may lead to a subschema that is read already.
    known: HashMap<*const Value, usize>,
    ahead: Vec<(usize, &'s Value)>,
    anchors: HashMap<&'s str, usize>,
    to_anchors: Vec<(usize, &'s str)>,
    patterns: HashSet<&'s str>,
}

impl<'s> Reader<'s> {
    /// The index of a subschema; a new one is read later.
    fn subschema(&mut self, value: &'s Value, parent: Option<usize>, tail: String) -> usize {
        let next = self.subschemas.len();
        let at = *self.known.entry(std::ptr::from_ref(value)).or_insert(next);
        if at == next {
            self.subschemas.push(Subschema { parent, tail, applies: Vec::new(), unevaluated: false });
            self.ahead.push((at, value));
        }
        at
    }

    fn error(&self, at: usize, keyword: &str, message: impl Into<String>) -> SchemaError {
        SchemaError::new(&format!("{}/{keyword}", pointer_of(&self.subschemas, at)), message)
    }

    fn no_target(&self, at: usize) -> SchemaError {
        self.error(at, "$ref", "nothing stands at what it refers to. Name a definition of this schema: `#/$defs/…`.")
    }

    /// Adds a subschema inside the one that applies it.
    fn apply(&mut self, at: usize, place: Place<'s>, value: &'s Value, tail: String) {
        let to = self.subschema(value, Some(at), tail);
        self.link(at, place, to);
    }

    fn link(&mut self, at: usize, place: Place<'s>, to: usize) {
        if let Some(subschema) = self.subschemas.get_mut(at) {
            subschema.applies.push((place, to));
        }
    }

    fn read(&mut self, at: usize, members: &'s Map<String, Value>) -> Result<(), SchemaError> {
        for (keyword, value) in members {
            match (keyword.as_str(), value) {
                ("$ref", Value::String(reference)) => self.refer(at, reference)?,
                ("$dynamicRef" | "$recursiveRef", _) => {
                    return Err(self.error(at, keyword, format!("`{keyword}` is not supported. Use `$ref`.")));
                }
                ("$schema", _) if at != 0 => {
                    return Err(self.error(at, keyword,
                        "`$schema` is allowed at the top only. Remove it here, and write the whole schema in one version.",
                    ));
                }
                (id, Value::String(_)) if at != 0 && id == self.id_keyword => {
                    return Err(self.error(at, keyword,
                        format!("`{id}` is allowed at the top only. Remove it here, and refer to the definition by its place: `#/$defs/…`."),
                    ));
                }
                ("$anchor" | "$dynamicAnchor", Value::String(name)) => {
                    if self.anchors.insert(name, at).is_some_and(|other| other != at) {
                        return Err(self.error(at, keyword, "the name is given twice. Choose another one."));
                    }
                }
                ("pattern", Value::String(pattern)) => {
                    self.patterns.insert(pattern);
                }
                _ => self.read_applicator(at, keyword, value),
            }
            if self.patterns.len() > MAX_PATTERNS {
                let message = format!("the schema has more than {MAX_PATTERNS} different patterns. Use fewer.");
                return Err(self.error(at, keyword, message));
            }
        }
        Ok(())
    }

    fn read_applicator(&mut self, at: usize, keyword: &'s str, value: &'s Value) {
        if matches!(keyword, "unevaluatedProperties" | "unevaluatedItems")
            && let Some(subschema) = self.subschemas.get_mut(at)
        {
            subschema.unevaluated = true;
        }
        match (shape_of(keyword), value) {
            (Some(Shape::One(place)), Value::Object(_) | Value::Bool(_)) => {
                self.apply(at, place, value, format!("/{keyword}"));
            }
            (Some(Shape::Each(place)), Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    self.apply(at, place, item, format!("/{keyword}/{index}"));
                }
            }
            (Some(Shape::Items), Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    self.apply(at, Place::Item(index), item, format!("/{keyword}/{index}"));
                }
            }
            (Some(Shape::Items), Value::Object(_) | Value::Bool(_)) => {
                self.apply(at, Place::OtherItem, value, format!("/{keyword}"));
            }
            (Some(Shape::Named(place)), Value::Object(named)) => {
                if place == Place::MatchingMember {
                    self.patterns.extend(named.keys().map(String::as_str));
                }
                // An array under `dependencies` has names of members only.
                for (name, value) in named.iter().filter(|(_, value)| !value.is_array()) {
                    let place = if place == Place::Member("") { Place::Member(name) } else { place };
                    self.apply(at, place, value, format!("/{keyword}/{}", escaped(name)));
                }
            }
            (Some(Shape::Definitions), Value::Object(named)) => {
                for (name, value) in named {
                    self.subschema(value, Some(at), format!("/{keyword}/{}", escaped(name)));
                }
            }
            _ => {}
        }
    }

    fn refer(&mut self, at: usize, reference: &'s str) -> Result<(), SchemaError> {
        let Some(fragment) = reference.strip_prefix('#') else {
            return Err(self.error(
                at,
                "$ref",
                "it refers to another document, and none is fetched. Copy the definition into `$defs` and refer to it with `#/$defs/…`.",
            ));
        };
        if !fragment.is_empty() && !fragment.starts_with('/') {
            self.to_anchors.push((at, fragment));
            return Ok(());
        }
        let decoded = percent_decode_str(fragment).decode_utf8_lossy();
        let Some(target) = self.root.pointer(&decoded) else { return Err(self.no_target(at)) };
        let to = self.subschema(target, None, decoded.into_owned());
        self.link(at, Place::Same, to);
        Ok(())
    }

    fn link_anchors(&mut self) -> Result<(), SchemaError> {
        for (at, name) in std::mem::take(&mut self.to_anchors) {
            let Some(to) = self.anchors.get(name) else { return Err(self.no_target(at)) };
            self.link(at, Place::Same, *to);
        }
        Ok(())
    }
}

fn pointer_of(subschemas: &[Subschema<'_>], mut at: usize) -> String {
    let mut tails = Vec::new();
    while let Some(subschema) = subschemas.get(at) {
        tails.push(subschema.tail.as_str());
        let Some(parent) = subschema.parent else { break };
        at = parent;
    }
    tails.reverse();
    tails.concat()
}

fn escaped(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

/// The form in which a keyword contains subschemas.
enum Shape<'s> {
    One(Place<'s>),
    Each(Place<'s>),
    /// One subschema, or one for each item by its index.
    Items,
    /// Under names; [`Place::Member`] gets its name from there.
    Named(Place<'s>),
    /// Under names, applied by `$ref` only.
    Definitions,
}

/// The keywords of all versions from draft 4 on. Where versions differ, more is read than is applied.
fn shape_of(keyword: &str) -> Option<Shape<'static>> {
    Some(match keyword {
        "not" | "if" | "contentSchema" => Shape::One(Place::Same),
        "then" | "else" => Shape::One(Place::Branch("if")),
        "allOf" => Shape::Each(Place::Same),
        "anyOf" => Shape::Each(Place::Branch("anyOf")),
        "oneOf" => Shape::Each(Place::Branch("oneOf")),
        "dependentSchemas" | "dependencies" => Shape::Named(Place::Same),
        "properties" => Shape::Named(Place::Member("")),
        "patternProperties" => Shape::Named(Place::MatchingMember),
        "additionalProperties" | "unevaluatedProperties" => Shape::One(Place::OtherMember),
        "propertyNames" => Shape::One(Place::MemberName),
        "items" | "prefixItems" => Shape::Items,
        "additionalItems" | "unevaluatedItems" => Shape::One(Place::OtherItem),
        "contains" => Shape::One(Place::EachItem),
        "$defs" | "definitions" => Shape::Definitions,
        _ => return None,
    })
}
