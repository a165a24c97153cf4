//! Changing a step for this run, before it runs or before it runs again; and what it runs with.

use leptos::prelude::*;
use leptos::task::spawn_local;
use sluice_types::limits::DEFAULT_OUTPUT_TOKENS;
use sluice_types::{Definition, LlmStep, PatchStep, StepKind, StepPath, StepRunStatus};
use sluice_web_state::actions::step_actions;
use sluice_web_state::changes::{OneOfMany, change_llm, difference, limited, one_of_many};
use sluice_web_state::editor::parse_max_tokens;
use sluice_web_state::model_choice::called;

use super::store::RunStore;
use super::unsent::{change, keep_change};
use crate::api::{self, ApiResult};
use crate::components::{
    Button, ButtonKind, FailureNote, Field, ModelChoice, ModelPicker, PersonaPicker, Segments, Toasts,
};
use crate::session::Session;

/// The model fields of a step as this run has them; empty where its definition is gone.
pub fn llm_of(store: RunStore, path: &StepPath) -> LlmStep {
    match store.step_at(path).map(|step| step.kind.clone()) {
        Some(StepKind::Llm(llm)) => llm,
        Some(StepKind::Agent(agent)) => LlmStep {
            prompt: agent.prompt,
            system_prompt: agent.instructions,
            provider: agent.provider,
            model: agent.model,
            persona_id: agent.persona_id,
            max_tokens: agent.max_tokens,
            reasoning: agent.reasoning,
            ..LlmStep::default()
        },
        Some(
            StepKind::Review(_)
            | StepKind::Tool(_)
            | StepKind::Parallel(_)
            | StepKind::Conditional(_)
            | StepKind::Loop(_)
            | StepKind::Unknown(_),
        )
        | None => LlmStep::default(),
    }
}

/// Which model and persona a step runs with, to read.
#[component]
pub fn StepFacts(store: RunStore, path: StepPath) -> impl IntoView {
    let session = expect_context::<Session>();
    let used = store.watch_step(&path, |step| (step.run.provider.clone(), step.run.model.clone()));
    let overridden = store.watch_step(&path, |step| step.run.overridden);
    let persona = move || {
        let own = llm_of(store, &path).persona_id;
        let id = own.or_else(|| store.definition().and_then(|definition| definition.persona_id.clone()))?;
        let known = session
            .personas
            .get()
            .unwrap_or_default()
            .into_iter()
            .find(|persona| persona.id == id)
            .map(|persona| persona.name);
        Some(known.unwrap_or_else(|| id.to_string()))
    };
    let model = move || {
        let text = used.with(|(provider, model)| called(provider.as_deref(), model.as_deref()));
        (!text.is_empty()).then_some(text)
    };
    view! {
        <p class="facts small muted">
            {move || model().map(|model| view! { <span>"Model: " <span class="mono">{model}</span></span> })}
            {move || persona().map(|persona| view! { <span>"Persona: " {persona}</span> })}
            {move || overridden.get().then(|| view! { <span>"The output was written by a person."</span> })}
        </p>
    }
}

/// The model and prompt of a step, editable while the step may still change.
#[component]
pub fn ChangeStep(store: RunStore, path: StepPath) -> impl IntoView {
    let open = RwSignal::new(false);
    let kept = path.clone();
    // A stored draft is restored as soon as the definition that it changes is loaded.
    Effect::new(move || {
        let Some(change) = store.definition().and_then(|_| change(&store.id(), &kept)) else { return };
        let before = llm_of(store, &kept);
        let mut typed = before.clone();
        change_llm(&mut typed, change);
        // The page may have been left before it heard that the change was saved.
        if difference(&before, &typed) == PatchStep::default() {
            keep_change(&store.id(), &kept, &PatchStep::default());
        } else {
            open.set(true);
        }
    });
    let known = path.clone();
    let may = store.watch(move |run| run.step(&known).map(|step| step_actions(step, run)));
    let can_edit = Memo::new(move |_| may.with(|may| may.as_ref().is_some_and(|may| may.edit_model)));
    let path = StoredValue::new(path);
    let pending = store.watch_step(&path.get_value(), |step| step.run.status == StepRunStatus::Pending);
    let is_defined = Memo::new(move |_| store.definition().is_some());
    read_own_step(store, path.get_value(), can_edit);
    view! {
        <Show when=move || can_edit.get() && pending.get()>
            <Planned store path=path.get_value() />
        </Show>
        <Show when=move || can_edit.get() && !open.get()>
            <div>
                <Button small=true icon=icondata_lu::LuSlidersHorizontal on_press=move |_| open.set(true)>
                    "Change model or prompt"
                </Button>
            </div>
        </Show>
        <Show when=move || can_edit.get() && open.get()>
            {move || {
                // The fields begin with what the definition holds, which may come after the form was opened.
                let _known = is_defined.get();
                view! { <ChangeForm store path=path.get_value() open /> }
            }}
        </Show>
    }
}

/// Reads what was changed for a step run alone, where that is possible.
fn read_own_step(store: RunStore, path: StepPath, can_edit: Memo<bool>) {
    Effect::new(move || {
        let is_one_of_many = store.peek(|run| one_of_many(run, &path).is_some());
        if can_edit.get() && is_one_of_many {
            spawn_local(store.read_own_step(path.clone()));
        }
    });
}

/// Whether a change counts for this item or round alone, or for all that have not run.
#[component]
pub fn ReachOfChange(many: OneOfMany, only_here: RwSignal<bool>) -> impl IntoView {
    view! {
        <Segments
            label="What the change is for"
            choices=vec![(true, many.only_words()), (false, many.all_words())]
            chosen=only_here
            on_choose=move |only| only_here.set(only)
        />
    }
}

/// The model that a pending step will call.
#[component]
fn Planned(store: RunStore, path: StepPath) -> impl IntoView {
    let planned = Memo::new(move |_| {
        let llm = llm_of(store, &path);
        let shared = store.definition();
        let shared = |own: Option<String>, of_all: fn(&Definition) -> &Option<String>| {
            own.or_else(|| shared.as_deref().and_then(|definition| of_all(definition).clone()))
        };
        let (provider, model) = (shared(llm.provider, |it| &it.provider), shared(llm.model, |it| &it.model));
        called(provider.as_deref(), model.as_deref())
    });
    view! {
        <p class="facts small muted">
            <span>"Model: " <span class="mono">{move || planned.get()}</span></span>
        </p>
    }
}

/// The fields of a step that can be changed for this run. What is typed is kept until it is saved.
#[component]
fn ChangeForm(store: RunStore, path: StepPath, open: RwSignal<bool>) -> impl IntoView {
    let before = llm_of(store, &path);
    let has_definition = store.definition().is_some();
    let mut typed = before.clone();
    change_llm(&mut typed, change(&store.id(), &path).unwrap_or_default());
    let draft = RwSignal::new(typed);
    let (keep_path, keep_before) = (path.clone(), before.clone());
    Effect::new(move || draft.with(|draft| keep_change(&store.id(), &keep_path, &difference(&keep_before, draft))));
    let discard_path = path.clone();
    let discard = move |_| {
        keep_change(&store.id(), &discard_path, &PatchStep::default());
        open.set(false);
    };
    let toasts = expect_context::<Toasts>();
    let many = store.peek(|run| one_of_many(run, &path));
    let only_here = RwSignal::new(false);
    let save = Action::new_unsync(move |patch: &PatchStep| {
        let (id, path, patch) = (store.id(), path.clone(), patch.clone());
        async move {
            store.send(api::executions::update_step(&id, &path, &patch)).await?;
            keep_change(&id, &path, &PatchStep::default());
            store.read_definition(id).await;
            if many.is_some() {
                store.read_own_step(path).await;
            }
            open.set(false);
            toasts.done(match many.filter(|_| patch.only_here) {
                Some(OneOfMany::Item) => "Changed for this item. The others stay as they are.",
                Some(OneOfMany::Round) => "Changed for this round. The others stay as they are.",
                None => "Changed for this run. The workflow stays as it is.",
            });
            ApiResult::Ok(())
        }
    });
    let error = Signal::derive(move || save.value().get().and_then(Result::err));
    let tokens = RwSignal::new(None::<String>);
    let press = move |_| {
        if tokens.with_untracked(|typed| typed.as_deref().is_some_and(|typed| parse_max_tokens(typed).is_err())) {
            return;
        }
        let patch = draft.with_untracked(|draft| difference(&before, draft));
        if patch == PatchStep::default() {
            open.set(false);
        } else {
            save.dispatch_local(limited(patch, only_here.get_untracked()));
        }
    };
    let field_error = move |pointer: &'static str| {
        Signal::derive(move || error.with(|error| error.as_ref().and_then(|error| error.field(pointer))))
    };
    view! {
        <div class="stack edit">
            <ModelAndPersona draft busy=save.pending() />
            <LongestAnswer draft typed=tokens busy=save.pending() refused=field_error("/max_tokens") />
            <Show when=move || has_definition>
                <LongField
                    label="Prompt"
                    busy=save.pending()
                    wrong=field_error("/prompt")
                    value=Signal::derive(move || draft.read().prompt.clone())
                    on_input=move |text| draft.update(|draft| draft.prompt = text)
                />
                <LongField
                    label="System prompt"
                    busy=save.pending()
                    wrong=field_error("/system_prompt")
                    value=Signal::derive(move || draft.read().system_prompt.clone().unwrap_or_default())
                    on_input=move |text: String| {
                        draft.update(|draft| draft.system_prompt = Some(text).filter(|text| !text.is_empty()));
                    }
                />
            </Show>
            {many.map(|many| view! { <ReachOfChange many only_here /> })}
            {move || error.get().map(|error| view! { <FailureNote error /> })}
            <div class="row wrap">
                <Button kind=ButtonKind::Primary small=true busy=save.pending() on_press=press>
                    "Save for this run"
                </Button>
                <Button kind=ButtonKind::Ghost small=true on_press=discard>
                    "Discard"
                </Button>
            </div>
        </div>
    }
}

#[component]
fn ModelAndPersona(draft: RwSignal<LlmStep>, #[prop(into)] busy: Signal<bool>) -> impl IntoView {
    let model = Signal::derive(move || {
        let draft = draft.read();
        ModelChoice { provider: draft.provider.clone(), model: draft.model.clone() }
    });
    let persona = Signal::derive(move || draft.read().persona_id.clone());
    view! {
        <div class="two">
            <ModelPicker
                as_typed=true
                disabled=busy
                chosen=model
                on_choose=move |choice: ModelChoice| {
                    draft
                        .update(|draft| {
                            draft.provider = choice.provider;
                            draft.model = choice.model;
                        });
                }
            />
            <PersonaPicker
                chosen=persona
                disabled=busy
                on_choose=move |id| draft.update(|draft| draft.persona_id = id)
            />
        </div>
    }
}

#[component]
fn LongestAnswer(
    draft: RwSignal<LlmStep>,
    /// What was typed into it.
    typed: RwSignal<Option<String>>,
    #[prop(into)] busy: Signal<bool>,
    refused: Signal<Option<String>>,
) -> impl IntoView {
    let wrong = Signal::derive(move || {
        let wrong = typed.with(|typed| parse_max_tokens(typed.as_deref()?).err());
        wrong.or_else(|| refused.get())
    });
    let written = move || draft.with(|draft| draft.max_tokens.map(|tokens| tokens.to_string()).unwrap_or_default());
    let take = move |text: String| {
        if let Ok(tokens) = parse_max_tokens(&text) {
            draft.update(|draft| draft.max_tokens = tokens);
        }
        typed.set(Some(text));
    };
    view! {
        <Field label="Max. answer length" hint="In tokens, those that the model thinks with included" wrong let:ids>
            <input
                class="input amount numbers"
                id=ids.input
                inputmode="numeric"
                autocomplete="off"
                placeholder=DEFAULT_OUTPUT_TOKENS.to_string()
                aria-describedby=ids.described_by
                aria-invalid=move || wrong.read().is_some().then_some("true")
                readonly=busy
                prop:value=move || typed.get().unwrap_or_else(written)
                on:input:target=move |event| take(event.target().value())
            />
        </Field>
    }
}

#[component]
fn LongField(
    #[prop(into)] label: String,
    /// Whether what was typed is being sent: more would be lost with it.
    #[prop(into)]
    busy: Signal<bool>,
    wrong: Signal<Option<String>>,
    value: Signal<String>,
    #[prop(into)] on_input: Callback<String>,
) -> impl IntoView {
    view! {
        <Field label wrong let:ids>
            <textarea
                class="textarea grows"
                id=ids.input
                aria-describedby=ids.described_by
                readonly=busy
                prop:value=move || value.get()
                on:input:target=move |event| on_input.run(event.target().value())
            ></textarea>
        </Field>
    }
}
