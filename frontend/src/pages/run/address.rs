//! The address of a run's page: `?view=timeline` or `?view=canvas` chooses the view, `#path` leads to a step.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};
use sluice_types::StepPath;

use super::ids::step_heading;
use super::store::RunStore;
use crate::components::Segments;

/// How the steps of a run are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunView {
    /// One by one, with what they gave.
    Steps,
    /// As bars on an axis of time.
    Timeline,
    /// As a picture of the workflow.
    Canvas,
}

/// The view that the address names.
pub fn view_of_address() -> Memo<RunView> {
    let query = use_query_map();
    Memo::new(move |_| match query.read().get_str("view") {
        Some("timeline") => RunView::Timeline,
        Some("canvas") => RunView::Canvas,
        Some(_) | None => RunView::Steps,
    })
}

/// Steps or timeline, by way of the address.
#[component]
pub fn ViewChoice(view: Memo<RunView>) -> impl IntoView {
    let navigate = use_navigate();
    let path = use_location().pathname;
    let choose = UnsyncCallback::new(move |to: RunView| {
        let query = match to {
            RunView::Steps => "",
            RunView::Timeline => "?view=timeline",
            RunView::Canvas => "?view=canvas",
        };
        navigate(&[path.get_untracked().as_str(), query].concat(), in_place());
    });
    view! {
        <Segments
            label="View of the run"
            choices=vec![(RunView::Steps, "Steps"), (RunView::Timeline, "Timeline"), (RunView::Canvas, "Canvas")]
            chosen=view
            on_choose=move |to| choose.run(to)
        />
    }
}

fn in_place() -> NavigateOptions {
    NavigateOptions { scroll: false, ..NavigateOptions::default() }
}

/// The address of a step, without the origin.
pub fn address_of(store: RunStore, path: &StepPath) -> String {
    format!("/runs/{}#{path}", store.id())
}

/// The whole address of a step.
pub fn link_to(store: RunStore, path: &StepPath) -> String {
    let origin = window().location().origin().unwrap_or_default();
    [origin, address_of(store, path)].concat()
}

/// What takes a step that a person chose into the address.
#[derive(Clone, Copy)]
pub struct Chooser {
    store: RunStore,
    view: Memo<RunView>,
    navigate: UnsyncCallback<StepPath>,
    /// The step that was chosen on this page: the focus stays where it is.
    quiet: StoredValue<Option<StepPath>>,
}

impl Chooser {
    /// Leads to the step that the address names, now and whenever it names another one.
    pub fn provide(store: RunStore, view: Memo<RunView>) {
        let location = use_location();
        let navigate = use_navigate();
        let quiet = StoredValue::new(None);
        // A step stands beside the canvas; the timeline gives way to it.
        let go = move |path: StepPath| {
            let address = match view.get_untracked() {
                RunView::Canvas => format!("/runs/{}?view=canvas#{path}", store.id()),
                RunView::Steps | RunView::Timeline => address_of(store, &path),
            };
            navigate(&address, in_place());
        };
        provide_context(Self { store, view, navigate: UnsyncCallback::new(go), quiet });
        let named = move |hash: &str| StepPath::new(hash.trim_start_matches('#')).ok();
        let first = location.hash.with_untracked(|hash| named(hash));
        if first.is_some() {
            store.follows.set(false);
            store.shown.set(first);
        }
        let own = format!("/runs/{}", store.id());
        Effect::new(move || {
            location.search.track();
            // The address of another run comes before this page goes.
            if location.pathname.with_untracked(|address| address.trim_end_matches('/') != own) {
                return;
            }
            let Some(path) = location.hash.with(|hash| named(hash)) else { return };
            let is_quiet = quiet.try_update_value(Option::take).flatten().as_ref() == Some(&path);
            let is_shown = store.shown.with_untracked(|shown| shown.as_ref() == Some(&path));
            if !(is_quiet && is_shown) {
                store.follows.set(false);
                store.lead_to(&path, step_heading(&path));
            }
        });
    }

    /// Shows a step, and puts it into the address.
    pub fn choose(self, path: &StepPath) {
        self.store.follows.set(false);
        self.store.shown.set(Some(path.clone()));
        self.go_quietly(path);
    }

    /// Opens a step in the view that shows steps, and brings the focus to its heading.
    pub fn open(self, path: &StepPath) {
        self.store.follows.set(false);
        self.go_quietly(path);
        self.store.lead_to(path, step_heading(path));
    }

    /// Brings the focus to an element of a step, in the view that shows steps.
    pub fn lead_to(self, path: &StepPath, target: String) {
        if self.view.get_untracked() == RunView::Timeline {
            self.go_quietly(path);
        }
        self.store.lead_to(path, target);
    }

    /// The page no longer shows what runs as it goes on.
    pub fn stop_following(self) {
        self.store.follows.set(false);
    }

    fn go_quietly(self, path: &StepPath) {
        self.quiet.set_value(Some(path.clone()));
        self.navigate.run(path.clone());
    }
}
