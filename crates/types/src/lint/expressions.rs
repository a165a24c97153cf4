//! What expressions are and do: conditions that never change, cases that are never reached, items that are no list.

use std::collections::HashSet;

use serde_json::Value;

use super::report::{Findings, LintFix, Severity};
use crate::block::{BlockAddress, Slot};
use crate::definition::{AgentStep, ConditionalStep, Definition, InputType, LlmStep, ParallelStep, StepKind, StepText};
use crate::index::{Index, Place};
use crate::limits::MAX_EXPRESSION_BYTES;
use crate::scope::{NameScope, Resolution};
use crate::template::{Locals, Reading, Reference, Root};

pub(super) fn check(definition: &Definition, index: &Index, findings: &mut Findings) {
    let kinds = Kinds { definition, index };
    for place in index.places() {
        for text in place.step.expressions() {
            check_form(place, &text, findings);
        }
        match &place.step.kind {
            StepKind::Parallel(parallel) => kinds.check_items(place, parallel, findings),
            StepKind::Conditional(conditional) => kinds.check_cases(place, conditional, findings),
            StepKind::Loop(_) => kinds.check_until(place, findings),
            StepKind::Llm(_) | StepKind::Review(_) | StepKind::Tool(_) | StepKind::Agent(_) | StepKind::Unknown(_) => {}
        }
    }
}

fn check_form(place: &Place, text: &StepText<'_>, findings: &mut Findings) {
    let pointer = format!("{}/{}", place.pointer, text.field);
    if text.source.len() > MAX_EXPRESSION_BYTES {
        let message = format!("at most {MAX_EXPRESSION_BYTES} bytes, not {}", text.source.len());
        return findings.error(pointer, "expression_too_long", message);
    }
    let bare = text.source.trim();
    let inside = bare.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
    let inside = inside.or_else(|| bare.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')));
    if let Some(inside) = inside.filter(|inside| !inside.contains(['{', '}'])) {
        let message = "an expression has no braces around it: it stands for what is between them";
        let fix = LintFix { title: "Remove the braces".into(), pointer: pointer.clone(), value: inside.trim().into() };
        findings.add(Severity::Error, pointer, "expression_in_braces", message, Some(fix));
    }
}

const TRUE: [&str; 2] = ["true", "True"];
const FALSE: [&str; 2] = ["false", "False"];

/// What an expression makes, where it is only the name of something known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Object,
    List,
    Other,
}

impl Kind {
    const fn told(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Object => "an object",
            Self::List => "a list",
            Self::Other => "something else",
        }
    }

    const fn of_input(input_type: &InputType) -> Self {
        match input_type {
            InputType::Text | InputType::LongText | InputType::Choice => Self::Text,
            InputType::List => Self::List,
            InputType::Number | InputType::YesNo | InputType::Json | InputType::Unknown(_) => Self::Other,
        }
    }

    fn of_schema(schema: Option<&Value>) -> Self {
        match schema.and_then(|schema| schema.get("type")).and_then(Value::as_str) {
            Some("string") => Self::Text,
            Some("object") => Self::Object,
            Some("array") => Self::List,
            _ => Self::Other,
        }
    }
}

/// The kinds of expressions of a definition.
struct Kinds<'a> {
    definition: &'a Definition,
    index: &'a Index,
}

impl Kinds<'_> {
    /// A loop whose condition has the same value after each round runs once, or as often as it may.
    fn check_until(&self, place: &Place, findings: &mut Findings) {
        let index = self.index;
        let expressions = place.step.expressions();
        let Some(text) = expressions.first().filter(|text| text.source.len() <= MAX_EXPRESSION_BYTES) else { return };
        let Ok(reading) = Reading::expression(text.source, index.names()) else { return };
        let names = index.scope_after_round(place);
        self.check_condition(&names, format!("{}/until", place.pointer), text.source.trim(), findings);
        let body = BlockAddress::Inner { parent: place.step.id.clone(), slot: Slot::Body };
        let changes = |reference: &Reference| match names.resolve(&reference.name) {
            Resolution::Visible(target) => target.block == body,
            Resolution::Around(container) => container.step.id == place.step.id,
            // Another finding tells.
            Resolution::Later(_) | Resolution::Hidden(_) | Resolution::Unknown => true,
        };
        let mut references = reading.references().iter().filter(|reference| reference.root == Root::Steps);
        let counts_rounds = reading.locals_used().iter().any(|name| Locals::ROUND.contains(name));
        if !counts_rounds && !references.any(changes) {
            let message = "this is the same after each round: name a step of the loop, `iteration` or `previous`, or the loop runs once or as often as it may";
            findings.warning(format!("{}/until", place.pointer), "until_never_changes", message);
        }
    }

    /// A condition is true or false: a run that tests anything else fails.
    fn check_condition(&self, names: &NameScope<'_>, pointer: String, source: &str, findings: &mut Findings) {
        let kind = self.kind_of(names, source);
        if matches!(kind, Kind::Text | Kind::Object | Kind::List) {
            let message =
                format!("this is {}, and neither true nor false: compare it, as in `{source} == \"…\"`", kind.told());
            findings.error(pointer, "not_a_condition", message);
        }
    }

    /// Cases that no run reaches: behind one that is always true, or with the condition of an earlier one.
    fn check_cases(&self, place: &Place, conditional: &ConditionalStep, findings: &mut Findings) {
        let mut seen = HashSet::new();
        let mut always: Option<&str> = None;
        for (position, case) in conditional.cases.iter().enumerate() {
            let when = case.when.trim();
            let pointer = format!("{}/cases/{position}", place.pointer);
            let mut warn = |message: String| findings.warning(&pointer, "unreachable_case", message);
            if let Some(before) = always {
                warn(format!("the case `{before}` before it is always true: this one is never taken"));
            } else if !when.is_empty() && !seen.insert(when) {
                warn("an earlier case has the same `when`: this one is never taken".into());
            } else if FALSE.contains(&when) {
                warn("its `when` is never true".into());
            } else if TRUE.contains(&when) {
                always = Some(case.name.as_str());
            }
            self.check_condition(&self.index.scope(place), format!("{pointer}/when"), when, findings);
        }
        if let (Some(before), true) = (always, conditional.otherwise.is_some()) {
            let message = format!("the case `{before}` is always true: this is never taken");
            findings.warning(format!("{}/otherwise", place.pointer), "unreachable_case", message);
        }
    }

    fn check_items(&self, place: &Place, parallel: &ParallelStep, findings: &mut Findings) {
        let Some(source) = parallel.for_each.as_deref().map(str::trim).filter(|text| !text.is_empty()) else { return };
        let kind = self.kind_of(&self.index.scope(place), source);
        let (message, fix) = match kind {
            Kind::Text => {
                let lines = format!("{source} | lines");
                let message = format!(
                    "this is a text, and no list: take its lines, `{lines}`, or use a list: of a step with an `output_schema`, or an input of the type `list`"
                );
                (message, Some(("Run for each line", lines)))
            }
            Kind::Object => {
                let message = "this is an object, and no list: name a list in it, or take its values: `… | items`";
                (message.to_owned(), None)
            }
            Kind::List | Kind::Other => return,
        };
        let pointer = format!("{}/for_each", place.pointer);
        let fix =
            fix.map(|(title, value)| LintFix { title: title.into(), pointer: pointer.clone(), value: value.into() });
        findings.add(Severity::Error, pointer, "for_each_no_list", message, fix);
    }

    fn kind_of(&self, names: &NameScope<'_>, source: &str) -> Kind {
        let only = || {
            let source = Some(source).filter(|source| source.len() <= MAX_EXPRESSION_BYTES)?;
            Reading::expression(source, self.index.names()).ok()?.only_reference().cloned()
        };
        let Some(reference) = only() else { return Kind::Other };
        match reference.root {
            Root::Steps => {}
            Root::Input => {
                let declared = self.definition.input_field(&reference.name).filter(|_| reference.field.is_none());
                return declared.map_or(Kind::Other, |field| Kind::of_input(&field.input_type));
            }
            Root::Context => return Kind::Other,
        }
        match names.resolve(&reference.name) {
            Resolution::Visible(target) => kind_of_step(target, reference.field.as_deref()),
            Resolution::Later(_) | Resolution::Hidden(_) | Resolution::Around(_) | Resolution::Unknown => Kind::Other,
        }
    }
}

fn kind_of_step(target: &Place, field: Option<&str>) -> Kind {
    match (&target.step.kind, field) {
        (
            StepKind::Llm(LlmStep { output_schema, .. }) | StepKind::Agent(AgentStep { output_schema, .. }),
            Some("output"),
        ) => match output_schema {
            None => Kind::Text,
            Some(schema) => Kind::of_schema(Some(schema)),
        },
        (_, Some("content"))
        | (StepKind::Review(_), Some("decision" | "comment"))
        | (StepKind::Conditional(_), Some("case")) => Kind::Text,
        (
            StepKind::Llm(LlmStep { output_schema, .. }) | StepKind::Agent(AgentStep { output_schema, .. }),
            Some(field),
        ) => {
            let properties = output_schema.as_ref().and_then(|schema| schema.get("properties"));
            Kind::of_schema(properties.and_then(|properties| properties.get(field)))
        }
        (StepKind::Parallel(parallel), Some("output")) if parallel.branches.is_empty() => Kind::List,
        (StepKind::Loop(_), Some("outputs")) => Kind::List,
        (_, None) | (StepKind::Review(_) | StepKind::Parallel(_), Some("output")) => Kind::Object,
        (
            StepKind::Review(_)
            | StepKind::Tool(_)
            | StepKind::Parallel(_)
            | StepKind::Conditional(_)
            | StepKind::Loop(_)
            | StepKind::Unknown(_),
            Some(_),
        ) => Kind::Other,
    }
}
