//! Workflows from files: chosen with a button, or dropped anywhere on the page.

use leptos::ev::DragEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use leptos_use_event_listener::use_event_listener;
use sluice_types::{Workflow, WorkflowId};
use sluice_web_state::format::plural;
use sluice_web_state::import::{check_size, read};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{File, FileList, HtmlElement};

use super::listing::Listing;
use crate::api;
use crate::browser::files::read_text;
use crate::components::{Button, CloseButton, Icon, Toasts};

/// A file that could not be imported.
#[derive(Clone)]
struct ImportFailure {
    number: u32,
    file: String,
    /// The errors, one line each.
    lines: Vec<String>,
}

/// Reads files and creates what they hold.
#[derive(Clone, Copy)]
pub struct Importer {
    failures: RwSignal<Vec<ImportFailure>>,
    number: StoredValue<u32>,
    busy: RwSignal<bool>,
    listing: Listing,
    toasts: Toasts,
    open: UnsyncCallback<WorkflowId>,
}

impl Importer {
    /// Makes the importer of a page.
    pub fn provide(listing: Listing) -> Self {
        let navigate = use_navigate();
        Self {
            failures: RwSignal::new(Vec::new()),
            number: StoredValue::new(0),
            busy: RwSignal::new(false),
            listing,
            toasts: expect_context(),
            open: UnsyncCallback::new(move |id: WorkflowId| {
                navigate(&format!("/workflows/{id}"), NavigateOptions::default());
            }),
        }
    }

    /// Imports files, one after the other. A single one is opened; of several the list shows the new ones.
    pub fn import(self, files: Option<FileList>) {
        let files: Vec<File> =
            files.into_iter().flat_map(|list| (0..list.length()).filter_map(move |at| list.get(at))).collect();
        if files.is_empty() || self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.failures.set(Vec::new());
        spawn_local(async move {
            let mut created = Vec::new();
            for file in &files {
                match import_one(file).await {
                    Ok(workflow) => created.push(workflow.id),
                    Err(lines) => self.failed(file.name(), lines),
                }
            }
            self.busy.try_set(false);
            self.finish(&created);
        });
    }

    fn failed(self, file: String, lines: Vec<String>) {
        let Some(number) = self.number.try_get_value() else { return };
        self.number.set_value(number.wrapping_add(1));
        self.failures.try_update(|failures| failures.push(ImportFailure { number, file, lines }));
    }

    fn finish(self, created: &[WorkflowId]) {
        let clean = self.failures.try_with_untracked(Vec::is_empty) == Some(true);
        match created {
            [] => {}
            [only] if clean => {
                self.toasts.done("Imported.");
                self.open.try_run(only.clone());
            }
            several => {
                let count = u64::try_from(several.len()).unwrap_or(0);
                self.toasts.done(format!("Imported {}.", plural(count, "workflow", "workflows")));
                self.listing.restart();
            }
        }
    }
}

async fn import_one(file: &File) -> Result<Workflow, Vec<String>> {
    check_size(size(file)).map_err(|error| vec![error.to_string()])?;
    let Some(text) = read_text(file).await else {
        return Err(vec!["The browser could not read it. Choose it again.".into()]);
    };
    let workflow = read(&file.name(), &text).map_err(|error| vec![error.to_string()])?;
    api::workflows::create(&workflow).await.map_err(|error| {
        let fields = error.problem().map(|problem| problem.errors.as_slice()).unwrap_or_default();
        if fields.is_empty() {
            return vec![format!("{}. {}", error.title(), error.advice())];
        }
        fields.iter().map(|field| format!("{}: {}", field.pointer, field.message)).collect()
    })
}

/// A file's size stays far below 2^53, where every integer is a float.
#[expect(clippy::as_conversions, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "see above")]
fn size(file: &File) -> u64 {
    file.size() as u64
}

/// The id of the field that files are chosen with.
const FILES: &str = "import-files";

/// Opens the browser's dialog for files.
pub fn choose_files() {
    let field = document().get_element_by_id(FILES).and_then(|field| field.dyn_into::<HtmlElement>().ok());
    if let Some(field) = field {
        field.click();
    }
}

/// Chooses files.
#[component]
pub fn ImportButton(importer: Importer) -> impl IntoView {
    let input: NodeRef<html::Input> = NodeRef::new();
    let chosen = move |_| {
        if let Some(input) = input.get_untracked() {
            importer.import(input.files());
            // The same file can be chosen again after it was mended.
            input.set_value("");
        }
    };
    view! {
        <input
            node_ref=input
            id=FILES
            type="file"
            accept=".json,application/json"
            multiple=true
            hidden=true
            on:change=chosen
        />
        <Button icon=icondata_lu::LuUpload busy=importer.busy on_press=move |_| choose_files()>
            "Import"
        </Button>
    }
}

/// The files that could not be imported, with the errors.
#[component]
pub fn ImportFailures(importer: Importer) -> impl IntoView {
    let failures = importer.failures;
    view! {
        <div role="alert">
            <Show when=move || !failures.with(Vec::is_empty)>
                <div class="note bad import-failures">
                    <Icon icon=icondata_lu::LuCircleAlert />
                    <div class="grow stack">
                        <For each=move || failures.get() key=|failure| failure.number let:failure>
                            <div class="stack tight">
                                <strong dir="auto">{format!("{} was not imported", failure.file)}</strong>
                                <ul class="stack tight">
                                    {failure.lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}
                                </ul>
                            </div>
                        </For>
                    </div>
                    <CloseButton label="Dismiss" on_press=move |_| failures.set(Vec::new()) />
                </div>
            </Show>
        </div>
    }
}

/// Takes dropped files, and shows where they will go while they are held over the page.
#[component]
pub fn DropAnywhere(importer: Importer) -> impl IntoView {
    let over = RwSignal::new(false);
    let _stop = use_event_listener(window(), leptos::ev::dragover, move |event: DragEvent| {
        if holds_files(&event) {
            // Without this the browser would open the file instead of the app.
            event.prevent_default();
            if !over.get_untracked() {
                over.set(true);
            }
        }
    });
    let _stop = use_event_listener(window(), leptos::ev::dragleave, move |event: DragEvent| {
        // Between two elements of the page there is one; at the window's edge there is none.
        if event.related_target().is_none() {
            over.set(false);
        }
    });
    let _stop = use_event_listener(window(), leptos::ev::drop, move |event: DragEvent| {
        over.set(false);
        if holds_files(&event) {
            event.prevent_default();
            importer.import(event.data_transfer().and_then(|held| held.files()));
        }
    });
    view! {
        <Show when=move || over.get()>
            <div class="drop-anywhere" aria-hidden="true">
                <div class="drop-place">
                    <Icon icon=icondata_lu::LuUpload />
                    "Drop the files to import their workflows"
                </div>
            </div>
        </Show>
    }
}

fn holds_files(event: &DragEvent) -> bool {
    event.data_transfer().is_some_and(|held| held.types().includes(&JsValue::from_str("Files"), 0))
}
