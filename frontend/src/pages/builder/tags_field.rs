//! Words to find a workflow by.

use leptos::prelude::*;
use sluice_types::limits::{MAX_TAG_CHARS, MAX_TAGS};

use super::model::Builder;
use crate::browser::memo::memo;
use crate::components::{Each, Shown, Tag};
use crate::state::editor::Edit;

/// The tags, each with a button that takes it off, and a field that adds one on Enter or a comma.
#[component]
pub fn TagsField(builder: Builder) -> impl IntoView {
    let tags = memo(move || builder.draft.with(|draft| draft.tags.clone()));
    let typed = builder.typed(None, "tag");
    let add = move || {
        let tag = typed.get_untracked().unwrap_or_default().trim().trim_end_matches(',').trim().to_owned();
        if !tag.is_empty() {
            let mut all = tags.get_untracked();
            all.push(tag);
            builder.edit(Edit::SetTags(all));
        }
        typed.set(None);
    };
    let remove = move |tag: &str| {
        let mut all = tags.get_untracked();
        all.retain(|it| it != tag);
        builder.edit(Edit::SetTags(all));
    };
    let input = move |text: String| {
        let ends = text.ends_with(',');
        typed.set(Some(text));
        if ends {
            add();
        }
    };
    view! {
        <div class="row wrap">
            <Each each=move || tags.get() key=Clone::clone let:tag>
                {
                    let label = ["Remove the tag ", &tag].concat();
                    view! { <Tag text=tag.clone() label removable=true on_press=move |()| remove(&tag) /> }
                }
            </Each>
            <Shown is=move || tags.with(|tags| tags.len() < MAX_TAGS)>
                <input
                    class="tag-input"
                    aria-label="Add a tag"
                    placeholder="+ tag"
                    maxlength=MAX_TAG_CHARS.to_string()
                    autocomplete="off"
                    prop:value=move || typed.get().unwrap_or_default()
                    on:input:target=move |event| input(event.target().value())
                    on:keydown=move |event| {
                        if event.key() == "Enter" {
                            event.prevent_default();
                            add();
                        }
                    }
                    on:blur=move |_| add()
                />
            </Shown>
        </div>
    }
}
