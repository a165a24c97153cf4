//! What belongs to the whole workflow: its name, what it is for, and what its steps share.

use leptos::prelude::*;
use sluice_types::limits::{MAX_DESCRIPTION_CHARS, MAX_NAME_CHARS};

use super::model::Builder;
use super::more_settings::MoreSettings;
use super::tags_field::TagsField;
use crate::browser::memo::{Memo, memo};
use crate::components::{ModelChoice, ModelPicker, PersonaPicker, Switch};
use crate::state::editor::{Draft, Edit};

/// Reads something of the draft, told again only when it changes.
pub fn read<T>(builder: Builder, read: impl Fn(&Draft) -> T + Send + Sync + 'static) -> Memo<T>
where
    T: PartialEq + Send + Sync + 'static,
{
    memo(move || builder.draft.with(|draft| read(draft)))
}

/// Name, description and tags, as large as they will be read.
#[component]
pub fn Heading(builder: Builder) -> impl IntoView {
    let name = read(builder, |draft| draft.name.clone());
    let description = read(builder, |draft| draft.description.clone());
    view! {
        <div class="grow stack tight">
            <h1 class="visually-hidden">
                {move || name.with(|name| if name.is_empty() { "New workflow".to_owned() } else { name.clone() })}
            </h1>
            <input
                id="workflow-name"
                class="title-input"
                aria-label="Name of the workflow"
                placeholder="Name of the workflow"
                maxlength=MAX_NAME_CHARS.to_string()
                autocomplete="off"
                prop:value=move || name.get()
                on:input:target=move |event| _ = builder.edit(Edit::SetName(event.target().value()))
                on:blur=move |_| builder.seal()
            />
            <textarea
                class="description-input"
                aria-label="Description"
                placeholder="What is it for?"
                rows="2"
                maxlength=MAX_DESCRIPTION_CHARS.to_string()
                prop:value=move || description.get()
                on:input:target=move |event| _ = builder.edit(Edit::SetDescription(event.target().value()))
                on:blur=move |_| builder.seal()
            ></textarea>
            <TagsField builder />
        </div>
    }
}

/// Model, persona and YOLO of the whole workflow.
#[component]
pub fn Defaults(builder: Builder) -> impl IntoView {
    let model = read(builder, |draft| ModelChoice { provider: draft.provider.clone(), model: draft.model.clone() });
    let persona = read(builder, |draft| draft.persona_id.clone());
    let yolo = read(builder, |draft| draft.yolo);
    let choose = move |choice: ModelChoice| {
        builder.edit(Edit::SetDefaults { provider: choice.provider, model: choice.model });
    };
    view! {
        <section class="card defaults" aria-label="What the steps share">
            <ModelPicker
                label="Model of the steps"
                none="First that is available"
                as_typed=true
                chosen=model
                on_choose=choose
            />
            <PersonaPicker
                none="No persona"
                chosen=persona
                on_choose=move |persona| _ = builder.edit(Edit::SetPersona(persona))
            />
            <Switch
                label="YOLO: skip reviews"
                title="Runs go through without waiting for a person"
                on=yolo
                on_change=move |on| _ = builder.edit(Edit::SetYolo(on))
            />
            <MoreSettings builder />
        </section>
    }
}
