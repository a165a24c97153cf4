//! The texts of a step that name things: templates and expressions.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{ConditionalStep, LoopStep, ParallelStep, Step, StepKind};
use crate::json::escape;

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
    /// The fields that are templates, with their JSON pointers as in [`StepText::field`].
    #[must_use]
    pub fn templates(&self) -> Vec<(Cow<'static, str>, &str)> {
        match &self.kind {
            StepKind::Llm(llm) => {
                let mut all = vec![("prompt".into(), llm.prompt.as_str())];
                all.extend(llm.system_prompt.as_deref().map(|text| ("system_prompt".into(), text)));
                all
            }
            StepKind::Agent(agent) => {
                let mut all = vec![("prompt".into(), agent.prompt.as_str())];
                all.extend(agent.instructions.as_deref().map(|text| ("instructions".into(), text)));
                all
            }
            StepKind::Tool(tool) => {
                let mut all = Vec::new();
                texts_of_map("arguments", &tool.arguments, &mut all);
                all
            }
            StepKind::Review(review) => vec![("instructions".into(), review.instructions.as_str())],
            StepKind::Parallel(_) | StepKind::Conditional(_) | StepKind::Loop(_) | StepKind::Unknown(_) => Vec::new(),
        }
    }

    /// The same fields, to rewrite them.
    pub fn templates_mut(&mut self) -> Vec<&mut String> {
        match &mut self.kind {
            StepKind::Llm(llm) => {
                let mut all = vec![&mut llm.prompt];
                all.extend(llm.system_prompt.as_mut());
                all
            }
            StepKind::Agent(agent) => {
                let mut all = vec![&mut agent.prompt];
                all.extend(agent.instructions.as_mut());
                all
            }
            StepKind::Tool(tool) => {
                let mut all = Vec::new();
                tool.arguments.values_mut().for_each(|value| texts_mut_of(value, &mut all));
                all
            }
            StepKind::Review(review) => vec![&mut review.instructions],
            StepKind::Parallel(_) | StepKind::Conditional(_) | StepKind::Loop(_) | StepKind::Unknown(_) => Vec::new(),
        }
    }

    /// All templates and expressions of the step, without those of steps inside it. A missing expression is left out.
    #[must_use]
    pub fn texts(&self) -> Vec<StepText<'_>> {
        let templates = self.templates().into_iter().map(|(field, source)| StepText {
            field,
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
            StepKind::Llm(_) | StepKind::Review(_) | StepKind::Tool(_) | StepKind::Agent(_) | StepKind::Unknown(_) => {
                Vec::new()
            }
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
            StepKind::Llm(_) | StepKind::Review(_) | StepKind::Tool(_) | StepKind::Agent(_) | StepKind::Unknown(_) => {
                Vec::new()
            }
        }
    }
}

/// The texts in a value, with their JSON pointers behind that of the value.
fn texts_of<'v>(at: &str, value: &'v Value, all: &mut Vec<(Cow<'static, str>, &'v str)>) {
    match value {
        Value::String(text) => all.push((at.to_owned().into(), text)),
        Value::Array(items) => {
            for (position, item) in items.iter().enumerate() {
                texts_of(&format!("{at}/{position}"), item, all);
            }
        }
        Value::Object(fields) => texts_of_map(at, fields, all),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn texts_of_map<'v>(at: &str, fields: &'v Map<String, Value>, all: &mut Vec<(Cow<'static, str>, &'v str)>) {
    for (name, value) in fields {
        texts_of(&format!("{at}/{}", escape(name)), value, all);
    }
}

fn texts_mut_of<'v>(value: &'v mut Value, all: &mut Vec<&'v mut String>) {
    match value {
        Value::String(text) => all.push(text),
        Value::Array(items) => items.iter_mut().for_each(|item| texts_mut_of(item, all)),
        Value::Object(fields) => fields.values_mut().for_each(|field| texts_mut_of(field, all)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
