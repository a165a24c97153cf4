//! Writes the rows of a form as an expression.

use super::{Comparison, Condition, Join, Row};

/// The expression of a condition.
#[must_use]
pub fn write(condition: &Condition) -> String {
    let word = match condition.join {
        Join::All => " and ",
        Join::Any => " or ",
    };
    condition.rows.iter().map(written).collect::<Vec<_>>().join(word)
}

fn written(row: &Row) -> String {
    let (left, right) = (row.left.written(), row.right.written());
    match (row.comparison, row.comparison.sign()) {
        (_, Some(sign)) => format!("{left} {sign} {right}"),
        (Comparison::Contains, None) => format!("{right} in {left}"),
        (Comparison::ContainsNot, None) => format!("{right} not in {left}"),
        (Comparison::HoldsNot, None) => format!("not {left}"),
        (_, None) => left,
    }
}
