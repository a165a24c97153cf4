//! A condition as rows of a value, a comparison and a value.

use leptos::prelude::*;
use sluice_web_state::completion::{Context, complete_expression};
use sluice_web_state::condition::{self, Comparison, Condition, Join, Operand, Row};

use super::step_form::StepForm;
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

/// The rows of a condition. The expression is written as soon as all rows are complete.
#[component]
pub fn ConditionForm(
    form: StepForm,
    field: Signal<String>,
    text: Signal<String>,
    on_change: Callback<String>,
) -> impl IntoView {
    let names = form.builder.names;
    let read = move |text: &str| {
        names.with_untracked(|names| {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let condition = condition::read(text, &names)?;
            let rows: Vec<Draft> = condition.rows.iter().map(|row| Draft::of(row, &names)).collect();
            Some((condition.join, rows))
        })
    };
    let (join, rows) = untrack(|| read(&text.get())).unwrap_or_else(|| (Join::All, vec![Draft::empty()]));
    let (join, rows) = (RwSignal::new(join), RwSignal::new(rows));
    let written = StoredValue::new(text.get_untracked());
    // An undo or another edit takes the place of what is typed here.
    Effect::new(move || {
        let text = text.get();
        if written.get_value() != text {
            written.set_value(text.clone());
            let (read_join, read_rows) = read(&text).unwrap_or_else(|| (Join::All, vec![Draft::empty()]));
            join.set(read_join);
            rows.set(read_rows);
        }
    });
    let write = move || {
        let condition = names.with_untracked(|names| {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let rows =
                rows.with_untracked(|rows| rows.iter().map(|row| row.row(&names)).collect::<Option<Vec<_>>>())?;
            Some(Condition { join: join.get_untracked(), rows })
        });
        if let Some(condition) = condition {
            let expression = condition::write(&condition);
            if written.get_value() != expression {
                written.set_value(expression.clone());
                on_change.run(expression);
            }
        }
    };
    let change = move |key: &str, change: &dyn Fn(&mut Draft)| {
        rows.update(|rows| rows.iter_mut().filter(|row| row.key == key).for_each(change));
        write();
    };
    let remove = move |key: &str| {
        rows.update(|rows| {
            rows.retain(|row| row.key != key);
            if rows.is_empty() {
                rows.push(Draft::empty());
            }
        });
        write();
    };
    // What can be referred to is looked up for the form that is in use only.
    let in_use = RwSignal::new(false);
    let offers = Memo::new(move |_| {
        if !in_use.get() {
            return Vec::new();
        }
        let builder = form.builder;
        let field = field.get();
        let context = builder
            .draft
            .with(|draft| builder.index.with(|index| Context::of(index, &form.id(), &field, &draft.context, &[])));
        let items = complete_expression("", 0, &context).map(|offered| offered.items).unwrap_or_default();
        items.into_iter().map(|item| (item.insert, item.detail)).collect::<Vec<_>>()
    });
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
                    on:change:target=move |event| {
                        join.set(if event.target().value() == "all" { Join::All } else { Join::Any });
                        write();
                    }
                >
                    <option value="all">"All of these hold"</option>
                    <option value="any">"One of these holds"</option>
                </select>
            </label>
        </Show>
        <ul class="condition-rows" on:focusin=move |_| in_use.set(true) on:focusout=move |_| _ = in_use.try_set(false)>
            <For each=keys key=Clone::clone let:key>
                <RowView
                    row={
                        let key = key.clone();
                        Memo::new(move |_| rows.with(|rows| rows.iter().find(|row| row.key == key).cloned().unwrap_or_else(Draft::empty)))
                    }
                    list_id=list_id.get_value()
                    several
                    on_left={
                        let key = key.clone();
                        move |text: String| change(&key, &|row| row.left.clone_from(&text))
                    }
                    on_comparison={
                        let key = key.clone();
                        move |comparison| change(&key, &|row| row.comparison = comparison)
                    }
                    on_right={
                        let key = key.clone();
                        move |text: String| change(&key, &|row| row.right.clone_from(&text))
                    }
                    on_remove=move |()| remove(&key)
                    on_leave=move || form.builder.seal()
                />
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
    row: Memo<Draft>,
    list_id: String,
    several: Memo<bool>,
    #[prop(into)] on_left: Callback<String>,
    #[prop(into)] on_comparison: Callback<Comparison>,
    #[prop(into)] on_right: Callback<String>,
    #[prop(into)] on_remove: Callback<()>,
    on_leave: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let has_right = Memo::new(move |_| row.with(|row| row.comparison.has_right()));
    let chosen = move || row.with(|row| row.comparison.words());
    let choose = move |words: String| {
        if let Some(comparison) = Comparison::ALL.into_iter().find(|comparison| comparison.words() == words) {
            on_comparison.run(comparison);
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
                on:input:target=move |event| on_left.run(event.target().value())
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
                on:input:target=move |event| on_right.run(event.target().value())
                on:blur=move |_| on_leave()
            />
            <Show when=move || several.get()>
                <CloseButton label="Remove the comparison" on_press=move |_| on_remove.run(()) />
            </Show>
        </li>
    }
}
