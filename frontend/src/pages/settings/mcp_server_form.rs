//! Writing an MCP server: a new one, or over a version of one that is there.

use leptos::prelude::*;
use sluice_types::{ErrorCode, McpServer, McpServerId};
use sluice_web_state::mcp_server::{McpServerForm, Reach, Secret};

use crate::api::{self, ApiResult};
use crate::components::{Button, CloseButton, Edited, Editing, EditorFrame, Field, ResourceList, Segments, TextField};

impl Edited for McpServer {
    type Form = McpServerForm;

    const NOUN: &'static str = "server";
    const EXISTS: ErrorCode = ErrorCode::McpServerExists;

    fn version(&self) -> i64 {
        self.version
    }

    fn storage_key(id: Option<&McpServerId>) -> String {
        format!("sluice.mcp.{}", id.map_or(".new", McpServerId::as_str))
    }

    async fn create(form: &McpServerForm) -> ApiResult<Self> {
        api::mcp_servers::create(&form.to_create()).await
    }

    async fn update(id: &McpServerId, version: i64, form: &McpServerForm) -> ApiResult<Self> {
        api::mcp_servers::update(id, version, &form.to_update()).await
    }

    async fn read(id: &McpServerId) -> ApiResult<Self> {
        api::mcp_servers::get(id).await
    }

    fn is_valid(form: &McpServerForm) -> bool {
        form.check().none()
    }

    fn text(form: &McpServerForm) -> String {
        form.text()
    }
}

/// A form for a new server, begun with some values.
#[component]
pub fn NewMcpServer(
    begun: McpServerForm,
    list: ResourceList<McpServer>,
    #[prop(into)] on_close: Callback<()>,
) -> impl IntoView {
    let title = if begun.name.is_empty() { "New server".to_owned() } else { format!("New server: {}", begun.name) };
    // What is filled in already is worth keeping over a reload as soon as it is changed.
    view! { <ServerEditor editing=Editing::create(begun, list, on_close) title /> }
}

/// A form with a server that is there.
#[component]
pub fn EditMcpServer(
    server: McpServer,
    list: ResourceList<McpServer>,
    #[prop(into)] on_close: Callback<()>,
) -> impl IntoView {
    let title = format!("Edit {}", server.name);
    view! { <ServerEditor editing=Editing::change(server, list, on_close) title /> }
}

/// The fields that show the server's errors themselves.
const POINTERS: &[&str] =
    &["/name", "/description", "/timeout", "/transport/command", "/transport/args", "/transport/cwd", "/transport/url"];

#[component]
fn ServerEditor(editing: Editing<McpServer>, #[prop(into)] title: String) -> impl IntoView {
    let form = editing.form;
    let reach = Memo::new(move |_| form.value.with(|form| form.reach));
    view! {
        <EditorFrame editing title pointers=POINTERS>
            <TextField
                label="Name"
                required=true
                text=form.text(|form| &mut form.name)
                placeholder="Files"
                hint="Its tools are named by it when it is added, as files:read_file."
                wrong=editing.name_wrong(|form| form.check().name)
            />
            <TextField
                label="Description"
                text=form.text(|form| &mut form.description)
                hint="What it is for. Only people read it."
                wrong=editing.wrong("/description", |form| form.check().description)
            />
            <div class="stack tight">
                <span class="label" aria-hidden="true">
                    "How it is reached"
                </span>
                <div>
                    <Segments
                        label="How it is reached"
                        choices=vec![(Reach::Program, "A program"), (Reach::Address, "An address")]
                        chosen=reach
                        on_choose=move |reach| form.value.update(|form| form.reach = reach)
                    />
                </div>
            </div>
            {move || match reach.get() {
                Reach::Program => view! { <Program editing /> }.into_any(),
                Reach::Address => {
                    view! {
                        <TextField
                            label="Address"
                            required=true
                            text=form.text(|form| &mut form.url)
                            placeholder="https://example.com/mcp"
                            hint="It speaks streamable HTTP."
                            wrong=editing.wrong("/transport/url", |form| form.check().url)
                        />
                    }
                        .into_any()
                }
            }}
            <Secrets editing reach />
            <TextField
                label="Timeout"
                text=form.text(|form| &mut form.timeout)
                placeholder="60s"
                hint="For one call, as 90s or 5m. A step can have its own."
                wrong=editing.wrong("/timeout", |form| form.check().timeout)
            />
        </EditorFrame>
    }
}

#[component]
fn Program(editing: Editing<McpServer>) -> impl IntoView {
    let form = editing.form;
    let args = form.text(|form| &mut form.args);
    let wrong = editing.wrong("/transport/args", |_| None);
    view! {
        <TextField
            label="Program"
            required=true
            text=form.text(|form| &mut form.command)
            placeholder="npx"
            hint="It runs on Sluice's machine with Sluice's rights: add only programs that you trust."
            wrong=editing.wrong("/transport/command", |form| form.check().command)
        />
        <Field label="Arguments" hint="One on each line. No shell takes part: write them without quotes." wrong let:ids>
            <textarea
                id=ids.input
                class="textarea mono"
                rows="4"
                spellcheck="false"
                aria-describedby=ids.described_by
                aria-invalid=move || wrong.get().map(|_| "true")
                prop:value=move || args.value.get()
                on:input:target=move |event| args.set.run(event.target().value())
            ></textarea>
        </Field>
        <TextField
            label="Folder"
            text=form.text(|form| &mut form.cwd)
            hint="Where the program runs. If empty: in Sluice's own folder."
            wrong=editing.wrong("/transport/cwd", |_| None)
        />
    }
}

/// Environment variables or headers. Values are written and never read.
#[component]
fn Secrets(editing: Editing<McpServer>, reach: Memo<Reach>) -> impl IntoView {
    let value = editing.form.value;
    let count = Memo::new(move |_| value.with(|form| form.secrets().len()));
    let wrong = editing.wrong("/transport/env", |form| form.check().secrets);
    let title = move || match reach.get() {
        Reach::Program => "Environment variables",
        Reach::Address => "Headers",
    };
    let add = move |_| value.update(|form| form.secrets_mut().push(Secret::default()));
    view! {
        <fieldset class="argument-group">
            <legend class="label">{title}</legend>
            <p class="hint small muted">
                "For keys and tokens. Values are stored encrypted and are never shown again."
            </p>
            {move || {
                // Rows have no ids: they are drawn anew when one comes or goes, or when the way is another.
                let _way = reach.get();
                let rows = (0..count.get()).map(|at| view! { <SecretRow editing at /> });
                view! { <ul class="stack tight">{rows.collect_view()}</ul> }
            }}
            <p class="wrong" hidden=move || wrong.read().is_none()>{move || wrong.get()}</p>
            <div>
                <Button small=true icon=icondata_lu::LuPlus on_press=add>
                    {move || if reach.get() == Reach::Program { "Add a variable" } else { "Add a header" }}
                </Button>
            </div>
        </fieldset>
    }
}

#[component]
fn SecretRow(editing: Editing<McpServer>, at: usize) -> impl IntoView {
    let value = editing.form.value;
    let read = move |of: fn(&Secret) -> String| value.with(|form| form.secrets().get(at).map(of).unwrap_or_default());
    let change = move |change: &dyn Fn(&mut Secret)| {
        value.update(|form| {
            if let Some(secret) = form.secrets_mut().get_mut(at) {
                change(secret);
            }
        });
    };
    let is_stored = untrack(|| value.with(|form| form.secrets().get(at).is_some_and(|secret| secret.is_stored)));
    let number = at.saturating_add(1);
    let remove = move |_| {
        value.update(|form| {
            let all = form.secrets_mut();
            if at < all.len() {
                all.remove(at);
            }
        });
    };
    view! {
        <li class="secret-row">
            <input
                class="input mono"
                aria-label=format!("Name {number}")
                placeholder="API_KEY"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                // Another name would have no value.
                readonly=is_stored
                prop:value=move || read(|secret| secret.name.clone())
                on:input:target=move |event| {
                    let text = event.target().value();
                    change(&|secret| secret.name.clone_from(&text));
                }
            />
            <input
                class="input"
                type="password"
                aria-label=format!("Value {number}")
                placeholder=if is_stored { "Stored. Type another one to replace it." } else { "Value" }
                autocomplete="new-password"
                prop:value=move || read(|secret| secret.value.clone())
                on:input:target=move |event| {
                    let text = event.target().value();
                    change(&|secret| secret.value.clone_from(&text));
                }
            />
            <CloseButton label=format!("Remove row {number}") on_press=remove />
        </li>
    }
}
