//! A lane: one list of a container, with its name, its condition and its steps.

use leptos::prelude::*;
use sluice_types::edit::{BranchChange, CaseField, Edit};
use sluice_types::{BlockAddress, BranchName, Slot, StepId};
use sluice_web_state::editor::{Counts, name_of, parse_slot_name};
use sluice_web_state::format::plural;
use sluice_web_state::tree::letter;

use super::add_menu::AddMenu;
use super::canvas::InCardPane;
use super::condition_field::ConditionField;
use super::container::{conditional, lane_field};
use super::fields::step_options;
use super::findings::Found;
use super::model::{closed_list_name, field_id};
use super::sorting::Sorting;
use super::step_card::CountsBadge;
use super::step_fields::jumps_of;
use super::step_form::StepForm;
use super::step_list::step_list;
use crate::browser::focus::focus_soon;
use crate::components::{Icon, Menu, MenuItem, fresh_id};

/// One list of a container.
#[component]
pub fn Lane(form: StepForm, part: Slot, slots: Memo<Vec<Slot>>, is_condition: Memo<bool>) -> impl IntoView {
    let slot = part;
    let builder = form.builder;
    let sorting = expect_context::<Sorting>();
    let beside_canvas = use_context::<InCardPane>().is_some();
    let list = BlockAddress::Inner { parent: form.id(), slot: slot.clone() };
    let label = form.read(|step| step.label.clone());
    let title = title_of(&slot);
    let name = Signal::derive(move || [&title, " of ", &label.get()].concat());
    let own = list.clone();
    let closed = Memo::new(move |_| builder.closed_lists.with(|closed| closed.contains(&own)));
    let own = slot.clone();
    let field = Signal::derive(move || slots.with(|slots| lane_field(slots, &own)));
    let own = slot.clone();
    let at = Memo::new(move |_| slots.with(|slots| slots.iter().position(|other| *other == own).unwrap_or_default()));
    let body_id = fresh_id("lane");
    let data_closed = move || closed.get().then(|| closed_list_name(&form.id(), at.get()));
    let (body, slot_of_body) = (list.clone(), slot.clone());
    view! {
        <div class="lane" role="group" aria-label=move || name.get() data-closed=data_closed>
            <div class="lane-head">
                <LaneToggle form list=list.clone() part=slot.clone() at closed name body_id=body_id.clone() />
                {name_of(&slot).cloned().map(|own| view! { <NameField form own slots /> })}
                <LaneCount form list=list.clone() closed />
                <Show when={
                    let slot = slot.clone();
                    move || name_of(&slot).is_some()
                }>
                    <LaneMenu form part=slot.clone() slots at name />
                </Show>
            </div>
            <div id=body_id class="lane-body" hidden=move || closed.get()>
                {move || {
                    let (list, slot) = (body.clone(), slot_of_body.clone());
                    (!closed.get()).then(|| {
                        let case = is_condition.get_untracked();
                        view! {
                            {matches!(slot, Slot::Case(_)).then(|| view! { <When form part=slot.clone() field /> })}
                            {(!beside_canvas).then(|| step_list(builder, sorting, list.clone(), name))}
                            <div class="row wrap lane-foot">
                                <AddMenu builder list=list name />
                                {case.then(|| view! { <CaseNext form part=slot name /> })}
                            </div>
                        }
                    })
                }}
                <Found findings=form.found_in_lane(field) builder />
            </div>
        </div>
    }
}

/// What a list is called at the head of its lane.
fn title_of(slot: &Slot) -> String {
    match slot {
        Slot::Branch(name) => format!("Branch {name}"),
        Slot::Case(name) => format!("Case {name}"),
        Slot::Otherwise => "Otherwise".to_owned(),
        Slot::Each => "Each item".to_owned(),
        Slot::Body => "Each round".to_owned(),
    }
}

/// The letter and the kind of the list, which open and close the lane.
#[component]
fn LaneToggle(
    form: StepForm,
    list: BlockAddress,
    part: Slot,
    at: Memo<usize>,
    closed: Memo<bool>,
    name: Signal<String>,
    body_id: String,
) -> impl IntoView {
    let slot = part;
    let builder = form.builder;
    let toggle = move |_| {
        builder.closed_lists.update(|closed| {
            if !closed.remove(&list) {
                closed.insert(list.clone());
            }
        });
    };
    let (own, of_word) = (slot.clone(), slot.clone());
    // A branch that is called by its letter says it once.
    let own_letter = move || {
        let letter = letter(&own, at.get());
        let says_it = name_of(&own).is_some_and(|name| name.as_str() == letter);
        Some(letter).filter(|letter| !letter.is_empty() && !says_it)
    };
    let word = move || match &of_word {
        Slot::Branch(name) if name.as_str() == letter(&of_word, at.get()) => "Branch",
        Slot::Branch(_) => "·",
        Slot::Case(_) if at.get() == 0 => "If",
        Slot::Case(_) => "Else if",
        Slot::Otherwise => "Otherwise",
        Slot::Each => "Each item",
        Slot::Body => "Each round",
    };
    view! {
        <button
            type="button"
            class="lane-toggle"
            aria-expanded=move || if closed.get() { "false" } else { "true" }
            aria-controls=body_id
            aria-label=move || name.get()
            on:click=toggle
        >
            <span class="icon turn">
                <Icon icon=icondata_lu::LuChevronRight />
            </span>
            {move || own_letter().map(|letter| view! { <span class="step-number">{letter}</span> })}
            <span class="lane-word">{word}</span>
        </button>
    }
}

/// Number of steps in the list, and what was found in those of a closed lane.
#[component]
fn LaneCount(form: StepForm, list: BlockAddress, closed: Memo<bool>) -> impl IntoView {
    let builder = form.builder;
    let own = list.clone();
    let count = Memo::new(move |_| builder.tree.with(|tree| tree.steps_within(&own)));
    let text = move || match count.get() {
        0 => "no steps".to_owned(),
        count => plural(u64::try_from(count).unwrap_or(u64::MAX), "step", "steps"),
    };
    let counts = Memo::new(move |_| {
        if closed.get() { builder.analysis.with(|analysis| analysis.inside(&list)) } else { Counts::default() }
    });
    view! {
        <span class="small muted nowrap">{text}</span>
        <CountsBadge counts />
    }
}

/// The name of a branch or case. It is taken when the field is left.
#[component]
fn NameField(form: StepForm, own: BranchName, slots: Memo<Vec<Slot>>) -> impl IntoView {
    let typed: RwSignal<Option<String>> = RwSignal::new(None);
    let taken = move || slots.with(|slots| slots.iter().filter_map(name_of).cloned().collect::<Vec<_>>());
    let (written, label) = (own.to_string(), format!("Name of {own}"));
    let checked = own.clone();
    let read = move |text: &str| parse_slot_name(text, &checked, &taken());
    let read = StoredValue::new(read);
    let wrong = Memo::new(move |_| typed.with(|typed| read.with_value(|read| read(typed.as_ref()?).err())));
    let wrong_id = fresh_id("wrong");
    let take = move || {
        let Some(text) = typed.get_untracked() else { return };
        let Ok(name) = read.with_value(|read| read(&text)) else { return };
        typed.set(None);
        if name != own {
            let field = field_id(&form.id(), &format!("name-{name}"));
            let change = BranchChange::Rename { from: own.clone(), to: name };
            if form.builder.edit(Edit::ChangeBranches { parent: form.id(), change }) {
                // The lane of the new name is drawn anew.
                let lost = document().active_element().is_none_or(|active| active.tag_name() == "BODY");
                if lost {
                    focus_soon(field);
                }
            }
        }
    };
    view! {
        <input
            id=field_id(&form.id(), &format!("name-{written}"))
            class="lane-name"
            aria-label=label
            autocomplete="off"
            spellcheck="false"
            maxlength="100"
            aria-invalid=move || wrong.get().is_some().then_some("true")
            aria-describedby=wrong_id.clone()
            prop:value=move || typed.get().unwrap_or_else(|| written.clone())
            on:input:target=move |event| typed.set(Some(event.target().value()))
            on:change=move |_| take()
            on:keydown=move |event| if event.key() == "Escape" { typed.set(None) }
        />
        <span class="wrong" id=wrong_id hidden=move || wrong.get().is_none()>
            {move || wrong.get()}
        </span>
    }
}

/// What can be done to a branch or case.
#[component]
fn LaneMenu(
    form: StepForm,
    part: Slot,
    slots: Memo<Vec<Slot>>,
    at: Memo<usize>,
    name: Signal<String>,
) -> impl IntoView {
    let slot = part;
    let slot = StoredValue::new(slot);
    let move_by = move |by: isize| {
        let count = slots.with_untracked(|slots| slots.iter().filter(|slot| name_of(slot).is_some()).count());
        let position = at.get_untracked().checked_add_signed(by).filter(|position| *position < count);
        if let Some((position, name)) = position.zip(slot.with_value(|slot| name_of(slot).cloned())) {
            let change = BranchChange::Move { name, position };
            form.builder.edit(Edit::ChangeBranches { parent: form.id(), change });
        }
    };
    let remove = move |_| {
        form.builder.remove_list(&form.id(), slot.get_value());
    };
    view! {
        <Menu label=Signal::derive(move || ["More for ", &name.get()].concat())>
            <MenuItem icon=icondata_lu::LuArrowUp label="Move up" on_press=move |_| move_by(-1) />
            <MenuItem icon=icondata_lu::LuArrowDown label="Move down" on_press=move |_| move_by(1) />
            <MenuItem icon=icondata_lu::LuTrash2 label="Remove" danger=true on_press=remove />
        </Menu>
    }
}

/// The condition of a case.
#[component]
fn When(form: StepForm, part: Slot, field: Signal<String>) -> impl IntoView {
    let slot = part;
    let own = slot.clone();
    let when = form.read(move |step| {
        let cases = conditional(step).map(|conditional| &conditional.cases);
        let case = cases.into_iter().flatten().find(|case| Some(&case.name) == name_of(&own));
        case.map(|case| case.when.clone()).unwrap_or_default()
    });
    view! {
        <ConditionField
            form
            field=Signal::derive(move || [&field.get(), "/when"].concat())
            label="When"
            text=when
            on_change=move |when| {
                if let Some(case) = name_of(&slot).cloned() {
                    form.set(CaseField::When { case, when });
                }
            }
        />
    }
}

/// Where the run goes on after a case.
#[component]
fn CaseNext(form: StepForm, part: Slot, name: Signal<String>) -> impl IntoView {
    let slot = part;
    let own = slot.clone();
    let next = form.read(move |step| conditional(step).and_then(|conditional| conditional.next_of(&own).cloned()));
    let later = jumps_of(form);
    let choose = move |id: String| form.set(CaseField::Next { slot: slot.clone(), next: StepId::new(id).ok() });
    view! {
        <select
            class="select lane-next"
            aria-label=move || ["After ", &name.get()].concat()
            prop:value=move || next.get().map(|id| id.to_string()).unwrap_or_default()
            on:change:target=move |event| choose(event.target().value())
        >
            <option value="">"then goes on"</option>
            {step_options(later, next)}
            <option value="end">"then ends the list"</option>
        </select>
    }
}
