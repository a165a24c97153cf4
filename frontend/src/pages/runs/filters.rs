//! What narrows the list. Each choice is in the address.

use leptos::prelude::*;
use sluice_web_state::runs::{RunsFilter, Since, StatusFilter, Usd, is_entry, parse_version};

use super::listing::Listing;
use super::names::Names;
use crate::components::{Button, ButtonKind, Field, Tag};

/// Status, workflow and age; the rest is folded away until it counts.
#[component]
pub fn Filters(listing: Listing, names: Names) -> impl IntoView {
    let filter = listing.filter;
    let status = Signal::derive(move || filter.with(|it| it.status.map_or("", StatusFilter::as_str).to_owned()));
    let since = Signal::derive(move || filter.with(|it| it.since.map_or("", Since::as_str).to_owned()));
    let workflow =
        Signal::derive(move || filter.with(|it| it.workflow.as_ref().map(ToString::to_string).unwrap_or_default()));
    let options = |all: &[(&'static str, &'static str)]| {
        all.iter().map(|(value, label)| ((*value).to_owned(), (*label).to_owned())).collect::<Vec<_>>()
    };
    let statuses = options(&StatusFilter::ALL.map(|it| (it.as_str(), it.label())));
    let ages = options(&Since::ALL.map(|it| (it.as_str(), it.label())));
    let workflows = Signal::derive(move || {
        let mut all: Vec<_> = names.all().into_iter().map(|(id, name)| (id.to_string(), name)).collect();
        // The address may name one that is not known yet.
        let chosen = workflow.get();
        if !chosen.is_empty() && all.iter().all(|(id, _)| *id != chosen) {
            all.push((chosen.clone(), chosen));
        }
        all
    });
    let is_open = RwSignal::new(filter.with_untracked(RunsFilter::has_more));
    view! {
        <div class="filters wrap">
            <Select
                label="Status"
                all="All states"
                options=Signal::stored(statuses)
                chosen=status
                on_choose=move |value: String| listing.change(|it| it.status = StatusFilter::parse(&value))
            />
            <Select
                label="Workflow"
                all="All workflows"
                options=workflows
                chosen=workflow
                on_choose=move |value: String| {
                    listing.change(|it| {
                        it.workflow = value.parse().ok();
                        it.version = None;
                    });
                }
            />
            <Select
                label="Started"
                all="Any time"
                options=Signal::stored(ages)
                chosen=since
                on_choose=move |value: String| listing.change(|it| it.since = Since::parse(&value))
            />
            <Button
                kind=ButtonKind::Ghost
                small=true
                icon=icondata_lu::LuSlidersHorizontal
                on_press=move |_| is_open.update(|open| *open = !*open)
            >
                {move || if is_open.get() { "Fewer filters" } else { "More filters" }}
            </Button>
        </div>
        <Show when=move || is_open.get()>
            <MoreFilters listing />
        </Show>
        <FilterTags listing names />
    }
}

/// A choice of one value, or of all.
#[component]
fn Select(
    label: &'static str,
    all: &'static str,
    options: Signal<Vec<(String, String)>>,
    chosen: Signal<String>,
    #[prop(into)] on_choose: Callback<String>,
) -> impl IntoView {
    let options = move || {
        let chosen = chosen.get();
        let option = |(value, text): (String, String)| {
            let is_chosen = value == chosen;
            view! { <option value=value selected=is_chosen>{text}</option> }
        };
        options.get().into_iter().map(option).collect_view()
    };
    view! {
        <select
            class="select"
            aria-label=label
            prop:value=move || chosen.get()
            on:change:target=move |event| on_choose.run(event.target().value())
        >
            <option value="">{all}</option>
            {options}
        </select>
    }
}

/// Each filter in use, with a cross that takes it away.
#[component]
fn FilterTags(listing: Listing, names: Names) -> impl IntoView {
    let words = Memo::new(move |_| listing.filter.with(|filter| filter.words(|id| names.of(id))));
    view! {
        <Show when=move || !words.read().is_empty()>
            <div class="filter-tags row wrap" role="group" aria-label="Filters in use">
                <For each=move || words.get() key=Clone::clone let:filter>
                    {
                        let (name, text) = filter;
                        let label = format!("Remove the filter: {text}");
                        view! {
                            <Tag text label removable=true on_press=move |()| listing.change(|it| it.remove(name)) />
                        }
                    }
                </For>
                <Button
                    kind=ButtonKind::Ghost
                    small=true
                    on_press=move |_| listing.change(|it| *it = RunsFilter::default())
                >
                    "Clear filters"
                </Button>
            </div>
        </Show>
    }
}

/// Version, tag, who started it, cost and metadata. They count when the field is left, or with Enter.
#[component]
fn MoreFilters(listing: Listing) -> impl IntoView {
    let filter = listing.filter;
    let version = Signal::derive(move || filter.with(|it| it.version.map(|it| it.to_string()).unwrap_or_default()));
    let has_workflow = Memo::new(move |_| filter.with(|it| it.workflow.is_some()));
    let take_version = move |text: String| match (text.trim().is_empty(), parse_version(&text)) {
        (true, _) => {
            listing.change(|it| it.version = None);
            None
        }
        (false, Some(version)) => {
            listing.change(|it| it.version = Some(version));
            None
        }
        (false, None) => Some("A version is a number, as 3.".to_owned()),
    };
    let take_trigger = move |text: String| {
        listing.change(|it| text.trim().clone_into(&mut it.trigger));
        None
    };
    let take_tag = move |text: String| {
        listing.change(|it| text.trim().clone_into(&mut it.tag));
        None
    };
    let take_metadata = move |text: String| {
        let text = text.trim().to_owned();
        let wrong = !text.is_empty() && !is_entry(&text);
        if !wrong {
            listing.change(|it| it.metadata = text);
        }
        wrong.then(|| "Write a name and its value, as order_id:6735.".to_owned())
    };
    view! {
        <div class="more-filters">
            <Typed
                label="Version"
                hint=Signal::derive(move || {
                    if has_workflow.get() { "Of the chosen workflow" } else { "Choose a workflow first" }.to_owned()
                })
                disabled=Signal::derive(move || !has_workflow.get())
                value=version
                take=take_version
            />
            <Typed
                label="Tag of the workflow"
                hint=Signal::stored("The whole tag, as nightly".to_owned())
                value=Signal::derive(move || filter.with(|it| it.tag.clone()))
                take=take_tag
            />
            <Typed
                label="Started by"
                hint=Signal::stored("A person or a program, as api".to_owned())
                value=Signal::derive(move || filter.with(|it| it.trigger.clone()))
                take=take_trigger
            />
            <CostFilters listing />
            <Typed
                label="Metadata"
                hint=Signal::stored("A name and its value, as order_id:6735".to_owned())
                value=Signal::derive(move || filter.with(|it| it.metadata.clone()))
                take=take_metadata
            />
        </div>
    }
}

/// The least and the most that the runs cost.
#[component]
fn CostFilters(listing: Listing) -> impl IntoView {
    let text = |usd: Option<Usd>| usd.map(|usd| usd.to_string()).unwrap_or_default();
    let take = move |text: String, put: fn(&mut RunsFilter, Option<Usd>)| {
        let usd = Usd::parse(&text);
        if usd.is_none() && !text.trim().is_empty() {
            return Some("Write an amount in US dollars, as 0.50.".to_owned());
        }
        let mut changed = listing.filter.get_untracked();
        put(&mut changed, usd);
        if !changed.costs_are_in_order() {
            return Some("The least is more than the most.".to_owned());
        }
        listing.change(|it| put(it, usd));
        None
    };
    view! {
        <Typed
            label="Cost at least"
            hint=Signal::stored("In US dollars, if known".to_owned())
            value=Signal::derive(move || listing.filter.with(|it| text(it.min_cost)))
            take=move |text: String| take(text, |it, usd| it.min_cost = usd)
        />
        <Typed
            label="Cost at most"
            hint=Signal::stored("In US dollars, if known".to_owned())
            value=Signal::derive(move || listing.filter.with(|it| text(it.max_cost)))
            take=move |text: String| take(text, |it, usd| it.max_cost = usd)
        />
    }
}

/// A field that counts when it is left.
#[component]
fn Typed(
    label: &'static str,
    hint: Signal<String>,
    #[prop(optional, into)] disabled: Signal<bool>,
    value: Signal<String>,
    /// Takes what was typed, or says what is wrong with it.
    #[prop(into)]
    take: Callback<String, Option<String>>,
) -> impl IntoView {
    let wrong = RwSignal::new(None::<String>);
    view! {
        <Field label hint=hint wrong=wrong let:ids>
            <input
                class="input"
                id=ids.input
                autocomplete="off"
                maxlength="541"
                disabled=disabled
                aria-describedby=ids.described_by
                aria-invalid=move || wrong.read().is_some().then_some("true")
                prop:value=move || value.get()
                on:change:target=move |event| wrong.set(take.run(event.target().value()))
            />
        </Field>
    }
}
