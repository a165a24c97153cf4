//! Templates as cards.

use leptos::prelude::*;
use leptos::task::spawn_local;
use sluice_types::{TemplateSummary, WorkflowId, WorkflowTemplate};

use super::card::TemplateCard;
use super::using::UseTemplate;
use crate::api::{self, ApiError};
use crate::browser::memo::memo;
use crate::browser::signal::RwSignal;
use crate::components::{Button, Each, FailureNote, Shown};
use crate::state::list::{Ask, Pages};

/// How many come with Sluice: the shape of the page until they are here.
const BUILT_IN: usize = 3;

/// The templates, as far as they are loaded.
#[derive(Clone, Copy)]
pub struct Gallery {
    pages: RwSignal<Pages<TemplateSummary>>,
    error: RwSignal<Option<ApiError>>,
}

impl Gallery {
    fn load() -> Self {
        let gallery = Self { pages: RwSignal::new(Pages::default()), error: RwSignal::new(None) };
        gallery.ask(gallery.pages.try_update(Pages::restart));
        gallery
    }

    fn ask(self, ask: Option<Ask>) {
        let Some(ask) = ask else { return };
        self.error.set(None);
        spawn_local(async move {
            match api::templates::list(ask.cursor.clone()).await {
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

    /// Takes a template out that the server has deleted.
    pub fn forget(self, id: &WorkflowId) {
        self.pages.try_update(|pages| {
            if let Some(removed) = pages.remove(id) {
                pages.forget(&removed);
            }
        });
    }

    fn of_kind(self, built_in: bool) -> Vec<TemplateSummary> {
        self.pages.with(|pages| pages.items().iter().filter(|it| it.built_in == built_in).cloned().collect())
    }
}

/// All templates as cards, each with a preview and a button to use it. `on_use` takes the template;
/// without it a workflow is made of it and opened.
#[component]
pub fn TemplateGallery(
    /// Whether only those are shown that come with Sluice.
    #[prop(optional)]
    built_in_only: bool,
    #[prop(optional, into)] on_use: Option<Callback<WorkflowTemplate>>,
) -> impl IntoView {
    let gallery = Gallery::load();
    let using = UseTemplate::new(on_use);
    let own = memo(move || !built_in_only && !gallery.of_kind(false).is_empty());
    let waiting = move || gallery.pages.with(|pages| pages.items().is_empty() && pages.is_loading());
    let more = move || !built_in_only && gallery.pages.with(|pages| pages.has_more() && !pages.has_failed());
    let busy = Signal::derive(move || gallery.pages.with(Pages::is_loading));
    let retry = move |()| gallery.ask(gallery.pages.try_update(Pages::retry).flatten());
    view! {
        <Shown is=waiting>
            <Bones />
        </Shown>
        {(!built_in_only).then(|| view! { <h2 class="group-head">"Built in"</h2> })}
        <Cards gallery using built_in=true />
        <Shown is=move || own.get()>
            <h2 class="group-head">"Your own"</h2>
            <Cards gallery using built_in=false />
        </Shown>
        {move || gallery.error.get().map(|error| view! { <FailureNote error on_retry=retry /> })}
        <Shown is=more>
            <div class="list-end">
                <Button busy on_press=move |_| gallery.ask(gallery.pages.try_update(Pages::load_more).flatten())>
                    "Load more"
                </Button>
            </div>
        </Shown>
    }
}

#[component]
fn Cards(gallery: Gallery, using: UseTemplate, built_in: bool) -> impl IntoView {
    view! {
        <ul class="template-cards">
            <Each each=move || gallery.of_kind(built_in) key=|template| template.id.to_string() let:template>
                <TemplateCard template gallery using />
            </Each>
        </ul>
    }
}

#[component]
fn Bones() -> impl IntoView {
    let card = |_| {
        view! {
            <div class="card padded template-card">
                <span class="skeleton"></span>
                <span class="skeleton"></span>
                <span class="skeleton"></span>
            </div>
        }
    };
    view! {
        <div class="template-cards" role="status">
            <span class="visually-hidden">"Loading templates"</span>
            {(0..BUILT_IN).map(card).collect_view()}
        </div>
    }
}
