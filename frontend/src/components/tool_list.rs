//! Tools: chosen from a list with a search, and shown as chips with their effect.

use leptos::prelude::*;
use sluice_types::{StepEffect, ToolResource};
use sluice_web_state::tools::{
    ToolGroup, all_of, effect_class, effect_help, is_all, matching, name_of, source_of, source_title, unlisted,
};

use super::button::{Button, CloseButton};
use super::dialog::Dialog;
use super::field::fresh_id;
use super::icon::Icon;
use super::note::{FailureNote, Skeleton};
use crate::session::Session;

/// The effect of a tool, as a word with an explanation.
#[component]
pub fn EffectBadge(effect: StepEffect) -> impl IntoView {
    let (class, help) = (effect_class(&effect), effect_help(&effect));
    let word = String::from(effect);
    view! {
        <span class=class title=help>
            {word}
        </span>
    }
}

/// A dialog to choose tools from: one of them, or several.
#[component]
pub fn ToolDialog(
    open: RwSignal<bool>,
    /// The ids of the chosen tools.
    #[prop(into)]
    chosen: Signal<Vec<String>>,
    /// Whether several can be chosen; else the dialog closes with the choice.
    #[prop(optional)]
    several: bool,
    /// Takes the id that was pressed.
    #[prop(into)]
    on_press: Callback<String>,
) -> impl IntoView {
    let session = expect_context::<Session>();
    let title = if several { "Tools of the agent" } else { "Choose a tool" };
    let press = Callback::new(move |id: String| {
        if !several {
            open.set(false);
        }
        on_press.run(id);
    });
    Effect::new(move || {
        if open.get() {
            session.tools.want();
        }
    });
    view! {
        <Dialog open on_close=move |()| open.set(false) title=title.to_owned() wide=true>
            <div class="body tool-dialog">
                <ToolSearch chosen several press />
            </div>
            {several
                .then(|| {
                    view! {
                        <footer>
                            <Button on_press=move |_| open.set(false)>"Done"</Button>
                        </footer>
                    }
                })}
        </Dialog>
    }
}

#[component]
fn ToolSearch(chosen: Signal<Vec<String>>, several: bool, press: Callback<String>) -> impl IntoView {
    let session = expect_context::<Session>();
    let words = RwSignal::new(String::new());
    let groups = Memo::new(move |_| {
        session.tools.with(|tools| words.with(|words| matching(tools.map_or(&[], Vec::as_slice), words)))
    });
    let typed = Memo::new(move |_| session.tools.with(|tools| words.with(|words| unlisted(tools?, words))));
    let has_servers =
        move || session.tools.with(|tools| tools.is_some_and(|all| all.iter().any(|tool| tool.server_id.is_some())));
    let nothing = move || !session.tools.is_awaited() && groups.read().is_empty() && typed.read().is_none();
    view! {
        <div class="search">
            <Icon icon=icondata_lu::LuSearch />
            <input
                class="input"
                type="search"
                aria-label="Search tools"
                placeholder="Search by name or by what it does"
                autofocus=true
                prop:value=move || words.get()
                on:input:target=move |event| words.set(event.target().value())
            />
        </div>
        {move || session.tools.error().map(|error| view! { <FailureNote error on_retry=move |()| session.tools.refetch() /> })}
        <Show when=move || session.tools.is_awaited()>
            <Skeleton lines=6 />
        </Show>
        <div class="tool-groups">
            <For each=move || groups.get() key=|group| format!("{group:?}") let:group>
                <Group group chosen several press />
            </For>
        </div>
        {move || {
            let id = typed.get()?;
            let label = format!("Use {id}, which is not in the list");
            Some(view! {
                <div>
                    <Button icon=icondata_lu::LuPlus on_press=move |_| press.run(id.clone())>{label}</Button>
                </div>
            })
        }}
        <p class="muted small" role="status">
            {move || nothing().then_some("No tool matches.")}
        </p>
        <Show when=move || !session.tools.is_awaited() && !has_servers()>
            <p class="muted small">
                "These are built in. More come from MCP servers: add one under "
                <a href="/settings/mcp-servers">"Settings, MCP servers"</a> "."
            </p>
        </Show>
    }
}

#[component]
fn Group(group: ToolGroup, chosen: Signal<Vec<String>>, several: bool, press: Callback<String>) -> impl IntoView {
    let heading = fresh_id("tools");
    let labelled_by = heading.clone();
    let all = all_of(&group.source);
    let title = source_title(&group.source);
    let has_all = {
        let all = all.clone();
        Memo::new(move |_| chosen.with(|chosen| chosen.contains(&all)))
    };
    let row = move |tool: ToolResource| {
        if several {
            view! { <TickRow tool chosen has_all press /> }.into_any()
        } else {
            view! { <ChoiceRow tool chosen press /> }.into_any()
        }
    };
    view! {
        <section class="stack tight" aria-labelledby=labelled_by>
            <div class="row between">
                <h3 class="label" id=heading>{title.clone()}</h3>
                {several.then(|| {
                    let label = format!("All tools of {title}, also those that come later");
                    view! {
                        <label class="tick small">
                            <input
                                type="checkbox"
                                aria-label=label
                                prop:checked=move || has_all.get()
                                on:change=move |_| press.run(all.clone())
                            />
                            "All"
                        </label>
                    }
                })}
            </div>
            <ul class="tool-rows">{group.tools.into_iter().map(row).collect_view()}</ul>
        </section>
    }
}

#[component]
fn ChoiceRow(tool: ToolResource, chosen: Signal<Vec<String>>, press: Callback<String>) -> impl IntoView {
    let id = StoredValue::new(tool.id.clone());
    let is_chosen = move || chosen.with(|chosen| id.with_value(|id| chosen.contains(id)));
    view! {
        <li>
            <button
                type="button"
                class="tool-row"
                aria-current=move || is_chosen().then_some("true")
                on:click=move |_| press.run(id.get_value())
            >
                <ToolWords tool />
            </button>
        </li>
    }
}

#[component]
fn TickRow(
    tool: ToolResource,
    chosen: Signal<Vec<String>>,
    has_all: Memo<bool>,
    press: Callback<String>,
) -> impl IntoView {
    let id = StoredValue::new(tool.id.clone());
    let is_chosen = move || chosen.with(|chosen| id.with_value(|id| chosen.contains(id)));
    view! {
        <li>
            <label class="tool-row">
                <input
                    type="checkbox"
                    disabled=move || has_all.get()
                    prop:checked=move || has_all.get() || is_chosen()
                    on:change=move |_| press.run(id.get_value())
                />
                <ToolWords tool />
            </label>
        </li>
    }
}

/// Name, effect and description.
#[component]
fn ToolWords(tool: ToolResource) -> impl IntoView {
    view! {
        <span class="tool-words">
            <span class="row wrap">
                <span class="mono break">{tool.name}</span>
                <EffectBadge effect=tool.effect />
            </span>
            <span class="muted small tool-about">{tool.description}</span>
        </span>
    }
}

/// The tools of an agent as chips, and a dialog to add and take away.
#[component]
pub fn ToolChips(
    #[prop(into)] tools: Signal<Vec<String>>,
    /// What no tools mean.
    #[prop(into)]
    none: Signal<String>,
    #[prop(into)] on_change: Callback<Vec<String>>,
) -> impl IntoView {
    let session = expect_context::<Session>();
    session.tools.want();
    let open = RwSignal::new(false);
    let press = move |id: String| {
        let mut all = tools.get_untracked();
        if let Some(at) = all.iter().position(|known| *known == id) {
            all.remove(at);
        } else {
            // All tools of a source take the place of the single ones.
            if is_all(&id) {
                all.retain(|known| source_of(known) != source_of(&id));
            }
            all.push(id);
        }
        on_change.run(all);
    };
    view! {
        <div class="stack tight">
            <ul class="tool-chips" aria-label="Tools" hidden=move || tools.with(Vec::is_empty)>
                <For each=move || distinct(tools.get()) key=Clone::clone let:id>
                    <ToolChip id on_remove=press />
                </For>
            </ul>
            <p class="muted small" hidden=move || !tools.with(Vec::is_empty)>{move || none.get()}</p>
            <div>
                <Button small=true icon=icondata_lu::LuPlus on_press=move |_| open.set(true)>
                    "Choose tools"
                </Button>
            </div>
        </div>
        <ToolDialog open chosen=tools several=true on_press=press />
    }
}

/// A definition may name a tool twice: it is one chip, and the lint says so.
fn distinct(ids: Vec<String>) -> Vec<String> {
    let mut seen = Vec::with_capacity(ids.len());
    for id in ids {
        if !seen.contains(&id) {
            seen.push(id);
        }
    }
    seen
}

#[component]
fn ToolChip(id: String, #[prop(into)] on_remove: Callback<String>) -> impl IntoView {
    let session = expect_context::<Session>();
    let own = id.clone();
    let effect = move || {
        let known =
            session.tools.with(|tools| tools?.iter().find(|tool| tool.id == own).map(|tool| tool.effect.clone()));
        known.map(|effect| view! { <EffectBadge effect /> })
    };
    let (source, name) = (source_of(&id).to_owned(), name_of(&id).to_owned());
    let words = if is_all(&id) { "all tools".to_owned() } else { name };
    let label = format!("Remove {id}");
    view! {
        <li class="tool-chip">
            <span class="break"><span class="muted">{source} ":"</span> <span class="mono">{words}</span></span>
            {effect}
            <CloseButton label on_press=move |_| on_remove.run(id.clone()) />
        </li>
    }
}
