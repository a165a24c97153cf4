//! The key, the address and the default model of a provider.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::provider_model::{Doing, ProviderModel};
use super::text_field::TextField;
use crate::browser::signal::RwSignal;
use crate::components::{Button, ButtonKind, Confirm, FailureNote, Shown};

/// What can be changed, behind a line that opens it.
#[component]
pub fn ProviderForm(model: ProviderModel) -> impl IntoView {
    let stored = move || model.provider.with(|provider| provider.credential.is_some());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        model.save();
    };
    view! {
        <details class="provider-form" open=model.is_begun()>
            <summary>
                {move || if stored() { "Change" } else { "Set up" }}
                <span class="visually-hidden">
                    " " {move || model.provider.with(|provider| provider.title.clone())}
                </span>
            </summary>
            <form class="stack" on:submit=submit>
                <Key model />
                <Address model />
                <DefaultModel model />
                <Refused model />
                <Actions model />
                // Enter saves also where no native button submits.
                <input type="submit" hidden=true />
            </form>
        </details>
    }
}

#[component]
fn Key(model: ProviderModel) -> impl IntoView {
    let needs_key = model.name().needs_key();
    let hint = move || {
        let stored = model.provider.with(|provider| provider.credential.as_ref()?.key_hint.clone());
        Some(match (stored, needs_key) {
            (Some(_), _) => "Leave it empty to keep the stored key.".to_owned(),
            (None, true) => "It is stored encrypted and cannot be read back.".to_owned(),
            (None, false) => {
                "Only if the server asks for one. It is stored encrypted and cannot be read back.".to_owned()
            }
        })
    };
    view! {
        <TextField
            label="Key"
            kind="password"
            value=model.api_key
            hint=Signal::derive(hint)
            wrong=model.wrong("/api_key")
        />
    }
}

#[component]
fn Address(model: ProviderModel) -> impl IntoView {
    let needed = model.name().needs_base_url();
    let (hint, example) = match (needed, model.name()) {
        (true, sluice_types::ProviderName::Ollama) => ("Where Ollama listens.", "http://127.0.0.1:11434"),
        (true, _) => ("Where the server's API begins.", "https://example.com/v1"),
        (false, _) => ("Only to call it through another address than its own.", ""),
    };
    view! {
        <TextField
            label="Base URL"
            value=model.base_url
            required=needed
            hint=hint
            placeholder=example
            wrong=model.wrong("/base_url")
        />
    }
}

#[component]
fn DefaultModel(model: ProviderModel) -> impl IntoView {
    // The provider's own default shows where none is stored.
    let placeholder = move || model.provider.with(|provider| provider.default_model.clone());
    view! {
        <TextField
            label="Default model"
            value=model.default_model
            hint="For steps that name no model."
            placeholder=Signal::derive(placeholder)
            wrong=model.wrong("/default_model")
        />
    }
}

/// What was refused and stands at no field.
#[component]
fn Refused(model: ProviderModel) -> impl IntoView {
    let at_field = |error: &crate::api::ApiError| {
        ["/api_key", "/base_url", "/default_model"].iter().any(|pointer| error.field(pointer).is_some())
    };
    move || {
        let error = model.refused.get().filter(|error| !at_field(error))?;
        Some(view! { <FailureNote error on_retry=move |()| model.save() /> })
    }
}

#[component]
fn Actions(model: ProviderModel) -> impl IntoView {
    let confirm = RwSignal::new(false);
    let has_key =
        move || model.provider.with(|provider| provider.credential.as_ref().is_some_and(|own| own.key_hint.is_some()));
    let after = move || {
        if model.provider.with(|provider| provider.server_key) {
            "The key of the server's environment is used from then on."
        } else {
            "Steps that use it will fail until a key is stored again."
        }
    };
    view! {
        <div class="row wrap">
            <Button
                kind=ButtonKind::Primary
                busy=Signal::derive(move || model.doing.get() == Doing::Saving)
                disabled=Signal::derive(move || model.request().is_none())
                on_press=move |_| model.save()
            >
                "Save"
            </Button>
            <Shown is=has_key>
                <Button
                    busy=Signal::derive(move || model.doing.get() == Doing::Removing)
                    on_press=move |_| confirm.set(true)
                >
                    "Remove key"
                </Button>
            </Shown>
        </div>
        <Confirm
            open=confirm
            title="Remove the stored key?"
            verb="Remove key"
            on_confirm=move |()| model.remove_key()
        >
            <p>"It cannot be read back. " {after}</p>
        </Confirm>
    }
}
