//! One provider: whether it can be used, and how to set it up.

use leptos::prelude::*;
use sluice_types::Provider;

use super::provider_form::ProviderForm;
use super::provider_model::{Doing, ProviderModel};
use crate::browser::memo::{Memo, memo};
use crate::components::{Button, FailureNote, Icon, Note, NoteKind, Shown};
use crate::state::credential::why_not;

/// A provider's card.
#[component]
pub fn ProviderCard(provider: Memo<Provider>) -> impl IntoView {
    let model = ProviderModel::new(provider);
    let simulated = provider.with_untracked(|provider| provider.simulated);
    let title = memo(move || provider.with(|provider| provider.title.clone()));
    let verb = move || if model.request().is_some() { "Save and test" } else { "Test" };
    let testable = memo(move || provider.with(|provider| provider.available && !provider.simulated));
    view! {
        <li class="card padded stack">
            <div class="row between wrap">
                <div class="row wrap">
                    <h3>{move || title.get()}</h3>
                    <Available provider />
                </div>
                <Shown is=move || testable.get()>
                    <Button
                        small=true
                        icon=icondata_lu::LuPlugZap
                        label=Signal::derive(move || format!("{}: {}", verb(), title.get()))
                        busy=Signal::derive(move || model.doing.get() == Doing::Testing)
                        on_press=move |_| model.test()
                    >
                        {verb}
                    </Button>
                </Shown>
            </div>
            <Facts provider />
            <TestResult model />
            {(!simulated).then(|| view! { <ProviderForm model /> })}
        </li>
    }
}

#[component]
fn Available(provider: Memo<Provider>) -> impl IntoView {
    move || {
        if provider.with(|provider| provider.available) {
            view! {
                <span class="badge good">
                    <Icon icon=icondata_lu::LuCircleCheck />
                    "Available"
                </span>
            }
            .into_any()
        } else {
            view! {
                <span class="badge">
                    <Icon icon=icondata_lu::LuCircleDashed />
                    "Not set up"
                </span>
            }
            .into_any()
        }
    }
}

/// What is worth knowing about it, a line each.
#[component]
fn Facts(provider: Memo<Provider>) -> impl IntoView {
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
fn TestResult(model: ProviderModel) -> impl IntoView {
    view! {
        <div class="tested" role="status">
            {move || match model.tested.get() {
                None => ().into_any(),
                Some(Ok(())) => {
                    view! { <Note kind=NoteKind::Good>"The provider answers and takes the key."</Note> }.into_any()
                }
                Some(Err(error)) => {
                    view! { <FailureNote error on_retry=move |()| model.test() /> }.into_any()
                }
            }}
        </div>
    }
}
