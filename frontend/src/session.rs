//! What every page may need from the server: the providers and the personas.

use leptos::prelude::*;
use sluice_types::{Persona, Provider};

use crate::api::{self, ApiResult};

/// Loaded once, and again when it was changed in the settings.
#[derive(Clone, Copy)]
pub struct Session {
    /// All providers, and whether they can be used.
    pub provider_list: LocalResource<ApiResult<Vec<Provider>>>,
    /// All personas.
    pub persona_list: LocalResource<ApiResult<Vec<Persona>>>,
}

impl Session {
    /// Begins to load, for the whole app.
    pub fn provide() -> Self {
        let session = Self {
            provider_list: LocalResource::new(|| async { Ok(api::providers::list().await?.items) }),
            persona_list: LocalResource::new(all_personas),
        };
        provide_context(session);
        session
    }

    /// The app's session.
    pub fn from_context() -> Self {
        use_context().unwrap_or_else(Self::provide)
    }

    /// The providers, as far as they are here.
    pub fn providers(self) -> Vec<Provider> {
        self.provider_list.get().and_then(Result::ok).unwrap_or_default()
    }

    /// The personas, as far as they are here.
    pub fn personas(self) -> Vec<Persona> {
        self.persona_list.get().and_then(Result::ok).unwrap_or_default()
    }
}

async fn all_personas() -> ApiResult<Vec<Persona>> {
    let mut all = Vec::new();
    let mut cursor = None;
    loop {
        let page = api::personas::list(cursor).await?;
        all.extend(page.items);
        if page.next_cursor.is_none() {
            return Ok(all);
        }
        cursor = page.next_cursor;
    }
}
