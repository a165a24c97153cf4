//! The handle to one step that its fields share.

use leptos::prelude::*;
use sluice_types::edit::{Edit, StepField};
use sluice_types::{LlmStep, Step, StepId, StepKind};
use sluice_web_state::editor::LocatedFinding;
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
