//! The state of the page that starts runs.

use leptos::prelude::*;
use serde_json::Value;
use sluice_types::{Definition, Estimate, Index, LintReport, TemplateInput, Workflow, WorkflowId, lint};
use sluice_web_state::editor::lint_context;
use sluice_web_state::input::{InputError, InputForm};

use super::kept_input::KeptInput;
use crate::api::ApiError;
use crate::browser::clock::{now_ms, utc};
use crate::pages::run::unsent::take_handed_over_input;
use crate::session::Session;

/// The workflow to run, and the typed input and options.
#[derive(Clone, Copy)]
pub struct StartState {
    /// The workflow.
    pub id: StoredValue<WorkflowId>,
    /// Where the steps of its definition stand.
    pub index: StoredValue<Index>,
    is_active: bool,
    /// The input, as it is written.
    pub form: RwSignal<InputForm>,
    /// The budget, as it is typed.
    pub budget: RwSignal<String>,
    /// Whether reviews are skipped.
    pub yolo: RwSignal<bool>,
    /// The input to start with, or what is wrong with it.
    pub value: Memo<Result<Value, InputError>>,
    /// The lint report of the definition.
    pub report: Memo<LintReport>,
    /// Whether something was typed or tried, so that what is missing may be said.
    pub touched: RwSignal<bool>,
    /// Why the start was refused.
    pub error: RwSignal<Option<ApiError>>,
    /// The estimated cost of the run.
    pub estimate: RwSignal<Option<Estimate>>,
    /// Whether the input is that of an earlier run.
    pub is_again: bool,
}

impl StartState {
    /// The form as it was left, or with the input of an earlier run.
    pub fn new(workflow: &Workflow, described: &[TemplateInput]) -> Self {
        let mut form = InputForm::new(described, &workflow.definition);
        let kept = KeptInput::load(&workflow.id);
        if let Some(kept) = &kept {
            kept.fill(&mut form);
        }
        let again = take_handed_over_input(workflow.id.as_str());
        if let Some(input) = &again {
            form.fill(input);
        }
        let form = RwSignal::new(form);
        let budget = RwSignal::new(kept.map(|kept| kept.budget).unwrap_or_default());
        let id = workflow.id.clone();
        let definition = StoredValue::new(workflow.definition.clone());
        let mut before = None;
        Effect::new(move || {
            let now = form.with(|form| KeptInput::of(form, &budget.read()));
            if before.as_ref().is_some_and(|before| *before != now) {
                now.save(&id);
            }
            before = Some(now);
        });
        Self {
            id: StoredValue::new(workflow.id.clone()),
            is_active: workflow.is_active,
            yolo: RwSignal::new(workflow.definition.yolo),
            index: StoredValue::new(Index::of(&workflow.definition)),
            form,
            budget,
            value: Memo::new(move |_| form.with(InputForm::value)),
            report: report_of(definition),
            touched: RwSignal::new(again.is_some()),
            error: RwSignal::new(None),
            estimate: RwSignal::new(None),
            is_again: again.is_some(),
        }
    }

    /// Why no run can be started, whatever the input.
    pub fn blocked(self) -> Option<&'static str> {
        if !self.is_active {
            return Some("The workflow is switched off. Switch it on in the builder to run it.");
        }
        let empty = self.index.with_value(|index| index.places().is_empty());
        if empty {
            return Some("The workflow has no steps yet. Add one in the builder.");
        }
        self.report
            .with(|report| !report.valid)
            .then_some("The workflow cannot run as it is. Fix in the builder what is listed above.")
    }
}

fn report_of(definition: StoredValue<Definition>) -> Memo<LintReport> {
    let session = expect_context::<Session>();
    Memo::new(move |_| {
        let (providers, personas) = (session.providers.get(), session.personas.get());
        let context = lint_context(providers.as_deref(), personas.as_deref(), Some(utc(now_ms()).date_naive()));
        definition.with_value(|definition| lint(definition, &context, None))
    })
}
