//! The handle to one step that its fields share.

use leptos::prelude::*;
use sluice_types::{Finding, LlmStep, Step, StepId, StepKind};
use sluice_web_state::editor::{Edit, StepField};

use super::model::{Builder, PendingInput, PositionedStep};

/// A step's fields: how they are read, and how they are changed.
#[derive(Clone, Copy)]
pub struct StepForm {
    /// The builder that it belongs to.
    pub builder: Builder,
    id: StoredValue<StepId>,
    positioned: Memo<Option<PositionedStep>>,
    index: Memo<usize>,
}

impl StepForm {
    /// The form of a step.
    pub fn new(builder: Builder, id: StepId, positioned: Memo<Option<PositionedStep>>, index: Memo<usize>) -> Self {
        Self { builder, id: StoredValue::new(id), positioned, index }
    }

    /// The step's id.
    pub fn id(self) -> StepId {
        self.id.get_value()
    }

    /// Where it stands.
    pub fn index(self) -> usize {
        self.index.get()
    }

    /// Something of the step, told again only when it changes.
    pub fn read<T>(self, read: impl Fn(&Step) -> T + Send + Sync + 'static) -> Memo<T>
    where
        T: PartialEq + Default + Send + Sync + 'static,
    {
        Memo::new(move |_| {
            self.positioned
                .with(|positioned| positioned.as_ref().map(|positioned| read(&positioned.step)).unwrap_or_default())
        })
    }

    /// The pending input of a field: typed, not yet valid.
    pub fn typed(self, field: &str) -> PendingInput {
        self.builder.typed(Some(&self.id()), field)
    }

    /// Changes a field.
    pub fn set(self, field: StepField) {
        self.builder.edit(Edit::UpdateStep { id: self.id(), field });
    }

    /// The lint findings of a field.
    pub fn found(self, field: &'static str) -> Memo<Vec<Finding>> {
        Memo::new(move |_| {
            self.builder.analysis.with(|analysis| {
                analysis.findings.step(self.index.get()).map(|step| step.field(field).to_vec()).unwrap_or_default()
            })
        })
    }
}

/// The model's part of a step; none of a review.
pub fn llm(step: &Step) -> Option<&LlmStep> {
    match &step.kind {
        StepKind::Llm(llm) => Some(llm),
        StepKind::Review(_) => None,
    }
}
