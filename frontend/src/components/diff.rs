//! The difference of two texts, line by line.

use leptos::prelude::*;

use crate::browser::memo::memo;
use crate::state::diff::{DiffLine, LineKind, Row, lines};
use crate::state::format::plural;

/// Shows what an edit took out and put in.
#[component]
pub fn DiffView(#[prop(into)] before: Signal<String>, #[prop(into)] after: Signal<String>) -> impl IntoView {
    let changed = memo(move || before.with(|before| after.with(|after| lines(before, after))));
    view! {
        <div class="diff" tabindex="0" role="region" aria-label="Difference">
            {move || changed.get().rows.into_iter().map(row).collect_view()}
            {move || {
                changed.with(|diff| diff.is_cut).then(|| view! { <div class="fold"><span></span>"More is not shown."</div> })
            }}
        </div>
    }
}

fn row(row: Row) -> AnyView {
    match row {
        Row::Line(shown) => line(shown).into_any(),
        Row::Fold(count) => {
            let count = u64::try_from(count).unwrap_or(u64::MAX);
            view! {
                <div class="fold">
                    <span class="sign" aria-hidden="true">
                        "⋯"
                    </span>
                    {plural(count, "unchanged line", "unchanged lines")}
                </div>
            }
            .into_any()
        }
    }
}

fn line(line: DiffLine) -> impl IntoView {
    let (class, sign, said) = match line.kind {
        LineKind::Same => ("", " ", ""),
        LineKind::Removed => ("removed", "−", "removed: "),
        LineKind::Added => ("added", "+", "added: "),
    };
    let spans = line
        .spans
        .into_iter()
        .map(|span| if span.changed { view! { <mark>{span.text}</mark> }.into_any() } else { span.text.into_any() });
    view! {
        <div class=class>
            <span class="sign" aria-hidden="true">{sign}</span>
            <span><span class="visually-hidden">{said}</span>{spans.collect_view()}</span>
        </div>
    }
}
