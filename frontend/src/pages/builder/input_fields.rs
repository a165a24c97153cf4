//! The parts of a declared field of the input.

use leptos::prelude::*;
use serde_json::Value;
use sluice_types::edit::{InputPart, input_name_problem};
use sluice_types::{InputField, InputType};
use sluice_web_state::editor::{INPUT_TYPES, LocatedFinding, parse_input_value, parse_options, show_input_value};
use sluice_web_state::format::capitalised;

use super::fields::ChoiceField;
use super::findings::Found;
use super::input_form::InputForm;
use super::step_fields::newer_word;
use crate::components::{Field, FieldIds, Switch};

/// All parts of a field.
#[component]
pub fn InputFields(form: InputForm) -> impl IntoView {
    let is_choice = form.read(|field| field.input_type == InputType::Choice);
    view! {
        <div class="input-body">
            <div class="input-parts">
                <NamePart form />
                <TypePart form />
                <RequiredPart form />
                <LabelPart form />
                <HelpPart form />
                <Show when=move || is_choice.get()>
                    <OptionsPart form />
                </Show>
                <ValuePart form part="default" />
                <ValuePart form part="example" />
            </div>
            <Found findings=rest(form) builder=form.builder() />
        </div>
    }
}

/// The findings of the field as a whole, and of parts that a newer version has added.
fn rest(form: InputForm) -> Memo<Vec<LocatedFinding>> {
    const PARTS: [&str; 7] = ["name", "type", "label", "help", "options", "default", "example"];
    Memo::new(move |_| {
        let Some(key) = form.key() else { return Vec::new() };
        form.builder().analysis.with(|analysis| {
            let found = analysis.findings.of_input(&key).filter(|located| {
                let at = located.at.as_ref().and_then(|at| at.input());
                at.is_some_and(|(_, part)| !PARTS.contains(&part))
            });
            found.cloned().collect()
        })
    })
}

/// The name, which prompts refer to. It is taken when the field is left.
#[component]
fn NamePart(form: InputForm) -> impl IntoView {
    let name = form.read(|field| field.name.clone());
    let typed = form.typed("name");
    let wrong = Signal::derive(move || {
        let typed = typed.get()?;
        form.inputs().with(|inputs| input_name_problem(inputs, form.at, &typed))
    });
    let take = move || {
        let Some(text) = typed.get_untracked() else { return };
        if wrong.get_untracked().is_some() {
            return;
        }
        typed.set(None);
        if text.trim() != name.get_untracked() {
            form.rename(text);
        }
    };
    let hint = move || Some(format!("In prompts {{{{input.{}}}}}. A rename rewrites them.", name.get()));
    view! {
        <div class="stack tight">
            <Field
                id=form.part_id("name")
                label="Name"
                wrong
                hint=Signal::derive(hint)
                children=move |ids| view! {
                    <input
                        id=ids.input
                        class="input mono"
                        maxlength="200"
                        autocomplete="off"
                        autocapitalize="off"
                        spellcheck="false"
                        aria-describedby=ids.described_by
                        aria-invalid=move || wrong.get().is_some().then_some("true")
                        prop:value=move || typed.get().unwrap_or_else(|| name.get())
                        on:input:target=move |event| typed.set(Some(event.target().value()))
                        on:change=move |_| take()
                        on:keydown=move |event| if event.key() == "Escape" { typed.set(None) }
                    />
                }
            />
            <Found findings=form.found("name") builder=form.builder() />
        </div>
    }
}

#[component]
fn TypePart(form: InputForm) -> impl IntoView {
    let value = form.read(|field| String::from(field.input_type.clone()));
    let option = move |(kind, word): (InputType, &'static str)| {
        let kind = String::from(kind);
        let own = kind.clone();
        view! { <option value=kind selected=move || value.get() == own>{word}</option> }
    };
    view! {
        <div class="stack tight">
            <ChoiceField
                label="Type"
                value
                on_choose=move |word: String| form.set(InputPart::Type(InputType::from(word)))
            >
                {INPUT_TYPES.map(option).into_iter().collect_view()}
                {move || newer_word(value.get(), InputType::WORDS)}
            </ChoiceField>
            <Found findings=form.found("type") builder=form.builder() />
        </div>
    }
}

#[component]
fn RequiredPart(form: InputForm) -> impl IntoView {
    let required = form.read(|field| field.required);
    let has_default = form.read(|field| field.default.is_some());
    let hint = move || match (required.get(), has_default.get()) {
        (true, true) => "The default stands in when a start gives none.",
        (true, false) => "A run cannot start without it.",
        (false, _) => "A run can start without it.",
    };
    view! {
        <div class="field">
            <span class="label">"At the start"</span>
            <Switch label="Required" on=required on_change=move |on| form.set(InputPart::Required(on)) />
            <span class="hint">{hint}</span>
        </div>
    }
}

#[component]
fn LabelPart(form: InputForm) -> impl IntoView {
    let label = form.read(|field| field.label.clone());
    let made = form.read(|field| capitalised(&field.name.replace('_', " ")));
    view! {
        <div class="stack tight">
            <Field
                id=form.part_id("label")
                label="Label"
                hint="Made from the name when it is empty"
                children=move |ids| view! {
                    <input
                        id=ids.input
                        class="input"
                        maxlength="200"
                        autocomplete="off"
                        placeholder=move || made.get()
                        aria-describedby=ids.described_by
                        prop:value=move || label.get()
                        on:input:target=move |event| form.set(InputPart::Label(event.target().value()))
                        on:blur=move |_| form.builder().seal()
                    />
                }
            />
            <Found findings=form.found("label") builder=form.builder() />
        </div>
    }
}

#[component]
fn HelpPart(form: InputForm) -> impl IntoView {
    let help = form.read(|field| field.help.clone());
    view! {
        <div class="stack tight wide">
            <Field
                id=form.part_id("help")
                label="Help"
                hint="One or two sentences under the field"
                children=move |ids| view! {
                    <textarea
                        id=ids.input
                        class="textarea grows short"
                        rows="1"
                        aria-describedby=ids.described_by
                        prop:value=move || help.get()
                        on:input:target=move |event| form.set(InputPart::Help(event.target().value()))
                        on:blur=move |_| form.builder().seal()
                    ></textarea>
                }
            />
            <Found findings=form.found("help") builder=form.builder() />
        </div>
    }
}

/// The options of a choice, one in each line.
#[component]
fn OptionsPart(form: InputForm) -> impl IntoView {
    let options = form.read(|field| field.options.clone());
    // Empty lines are not options, and stay while one types.
    let typed: RwSignal<Option<String>> = RwSignal::new(None);
    let take = move |text: String| {
        let read = parse_options(&text);
        if options.with_untracked(|options| *options != read) {
            form.set(InputPart::Options(read));
        }
        typed.set(Some(text));
    };
    let leave = move |_| {
        typed.set(None);
        form.builder().seal();
    };
    view! {
        <div class="stack tight wide">
            <Field
                id=form.part_id("options")
                label="Options"
                hint="One in each line"
                children=move |ids| view! {
                    <textarea
                        id=ids.input
                        class="textarea grows short"
                        rows="3"
                        aria-describedby=ids.described_by
                        prop:value=move || typed.get().unwrap_or_else(|| options.with(|options| options.join("\n")))
                        on:input:target=move |event| take(event.target().value())
                        on:blur=leave
                    ></textarea>
                }
            />
            <Found findings=form.found("options") builder=form.builder() />
        </div>
    }
}

/// The default or the example, written as the type of the field takes it.
#[component]
fn ValuePart(form: InputForm, part: &'static str) -> impl IntoView {
    let is_default = part == "default";
    let value_of = move |field: &InputField| if is_default { field.default.clone() } else { field.example.clone() };
    let written = form.read(move |field| {
        value_of(field).map(|value| show_input_value(&field.input_type, &value)).unwrap_or_default()
    });
    let kind = form.read(|field| field.input_type.clone());
    let choices = form.read(|field| choices_of(&field.input_type, &field.options));
    let typed = form.typed(part);
    let wrong = Signal::derive(move || kind.with(|kind| parse_input_value(kind, &typed.get()?).err()));
    let set = move |value: Option<Value>| {
        form.set(if is_default { InputPart::Default(value) } else { InputPart::Example(value) });
    };
    let take = move |text: String| {
        if let Ok(read) = kind.with_untracked(|kind| parse_input_value(kind, &text)) {
            let before = form.inputs().with_untracked(|inputs| inputs.get(form.at).and_then(value_of));
            if read != before {
                set(read);
            }
        }
        typed.set(Some(text));
    };
    let leave = move || {
        if wrong.get_untracked().is_none() {
            typed.set(None);
        }
        form.builder().seal();
    };
    let hint = move || {
        let how = kind.with(|kind| match kind {
            InputType::List => " One entry in each line, or a JSON list.",
            InputType::Json | InputType::Unknown(_) => " Written as JSON.",
            InputType::Text | InputType::LongText | InputType::Number | InputType::Choice | InputType::YesNo => "",
        });
        let what =
            if is_default { "The value when a start gives none." } else { "Shown in the field while it is empty." };
        Some([what, how].concat())
    };
    let shown = move || typed.get().unwrap_or_else(|| written.get());
    view! {
        <div class="stack tight half">
            <Field
                id=form.part_id(part)
                label=if is_default { "Default" } else { "Example" }
                hint=Signal::derive(hint)
                wrong
                children=move |ids| {
                    move || {
                        let FieldIds { input, described_by } = ids.clone();
                        match choices.get() {
                            Some(choices) => {
                                view! {
                                    <select
                                        id=input
                                        class="select"
                                        aria-describedby=described_by
                                        prop:value=move || written.get()
                                        on:change:target=move |event| {
                                            take(event.target().value());
                                            leave();
                                        }
                                    >
                                        {options(choices, written, is_default)}
                                    </select>
                                }
                                    .into_any()
                            }
                            None => {
                                view! {
                                    <textarea
                                        id=input
                                        class="textarea grows short"
                                        class:mono=move || kind.with(is_code)
                                        rows="1"
                                        inputmode=move || (kind.get() == InputType::Number).then_some("decimal")
                                        aria-describedby=described_by
                                        aria-invalid=move || wrong.get().is_some().then_some("true")
                                        prop:value=shown
                                        on:input:target=move |event| take(event.target().value())
                                        on:blur=move |_| leave()
                                    ></textarea>
                                }
                                    .into_any()
                            }
                        }
                    }
                }
            />
            <Found findings=form.found(part) builder=form.builder() />
        </div>
    }
}

const fn is_code(kind: &InputType) -> bool {
    matches!(kind, InputType::Json | InputType::Unknown(_))
}

/// The values to choose from with their words; `None` for a type whose values are typed.
fn choices_of(kind: &InputType, options: &[String]) -> Option<Vec<(String, String)>> {
    match kind {
        InputType::Choice => Some(options.iter().map(|option| (option.clone(), option.clone())).collect()),
        InputType::YesNo => {
            Some([("true", "Yes"), ("false", "No")].map(|(value, word)| (value.into(), word.into())).into())
        }
        InputType::Text
        | InputType::LongText
        | InputType::Number
        | InputType::List
        | InputType::Json
        | InputType::Unknown(_) => None,
    }
}

/// The options of a choice. A value that is not among them is shown, too.
fn options(choices: Vec<(String, String)>, written: Memo<String>, is_default: bool) -> impl IntoView {
    let known: Vec<String> = choices.iter().map(|(value, _)| value.clone()).collect();
    let other = move || {
        let value = written.get();
        let is_other = !value.is_empty() && !known.contains(&value);
        is_other.then(|| view! { <option value=value.clone() selected=true>{value.clone()}</option> })
    };
    let option = move |(value, word): (String, String)| {
        let own = value.clone();
        view! { <option value=value selected=move || written.get() == own>{word}</option> }
    };
    view! {
        <option value="">{if is_default { "No default" } else { "No example" }}</option>
        {choices.into_iter().map(option).collect_view()}
        {other}
    }
}
