//! The card of the input: the declared fields, and those that prompts name, to be declared.

use leptos::prelude::*;
use sluice_types::edit::{Edit, InputChange};
use sluice_types::{InputField, Severity};
use sluice_web_state::editor::{Counts, FieldAt, InputKey, input_summary, moved_input, new_input};
use sluice_web_state::format::plural;

use super::findings::Found;
use super::input_fields::InputFields;
use super::input_form::{InputForm, input_toggle_id};
use super::model::Builder;
use super::settings::read;
use super::step_card::CountsBadge;
use crate::browser::focus::{focus_soon, select_soon};
use crate::components::{Button, ButtonKind, Icon, Menu, MenuItem};

/// The id of the button that adds a field.
const ADD: &str = "add-input";

/// What a run asks for at its start.
#[component]
pub fn InputCard(builder: Builder) -> impl IntoView {
    let inputs = read(builder, |draft| draft.inputs.clone());
    let count = Memo::new(move |_| inputs.with(Vec::len));
    let undeclared =
        Memo::new(move |_| builder.analysis.with(|analysis| inputs.with(|declared| analysis.undeclared(declared))));
    let found = Memo::new(move |_| builder.analysis.with(|analysis| analysis.findings.of_all_inputs()));
    let said = RwSignal::new(String::new());
    let is_empty = Memo::new(move |_| count.get() == 0 && undeclared.with(Vec::is_empty));
    view! {
        <section class="card input-card" aria-labelledby="input-fields">
            <div class="row between">
                <div class="row">
                    <h2 id="input-fields">"Input"</h2>
                    <span class="small muted" hidden=move || count.get() == 0>
                        {move || plural(u64::try_from(count.get()).unwrap_or(u64::MAX), "field", "fields")}
                    </span>
                </div>
                <AddField builder inputs />
            </div>
            <p class="small muted" hidden=move || !is_empty.get()>
                "A field is something that a run asks for at its start, as a topic. Prompts use it as "
                <code>"{{input.topic}}"</code> "."
            </p>
            <ol class="input-fields" aria-label="Fields of the input" hidden=move || count.get() == 0>
                // A row belongs to a position: a field that is renamed keeps its row, and the focus in it.
                <For each=move || 0..count.get() key=|at| *at let:at>
                    <Row form=InputForm::new(builder, at, inputs) count said />
                </For>
            </ol>
            <Undeclared builder inputs undeclared />
            <Found findings=found builder />
            <p class="visually-hidden" aria-live="polite">
                {move || said.get()}
            </p>
        </section>
    }
}

/// Declares fields, and leads to the first of them.
fn declare(builder: Builder, fields: Vec<InputField>) -> Option<usize> {
    let at = builder.draft.with_untracked(|draft| draft.inputs.len());
    builder.edit(Edit::ChangeInputs(InputChange::Declare(fields))).then_some(at)
}

#[component]
fn AddField(builder: Builder, inputs: Memo<Vec<InputField>>) -> impl IntoView {
    let add = move |_| {
        let field = inputs.with_untracked(|inputs| new_input(inputs));
        let key = InputKey { name: field.name.clone(), nth: 0 };
        if let Some(at) = declare(builder, vec![field]) {
            builder.open_inputs.update(|open| _ = open.insert(key));
            select_soon(format!("input-{at}-name"));
        }
    };
    view! {
        <button id=ADD type="button" class="button small" aria-label="Add a field" title="Add a field" on:click=add>
            <Icon icon=icondata_lu::LuPlus />
            "field"
        </button>
    }
}

/// The fields that prompts name and nothing declares.
#[component]
fn Undeclared(builder: Builder, inputs: Memo<Vec<InputField>>, undeclared: Memo<Vec<InputField>>) -> impl IntoView {
    let take = move |fields: Vec<InputField>| {
        if let Some(at) = declare(builder, fields) {
            focus_soon(input_toggle_id(at));
        }
    };
    let text = move || {
        if inputs.with(Vec::is_empty) {
            "Prompts name these fields, and a run asks for them as texts. Declare them to give each a type, a help text or a default:"
        } else {
            "Prompts name these fields, which are not declared:"
        }
    };
    view! {
        <Show when=move || undeclared.with(|all| !all.is_empty())>
            <div class="undeclared">
                <p class="small muted">{text}</p>
                <div class="row wrap">
                    <For each=move || undeclared.get() key=|field| (field.name.clone(), field.required) let:field>
                        {
                            let name = field.name.clone();
                            let label = ["Declare ", &name].concat();
                            view! {
                                <button
                                    type="button"
                                    class="button small"
                                    aria-label=label.clone()
                                    title=label
                                    on:click=move |_| take(vec![field.clone()])
                                >
                                    <Icon icon=icondata_lu::LuPlus />
                                    <span class="mono">{name}</span>
                                </button>
                            }
                        }
                    </For>
                    <Show when=move || undeclared.with(|all| all.len() > 1)>
                        <Button
                            kind=ButtonKind::Ghost
                            small=true
                            on_press=move |_| take(undeclared.get_untracked())
                        >
                            "Declare all"
                        </Button>
                    </Show>
                </div>
            </div>
        </Show>
    }
}

/// A declared field: its head, and its parts when it is open.
#[component]
fn Row(form: InputForm, count: Memo<usize>, said: RwSignal<String>) -> impl IntoView {
    let builder = form.builder();
    let name = form.read(|field| field.name.clone());
    let summary = form.read(input_summary);
    let open = Memo::new(move |_| {
        let key = form.key();
        builder.open_inputs.with(|open| key.is_some_and(|key| open.contains(&key)))
    });
    let toggle = move |_| {
        let Some(key) = form.key() else { return };
        builder.open_inputs.update(|open| {
            if !open.remove(&key) {
                open.insert(key);
            }
        });
    };
    let body_id = form.part_id("body");
    view! {
        <li class="input-field">
            <div class="input-head">
                <button
                    type="button"
                    class="step-toggle"
                    id=input_toggle_id(form.at)
                    aria-expanded=move || if open.get() { "true" } else { "false" }
                    aria-controls=body_id.clone()
                    on:click=move |event| untrack(|| toggle(event))
                >
                    <span class="icon turn">
                        <Icon icon=icondata_lu::LuChevronRight />
                    </span>
                    <span class="input-name mono">
                        {move || name.with(|name| if name.is_empty() { "(no name)".to_owned() } else { name.clone() })}
                    </span>
                    <span class="input-summary">{move || summary.get()}</span>
                </button>
                <RowCounts form />
                <RowMenu form name count said />
            </div>
            <div id=body_id hidden=move || !open.get()>
                {move || open.get().then(|| view! { <InputFields form /> })}
            </div>
        </li>
    }
}

/// What was found in a field, and input of it that cannot be taken.
#[component]
fn RowCounts(form: InputForm) -> impl IntoView {
    let builder = form.builder();
    let counts = Memo::new(move |_| {
        let Some(key) = form.key() else { return Counts::default() };
        let is_own = |at: &FieldAt| at.input().is_some_and(|(own, _)| *own == key);
        let pending = builder.pending_problems.with(|all| all.iter().filter(|problem| is_own(&problem.at)).count());
        builder.analysis.with(|analysis| {
            let of = |severity| {
                let found = analysis.findings.of_input(&key).filter(|located| located.finding.severity == severity);
                u64::try_from(found.count()).unwrap_or(u64::MAX)
            };
            let errors = of(Severity::Error).saturating_add(u64::try_from(pending).unwrap_or(u64::MAX));
            Counts { errors, warnings: of(Severity::Warning) }
        })
    });
    view! { <CountsBadge counts /> }
}

/// What can be done to a field.
#[component]
fn RowMenu(form: InputForm, name: Memo<String>, count: Memo<usize>, said: RwSignal<String>) -> impl IntoView {
    let builder = form.builder();
    let move_by = move |by: isize| {
        let count = count.get_untracked();
        let Some(change) = moved_input(count, form.at, by) else { return };
        let InputChange::Move { to, .. } = change else { return };
        let name = name.get_untracked();
        if builder.edit(Edit::ChangeInputs(change)) {
            said.set(format!("{name} is now {} of {count}.", to.saturating_add(1)));
            focus_soon(input_toggle_id(to));
        }
    };
    let remove = move |_| {
        let (name, left) = (name.get_untracked(), count.get_untracked().saturating_sub(1));
        if builder.edit(Edit::ChangeInputs(InputChange::Remove(form.at))) {
            focus_soon(if left == 0 { ADD.to_owned() } else { input_toggle_id(form.at.min(left - 1)) });
            builder.offer_undo(format!("Removed field {name}"));
        }
    };
    view! {
        <Menu label=Signal::derive(move || ["More for field ", &name.get()].concat())>
            <MenuItem icon=icondata_lu::LuArrowUp label="Move up" on_press=move |_| move_by(-1) />
            <MenuItem icon=icondata_lu::LuArrowDown label="Move down" on_press=move |_| move_by(1) />
            <MenuItem icon=icondata_lu::LuTrash2 label="Remove" danger=true on_press=remove />
        </Menu>
    }
}
