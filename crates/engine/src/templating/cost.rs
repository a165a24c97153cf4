//! Computes the cost of a call before the call.

use minijinja::value::{Kwargs, ValueKind, from_args};
use minijinja::{Error, State, Value};

use super::budget::{Budget, VALUE_BYTES};
use super::filters;
use super::refusal::refused;

/// Growth of a filter's work.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cost {
    /// It reads its value and copies only a reference: texts may be scanned.
    Look,
    /// It reads its arguments through, and makes no more than it reads.
    Read,
    /// It compares items over and over, as sorting does.
    Sort,
    /// It calls a filter or a test for each item, with the other arguments.
    Each,
    /// It cuts a text into pieces, each a value.
    Pieces,
    /// It strips characters of a set from both ends.
    Trim,
    /// It replaces each match of a text by another text.
    Replace,
    /// It inserts spaces before each line.
    Indent,
    /// The result has as many lists as the argument says.
    Groups,
    /// It fills a format string in.
    Format,
    /// It adds numbers up.
    Sum,
}

/// Upper bound of comparisons for one item during a sort.
const COMPARISONS: usize = 16;
/// Bytes that one place of a format string may make besides its argument.
const FORMAT_BYTES: usize = 1_000;

impl Cost {
    /// Converts arguments to the texts that minijinja would make: their length counts.
    pub fn prepare(self, state: &mut State<'_, '_>, mut args: Vec<Value>) -> Result<Vec<Value>, Error> {
        let texts = match self {
            Self::Indent => 1,
            Self::Trim => 2,
            Self::Replace => 3,
            Self::Look
            | Self::Read
            | Self::Sort
            | Self::Each
            | Self::Pieces
            | Self::Groups
            | Self::Format
            | Self::Sum => 0,
        };
        for arg in args.iter_mut().take(texts) {
            if arg.as_str().is_none() && !arg.is_undefined() {
                *arg = filters::string(state, arg)?;
            }
        }
        Ok(args)
    }

    /// Pays for a call with these arguments.
    pub fn pay(self, state: &mut State<'_, '_>, args: &[Value]) -> Result<(), Error> {
        let text = |at: usize| args.get(at).and_then(Value::as_str).unwrap_or_default();
        // A count may be positional or named; the largest integer counts.
        let largest_number = || args.iter().skip(1).filter_map(largest).max().unwrap_or(0);
        let budget = Budget::of(state);
        budget.pay_call()?;
        let mut read = || args.iter().try_fold(0_usize, |sum, arg| Ok::<_, Error>(sum + budget.pay_value(arg)?));
        let more = match self {
            Self::Look => return args.iter().filter_map(Value::as_str).try_for_each(|text| budget.pay(text.len())),
            Self::Read => return read().map(|_| ()),
            Self::Sort => read()?.saturating_mul(COMPARISONS),
            Self::Each => read()?.saturating_mul(args.len()),
            Self::Pieces => {
                read()?;
                let pieces = match text(1) {
                    "" => text(0).chars().count(),
                    separator => text(0).matches(separator).count() + 1,
                };
                pieces.saturating_mul(VALUE_BYTES)
            }
            Self::Trim => read()?.saturating_mul(text(1).chars().count()),
            Self::Replace => {
                read()?;
                text(0).matches(text(1)).count().saturating_mul(text(2).len())
            }
            Self::Indent => {
                read()?;
                let lines = text(0).matches('\n').count() + 1;
                lines.saturating_mul(largest_number().max(4))
            }
            Self::Groups => {
                read()?;
                largest_number().saturating_mul(2 * VALUE_BYTES)
            }
            Self::Format => {
                let each = read()?.saturating_add(FORMAT_BYTES);
                check_format(text(0))?;
                text(0).matches('%').count().saturating_mul(each)
            }
            Self::Sum => {
                check_sum(args)?;
                return read().map(|_| ());
            }
        };
        budget.pay(more)
    }
}

/// The largest whole number in a value or in named arguments.
fn largest(value: &Value) -> Option<usize> {
    match value.kind() {
        ValueKind::Map => {
            let pairs = value.as_object()?.try_iter_pairs()?;
            pairs.filter_map(|(_, value)| value.as_usize()).max()
        }
        _ => value.as_usize(),
    }
}

/// Refuses large widths: they make long texts from short ones.
fn check_format(format: &str) -> Result<(), Error> {
    let is_wide = format.split('%').skip(1).any(|place| {
        let spec = place.split(|c: char| c.is_alphabetic()).next().unwrap_or_default();
        spec.contains('*') || spec.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() > 2)
    });
    if is_wide {
        return Err(refused("`format` accepts widths and precisions of at most two digits"));
    }
    Ok(())
}

/// Refuses to add up texts and lists: each sum would copy the one before.
fn check_sum(args: &[Value]) -> Result<(), Error> {
    let (_, _, start, kwargs): (&Value, Option<&str>, Option<Value>, Kwargs) = from_args(args)?;
    let start = start.map_or_else(|| kwargs.get::<Option<Value>>("start"), |start| Ok(Some(start)))?;
    if start.is_some_and(|start| !start.is_number()) {
        return Err(refused("`sum` adds up numbers; for texts, write `| join`"));
    }
    Ok(())
}
