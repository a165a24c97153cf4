//! The handle to one step that its fields share.

use leptos::prelude::*;
use sluice_types::edit::{Edit, StepField};
use sluice_types::{LlmStep, Severity, Step, StepId, StepKind};
use sluice_web_state::editor::{Counts, FieldAt, LocatedFinding, count};
use sluice_web_state::shared::Shared;

use super::model::{Builder, PendingInput, field_id};

/// A step's fields: how they are read, and how they are changed.
#[derive(Clone, Copy)]
pub struct StepForm {
    /// The builder that it belongs to.
    pub builder: Builder,
    id: StoredValue<StepId>,
    step: Memo<Option<Shared<Step>>>,
}

impl StepForm {
    /// The form of a step.
    pub fn new(builder: Builder, id: StepId, step: Memo<Option<Shared<Step>>>) -> Self {
        Self { builder, id: StoredValue::new(id), step }
    }

    /// The step's id.
    pub fn id(self) -> StepId {
        self.id.get_value()
    }

    /// The id of the element of a field.
    pub fn field_id(self, field: &str) -> String {
        field_id(&self.id(), field)
    }

    /// Something of the step, told again only when it changes.
    pub fn read<T>(self, read: impl Fn(&Step) -> T + Send + Sync + 'static) -> Memo<T>
    where
        T: PartialEq + Default + Send + Sync + 'static,
    {
        Memo::new(move |_| self.step.with(|step| step.as_ref().map(|step| read(step)).unwrap_or_default()))
    }

    /// The pending input of a field: typed, not yet valid.
    pub fn typed(self, field: &str) -> PendingInput {
        self.builder.typed(Some(&self.id()), field)
    }

    /// Changes a field.
    pub fn set(self, field: impl Into<StepField>) {
        self.builder.edit(Edit::UpdateStep { id: self.id(), field: field.into() });
    }

    /// The lint findings of a field.
    pub fn found(self, field: impl Into<Signal<String>>) -> Memo<Vec<LocatedFinding>> {
        let field = field.into();
        Memo::new(move |_| {
            let field = field.get();
            self.builder.analysis.with(|analysis| self.id.with_value(|id| analysis.findings.of_field(id, &field)))
        })
    }

    /// What was found in some fields: by the lint, and input that cannot be taken.
    pub fn counts_in(self, fields: &'static [&'static str]) -> Memo<Counts> {
        let is_in = move |at: Option<&FieldAt>| {
            at.and_then(FieldAt::step)
                .is_some_and(|(step, field)| fields.contains(&field) && self.id.with_value(|id| id == step))
        };
        Memo::new(move |_| {
            let pending = self
                .builder
                .pending_problems
                .with(|all| all.iter().filter(|problem| is_in(Some(&problem.at))).map(|_| 1).sum::<u64>());
            self.builder.analysis.with(|analysis| {
                let of = |severity| {
                    let own = analysis.findings.0.iter().filter(|located| is_in(located.at.as_ref()));
                    count(own.map(|located| &located.finding), severity)
                };
                Counts { errors: of(Severity::Error).saturating_add(pending), warnings: of(Severity::Warning) }
            })
        })
    }

    /// The lint findings of a branch or case.
    pub fn found_in_lane(self, lane: Signal<String>) -> Memo<Vec<LocatedFinding>> {
        Memo::new(move |_| {
            let lane = lane.get();
            self.builder.analysis.with(|analysis| self.id.with_value(|id| analysis.findings.of_lane(id, &lane)))
        })
    }
}

/// The model's part of a step; none of a review.
pub fn llm(step: &Step) -> Option<&LlmStep> {
    match &step.kind {
        StepKind::Llm(llm) => Some(llm),
        StepKind::Review(_)
        | StepKind::Tool(_)
        | StepKind::Agent(_)
        | StepKind::Parallel(_)
        | StepKind::Conditional(_)
        | StepKind::Loop(_)
        | StepKind::Unknown(_) => None,
    }
}
