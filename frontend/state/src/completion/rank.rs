//! Ranks names by their match with the typed text.

/// Quality of a match, best first. Matching ignores case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// It begins with it.
    Start,
    /// One of its words does.
    Word,
    /// It holds it.
    Part,
    /// It holds its characters in this order.
    Scattered,
}

/// The match of `typed` with `name`; `None` without a match. The empty text matches every name.
pub(super) fn fit(name: &str, typed: &str) -> Option<Fit> {
    let (name, typed) = (name.to_lowercase(), typed.trim_end().to_lowercase());
    if name.starts_with(&typed) {
        return Some(Fit::Start);
    }
    if name.split(|c: char| !c.is_alphanumeric()).any(|word| word.starts_with(&typed)) {
        return Some(Fit::Word);
    }
    if name.contains(&typed) {
        return Some(Fit::Part);
    }
    let mut rest = name.chars();
    typed.chars().filter(|c| !c.is_whitespace()).all(|c| rest.any(|other| other == c)).then_some(Fit::Scattered)
}
