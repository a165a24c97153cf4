//! The run on the canvas: the picture of its workflow, with how each step stands.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use sluice_types::{BlockAddress, Positions, Slot, StepId, StepPath, StepRunStatus, positions_of};
use sluice_web_state::canvas::progress::{
    RunsByStep, case_taken, container_runs, inside_words, is_taken, run_to_show, runs_by_step,
};
use sluice_web_state::canvas::words::HELP_OF_RUN;
use sluice_web_state::canvas::{Picture, PictureEdge};
use sluice_web_state::run::{lane_status, spent_briefly};
use sluice_web_state::shared::Shared;

use super::address::Chooser;
use super::ids::step_heading;
use super::inside::Inside;
use super::lead::bring_into_view;
use super::output::OutputCard;
use super::pane::ChosenStep;
use super::spent::{cost_of, took};
use super::store::RunStore;
use crate::api;
use crate::browser::focus::focus_soon;
use crate::components::canvas::{CanvasHost, CanvasInput, CanvasSeat, LazyCanvas, ListMark};
use crate::components::{Icon, StepDot, step_kind, step_look, step_word};

/// Runs of containers whose insides are read for the picture: each is a request whenever something changes in it.
const MOST_CONTAINERS_READ: usize = 24;

/// The picture with the chosen step beside it.
#[component]
pub fn RunCanvas(store: RunStore) -> impl IntoView {
    let layout = RwSignal::new(Arc::<Positions>::default());
    read_layout(store, layout);
    let input = Memo::new(move |_| Some(CanvasInput { index: store.index()?, layout: layout.get() }));
    let runs = store.watch(runs_by_step);
    let chooser = expect_context::<Chooser>();
    let view = RwSignal::new(None);
    // Where the steps stand does not matter for what is told of containers.
    let picture =
        Memo::new(move |_| store.index().map(|index| Shared(Arc::new(Picture::of(&index, &Positions::new())))));
    let seat = CanvasSeat::new(RunOnCanvas { store, runs, picture, chooser }, input, view);
    Effect::new(move || {
        let shown = store.shown.get();
        let id = shown.and_then(|path| store.peek_step(&path, |step| step.run.step_id.clone()));
        if id.is_some() && seat.selected.get_untracked() != id {
            seat.selected.set(id);
        }
    });
    let containers = store.watch(|run| container_runs(run).into_iter().take(MOST_CONTAINERS_READ).collect::<Vec<_>>());
    view! {
        <For each=move || containers.get() key=Clone::clone let:path>
            {follow_inside(store, &path)}
        </For>
        <div class="canvas-view run-canvas">
            <section aria-labelledby="steps-heading">
                <h2 id="steps-heading" class="visually-hidden">
                    "Steps"
                </h2>
                <LazyCanvas seat />
            </section>
            <div class="stack">
                <ChosenStep store />
                <OutputCard store />
            </div>
        </div>
    }
}

/// What runs inside a container is read as long as the picture is shown.
fn follow_inside(store: RunStore, path: &StepPath) {
    Inside::follow(store, path);
}

/// The positions of the workflow as it is now; of steps that the run does not have they say nothing.
fn read_layout(store: RunStore, layout: RwSignal<Arc<Positions>>) {
    let workflow = store.peek(|run| run.execution().workflow_id.clone());
    spawn_local(async move {
        if let Ok(workflow) = api::workflows::get(&workflow).await {
            layout.try_set(Arc::new(positions_of(&workflow.layout)));
        }
    });
}

/// The run as the page of a canvas.
struct RunOnCanvas {
    store: RunStore,
    runs: Memo<RunsByStep>,
    picture: Memo<Option<Shared<Picture>>>,
    chooser: Chooser,
}

/// The step runs of a step.
fn paths_of(runs: Memo<RunsByStep>, id: &StepId) -> Vec<StepPath> {
    runs.with(|runs| runs.get(id).cloned()).unwrap_or_default()
}

/// How a step stands, over all its runs. Tracks changes.
fn status_of(store: RunStore, runs: Memo<RunsByStep>, id: &StepId) -> StepRunStatus {
    let statuses: Vec<StepRunStatus> =
        paths_of(runs, id).iter().filter_map(|path| store.step(path, |step| step.run.status)).collect();
    lane_status(&statuses)
}

impl CanvasHost for RunOnCanvas {
    fn face(&self, id: &StepId) -> AnyView {
        let (store, runs) = (self.store, self.runs);
        let step = store.index().and_then(|index| index.place(id).map(|place| Arc::clone(&place.step)));
        let Some(step) = step else { return ().into_any() };
        let own = id.clone();
        let paths = Memo::new(move |_| paths_of(runs, &own));
        let own = id.clone();
        let status = Memo::new(move |_| status_of(store, runs, &own));
        let stale = Memo::new(move |_| {
            paths.read().iter().any(|path| store.step(path, |step| step.run.stale).unwrap_or_default())
        });
        let spent = took(store, paths.into(), status, spent_briefly);
        let cost = cost_of(store, paths.into());
        let (picture, own, is_container) = (self.picture, id.clone(), step.kind.is_container());
        let inside = Memo::new(move |_| {
            let picture = picture.get().filter(|_| is_container)?;
            store.head(|run| runs.with(|runs| inside_words(run, runs, &picture, &own)))
        });
        let line = move || {
            let parts = [inside.get(), spent.get(), cost.get()];
            let parts: Vec<String> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
            if parts.is_empty() { step_word(status.get()).to_owned() } else { parts.join(" · ") }
        };
        view! {
            <Icon icon=step_look(&step).icon />
            <span class="canvas-text">
                <span class="canvas-label">{step.label.clone()}</span>
                <span class="canvas-line numbers">{line}</span>
            </span>
            <StepDot status stale />
        }
        .into_any()
    }

    fn name(&self, _picture: &Picture, id: &StepId) -> String {
        let status = step_word(status_of(self.store, self.runs, id));
        let known = self.store.index().and_then(|index| {
            index.place(id).map(|place| (place.step.label.clone(), step_kind(place.step.step_type()).word))
        });
        known.map(|(label, kind)| format!("{label}, {kind}, {status}")).unwrap_or_default()
    }

    fn class(&self, id: &StepId) -> String {
        let is_shown =
            self.store.shown.with(|shown| shown.as_ref().is_some_and(|shown| paths_of(self.runs, id).contains(shown)));
        let status = status_of(self.store, self.runs, id);
        ["run ", status.as_str(), if is_shown { " open" } else { "" }].concat()
    }

    fn list_mark(&self, parent: &StepId, slot: &Slot) -> ListMark {
        let taken = self.store.head(|run| self.runs.with(|runs| case_taken(run, runs, parent, slot)));
        match taken {
            None => ListMark::Plain,
            Some(true) => ListMark::Taken,
            Some(false) => ListMark::NotTaken,
        }
    }

    fn is_taken(&self, picture: &Picture, list: &BlockAddress, edge: &PictureEdge) -> bool {
        self.store.head(|run| self.runs.with(|runs| is_taken(run, runs, picture, list, edge)))
    }

    fn element_id(&self, id: &StepId) -> String {
        format!("canvas-{id}")
    }

    fn open(&self, id: &StepId, by_key: bool) {
        let paths = untrack(|| paths_of(self.runs, id));
        // A step that has not run yet has nothing to show.
        let Some(path) = self.store.peek(|run| run_to_show(run, &paths)) else { return };
        self.chooser.choose(&path);
        let heading = step_heading(&path);
        if by_key {
            focus_soon(heading);
        } else {
            // On a telephone the step stands below the picture.
            request_animation_frame(move || bring_into_view(&heading));
        }
    }

    fn words(&self) -> (&'static str, &'static str) {
        ("The run on a canvas. The view “Steps” has all of it, too", HELP_OF_RUN)
    }

    fn list_link(&self) -> AnyView {
        view! { <a href=format!("/runs/{}", self.store.id())>"Show as a list"</a> }.into_any()
    }
}
