//! A change by a sentence: its progress, then the difference, which a person takes into the draft or drops.

use leptos::prelude::*;
use sluice_types::{CreateAgent, ErrorCode, Generation, GenerationId, GenerationStatus};
use sluice_web_state::editor::{Draft, DraftEdit};
use sluice_web_state::format::{cost, plural};
use sluice_web_state::generation::{Taken, changed_fields, changed_steps, draft_changes, take_design, with_content};
use sluice_web_state::model_choice::called;

use super::refine::Refine;
use crate::api::{self, ApiError, ApiResult};
use crate::components::{Button, ButtonKind, Dialog, FailureNote, Note, NoteKind, Skeleton};
use crate::pages::generate::{Changes, DesignFailed, EndAnnouncer, GenerationStore, ProgressCard};
use crate::session::Session;

/// Open while a person looks at the change. Closing it drops nothing: the card in the builder leads back.
#[component]
pub fn RefineDialog(refine: Refine) -> impl IntoView {
    let id = Memo::new(move |_| refine.refining.with(|refining| refining.generation.clone()));
    view! {
        <Dialog
            open=refine.open
            on_close=move |()| refine.open.set(false)
            title="Change it by a sentence".to_owned()
            wide=true
        >
            {move || id.get().map(|id| view! { <Loading refine id /> })}
        </Dialog>
    }
}

#[component]
fn Loading(refine: Refine, id: GenerationId) -> impl IntoView {
    let generation = LocalResource::new(move || {
        let id = id.clone();
        async move { api::generations::get(&id).await }
    });
    let shown = move |answer: ApiResult<Generation>| match answer {
        Ok(generation) => view! { <Watched refine generation /> }.into_any(),
        Err(error) if error.code() == Some(ErrorCode::GenerationNotFound) => view! { <Gone refine /> }.into_any(),
        Err(error) => view! {
            <div class="body">
                <FailureNote error on_retry=move |()| generation.refetch() />
            </div>
        }
        .into_any(),
    };
    move || generation.get().map_or_else(|| view! { <div class="body"><Skeleton /></div> }.into_any(), shown)
}

#[component]
fn Gone(refine: Refine) -> impl IntoView {
    view! {
        <div class="body">
            <p>"This change is not there any more: designs are kept for a week. Your sentence is kept."</p>
        </div>
        <footer>
            <Button on_press=move |_| refine.drop_generation()>"Close"</Button>
        </footer>
    }
}

#[component]
fn Watched(refine: Refine, generation: Generation) -> impl IntoView {
    let store = GenerationStore::new(generation);
    let status = Memo::new(move |_| store.status());
    let shown = move || {
        if store.gone.get() {
            return view! { <Gone refine /> }.into_any();
        }
        match status.get() {
            GenerationStatus::Running => view! {
                <div class="body stack">
                    <p dir="auto">{store.generation().prompt}</p>
                    <ProgressCard store />
                </div>
            }
            .into_any(),
            GenerationStatus::Completed => view! { <Difference refine generation=store.generation() /> }.into_any(),
            GenerationStatus::Failed | GenerationStatus::Cancelled | GenerationStatus::Unknown => {
                let is_cancelled = status.get_untracked() == GenerationStatus::Cancelled;
                let again = move |()| {
                    refine.drop_generation();
                    if !is_cancelled {
                        refine.send();
                    }
                };
                view! {
                    <div class="body stack">
                        <DesignFailed generation=store.generation() on_retry=again />
                    </div>
                    <footer>
                        <Button on_press=move |_| refine.drop_generation()>"Close"</Button>
                    </footer>
                }
                .into_any()
            }
        }
    };
    view! {
        <EndAnnouncer store />
        {shown}
    }
}

/// What the change does to the draft as it is now.
#[component]
fn Difference(refine: Refine, generation: Generation) -> impl IntoView {
    let designed = generation.workflow.clone().unwrap_or_default();
    let mine = refine.builder().draft.with_untracked(|draft| draft.0.clone());
    let Taken { draft, replaces_edits } = refine.base.with_value(|base| take_design(base.as_deref(), &mine, designed));
    let (fields, steps) = draft_changes(&mine, &draft);
    let changes_nothing = steps.is_empty() && fields.is_empty();
    let agents = generation.agents_to_create.clone();
    let model = called(Some(&generation.provider), Some(&generation.model));
    let spent = if generation.simulated { "simulated, free".to_owned() } else { cost(generation.cost_usd) };
    let explanation = generation.explanation.clone();
    let taker = Taker::new(refine, agents.clone(), draft);
    view! {
        <div class="body stack">
            <p class="explanation" dir="auto">
                {explanation}
            </p>
            <p class="small muted">
                <span class="mono">{model}</span>
                {format!(" · {spent}")}
            </p>
            {(replaces_edits && !changes_nothing)
                .then(|| {
                    view! {
                        <Note kind=NoteKind::Warn>
                            "The draft may have changed since you asked: the change is made on what was sent, and replaces what does not fit. Undo brings it back."
                        </Note>
                    }
                })}
            <NewAgents agents />
            <h3>"What changes in the draft"</h3>
            <Changes steps=changed_steps(&steps) fields=changed_fields(&fields) />
            {move || taker.error.get().map(|error| view! { <FailureNote error on_retry=move |()| taker.take() /> })}
        </div>
        <footer>
            <Button on_press=move |_| refine.drop_generation()>"Discard it"</Button>
            <Button
                kind=ButtonKind::Primary
                busy=taker.create.pending()
                disabled=changes_nothing
                on_press=move |_| taker.take()
            >
                "Apply to the draft"
            </Button>
        </footer>
    }
}

#[component]
fn NewAgents(agents: Vec<CreateAgent>) -> impl IntoView {
    (!agents.is_empty()).then(|| {
        let count = plural(u64::try_from(agents.len()).unwrap_or(u64::MAX), "new agent", "new agents");
        let names = agents.iter().map(|agent| agent.name.clone()).collect::<Vec<_>>().join(", ");
        view! {
            <Note kind=NoteKind::Info>
                {format!("It needs {count}: {names}. They are created when you apply it, and stay when you undo it.")}
            </Note>
        }
    })
}

/// Takes a change into the draft, once the agents that it names are there. A copy is a handle to the same one.
#[derive(Clone, Copy)]
struct Taker {
    error: RwSignal<Option<ApiError>>,
    create: Action<(), ()>,
}

impl Taker {
    fn new(refine: Refine, agents: Vec<CreateAgent>, designed: Draft) -> Self {
        let session = expect_context::<Session>();
        let error = RwSignal::new(None);
        // Agents that were created before a later one was refused are not created again.
        let left = StoredValue::new(agents);
        let create = Action::new_unsync(move |&()| {
            let designed = designed.clone();
            async move {
                while let Some(agent) = left.try_with_value(|left| left.first().cloned()).flatten() {
                    if let Err(refused) = api::agents::create(&agent).await {
                        error.try_set(Some(refused));
                        return;
                    }
                    left.try_update_value(|left| _ = left.remove(0));
                    session.agents.refetch();
                }
                // The builder was left meanwhile: the change waits for the next one.
                if error.is_disposed() {
                    return;
                }
                let builder = refine.builder();
                let draft = builder.draft.with_untracked(|draft| with_content(draft, &designed));
                if builder.edit(DraftEdit::ChangeBySentence(Box::new(draft))) {
                    refine.done();
                    builder.offer_undo("The change is in the draft. It is not saved yet.".to_owned());
                }
            }
        });
        Self { error, create }
    }

    fn take(self) {
        if !self.create.pending().get_untracked() {
            self.error.set(None);
            self.create.dispatch_local(());
        }
    }
}
