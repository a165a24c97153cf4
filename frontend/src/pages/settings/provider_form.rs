//! The key, the address and the default model of a provider: typed, saved, tested, removed.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use sluice_types::{Provider, ProviderName, UpdateCredential};
use sluice_web_state::credential::{CredentialForm, only_key};

use crate::api::{self, ApiResult};
use crate::browser::secrets::Secrets;
use crate::browser::storage;
use crate::components::{Button, ButtonKind, Confirm, FailureNote, ResourceForm, TextField, Toasts};
use crate::session::Session;

/// Where fields that hold no secret are kept, until they are saved.
fn storage_key(name: ProviderName) -> String {
    format!("sluice.provider.{name}")
}

/// One provider's form, and what its card does. A copy is a handle to the same one.
#[derive(Clone, Copy)]
pub struct ProviderForm {
    /// The provider as the server has it.
    pub provider: Memo<Provider>,
    name: ProviderName,
    form: ResourceForm<CredentialForm>,
    save: Action<(CredentialForm, UpdateCredential), ()>,
    /// Asks the provider whether it takes the key.
    test: Action<(), ApiResult<()>>,
    remove_key: Action<bool, ()>,
}

impl ProviderForm {
    /// The form with what is stored, and what was typed over it and not saved.
    pub fn new(provider: Memo<Provider>) -> Self {
        let (session, toasts) = (expect_context::<Session>(), expect_context::<Toasts>());
        let secrets = expect_context::<Secrets>();
        let (name, stored) = provider
            .with_untracked(|provider| (provider.name, CredentialForm::of_stored(provider.credential.as_ref())));
        let form = ResourceForm::new(storage_key(name), stored, None);
        form.value.update_untracked(|form: &mut CredentialForm| form.api_key = secrets.get(name.as_str()));
        Effect::new(move || secrets.set(name.as_str(), form.value.with(|form| form.api_key.clone())));
        let test = Action::new_unsync(move |&()| api::providers::check_credential(name));
        let save = Action::new_unsync(move |(sent, request): &(CredentialForm, UpdateCredential)| {
            let (sent, request) = (sent.clone(), request.clone());
            async move {
                let stored = match api::providers::put_credential(name, &request).await {
                    Ok(stored) => CredentialForm::of_stored(Some(&stored)),
                    Err(error) => return form.refused.set(Some(error)),
                };
                session.providers.refetch();
                if form.value.is_disposed() {
                    // The page was left meanwhile: what it kept is stored.
                    secrets.set(name.as_str(), String::new());
                    return storage::remove(&storage_key(name));
                }
                form.saved(&sent, &stored, None);
                // A key that the provider refuses is told at once, not by the first run.
                test.dispatch_local(());
            }
        });
        let remove_key = Action::new_unsync(move |&alone: &bool| remove_key(name, alone, session, toasts));
        Self { provider, name, form, save, test, remove_key }
    }

    /// Whether something is typed that is not saved, as the form shows it first.
    fn is_begun(self) -> bool {
        untrack(move || self.request().is_some())
    }

    /// The request that would save the form; `None` when nothing changed. Tracks changes.
    fn request(self) -> Option<UpdateCredential> {
        self.form.value.with(|form| self.provider.with(|provider| form.request(provider.credential.as_ref())))
    }

    fn is_busy(self) -> bool {
        [self.save.pending(), self.test.pending(), self.remove_key.pending()].iter().any(|busy| busy.get())
    }

    /// Dispatches an action, unless one is pending, and clears the results of earlier ones.
    fn begin(self, action: impl FnOnce()) {
        if !untrack(move || self.is_busy()) {
            self.test.clear();
            self.form.refused.set(None);
            action();
        }
    }

    fn save(self) {
        if let Some(request) = untrack(move || self.request()) {
            self.begin(|| _ = self.save.dispatch_local((self.form.value.get_untracked(), request)));
        }
    }

    /// Asks the provider whether it takes the key; what is typed is saved before.
    pub fn test(self) {
        if self.is_begun() {
            self.save();
        } else {
            self.begin(|| _ = self.test.dispatch_local(()));
        }
    }

    /// Whether the provider is being asked.
    pub fn is_testing(self) -> bool {
        self.test.pending().get()
    }

    /// The result of the last test.
    pub fn tested(self) -> Option<ApiResult<()>> {
        self.test.value().get()
    }

    /// The label of the test button.
    pub fn test_verb(self) -> &'static str {
        if self.request().is_some() { "Save and test" } else { "Test" }
    }
}

/// Takes the stored key away; the address and the default model stay. `alone` says that nothing else is stored.
///
/// A message that offers to try again outlives the page, so this holds nothing of it.
async fn remove_key(name: ProviderName, alone: bool, session: Session, toasts: Toasts) {
    let removed = if alone {
        api::providers::delete_credential(name).await
    } else {
        let none = UpdateCredential { api_key: Some(None), ..UpdateCredential::default() };
        api::providers::put_credential(name, &none).await.map(|_| ())
    };
    match removed {
        Ok(()) => {
            toasts.done("The key is removed.");
            session.providers.refetch();
        }
        Err(error) => toasts.retry("The key was not removed", &error, move || {
            leptos::task::spawn_local(remove_key(name, alone, session, toasts));
        }),
    }
}

/// The form, in a disclosure.
#[component]
pub fn CredentialFields(form: ProviderForm) -> impl IntoView {
    let stored = move || form.provider.with(|provider| provider.credential.is_some());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.save();
    };
    view! {
        <details class="provider-form" open=form.is_begun()>
            <summary>
                {move || if stored() { "Change" } else { "Set up" }}
                <span class="visually-hidden">
                    " " {move || form.provider.with(|provider| provider.title.clone())}
                </span>
            </summary>
            <form class="stack" on:submit=submit>
                <Key form />
                <Address form />
                <DefaultModel form />
                <Refused form />
                <CredentialActions form />
                // Enter saves also where no native button submits.
                <input type="submit" hidden=true />
            </form>
        </details>
    }
}

#[component]
fn Key(form: ProviderForm) -> impl IntoView {
    let hint = move || {
        let text = form.form.value.with(|typed| form.provider.with(|provider| typed.key_hint(provider)));
        Some(text.to_owned())
    };
    view! {
        <TextField
            label="Key"
            kind="password"
            text=form.form.text(|typed| &mut typed.api_key)
            hint=Signal::derive(hint)
            wrong=form.form.wrong("/api_key")
        />
    }
}

#[component]
fn Address(form: ProviderForm) -> impl IntoView {
    let needed = form.name.needs_base_url();
    let (hint, example) = match (needed, form.name) {
        (true, ProviderName::Ollama) => ("Where Ollama listens.", "http://127.0.0.1:11434"),
        (true, _) => ("Where the server's API begins.", "https://example.com/v1"),
        (false, _) => ("Only to call it through another address than its own.", ""),
    };
    view! {
        <TextField
            label="Base URL"
            text=form.form.text(|typed| &mut typed.base_url)
            required=needed
            hint=hint
            placeholder=example
            wrong=form.form.wrong("/base_url")
        />
    }
}

#[component]
fn DefaultModel(form: ProviderForm) -> impl IntoView {
    // The provider's own default shows where none is stored.
    let placeholder = move || form.provider.with(|provider| provider.default_model.clone());
    view! {
        <TextField
            label="Default model"
            text=form.form.text(|typed| &mut typed.default_model)
            hint="For steps that name no model."
            placeholder=Signal::derive(placeholder)
            wrong=form.form.wrong("/default_model")
        />
    }
}

/// The error that belongs to no field.
#[component]
fn Refused(form: ProviderForm) -> impl IntoView {
    move || {
        let error = form.form.refused_elsewhere(&["/api_key", "/base_url", "/default_model"])?;
        Some(view! { <FailureNote error on_retry=move |()| form.save() /> })
    }
}

#[component]
fn CredentialActions(form: ProviderForm) -> impl IntoView {
    let confirm = RwSignal::new(false);
    let has_key =
        move || form.provider.with(|provider| provider.credential.as_ref().is_some_and(|own| own.key_hint.is_some()));
    let remove = move |()| {
        let alone = form.provider.with_untracked(|provider| provider.credential.as_ref().is_some_and(only_key));
        form.begin(|| _ = form.remove_key.dispatch_local(alone));
    };
    let after = move || {
        if form.provider.with(|provider| provider.server_key) {
            "The key of the server's environment is used from then on."
        } else {
            "Steps that use it will fail until a key is stored again."
        }
    };
    view! {
        <div class="row wrap">
            <Button
                kind=ButtonKind::Primary
                busy=form.save.pending()
                disabled=Signal::derive(move || form.request().is_none())
                on_press=move |_| form.save()
            >
                "Save"
            </Button>
            <Show when=has_key>
                <Button
                    busy=form.remove_key.pending()
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
            on_confirm=remove
        >
            <p>"It cannot be read back. " {after}</p>
        </Confirm>
    }
}
