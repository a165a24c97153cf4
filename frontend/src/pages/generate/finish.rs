//! Creating what was designed, or going on with it in the builder.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use sluice_types::{AppliedGeneration, ApplyGeneration};
use sluice_web_state::editor::Draft;
use sluice_web_state::format::plural;
use sluice_web_state::generation::Design;

use super::result::DesignState;
use crate::api::{self, ApiError};
use crate::browser::focus::{focus_soon, reveal};
use crate::browser::ids::unique_key;
use crate::browser::storage;
use crate::components::{Button, ButtonKind, FailureNote, Toasts};
use crate::pages::builder::Handover;
use crate::session::Session;

/// The call that creates, and its state.
#[derive(Clone, Copy)]
struct Finish {
    state: DesignState,
    error: RwSignal<Option<ApiError>>,
    /// The last request with its key: a request that is sent again creates nothing twice.
    sent: StoredValue<Option<(ApplyGeneration, String)>>,
    apply: Action<(ApplyGeneration, String), ()>,
}

impl Finish {
    fn new(state: DesignState) -> Self {
        let (session, toasts, navigate) = (expect_context::<Session>(), expect_context::<Toasts>(), use_navigate());
        let error = RwSignal::new(None);
        let apply = Action::new_unsync(move |(request, key): &(ApplyGeneration, String)| {
            let (request, key, navigate) = (request.clone(), key.clone(), navigate.clone());
            async move {
                match api::generations::apply(&request, &key).await {
                    Ok(applied) => {
                        if !applied.agents.is_empty() {
                            session.agents.refetch();
                        }
                        if let Some(id) = &request.generation_id {
                            storage::remove(&Design::key(id));
                        }
                        toasts.done(said(&applied));
                        // The page may have been left meanwhile.
                        if !error.is_disposed() {
                            navigate(&format!("/workflows/{}", applied.workflow.id), NavigateOptions::default());
                        }
                    }
                    Err(refused) => _ = error.try_set(Some(refused)),
                }
            }
        });
        Self { state, error, sent: StoredValue::new(None), apply }
    }

    fn create(self) {
        if !self.state.design.with_untracked(Design::faults).none() {
            lead_to_fault();
            return;
        }
        if self.apply.pending().get_untracked() {
            return;
        }
        let request =
            self.state.read(|generation| self.state.design.with_untracked(|design| design.request(generation)));
        let before =
            self.sent.with_value(|sent| sent.as_ref().filter(|(sent, _)| *sent == request).map(|(_, key)| key.clone()));
        // A request that was refused may be right by now: it is another one.
        let refused = self.error.with_untracked(|error| error.as_ref().is_some_and(|error| error.problem().is_some()));
        let key = before.filter(|_| !refused).unwrap_or_else(unique_key);
        self.sent.set_value(Some((request.clone(), key.clone())));
        self.error.set(None);
        self.apply.dispatch_local((request, key));
    }
}

/// Puts the focus on the first field that is wrong, and unfolds what is around it.
fn lead_to_fault() {
    let field = document().query_selector("main [aria-invalid=true]").ok().flatten();
    if let Some(id) = field.map(|field| field.id()) {
        reveal(&id);
        focus_soon(id);
    }
}

fn said(applied: &AppliedGeneration) -> String {
    let name = &applied.workflow.name;
    let verb = if applied.workflow.version > 1 { "Saved" } else { "Created" };
    match u64::try_from(applied.agents.len()).unwrap_or(u64::MAX) {
        0 => format!("{verb} “{name}”"),
        agents => format!("{verb} “{name}” with {}", plural(agents, "agent", "agents")),
    }
}

/// The bar at the foot: what will be created, and the buttons.
#[component]
pub fn FinishBar(state: DesignState) -> impl IntoView {
    let finish = Finish::new(state);
    let (handover, navigate) = (expect_context::<Handover>(), use_navigate());
    let changes_saved = state.read(|generation| generation.workflow_id.is_some());
    let agents = Memo::new(move |_| {
        state.design.with(|design| {
            let created = design.agents.iter().filter(|agent| !agent.left_out).count();
            u64::try_from(created).unwrap_or(u64::MAX)
        })
    });
    let open = move |_| {
        let (id, workflow) = state.read(|generation| {
            (generation.workflow_id.clone(), state.design.with_untracked(|design| design.workflow(generation)))
        });
        if let Some(workflow) = workflow {
            let address = id.as_ref().map_or_else(|| "/new".to_owned(), |id| format!("/workflows/{id}"));
            handover.give_design(id, Draft::from_create(workflow));
            navigate(&address, NavigateOptions::default());
        }
    };
    let created = state.read(|generation| generation.applied_workflow_id.is_some());
    let told = move || match (changes_saved, agents.get()) {
        // The note above says what was created.
        _ if created => String::new(),
        (false, 0) => "Nothing is created yet.".to_owned(),
        (false, agents) => {
            format!("Nothing is created yet. {} will be created with it.", plural(agents, "new agent", "new agents"))
        }
        (true, _) => "The saved workflow is not changed yet.".to_owned(),
    };
    view! {
        <section class="save-bar" aria-label="Create">
            {move || finish.error.get().map(|error| view! { <FailureNote error on_retry=move |()| finish.create() /> })}
            <div>
                <span class="state" role="status">
                    {told}
                </span>
                <Button
                    disabled=Signal::derive(move || agents.get() > 0)
                    label=Signal::derive(move || {
                        (agents.get() > 0)
                            .then(|| "Open in the builder: create it first, as its agents are not there yet".to_owned())
                    })
                    on_press=open
                >
                    "Open in the builder"
                </Button>
                <Button
                    kind=ButtonKind::Primary
                    icon=icondata_lu::LuCheck
                    busy=finish.apply.pending()
                    on_press=move |_| finish.create()
                >
                    {if changes_saved { "Save as the next version" } else { "Create workflow" }}
                </Button>
            </div>
        </section>
    }
}
