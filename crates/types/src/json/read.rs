//! Reading JSON into types by way of a value, with the place of what is wrong.
//!
//! `serde_json` reads a value, too, and `serde_path_to_error` says where it stopped. Together they compile what
//! reads a type three times: from an object, from an array of its fields, and once more for the path. This reader
//! compiles it once, which makes a noticeable part of what is sent to the browser. A struct is read by its fields in
//! their order, as from an array, since that takes half the code of reading them by name: the reader looks them up.
//! An array itself is not taken for an object.
//!
//! A field that is left out is read as `null`; if it cannot be, it gets its default. Those that tell `null` from left
//! out are known by [`PATCHED`].

use std::fmt;

use serde::de::value::StringDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error, Expected, IntoDeserializer, MapAccess,
    SeqAccess, Unexpected, VariantAccess, Visitor,
};
use serde_json::{Map, Value, map};

use super::parse::parse;
use crate::fraction;
use crate::patch::PATCHED;
use crate::problem::escape;

/// Why JSON is not what it was read as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError {
    /// Where it stands (JSON pointer, RFC 6901).
    pub pointer: String,
    /// What is wrong.
    pub message: String,
}

/// Reads a text. Fields that are not known are passed over, as a newer server may send some; but not those of steps.
pub fn from_str<T: DeserializeOwned>(text: &str) -> Result<T, ReadError> {
    T::deserialize(Reader::new(parse(text).map_err(ReadError::custom)?, false))
}

/// Reads a value in which no field is unknown.
pub fn from_value_strictly<T: DeserializeOwned>(value: Value) -> Result<T, ReadError> {
    T::deserialize(Reader::new(value, true))
}

/// The mark before a place inside a part that was read by itself.
const NESTED: &str = "@";

impl ReadError {
    /// What is left out cannot be `null`. Nobody reads this: it gets its default, or is told as missing.
    const fn left_out() -> Self {
        Self { pointer: String::new(), message: String::new() }
    }

    /// The error as seen from around the part that `key` names.
    fn inside(mut self, key: &str) -> Self {
        self.pointer = format!("/{}{}", escape(key), self.pointer);
        self
    }

    /// An error of a part that was read by itself as one of the whole, keeping where in the part it is.
    pub(crate) fn nested<E: Error>(&self) -> E {
        E::custom(format_args!("{NESTED}{}: {}", self.pointer, self.message))
    }

    /// Reads where and what from the message of a [nested](Self::nested) error; any other stands for the whole.
    pub(crate) fn of_message(message: &str) -> Self {
        let nested = message.strip_prefix(NESTED).filter(|rest| rest.starts_with(['/', ':']));
        let (pointer, message) = nested.and_then(|rest| rest.split_once(": ")).unwrap_or(("", message));
        Self { pointer: pointer.to_owned(), message: message.to_owned() }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pointer.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.pointer, self.message)
        }
    }
}

impl std::error::Error for ReadError {}

impl Error for ReadError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::of_message(&message.to_string())
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(format_args!("invalid type: {}, expected {expected}", described(unexpected)))
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(format_args!("invalid value: {}, expected {expected}", described(unexpected)))
    }
}

/// What was found. `Unexpected` says the same, but writes fractions by the standard library, with its tables.
fn described(unexpected: Unexpected<'_>) -> String {
    match unexpected {
        Unexpected::Bool(it) => format!("boolean `{it}`"),
        Unexpected::Unsigned(it) => format!("integer `{it}`"),
        Unexpected::Signed(it) => format!("integer `{it}`"),
        Unexpected::Float(it) => format!("floating point `{}`", fraction::shortest(it)),
        Unexpected::Str(it) => format!("string \"{it}\""),
        Unexpected::Seq => "sequence".into(),
        Unexpected::Map => "map".into(),
        Unexpected::Other(it) => it.into(),
        _ => "another value".into(),
    }
}

/// A value that is being read.
struct Reader {
    value: Value,
    /// Whether a field that is not known is an error.
    is_strict: bool,
    /// Whether it stands for a field that is left out.
    is_left_out: bool,
}

impl Reader {
    const fn new(value: Value, is_strict: bool) -> Self {
        Self { value, is_strict, is_left_out: false }
    }

    fn is_not(&self, expected: &dyn Expected) -> ReadError {
        if self.is_left_out {
            return ReadError::left_out();
        }
        let unexpected = match &self.value {
            Value::Null => Unexpected::Other("null"),
            Value::Bool(it) => Unexpected::Bool(*it),
            Value::Number(it) => match (it.as_u64(), it.as_i64(), it.as_f64()) {
                (Some(it), _, _) => Unexpected::Unsigned(it),
                (_, Some(it), _) => Unexpected::Signed(it),
                (_, _, it) => Unexpected::Float(it.unwrap_or_default()),
            },
            Value::String(it) => Unexpected::Str(it),
            Value::Array(_) => Unexpected::Seq,
            Value::Object(_) => Unexpected::Map,
        };
        ReadError::invalid_type(unexpected, expected)
    }

    fn text<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        if let Value::String(text) = self.value { visitor.visit_string(text) } else { Err(self.is_not(&visitor)) }
    }

    fn number<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        let Value::Number(number) = &self.value else { return Err(self.is_not(&visitor)) };
        match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => visitor.visit_u64(number),
            (None, Some(number)) => visitor.visit_i64(number),
            (None, None) => visitor.visit_f64(number.as_f64().unwrap_or_default()),
        }
    }

    fn items<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.value {
            Value::Array(items) => {
                visitor.visit_seq(Items { rest: items.into_iter().enumerate(), is_strict: self.is_strict })
            }
            _ => Err(self.is_not(&visitor)),
        }
    }

    fn fields<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.value {
            Value::Object(fields) => visitor.visit_map(Fields::new(fields, self.is_strict)),
            _ => Err(self.is_not(&visitor)),
        }
    }

    fn structure<'de, V: Visitor<'de>>(
        self,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        let Value::Object(fields) = self.value else { return Err(self.is_not(&visitor)) };
        let mut fields = Structure::new(fields, names, self.is_strict)?;
        let read = visitor.visit_seq(&mut fields);
        read.map_err(|error| fields.missing.map_or(error, ReadError::missing_field))
    }
}

/// Methods that do the same, under the names of the many types that they are asked for.
macro_rules! forward {
    ($to:ident: $($from:ident)*) => {
        $(fn $from<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
            self.$to(visitor)
        })*
    };
}

impl<'de> Deserializer<'de> for Reader {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(it) => visitor.visit_bool(it),
            Value::Number(_) => self.number(visitor),
            Value::String(_) => self.text(visitor),
            Value::Array(_) => self.items(visitor),
            Value::Object(_) => self.fields(visitor),
        }
    }

    forward! {number: deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16
    deserialize_u32 deserialize_u64 deserialize_f32 deserialize_f64}
    forward! {text: deserialize_char deserialize_str deserialize_string deserialize_identifier}
    forward! {items: deserialize_seq deserialize_bytes deserialize_byte_buf}
    forward! {fields: deserialize_map}
    forward! {deserialize_any: deserialize_unit}

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        if let Value::Bool(it) = self.value { visitor.visit_bool(it) } else { Err(self.is_not(&visitor)) }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        if self.value.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, ReadError> {
        self.deserialize_any(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        if self.is_left_out && name == PATCHED {
            return Err(ReadError::left_out());
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, ReadError> {
        match &self.value {
            Value::Array(items) if items.len() != len => Err(ReadError::invalid_length(items.len(), &visitor)),
            _ => self.items(visitor),
        }
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.deserialize_tuple(len, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.structure(names, visitor)
    }

    /// A text names a variant that holds nothing; an object with one key names one and holds its content.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        let is_strict = self.is_strict;
        match self.value {
            Value::String(name) => visitor.visit_enum(Variant { name, content: None, is_strict }),
            Value::Object(fields) if fields.len() == 1 => match fields.into_iter().next() {
                Some((name, content)) => visitor.visit_enum(Variant { name, content: Some(content), is_strict }),
                None => Err(ReadError::invalid_length(0, &visitor)),
            },
            _ => Err(self.is_not(&visitor)),
        }
    }
}

/// The items of an array that are still to be read, with their places.
struct Items {
    rest: std::iter::Enumerate<std::vec::IntoIter<Value>>,
    is_strict: bool,
}

impl<'de> SeqAccess<'de> for Items {
    type Error = ReadError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, ReadError> {
        let Some((place, value)) = self.rest.next() else { return Ok(None) };
        let reader = Reader::new(value, self.is_strict);
        seed.deserialize(reader).map(Some).map_err(|error| error.inside(&place.to_string()))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// The fields of a struct, as the sequence that they are declared in.
struct Structure {
    fields: Map<String, Value>,
    names: std::slice::Iter<'static, &'static str>,
    /// The field that was asked for last, if it is not there and cannot be `null`.
    missing: Option<&'static str>,
    is_strict: bool,
}

impl Structure {
    fn new(fields: Map<String, Value>, names: &'static [&'static str], is_strict: bool) -> Result<Self, ReadError> {
        let unknown = fields.keys().find(|name| is_strict && !names.contains(&name.as_str()));
        if let Some(name) = unknown {
            return Err(ReadError::unknown_field(name, names).inside(name));
        }
        Ok(Self { fields, names: names.iter(), missing: None, is_strict })
    }
}

impl<'de> SeqAccess<'de> for Structure {
    type Error = ReadError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, ReadError> {
        self.missing = None;
        let Some(name) = self.names.next() else { return Ok(None) };
        let field = self.fields.get_mut(*name).map(Value::take);
        let is_left_out = field.is_none();
        match seed.deserialize(Reader { is_left_out, ..Reader::new(field.unwrap_or_default(), self.is_strict) }) {
            Ok(value) => Ok(Some(value)),
            Err(error) if !is_left_out => Err(error.inside(name)),
            Err(_) => {
                self.missing = Some(name);
                Ok(None)
            }
        }
    }
}

/// The fields of an object that are still to be read.
struct Fields {
    rest: map::IntoIter,
    /// The field whose key was read.
    current: (String, Value),
    is_strict: bool,
}

impl Fields {
    fn new(fields: Map<String, Value>, is_strict: bool) -> Self {
        Self { rest: fields.into_iter(), current: (String::new(), Value::Null), is_strict }
    }
}

impl<'de> MapAccess<'de> for Fields {
    type Error = ReadError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, ReadError> {
        let Some(field) = self.rest.next() else { return Ok(None) };
        self.current = field;
        let key = &self.current.0;
        seed.deserialize(key.as_str().into_deserializer()).map(Some).map_err(|error: ReadError| error.inside(key))
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, ReadError> {
        let (key, value) = &mut self.current;
        seed.deserialize(Reader::new(value.take(), self.is_strict)).map_err(|error| error.inside(key))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// A variant of an enum by its name.
struct Variant {
    name: String,
    content: Option<Value>,
    is_strict: bool,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = ReadError;
    type Variant = Content;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Content), ReadError> {
        let content = Content { of: self.name.clone(), value: self.content, is_strict: self.is_strict };
        let name: StringDeserializer<ReadError> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, content))
    }
}

/// What a variant holds.
struct Content {
    of: String,
    value: Option<Value>,
    is_strict: bool,
}

impl Content {
    fn read<T>(self, read: impl FnOnce(Reader) -> Result<T, ReadError>) -> Result<T, ReadError> {
        let reader = Reader::new(self.value.unwrap_or_default(), self.is_strict);
        read(reader).map_err(|error| error.inside(&self.of))
    }
}

impl<'de> VariantAccess<'de> for Content {
    type Error = ReadError;

    fn unit_variant(self) -> Result<(), ReadError> {
        match self.value {
            None | Some(Value::Null) => Ok(()),
            Some(value) => {
                let reader = Reader::new(value, self.is_strict);
                Err(reader.is_not(&"a variant that holds nothing").inside(&self.of))
            }
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, ReadError> {
        self.read(|reader| seed.deserialize(reader))
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, ReadError> {
        self.read(|reader| reader.deserialize_tuple(len, visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.read(|reader| reader.structure(names, visitor))
    }
}

#[cfg(test)]
mod tests;
