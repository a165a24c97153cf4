//! Facts side by side, and texts as differences.

use leptos::prelude::*;
use sluice_web_state::compare::Row;

use crate::components::DiffView;

/// Short facts as a table. Without `shows_all`, only those that differ.
#[component]
pub fn FactsTable(#[prop(into)] label: String, rows: Vec<Row>, shows_all: RwSignal<bool>) -> impl IntoView {
    let some_differ = rows.iter().any(Row::differs);
    let rows = StoredValue::new(rows);
    let shown = move || {
        let all = shows_all.get();
        rows.with_value(|rows| rows.iter().filter(|row| all || row.differs()).cloned().collect::<Vec<_>>())
    };
    view! {
        <Show
            when=move || shows_all.get() || some_differ
            fallback=|| view! { <p class="muted">"Unchanged"</p> }
        >
            <div class="table-box">
                <table class="compare-table" aria-label=label.clone()>
                    <thead>
                        <tr>
                            <th scope="col">
                                <span class="visually-hidden">"Fact"</span>
                            </th>
                            <th scope="col">"A"</th>
                            <th scope="col">"B"</th>
                        </tr>
                    </thead>
                    <tbody>{move || shown().into_iter().map(fact).collect_view()}</tbody>
                </table>
            </div>
        </Show>
    }
}

fn fact(row: Row) -> impl IntoView {
    let class = if row.differs() { "differs" } else { "" };
    let value = |text: String| if text.is_empty() { "–".to_owned() } else { text };
    view! {
        <tr class=class>
            <th scope="row">{row.name}</th>
            <td class="numbers break" dir="auto">
                {value(row.a)}
            </td>
            <td class="numbers break" dir="auto">
                {value(row.b)}
            </td>
        </tr>
    }
}

/// Texts as differences. Without `shows_all`, only those that differ.
#[component]
pub fn Texts(rows: Vec<Row>, shows_all: RwSignal<bool>) -> impl IntoView {
    rows.into_iter()
        .map(|row| {
            let row = StoredValue::new(row);
            view! {
                <Show when=move || shows_all.get() || row.with_value(Row::differs)>
                    {move || text(row.get_value())}
                </Show>
            }
        })
        .collect_view()
}

fn text(row: Row) -> impl IntoView {
    let is_same = !row.differs();
    let note = if is_same {
        Some("Unchanged")
    } else if row.a.is_empty() {
        Some("Only in B")
    } else if row.b.is_empty() {
        Some("Only in A")
    } else {
        None
    };
    let shown = if is_same {
        view! {
            <pre class="text-box compare-text" tabindex="0" role="region" aria-label=row.name.clone() dir="auto">
                {row.a}
            </pre>
        }
        .into_any()
    } else {
        view! { <DiffView of=row.name.clone() before=Signal::stored(row.a) after=Signal::stored(row.b) /> }.into_any()
    };
    view! {
        <div class="stack tight">
            <div class="row wrap">
                <strong class="small" dir="auto">
                    {row.name}
                </strong>
                {note.map(|note| view! { <span class="badge">{note}</span> })}
            </div>
            {shown}
        </div>
    }
}
