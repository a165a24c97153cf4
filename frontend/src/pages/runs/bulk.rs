//! Commands to many runs: how far they are, and what came of them.

use futures_util::StreamExt;
use leptos::prelude::*;
use sluice_types::{Execution, ExecutionSummary, PatchStep};
use sluice_web_state::compare::address;
use sluice_web_state::format::{plural, run_name};
use sluice_web_state::list::Pages;
use sluice_web_state::runs::{AT_ONCE, BulkAction, BulkFailure, BulkReport, MOST_CHOSEN, RunSelection, summary_of};

use super::listing::Listing;
use super::names::Names;
use crate::api::executions::Command;
use crate::api::{self, ApiError};
use crate::components::{
    Button, ButtonKind, CloseButton, Confirm, Deletion, LinkButton, Message, Note, NoteKind, Toasts,
};
use crate::waiting::WaitingGates;

/// The runs that are chosen, and the command that is under way for them.
#[derive(Clone, Copy)]
pub struct Bulk {
    /// Which are chosen.
    pub chosen: RwSignal<RunSelection>,
    listing: Listing,
    names: Names,
    /// The command under way, how many runs have answered it, and how many it is for.
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
                progress.try_set(Some((action, 0, runs.len())));
                let mut answers = futures_util::stream::iter(&runs)
                    .map(|run| async move { (run, send(action, run).await) })
                    .buffered(AT_ONCE);
                let (mut told, mut changed) = (BulkReport::new(action), Vec::new());
                while let Some((run, answer)) = answers.next().await {
                    match answer {
                        Ok(run) => {
                            told.done = told.done.saturating_add(1);
                            changed.push(summary_of(run));
                        }
                        Err(why) => told.failed.push(failure(names, run, why)),
                    }
                    progress.try_set(Some((action, told.done.saturating_add(told.failed.len()), runs.len())));
                }
                // The beginning is read once more; what lies behind it is known from the answers.
                listing.show(changed);
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
    let name = untrack(|| run_name(&names.of(&run.workflow_id), run.number));
    BulkFailure { id: run.id.clone(), name, why }
}

/// Sends a command to one run; gives the run as it is then, or why it did not work. Deletions are not sent here: they
/// wait until they cannot be taken back.
async fn send(action: BulkAction, run: &ExecutionSummary) -> Result<Execution, String> {
    let why = |error: ApiError| error.problem().map_or_else(|| error.title(), |problem| problem.detail.clone());
    match action {
        BulkAction::Cancel | BulkAction::Delete => {
            api::executions::command(&run.id, Command::Cancel).await.map_err(why)
        }
        BulkAction::Retry => {
            let path = match run.error.as_ref().and_then(|error| error.path.clone()) {
                Some(path) => Some(path),
                None => api::executions::first_unfinished(&run.id).await.map_err(why)?,
            };
            let path = path.ok_or_else(|| "It has no step that failed.".to_owned())?;
            api::executions::retry(&run.id, &path, &PatchStep::default()).await.map_err(why)
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
        Some((action, done, of)) => format!("{}: {done} of {of} …", action.verb()),
        None => format!("{} chosen", plural(u64::try_from(count.get()).unwrap_or(u64::MAX), "run", "runs")),
    };
    view! {
        <Show when=move || count.get() != 0>
            <div class="bulk-bar" role="region" aria-label="Chosen runs">
                <strong class="numbers" role="status">
                    {words}
                </strong>
                <ChooseAll bulk />
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

/// Chooses also the runs that the list has and that are not loaded yet, once all that are shown are chosen.
#[component]
fn ChooseAll(bulk: Bulk) -> impl IntoView {
    let choose = Action::new_unsync(move |&()| async move {
        bulk.listing.load_rest().await;
        let all = untrack(move || bulk.listing.shown());
        bulk.chosen.try_update(|chosen| chosen.put_all(&all, true));
    });
    let is_offered = Memo::new(move |_| {
        let has_more = bulk.listing.pages.with(|pages| pages.has_more() && pages.items().len() < MOST_CHOSEN);
        let shown = bulk.listing.shown();
        has_more && bulk.chosen.with(|chosen| chosen.among(&shown).len()) == shown.len()
    });
    let busy = Signal::derive(move || choose.pending().get() || bulk.listing.pages.with(Pages::is_loading));
    view! {
        <Show when=move || is_offered.get() || choose.pending().get()>
            <Button
                kind=ButtonKind::Ghost
                small=true
                busy
                on_press=move |_| {
                    choose.dispatch_local(());
                }
            >
                "Choose all that match"
            </Button>
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
                    <Message text=failed.why.clone() />
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
