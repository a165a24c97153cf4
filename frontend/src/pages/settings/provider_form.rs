//! The key, the address and the default model of a provider: typed, saved, tested, removed.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use sluice_types::{CredentialInfo, CredentialRequest, Provider, ProviderName};
use sluice_web_state::credential::{CredentialForm, only_key};

use super::text_field::TextField;
use crate::api::{self, ApiError};
use crate::browser::{secrets, storage};
use crate::components::{Button, ButtonKind, Confirm, FailureNote, Toasts};
use crate::session::Session;

const BASE_URL: &str = "base_url";
const DEFAULT_MODEL: &str = "default_model";

/// What is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// Nothing.
    Nothing,
    /// The form is being saved.
    Saving,
    /// The provider is being asked.
    Testing,
    /// The key is being taken away.
    Removing,
}

/// One provider's form.
#[derive(Clone, Copy)]
pub struct ProviderModel {
    /// The provider as the server has it.
    pub provider: Memo<Provider>,
    /// The new key.
    pub api_key: RwSignal<String>,
    /// The address.
    pub base_url: RwSignal<String>,
    /// The default model.
    pub default_model: RwSignal<String>,
    /// What is under way.
    pub doing: RwSignal<Doing>,
    /// Why it was not saved.
    pub refused: RwSignal<Option<ApiError>>,
    /// What the last test gave.
    pub tested: RwSignal<Option<Result<(), ApiError>>>,
    /// The form as it was filled in last.
    before: StoredValue<CredentialForm>,
    session: Session,
    toasts: Toasts,
}

/// Where a field that holds no secret is kept, until it is saved.
fn kept_key(name: ProviderName, field: &str) -> String {
    ["sluice.provider.", name.as_str(), ".", field].concat()
}

impl ProviderModel {
    /// The form with what is stored, and what was typed over it and not saved.
    pub fn new(provider: Memo<Provider>) -> Self {
        let (name, stored) = provider
            .with_untracked(|provider| (provider.name, CredentialForm::of_stored(provider.credential.as_ref())));
        let kept = |field: &str, stored: &str| {
            RwSignal::new(storage::get(&kept_key(name, field)).unwrap_or_else(|| stored.to_owned()))
        };
        let model = Self {
            provider,
            api_key: RwSignal::new(secrets::held(name.as_str())),
            base_url: kept(BASE_URL, &stored.base_url),
            default_model: kept(DEFAULT_MODEL, &stored.default_model),
            before: StoredValue::new(stored),
            doing: RwSignal::new(Doing::Nothing),
            refused: RwSignal::new(None),
            tested: RwSignal::new(None),
            session: Session::from_context(),
            toasts: Toasts::from_context(),
        };
        Effect::new(move || model.keep());
        model
    }

    /// Keeps what is typed while it is not as it was. A key is never written down.
    fn keep(self) {
        let name = self.name();
        secrets::hold(name.as_str(), self.api_key.get());
        self.before.with_value(|before| {
            for (field, typed, before) in [
                (BASE_URL, self.base_url, &before.base_url),
                (DEFAULT_MODEL, self.default_model, &before.default_model),
            ] {
                typed.with(|typed| storage::keep(&kept_key(name, field), (typed != before).then_some(typed)));
            }
        });
    }

    /// Whether something is typed that is not saved, as the form shows it first.
    pub fn is_begun(self) -> bool {
        untrack(move || self.request().is_some())
    }

    /// Its name.
    pub fn name(self) -> ProviderName {
        self.provider.with_untracked(|provider| provider.name)
    }

    fn form(self) -> CredentialForm {
        CredentialForm {
            api_key: self.api_key.get(),
            base_url: self.base_url.get(),
            default_model: self.default_model.get(),
        }
    }

    /// What is to be saved; `None` when nothing changed. Tracks changes.
    pub fn request(self) -> Option<CredentialRequest> {
        let form = self.form();
        self.provider.with(|provider| form.request(provider.credential.as_ref()))
    }

    /// What is wrong with a field of the request.
    pub fn wrong(self, pointer: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || self.refused.with(|refused| refused.as_ref()?.field(pointer)))
    }

    /// Saves what changed.
    pub fn save(self) {
        let Some(request) = untrack(move || self.request()) else { return };
        if !self.begin(Doing::Saving) {
            return;
        }
        let name = self.name();
        spawn_local(async move {
            if self.put(name, &request).await {
                self.toasts.done("Saved.");
            }
            self.doing.try_set(Doing::Nothing);
        });
    }

    /// Asks the provider whether it takes the key; what is typed is saved before.
    pub fn test(self) {
        let request = untrack(move || self.request());
        if !self.begin(Doing::Testing) {
            return;
        }
        let name = self.name();
        spawn_local(async move {
            let saved = match &request {
                Some(request) => self.put(name, request).await,
                None => true,
            };
            if saved {
                let result = api::providers::test_credential(name).await;
                self.tested.try_set(Some(result));
            }
            self.doing.try_set(Doing::Nothing);
        });
    }

    /// Takes the stored key away; the address and the default model stay.
    pub fn remove_key(self) {
        if !self.begin(Doing::Removing) {
            return;
        }
        let alone = self.provider.with_untracked(|provider| provider.credential.as_ref().is_some_and(only_key));
        let name = self.name();
        spawn_local(async move {
            let removed = if alone {
                api::providers::delete_credential(name).await
            } else {
                let none = CredentialRequest { api_key: Some(None), ..CredentialRequest::default() };
                api::providers::put_credential(name, &none).await.map(|_| ())
            };
            match removed {
                Ok(()) => {
                    self.toasts.done("The key is removed.");
                    self.session.provider_list.refetch();
                }
                Err(error) => self.toasts.retry("The key was not removed", &error, move || self.remove_key()),
            }
            self.doing.try_set(Doing::Nothing);
        });
    }

    fn begin(self, doing: Doing) -> bool {
        let free = self.doing.try_get_untracked() == Some(Doing::Nothing);
        if free {
            self.doing.set(doing);
            self.refused.set(None);
            self.tested.set(None);
        }
        free
    }

    async fn put(self, name: ProviderName, request: &CredentialRequest) -> bool {
        let sent = untrack(move || self.form());
        match api::providers::put_credential(name, request).await {
            Ok(stored) => {
                self.show_stored(name, &sent, &stored);
                self.session.provider_list.refetch();
                true
            }
            Err(error) => {
                self.refused.try_set(Some(error));
                false
            }
        }
    }

    /// Shows what was stored, except where somebody went on typing meanwhile.
    fn show_stored(self, name: ProviderName, sent: &CredentialForm, stored: &CredentialInfo) {
        let stored = CredentialForm::of_stored(Some(stored));
        if self.before.try_set_value(stored.clone()).is_some() {
            // The page was left: what is kept of it was saved.
            secrets::hold(name.as_str(), String::new());
            storage::remove(&kept_key(name, BASE_URL));
            storage::remove(&kept_key(name, DEFAULT_MODEL));
            return;
        }
        for (field, sent, stored) in [
            (self.api_key, &sent.api_key, stored.api_key),
            (self.base_url, &sent.base_url, stored.base_url),
            (self.default_model, &sent.default_model, stored.default_model),
        ] {
            if field.with_untracked(|typed| typed == sent) {
                field.set(stored);
            }
        }
    }
}

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
            <Show when=has_key>
                <Button
                    busy=Signal::derive(move || model.doing.get() == Doing::Removing)
                    on_press=move |_| confirm.set(true)
                >
                    "Remove key"
                </Button>
            </Show>
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
