//! A template that is ready to be filled in.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use minijinja::machinery::{CodeGenerator, Instructions, eval, make_string_output, parse};
use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Error, ErrorKind, Value};
use sluice_types::limits::{MAX_FILLED_BYTES, MAX_TEMPLATE_WORK_BYTES, TEMPLATE_FUEL};

use super::budget::Budget;
use super::environment::ENVIRONMENT;
use super::expression::sole;
use super::fault::Fault;
use super::guard;

/// A text that was filled in.
#[derive(Debug)]
pub(super) struct Filled {
    pub text: String,
    /// Work of the template, in thousandths of the limit.
    pub thousandths: u64,
}

/// A template, compiled.
pub(super) struct Compiled<'s>(Instructions<'s>);

impl<'s> Compiled<'s> {
    /// Compiles a template in the spelling of minijinja.
    pub fn template(jinja: &'s str) -> Result<Self, Fault> {
        let parsed = parse(jinja, "<template>", SyntaxConfig::default())?;
        let guarded = guard::template(&parsed)?;
        let mut generator = CodeGenerator::new("<template>", jinja);
        generator.compile_stmt(&guarded);
        Ok(Self(generator.finish().0))
    }

    /// Compiles an expression: the only one of a template.
    pub fn expression(jinja: &'s str) -> Result<Self, Fault> {
        let parsed = parse(jinja, "<expression>", SyntaxConfig::default())?;
        let guarded = guard::template(&parsed)?;
        let expression = sole(&guarded).ok_or_else(|| Fault::certain("it is not one expression".into()))?;
        let mut generator = CodeGenerator::new("<expression>", jinja);
        generator.compile_expr(expression);
        Ok(Self(generator.finish().0))
    }

    /// Fills the template in.
    pub fn fill(&self, context: Value) -> Result<Filled, Fault> {
        let mut text = String::new();
        let (_, thousandths) = self.run(context, &mut text)?;
        if text.len() > MAX_FILLED_BYTES {
            return Err(Error::from(ErrorKind::WriteFailure).into());
        }
        // PostgreSQL's texts hold no NUL, which an escape in a template can make.
        let text = if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text };
        Ok(Filled { text, thousandths })
    }

    /// The value of the expression.
    pub fn value(&self, context: Value) -> Result<Value, Fault> {
        let (value, _) = self.run(context, &mut String::new())?;
        Ok(value.unwrap_or_default())
    }

    /// Runs it; returns the value of an expression, and the work in thousandths of the limit.
    fn run(&self, context: Value, text: &mut String) -> Result<(Option<Value>, u64), Fault> {
        // minijinja parses untrusted text: a panic in it fails only this template.
        let ran = catch_unwind(AssertUnwindSafe(|| self.try_run(context, text)));
        ran.unwrap_or_else(|_| Err(Fault::certain("it cannot be evaluated".into())))
    }

    fn try_run(&self, context: Value, text: &mut String) -> Result<(Option<Value>, u64), Fault> {
        let blocks = BTreeMap::new();
        let mut out = make_string_output(text);
        let (value, mut state) = eval(&ENVIRONMENT, &self.0, context, &blocks, &mut out, AutoEscape::None)?;
        let fuel = state.fuel_levels().map_or(0, |(used, _)| used);
        let work = Budget::of(&mut state).used();
        Ok((value, (fuel * 1_000 / TEMPLATE_FUEL).max(thousandths(work))))
    }
}

/// The share of the work limit, in thousandths.
fn thousandths(work: usize) -> u64 {
    u64::try_from(work * 1_000 / MAX_TEMPLATE_WORK_BYTES).unwrap_or(u64::MAX)
}
