//! Conditions as a form: rows of a value, a comparison and a value, joined by “and” or “or”. The form and the text are
//! the same expression; what the form cannot show stays in the text field.

mod operand;
mod read;
mod write;

pub use operand::Operand;
pub use read::read;
pub use write::write;

/// A condition that the form can show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// How the rows are joined.
    pub join: Join,
    /// The rows; there is at least one.
    pub rows: Vec<Row>,
}

/// How rows are joined.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Join {
    /// All of them hold.
    #[default]
    All,
    /// One of them holds.
    Any,
}

/// One comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The value on the left.
    pub left: Operand,
    /// How it is compared.
    pub comparison: Comparison,
    /// The value on the right; of no account for a comparison without one.
    pub right: Operand,
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Comparison {
    /// Equal.
    #[default]
    Is,
    /// Not equal.
    IsNot,
    /// Greater.
    Above,
    /// Greater or equal.
    AtLeast,
    /// Less.
    Below,
    /// Less or equal.
    AtMost,
    /// The left text or list holds the right value.
    Contains,
    /// It does not.
    ContainsNot,
    /// The left value alone is true.
    Holds,
    /// The left value alone is not true.
    HoldsNot,
}

impl Comparison {
    /// All of them, in the order of a list to choose from.
    pub const ALL: [Self; 10] = [
        Self::Is,
        Self::IsNot,
        Self::Above,
        Self::AtLeast,
        Self::Below,
        Self::AtMost,
        Self::Contains,
        Self::ContainsNot,
        Self::Holds,
        Self::HoldsNot,
    ];

    /// What people call it.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Is => "is",
            Self::IsNot => "is not",
            Self::Above => "is greater than",
            Self::AtLeast => "is at least",
            Self::Below => "is less than",
            Self::AtMost => "is at most",
            Self::Contains => "contains",
            Self::ContainsNot => "does not contain",
            Self::Holds => "is true",
            Self::HoldsNot => "is not true",
        }
    }

    /// Whether there is a value on the right.
    #[must_use]
    pub const fn has_right(self) -> bool {
        !matches!(self, Self::Holds | Self::HoldsNot)
    }

    /// The sign between two values, in the order in which they are written.
    const fn sign(self) -> Option<&'static str> {
        match self {
            Self::Is => Some("=="),
            Self::IsNot => Some("!="),
            Self::Above => Some(">"),
            Self::AtLeast => Some(">="),
            Self::Below => Some("<"),
            Self::AtMost => Some("<="),
            Self::Contains | Self::ContainsNot | Self::Holds | Self::HoldsNot => None,
        }
    }
}

#[cfg(test)]
mod tests;
