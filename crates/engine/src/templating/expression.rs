//! Evaluates expressions: conditions and lists.

use std::io::Write;

use minijinja::Value as JinjaValue;
use minijinja::machinery::ast::{Expr, Stmt};
use minijinja::machinery::parse;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::ValueKind;
use serde_json::Value;
use sluice_types::limits::{MAX_SEEN_CHARS, MAX_SEEN_VALUES};
use sluice_types::{ErrorCode, RunError, SeenValue};

use super::compiled::Compiled;
use super::fault::Fault;
use super::scope::{Scope, in_field};
use super::stack::with_stack;
use crate::machine::Verdict;

impl Scope<'_> {
    /// Tests a condition. It must be true or false: any other value is an error that names the field.
    pub fn test(&self, field: &str, source: &str) -> Result<Verdict, RunError> {
        let (value, values) = self.evaluate(source).map_err(|fault| in_expression(field, &fault))?;
        if value.kind() != ValueKind::Bool {
            let message = format!(
                "{field} is {}, and a condition is true or false: compare it, as in `steps.Score.points > 7`.",
                kind_of(&value)
            );
            return Err(RunError::new(ErrorCode::ConditionNotBoolean, message));
        }
        Ok(Verdict { held: value.is_true(), values })
    }

    /// Evaluates an expression that makes a list.
    pub fn list(&self, field: &str, source: &str) -> Result<Vec<Value>, RunError> {
        let (value, _) = self.evaluate(source).map_err(|fault| in_expression(field, &fault))?;
        if !matches!(value.kind(), ValueKind::Seq | ValueKind::Iterable) {
            let message = format!(
                "{field} is {}, and a list is needed: name a list, or make one, as with `| lines`.",
                kind_of(&value)
            );
            return Err(RunError::new(ErrorCode::NotAList, message));
        }
        let items = value.try_iter().map_err(|error| in_expression(field, &error.into()))?;
        Ok(items.map(|item| json(&item)).collect())
    }

    /// The value of a text in a JSON value. A template that holds one expression alone keeps the type of its value; any other
    /// makes a text.
    pub fn value(&self, field: &str, source: &str) -> Result<Value, RunError> {
        if !source.contains(['{', '$']) {
            return Ok(Value::String(source.to_owned()));
        }
        let read = self.read(source).map_err(in_field(field))?;
        let is_sole = parse(read.jinja(), "<template>", SyntaxConfig::default()).is_ok_and(|it| sole(&it).is_some());
        if is_sole {
            let context = self.context(&read).map_err(in_field(field))?;
            let value = with_stack(read.depth(), || Compiled::expression(read.jinja())?.value(context));
            let value = value.map_err(in_field(field))?;
            if !value.is_undefined() {
                return Ok(json(&value));
            }
            // As a text it is an error, which tells what is not there.
        }
        self.fill_read(&read).map(|filled| Value::String(filled.text)).map_err(in_field(field))
    }

    /// Checks an expression without evaluating it.
    pub(super) fn compile(&self, source: &str) -> Result<(), Fault> {
        let read = self.read_expression(source)?;
        with_stack(read.depth(), || Compiled::expression(read.jinja()).map(|_| ()))
    }

    /// The value of an expression, and the values that it read.
    fn evaluate(&self, source: &str) -> Result<(JinjaValue, Vec<SeenValue>), Fault> {
        let read = self.read_expression(source)?;
        let context = self.context(&read)?;
        with_stack(read.depth(), || {
            let value = Compiled::expression(read.jinja())?.value(context.clone())?;
            Ok((value, seen(read.jinja(), &context)))
        })
    }
}

fn in_expression(field: &str, fault: &Fault) -> RunError {
    RunError::new(ErrorCode::InvalidTemplate, format!("{field}: {}", fault.message))
}

/// A value as JSON. PostgreSQL's texts hold no NUL.
fn json(value: &JinjaValue) -> Value {
    if value.is_undefined() { Value::Null } else { serde_json::to_value(value).unwrap_or_default() }
}

/// What a value is, for a message.
fn kind_of(value: &JinjaValue) -> &'static str {
    match value.kind() {
        ValueKind::Undefined => "not there",
        ValueKind::None => "null",
        ValueKind::Bool => "true or false",
        ValueKind::Number => "a number",
        ValueKind::String => "a text",
        ValueKind::Map => "an object",
        ValueKind::Seq | ValueKind::Iterable => "a list",
        _ => "no value",
    }
}

/// The one expression of a template `{{ expression }}`.
pub(super) fn sole<'t, 's>(template: &'t Stmt<'s>) -> Option<&'t Expr<'s>> {
    let Stmt::Template(template) = template else { return None };
    match template.children.as_slice() {
        [Stmt::EmitExpr(emit)] => Some(&emit.expr),
        _ => None,
    }
}

/// The values of the names in an expression.
fn seen(jinja: &str, context: &JinjaValue) -> Vec<SeenValue> {
    let Ok(parsed) = parse(jinja, "<expression>", SyntaxConfig::default()) else { return Vec::new() };
    let mut seen: Vec<SeenValue> = Vec::new();
    if let Some(expression) = sole(&parsed) {
        let mut note = |name: String, value: &JinjaValue| {
            if seen.len() < MAX_SEEN_VALUES && seen.iter().all(|known| known.name != name) {
                seen.push(SeenValue { name, value: shown(value) });
            }
        };
        walk(expression, context, &mut note);
    }
    seen
}

/// Calls a function with each name in an expression, with the fields after it.
fn walk(expression: &Expr<'_>, context: &JinjaValue, note: &mut impl FnMut(String, &JinjaValue)) {
    if let Some((name, value)) = chain(expression, context) {
        note(name, &value);
        return;
    }
    let mut all = |parts: &[&Expr<'_>]| parts.iter().for_each(|part| walk(part, context, note));
    match expression {
        Expr::UnaryOp(it) => all(&[&it.expr]),
        Expr::BinOp(it) => all(&[&it.left, &it.right]),
        Expr::Compare(it) => {
            all(&[&it.expr]);
            it.ops.iter().for_each(|op| all(&[&op.expr]));
        }
        Expr::IfExpr(it) => {
            all(&[&it.test_expr, &it.true_expr]);
            it.false_expr.iter().for_each(|part| all(&[part]));
        }
        Expr::Filter(it) => it.expr.iter().for_each(|part| all(&[part])),
        Expr::Test(it) => all(&[&it.expr]),
        Expr::GetAttr(it) => all(&[&it.expr]),
        Expr::GetItem(it) => all(&[&it.expr, &it.subscript_expr]),
        Expr::Slice(it) => all(&[&it.expr]),
        Expr::List(it) => it.items.iter().for_each(|part| all(&[part])),
        Expr::Tuple(it) => it.items.iter().for_each(|part| all(&[part])),
        Expr::Var(_) | Expr::Const(_) | Expr::Call(_) | Expr::Map(_) => {}
    }
}

/// A name with the fields after it, and its value.
fn chain(expression: &Expr<'_>, context: &JinjaValue) -> Option<(String, JinjaValue)> {
    match expression {
        Expr::Var(it) => Some((it.id.to_owned(), context.get_attr(it.id).ok()?)),
        Expr::GetAttr(it) => {
            let (name, value) = chain(&it.expr, context)?;
            Some((format!("{name}.{}", it.name), value.get_attr(it.name).unwrap_or_default()))
        }
        Expr::GetItem(it) => {
            let Expr::Const(key) = &it.subscript_expr else { return None };
            let (name, value) = chain(&it.expr, context)?;
            let name = match key.value.as_str() {
                Some(key) => format!("{name}.{key}"),
                None => format!("{name}[{}]", key.value),
            };
            Some((name, value.get_item(&key.value).unwrap_or_default()))
        }
        _ => None,
    }
}

/// The beginning of a value.
fn shown(value: &JinjaValue) -> String {
    let cut = |text: &str| text.chars().take(MAX_SEEN_CHARS).map(|c| if c == '\0' { '\u{fffd}' } else { c }).collect();
    if value.is_undefined() {
        return "undefined".into();
    }
    if let Some(text) = value.as_str() {
        return cut(text);
    }
    let mut beginning = Beginning::default();
    // A value that is cut ends with an error.
    let _ = serde_json::to_writer(&mut beginning, value);
    cut(&String::from_utf8_lossy(&beginning.bytes))
}

/// Takes the first bytes, and refuses the rest: a large value is not written to its end.
#[derive(Default)]
struct Beginning {
    bytes: Vec<u8>,
}

impl Write for Beginning {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        // A character has at most four bytes.
        if self.bytes.len() > 4 * MAX_SEEN_CHARS {
            return Err(std::io::Error::other("enough"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
