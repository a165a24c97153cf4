//! A condition as rows of a value, a comparison and a value.

use leptos::prelude::*;
use sluice_web_state::completion::{Context, complete_expression};
use sluice_web_state::condition::{self, Comparison, Condition, Join, Operand, Row};

use super::step_form::StepForm;
use super::step_list::StepNames;
use crate::components::{Button, ButtonKind, CloseButton, fresh_id};

/// A row as it is typed: it may be half done.
#[derive(Debug, Clone, PartialEq)]
struct Draft {
    key: String,
    left: String,
    comparison: Comparison,
    right: String,
}

impl Draft {
    fn empty() -> Self {
        Self { key: fresh_id("row"), left: String::new(), comparison: Comparison::Is, right: String::new() }
    }

    fn of(row: &Row, names: &[&str]) -> Self {
        let right = if row.comparison.has_right() { row.right.shown(names) } else { String::new() };
        Self { key: fresh_id("row"), left: row.left.shown(names), comparison: row.comparison, right }
    }

    fn row(&self, names: &[&str]) -> Option<Row> {
        let left = Operand::typed(&self.left, names)?;
        let right = if self.comparison.has_right() { Operand::typed(&self.right, names)? } else { Operand::Bool(true) };
        Some(Row { left, comparison: self.comparison, right })
    }
}

/// The rows that are being edited, and the expression that they last were.
#[derive(Clone, Copy)]
struct FormState {
    names: Memo<Vec<String>>,
    join: RwSignal<Join>,
    rows: RwSignal<Vec<Draft>>,
    written: StoredValue<String>,
    on_change: Callback<String>,
}

impl FormState {
    fn new(names: Memo<Vec<String>>, text: Signal<String>, on_change: Callback<String>) -> Self {
        let rows = Self {
            names,
            join: RwSignal::new(Join::All),
            rows: RwSignal::new(Vec::new()),
            written: StoredValue::new(text.get_untracked()),
            on_change,
        };
        rows.read(&text.get_untracked());
        // An undo or another edit takes the place of what is typed here.
        Effect::new(move || {
            let text = text.get();
            if rows.written.get_value() != text {
                rows.read(&text);
                rows.written.set_value(text);
            }
        });
        rows
    }

    fn read(self, text: &str) {
        let read = self.names.with_untracked(|names| {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let condition = condition::read(text, &names)?;
            let rows: Vec<Draft> = condition.rows.iter().map(|row| Draft::of(row, &names)).collect();
            Some((condition.join, rows))
        });
        let (join, rows) = read.unwrap_or_else(|| (Join::All, vec![Draft::empty()]));
        self.join.set(join);
        self.rows.set(rows);
    }

    /// Writes the expression when all rows are complete.
    fn write(self) {
        let condition = self.names.with_untracked(|names| {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let rows =
                self.rows.with_untracked(|rows| rows.iter().map(|row| row.row(&names)).collect::<Option<Vec<_>>>())?;
            Some(Condition { join: self.join.get_untracked(), rows })
        });
        if let Some(condition) = condition {
            let expression = condition::write(&condition);
            if self.written.get_value() != expression {
                self.written.set_value(expression.clone());
                self.on_change.run(expression);
            }
        }
    }

    fn change(self, key: &str, change: impl Fn(&mut Draft)) {
        self.rows.update(|rows| rows.iter_mut().filter(|row| row.key == key).for_each(change));
        self.write();
    }

    fn remove(self, key: &str) {
        self.rows.update(|rows| {
            rows.retain(|row| row.key != key);
            if rows.is_empty() {
                rows.push(Draft::empty());
            }
        });
        self.write();
    }

    fn row(self, key: String) -> Memo<Draft> {
        let rows = self.rows;
        Memo::new(move |_| {
            rows.with(|rows| rows.iter().find(|row| row.key == key).cloned().unwrap_or_else(Draft::empty))
        })
    }

    fn choose_join(self, word: &str) {
        self.join.set(if word == "all" { Join::All } else { Join::Any });
        self.write();
    }
}

/// What the values can refer to, looked up for the form that is in use only.
fn offers(form: StepForm, field: Signal<String>, in_use: RwSignal<bool>) -> Memo<Vec<(String, String)>> {
    Memo::new(move |_| {
        if !in_use.get() {
            return Vec::new();
        }
        let (builder, field) = (form.builder, field.get());
        let context = builder.draft.with(|draft| {
            builder.index.with(|index| Context::of(index, &form.id(), &field, &draft.context, &draft.inputs))
        });
        let items = complete_expression("", 0, &context).map(|offered| offered.items).unwrap_or_default();
        items.into_iter().map(|item| (item.insert, item.detail)).collect()
    })
}

/// The rows of a condition. The expression is written as soon as all rows are complete.
#[component]
pub fn ConditionForm(
    form: StepForm,
    field: Signal<String>,
    text: Signal<String>,
    on_change: Callback<String>,
) -> impl IntoView {
    let StepNames(names) = expect_context();
    let all = FormState::new(names, text, on_change);
    let (join, rows) = (all.join, all.rows);
    let in_use = RwSignal::new(false);
    let offers = offers(form, field, in_use);
    let list_id = StoredValue::new(fresh_id("values"));
    let several = Memo::new(move |_| rows.with(|rows| rows.len() > 1));
    let keys = move || rows.with(|rows| rows.iter().map(|row| row.key.clone()).collect::<Vec<_>>());
    view! {
        <datalist id=list_id.get_value()>
            {move || offers.get().into_iter().map(|(value, label)| view! { <option value=value>{label}</option> }).collect_view()}
        </datalist>
        <Show when=move || several.get()>
            <label class="row condition-join">
                <select
                    class="select"
                    prop:value=move || if join.get() == Join::All { "all" } else { "any" }
                    on:change:target=move |event| all.choose_join(&event.target().value())
                >
                    <option value="all">"All of these hold"</option>
                    <option value="any">"One of these holds"</option>
                </select>
            </label>
        </Show>
        <ul class="condition-rows" on:focusin=move |_| in_use.set(true) on:focusout=move |_| _ = in_use.try_set(false)>
            <For each=keys key=Clone::clone let:key>
                <RowView all key=key list_id=list_id.get_value() several on_leave=move || form.builder.seal() />
            </For>
        </ul>
        <Button
            kind=ButtonKind::Ghost
            small=true
            icon=icondata_lu::LuPlus
            on_press=move |_| rows.update(|rows| rows.push(Draft::empty()))
        >
            "comparison"
        </Button>
    }
}

#[component]
fn RowView(
    all: FormState,
    key: String,
    list_id: String,
    several: Memo<bool>,
    on_leave: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let row = all.row(key.clone());
    let key = StoredValue::new(key);
    let change = move |change: &dyn Fn(&mut Draft)| key.with_value(|key| all.change(key, change));
    let has_right = Memo::new(move |_| row.with(|row| row.comparison.has_right()));
    let chosen = move || row.with(|row| row.comparison.words());
    let choose = move |words: String| {
        if let Some(comparison) = Comparison::ALL.into_iter().find(|comparison| comparison.words() == words) {
            change(&|row| row.comparison = comparison);
        }
    };
    let left_list = list_id.clone();
    view! {
        <li class="condition-row">
            <input
                class="input mono"
                aria-label="Value"
                placeholder="steps.Score.output.score"
                autocomplete="off"
                spellcheck="false"
                list=left_list
                prop:value=move || row.with(|row| row.left.clone())
                on:input:target=move |event| change(&|row| row.left = event.target().value())
                on:blur=move |_| on_leave()
            />
            <select
                class="select"
                aria-label="Comparison"
                prop:value=chosen
                on:change:target=move |event| choose(event.target().value())
            >
                {Comparison::ALL
                    .map(|comparison| {
                        let words = comparison.words();
                        let selected = move || chosen() == words;
                        view! { <option value=words selected=selected>{words}</option> }
                    })
                    .into_iter()
                    .collect_view()}
            </select>
            <input
                class="input mono"
                aria-label="Compared with"
                placeholder="4, good or input.level"
                autocomplete="off"
                spellcheck="false"
                list=list_id
                hidden=move || !has_right.get()
                prop:value=move || row.with(|row| row.right.clone())
                on:input:target=move |event| change(&|row| row.right = event.target().value())
                on:blur=move |_| on_leave()
            />
            <Show when=move || several.get()>
                <CloseButton label="Remove the comparison" on_press=move |_| key.with_value(|key| all.remove(key)) />
            </Show>
        </li>
    }
}
