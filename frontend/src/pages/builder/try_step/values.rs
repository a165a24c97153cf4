//! The values of a try: the run that they come from, a field for each, and the pinned ones.

use leptos::prelude::*;
use sluice_types::{ExecutionSummary, StepId};
use sluice_web_state::format::{plural, relative_time};
use sluice_web_state::run_status::RunStanding;
use sluice_web_state::try_step::{Needs, Source, TryValues, pointer_of};

use super::model::Tries;
use crate::browser::clock::{RelativeClock, whole_ms};
use crate::components::{Button, Field};

/// The choice of a run, and the fields of what is not taken from it.
#[component]
pub fn ValueFields(tries: Tries, id: StepId, needs: Memo<Needs>) -> impl IntoView {
    let key = id.clone();
    let typed = Memo::new(move |_| tries.typed.with(|typed| typed.get(&key).cloned().unwrap_or_default()));
    let own = StoredValue::new(id);
    let change = move |change: &dyn Fn(&mut TryValues)| {
        tries.typed.update(|typed| change(typed.entry(own.get_value()).or_default()));
    };
    let failure = Memo::new(move |_| own.with_value(|id| tries.failures.with(|failures| failures.get(id).cloned())));
    let wrong = move |pointer: String| {
        Signal::derive(move || failure.with(|failure| failure.as_ref().and_then(|error| error.field(&pointer))))
    };
    let run = Memo::new(move |_| typed.with(|typed| typed.run(tries.newest().as_ref()).cloned()));
    let hint = move || if run.get().is_some() { "From the run, unless you type it" } else { "" };
    let outputs = Memo::new(move |_| needs.with(|needs| needs.outputs.clone()));
    let fields = Memo::new(move |_| {
        needs.with(|needs| match (run.get().is_some(), needs.whole_input) {
            (true, _) => Vec::new(),
            (false, true) => vec![String::new()],
            (false, false) => needs.fields.clone(),
        })
    });
    let item_of = Memo::new(move |_| needs.with(|needs| needs.item_of.clone()));
    view! {
        <Show
            when=move || needs.with(|needs| !needs.is_free())
            fallback=|| view! { <p class="small muted">"It reads nothing of a run."</p> }
        >
            <RunChoice tries typed on_choose=move |source: Source| own.with_value(|id| tries.choose(id, source)) />
            <div class="try-values">
                <For each=move || outputs.get() key=|need| (need.id.clone(), need.label.clone()) let:need>
                    {
                        let (read, write, pin) = (need.id.clone(), need.id.clone(), need.id.clone());
                        let value = Signal::derive(move || {
                            typed.with(|typed| typed.outputs.get(&read).cloned().unwrap_or_default())
                        });
                        let pinned = {
                            let id = need.id.clone();
                            Memo::new(move |_| tries.pins.with(|pins| pins.has(&id)))
                        };
                        let label = if need.required { need.label.clone() } else { format!("{} (optional)", need.label) };
                        view! {
                            <ValueField
                                label=format!("Output of {label}")
                                hint=Signal::derive(move || {
                                    if pinned.get() { "Pinned, unless you type another".to_owned() } else { hint().to_owned() }
                                })
                                value
                                wrong=wrong(pointer_of(&need.id))
                                on_type=move |text: String| {
                                    change(&|typed| _ = typed.outputs.insert(write.clone(), text.clone()));
                                }
                                on_pin=Some(Callback::new(move |()| tries.pin(&pin, Some(value.get_untracked()))))
                            />
                        }
                    }
                </For>
                {move || {
                    item_of.get().map(|label| {
                        view! {
                            <ValueField
                                label=format!("Item of {label}")
                                hint=Signal::derive(move || {
                                    if run.get().is_some() { "The first of the run, unless you type one".to_owned() } else { String::new() }
                                })
                                value=Signal::derive(move || typed.with(|typed| typed.item.clone()))
                                wrong=wrong("/item".to_owned())
                                on_type=move |text: String| change(&|typed| typed.item.clone_from(&text))
                                on_pin=None
                            />
                        }
                    })
                }}
                <For each=move || fields.get() key=Clone::clone let:name>
                    {
                        let (read, write) = (name.clone(), name.clone());
                        let label = if name.is_empty() { "Input".to_owned() } else { format!("Input: {name}") };
                        view! {
                            <ValueField
                                label
                                hint=Signal::stored(String::new())
                                value=Signal::derive(move || {
                                    typed.with(|typed| typed.input.get(&read).cloned().unwrap_or_default())
                                })
                                wrong=wrong(format!("/input/{name}"))
                                on_type=move |text: String| {
                                    change(&|typed| _ = typed.input.insert(write.clone(), text.clone()));
                                }
                                on_pin=None
                            />
                        }
                    }
                </For>
            </div>
        </Show>
    }
}

/// The run that values are taken from, or none.
#[component]
fn RunChoice(tries: Tries, typed: Memo<TryValues>, #[prop(into)] on_choose: Callback<Source>) -> impl IntoView {
    const TYPED: &str = "typed";
    let RelativeClock(now) = expect_context();
    let name = move |run: &ExecutionSummary| {
        let at = relative_time(run.created_at.timestamp_millis(), whole_ms(now.get()));
        format!("Run of {at}, {}", RunStanding::of_summary(run).word())
    };
    let shown = move || match typed.with(|typed| typed.run(tries.newest().as_ref()).cloned()) {
        Some(run) => run.to_string(),
        None => TYPED.to_owned(),
    };
    let choose = move |value: String| {
        on_choose.run(value.parse().map_or(Source::Typed, Source::Run));
    };
    let options = move || {
        let runs = tries.runs.get().unwrap_or_default();
        let options = runs.iter().enumerate().map(|(number, run)| {
            let name = if number == 0 { format!("{} (newest)", name(run)) } else { name(run) };
            let id = run.id.to_string();
            let chosen = shown() == id;
            view! { <option value=id selected=chosen>{name}</option> }
        });
        options.collect_view()
    };
    view! {
        <Field label="Values from" let:ids>
            <select
                id=ids.input
                class="select"
                aria-describedby=ids.described_by
                on:change:target=move |event| choose(event.target().value())
            >
                {options}
                <option value=TYPED selected=move || shown() == TYPED>"Type the values"</option>
            </select>
        </Field>
    }
}

/// A field for one value, which can be pinned when it is an output.
#[component]
fn ValueField(
    label: String,
    hint: Signal<String>,
    value: Signal<String>,
    wrong: Signal<Option<String>>,
    #[prop(into)] on_type: Callback<String>,
    on_pin: Option<Callback<()>>,
) -> impl IntoView {
    let told = Signal::derive(move || Some(hint.get()).filter(|hint| !hint.is_empty()));
    let has_text = Memo::new(move |_| value.with(|value| !value.is_empty()));
    view! {
        <div class="try-value">
            <Field label hint=told wrong=wrong let:ids>
                <textarea
                    class="textarea grows short"
                    rows="1"
                    id=ids.input
                    aria-describedby=ids.described_by
                    aria-invalid=move || wrong.get().is_some().then_some("true")
                    prop:value=move || value.get()
                    on:input:target=move |event| on_type.run(event.target().value())
                ></textarea>
            </Field>
            {on_pin.map(|pin| {
                view! {
                    <Show when=move || has_text.get()>
                        <Button small=true icon=icondata_lu::LuPin on_press=move |_| pin.run(())>
                            "Pin"
                        </Button>
                    </Show>
                }
            })}
        </div>
    }
}

/// The pinned outputs of the workflow.
#[component]
pub fn PinList(tries: Tries) -> impl IntoView {
    let pins = Memo::new(move |_| {
        tries.pins.with(|pins| pins.0.iter().map(|(id, text)| (id.clone(), text.chars().count())).collect::<Vec<_>>())
    });
    let label = move |id: &StepId| {
        tries.builder.index.with(|index| index.place(id).map_or_else(|| id.to_string(), |it| it.step.label.clone()))
    };
    view! {
        <Show when=move || pins.with(|pins| !pins.is_empty())>
            <div class="stack tight">
                <p class="small muted">"Pinned: tries read these outputs in the place of a run's."</p>
                <ul class="pins row wrap">
                    <For each=move || pins.get() key=Clone::clone let:pin>
                        {
                            let (id, chars) = pin;
                            let name = label(&id);
                            let size = plural(u64::try_from(chars).unwrap_or(u64::MAX), "character", "characters");
                            view! {
                                <li class="row">
                                    <span class="small">{name.clone()} " · " {size}</span>
                                    <Button
                                        small=true
                                        icon=icondata_lu::LuPinOff
                                        label=format!("Unpin the output of {name}")
                                        on_press=move |_| tries.pin(&id, None)
                                    />
                                </li>
                            }
                        }
                    </For>
                </ul>
            </div>
        </Show>
    }
}
