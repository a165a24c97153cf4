//! The workflow's own fields: name, description, tags, defaults of its steps.

use leptos::html;
use leptos::prelude::*;
use sluice_types::edit::Edit;
use sluice_types::limits::{MAX_DESCRIPTION_CHARS, MAX_NAME_CHARS, MAX_TAG_CHARS, MAX_TAGS};
use sluice_types::{BlockAddress, StepId, default_provider};
use sluice_web_state::editor::{Draft, DraftEdit, entries};
use sluice_web_state::model_choice::named;

use super::fields::{ChoiceField, step_options};
use super::model::Builder;
use crate::components::{Field, ModelChoice, ModelPicker, PersonaPicker, Switch, Tag, TitleField};
use crate::session::Session;

/// Reads something of the draft, told again only when it changes.
pub fn read<T>(builder: Builder, read: impl Fn(&Draft) -> T + Send + Sync + 'static) -> Memo<T>
where
    T: PartialEq + Send + Sync + 'static,
{
    Memo::new(move |_| builder.draft.with(|draft| read(draft)))
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
            <TitleField
                id="workflow-name"
                name
                on_change=move |name| _ = builder.edit(DraftEdit::SetName(name))
                on_leave=move |()| builder.seal()
            />
            <textarea
                class="description-input"
                aria-label="Description"
                placeholder="What is it for?"
                rows="2"
                maxlength=MAX_DESCRIPTION_CHARS.to_string()
                prop:value=move || description.get()
                on:input:target=move |event| _ = builder.edit(DraftEdit::SetDescription(event.target().value()))
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
    let session = expect_context::<Session>();
    let first_available = move || {
        let providers = session.providers.get().unwrap_or_default();
        default_provider(&providers)
            .map_or_else(|| "First available".to_owned(), |first| format!("First available: {}", named(first)))
    };
    let choose = move |choice: ModelChoice| {
        builder.edit(Edit::SetDefaults { provider: choice.provider, model: choice.model });
    };
    view! {
        <section class="card defaults" aria-label="What the steps share">
            <ModelPicker
                label="Model of the steps"
                none=Signal::derive(first_available)
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
                label="Skip reviews"
                title="YOLO: runs go through without waiting for a person"
                on=yolo
                on_change=move |on| _ = builder.edit(Edit::SetYolo(on))
            />
            <MoreSettings builder />
        </section>
    }
}

/// The settings, folded away as long as they are as usual.
#[component]
pub fn MoreSettings(builder: Builder) -> impl IntoView {
    let unusual = builder.draft.with_untracked(|draft| !draft.is_active || entry_of(draft).is_some());
    let open = RwSignal::new(unusual);
    let element: NodeRef<html::Details> = NodeRef::new();
    let toggled = move |_| {
        if let Some(details) = element.get_untracked() {
            open.set(details.open());
        }
    };
    view! {
        <details class="more" node_ref=element open=unusual on:toggle=toggled>
            <summary>"More settings"</summary>
            // A list of hundreds of steps is drawn only for who looks at it.
            <Show when=move || open.get()>
                <div class="inside settings-grid">
                    <Category builder />
                    <EntryStep builder />
                    <Switches builder />
                </div>
            </Show>
        </details>
    }
}

#[component]
fn Category(builder: Builder) -> impl IntoView {
    let category = read(builder, |draft| draft.category.clone().unwrap_or_default());
    view! {
        <Field
            label="Category"
            hint="One word to group workflows by"
            children=move |ids| view! {
                <input
                    id=ids.input
                    class="input"
                    maxlength=MAX_NAME_CHARS.to_string()
                    autocomplete="off"
                    aria-describedby=ids.described_by
                    prop:value=move || category.get()
                    on:input:target=move |event| _ = builder.edit(DraftEdit::SetCategory(event.target().value()))
                    on:blur=move |_| builder.seal()
                />
            }
        />
    }
}

/// The step that the workflow's own list begins with, where one is named.
fn entry_of(draft: &Draft) -> Option<StepId> {
    draft.list(&BlockAddress::Root)?.entry_step.clone()
}

#[component]
fn EntryStep(builder: Builder) -> impl IntoView {
    let entry = read(builder, entry_of);
    let steps = Memo::new(move |_| builder.index.with(|index| entries(index, &BlockAddress::Root)));
    // The first step is where a run begins anyhow.
    let value = Signal::derive(move || {
        let listed = |id: &StepId| steps.with(|steps| steps.iter().any(|(step, _)| step == id));
        entry.get().filter(listed).map(|id| id.to_string()).unwrap_or_default()
    });
    view! {
        <ChoiceField
            label="Begin with"
            hint="Steps above it are not run"
            value
            on_choose=move |id: String| {
                builder.edit(Edit::SetEntryStep { block: BlockAddress::Root, entry: StepId::new(id).ok() });
            }
        >
            <option value="">"The first step"</option>
            {step_options(steps, entry)}
        </ChoiceField>
    }
}

#[component]
fn Switches(builder: Builder) -> impl IntoView {
    let active = read(builder, |draft| draft.is_active);
    let template = read(builder, |draft| draft.is_template);
    view! {
        <div>
            <Switch label="Switched on" on=active on_change=move |on| _ = builder.edit(DraftEdit::SetActive(on)) />
            <p class="small muted">"Off: it is kept, and no run of it can be started."</p>
        </div>
        <div>
            <Switch label="Template" on=template on_change=move |on| _ = builder.edit(DraftEdit::SetTemplate(on)) />
            <p class="small muted">"On: it is listed under Templates, and not in the list of workflows."</p>
        </div>
    }
}

/// The tags, each with a button that takes it off, and a field that adds one on Enter or a comma.
#[component]
pub fn TagsField(builder: Builder) -> impl IntoView {
    let tags = Memo::new(move |_| builder.draft.with(|draft| draft.tags.clone()));
    let typed = builder.typed(None, "tag");
    let add = move || {
        let tag = typed.get_untracked().unwrap_or_default().trim().trim_end_matches(',').trim().to_owned();
        if !tag.is_empty() {
            let mut all = tags.get_untracked();
            all.push(tag);
            builder.edit(DraftEdit::SetTags(all));
        }
        typed.set(None);
    };
    let remove = move |tag: &str| {
        let mut all = tags.get_untracked();
        all.retain(|it| it != tag);
        builder.edit(DraftEdit::SetTags(all));
    };
    let input = move |text: String| {
        let ends = text.ends_with(',');
        typed.set(Some(text));
        if ends {
            add();
        }
    };
    view! {
        <div class="row wrap title-tags">
            <For each=move || tags.get() key=Clone::clone let:tag>
                {
                    let label = ["Remove the tag ", &tag].concat();
                    view! { <Tag text=tag.clone() label removable=true on_press=move |()| remove(&tag) /> }
                }
            </For>
            <Show when=move || tags.with(|tags| tags.len() < MAX_TAGS)>
                <input
                    class="tag-input"
                    aria-label="Add a tag"
                    placeholder="+ tag"
                    maxlength=MAX_TAG_CHARS.to_string()
                    autocomplete="off"
                    prop:value=move || typed.get().unwrap_or_default()
                    on:input:target=move |event| input(event.target().value())
                    on:keydown=move |event| {
                        if event.key() == "Enter" {
                            event.prevent_default();
                            add();
                        }
                    }
                    on:blur=move |_| add()
                />
            </Show>
        </div>
    }
}
