//! Choosing a model, with its price, or a persona.

use leptos::html;
use leptos::prelude::*;
use sluice_types::{ModelInfo, PersonaId, Provider, catalog, find_model};
use sluice_web_state::format::{PRICE_NOT_KNOWN, price_per_mtok};
use sluice_web_state::model_choice::missing;

use super::field::fresh_id;
use crate::session::Session;

/// A provider and a model; both `None` for what the workflow or the server chooses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModelChoice {
    /// The provider's name.
    pub provider: Option<String>,
    /// The model's name at the provider.
    pub model: Option<String>,
}

const OTHER: &str = "\u{1}other";

impl ModelChoice {
    fn value(&self) -> String {
        match (&self.provider, &self.model) {
            (None, None) => String::new(),
            (provider, model) => {
                [provider.as_deref().unwrap_or_default(), "\n", model.as_deref().unwrap_or_default()].concat()
            }
        }
    }

    fn of_value(value: &str) -> Self {
        let filled = |part: &str| Some(part.to_owned()).filter(|part| !part.is_empty());
        let (provider, model) = value.split_once('\n').unwrap_or_default();
        Self { provider: filled(provider), model: filled(model) }
    }
}

fn price_of(info: &ModelInfo) -> String {
    match (info.input_usd_per_mtok, info.output_usd_per_mtok) {
        (Some(input), Some(output)) if input == 0.0 && output == 0.0 => "free".into(),
        (Some(input), Some(output)) => [price_per_mtok(input), price_per_mtok(output)].join(" / "),
        _ => PRICE_NOT_KNOWN.into(),
    }
}

/// A list of all models by provider; those of providers that cannot be used now are marked. A model
/// that is not listed can be named by hand.
#[component]
pub fn ModelPicker(
    #[prop(into)] chosen: Signal<ModelChoice>,
    /// The label of the first entry.
    #[prop(into, default = "Workflow's model".into())]
    none: Signal<String>,
    #[prop(into, default = "Model".into())] label: Signal<String>,
    #[prop(optional, into)] disabled: Signal<bool>,
    /// Whether the label is only told to screen readers.
    #[prop(optional)]
    compact: bool,
    /// Whether the whole list is there already. Else it comes when it is pointed at or focused: of
    /// hundreds of lists, few are opened.
    #[prop(into, default = true.into())]
    ready: Signal<bool>,
    /// Whether a model that is named by hand is chosen with each letter, and so kept as it is typed. Else it is
    /// when its field is left.
    #[prop(optional)]
    as_typed: bool,
    /// Whether providers that can be used now come first.
    #[prop(optional)]
    usable_first: bool,
    #[prop(into)] on_choose: Callback<ModelChoice>,
) -> impl IntoView {
    let id = fresh_id("model");
    let by_hand = RwSignal::new(false);
    let wanted = RwSignal::new(false);
    let want = move || {
        if !wanted.get_untracked() {
            wanted.set(true);
        }
    };
    let session = expect_context::<Session>();
    let choose = move |value: String| {
        by_hand.set(value == OTHER);
        if value != OTHER {
            on_choose.run(ModelChoice::of_value(&value));
        }
    };
    let options = move || {
        let chosen = chosen.get();
        let whole = ready.get() || wanted.get();
        let known = known(&chosen);
        let listed = chosen == ModelChoice::default() || whole && (chosen.model.is_none() || known.is_some());
        let own = (!listed).then(|| {
            let text = known.map_or_else(|| by_name(&chosen), entry);
            view! { <option value=chosen.value() selected=true>{text}</option> }
        });
        let mut providers = if whole { session.providers.get().unwrap_or_default() } else { Vec::new() };
        if usable_first {
            providers.sort_by_key(|provider| !provider.available);
        }
        let groups = providers.into_iter().map(|provider| group(&provider, &chosen));
        (own, groups.collect_view())
    };
    view! {
        <div class="field">
            <label for=id.clone() class:visually-hidden=compact>
                {move || label.get()}
            </label>
            <select
                id=id
                class="select"
                disabled=move || disabled.get()
                on:pointerenter=move |_| want()
                on:focus=move |_| want()
                prop:value=move || if by_hand.get() { OTHER.to_owned() } else { chosen.get().value() }
                on:change:target=move |event| choose(event.target().value())
            >
                <option value="">{move || none.get()}</option>
                {options}
                <option value=OTHER>"Another model…"</option>
            </select>
            <Show when=move || (wanted.get() || ready.get()) && session.providers.error().is_some()>
                <p class="small wrong">
                    "The providers could not be read. " <button type="button" class="link" on:click=move |_| session.providers.refetch()>
                        "Try again"
                    </button>
                </p>
            </Show>
            <Show when=move || by_hand.get()>
                <ByHand chosen as_typed on_choose />
            </Show>
        </div>
    }
}

/// The model in the catalogue.
fn known(chosen: &ModelChoice) -> Option<&'static ModelInfo> {
    let same = |info: &&ModelInfo| {
        Some(&info.provider) == chosen.provider.as_ref() && Some(&info.model) == chosen.model.as_ref()
    };
    catalog().items.iter().find(same)
}

/// A model's line in the list.
fn entry(info: &ModelInfo) -> String {
    [info.model.as_str(), " · ", &price_of(info)].concat()
}

/// The line of a model that is not listed. A dated name has the price of its plain name.
fn by_name(chosen: &ModelChoice) -> String {
    let words = [chosen.provider.as_deref(), chosen.model.as_deref()];
    let name = words.into_iter().flatten().collect::<Vec<_>>().join(": ");
    let named = chosen.provider.as_deref().zip(chosen.model.as_deref());
    let info = named.and_then(|(provider, model)| find_model(provider, model));
    let price = info.map_or_else(|| PRICE_NOT_KNOWN.to_owned(), |info| price_of(&info));
    if chosen.model.is_none() { name } else { [&name, " · ", &price].concat() }
}

fn group(provider: &Provider, chosen: &ModelChoice) -> impl IntoView + use<> {
    let name = provider.name.as_str();
    let title = match missing(provider) {
        Some(missing) => format!("{} ({missing})", provider.title),
        None => provider.title.clone(),
    };
    let default = ModelChoice { provider: Some(name.to_owned()), model: None };
    let default_text = match &provider.default_model {
        Some(model) => format!("{} default ({model})", provider.title),
        None => format!("{} default", provider.title),
    };
    let chosen = chosen.clone();
    let models = catalog().items.iter().filter(|info| info.provider == name).map(|info| {
        let choice = ModelChoice { provider: Some(name.to_owned()), model: Some(info.model.clone()) };
        view! { <option value=choice.value() selected=choice == chosen>{entry(info)}</option> }
    });
    view! {
        <optgroup label=title>
            <option value=default.value() selected=default == chosen>{default_text}</option>
            {models.collect_view()}
        </optgroup>
    }
}

/// A provider and a model by name, for models that no list knows.
#[component]
fn ByHand(chosen: Signal<ModelChoice>, as_typed: bool, on_choose: Callback<ModelChoice>) -> impl IntoView {
    let session = expect_context::<Session>();
    let given = chosen.get_untracked();
    let provider = RwSignal::new(given.provider.unwrap_or_else(|| "ollama".into()));
    let model = RwSignal::new(String::new());
    let tell = move || {
        let named = model.get_untracked().trim().to_owned();
        if !named.is_empty() {
            on_choose.run(ModelChoice { provider: Some(provider.get_untracked()), model: Some(named) });
        }
    };
    // It was asked for just now: that is where one goes on.
    let name: NodeRef<html::Input> = NodeRef::new();
    Effect::new(move || {
        if let Some(name) = name.get() {
            request_animation_frame(move || _ = name.focus());
        }
    });
    let options = session.providers.get_untracked().unwrap_or_default().into_iter().map(|known| {
        let selected = known.name.as_str() == provider.get_untracked();
        view! { <option value=known.name.as_str() selected=selected>{known.title}</option> }
    });
    view! {
        <div class="row">
            <select
                class="select"
                aria-label="Provider"
                on:change:target=move |event| {
                    provider.set(event.target().value());
                    tell();
                }
            >
                {options.collect_view()}
            </select>
            <input
                class="input"
                node_ref=name
                aria-label="Name of the model"
                placeholder="name of the model"
                maxlength="200"
                on:input:target=move |event| {
                    model.set(event.target().value());
                    if as_typed {
                        tell();
                    }
                }
                on:change=move |_| tell()
            />
        </div>
    }
}

/// A list of the personas, with none of its own at the top.
#[component]
pub fn PersonaPicker(
    #[prop(into)] chosen: Signal<Option<PersonaId>>,
    /// The label of the first entry.
    #[prop(default = "Workflow's persona")]
    none: &'static str,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(into)] on_choose: Callback<Option<PersonaId>>,
) -> impl IntoView {
    let id = fresh_id("persona");
    let session = expect_context::<Session>();
    let value = move || chosen.get().map(|id| id.to_string()).unwrap_or_default();
    let options = move || {
        let personas = session.personas.get().unwrap_or_default();
        let known = personas.iter().any(|persona| Some(&persona.id) == chosen.get().as_ref());
        let gone = chosen.get().filter(|_| !known).map(|id| {
            view! { <option value=id.to_string() selected=true>{format!("{id} (unknown)")}</option> }
        });
        let all = personas.into_iter().map(|persona| {
            let selected = chosen.get().as_ref() == Some(&persona.id);
            view! { <option value=persona.id.to_string() selected=selected>{persona.name}</option> }
        });
        (gone, all.collect_view())
    };
    view! {
        <div class="field">
            <label for=id.clone()>"Persona"</label>
            <select
                id=id
                class="select"
                disabled=move || disabled.get()
                prop:value=value
                on:change:target=move |event| on_choose.run(PersonaId::new(event.target().value()).ok())
            >
                <option value="">{none}</option>
                {options}
            </select>
        </div>
    }
}
