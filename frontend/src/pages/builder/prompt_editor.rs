//! A prompt: it grows with its text, marks what it refers to, and completes references as one types.
//!
//! The textarea lies over a copy of its text. The copy gives the height and carries the marks, so
//! that nothing is measured and the text can be typed, selected and undone as in any other field.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use sluice_types::Finding;

use super::completions::{Completions, Popup};
use super::step_body::{Found, StepForm};
use crate::browser::memo::{Memo, memo};
use crate::components::{Shown, fresh_id};
use crate::state::completion::{Context, Kind, complete, mark};

/// A field for a template.
#[component]
pub fn PromptEditor(
    form: StepForm,
    #[prop(into)] label: String,
    #[prop(into)] hint: String,
    #[prop(into)] text: Signal<String>,
    #[prop(into)] on_change: Callback<String>,
    #[prop(into)] findings: Signal<Vec<Finding>>,
) -> impl IntoView {
    let ids = (fresh_id("prompt"), fresh_id("hint"), fresh_id("completions"));
    let area: NodeRef<html::Textarea> = NodeRef::new();
    let popup = Popup::new();
    let context = memo(move || form.builder.draft.with(|draft| Context::of(draft, form.index(), &[])));
    let look = move || {
        let Some(area) = area.get_untracked() else { return };
        let cursor = area.selection_start().ok().flatten().and_then(|at| usize::try_from(at).ok()).unwrap_or(0);
        popup.show(context.with_untracked(|context| complete(&area.value(), cursor, context)));
    };
    let accept = move |index: usize| {
        let Some(area) = area.get_untracked() else { return };
        let before = area.value();
        if let Some((after, cursor)) = popup.accept(index, &before) {
            area.set_value(&after);
            let cursor = u32::try_from(cursor).unwrap_or(0);
            let _not_selectable = area.set_selection_range(cursor, cursor);
            let _focused = area.focus();
            on_change.run(after);
            // What was put in may lead on: a step's fields, for one.
            look();
        }
    };
    let keys = move |event: KeyboardEvent| {
        if let Some(chosen) = popup.key(&event) {
            accept(chosen);
        }
    };
    let wrong = move || findings.with(|findings| !findings.is_empty());
    let (id, hint_id, list_id) = ids.clone();
    view! {
        <div class="field prompt">
            <label for=id.clone()>{label}</label>
            <div class="prompt-layers" class:wrong-one=wrong>
                <Copy text context popup />
                <textarea
                    id=id
                    node_ref=area
                    spellcheck="true"
                    aria-describedby=hint_id.clone()
                    aria-autocomplete="list"
                    aria-controls=list_id.clone()
                    aria-activedescendant=move || popup.active_id()
                    aria-haspopup="listbox"
                    prop:value=move || text.get()
                    on:input:target=move |event| {
                        on_change.run(event.target().value());
                        look();
                    }
                    on:click=move |_| popup.close()
                    on:keydown=keys
                    on:blur=move |_| {
                        popup.close();
                        form.builder.seal();
                    }
                ></textarea>
            </div>
            <Completions popup id=list_id on_choose=accept />
            <span class="hint" id=hint_id>{hint}</span>
            <Found findings builder=form.builder />
        </div>
    }
}

/// The copy below the text: marks on references, and a place for the list of completions to hang on.
#[component]
fn Copy(text: Signal<String>, context: Memo<Context>, popup: Popup) -> impl IntoView {
    let marked = move || {
        let text = text.get();
        let segments = context.with(|context| {
            let segments = mark(&text, context).into_iter();
            segments.map(|segment| (segment.kind, segment.text.to_owned())).collect::<Vec<_>>()
        });
        let span = |(kind, text): (Kind, String)| match kind {
            Kind::Plain => text.into_any(),
            Kind::Reference => view! { <span class="reference">{text}</span> }.into_any(),
            Kind::Unknown => view! { <span class="unknown">{text}</span> }.into_any(),
            Kind::Later => view! { <span class="later">{text}</span> }.into_any(),
        };
        segments.into_iter().map(span).collect_view()
    };
    view! {
        <div class="copy" aria-hidden="true">
            {marked}
        </div>
        <Shown is=move || popup.is_open()>
            <div class="copy" aria-hidden="true">
                {move || text.with(|text| popup.text_before(text))}
                <span node_ref=popup.anchor></span>
            </div>
        </Shown>
    }
}
