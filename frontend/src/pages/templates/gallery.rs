//! The templates as cards.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use sluice_types::{TemplateSummary, WorkflowId, WorkflowTemplate};
use sluice_web_state::format::plural;
use sluice_web_state::list::{Ask, Pages};

use super::preview::PreviewDialog;
use super::use_template::UseTemplate;
use crate::api::{self, ApiError};
use crate::browser::focus::use_title;
use crate::components::{Button, ButtonKind, Confirm, FailureNote, Icon, Toasts};

/// Templates that come with Sluice, and one's own.
#[component]
pub fn TemplatesPage() -> impl IntoView {
    use_title(|| "Templates".to_owned());
    view! {
        <div class="page-head wide">
            <div class="stack tight">
                <h1>"Templates"</h1>
                <p class="muted">"Each makes a workflow of your own, to change as you like."</p>
            </div>
        </div>
        <h2 class="visually-hidden">"All templates"</h2>
        <TemplateGallery />
    }
}

/// How many come with Sluice: the shape of the page until they are here.
const BUILT_IN: usize = 3;

/// The templates, as far as they are loaded.
#[derive(Clone, Copy)]
pub struct Gallery {
    pages: RwSignal<Pages<TemplateSummary>>,
    /// The category that is shown; all without one.
    category: RwSignal<Option<String>>,
    error: RwSignal<Option<ApiError>>,
}

impl Gallery {
    fn load() -> Self {
        let gallery =
            Self { pages: RwSignal::new(Pages::default()), category: RwSignal::new(None), error: RwSignal::new(None) };
        gallery.ask(gallery.pages.try_update(Pages::restart));
        gallery
    }

    fn ask(self, ask: Option<Ask>) {
        let Some(ask) = ask else { return };
        self.error.set(None);
        spawn_local(async move {
            match api::templates::list(self.category.get_untracked(), ask.cursor.clone()).await {
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

    /// Shows the templates of a category, or all.
    fn choose(self, category: Option<String>) {
        self.category.set(category);
        self.ask(self.pages.try_update(Pages::restart));
    }

    /// Takes a template out that the server has deleted.
    pub fn forget(self, id: &WorkflowId) {
        self.pages.try_update(|pages| pages.remove(id));
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
    let own = Memo::new(move |_| !built_in_only && !gallery.of_kind(false).is_empty());
    let has_built_in = Memo::new(move |_| gallery.category.with(Option::is_none) || !gallery.of_kind(true).is_empty());
    let waiting = move || gallery.pages.with(|pages| pages.items().is_empty() && pages.is_loading());
    let more = move || !built_in_only && gallery.pages.with(|pages| pages.has_more() && !pages.has_failed());
    let busy = Signal::derive(move || gallery.pages.with(Pages::is_loading));
    let retry = move |()| gallery.ask(gallery.pages.try_update(Pages::retry).flatten());
    view! {
        {(!built_in_only).then(|| view! { <CategoryFilter gallery /> })}
        <Show when=waiting>
            <Bones />
        </Show>
        <Show when=move || !built_in_only && has_built_in.get()>
            <h2 class="group-head">"Built in"</h2>
        </Show>
        <Cards gallery using built_in=true />
        <Show when=move || own.get()>
            <h2 class="group-head">"Your own"</h2>
            <Cards gallery using built_in=false />
        </Show>
        {move || gallery.error.get().map(|error| view! { <FailureNote error on_retry=retry /> })}
        <Show when=more>
            <div class="list-end">
                <Button busy on_press=move |_| gallery.ask(gallery.pages.try_update(Pages::load_more).flatten())>
                    "Load more"
                </Button>
            </div>
        </Show>
    }
}

/// Chooses a category, with the number of templates in each. Without categories there is nothing to choose.
#[component]
fn CategoryFilter(gallery: Gallery) -> impl IntoView {
    let categories = LocalResource::new(api::templates::categories);
    let named = move || {
        let answer = categories.get().and_then(Result::ok).map(|found| found.items).unwrap_or_default();
        answer.into_iter().filter_map(|item| Some((item.category?, item.count))).collect::<Vec<_>>()
    };
    let total =
        move || categories.get().and_then(Result::ok).map(|all| all.items.iter().map(|item| item.count).sum::<i64>());
    let choice = move |category: Option<String>, count: Option<i64>| {
        let chosen = category.clone();
        let pressed = move || gallery.category.with(|shown| *shown == chosen).to_string();
        let name = category.clone().unwrap_or_else(|| "All".to_owned());
        view! {
            <button
                type="button"
                class="filter-chip"
                aria-pressed=pressed
                on:click=move |_| gallery.choose(category.clone())
            >
                <span dir="auto">{name}</span>
                {count.map(|count| view! { <span class="muted small">{format!(" {count}")}</span> })}
            </button>
        }
    };
    move || {
        let named = named();
        (!named.is_empty()).then(|| {
            view! {
                <div class="row wrap filter-chips" role="group" aria-label="Category">
                    {choice(None, total())}
                    {named.into_iter().map(|(category, count)| choice(Some(category), Some(count))).collect_view()}
                </div>
            }
        })
    }
}

#[component]
fn Cards(gallery: Gallery, using: UseTemplate, built_in: bool) -> impl IntoView {
    view! {
        <ul class="template-cards">
            <For each=move || gallery.of_kind(built_in) key=|template| template.id.clone() let:template>
                <TemplateCard template gallery using />
            </For>
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

/// Whether the preview of a template is open: at first when the address names it, as the command menu does. The name
/// goes from the address when the preview is closed, so that it can be led to again.
fn preview_of_address(id: &WorkflowId) -> RwSignal<bool> {
    let search = use_location().search;
    let navigate = use_navigate();
    let named = format!("preview={id}");
    let is_named = Memo::new(move |_| search.with(|search| search.trim_start_matches('?') == named));
    let preview = RwSignal::new(false);
    Effect::new(move || {
        if is_named.get() {
            preview.set(true);
        }
    });
    Effect::new(move |was_open: Option<bool>| {
        let is_open = preview.get();
        if was_open == Some(true) && !is_open && is_named.get_untracked() {
            let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
            navigate("/templates", options);
        }
        is_open
    });
    preview
}

/// One template: description and actions.
#[component]
pub fn TemplateCard(template: TemplateSummary, gallery: Gallery, using: UseTemplate) -> impl IntoView {
    let preview = preview_of_address(&template.id);
    let id = StoredValue::new(template.id.clone());
    let busy = Signal::derive(move || id.with_value(|id| using.is_busy(id)));
    let steps = plural(u64::try_from(template.step_labels.len()).unwrap_or(0), "step", "steps");
    let category = template.category.clone().map(|category| view! { <span class="badge">{category}</span> });
    let tags = template.tags.clone().into_iter().map(|tag| {
        view! {
            <li class="tag" dir="auto">
                {tag}
            </li>
        }
    });
    let delete = (!template.built_in).then(|| view! { <DeleteButton template=template.clone() gallery /> });
    let name = template.name.clone();
    view! {
        <li class="card padded template-card">
            <div class="row between top">
                <h3 class="break" dir="auto">
                    {template.name.clone()}
                </h3>
                {delete}
            </div>
            <p class="muted template-text" dir="auto">
                {template.description.clone()}
            </p>
            <div class="row wrap small muted">
                {category}
                <span class="row">
                    <Icon icon=icondata_lu::LuListChecks />
                    {steps}
                </span>
            </div>
            <ul class="row wrap" aria-label="Tags">
                {tags.collect_view()}
            </ul>
            <div class="row wrap template-foot">
                <Button
                    small=true
                    busy
                    label=format!("Use template {name}")
                    on_press=move |_| using.run(id.get_value())
                >
                    "Use template"
                </Button>
                <Button
                    kind=ButtonKind::Ghost
                    small=true
                    label=format!("Preview {name}")
                    on_press=move |_| preview.set(true)
                >
                    "Preview"
                </Button>
            </div>
            <PreviewDialog open=preview template using />
        </li>
    }
}

#[component]
fn DeleteButton(template: TemplateSummary, gallery: Gallery) -> impl IntoView {
    let open = RwSignal::new(false);
    let toasts = expect_context::<Toasts>();
    let id = template.id.clone();
    let name = StoredValue::new(template.name);
    let delete = Action::new_unsync(move |&()| {
        let id = id.clone();
        async move {
            match api::templates::delete(&id).await {
                Ok(()) => {
                    gallery.forget(&id);
                    toasts.done("The template is deleted.");
                }
                Err(error) => toasts.call_failed("The template was not deleted", &error),
            }
        }
    });
    view! {
        <Button
            kind=ButtonKind::Ghost
            small=true
            busy=delete.pending()
            icon=icondata_lu::LuTrash2
            label=format!("Delete template {}", name.get_value())
            on_press=move |_| open.set(true)
        />
        <Confirm open title="Delete this template?" verb="Delete" on_confirm=move |()| _ = delete.dispatch_local(())>
            <p class="break">
                "“" {name.get_value()} "” will be deleted for good, with its runs. Workflows that were made from it stay."
            </p>
        </Confirm>
    }
}
