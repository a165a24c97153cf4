//! Rewrites a parsed template so that all its work is paid for, and refuses constructs without a bound.
//!
//! The rewrite keeps the meaning of the template. Operands that an operator reads are paid for first; values that an
//! operator makes are paid for as results.

use minijinja::Value;
use minijinja::machinery::Span;
use minijinja::machinery::ast::{
    BinOp, BinOpKind, Call, CallArg, Compare, CompareOp, Const, EmitExpr, EmitRaw, Expr, Filter, FilterBlock, ForLoop,
    GetAttr, GetItem, IfCond, IfExpr, List, Map, Set, SetBlock, Slice, Spanned, Stmt, Template, Test, Tuple, UnaryOp,
    UnaryOpKind, Var, WithBlock,
};

use super::environment::{CONCAT, MULTIPLY, OPERAND, PASS, SETTLE, SUBJECT};

/// The reason why a template is refused before it is rendered.
#[derive(Debug)]
pub(super) struct Refusal {
    pub line: u16,
    pub message: String,
}

type Guarded<T> = Result<T, Refusal>;

/// Bytes of a name. Names are compared and hashed at each use.
const MAX_NAME_BYTES: usize = 1_000;

fn refuse<T>(span: Span, message: impl Into<String>) -> Guarded<T> {
    Err(Refusal { line: span.start_line, message: message.into() })
}

/// Guards a whole template.
pub(super) fn template<'a>(parsed: &Stmt<'a>) -> Guarded<Stmt<'a>> {
    statement(parsed, false)
}

/// `is_repeated`: the statement may run several times, or its text is kept as a value.
fn statements<'a>(all: &[Stmt<'a>], is_repeated: bool) -> Guarded<Vec<Stmt<'a>>> {
    all.iter().map(|one| statement(one, is_repeated)).collect()
}

fn statement<'a>(parsed: &Stmt<'a>, is_repeated: bool) -> Guarded<Stmt<'a>> {
    Ok(match parsed {
        Stmt::Template(it) => {
            Stmt::Template(spanned(it, Template { children: statements(&it.children, is_repeated)? }))
        }
        Stmt::EmitExpr(it) => Stmt::EmitExpr(spanned(it, EmitExpr { expr: expression(&it.expr)? })),
        // Written as a value, so that it is paid for each time.
        Stmt::EmitRaw(it) if is_repeated => {
            let expr = Expr::Const(spanned(it, Const { value: Value::from(it.raw) }));
            Stmt::EmitExpr(spanned(it, EmitExpr { expr }))
        }
        Stmt::EmitRaw(it) => Stmt::EmitRaw(spanned(it, EmitRaw { raw: it.raw })),
        Stmt::ForLoop(it) => {
            if it.recursive {
                return refuse(it.span(), "`recursive` loops are not available: write one loop inside the other");
            }
            let filter_expr = it.filter_expr.as_ref().map(expression).transpose()?;
            let body = statements(&it.body, true)?;
            let else_body = statements(&it.else_body, is_repeated)?;
            let (target, iter) = (target(&it.target)?, expression(&it.iter)?);
            Stmt::ForLoop(spanned(it, ForLoop { target, iter, filter_expr, recursive: false, body, else_body }))
        }
        Stmt::IfCond(it) => {
            let true_body = statements(&it.true_body, is_repeated)?;
            let false_body = statements(&it.false_body, is_repeated)?;
            Stmt::IfCond(spanned(it, IfCond { expr: expression(&it.expr)?, true_body, false_body }))
        }
        Stmt::WithBlock(it) => {
            let assignments = it.assignments.iter().map(|(name, value)| Ok((target(name)?, expression(value)?)));
            let assignments = assignments.collect::<Guarded<_>>()?;
            Stmt::WithBlock(spanned(it, WithBlock { assignments, body: statements(&it.body, is_repeated)? }))
        }
        Stmt::Set(it) => Stmt::Set(spanned(it, Set { target: target(&it.target)?, expr: expression(&it.expr)? })),
        Stmt::SetBlock(it) => {
            let filter = it.filter.as_ref().map(expression).transpose()?;
            let body = statements(&it.body, true)?;
            Stmt::SetBlock(spanned(it, SetBlock { target: target(&it.target)?, filter, body }))
        }
        Stmt::FilterBlock(it) => {
            let body = statements(&it.body, true)?;
            Stmt::FilterBlock(spanned(it, FilterBlock { filter: expression(&it.filter)?, body }))
        }
        Stmt::AutoEscape(it) => return refuse(it.span(), "`autoescape` is not available: prompts are not HTML"),
        Stmt::Do(it) => return refuse(it.span(), "`do` is not available: write `{% set name = … %}`"),
    })
}

/// A name that a statement sets, or a list of names.
fn target<'a>(parsed: &Expr<'a>) -> Guarded<Expr<'a>> {
    let targets = |items: &[Expr<'a>]| items.iter().map(target).collect::<Guarded<Vec<_>>>();
    Ok(match parsed {
        Expr::Var(it) => variable(it)?,
        Expr::List(it) => Expr::List(spanned(it, List { items: targets(&it.items)? })),
        Expr::Tuple(it) => Expr::Tuple(spanned(it, Tuple { items: targets(&it.items)? })),
        other => return refuse(other.span(), "only names can be set, not fields of values"),
    })
}

fn expression<'a>(parsed: &Expr<'a>) -> Guarded<Expr<'a>> {
    let list = |items: &[Expr<'a>]| items.iter().map(expression).collect::<Guarded<Vec<_>>>();
    Ok(match parsed {
        Expr::Var(it) => variable(it)?,
        Expr::Const(it) => constant(it),
        Expr::Slice(it) => {
            let part = |part: &Option<Expr<'a>>| part.as_ref().map(expression).transpose();
            let expr = paid(OPERAND, expression(&it.expr)?);
            let slice = Slice { expr, start: part(&it.start)?, stop: part(&it.stop)?, step: part(&it.step)? };
            paid(SETTLE, Expr::Slice(spanned(it, slice)))
        }
        Expr::UnaryOp(it) => {
            // The type cannot be copied.
            let op = if matches!(it.op, UnaryOpKind::Not) { UnaryOpKind::Not } else { UnaryOpKind::Neg };
            Expr::UnaryOp(spanned(it, UnaryOp { op, expr: part(&it.expr)? }))
        }
        Expr::BinOp(it) => binary(it)?,
        Expr::Compare(it) => {
            let ops = it.ops.iter().map(|op| Ok(CompareOp { op: op.op, expr: operand(&op.expr)? }));
            let ops = ops.collect::<Guarded<_>>()?;
            Expr::Compare(spanned(it, Compare { expr: operand(&it.expr)?, ops }))
        }
        Expr::IfExpr(it) => {
            let false_expr = it.false_expr.as_ref().map(expression).transpose()?;
            let (test_expr, true_expr) = (expression(&it.test_expr)?, expression(&it.true_expr)?);
            Expr::IfExpr(spanned(it, IfExpr { test_expr, true_expr, false_expr }))
        }
        Expr::Filter(it) => {
            let expr = it.expr.as_ref().map(expression).transpose()?;
            Expr::Filter(spanned(
                it,
                Filter { name: name(it.span(), it.name)?, expr, args: arguments(it.span(), &it.args)? },
            ))
        }
        Expr::Test(it) => {
            let (expr, args) = (expression(&it.expr)?, arguments(it.span(), &it.args)?);
            Expr::Test(spanned(it, Test { name: name(it.span(), it.name)?, expr, args }))
        }
        Expr::GetAttr(it) => {
            Expr::GetAttr(spanned(it, GetAttr { expr: expression(&it.expr)?, name: name(it.span(), it.name)? }))
        }
        Expr::GetItem(it) => item(it)?,
        Expr::Call(it) => call(it)?,
        Expr::List(it) => paid(SETTLE, Expr::List(spanned(it, List { items: list(&it.items)? }))),
        Expr::Tuple(it) => paid(SETTLE, Expr::Tuple(spanned(it, Tuple { items: list(&it.items)? }))),
        Expr::Map(it) => {
            let (keys, values) = (list(&it.keys)?, list(&it.values)?);
            paid(SETTLE, Expr::Map(spanned(it, Map { keys, values })))
        }
    })
}

fn binary<'a>(it: &Spanned<BinOp<'a>>) -> Guarded<Expr<'a>> {
    let plain = |left, right| Expr::BinOp(spanned(it, BinOp { op: it.op, left, right }));
    let filter = |name: &'static str| -> Guarded<Expr<'a>> {
        let (left, right) = (expression(&it.left)?, expression(&it.right)?);
        Ok(Expr::Filter(spanned(it, Filter { name, expr: Some(left), args: vec![CallArg::Pos(right)] })))
    };
    match it.op {
        BinOpKind::Concat => filter(CONCAT),
        BinOpKind::Mul => filter(MULTIPLY),
        // Its result is as long as both operands; lists are joined only when they are read.
        BinOpKind::Add => Ok(paid(SETTLE, plain(operand(&it.left)?, operand(&it.right)?))),
        BinOpKind::Eq
        | BinOpKind::Ne
        | BinOpKind::Lt
        | BinOpKind::Lte
        | BinOpKind::Gt
        | BinOpKind::Gte
        | BinOpKind::In => Ok(plain(operand(&it.left)?, operand(&it.right)?)),
        // These accept numbers only, or return one of their operands.
        BinOpKind::ScAnd
        | BinOpKind::ScOr
        | BinOpKind::Sub
        | BinOpKind::Div
        | BinOpKind::FloorDiv
        | BinOpKind::Rem
        | BinOpKind::Pow => Ok(plain(part(&it.left)?, part(&it.right)?)),
    }
}

/// A part of an expression. The compiler tries to fold each part again with all its subparts: for a long chain of
/// operators, the work would be quadratic. A filter between two parts stops the folding.
fn part<'a>(parsed: &Expr<'a>) -> Guarded<Expr<'a>> {
    let guarded = expression(parsed)?;
    let is_simple = match &guarded {
        Expr::UnaryOp(it) => matches!(it.expr, Expr::Const(_)),
        Expr::BinOp(_) | Expr::Compare(_) => false,
        _ => true,
    };
    Ok(if is_simple { guarded } else { paid(PASS, guarded) })
}

/// An operand that is read through. Only numbers are free.
fn operand<'a>(parsed: &Expr<'a>) -> Guarded<Expr<'a>> {
    match parsed {
        Expr::Const(it) if it.value.is_number() => Ok(constant(it)),
        other => Ok(paid(OPERAND, expression(other)?)),
    }
}

fn item<'a>(it: &Spanned<GetItem<'a>>) -> Guarded<Expr<'a>> {
    let is_name = |value: &Value| value.as_str().is_some_and(|name| name.len() <= MAX_NAME_BYTES);
    if let Expr::Const(key) = &it.subscript_expr
        && is_name(&key.value)
    {
        let expr = expression(&it.expr)?;
        return Ok(Expr::GetItem(spanned(it, GetItem { expr, subscript_expr: constant(key) })));
    }
    let expr = paid(SUBJECT, expression(&it.expr)?);
    Ok(Expr::GetItem(spanned(it, GetItem { expr, subscript_expr: operand(&it.subscript_expr)? })))
}

fn call<'a>(it: &Spanned<Call<'a>>) -> Guarded<Expr<'a>> {
    let is_var = |expr: &Expr<'a>, name: &str| matches!(expr, Expr::Var(var) if var.id == name);
    match &it.expr {
        function if is_var(function, "range") => {}
        Expr::GetAttr(method) if is_var(&method.expr, "loop") && method.name == "cycle" && !it.args.is_empty() => {}
        Expr::Var(var) => {
            let name = shown(var.id);
            return refuse(
                it.span(),
                format!("there is no function `{name}`: templates have `range`, and filters like `| join`"),
            );
        }
        _ => {
            return refuse(it.span(), "values have no methods: write a filter, like `value | upper`");
        }
    }
    let callee = match &it.expr {
        Expr::GetAttr(method) => {
            let var = Expr::Var(Spanned::new(Var { id: "loop" }, method.span()));
            Expr::GetAttr(spanned(method, GetAttr { expr: var, name: method.name }))
        }
        other => expression(other)?,
    };
    Ok(Expr::Call(spanned(it, Call { expr: callee, args: arguments(it.span(), &it.args)? })))
}

fn arguments<'a>(span: Span, args: &[CallArg<'a>]) -> Guarded<Vec<CallArg<'a>>> {
    args.iter()
        .map(|arg| match arg {
            CallArg::Pos(expr) => Ok(CallArg::Pos(expression(expr)?)),
            CallArg::Kwarg(key, expr) => Ok(CallArg::Kwarg(name(span, key)?, expression(expr)?)),
            CallArg::PosSplat(_) | CallArg::KwargSplat(_) => {
                refuse(span, "arguments cannot be unpacked with `*`: write them one by one")
            }
        })
        .collect()
}

fn variable<'a>(it: &Spanned<Var<'a>>) -> Guarded<Expr<'a>> {
    Ok(Expr::Var(spanned(it, Var { id: name(it.span(), it.id)? })))
}

fn constant<'a>(it: &Spanned<Const>) -> Expr<'a> {
    Expr::Const(spanned(it, Const { value: it.value.clone() }))
}

fn name(span: Span, name: &str) -> Guarded<&str> {
    if name.len() > MAX_NAME_BYTES {
        return refuse(span, format!("the name `{}…` is longer than {MAX_NAME_BYTES} bytes", shown(name)));
    }
    Ok(name)
}

/// The beginning of a name, for a message.
fn shown(name: &str) -> String {
    name.chars().take(60).collect()
}

/// Passes a value through one of our filters.
fn paid<'a>(name: &'static str, expr: Expr<'a>) -> Expr<'a> {
    let span = expr.span();
    Expr::Filter(Spanned::new(Filter { name, expr: Some(expr), args: Vec::new() }, span))
}

fn spanned<T, U>(from: &Spanned<T>, node: U) -> Spanned<U> {
    Spanned::new(node, from.span())
}
