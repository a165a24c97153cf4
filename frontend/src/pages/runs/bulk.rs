//! Commands to many runs: how far they are, and what came of them.

use leptos::prelude::*;
use sluice_types::{ExecutionSummary, PatchStep};
use sluice_web_state::compare::address;
use sluice_web_state::format::plural;
use sluice_web_state::runs::{BulkAction, BulkFailure, BulkReport, RunSelection};

use super::listing::Listing;
use super::names::Names;
use crate::api::executions::Command;
use crate::api::{self, ApiError};
use crate::components::{Button, ButtonKind, CloseButton, Confirm, Deletion, LinkButton, Note, NoteKind, Toasts};
use crate::waiting::WaitingGates;

/// The runs that are chosen, and the command that is under way for them.
#[derive(Clone, Copy)]
pub struct Bulk {
    /// Which are chosen.
    pub chosen: RwSignal<RunSelection>,
    listing: Listing,
    names: Names,
    /// The command under way, how many runs it has been sent to, and how many it is for.
    progress: RwSignal<Option<(BulkAction, usize, usize)>>,
    report: RwSignal<Option<BulkReport>>,
    run: Action<(BulkAction, Vec<ExecutionSummary>), ()>,
    toasts: Toasts,
}

impl Bulk {
    /// Nothing is chosen yet.
    pub fn new(listing: Listing, names: Names) -> Self {
        let progress = RwSignal::new(None);
        let report = RwSignal::new(None);
        let chosen = RwSignal::new(RunSelection::default());
        let (toasts, gates): (Toasts, WaitingGates) = (expect_context(), expect_context());
        let run = Action::new_unsync(move |(action, runs): &(BulkAction, Vec<ExecutionSummary>)| {
            let (action, runs) = (*action, runs.clone());
            async move {
                let mut told = BulkReport::new(action);
                for (at, run) in runs.iter().enumerate() {
                    progress.try_set(Some((action, at, runs.len())));
                    match send(action, run).await {
                        Ok(()) => told.done = told.done.saturating_add(1),
                        Err(why) => told.failed.push(failure(names, run, why)),
                    }
                }
                listing.read_beginning().await;
                gates.look();
                progress.try_set(None);
                if told.failed.is_empty() {
                    chosen.try_set(RunSelection::default());
                    toasts.done(told.words());
                } else {
                    // Those that failed stay chosen, to be tried again.
                    chosen.try_update(|chosen| {
                        for run in &runs {
                            chosen.put(&run.id, told.failed.iter().any(|failed| failed.id == run.id));
                        }
                    });
                    report.try_set(Some(told));
                }
            }
        });
        // What was chosen in another list is not seen any more.
        Effect::new(move |before: Option<()>| {
            listing.filter.track();
            if before.is_some() {
                chosen.set(RunSelection::default());
            }
        });
        Self { chosen, listing, names, progress, report, run, toasts }
    }

    /// The chosen runs that a command is possible for. Tracks changes.
    fn runs_for(self, action: BulkAction) -> Vec<ExecutionSummary> {
        let shown = self.listing.shown();
        self.chosen.with(|chosen| chosen.for_action(action, &shown))
    }

    fn begin(self, action: BulkAction) {
        let runs = untrack(move || self.runs_for(action));
        self.report.set(None);
        if action == BulkAction::Delete {
            self.delete(&runs);
        } else {
            self.run.dispatch_local((action, runs));
        }
    }

    /// Deletes them, with time to take it back.
    fn delete(self, runs: &[ExecutionSummary]) {
        let deletions = runs.iter().map(|run| Deletion::Run(run.id.clone())).collect();
        let count = u64::try_from(runs.len()).unwrap_or(u64::MAX);
        let (names, runs) = (self.names, runs.to_vec());
        self.chosen.set(RunSelection::default());
        let toasts = self.toasts;
        let then = move |done: Vec<Deletion>, failed: Vec<(Deletion, ApiError)>| {
            self.listing.forget(&done);
            if failed.is_empty() {
                return;
            }
            let of = |deletion: &Deletion| runs.iter().find(|run| *deletion == Deletion::Run(run.id.clone()));
            let failed: Vec<BulkFailure> = failed
                .iter()
                .filter_map(|(deletion, error)| Some(failure(names, of(deletion)?, error.title())))
                .collect();
            let told = BulkReport { done: done.len(), failed, ..BulkReport::new(BulkAction::Delete) };
            let words = told.words();
            // The page may be gone by then.
            if self.report.try_set(Some(told)).is_some() {
                toasts.failed(words);
            }
        };
        let text = format!("Deleted {}.", plural(count, "run", "runs"));
        self.listing.deletions.begin_all(deletions, text, Box::new(then));
    }
}

fn failure(names: Names, run: &ExecutionSummary, why: String) -> BulkFailure {
    BulkFailure { id: run.id.clone(), name: untrack(|| names.of(&run.workflow_id)), why }
}

/// Sends a command to one run; gives why it did not work.
async fn send(action: BulkAction, run: &ExecutionSummary) -> Result<(), String> {
    let why = |error: ApiError| error.problem().map_or_else(|| error.title(), |problem| problem.detail.clone());
    match action {
        BulkAction::Cancel => api::executions::command(&run.id, Command::Cancel).await.map(drop).map_err(why),
        BulkAction::Delete => api::executions::delete(&run.id).await.map_err(why),
        BulkAction::Retry => {
            let path = match run.error.as_ref().and_then(|error| error.path.clone()) {
                Some(path) => Some(path),
                None => api::executions::first_unfinished(&run.id).await.map_err(why)?,
            };
            let path = path.ok_or_else(|| "It has no step that failed.".to_owned())?;
            api::executions::retry(&run.id, &path, &PatchStep::default()).await.map(drop).map_err(why)
        }
    }
}

/// What can be done with the chosen runs.
#[component]
pub fn BulkBar(bulk: Bulk) -> impl IntoView {
    let count = Memo::new(move |_| {
        let shown = bulk.listing.shown();
        bulk.chosen.with(|chosen| chosen.among(&shown).len())
    });
    // Two runs can be compared.
    let comparison = Memo::new(move |_| {
        let shown = bulk.listing.shown();
        match bulk.chosen.with(|chosen| chosen.among(&shown)).as_slice() {
            [one, other] => Some(address(&one.id, &other.id)),
            _ => None,
        }
    });
    let words = move || match bulk.progress.get() {
        Some((action, at, of)) => format!("{}: {} of {of} …", action.verb(), at.saturating_add(1)),
        None => format!("{} chosen", plural(u64::try_from(count.get()).unwrap_or(u64::MAX), "run", "runs")),
    };
    view! {
        <Show when=move || count.get() != 0>
            <div class="bulk-bar" role="region" aria-label="Chosen runs">
                <strong class="numbers" role="status">
                    {words}
                </strong>
                <div class="row wrap">
                    {move || {
                        comparison
                            .get()
                            .map(|href| view! { <LinkButton small=true icon=icondata_lu::LuGitCompare href>"Compare"</LinkButton> })
                    }}
                    <BulkButton bulk action=BulkAction::Cancel />
                    <BulkButton bulk action=BulkAction::Retry />
                    <BulkButton bulk action=BulkAction::Delete />
                    <Button
                        kind=ButtonKind::Ghost
                        small=true
                        on_press=move |_| bulk.chosen.set(RunSelection::default())
                    >
                        "Choose none"
                    </Button>
                </div>
            </div>
        </Show>
    }
}

/// A command to those of the chosen runs that it suits, with their number. A deletion can be undone; the others ask first.
#[component]
fn BulkButton(bulk: Bulk, action: BulkAction) -> impl IntoView {
    let count = Memo::new(move |_| bulk.runs_for(action).len());
    let asks = RwSignal::new(false);
    let icon = match action {
        BulkAction::Cancel => icondata_lu::LuCircleStop,
        BulkAction::Retry => icondata_lu::LuRefreshCw,
        BulkAction::Delete => icondata_lu::LuTrash2,
    };
    let about = match action {
        BulkAction::Cancel => "Their steps stop at once. What is completed is kept.",
        BulkAction::Retry => {
            "Each goes on from the step that failed, and may cost again. What is completed before it is kept."
        }
        BulkAction::Delete => "",
    };
    let press = move |_| {
        if action == BulkAction::Delete { bulk.begin(action) } else { asks.set(true) }
    };
    let verb = if action == BulkAction::Cancel { "Cancel the runs" } else { "Retry" };
    view! {
        <Button
            small=true
            icon
            busy=bulk.run.pending()
            disabled=Signal::derive(move || count.get() == 0)
            on_press=press
        >
            {action.verb()}
            " "
            <span class="numbers">{move || count.get()}</span>
        </Button>
        <Confirm
            open=asks
            title=Signal::derive(move || action.question(count.get()))
            verb
            on_confirm=move |()| bulk.begin(action)
        >
            <p>{about}</p>
        </Confirm>
    }
}

/// For which runs the last command did not work, and why.
#[component]
pub fn BulkReportNote(bulk: Bulk) -> impl IntoView {
    move || {
        let report = bulk.report.get()?;
        let item = |failed: &BulkFailure| {
            let href = format!("/runs/{}", failed.id);
            view! {
                <li class="break">
                    <a href=href dir="auto">{failed.name.clone()}</a>
                    ": "
                    {failed.why.clone()}
                </li>
            }
        };
        Some(view! {
            <Note kind=NoteKind::Bad>
                <div class="row between top">
                    <div class="stack tight grow">
                        <strong>{report.words()}</strong>
                        <ul class="bulk-failures">{report.failed.iter().map(item).collect_view()}</ul>
                    </div>
                    <CloseButton label="Dismiss" on_press=move |_| bulk.report.set(None) />
                </div>
            </Note>
        })
    }
}
