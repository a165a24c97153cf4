//! The steps inside a container of two runs, read page by page.

use leptos::prelude::*;
use sluice_types::{ExecutionId, StepPath, StepRun};
use sluice_web_state::compare::{Pair, pairs};

use super::steps::{Ids, StepList};
use crate::api::{self, ApiError, ApiResult};
use crate::components::{Button, FailureNote, Skeleton};

/// What was read of one run.
#[derive(Debug, Clone, Default)]
struct Side {
    steps: Vec<StepRun>,
    next: Option<String>,
    is_begun: bool,
}

impl Side {
    const fn has_more(&self) -> bool {
        !self.is_begun || self.next.is_some()
    }

    /// Reads the next page, if there is one.
    async fn read(mut self, run: &ExecutionId, container: &StepPath) -> ApiResult<Self> {
        if self.has_more() {
            let page = api::executions::steps_inside(run, container, &[], self.next.as_deref()).await?;
            self.steps.extend(page.items);
            (self.next, self.is_begun) = (page.next_cursor, true);
        }
        Ok(self)
    }
}

/// Matches the steps inside a container of both runs.
#[component]
pub fn Inside(ids: Ids, pair: Pair, shows_all: RwSignal<bool>) -> impl IntoView {
    let nothing = || Side { is_begun: true, ..Side::default() };
    let begin = |has: bool| if has { Side::default() } else { nothing() };
    let sides = RwSignal::new((begin(pair.a.is_some()), begin(pair.b.is_some())));
    let error = RwSignal::new(None::<ApiError>);
    let path = pair.path;
    let read = Action::new_unsync(move |&(): &()| {
        let (first, second) = sides.get_untracked();
        let ((a, b), path) = (ids.get_value(), path.clone());
        async move {
            let read = async { ApiResult::Ok((first.read(&a, &path).await?, second.read(&b, &path).await?)) }.await;
            match read {
                Ok(both) => {
                    error.try_set(None);
                    sides.try_set(both);
                }
                Err(failed) => _ = error.try_set(Some(failed)),
            }
        }
    });
    read.dispatch_local(());
    let is_begun = Memo::new(move |_| sides.with(|(a, b)| a.is_begun && b.is_begun));
    let has_more = Memo::new(move |_| is_begun.get() && sides.with(|(a, b)| a.has_more() || b.has_more()));
    view! {
        <h4>"Steps inside"</h4>
        {move || {
            if let Some(error) = error.get() {
                return view! { <FailureNote error on_retry=move |()| _ = read.dispatch_local(()) /> }.into_any();
            }
            if !is_begun.get() {
                return view! { <Skeleton lines=3 /> }.into_any();
            }
            let all = sides.with(|(a, b)| pairs(a.steps.clone(), b.steps.clone()));
            if all.is_empty() {
                return view! { <p class="muted">"Nothing ran inside."</p> }.into_any();
            }
            view! { <StepList ids pairs=all shows_all /> }.into_any()
        }}
        <Show when=move || has_more.get()>
            <p class="small muted">"More steps are not read yet: some may seem to be in one run only."</p>
            <div>
                <Button small=true busy=read.pending() on_press=move |_| _ = read.dispatch_local(())>
                    "Show more"
                </Button>
            </div>
        </Show>
    }
}
