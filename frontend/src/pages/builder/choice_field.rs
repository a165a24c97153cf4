//! A field with a list to choose from.

use leptos::prelude::*;
use sluice_types::StepId;

use crate::browser::memo::Memo;
use crate::components::Field;

/// A list of which one is chosen; its children are the options.
#[component]
pub fn ChoiceField(
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: MaybeProp<String>,
    /// The value of the option that is chosen.
    #[prop(into)]
    value: Signal<String>,
    #[prop(into)] on_choose: Callback<String>,
    children: Children,
) -> impl IntoView {
    view! {
        <Field
            label
            hint
            children=move |ids| view! {
                <select
                    id=ids.input
                    class="select"
                    aria-describedby=ids.described_by
                    prop:value=move || value.get()
                    on:change:target=move |event| on_choose.run(event.target().value())
                >
                    {children()}
                </select>
            }
        />
    }
}

/// An option for each step.
pub fn step_options(steps: Memo<Vec<(StepId, String)>>, chosen: Memo<Option<StepId>>) -> impl Fn() -> AnyView {
    move || {
        let chosen = chosen.get();
        let option = |(id, label): (StepId, String)| {
            let selected = chosen.as_ref() == Some(&id);
            view! { <option value=id.to_string() selected=selected>{label}</option> }
        };
        steps.get().into_iter().map(option).collect_view().into_any()
    }
}
