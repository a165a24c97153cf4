//! The runs as a table; on a narrow page each is a card.

use leptos::prelude::*;
use sluice_types::ExecutionSummary;
use sluice_web_state::format::{duration, known_cost_in_list, plural, run_name, run_number};
use sluice_web_state::list::Pages;
use sluice_web_state::run_status::RunStanding;
use sluice_web_state::runs::{RunSelection, RunsFilter};

use super::bulk::Bulk;
use super::keys::{link_id, use_row_keys};
use super::listing::Listing;
use super::names::Names;
use crate::components::{Button, Empty, FailureNote, LinkButton, Message, RunBadge, Skeleton, When};

/// What stands in the place of the list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum View {
    Skeleton,
    Failure,
    NoMatch,
    NoRuns,
    Rows,
}

/// The list, page after page.
#[component]
pub fn RunsList(listing: Listing, names: Names, bulk: Bulk) -> impl IntoView {
    let rows = Memo::new(move |_| listing.shown());
    use_row_keys(rows, bulk);
    let shown = Memo::new(move |_| {
        let is_filtered = listing.filter.with(RunsFilter::is_filtered);
        listing.pages.with(|pages| match () {
            () if !rows.with(Vec::is_empty) => View::Rows,
            () if pages.has_failed() => View::Failure,
            () if pages.is_loading() || pages.has_more() || pages.generation() == 0 => View::Skeleton,
            () if is_filtered => View::NoMatch,
            () => View::NoRuns,
        })
    });
    let said = move || {
        let is_done = listing.pages.with(|pages| !pages.is_loading() && !pages.has_failed());
        let more = if listing.pages.with(Pages::has_more) { "More than " } else { "" };
        let count = u64::try_from(rows.with(Vec::len)).unwrap_or(u64::MAX);
        is_done.then(|| format!("{more}{}", plural(count, "run", "runs")))
    };
    view! {
        <p class="small muted numbers" role="status">
            {said}
        </p>
        {move || match shown.get() {
            View::Skeleton => view! { <div class="card padded"><Skeleton lines=8 /></div> }.into_any(),
            View::Failure => view! { <ListFailure listing /> }.into_any(),
            View::NoMatch => view! { <NoMatch listing /> }.into_any(),
            View::NoRuns => view! { <NoRuns /> }.into_any(),
            View::Rows => view! {
                <Table rows names bulk listing />
                <ListFailure listing />
                <ShowMore listing />
                <p class="small muted row-keys">
                    <kbd class="key">"j"</kbd>
                    <kbd class="key">"k"</kbd>
                    " to move, "
                    <kbd class="key">"x"</kbd>
                    " to choose, "
                    <kbd class="key">"Enter"</kbd>
                    " to open"
                </p>
            }
            .into_any(),
        }}
    }
}

#[component]
fn ListFailure(listing: Listing) -> impl IntoView {
    move || {
        let error = listing.error.get()?;
        Some(view! { <FailureNote error on_retry=move |()| listing.retry() /> })
    }
}

#[component]
fn NoRuns() -> impl IntoView {
    view! {
        <Empty
            icon=icondata_lu::LuPlay
            title="No runs yet"
            text="Press Run at a workflow. Its run appears here, with those that are started through the API."
        >
            <LinkButton href="/".to_owned()>"Go to your workflows"</LinkButton>
        </Empty>
    }
}

#[component]
fn NoMatch(listing: Listing) -> impl IntoView {
    view! {
        <Empty icon=icondata_lu::LuSearchX title="No run matches" text="No run is as the filters ask for.">
            <Button on_press=move |_| listing.change(|it| *it = RunsFilter::default())>"Show all runs"</Button>
        </Empty>
    }
}

#[component]
fn ShowMore(listing: Listing) -> impl IntoView {
    let more = Memo::new(move |_| listing.pages.with(|pages| pages.has_more() && !pages.has_failed()));
    let busy = Signal::derive(move || listing.pages.with(Pages::is_loading));
    view! {
        <Show when=move || more.get()>
            <div class="list-end">
                <Button busy on_press=move |_| listing.load_more()>
                    "Show more"
                </Button>
            </div>
        </Show>
    }
}

/// The roles are written down, as browsers drop them when the style sheet makes cards of the rows.
#[component]
fn Table(rows: Memo<Vec<ExecutionSummary>>, names: Names, bulk: Bulk, listing: Listing) -> impl IntoView {
    let is_outdated = Memo::new(move |_| listing.pages.with(Pages::is_outdated));
    let chosen = Memo::new(move |_| {
        let count = rows.with(|rows| bulk.chosen.with(|chosen| chosen.among(rows).len()));
        (count > 0, count == rows.with(Vec::len))
    });
    let choose_all = move |is_chosen: bool| {
        rows.with_untracked(|rows| bulk.chosen.update(|all: &mut RunSelection| all.put_all(rows, is_chosen)));
    };
    view! {
        <table
            class="card runs-table"
            class:outdated=is_outdated
            role="table"
            aria-label="Runs"
            aria-busy=move || is_outdated.get().then_some("true")
        >
            <thead role="rowgroup">
                <tr role="row">
                    <th role="columnheader" scope="col" class="choose">
                        <input
                            type="checkbox"
                            aria-label="Choose all runs that are shown"
                            prop:checked=move || chosen.get().1
                            prop:indeterminate=move || chosen.get() == (true, false)
                            on:change:target=move |event| choose_all(event.target().checked())
                        />
                    </th>
                    <th role="columnheader" scope="col">"Run"</th>
                    <th role="columnheader" scope="col">"State"</th>
                    <th role="columnheader" scope="col">"Started"</th>
                    <th role="columnheader" scope="col" class="figure">"Took"</th>
                    <th role="columnheader" scope="col" class="figure">"Cost"</th>
                    <th role="columnheader" scope="col">"Started by"</th>
                </tr>
            </thead>
            <tbody role="rowgroup">
                <For each=move || rows.get() key=|run| run.id.clone() let:first>
                    {
                        let id = first.id.clone();
                        let found = move || rows.with(|rows| rows.iter().find(|run| run.id == id).cloned());
                        let run = Memo::new(move |_| found().unwrap_or_else(|| first.clone()));
                        view! { <Row run names bulk /> }
                    }
                </For>
            </tbody>
        </table>
    }
}

#[component]
fn Row(run: Memo<ExecutionSummary>, names: Names, bulk: Bulk) -> impl IntoView {
    let (id, workflow) = run.with_untracked(|run| (run.id.clone(), run.workflow_id.clone()));
    let name = Memo::new(move |_| names.of(&workflow));
    let is_chosen = {
        let id = id.clone();
        Memo::new(move |_| bulk.chosen.with(|chosen| chosen.holds(&id)))
    };
    let href = format!("/runs/{id}");
    let link = run.with_untracked(link_id);
    let number = run.with_untracked(|run| run.number);
    let version = run.with_untracked(|run| {
        let version = format!("version {}", run.workflow_version);
        run.number.map_or_else(|| version.clone(), |number| format!("{} · {version}", run_number(number)))
    });
    let trigger = run.with_untracked(|run| run.triggered_by.clone());
    let why = move || run.with(|run| run.error.as_ref().map(|error| error.message.clone()));
    let took = move || run.with(|run| run.duration_ms.map(duration));
    let spent = move || run.with(|run| known_cost_in_list(run.cost_usd, run.unpriced_calls));
    view! {
        <tr role="row" class:chosen=is_chosen>
            <td role="cell" class="choose">
                <input
                    type="checkbox"
                    aria-label=move || format!("Choose the run {}", run_name(&name.get(), number))
                    prop:checked=move || is_chosen.get()
                    on:change:target=move |event| bulk.chosen.update(|chosen| chosen.put(&id, event.target().checked()))
                />
            </td>
            <td role="cell" class="what">
                <a href=href id=link dir="auto">{move || name.get()}</a>
                <span class="small muted numbers">{version}</span>
                <Why why=Signal::derive(why) />
            </td>
            <td role="cell" class="state">
                <RunBadge standing=Signal::derive(move || run.with(RunStanding::of_summary)) />
            </td>
            <td role="cell" class="small numbers when">
                <When at=Signal::derive(move || run.with(|run| run.created_at)) />
            </td>
            <td role="cell" class="small numbers figure">{took}</td>
            <td role="cell" class="small numbers figure">{spent}</td>
            <td role="cell" class="small muted trigger break" dir="auto">{trigger}</td>
        </tr>
    }
}

/// Why a run failed, in one line.
#[component]
fn Why(why: Signal<Option<String>>) -> impl IntoView {
    move || {
        let why = why.get()?;
        let title = why.clone();
        Some(view! { <span class="small muted one-line why" title=title><Message text=why /></span> })
    }
}
