//! What one provider's card does: save, test, take the key away.

use leptos::prelude::*;
use leptos::task::spawn_local;
use sluice_types::{CredentialInfo, CredentialRequest, Provider, ProviderName};

use crate::api::{self, ApiError};
use crate::components::Toasts;
use crate::session::Session;
use crate::state::credential::{CredentialForm, only_key};

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
    session: Session,
    toasts: Toasts,
}

impl ProviderModel {
    /// The form with what is stored.
    pub fn new(provider: Memo<Provider>) -> Self {
        let stored = provider.with_untracked(|provider| CredentialForm::of_stored(provider.credential.as_ref()));
        Self {
            provider,
            api_key: RwSignal::new(stored.api_key),
            base_url: RwSignal::new(stored.base_url),
            default_model: RwSignal::new(stored.default_model),
            doing: RwSignal::new(Doing::Nothing),
            refused: RwSignal::new(None),
            tested: RwSignal::new(None),
            session: Session::from_context(),
            toasts: Toasts::from_context(),
        }
    }

    /// Its name.
    pub fn name(self) -> ProviderName {
        self.provider.with_untracked(|provider| provider.name)
    }

    /// What is to be saved; `None` when nothing changed. Tracks changes.
    pub fn request(self) -> Option<CredentialRequest> {
        let form = CredentialForm {
            api_key: self.api_key.get(),
            base_url: self.base_url.get(),
            default_model: self.default_model.get(),
        };
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
        match api::providers::put_credential(name, request).await {
            Ok(stored) => {
                self.show_stored(&stored);
                self.session.provider_list.refetch();
                true
            }
            Err(error) => {
                self.refused.try_set(Some(error));
                false
            }
        }
    }

    fn show_stored(self, stored: &CredentialInfo) {
        let form = CredentialForm::of_stored(Some(stored));
        self.api_key.try_set(form.api_key);
        self.base_url.try_set(form.base_url);
        self.default_model.try_set(form.default_model);
    }
}
