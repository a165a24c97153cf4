//! All providers.

use leptos::prelude::*;
use sluice_types::Provider;

use super::provider_card::ProviderCard;
use crate::browser::effect::effect;
use crate::browser::memo::memo;
use crate::browser::signal::RwSignal;
use crate::components::{Each, FailureNote, Shown, Skeleton};
use crate::session::Session;

/// Which providers there are, whether they can be used, and their keys.
#[component]
pub fn Providers() -> impl IntoView {
    let session = Session::from_context();
    // What was typed in a card outlives a list that is read again, or cannot be read.
    let known: RwSignal<Vec<Provider>> = RwSignal::new(Vec::new());
    effect(move || {
        if let Some(Ok(providers)) = session.provider_list.get() {
            known.set(providers);
        }
    });
    let failure = move || {
        let error = session.provider_list.get()?.err()?;
        Some(view! { <FailureNote error on_retry=move |()| session.provider_list.refetch() /> })
    };
    let waiting = move || session.provider_list.with(|list| list.is_none()) && known.with(Vec::is_empty);
    view! {
        <section class="stack loose" aria-labelledby="providers">
            <div class="stack tight">
                <h2 id="providers">"Providers"</h2>
                <p class="muted">
                    "Where models come from. Keys are stored encrypted on the server and never shown again. Of several available ones, a step that names none uses the first."
                </p>
            </div>
            {failure}
            <Shown is=waiting>
                <Bones />
            </Shown>
            <ul class="stack">
                <Each each=move || known.get() key=|provider| provider.name.to_string() let:first>
                    {
                        let name = first.name;
                        let found = move || known.with(|all| all.iter().find(|it| it.name == name).cloned());
                        let provider = memo(move || found().unwrap_or_else(|| first.clone()));
                        view! { <ProviderCard provider /> }
                    }
                </Each>
            </ul>
        </section>
    }
}

#[component]
fn Bones() -> impl IntoView {
    let card = |_| {
        view! {
            <div class="card padded">
                <Skeleton lines=2 />
            </div>
        }
    };
    (0..6).map(card).collect_view()
}
