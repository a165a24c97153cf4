//! The list's shape until it is there.

use leptos::prelude::*;

const ROWS: usize = 8;

/// Rows of the size of those that come.
#[component]
pub fn RowsSkeleton() -> impl IntoView {
    let row = |_| {
        view! {
            <div class="workflow-row bones">
                <span class="skeleton"></span>
                <span class="skeleton"></span>
                <span class="skeleton"></span>
            </div>
        }
    };
    view! {
        <div class="card workflow-list" role="status">
            <span class="visually-hidden">"Loading workflows"</span>
            {(0..ROWS).map(row).collect_view()}
        </div>
    }
}
