//! The list of fallback models of a step. A definition may name one twice.

use sluice_types::Fallback;

/// The list with a model at its end; `None` when it is there already.
#[must_use]
pub fn with_fallback(all: &[Fallback], new: Fallback) -> Option<Vec<Fallback>> {
    (!all.contains(&new)).then(|| all.iter().cloned().chain([new]).collect())
}

/// The list without the model at a position; others that are equal to it stay.
#[must_use]
pub fn without_fallback(all: &[Fallback], position: usize) -> Vec<Fallback> {
    all.iter().enumerate().filter(|(at, _)| *at != position).map(|(_, fallback)| fallback.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fallback(model: &str) -> Fallback {
        Fallback { provider: Some("demo".into()), model: model.into(), ..Fallback::default() }
    }

    #[test]
    fn one_of_two_equal_models_is_removed() {
        let all = ["a", "b", "a"].map(fallback);
        assert_eq!(without_fallback(&all, 2), ["a", "b"].map(fallback));
        assert_eq!(without_fallback(&all, 0), ["b", "a"].map(fallback));
        assert_eq!(without_fallback(&all, 9), all);
    }

    #[test]
    fn a_model_is_added_once() {
        let all = ["a"].map(fallback);
        assert_eq!(with_fallback(&all, fallback("a")), None);
        assert_eq!(with_fallback(&all, fallback("b")), Some(vec![fallback("a"), fallback("b")]));
        let of_another = Fallback { model: "a".into(), ..Fallback::default() };
        assert_eq!(with_fallback(&all, of_another.clone()), Some(vec![fallback("a"), of_another]));
    }
}
