//! Writing an agent: a new one, or over a version of one that is there.

use leptos::prelude::*;
use sluice_types::limits::{DEFAULT_OUTPUT_TOKENS, DEFAULT_TURNS};
use sluice_types::{Agent, AgentId, ErrorCode};
use sluice_web_state::agent::AgentForm;

use crate::api::{self, ApiResult};
use crate::components::{
    Edited, Editing, EditorFrame, FallbackList, Field, ModelChoice, ModelPicker, PersonaPicker, ResourceList,
    TextBinding, TextField, ToolChips,
};

impl Edited for Agent {
    type Form = AgentForm;

    const NOUN: &'static str = "agent";
    const EXISTS: ErrorCode = ErrorCode::AgentExists;

    fn version(&self) -> i64 {
        self.version
    }

    fn storage_key(id: Option<&AgentId>) -> String {
        format!("sluice.agent.{}", id.map_or(".new", AgentId::as_str))
    }

    async fn create(form: &AgentForm) -> ApiResult<Self> {
        api::agents::create(&form.to_create()).await
    }

    async fn update(id: &AgentId, version: i64, form: &AgentForm) -> ApiResult<Self> {
        api::agents::update(id, version, &form.to_update()).await
    }

    async fn read(id: &AgentId) -> ApiResult<Self> {
        api::agents::get(id).await
    }

    fn is_valid(form: &AgentForm) -> bool {
        form.check().none()
    }

    fn text(form: &AgentForm) -> String {
        form.text()
    }
}

/// A form for a new agent.
#[component]
pub fn NewAgent(list: ResourceList<Agent>, #[prop(into)] on_close: Callback<()>) -> impl IntoView {
    let editing = Editing::create(AgentForm::default(), list, on_close);
    view! { <AgentEditor editing title="New agent" /> }
}

/// A form with an agent that is there.
#[component]
pub fn EditAgent(agent: Agent, list: ResourceList<Agent>, #[prop(into)] on_close: Callback<()>) -> impl IntoView {
    let title = format!("Edit {}", agent.name);
    view! { <AgentEditor editing=Editing::change(agent, list, on_close) title /> }
}

/// The fields that show the server's errors themselves.
const POINTERS: &[&str] = &[
    "/name",
    "/description",
    "/instructions",
    "/tools",
    "/max_turns",
    "/temperature",
    "/max_tokens",
    "/output_schema",
];

#[component]
fn AgentEditor(editing: Editing<Agent>, #[prop(into)] title: String) -> impl IntoView {
    let form = editing.form;
    view! {
        <EditorFrame editing title pointers=POINTERS>
            <TextField
                label="Name"
                required=true
                text=form.text(|form| &mut form.name)
                placeholder="Scout"
                wrong=editing.name_wrong(|form| form.check().name)
            />
            <TextField
                label="Description"
                text=form.text(|form| &mut form.description)
                hint="What it is for. Only people read it."
                wrong=editing.wrong("/description", |form| form.check().description)
            />
            <LongText
                label="Instructions"
                hint="How it should behave. The task itself is in the step that uses it."
                placeholder="You look into the team's folders. Read before you answer, and name the file that you have it from."
                rows=6
                text=form.text(|form| &mut form.instructions)
                wrong=editing.wrong("/instructions", |form| form.check().instructions)
            />
            <Tools editing />
            <Bounds editing />
            <Model editing />
        </EditorFrame>
    }
}

/// A labelled text of several lines.
#[component]
fn LongText(
    #[prop(into)] label: String,
    #[prop(into)] hint: String,
    #[prop(optional)] placeholder: &'static str,
    rows: u32,
    #[prop(optional)] mono: bool,
    text: TextBinding,
    #[prop(into)] wrong: Signal<Option<String>>,
) -> impl IntoView {
    let class = if mono { "textarea mono" } else { "textarea" };
    view! {
        <Field label hint wrong let:ids>
            <textarea
                id=ids.input
                class=class
                rows=rows
                dir="auto"
                spellcheck=if mono { "false" } else { "true" }
                aria-describedby=ids.described_by
                aria-invalid=move || wrong.get().map(|_| "true")
                placeholder=placeholder
                prop:value=move || text.value.get()
                on:input:target=move |event| text.set.run(event.target().value())
            ></textarea>
        </Field>
    }
}

#[component]
fn Tools(editing: Editing<Agent>) -> impl IntoView {
    let value = editing.form.value;
    let wrong = editing.wrong("/tools", |form| form.check().tools);
    view! {
        <fieldset class="argument-group">
            <legend class="label">"Tools"</legend>
            <ToolChips
                tools=Signal::derive(move || value.with(|form| form.tools.clone()))
                none="No tools yet: it can only answer."
                on_change=move |tools| value.update(|form| form.tools = tools)
            />
            <p class="wrong" hidden=move || wrong.read().is_none()>{move || wrong.get()}</p>
        </fieldset>
    }
}

/// A list of words of which one is chosen.
#[component]
fn Words(
    #[prop(into)] label: String,
    #[prop(into)] hint: String,
    options: &'static [(&'static str, &'static str)],
    text: TextBinding,
) -> impl IntoView {
    view! {
        <Field label hint let:ids>
            <select
                id=ids.input
                class="select"
                aria-describedby=ids.described_by
                prop:value=move || text.value.get()
                on:change:target=move |event| text.set.run(event.target().value())
            >
                {options
                    .iter()
                    .map(|(word, shown)| {
                        let selected = move || text.value.with(|value| value == word);
                        view! { <option value=*word selected=selected>{*shown}</option> }
                    })
                    .collect_view()}
            </select>
        </Field>
    }
}

/// What a person approves, and how far it may go.
#[component]
fn Bounds(editing: Editing<Agent>) -> impl IntoView {
    let form = editing.form;
    view! {
        <div class="form-fields">
            <Words
                label="Ask a person before"
                hint="The run waits with the arguments of the call"
                options=&[
                    ("", "Default: calls that write"),
                    ("writes", "Calls that write"),
                    ("always", "Every call"),
                    ("never", "No call"),
                ]
                text=form.text(|form| &mut form.approve)
            />
            <TextField
                label="Max. turns"
                hint="Then it ends with what it has"
                placeholder=DEFAULT_TURNS.to_string()
                text=form.text(|form| &mut form.max_turns)
                wrong=editing.wrong("/max_turns", |form| form.check().max_turns)
            />
            <Words
                label="If the conversation is too long"
                hint="For the model to read"
                options=&[
                    ("", "Default: fail"),
                    ("fail", "Fail"),
                    ("drop_oldest_results", "Leave out the oldest results"),
                ]
                text=form.text(|form| &mut form.on_context_full)
            />
        </div>
    }
}

/// Which model it calls, and how.
#[component]
fn Model(editing: Editing<Agent>) -> impl IntoView {
    let form = editing.form;
    let value = form.value;
    let chosen = Signal::derive(move || {
        value.with(|form| ModelChoice { provider: form.provider.clone(), model: form.model.clone() })
    });
    let choose = move |choice: ModelChoice| {
        value.update(|form| {
            form.provider = choice.provider;
            form.model = choice.model;
        });
    };
    view! {
        <div class="form-fields">
            <ModelPicker chosen as_typed=true on_choose=choose />
            <PersonaPicker
                chosen=Signal::derive(move || value.with(|form| form.persona_id.clone()))
                on_choose=move |persona| value.update(|form| form.persona_id = persona)
            />
        </div>
        <details class="more">
            <summary>"Model settings, output schema and fallbacks"</summary>
            <div class="inside">
                <div class="form-fields">
                    <TextField
                        label="Temperature"
                        hint="0 is strict, 2 is wild"
                        placeholder="default"
                        text=form.text(|form| &mut form.temperature)
                        wrong=editing.wrong("/temperature", |form| form.check().temperature)
                    />
                    <TextField
                        label="Max. answer length"
                        hint="In tokens"
                        placeholder=DEFAULT_OUTPUT_TOKENS.to_string()
                        text=form.text(|form| &mut form.max_tokens)
                        wrong=editing.wrong("/max_tokens", |form| form.check().max_tokens)
                    />
                    <Words
                        label="Reasoning"
                        hint="For models that think first"
                        options=&[
                            ("", "The model's default"),
                            ("low", "Low: briefly"),
                            ("medium", "Medium"),
                            ("high", "High: thoroughly"),
                        ]
                        text=form.text(|form| &mut form.reasoning)
                    />
                </div>
                <LongText
                    label="JSON Schema of the last answer"
                    hint="With a schema, the output is JSON and later prompts can use its fields."
                    rows=5
                    mono=true
                    text=form.text(|form| &mut form.output_schema)
                    wrong=editing.wrong("/output_schema", |form| form.check().output_schema)
                />
                <FallbackList
                    fallbacks=Signal::derive(move || value.with(|form| form.fallbacks.clone()))
                    on_change=move |all| value.update(|form| form.fallbacks = all)
                />
            </div>
        </details>
    }
}
