//! The input: a field for each name, one text, or JSON.

use leptos::prelude::*;
use sluice_types::InputType;
use sluice_web_state::format::bytes;
use sluice_web_state::input::{Field as InputField, InputError, InputForm, Mode};

use super::model::StartState;
use crate::browser::focus::focus_soon;
use crate::components::{Field, Note, NoteKind, Segments};

/// The input, in the way that was chosen.
#[component]
pub fn InputFields(state: StartState) -> impl IntoView {
    let mode = Memo::new(move |_| state.form.read().mode);
    let fields = state.form.with_untracked(|form| form.fields.clone());
    let refused = RwSignal::new(None::<InputError>);
    let mut choices = vec![(Mode::Text, "Text"), (Mode::Json, "JSON")];
    if !fields.is_empty() {
        choices.insert(0, (Mode::Form, "Form"));
    }
    let switch = move |to| {
        let mut form = state.form.get_untracked();
        let error = form.switch(to).err();
        if error.is_none() {
            // What is missing here is said once a start was tried.
            state.touched.set(false);
            state.form.set(form);
        }
        refused.set(error);
    };
    let needs_nothing = state.form.with_untracked(InputForm::needs_nothing);
    view! {
        <div class="row between wrap">
            <h2 id="input-heading">"Input"</h2>
            <Segments label="How to write the input" choices chosen=mode on_choose=switch />
        </div>
        {state
            .is_again
            .then(|| view! { <p class="small muted">"Filled in with the input of the run that you came from."</p> })}
        {move || {
            refused
                .get()
                .map(|error| {
                    // Below the field it stands already.
                    let is_told = state.value.read().as_ref().err() == Some(&error);
                    let why = if is_told { String::new() } else { [" ", &said(&error)].concat() };
                    view! { <Note kind=NoteKind::Warn>"The form cannot show this JSON." {why}" What you typed is kept."</Note> }
                })
        }}
        <Show when=move || state.form.with(InputForm::keeps_other_input)>
            <p class="small muted">"Only this text is sent. What you wrote in the form or as JSON is kept."</p>
        </Show>
        {needs_nothing.then(|| view! { <p class="muted">"The steps read no input: it may stay empty."</p> })}
        {move || match mode.get() {
            Mode::Form => {
                let fields = fields.clone();
                view! { <FormFields state fields /> }.into_any()
            }
            Mode::Text => view! { <WholeText state /> }.into_any(),
            Mode::Json => view! { <Json state /> }.into_any(),
        }}
    }
}

/// Characters of an example that a field shows.
const EXAMPLE_CHARS: usize = 100;

/// An example as a field shows it, not to be taken for what was typed: its first line, as far as there is room.
fn for_example(example: &str) -> String {
    let line = example.lines().next().unwrap_or_default();
    let shown: String = line.chars().take(EXAMPLE_CHARS).collect();
    let rest = if shown.len() < example.trim_end().len() { " …" } else { "" };
    format!("e.g. {shown}{rest}")
}

/// An error with its place.
fn said(error: &InputError) -> String {
    match (error.line, error.column) {
        (Some(line), Some(column)) => format!("{} Line {line}, column {column}.", error.message),
        _ => error.message.clone(),
    }
}

#[component]
fn FormFields(state: StartState, fields: Vec<InputField>) -> impl IntoView {
    let names: Vec<String> = fields.iter().map(|field| field.name.clone()).collect();
    let extra = Memo::new(move |_| state.form.with(InputForm::extra_fields));
    let other = Memo::new(move |_| {
        let error = state.value.get().err()?;
        let elsewhere = error.field.as_ref().is_none_or(|field| !names.contains(field));
        elsewhere.then(|| said(&error))
    });
    view! {
        {fields.into_iter().map(|field| view! { <FormField state field /> }).collect_view()}
        <Show when=move || !extra.read().is_empty()>
            <p class="small muted">
                {move || format!("Sent along, as written in the JSON: {}.", extra.read().join(", "))}
            </p>
        </Show>
        {move || other.get().map(|text| view! { <p class="wrong">{text}</p> })}
    }
}

#[component]
fn FormField(state: StartState, field: InputField) -> impl IntoView {
    let name = StoredValue::new(field.name.clone());
    // Somebody who has not begun is not told that something is missing.
    let left = RwSignal::new(false);
    let value = Memo::new(move |_| {
        name.with_value(|name| state.form.with(|form| form.values.get(name).cloned().unwrap_or_default()))
    });
    let wrong = Memo::new(move |_| {
        let error = state.value.get().err()?;
        let is_own = name.with_value(|name| error.field.as_ref() == Some(name));
        (is_own && (left.get() || state.touched.get())).then(|| said(&error))
    });
    let label = if field.required { field.label.clone() } else { format!("{} (optional)", field.label) };
    let hint = Some(field.description.clone()).filter(|text| !text.is_empty());
    let set = move |text: String| {
        state.form.update(|form| {
            form.values.insert(name.get_value(), text);
        });
    };
    let field = StoredValue::new(field);
    view! {
        <Field label hint=hint wrong=wrong let:ids>
            {
                let InputField { kind, options, example, required, label, .. } = field.get_value();
                let required = required.then_some("true");
                let use_id = ids.input.clone();
                let invalid = move || wrong.read().is_some().then_some("true");
                let choices: Vec<(String, String)> = match kind {
                    InputType::Choice => options.iter().map(|option| (option.clone(), option.clone())).collect(),
                    InputType::YesNo => [("true", "Yes"), ("false", "No")].map(|(value, word)| (value.into(), word.into())).into(),
                    _ => Vec::new(),
                };
                if choices.is_empty() {
                    let placeholder = (!example.is_empty()).then(|| for_example(&example));
                    view! {
                        <textarea
                            class="textarea grows short example"
                            class:mono=kind == InputType::Json
                            id=ids.input
                            inputmode=(kind == InputType::Number).then_some("decimal")
                            aria-describedby=ids.described_by
                            aria-required=required
                            aria-invalid=invalid
                            placeholder=placeholder
                            prop:value=move || value.get()
                            on:blur=move |_| left.set(true)
                            on:input:target=move |event| set(event.target().value())
                        ></textarea>
                        <UseExample label example input=use_id value on_use=set />
                    }
                        .into_any()
                } else {
                    view! {
                        <select
                            class="select"
                            id=ids.input
                            aria-describedby=ids.described_by
                            aria-required=required
                            aria-invalid=invalid
                            prop:value=move || value.get()
                            on:blur=move |_| left.set(true)
                            on:change:target=move |event| set(event.target().value())
                        >
                            <option value="">"Choose…"</option>
                            {choices
                                .into_iter()
                                .map(|(choice, word)| {
                                    let chosen = choice.clone();
                                    view! {
                                        <option value=choice selected=move || value.read() == chosen>
                                            {word}
                                        </option>
                                    }
                                })
                                .collect_view()}
                        </select>
                    }
                        .into_any()
                }
            }
        </Field>
    }
}

/// Fills a field that is empty with its example, if it has one.
#[component]
fn UseExample(
    label: String,
    example: String,
    /// The id of the field.
    input: String,
    value: Memo<String>,
    #[prop(into)] on_use: Callback<String>,
) -> impl IntoView {
    let name = format!("Use the example for {label}");
    let is_there = !example.is_empty();
    let take = move |_| {
        on_use.run(example.clone());
        focus_soon(input.clone());
    };
    view! {
        <Show when=move || is_there && value.read().is_empty()>
            <button type="button" class="link use-example" aria-label=name.clone() on:click=take.clone()>
                "Use the example"
            </button>
        </Show>
    }
}

#[component]
fn WholeText(state: StartState) -> impl IntoView {
    let text = Memo::new(move |_| state.form.read().text.clone());
    let wrong = Memo::new(move |_| {
        let error = state.value.get().err()?;
        (state.touched.get() || !text.read().is_empty()).then(|| said(&error))
    });
    view! {
        <Field label="Text" hint="Steps read it as input." wrong=wrong let:ids>
            <textarea
                class="textarea grows"
                id=ids.input
                aria-describedby=ids.described_by
                aria-invalid=move || wrong.read().is_some().then_some("true")
                prop:value=move || text.get()
                on:input:target=move |event| {
                    let text = event.target().value();
                    state.form.update(|form| form.text = text);
                }
            ></textarea>
        </Field>
    }
}

#[component]
fn Json(state: StartState) -> impl IntoView {
    let json = Memo::new(move |_| state.form.read().json.clone());
    let wrong = Memo::new(move |_| {
        let error = state.value.get().err()?;
        (state.touched.get() || !json.read().trim().is_empty()).then(|| said(&error))
    });
    let size = Memo::new(move |_| bytes(u64::try_from(json.read().len()).unwrap_or(u64::MAX)));
    view! {
        <Field
            label="JSON"
            hint=Signal::derive(move || Some(format!("An object with the fields, or a text in quotes. {}.", size.get())))
            wrong=wrong
            let:ids
        >
            <textarea
                class="textarea grows mono"
                id=ids.input
                spellcheck="false"
                aria-describedby=ids.described_by
                aria-invalid=move || wrong.read().is_some().then_some("true")
                prop:value=move || json.get()
                on:input:target=move |event| {
                    let text = event.target().value();
                    state.form.update(|form| form.json = text);
                }
            ></textarea>
        </Field>
    }
}
