//! The page on which a workflow is described, and the page of one generation.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params};
use leptos_router::params::Params;
use sluice_types::{ErrorCode, GenerateWorkflow, Generation, GenerationId, GenerationStatus};

use super::designer::DesignerField;
use super::failed::DesignFailed;
use super::follow::GenerationStore;
use super::progress::{EndAnnouncer, ProgressCard};
use super::prompt::{PromptField, StartFailure, Starter};
use super::recent::Recent;
use super::result::DesignResult;
use crate::api::{self, ApiResult};
use crate::browser::focus::{MAIN, keep_focus, use_title};
use crate::components::{
    Button, ButtonKind, Empty, Examples, FailureNote, GENERATE, LinkButton, ModelChoice, Skeleton, described,
};
use crate::pages::not_found::NotFound;

/// Where one is: below the list of workflows.
#[component]
pub fn Crumbs(here: &'static str) -> impl IntoView {
    view! {
        <nav class="crumbs" aria-label="Breadcrumbs">
            <a href="/">"Workflows"</a>
            <span aria-hidden="true">"/"</span>
            <span>{here}</span>
        </nav>
    }
}

/// The id of the prompt, to which examples lead.
const PROMPT: &str = "generate-prompt";

/// Takes what a workflow is to do, and begins its design.
#[component]
pub fn GeneratePage() -> impl IntoView {
    use_title(|| "Describe a workflow".to_owned());
    let described = described();
    let navigate = use_navigate();
    let starter = Starter::new(move |generation: Generation| {
        // The next one is likely to be designed by the same model.
        described.update(|described| described.prompt.clear());
        navigate(&address(&generation.id), NavigateOptions::default());
    });
    let prompt = Signal::derive(move || described.with(|described| described.prompt.clone()));
    let model = Signal::derive(move || {
        described.with(|described| ModelChoice { provider: described.provider.clone(), model: described.model.clone() })
    });
    let send = move || {
        let described = described.get_untracked();
        starter.send(GenerateWorkflow {
            prompt: described.prompt,
            provider: described.provider,
            model: described.model,
            ..GenerateWorkflow::default()
        });
    };
    let choose = move |choice: ModelChoice| {
        described.update(|described| (described.provider, described.model) = (choice.provider, choice.model));
    };
    view! {
        <Crumbs here="Describe" />
        <div class="page-head">
            <h1>"Describe a workflow"</h1>
        </div>
        <div class="stack loose generate">
            <section class="card padded stack" aria-label="Describe">
                <PromptField
                    id=PROMPT
                    label="What should the workflow do?"
                    hint="Say what goes in, what comes out, and where a person decides. Any language will do."
                    prompt
                    starter
                    on_type=move |text| described.update(|described| described.prompt = text)
                    on_send=move |()| send()
                />
                <Examples described focus=PROMPT />
                <DesignerField chosen=model on_choose=choose />
                <StartFailure starter />
                <div class="row wrap">
                    <Button
                        kind=ButtonKind::Primary
                        icon=icondata_lu::LuSparkles
                        busy=starter.is_busy()
                        on_press=move |_| send()
                    >
                        "Design the workflow"
                    </Button>
                    <span class="small muted">"Ctrl+Enter does the same. Nothing is created until you say so."</span>
                </div>
            </section>
            <Recent />
        </div>
    }
}

/// The address of a generation's page.
pub fn address(id: &GenerationId) -> String {
    format!("{GENERATE}/{id}")
}

#[derive(Debug, Clone, PartialEq, Params)]
struct GenerationParams {
    id: GenerationId,
}

/// The page of the generation that the address names.
#[component]
pub fn GenerationPage() -> impl IntoView {
    let params = use_params::<GenerationParams>();
    // A closure is drawn anew for each generation: nothing of one is left in the page of another.
    move || match params.get() {
        Ok(GenerationParams { id }) => view! { <Existing id /> }.into_any(),
        Err(_) => view! { <NotFound /> }.into_any(),
    }
}

#[component]
fn Existing(id: GenerationId) -> impl IntoView {
    let generation = LocalResource::new(move || {
        let id = id.clone();
        async move { api::generations::get(&id).await }
    });
    let page = move |answer: ApiResult<Generation>| match answer {
        Ok(generation) => view! { <Watched generation /> }.into_any(),
        Err(error) if error.code() == Some(ErrorCode::GenerationNotFound) => view! { <Gone /> }.into_any(),
        Err(error) => view! {
            <h1 class="visually-hidden">"Design"</h1>
            <FailureNote error on_retry=move |()| generation.refetch() />
        }
        .into_any(),
    };
    move || match generation.get() {
        None => view! {
            <Crumbs here="Design" />
            <h1 class="visually-hidden">"Design"</h1>
            <Skeleton lines=8 />
        }
        .into_any(),
        Some(answer) => page(answer),
    }
}

/// A generation, as it stands: under way, designed, or without a design.
#[component]
fn Watched(generation: Generation) -> impl IntoView {
    let store = GenerationStore::new(generation);
    let status = Memo::new(move |_| store.status());
    let shown = move || {
        if store.gone.get() {
            return view! { <Gone /> }.into_any();
        }
        match status.get() {
            GenerationStatus::Running => view! { <Running store /> }.into_any(),
            GenerationStatus::Completed => view! { <DesignResult generation=store.generation() /> }.into_any(),
            GenerationStatus::Failed | GenerationStatus::Cancelled | GenerationStatus::Unknown => {
                view! { <Failed store /> }.into_any()
            }
        }
    };
    // The button that had the focus goes away with the progress.
    Effect::new(move || {
        status.track();
        keep_focus(MAIN);
    });
    view! {
        <EndAnnouncer store />
        {shown}
    }
}

#[component]
fn Running(store: GenerationStore) -> impl IntoView {
    use_title(|| "Designing…".to_owned());
    view! {
        <Crumbs here="Design" />
        <div class="page-head">
            <h1>"A model designs your workflow"</h1>
        </div>
        <div class="stack loose generate">
            <Asked prompt=store.generation().prompt />
            <ProgressCard store />
        </div>
    }
}

#[component]
fn Failed(store: GenerationStore) -> impl IntoView {
    let generation = store.generation();
    let heading = if generation.status == GenerationStatus::Cancelled {
        "The design was cancelled"
    } else {
        "There is no design"
    };
    use_title(move || heading.to_owned());
    view! {
        <Crumbs here="Design" />
        <div class="page-head">
            <h1>{heading}</h1>
        </div>
        <div class="stack loose generate">
            <Asked prompt=generation.prompt.clone() />
            <DesignFailed generation />
        </div>
    }
}

/// What was asked for.
#[component]
pub fn Asked(prompt: String) -> impl IntoView {
    view! {
        <section class="stack tight asked" aria-label="What you asked for">
            <h2 class="small muted">"You asked for"</h2>
            <p class="asked-text" dir="auto" tabindex="0">
                {prompt}
            </p>
        </section>
    }
}

/// In the place of a generation that is not there, or not any more.
#[component]
fn Gone() -> impl IntoView {
    use_title(|| "No such design".to_owned());
    view! {
        <h1 class="visually-hidden">"No such design"</h1>
        <Empty
            icon=icondata_lu::LuSearchX
            title="There is no design at this address"
            text="Designs are kept for a week. A workflow that was created from one stays."
        >
            <LinkButton kind=ButtonKind::Primary href=GENERATE.to_owned()>
                "Describe a workflow"
            </LinkButton>
            <LinkButton href="/".to_owned()>"Go to your workflows"</LinkButton>
        </Empty>
    }
}
