//! The open list of a model picker.

use leptos::prelude::*;
use leptos_use_event_listener::{UseEventListenerOptions, use_event_listener, use_event_listener_with_options};
use sluice_web_state::completion::{GAP_PX, place_list};
use sluice_web_state::model_list::{ModelChoice, ModelGroup, ModelOption};

use super::picker::Picker;
use crate::browser::view::uncovered;
use crate::session::Session;

/// The list's width in px where there is room for it.
const WIDTH_PX: f64 = 460.0;
/// Least distance of the list from the window's sides, in px.
const MARGIN_PX: f64 = 8.0;

/// What can be taken from the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// No model.
    Nothing,
    /// A model.
    Model(ModelOption),
    /// One that is named by hand.
    Another,
}

/// An entry with the heading of its group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The entry.
    pub entry: Entry,
    /// The heading, as long as others with the same follow; none at the ends of the list.
    group: Option<String>,
    is_usable: bool,
}

impl Row {
    /// All rows of a list; `with_nothing` as long as nobody searches.
    pub fn all(groups: Vec<ModelGroup>, with_nothing: bool) -> Vec<Self> {
        let plain = |entry| Self { entry, group: None, is_usable: true };
        let first = with_nothing.then(|| plain(Entry::Nothing));
        let models = groups.into_iter().flat_map(|group| {
            let ModelGroup { title, is_usable, options } = group;
            options.into_iter().map(move |option| Self {
                entry: Entry::Model(option),
                group: Some(title.clone()),
                is_usable,
            })
        });
        first.into_iter().chain(models).chain([plain(Entry::Another)]).collect()
    }
}

/// Position of the list in the window, in px. It is fixed there, so that neither a card nor a dialog cuts it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Seat {
    left: f64,
    width: f64,
    edge: f64,
    height: f64,
    above: bool,
}

fn seat_of(picker: Picker) -> Option<Seat> {
    let field = picker.input.get_untracked()?.get_bounding_client_rect();
    let window = window().inner_width().ok()?.as_f64()?;
    let width = WIDTH_PX.max(field.width()).min(window - 2.0 * MARGIN_PX);
    let left = field.left().min(window - MARGIN_PX - width).max(MARGIN_PX);
    let place = place_list(&(field.top()..field.bottom()), &uncovered());
    let edge = if place.above { field.top() - GAP_PX } else { field.bottom() + GAP_PX };
    Some(Seat { left, width, edge, height: place.height, above: place.above })
}

/// The list, and what leads to more models.
#[component]
pub fn ModelOptions(
    picker: Picker,
    none: Signal<String>,
    label: Signal<String>,
    chosen: Signal<ModelChoice>,
) -> impl IntoView {
    let seat = RwSignal::new(Seat::default());
    let session = expect_context::<Session>();
    let some_are_away = Memo::new(move |_| {
        session.providers.with(|all| all.is_some_and(|all| all.iter().any(|provider| !provider.available)))
    });
    let place = move || {
        if let Some(now) = seat_of(picker)
            && seat.get_untracked() != now
        {
            seat.set(now);
        }
    };
    Effect::new(place);
    let everywhere = UseEventListenerOptions::default().capture(true);
    let _stop = use_event_listener_with_options(document(), leptos::ev::scroll, move |_| place(), everywhere);
    let _stop = use_event_listener(window(), leptos::ev::resize, move |_| place());
    let px = move |of: fn(&Seat) -> f64| move || format!("{}px", seat.with(of));
    view! {
        <div
            class="combo-list"
            class:above=move || seat.with(|seat| seat.above)
            style:left=px(|seat| seat.left)
            style:top=px(|seat| seat.edge)
            style:width=px(|seat| seat.width)
            style:max-height=px(|seat| seat.height)
            // The focus stays in the field.
            on:mousedown=move |event| event.prevent_default()
        >
            <ul role="listbox" id=picker.list_id() aria-label=move || label.get() tabindex="-1">
                {move || rows(picker, none, chosen)}
            </ul>
            <Show when=move || some_are_away.get()>
                <p class="small muted">
                    "Other providers need a key first. " <a href="/settings/providers">"Add a key"</a>
                </p>
            </Show>
        </div>
    }
}

/// The entries, by their groups.
fn rows(picker: Picker, none: Signal<String>, chosen: Signal<ModelChoice>) -> impl IntoView {
    let rows = picker.rows.get();
    let numbered: Vec<(usize, Row)> = rows.into_iter().enumerate().collect();
    let chunks = numbered.chunk_by(|(_, one), (_, other)| one.group == other.group);
    let group = |chunk: &[(usize, Row)]| {
        let options = chunk.iter().map(|(at, row)| option(picker, *at, row, none, chosen)).collect_view();
        match chunk.first().and_then(|(at, row)| Some((at, row.group.clone()?, row.is_usable))) {
            None => options.into_any(),
            Some((at, title, is_usable)) => {
                let id = format!("{}-group", picker.entry_id(*at));
                let labelled = id.clone();
                view! {
                    <li role="presentation">
                        <ul role="group" aria-labelledby=labelled class:away=!is_usable>
                            <li role="presentation" class="group" id=id>
                                {title}
                            </li>
                            {options}
                        </ul>
                    </li>
                }
                .into_any()
            }
        }
    };
    chunks.map(group).collect_view()
}

fn option(
    picker: Picker,
    at: usize,
    row: &Row,
    none: Signal<String>,
    chosen: Signal<ModelChoice>,
) -> impl IntoView + use<> {
    let (name, detail, choice) = match &row.entry {
        Entry::Nothing => (none.get(), String::new(), Some(ModelChoice::default())),
        Entry::Model(option) => (option.name.clone(), option.detail.clone(), Some(option.choice.clone())),
        Entry::Another => ("Another model…".to_owned(), String::new(), None),
    };
    let key = choice.as_ref().map(ModelChoice::key);
    let is_chosen = choice.is_some_and(|choice| chosen.with(|chosen| *chosen == choice));
    view! {
        <li
            role="option"
            id=picker.entry_id(at)
            data-model=key
            class:chosen=is_chosen
            aria-selected=move || if picker.active.get() == at { "true" } else { "false" }
            on:click=move |_| picker.take(at)
        >
            <span class="name">{name}</span>
            <span class="detail">{detail}</span>
        </li>
    }
}
