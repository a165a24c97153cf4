//! Server data that every page may use: providers and personas.

use leptos::prelude::*;
use sluice_types::{Persona, Provider};
use sluice_web_state::model_choice::default_change;

use crate::api::{self, ApiResult};
use crate::cached::Cached;
use crate::components::Toasts;

/// Loaded once, and again when it was changed in the settings.
#[derive(Clone, Copy)]
pub struct Session {
    /// All providers, and whether they can be used.
    pub providers: Cached<Vec<Provider>>,
    /// All personas.
    pub personas: Cached<Vec<Persona>>,
}

impl Session {
    /// Begins to load, for the whole app.
    pub fn provide() {
        let session = Self {
            providers: Cached::new(|| async { Ok(api::providers::list().await?.items) }),
            personas: Cached::new(all_personas),
        };
        session.tell_of_another_default();
        provide_context(session);
    }

    /// A key that is stored or taken away may change which model is called where nobody names one.
    fn tell_of_another_default(self) {
        let toasts = expect_context::<Toasts>();
        let mut before = None;
        Effect::new(move || {
            let Some(now) = self.providers.get() else { return };
            if let Some(change) = before.replace(now.clone()).and_then(|before: Vec<_>| default_change(&before, &now)) {
                toasts.notice(change);
            }
        });
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
