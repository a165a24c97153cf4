//! The list of the command menu.

use icondata_core::IconData;
use leptos::prelude::*;
use sluice_web_state::commands::{Entry, Kind, Section, Target};

use super::keys::key_caps;
use crate::browser::view::keys_here;
use crate::commands::PageCommand;
use crate::components::Icon;

/// The id of the list.
pub const LIST: &str = "command-list";

/// The id of the line of an entry.
pub fn option_id(key: &str) -> String {
    ["command ", key].concat().replace(' ', "-")
}

/// The entries below their headings.
#[component]
pub fn EntryList(
    sections: Memo<Vec<Section>>,
    commands: Signal<Vec<PageCommand>>,
    /// The key of the entry that Enter chooses.
    active: Memo<Option<String>>,
    /// Called with the key of the entry that the pointer is moved over.
    #[prop(into)]
    on_point: Callback<String>,
    /// Called with the entry that is pressed, and whether Shift is held.
    #[prop(into)]
    on_choose: Callback<(Entry, bool)>,
) -> impl IntoView {
    let option = move |entry: Entry| {
        let icon = icon_of(&entry, &commands.read_untracked());
        view! { <EntryOption entry icon active on_point on_choose /> }
    };
    let section = move |Section { heading, entries }: Section| {
        let options = entries.into_iter().map(option).collect_view();
        match heading {
            Some(heading) => view! {
                <div role="group" aria-label=heading>
                    <div class="command-heading small muted" aria-hidden="true">
                        {heading}
                    </div>
                    {options}
                </div>
            }
            .into_any(),
            None => options.into_any(),
        }
    };
    view! {
        <div
            id=LIST
            class="command-list"
            role="listbox"
            aria-label="What is found"
            hidden=move || sections.with(Vec::is_empty)
            // The focus stays in the text field.
            on:mousedown=move |event| event.prevent_default()
        >
            {move || sections.get().into_iter().map(section).collect_view()}
        </div>
    }
}

#[component]
fn EntryOption(
    entry: Entry,
    icon: &'static IconData,
    active: Memo<Option<String>>,
    on_point: Callback<String>,
    on_choose: Callback<(Entry, bool)>,
) -> impl IntoView {
    let key = StoredValue::new(entry.key());
    let is_active = Memo::new(move |_| active.with(|active| key.with_value(|key| active.as_ref() == Some(key))));
    let is_keys = matches!(entry.target, Target::Action(_)) || entry.kind == Kind::Page;
    let detail = (!entry.detail.is_empty()).then(|| {
        if is_keys {
            key_caps(&keys_here(&entry.detail)).into_any()
        } else {
            view! { <span class="command-detail muted small" dir="auto">{entry.detail.clone()}</span> }.into_any()
        }
    });
    let (title, word) = (entry.title.clone(), entry.kind.word());
    let choose = move |event: leptos::ev::MouseEvent| on_choose.run((entry.clone(), event.shift_key()));
    view! {
        <div
            id=key.with_value(|key| option_id(key))
            class="command-option"
            role="option"
            aria-selected=move || is_active.get().to_string()
            on:click=choose
            on:pointermove=move |_| {
                if !is_active.get_untracked() {
                    on_point.run(key.get_value());
                }
            }
        >
            <Icon icon />
            <span class="command-title" dir="auto">
                {title}
            </span>
            {detail}
            <span class="command-kind muted small">{word}</span>
        </div>
    }
}

fn icon_of(entry: &Entry, commands: &[PageCommand]) -> &'static IconData {
    match (&entry.target, entry.kind) {
        (Target::Action(at), _) => commands.get(*at).map_or(icondata_lu::LuZap, |command| command.icon),
        (_, Kind::Waiting) => icondata_lu::LuBell,
        (_, Kind::Workflow) => icondata_lu::LuWorkflow,
        (_, Kind::Run) => icondata_lu::LuPlay,
        (_, Kind::Setting) => icondata_lu::LuSettings,
        (_, Kind::Template) => icondata_lu::LuLayoutTemplate,
        (_, Kind::Page | Kind::Action) => icondata_lu::LuArrowRight,
    }
}
