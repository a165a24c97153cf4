//! The fields of a review: instructions, shown texts, expiry.

use leptos::prelude::*;
use sluice_types::edit::ReviewField;
use sluice_types::{OnExpiry, ReviewStep, Step, StepId, StepKind};
use sluice_web_state::editor::{parse_expires_in, visible};

use super::fields::{ChoiceField, ParsedField};
use super::findings::Found;
use super::prompt_editor::PromptEditor;
use super::step_fields::newer_word;
use super::step_form::StepForm;

fn review(step: &Step) -> Option<&ReviewStep> {
    match &step.kind {
        StepKind::Review(review) => Some(review),
        StepKind::Llm(_)
        | StepKind::Agent(_)
        | StepKind::Tool(_)
        | StepKind::Parallel(_)
        | StepKind::Conditional(_)
        | StepKind::Loop(_)
        | StepKind::Unknown(_) => None,
    }
}

/// The fields of a review: instructions, shown texts, expiry.
#[component]
pub fn ReviewFields(form: StepForm) -> impl IntoView {
    let instructions = form.read(|step| review(step).map(|review| review.instructions.clone()).unwrap_or_default());
    let expires_in = form.read(|step| review(step).and_then(|review| review.expires_in));
    let on_expiry = form.read(|step| review(step).and_then(|review| review.on_expiry.clone()));
    let decide = move |value: String| form.set(ReviewField::OnExpiry(Some(OnExpiry::from(value))));
    let decision = Signal::derive(move || String::from(on_expiry.get().unwrap_or(OnExpiry::Reject)));
    view! {
        <PromptEditor
            form
            field=Signal::stored("instructions".to_owned())
            label="Instructions"
            hint="What the reviewer is asked to look at."
            text=instructions
            on_change=move |text| form.set(ReviewField::Instructions(text))
        />
        <Shows form />
        <Found findings=form.found(Signal::stored("shows".to_owned())) builder=form.builder />
        <div class="step-fields">
            <ParsedField
                id=form.field_id("expires_in")
                label="Expires after"
                hint="As 30m, 2h or 7d"
                placeholder="never"
                value=expires_in
                typed=form.typed("expires_in")
                read=parse_expires_in
                show=|seconds| format!("{seconds}s")
                on_change=move |value| form.set(ReviewField::ExpiresIn(value))
            />
            <ChoiceField label="When it expires" value=decision on_choose=decide>
                <option value="reject">"Reject: the run fails"</option>
                <option value="approve">"Approve: the run goes on"</option>
                {move || newer_word(decision.get(), OnExpiry::WORDS)}
            </ChoiceField>
        </div>
    }
}

/// The steps whose outputs are reviewed: those before this one, to be ticked.
#[component]
fn Shows(form: StepForm) -> impl IntoView {
    let shown = form.read(|step| review(step).map(|review| review.shows.clone()).unwrap_or_default());
    let before = Memo::new(move |_| form.builder.index.with(|index| visible(index, &form.id())));
    let tick = move |id: StepId, on: bool| {
        let order = before.get_untracked();
        let mut ticked = shown.get_untracked();
        ticked.retain(|ticked| *ticked != id);
        if on {
            ticked.push(id);
        }
        ticked.sort_by_key(|id| order.iter().position(|(before, _)| before == id));
        form.set(ReviewField::Shows(ticked));
    };
    view! {
        <fieldset class="ticks">
            <legend class="label">"Shows the output of"</legend>
            <For each=move || before.get() key=|(id, label)| format!("{id} {label}") let((id, label))>
                <Tick id label shown on_tick=move |(id, on)| tick(id, on) />
            </For>
            <p class="small muted">"The nearest prompt above, when none is ticked."</p>
        </fieldset>
    }
}

#[component]
fn Tick(
    id: StepId,
    label: String,
    shown: Memo<Vec<StepId>>,
    #[prop(into)] on_tick: Callback<(StepId, bool)>,
) -> impl IntoView {
    let key = id.clone();
    view! {
        <label class="tick">
            <input
                type="checkbox"
                prop:checked=move || shown.with(|shown| shown.contains(&key))
                on:change:target=move |event| on_tick.run((id.clone(), event.target().checked()))
            />
            {label}
        </label>
    }
}
