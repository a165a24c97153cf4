//! The history of a workflow: who saved each version and when, what it changed, its runs, and the way back.

use leptos::prelude::*;
use leptos::task::spawn_local;
use sluice_types::{Workflow, WorkflowId, WorkflowVersionSummary};
use sluice_web_state::format::plural;
use sluice_web_state::list::{Ask, Pages};
use sluice_web_state::versions::{changes_line, origin_words};

use super::difference::Difference;
use super::head::{ReportHead, about_workflow};
use crate::api::{self, ApiError};
use crate::components::{Button, Confirm, FailureNote, Icon, Skeleton, Toasts, When};

/// The versions of the workflow that the address names.
#[component]
pub fn VersionsPage() -> impl IntoView {
    about_workflow("History", |workflow, reload| view! { <Versions workflow reload /> }.into_any())
}

/// The versions that were read so far.
#[derive(Clone, Copy)]
struct History {
    id: StoredValue<WorkflowId>,
    /// The newest version.
    current: i64,
    pages: RwSignal<Pages<WorkflowVersionSummary>>,
    error: RwSignal<Option<ApiError>>,
    reload: Callback<()>,
    toasts: Toasts,
}

impl History {
    fn ask(self, ask: Option<Ask>) {
        let Some(ask) = ask else { return };
        self.error.set(None);
        spawn_local(async move {
            match api::workflows::versions(&self.id.get_value(), ask.cursor.clone()).await {
                Ok(page) => {
                    self.pages.try_update(|pages| pages.arrived(&ask, page.items, page.next_cursor));
                }
                Err(error) => {
                    self.pages.try_update(|pages| pages.failed(&ask));
                    self.error.try_set(Some(error));
                }
            }
        });
    }

    /// Saves an older version again. Going back saves the version before in the same way.
    fn restore(self, version: i64, current: i64, done: String) {
        let (id, toasts, reload) = (self.id.get_value(), self.toasts, self.reload);
        spawn_local(async move {
            match api::workflows::restore(&id, version, current).await {
                Ok(saved) => {
                    let undo = move || undo(toasts, reload, saved.id.clone(), current, saved.version);
                    toasts.with_action(done, "Undo", undo);
                    reload.run(());
                }
                Err(error) => toasts.call_failed("The version was not restored", &error),
            }
        });
    }
}

/// Saves the version again that was the newest before a restoration.
fn undo(toasts: Toasts, reload: Callback<()>, id: WorkflowId, before: i64, current: i64) {
    spawn_local(async move {
        match api::workflows::restore(&id, before, current).await {
            Ok(_) => {
                toasts.done(format!("Version {before} is back."));
                reload.try_run(());
            }
            Err(error) => toasts.call_failed("The restoration was not undone", &error),
        }
    });
}

#[component]
fn Versions(workflow: Workflow, reload: Callback<()>) -> impl IntoView {
    let history = History {
        id: StoredValue::new(workflow.id.clone()),
        current: workflow.version,
        pages: RwSignal::new(Pages::default()),
        error: RwSignal::new(None),
        reload,
        toasts: expect_context::<Toasts>(),
    };
    history.ask(history.pages.try_update(Pages::restart));
    let pages = history.pages;
    let several = history.current > 1;
    let waiting = move || pages.with(|pages| pages.items().is_empty() && pages.is_loading());
    let more = move || pages.with(|pages| pages.has_more() && !pages.has_failed());
    let busy = Signal::derive(move || pages.with(Pages::is_loading));
    view! {
        <ReportHead edit=format!("/workflows/{}", workflow.id) name=workflow.name title="History" />
        <div class="stack loose">
            <p class="muted">"Every save makes a version. Runs keep the version that they began with."</p>
            <Show when=move || several>
                <Comparison history />
            </Show>
            <h2 class="visually-hidden">"All versions"</h2>
            <Show when=waiting>
                <Skeleton lines=5 />
            </Show>
            <ol class="versions" reversed>
                <For each=move || pages.with(|pages| pages.items().to_vec()) key=|version| version.version let:version>
                    <VersionItem history version />
                </For>
            </ol>
            {move || {
                history
                    .error
                    .get()
                    .map(|error| {
                        let retry = move |()| history.ask(pages.try_update(Pages::retry).flatten());
                        view! { <FailureNote error on_retry=retry /> }
                    })
            }}
            <Show when=more>
                <div class="list-end">
                    <Button busy on_press=move |_| history.ask(pages.try_update(Pages::load_more).flatten())>
                        "Load more"
                    </Button>
                </div>
            </Show>
        </div>
    }
}

#[component]
fn VersionItem(history: History, version: WorkflowVersionSummary) -> impl IntoView {
    let number = version.version;
    let is_current = number == history.current;
    let open = RwSignal::new(false);
    let asking = RwSignal::new(false);
    let steps = plural(u64::try_from(version.step_count).unwrap_or(0), "step", "steps");
    let runs = format!("/runs?workflow={}&version={number}", history.id.get_value());
    let origin = origin_words(&version);
    let line = version.changes.as_ref().map(changes_line);
    let by = version.created_by.clone().map(|name| [" by ", &name].concat());
    let restore = move |()| {
        history.restore(number, history.current, format!("Version {number} is restored."));
    };
    let toggled = move |event: leptos::ev::Event| {
        if event_target::<web_sys::HtmlDetailsElement>(&event).open() {
            open.set(true);
        }
    };
    view! {
        <li class="card padded stack tight">
            <div class="row wrap between">
                <div class="row wrap">
                    <h3>{format!("Version {number}")}</h3>
                    {is_current.then(|| view! { <span class="badge good">"Newest"</span> })}
                    {origin.map(|origin| view! { <span class="badge">{origin}</span> })}
                </div>
                <div class="row wrap">
                    <a class="button ghost small" href=runs aria-label=format!("Runs of this version: {number}")>
                        <Icon icon=icondata_lu::LuPlay />
                        "Runs of this version"
                    </a>
                {(!is_current)
                    .then(|| {
                        view! {
                            <Button
                                small=true
                                icon=icondata_lu::LuUndo2
                                label=format!("Restore version {number}")
                                on_press=move |_| asking.set(true)
                            >
                                "Restore"
                            </Button>
                        }
                    })}
                </div>
            </div>
            <p class="row wrap muted small">
                <span class="break" dir="auto">
                    {version.name}
                </span>
                <span aria-hidden="true">"·"</span>
                <span>{steps}</span>
                <span aria-hidden="true">"·"</span>
                <span class="break">"saved " <When at=version.created_at /> {by}</span>
            </p>
            {if number > 1 {
                view! {
                    <details class="disclosure" on:toggle=toggled>
                        <summary>
                            <span class="visually-hidden">{format!("What version {number} changed: ")}</span>
                            {line.unwrap_or_else(|| "What it changed".to_owned())}
                        </summary>
                        <Show when=move || open.get()>
                            <Difference workflow=history.id.get_value() from=number - 1 to=number />
                        </Show>
                    </details>
                }
                    .into_any()
            } else {
                view! { <p class="muted small">"The first version."</p> }.into_any()
            }}
            <Confirm
                open=asking
                title=format!("Restore version {number}?")
                verb="Restore"
                on_confirm=restore
            >
                <p>
                    {format!(
                        "Name, description and steps become those of version {number}, as a new version. Version {} stays in this list, and you can go back to it.",
                        history.current,
                    )}
                </p>
            </Confirm>
        </li>
    }
}

/// Compares any two versions.
#[component]
fn Comparison(history: History) -> impl IntoView {
    let (from, to) = (RwSignal::new(history.current - 1), RwSignal::new(history.current));
    let shown = RwSignal::new(false);
    let choice = move |label: &'static str, chosen: RwSignal<i64>| {
        let option = move |version: i64| {
            view! {
                <option value=version prop:selected=move || chosen.get() == version>
                    {format!("Version {version}")}
                </option>
            }
        };
        view! {
            <label class="row">
                {label}
                <select class="select" on:change=move |event| {
                    if let Ok(version) = event_target_value(&event).parse() {
                        chosen.set(version);
                    }
                }>{(1..=history.current).rev().take(MOST_CHOICES).map(option).collect_view()}</select>
            </label>
        }
    };
    view! {
        <section class="card padded stack" aria-labelledby="compare">
            <h2 id="compare">"Compare two versions"</h2>
            <div class="row wrap">
                {choice("From", from)} {choice("To", to)}
                <Button on_press=move |_| shown.set(true)>"Compare"</Button>
            </div>
            <Show when=move || shown.get()>
                <Difference workflow=history.id.get_value() from to />
            </Show>
        </section>
    }
}

/// Versions that can be chosen: the newest ones.
const MOST_CHOICES: usize = 200;
