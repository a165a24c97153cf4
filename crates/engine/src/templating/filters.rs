//! Own filters: those whose results grow faster than their arguments, those that write values as JSON, and the
//! operators that [`super::guard`] converts to filters.

use minijinja::value::{Kwargs, ValueKind};
use minijinja::{Error, ErrorKind, Output, State, Value};
use serde::Serialize as _;
use serde_json::ser::{PrettyFormatter, Serializer};

use super::budget::{Budget, Paid};
use super::refusal::refused;

/// Upper bound of spaces that `tojson` indents by.
const MAX_INDENT: usize = 8;

/// Writes a value out, as a template does.
pub(super) fn emit(out: &mut Output, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    let budget = Budget::of(state);
    let text = match value.as_str() {
        Some(text) => {
            budget.pay_written(text.len())?;
            return Ok(out.write_str(text)?);
        }
        None => plain(budget, value)?,
    };
    budget.pay_written(text.len())?;
    Ok(out.write_str(&text)?)
}

/// A non-text value as text: JSON, or empty for undefined.
fn plain(budget: &mut Budget, value: &Value) -> Result<String, Error> {
    match value.kind() {
        // Values read as JSON everywhere else, too.
        ValueKind::Map | ValueKind::Seq | ValueKind::Iterable => json(budget, value, None),
        ValueKind::Bool => Ok(if value.is_true() { "true" } else { "false" }.into()),
        ValueKind::None => Ok("null".into()),
        ValueKind::Undefined => Ok(String::new()),
        _ => {
            budget.pay_value(value)?;
            Ok(value.to_string())
        }
    }
}

fn json(budget: &mut Budget, value: &Value, indent: Option<usize>) -> Result<String, Error> {
    // It is walked first, as serializing it has no limit on its depth.
    budget.pay_value(value)?;
    let mut out = Paid { budget, buffer: Vec::new(), failure: None };
    let done = match indent {
        None => serde_json::to_writer(&mut out, value),
        Some(width) => {
            let spaces = " ".repeat(width);
            value.serialize(&mut Serializer::with_formatter(&mut out, PrettyFormatter::with_indent(spaces.as_bytes())))
        }
    };
    let Paid { buffer, failure, .. } = out;
    if let Some(failure) = failure {
        return Err(failure);
    }
    done.map_err(|error| Error::new(ErrorKind::BadSerialization, error.to_string()))?;
    String::from_utf8(buffer).map_err(|error| Error::new(ErrorKind::BadSerialization, error.to_string()))
}

/// Appends a value as text within the budget.
fn append(text: &mut String, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    if value.is_undefined() {
        // An error, unless it comes of an `if` without `else`.
        text.push_str(&state.format(value.clone())?);
        return Ok(());
    }
    let budget = Budget::of(state);
    if let Some(more) = value.as_str() {
        budget.pay(more.len())?;
        text.push_str(more);
    } else {
        text.push_str(&plain(budget, value)?);
    }
    Ok(())
}

/// `a ~ b`.
pub(super) fn concat(state: &mut State<'_, '_>, left: &Value, right: &Value) -> Result<Value, Error> {
    Budget::of(state).pay_call()?;
    let mut text = String::new();
    append(&mut text, state, left)?;
    append(&mut text, state, right)?;
    Ok(Value::from(text))
}

/// `a * b`: numbers, or a text so many times.
pub(super) fn multiply(state: &mut State<'_, '_>, left: &Value, right: &Value) -> Result<Value, Error> {
    let budget = Budget::of(state);
    budget.pay_call()?;
    if let Some((text, times)) =
        left.as_str().map(|text| (text, right)).or_else(|| right.as_str().map(|text| (text, left)))
    {
        let times = times.as_usize().ok_or_else(|| refused("a text can only be multiplied by a whole number"))?;
        budget.pay(text.len().saturating_mul(times))?;
        return Ok(Value::from(text.repeat(times)));
    }
    if left.is_undefined() || right.is_undefined() {
        return Err(Error::from(ErrorKind::UndefinedError));
    }
    let whole = |value: &Value| i128::try_from(value.clone()).ok().filter(|_| value.is_integer() || is_bool(value));
    if let (Some(left), Some(right)) = (whole(left), whole(right)) {
        return left.checked_mul(right).map(Value::from).ok_or_else(|| refused("the product is too large"));
    }
    match (f64::try_from(left.clone()), f64::try_from(right.clone())) {
        (Ok(left), Ok(right)) => Ok(Value::from(left * right)),
        _ => Err(refused(format!("{} and {} cannot be multiplied", left.kind(), right.kind()))),
    }
}

fn is_bool(value: &Value) -> bool {
    value.kind() == ValueKind::Bool
}

/// Pays for an operand before an operator reads it through.
pub(super) fn operand(state: &mut State<'_, '_>, value: &Value) -> Result<Value, Error> {
    Budget::of(state).pay_value(value)?;
    Ok(value.clone())
}

/// Pays for a text before a subscript reads it through.
pub(super) fn subject(state: &mut State<'_, '_>, value: &Value) -> Result<Value, Error> {
    let bytes = match value.kind() {
        ValueKind::String => value.as_str().map_or(0, str::len),
        ValueKind::Iterable => value.len().unwrap_or(0),
        _ => 0,
    };
    Budget::of(state).pay(bytes)?;
    Ok(value.clone())
}

/// Pays for a result. Lazy values of minijinja are computed once here.
pub(super) fn settle(state: &mut State<'_, '_>, value: Value) -> Result<Value, Error> {
    let budget = Budget::of(state);
    if value.kind() != ValueKind::Iterable {
        budget.pay_value(&value)?;
        return Ok(value);
    }
    let mut items = Vec::new();
    for item in value.try_iter()? {
        budget.pay_value(&item)?;
        items.push(item);
    }
    Ok(Value::from(items))
}

/// `list | join(", ")`.
#[expect(clippy::needless_pass_by_value, reason = "minijinja hands arguments over by value")]
pub(super) fn join(
    state: &mut State<'_, '_>,
    list: &Value,
    joiner: Option<&str>,
    attribute: Option<&str>,
    kwargs: Kwargs,
) -> Result<Value, Error> {
    let joiner = joiner.map_or_else(|| kwargs.get::<Option<&str>>("d"), |joiner| Ok(Some(joiner)))?.unwrap_or_default();
    let attribute =
        attribute.map_or_else(|| kwargs.get::<Option<&str>>("attribute"), |attribute| Ok(Some(attribute)))?;
    kwargs.assert_all_used()?;
    Budget::of(state).pay_call()?;
    let items = list.try_iter().map_err(|_| refused(format!("a value of type {} cannot be joined", list.kind())))?;
    let mut text = String::new();
    for (at, item) in items.enumerate() {
        if at > 0 {
            Budget::of(state).pay(joiner.len())?;
            text.push_str(joiner);
        }
        // An empty item costs time, too.
        Budget::of(state).pay(1 + attribute.map_or(0, str::len))?;
        match attribute {
            Some(path) => append(&mut text, state, &field(item, path)?)?,
            None => append(&mut text, state, &item)?,
        }
    }
    Ok(Value::from(text))
}

/// The value at a path like `user.names.0`.
fn field(item: Value, path: &str) -> Result<Value, Error> {
    path.split('.').try_fold(item, |value, name| match name.parse() {
        Ok(index) => value.get_item_by_index(index),
        Err(_) => value.get_attr(name),
    })
}

/// `value | string`.
pub(super) fn string(state: &mut State<'_, '_>, value: &Value) -> Result<Value, Error> {
    Budget::of(state).pay_call()?;
    let mut text = String::new();
    append(&mut text, state, value)?;
    Ok(Value::from(text))
}

/// `value | tojson(indent=2)`.
#[expect(clippy::needless_pass_by_value, reason = "minijinja hands arguments over by value")]
pub(super) fn tojson(
    state: &mut State<'_, '_>,
    value: &Value,
    indent: Option<&Value>,
    kwargs: Kwargs,
) -> Result<Value, Error> {
    let named = kwargs.get::<Option<Value>>("indent")?;
    kwargs.assert_all_used()?;
    let indent = match indent.or(named.as_ref()) {
        Some(value) if value.kind() == ValueKind::Bool => value.is_true().then_some(2),
        Some(value) if value.is_number() => Some(value.as_usize().unwrap_or(usize::MAX)),
        _ => None,
    };
    if indent.is_some_and(|width| width > MAX_INDENT) {
        return Err(refused(format!("`tojson` indents by at most {MAX_INDENT} spaces")));
    }
    let budget = Budget::of(state);
    budget.pay_call()?;
    if value.is_undefined() {
        return Err(Error::from(ErrorKind::UndefinedError));
    }
    if value.kind() == ValueKind::String {
        budget.pay_value(value)?;
    }
    json(budget, value, indent).map(Value::from)
}
