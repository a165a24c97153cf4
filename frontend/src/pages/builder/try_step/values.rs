//! The values of a try: the run that they come from, a field for each, and the pinned ones.

use leptos::prelude::*;
use sluice_types::{ExecutionId, ExecutionSummary, StepId};
use sluice_web_state::format::{plural, relative_time, run_number};
use sluice_web_state::run_status::RunStanding;
use sluice_web_state::try_step::{Need, Needs, Source, TryValues, pointer_of};

use super::model::Tries;
use crate::browser::clock::{RelativeClock, whole_ms};
use crate::components::{Button, Field};

/// What is typed for the tries of a step. A copy is a handle to the same.
#[derive(Clone, Copy)]
struct Typed {
    tries: Tries,
    id: StoredValue<StepId>,
    values: Memo<TryValues>,
    /// The run from which the other values are taken.
    run: Memo<Option<ExecutionId>>,
}

impl Typed {
    fn new(tries: Tries, id: StepId) -> Self {
        let key = id.clone();
        let values = Memo::new(move |_| tries.typed.with(|typed| typed.get(&key).cloned().unwrap_or_default()));
        let run = Memo::new(move |_| values.with(|values| values.run(tries.newest().as_ref()).cloned()));
        Self { tries, id: StoredValue::new(id), values, run }
    }

    fn change(self, change: impl FnOnce(&mut TryValues)) {
        self.tries.typed.update(|typed| change(typed.entry(self.id.get_value()).or_default()));
    }

    /// One of the typed texts.
    fn text(self, read: impl Fn(&TryValues) -> Option<String> + Send + Sync + 'static) -> Signal<String> {
        Signal::derive(move || self.values.with(|values| read(values).unwrap_or_default()))
    }

    /// What the server said of the value at a pointer of the last request.
    fn wrong(self, pointer: String) -> Signal<Option<String>> {
        Signal::derive(move || {
            self.tries.failures.with(|failures| self.id.with_value(|id| failures.get(id)?.field(&pointer)))
        })
    }

    /// A hint where a run has the value.
    fn hint(self, of_run: &'static str) -> Signal<String> {
        Signal::derive(move || if self.run.with(Option::is_some) { of_run.to_owned() } else { String::new() })
    }
}

/// The choice of a run, and the fields of what is not taken from it.
#[component]
pub fn ValueFields(tries: Tries, id: StepId, needs: Memo<Needs>) -> impl IntoView {
    let typed = Typed::new(tries, id);
    let outputs = Memo::new(move |_| needs.with(|needs| needs.outputs.clone()));
    let fields = Memo::new(move |_| {
        needs.with(|needs| match (typed.run.with(Option::is_some), needs.whole_input) {
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
            <RunChoice typed />
            <div class="try-values">
                <For each=move || outputs.get() key=|need| (need.id.clone(), need.label.clone()) let:need>
                    <OutputField typed need />
                </For>
                {move || item_of.get().map(|label| view! { <ItemField typed label /> })}
                <For each=move || fields.get() key=Clone::clone let:name>
                    <InputField typed name />
                </For>
            </div>
        </Show>
    }
}

/// The output of another step, which can be pinned.
#[component]
fn OutputField(typed: Typed, need: Need) -> impl IntoView {
    let Need { id, label, required } = need;
    let wrong = typed.wrong(pointer_of(&id));
    let key = id.clone();
    let value = typed.text(move |values| values.outputs.get(&key).cloned());
    let key = id.clone();
    let is_pinned = Memo::new(move |_| typed.tries.pins.with(|pins| pins.has(&key)));
    let of_run = typed.hint("From the run, unless you type it");
    let hint =
        Signal::derive(
            move || {
                if is_pinned.get() { "Pinned, unless you type another".to_owned() } else { of_run.get() }
            },
        );
    let label = if required { format!("Output of {label}") } else { format!("Output of {label} (optional)") };
    let key = id.clone();
    let change = move |text: String| typed.change(|values| _ = values.outputs.insert(key.clone(), text));
    let pin = Callback::new(move |()| typed.tries.pin(&id, Some(value.get_untracked())));
    view! { <ValueField label hint value wrong on_type=change on_pin=Some(pin) /> }
}

/// The item of the `for_each` around the step.
#[component]
fn ItemField(typed: Typed, label: String) -> impl IntoView {
    let value = typed.text(|values| Some(values.item.clone()));
    let change = move |text: String| typed.change(|values| values.item = text);
    view! {
        <ValueField
            label=format!("Item of {label}")
            hint=typed.hint("The first of the run, unless you type one")
            value
            wrong=typed.wrong("/item".to_owned())
            on_type=change
            on_pin=None
        />
    }
}

/// A field of the input, or the input as a whole.
#[component]
fn InputField(typed: Typed, name: String) -> impl IntoView {
    let key = name.clone();
    let value = typed.text(move |values| values.input.get(&key).cloned());
    let (label, pointer) = if name.is_empty() {
        ("Input".to_owned(), "/input".to_owned())
    } else {
        (format!("Input: {name}"), format!("/input/{name}"))
    };
    let change = move |text: String| typed.change(|values| _ = values.input.insert(name.clone(), text));
    view! {
        <ValueField
            label
            hint=Signal::stored(String::new())
            value
            wrong=typed.wrong(pointer)
            on_type=change
            on_pin=None
        />
    }
}

/// The run that values are taken from, or none.
#[component]
fn RunChoice(typed: Typed) -> impl IntoView {
    const TYPED: &str = "typed";
    let tries = typed.tries;
    let RelativeClock(now) = expect_context();
    let name = move |run: &ExecutionSummary| {
        let at = relative_time(run.created_at.timestamp_millis(), whole_ms(now.get()));
        let called = run.number.map_or_else(|| "Run".to_owned(), |number| format!("Run {}", run_number(number)));
        format!("{called}, {}, {at}", RunStanding::of_summary(run).word())
    };
    let shown = move || typed.run.with(|run| run.as_ref().map_or_else(|| TYPED.to_owned(), ToString::to_string));
    let choose = move |value: String| {
        let source = value.parse().map_or(Source::Typed, Source::Run);
        typed.id.with_value(|id| tries.choose(id, source));
    };
    let options = move || {
        let runs = tries.runs.get().unwrap_or_default();
        let options = runs.iter().enumerate().map(|(position, run)| {
            let name = if position == 0 { format!("{} (newest)", name(run)) } else { name(run) };
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
        tries.builder().index.with(|index| index.place(id).map_or_else(|| id.to_string(), |it| it.step.label.clone()))
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
