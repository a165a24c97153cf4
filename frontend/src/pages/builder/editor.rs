//! The builder's page, once it is known what is built.

use std::collections::HashSet;

use leptos::prelude::*;
use sluice_types::{BlockAddress, StepId, Workflow, WorkflowId};
use sluice_web_state::draft::{Pending, SavedDraft};
use sluice_web_state::editor::Draft;
use sluice_web_state::history::History;

use super::add_menu::AddMenu;
use super::autosave::{self, Restored};
use super::canvas::{BuilderView, CanvasLayout, Carrier, ViewChoice, view_of_address};
use super::conflict::ConflictDialog;
use super::findings::{EstimateCard, Problems};
use super::input_card::InputCard;
use super::model::{Builder, Saved};
use super::outline::Outline;
use super::palette::{Palette, TemplateDialog};
use super::refine::RefineCard;
use super::save::{HandedOverBuilder, Handover, SaveBar, Saver, Shortcuts};
use super::selection::{Picking, SelectionBar};
use super::settings::{Defaults, Heading};
use super::sorting::Sorting;
use super::step_list::{StepNames, StepTree};
use super::try_step::Tries;
use crate::browser::focus::use_title;
use crate::components::{Button, ButtonKind, CloseButton, DescribeField, Empty, Icon, Note, NoteKind, RecentRuns};
use crate::pages::builder::{findings, offered};

/// Everything of one workflow.
#[component]
pub fn Editor(beginning: Beginning) -> impl IntoView {
    let Begun { builder, restored, server } = begin(beginning);
    findings::follow(builder);
    autosave::follow(builder);
    let saver = Saver::new(builder);
    let templates = RwSignal::new(false);
    let picking = Picking::new(builder);
    provide_context(picking);
    provide_context(Sorting::new(builder));
    provide_context(Carrier::new(builder));
    provide_context(StepNames::of(builder));
    provide_context(Tries::new(builder, saver));
    let view = view_of_address();
    offered::offer(builder, saver, view);
    use_title(move || {
        let name = builder.draft.with(|draft| draft.name.clone());
        if name.is_empty() { "New workflow".to_owned() } else { name }
    });
    view! {
        <nav class="crumbs" aria-label="Breadcrumbs">
            <a href="/">"Workflows"</a>
            <span aria-hidden="true">"/"</span>
            <span>{move || if builder.saved.with(Option::is_some) { "Edit" } else { "New" }}</span>
        </nav>
        <div class="page-head">
            <Heading builder />
            {move || {
                builder.saved.with(|saved| saved.as_ref().map(report_links))
            }}
            <ViewChoice view />
        </div>
        {restored.map(|restored| view! { <RestoredNote builder restored server /> })}
        {move || match view.get() {
            BuilderView::List => view! { <ListLayout builder picking templates /> }.into_any(),
            BuilderView::Canvas => view! {
                <CanvasLayout builder picking />
                <SelectionBar builder picking />
            }
            .into_any(),
        }}
        <SaveBar builder saver />
        <ConflictDialog builder saver />
        <TemplateDialog builder open=templates />
        <Shortcuts builder saver />
    }
}

/// The builder as a list.
#[component]
fn ListLayout(builder: Builder, picking: Picking, templates: RwSignal<bool>) -> impl IntoView {
    let no_steps = Memo::new(move |_| builder.step_count() == 0);
    view! {
        <div class="builder">
            <div class="stack">
                <Defaults builder />
                <InputCard builder />
                <h2 class="visually-hidden">"Steps"</h2>
                <Show when=move || no_steps.get()>
                    <FirstStep templates />
                </Show>
                <StepTree builder />
                <SelectionBar builder picking />
                <div class="row wrap" hidden=move || no_steps.get()>
                    <AddMenu builder list=BlockAddress::Root name="the end" />
                    <ExpandAll builder />
                </div>
            </div>
            <aside class="stack" aria-label="Add, estimate and check">
                <Palette builder />
                <EstimateCard builder />
                <Problems builder />
                <Outline builder />
                <RefineCard builder />
                {builder.saved.get_untracked().map(|saved| view! { <RecentRuns workflow=saved.id /> })}
            </aside>
        </div>
    }
}

/// Links to the pages about the stored workflow.
fn report_links(saved: &Saved) -> impl IntoView + use<> {
    let address = format!("/workflows/{}", saved.id);
    view! {
        <div class="row">
            <a class="badge" href=format!("{address}/versions")>
                {format!("version {}", saved.version)}
            </a>
            <a class="button ghost small" href=format!("{address}/stats")>
                <Icon icon=icondata_lu::LuChartColumn />
                "Statistics"
            </a>
            <a class="button ghost small" href=format!("{address}/versions")>
                <Icon icon=icondata_lu::LuHistory />
                "History"
            </a>
        </div>
    }
}

/// The source of a builder's first draft.
pub enum Beginning {
    /// Nothing: a new workflow.
    New,
    /// The stored workflow.
    Saved(Workflow),
    /// The builder of a new workflow, handed over after its first save.
    HandedOver(HandedOverBuilder),
    /// The kept draft of a workflow that was deleted.
    Deleted(WorkflowId, Box<SavedDraft>),
}

/// A builder with its first draft, and the restored one if there was any.
struct Begun {
    builder: Builder,
    restored: Option<Restored>,
    /// The stored workflow.
    server: Option<Saved>,
}

fn begin(beginning: Beginning) -> Begun {
    let workflow = match beginning {
        Beginning::HandedOver(left) => {
            let builder = Builder::new(left.history, Some(left.saved));
            builder.open.set(left.open);
            builder.open_inputs.set(left.open_inputs);
            builder.open_settings().set(left.open_settings);
            builder.pending.set(left.pending);
            builder.on_canvas().card.set(left.card);
            builder.on_canvas().view.set(left.canvas_view);
            return Begun { builder, restored: None, server: None };
        }
        Beginning::Deleted(id, kept) => {
            let version = kept.base_version.unwrap_or_default();
            let saved = Saved { id, version, draft: None, deleted: true };
            let builder = Builder::new(History::new(kept.draft), Some(saved));
            builder.restore_pending(kept.pending);
            return Begun { builder, restored: None, server: None };
        }
        Beginning::Saved(workflow) => Some(workflow),
        Beginning::New => None,
    };
    let restored = autosave::restore(workflow.as_ref());
    let server = workflow.as_ref().map(Saved::of);
    let mut history = History::new(workflow.as_ref().map_or_else(Draft::empty, Draft::from_workflow));
    let mut saved = server.clone();
    if let Some(restored) = &restored {
        history.edit("restore what was not saved", None, restored.draft.clone());
        if let (Some(saved), Some(version)) = (&mut saved, restored.older_version) {
            *saved = Saved { version, draft: None, ..saved.clone() };
        }
    }
    // What was kept is one undo away.
    if let Some(design) = expect_context::<Handover>().take_design(server.as_ref().map(|server| &server.id)) {
        history.edit("open the design", None, design);
        return Begun { builder: Builder::new(history, saved), restored: None, server };
    }
    let builder = Builder::new(history, saved);
    if let Some(restored) = &restored {
        builder.restore_pending(restored.pending.clone());
    }
    Begun { builder, restored, server }
}

/// Says that the browser had kept something, and offers to throw it away.
#[component]
fn RestoredNote(builder: Builder, restored: Restored, server: Option<Saved>) -> impl IntoView {
    let shown = RwSignal::new(true);
    let moved_on = restored.older_version.is_some();
    let text = if moved_on {
        "Your changes that were not saved are back. Somebody saved a newer version meanwhile: when you save, you can choose."
    } else {
        "Your changes that were not saved are back."
    };
    let discard = move |_| {
        shown.set(false);
        builder.pending.set(Pending::new());
        // Other edits may have come since: what is there is replaced, not taken back.
        let stored = server.as_ref().and_then(|saved| saved.draft.as_deref().cloned());
        builder.replace(stored.unwrap_or_else(Draft::empty));
        if let Some(server) = &server {
            builder.saved.set(Some(server.clone()));
        }
    };
    let discard = StoredValue::new(discard);
    view! {
        <Show when=move || shown.get()>
            <Note kind=NoteKind::Info>
                <div class="row wrap between">
                    <span>{text}</span>
                    <span class="row">
                        <Button small=true on_press=move |event| discard.with_value(|discard| discard(event))>
                            "Discard them"
                        </Button>
                        <CloseButton label="Dismiss" on_press=move |_| shown.set(false) />
                    </span>
                </div>
            </Note>
        </Show>
    }
}

/// The empty state of the list of steps.
#[component]
fn FirstStep(templates: RwSignal<bool>) -> impl IntoView {
    view! {
        <DescribeField examples=true />
        <div class="card">
            <Empty
                icon=icondata_lu::LuListPlus
                title="No steps yet"
                text="Add one with the buttons under “Add a step”, or begin with a template and change it."
            >
                <Button kind=ButtonKind::Primary on_press=move |_| templates.set(true)>
                    "Begin with a template"
                </Button>
            </Empty>
        </div>
    }
}

/// Opens or closes all cards, and all blocks where there are some.
#[component]
fn ExpandAll(builder: Builder) -> impl IntoView {
    let blocks = Memo::new(move |_| builder.tree.with(|tree| tree.containers().cloned().collect::<HashSet<StepId>>()));
    let any_open = move || builder.open.with(|open| blocks.with(|blocks| open.difference(blocks).next().is_some()));
    let any_block_open =
        move || builder.open.with(|open| blocks.with(|blocks| open.intersection(blocks).next().is_some()));
    let press = move |_| {
        let leaves = || {
            let all = builder.draft.with_untracked(|draft| draft.nodes().keys().cloned().collect::<HashSet<_>>());
            blocks.with_untracked(|blocks| all.difference(blocks).cloned().collect::<Vec<_>>())
        };
        if any_open() {
            builder.open.update(|open| open.retain(|id| blocks.with_untracked(|blocks| blocks.contains(id))));
        } else {
            builder.open.update(|open| open.extend(leaves()));
        }
    };
    let press_blocks = move |_| {
        let all = blocks.get_untracked();
        if any_block_open() {
            builder.open.update(|open| open.retain(|id| !all.contains(id)));
        } else {
            builder.closed_lists.update(HashSet::clear);
            builder.open.update(|open| open.extend(all));
        }
    };
    view! {
        <div class="row" hidden=move || builder.step_count() < 2>
            <Button kind=ButtonKind::Ghost small=true on_press=press>
                {move || if any_open() { "Close all" } else { "Open all" }}
            </Button>
            <Show when=move || blocks.with(|blocks| !blocks.is_empty())>
                <Button kind=ButtonKind::Ghost small=true on_press=press_blocks>
                    {move || if any_block_open() { "Close blocks" } else { "Open blocks" }}
                </Button>
            </Show>
        </div>
    }
}
