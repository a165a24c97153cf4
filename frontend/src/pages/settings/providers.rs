//! All providers: whether each can be used, and why not.

use leptos::prelude::*;
use sluice_types::{ErrorCode, Provider};
use sluice_web_state::credential::why_not;

use super::provider_form::{CredentialFields, ProviderForm};
use crate::browser::focus::use_title;
use crate::components::{Button, FailureNote, Icon, Note, NoteKind, Skeleton};
use crate::session::Session;

/// Which providers there are, whether they can be used, and their keys.
#[component]
pub fn Providers() -> impl IntoView {
    use_title(|| "Providers · Settings".to_owned());
    let session = expect_context::<Session>();
    let known = Memo::new(move |_| session.providers.get().unwrap_or_default());
    let failure = move || {
        let error = session.providers.error()?;
        Some(view! { <FailureNote error on_retry=move |()| session.providers.refetch() /> })
    };
    let waiting = move || session.providers.with(|list| list.is_none()) && session.providers.error().is_none();
    view! {
        <section class="stack loose" aria-labelledby="providers">
            <div class="stack tight">
                <h2 id="providers">"Providers"</h2>
                <p class="muted">
                    "Where models come from. Keys are stored encrypted on the server and never shown again. Of several available ones, a step that names none uses the first."
                </p>
            </div>
            {failure}
            <Show when=waiting>
                <ProvidersSkeleton />
            </Show>
            <ul class="stack">
                <For each=move || known.get() key=|provider| provider.name let:first>
                    {
                        let name = first.name;
                        let found = move || known.with(|all| all.iter().find(|it| it.name == name).cloned());
                        let provider = Memo::new(move |_| found().unwrap_or_else(|| first.clone()));
                        view! { <ProviderCard provider /> }
                    }
                </For>
            </ul>
        </section>
    }
}

#[component]
fn ProvidersSkeleton() -> impl IntoView {
    let card = |_| {
        view! {
            <div class="card padded">
                <Skeleton lines=2 />
            </div>
        }
    };
    (0..6).map(card).collect_view()
}

/// A provider's card.
#[component]
pub fn ProviderCard(provider: Memo<Provider>) -> impl IntoView {
    let form = ProviderForm::new(provider);
    let simulated = provider.with_untracked(|provider| provider.simulated);
    let title = Memo::new(move |_| provider.with(|provider| provider.title.clone()));
    let testable = Memo::new(move |_| provider.with(|provider| provider.available && !provider.simulated));
    view! {
        <li class="card padded stack">
            <div class="row between wrap">
                <div class="row wrap">
                    <h3>{move || title.get()}</h3>
                    <Availability provider form />
                </div>
                <Show when=move || testable.get()>
                    <Button
                        small=true
                        icon=icondata_lu::LuPlugZap
                        label=Signal::derive(move || format!("{}: {}", form.test_verb(), title.get()))
                        busy=Signal::derive(move || form.is_testing())
                        on_press=move |_| form.test()
                    >
                        {move || form.test_verb()}
                    </Button>
                </Show>
            </div>
            <ProviderFacts provider />
            <TestResult form />
            {(!simulated).then(|| view! { <CredentialFields form /> })}
        </li>
    }
}

/// Whether it can be used. A key that the provider has just refused is not called available.
#[component]
fn Availability(provider: Memo<Provider>, form: ProviderForm) -> impl IntoView {
    let refused = move || match form.tested() {
        Some(Err(error)) => error.code() == Some(ErrorCode::ProviderUnauthorized),
        Some(Ok(())) | None => false,
    };
    move || {
        let (class, icon, word) = match (provider.with(|provider| provider.available), refused()) {
            (true, false) => ("badge good", icondata_lu::LuCircleCheck, "Available"),
            (true, true) => ("badge bad", icondata_lu::LuCircleX, "Key refused"),
            (false, _) => ("badge", icondata_lu::LuCircleDashed, "Not set up"),
        };
        view! {
            <span class=class>
                <Icon icon />
                {word}
            </span>
        }
    }
}

/// Facts about the provider, one line each.
#[component]
fn ProviderFacts(provider: Memo<Provider>) -> impl IntoView {
    let lines = move || provider.with(facts).into_iter().map(|fact| view! { <p>{fact}</p> }).collect_view();
    view! { <div class="stack tight muted small break">{lines}</div> }
}

fn facts(provider: &Provider) -> Vec<String> {
    let mut facts = Vec::new();
    facts.extend(why_not(provider));
    if provider.simulated {
        facts.push("Built in, offline and free: its answers are made up. It is there to try workflows out.".into());
    }
    let own = provider.credential.as_ref();
    let own_key = own.is_some_and(|own| own.key_hint.is_some());
    let own_url = own.and_then(|own| own.base_url.as_ref());
    facts.extend(own.and_then(|own| own.key_hint.as_ref()).map(|hint| key_fact(hint)));
    if let Some(url) = own_url {
        facts.push(format!("It is called at {url}."));
    }
    match (provider.server_key, own_key, own_url.is_some()) {
        (true, false, false) => facts.push("It uses the key of the server's environment.".into()),
        (true, true, _) => facts.push("Your key is used in place of the one in the server's environment.".into()),
        (true, false, true) => facts.push(
            "The key of the server's environment is not sent to an address of your own: enter a key for it.".into(),
        ),
        (false, ..) => {}
    }
    if let Some(model) = &provider.default_model {
        facts.push(format!("Default model: {model}."));
    }
    facts
}

/// The hint begins with an ellipsis; of a short key it is nothing else.
fn key_fact(hint: &str) -> String {
    if hint == "…" { "Your key is stored.".into() } else { format!("Your key is stored; it ends in {hint}.") }
}

#[component]
fn TestResult(form: ProviderForm) -> impl IntoView {
    view! {
        <div class="tested" role="status">
            {move || match form.tested() {
                None => ().into_any(),
                Some(Ok(())) => {
                    view! { <Note kind=NoteKind::Good>"The provider answers and accepts the key."</Note> }.into_any()
                }
                Some(Err(error)) => {
                    view! { <FailureNote error on_retry=move |()| form.test() /> }.into_any()
                }
            }}
        </div>
    }
}
