//! The texts of a step that name things: templates and expressions.

use std::borrow::Cow;

use super::{ConditionalStep, LoopStep, ParallelStep, Step, StepKind};

/// Language of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Text with `{{ … }}`, `{% … %}` and `${ … }`.
    Template,
    /// One expression, as it stands between the braces of a template.
    Expression,
}

/// A text of a step that can name other steps, the input and more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepText<'s> {
    /// JSON pointer of the field, relative to the step and without its first `/`: `prompt`, `cases/0/when`.
    pub field: Cow<'static, str>,
    /// Its language.
    pub language: Language,
    /// The text.
    pub source: &'s str,
}

/// The field whose expression is evaluated at the end of each round of a loop.
pub(crate) const UNTIL: &str = "until";

impl Step {
    /// All templates and expressions of the step, without those of steps inside it. A missing expression is left out.
    #[must_use]
    pub fn texts(&self) -> Vec<StepText<'_>> {
        let templates = self.templates().into_iter().map(|(field, source)| StepText {
            field: Cow::Borrowed(field),
            language: Language::Template,
            source,
        });
        templates.chain(self.expressions()).collect()
    }

    /// The expressions: `when` of each case, `until`, `for_each`.
    #[must_use]
    pub fn expressions(&self) -> Vec<StepText<'_>> {
        let expression = |field: Cow<'static, str>, source| StepText { field, language: Language::Expression, source };
        let mut all: Vec<StepText<'_>> = match &self.kind {
            StepKind::Parallel(ParallelStep { for_each, .. }) => {
                for_each.iter().map(|source| expression("for_each".into(), source)).collect()
            }
            StepKind::Conditional(ConditionalStep { cases, .. }) => {
                let cases = cases.iter().enumerate();
                cases.map(|(at, case)| expression(format!("cases/{at}/when").into(), &case.when)).collect()
            }
            StepKind::Loop(LoopStep { until, .. }) => vec![expression(UNTIL.into(), until)],
            StepKind::Llm(_) | StepKind::Review(_) | StepKind::Unknown(_) => Vec::new(),
        };
        all.retain(|text| !text.source.trim().is_empty());
        all
    }

    /// All templates and expressions, to rewrite them.
    pub fn texts_mut(&mut self) -> Vec<(Language, &mut String)> {
        if !self.kind.is_container() {
            return self.templates_mut().into_iter().map(|source| (Language::Template, source)).collect();
        }
        match &mut self.kind {
            StepKind::Parallel(ParallelStep { for_each, .. }) => {
                for_each.iter_mut().map(|source| (Language::Expression, source)).collect()
            }
            StepKind::Conditional(ConditionalStep { cases, .. }) => {
                cases.iter_mut().map(|case| (Language::Expression, &mut case.when)).collect()
            }
            StepKind::Loop(LoopStep { until, .. }) => vec![(Language::Expression, until)],
            StepKind::Llm(_) | StepKind::Review(_) | StepKind::Unknown(_) => Vec::new(),
        }
    }
}
