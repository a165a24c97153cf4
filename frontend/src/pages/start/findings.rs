//! What keeps the workflow from running, and what may stop it half-way.

use leptos::prelude::*;
use sluice_types::{Finding, Severity};

use super::form::StartState;
use crate::browser::memo::{Memo, memo};
use crate::components::{Icon, LinkButton, Note, NoteKind, Shown};

/// The warning that a run would stop for: the lint calls it so.
const NO_KEY: &str = "provider_not_available";

/// The errors that the lint found, with the way to mend them, and providers without a key.
#[component]
pub fn Findings(state: StartState) -> impl IntoView {
    let found = move |wanted: fn(&Finding) -> bool| {
        memo(move || {
            let report = state.report();
            let mut said: Vec<String> =
                report.findings.iter().filter(|it| wanted(it)).map(|it| in_words(state, it)).collect();
            said.dedup();
            said
        })
    };
    let errors = found(|finding| finding.severity == Severity::Error);
    let keys = found(|finding| finding.code == NO_KEY);
    let href = state.id.with_value(|id| format!("/workflows/{id}"));
    view! {
        <Shown is=move || !errors.read().is_empty()>
            <div class="note bad" role="alert">
                <Icon icon=icondata_lu::LuCircleAlert />
                <div class="grow stack tight">
                    <strong>"The workflow cannot run as it is"</strong>
                    <List said=errors />
                    <div>
                        <LinkButton small=true href=href.clone()>
                            "Mend it in the builder"
                        </LinkButton>
                    </div>
                </div>
            </div>
        </Shown>
        <Shown is=move || !keys.read().is_empty()>
            <Note kind=NoteKind::Warn>
                <div class="stack tight">
                    <List said=keys />
                    <div>
                        <LinkButton small=true href="/settings/providers".to_owned()>
                            "Open the settings"
                        </LinkButton>
                    </div>
                </div>
            </Note>
        </Shown>
    }
}

#[component]
fn List(said: Memo<Vec<String>>) -> impl IntoView {
    view! { <ul class="list">{move || said.get().into_iter().map(|text| view! { <li>{text}</li> }).collect_view()}</ul> }
}

/// A finding with the label of the step that it is about.
fn in_words(state: StartState, finding: &Finding) -> String {
    let step = || {
        let at = finding.pointer.strip_prefix("/steps/")?.split('/').next()?.parse::<usize>().ok()?;
        state.definition.with_value(|definition| definition.steps.get(at).map(|step| step.label.clone()))
    };
    match step() {
        Some(label) => format!("{label}: {}", finding.message),
        None => finding.message.clone(),
    }
}
