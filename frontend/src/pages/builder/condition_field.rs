//! A condition: as a form, or as the expression that the form writes.

use leptos::prelude::*;
use sluice_types::Language;
use sluice_web_state::condition;

use super::condition_form::ConditionForm;
use super::findings::Found;
use super::model::field_id;
use super::prompt_editor::PromptEditor;
use super::step_form::StepForm;
use super::step_list::StepNames;
use crate::components::{Button, Segments};

/// How a condition is edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Form,
    Expression,
}

/// A field for an expression that is true or false.
#[component]
pub fn ConditionField(
    form: StepForm,
    /// The field of the step, as findings name it.
    #[prop(into)]
    field: Signal<String>,
    #[prop(into)] label: String,
    #[prop(into)] text: Signal<String>,
    #[prop(into)] on_change: Callback<String>,
) -> impl IntoView {
    let builder = form.builder;
    let StepNames(names) = expect_context();
    let can_show = move || {
        let text = text.get();
        text.trim().is_empty()
            || names.with(|names| {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                condition::read(&text, &names).is_some()
            })
    };
    let way = RwSignal::new(if untrack(can_show) { Way::Form } else { Way::Expression });
    // The form does not take the place of a text that is being typed.
    let refused = RwSignal::new(false);
    let choose = move |chosen| {
        refused.set(chosen == Way::Form && !untrack(can_show));
        way.set(chosen);
    };
    let shows_form = Memo::new(move |_| way.get() == Way::Form && !refused.get() && can_show());
    let findings = form.found(field);
    let group = label.clone();
    view! {
        <div class="condition" role="group" aria-label=group.clone()>
            <div class="row wrap between">
                <span class="label">{label.clone()}</span>
                <Segments
                    label=["How to edit: ", &group].concat()
                    choices=vec![(Way::Form, "Form"), (Way::Expression, "Expression")]
                    chosen=Signal::derive(move || way.get())
                    on_choose=choose
                />
            </div>
            {move || {
                let label = label.clone();
                if shows_form.get() {
                    view! {
                        // A problem leads here.
                        <div id=move || field_id(&form.id(), &field.get()) tabindex="-1">
                            <ConditionForm form field text on_change />
                        </div>
                        <Found findings builder />
                    }
                        .into_any()
                } else {
                    view! {
                        <PromptEditor
                            form
                            field
                            label
                            hint=HINT
                            language=Language::Expression
                            text
                            on_change
                        />
                        <Show when=move || way.get() == Way::Form>
                            <p class="hint">
                                {move || if can_show() { "" } else { "The form cannot show this expression. Edit it here." }}
                            </p>
                            <Show when=can_show>
                                <div>
                                    <Button small=true on_press=move |_| refused.set(false)>
                                        "Show the form"
                                    </Button>
                                </div>
                            </Show>
                        </Show>
                    }
                        .into_any()
                }
            }}
        </div>
    }
}

const HINT: &str = "As steps.Score.output.score >= 4 and not input.draft";
