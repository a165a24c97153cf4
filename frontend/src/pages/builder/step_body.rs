//! The fields of one step.

use leptos::prelude::*;
use sluice_types::{StepId, StepKind, StepType};

use super::common_fields::CommonFields;
use super::label_field::LabelField;
use super::llm_fields::LlmFields;
use super::model::{Builder, Placed, Typed};
use super::review_fields::ReviewFields;
use crate::browser::memo::{Memo, memo};
use crate::browser::stored::StoredValue;
use crate::components::{Icon, Segments, Switch};
use crate::state::editor::{Edit, StepField};
use sluice_types::{Finding, Severity, Step};

/// A step's fields: how they are read, and how they are changed.
#[derive(Clone, Copy)]
pub struct StepForm {
    /// The builder that it belongs to.
    pub builder: Builder,
    id: StoredValue<StepId>,
    placed: Memo<Option<Placed>>,
    index: Memo<usize>,
}

impl StepForm {
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
        memo(move || self.placed.with(|placed| placed.as_ref().map(|placed| read(&placed.step)).unwrap_or_default()))
    }

    /// What is typed in a field, until it can be taken.
    pub fn typed(self, field: &str) -> Typed {
        self.builder.typed(Some(&self.id()), field)
    }

    /// Changes a field.
    pub fn set(self, field: StepField) {
        self.builder.edit(Edit::UpdateStep { id: self.id(), field });
    }

    /// What the lint found in a field.
    pub fn found(self, field: &'static str) -> Memo<Vec<Finding>> {
        memo(move || {
            self.builder.analysis.with(|analysis| {
                analysis.findings.step(self.index.get()).map(|step| step.field(field).to_vec()).unwrap_or_default()
            })
        })
    }
}

/// All fields of a step.
#[component]
pub fn StepBody(builder: Builder, placed: Memo<Option<Placed>>, index: Memo<usize>, id: StepId) -> impl IntoView {
    let form = StepForm { builder, id: StoredValue::new(id), placed, index };
    let is_review = form.read(|step| matches!(step.kind, StepKind::Review(_)));
    let enabled = form.read(|step| step.enabled);
    let step_type = Signal::derive(move || if is_review.get() { StepType::Review } else { StepType::Llm });
    view! {
        <div class="step-body">
            <div class="row wrap between">
                <Segments
                    label="Kind of step"
                    choices=vec![(StepType::Llm, "Prompt"), (StepType::Review, "Review")]
                    chosen=step_type
                    on_choose=move |chosen| form.set(StepField::Type(chosen))
                />
                <Switch label="Enabled" on=enabled on_change=move |on| form.set(StepField::Enabled(on)) />
            </div>
            <LabelField form />
            {move || if is_review.get() {
                view! { <ReviewFields form /> }.into_any()
            } else {
                view! { <LlmFields form /> }.into_any()
            }}
            <CommonFields form />
            <Found findings=form.found("") builder />
        </div>
    }
}

/// What the lint found, each with its fix where there is one.
#[component]
pub fn Found(#[prop(into)] findings: Signal<Vec<Finding>>, builder: Builder) -> impl IntoView {
    let item = move |finding| view! { <FoundItem finding builder /> };
    view! {
        <ul class="findings" hidden=move || findings.with(Vec::is_empty)>
            {move || findings.get().into_iter().map(item).collect_view()}
        </ul>
    }
}

/// One finding, in a list of them.
#[component]
pub fn FoundItem(finding: Finding, builder: Builder) -> impl IntoView {
    let (class, icon) = match finding.severity {
        Severity::Error => ("finding error", icondata_lu::LuCircleAlert),
        Severity::Warning => ("finding warning", icondata_lu::LuTriangleAlert),
        Severity::Info => ("finding", icondata_lu::LuInfo),
    };
    let fix = finding.fix.map(|fix| {
        let title = fix.title.clone();
        let apply = move |_| {
            builder.edit(Edit::ApplyFix(fix.clone()));
        };
        view! { <button type="button" class="link" on:click=apply>{title}</button> }
    });
    view! {
        <li class=class>
            <Icon icon />
            <span>{finding.message} " " {fix}</span>
        </li>
    }
}
