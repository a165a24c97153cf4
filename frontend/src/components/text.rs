//! Texts: rendered, compared, copied, explained, and times as people say them.

use std::time::Duration;

use chrono::{DateTime, Utc};
use icondata_core::IconData;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use sluice_web_state::diff::{DiffLine, LineKind, Row, lines};
use sluice_web_state::format::{plural, relative_time, utc_iso};
use sluice_web_state::markdown::to_html;
use sluice_web_state::message::{Span, spans};

use super::button::{Button, ButtonKind};
use super::field::fresh_id;
use super::toasts::Toasts;
use crate::browser::clipboard;
use crate::browser::clock::{RelativeClock, local_time, whole_ms};

/// Draws Markdown. The HTML is made of the text alone: `to_html` lets no markup through.
#[component]
pub fn MarkdownView(#[prop(into)] source: Signal<String>) -> impl IntoView {
    view! { <div class="markdown" inner_html=move || source.with(|source| to_html(source))></div> }
}

/// A message of the server, with the names in it as code.
#[component]
pub fn Message(#[prop(into)] text: Signal<String>) -> impl IntoView {
    let span = |span: &Span<'_>| match span {
        Span::Text(text) => (*text).to_owned().into_any(),
        Span::Code(name) => view! { <code>{(*name).to_owned()}</code> }.into_any(),
    };
    move || text.with(|text| spans(text).iter().map(span).collect_view())
}

/// Shows what an edit took out and put in.
#[component]
pub fn DiffView(
    #[prop(into)] before: Signal<String>,
    #[prop(into)] after: Signal<String>,
    /// The name of what differs, where a page shows several differences.
    #[prop(optional)]
    of: Option<String>,
) -> impl IntoView {
    let label = of.map_or_else(|| "Difference".to_owned(), |of| ["Difference: ", &of].concat());
    let changed = Memo::new(move |_| before.with(|before| after.with(|after| lines(before, after))));
    view! {
        <div class="diff" tabindex="0" role="region" aria-label=label>
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

/// How long the tick is shown after a text was copied.
const COPIED: Duration = Duration::from_millis(1_600);

/// Puts a text on the clipboard, and shows that it did. `label` says what is copied.
#[component]
pub fn CopyButton(
    #[prop(into)] label: String,
    /// Called when the button is pressed, so that a long text is not held twice.
    #[prop(into)]
    text: Callback<(), String>,
    #[prop(default = icondata_lu::LuCopy)] icon: &'static IconData,
) -> impl IntoView {
    let copied = RwSignal::new(false);
    let toasts = expect_context::<Toasts>();
    let copy = Action::new_unsync(move |text: &String| {
        let text = text.clone();
        async move {
            if clipboard::copy(&text).await {
                copied.set(true);
                set_timeout(move || copied.set(false), COPIED);
            } else {
                toasts.failed("The browser did not allow copying. Select the text and copy it yourself.");
            }
        }
    });
    let press = move |_| _ = copy.dispatch_local(text.run(()));
    let shown = Signal::derive(move || if copied.get() { icondata_lu::LuCheck } else { icon });
    let said = Signal::derive(move || if copied.get() { "Copied".to_owned() } else { label.clone() });
    view! { <Button kind=ButtonKind::Ghost small=true icon=shown label=said on_press=press /> }
}

/// A short text with a longer one that shows on hover and on focus, and that screen readers read as
/// its description. Escape or a press puts it away, the next visit shows it again.
#[component]
pub fn Tooltip(
    /// The text; line breaks are kept.
    #[prop(into)]
    more: String,
    children: Children,
) -> impl IntoView {
    let id = fresh_id("tip");
    let away = RwSignal::new(false);
    let keys = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            away.set(true);
        }
    };
    view! {
        <span
            class="tip"
            class:away=move || away.get()
            on:mouseleave=move |_| away.set(false)
            on:focusout=move |_| away.set(false)
            on:keydown=keys
        >
            <button
                type="button"
                class="tip-word"
                aria-describedby=id.clone()
                on:click=move |_| away.update(|away| *away = !*away)
            >
                {children()}
            </button>
            <span class="tip-box" role="tooltip" id=id>
                {more}
            </span>
        </span>
    }
}

/// "3 min ago"; the exact time where the reader is stands in its tooltip.
#[component]
pub fn When(#[prop(into)] at: Signal<DateTime<Utc>>) -> impl IntoView {
    let RelativeClock(now) = expect_context();
    let exact = move || utc_iso(at.get());
    let local = move || local_time(at.get());
    view! {
        <time datetime=exact title=local>
            {move || relative_time(at.get().timestamp_millis(), whole_ms(now.get()))}
        </time>
    }
}
