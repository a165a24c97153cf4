//! The draft's findings and estimate.

use leptos::prelude::*;
use leptos_use_watch_debounce_throttle::watch_debounced;
use sluice_types::{LintContext, Severity, StepId, StepType};
use sluice_web_state::editor::{Analysis, FieldAt, InputKey, LocatedFinding, PendingProblem, count, lint_context};
use sluice_web_state::format::plural;
use sluice_web_state::message::sentence;

use super::model::Builder;
use crate::browser::clock::{now_ms, utc};
use crate::components::{EstimateSummary, Icon, Message};
use crate::session::Session;

/// How long after a key the draft is looked at: soon enough to help, late enough not to slow typing.
const DISTANCE_MS: f64 = 150.0;

/// Keeps the builder's analysis up to date.
pub fn follow(builder: Builder) {
    let session = expect_context::<Session>();
    let look = move || {
        let providers = session.providers.get_untracked();
        let personas = session.personas.get_untracked();
        let today = Some(utc(now_ms()).date_naive());
        let context = LintContext {
            agents: session
                .agents
                .with_untracked(|all| all.map(|all| all.iter().map(|agent| agent.id.clone()).collect())),
            mcp_servers: session
                .mcp_servers
                .with_untracked(|all| all.map(|all| all.iter().map(|server| server.id.clone()).collect())),
            ..lint_context(providers.as_deref(), personas.as_deref(), today)
        };
        let found = session.tools.with_untracked(|tools| {
            let tools = tools.map(Vec::as_slice);
            builder.draft.with_untracked(|draft| Analysis::within(draft, providers.as_deref(), tools, &context))
        });
        if builder.analysis.with_untracked(|before| *before != found) {
            builder.analysis.set(found);
        }
    };
    look();
    // Workflows without such steps need no list of them.
    let has = move |kind: StepType| {
        builder.index.with(|index| index.places().iter().any(|place| place.step.step_type() == kind))
    };
    let calls_tools = Memo::new(move |_| has(StepType::Tool));
    let names_any = Memo::new(move |_| calls_tools.get() || has(StepType::Agent));
    Effect::new(move || {
        if names_any.get() {
            session.agents.want();
            session.mcp_servers.want();
        }
        if calls_tools.get() {
            session.tools.want();
        }
    });
    let _stop = watch_debounced(
        move || {
            builder.draft.track();
            session.providers.track();
            session.personas.track();
            session.agents.track();
            session.mcp_servers.track();
            session.tools.track();
        },
        move |(), _, _| {
            if !builder.analysis.is_disposed() {
                look();
            }
        },
        DISTANCE_MS,
    );
}

/// The estimate in all.
#[component]
pub fn EstimateCard(builder: Builder) -> impl IntoView {
    let estimate = Memo::new(move |_| builder.analysis.with(|analysis| analysis.estimate.clone()));
    view! { <EstimateSummary estimate /> }
}

/// Everything that the lint found, and the input that cannot be taken, each leading to its step.
#[component]
pub fn Problems(builder: Builder) -> impl IntoView {
    let findings = Memo::new(move |_| {
        // A page on which nobody has begun yet has no problem.
        let is_begun = builder.saved.with(Option::is_some) || builder.is_dirty();
        builder.analysis.with(|analysis| {
            let told = analysis.findings.0.iter().filter(|located| located.finding.severity != Severity::Info);
            told.filter(|_| is_begun).cloned().collect::<Vec<_>>()
        })
    });
    let pending = builder.pending_problems;
    let of = move |severity| findings.with(|all| count(all.iter().map(|located| &located.finding), severity));
    let summary = move || {
        let errors = of(Severity::Error) + pending.with(|all| all.iter().map(|_| 1).sum::<u64>());
        match (errors, of(Severity::Warning)) {
            (0, 0) => "No problems found".to_owned(),
            (0, warnings) => plural(warnings, "warning", "warnings"),
            (errors, _) => plural(errors, "problem", "problems"),
        }
    };
    let is_empty = move || findings.with(Vec::is_empty) && pending.with(Vec::is_empty);
    view! {
        <section class="card padded stack" aria-labelledby="problems">
            <h2 id="problems" aria-live="polite">
                {summary}
            </h2>
            <ul class="findings" hidden=is_empty>
                {move || pending.get().into_iter().map(|problem| view! { <NotTaken builder problem /> }).collect_view()}
                {move || findings.get().into_iter().map(|located| view! { <Problem builder located /> }).collect_view()}
            </ul>
        </section>
    }
}

/// Input that cannot be taken.
#[component]
fn NotTaken(builder: Builder, problem: PendingProblem) -> impl IntoView {
    let PendingProblem { at, message } = problem;
    view! {
        <li class="finding error">
            <Icon icon=icondata_lu::LuCircleAlert />
            <span>
                <FieldLink builder at />
                ": "
                {message}
                " It is not saved."
            </span>
        </li>
    }
}

#[component]
fn Problem(builder: Builder, located: LocatedFinding) -> impl IntoView {
    let Some(at) = located.at.clone() else {
        return view! { <FoundItem located builder /> }.into_any();
    };
    let (class, icon) = if located.finding.severity == Severity::Error {
        ("finding error", icondata_lu::LuCircleAlert)
    } else {
        ("finding warning", icondata_lu::LuTriangleAlert)
    };
    view! {
        <li class=class>
            <Icon icon />
            <span>
                <FieldLink builder at />
                ": "
                <Message text=located.finding.message />
            </span>
        </li>
    }
    .into_any()
}

/// Leads to a field.
#[component]
fn FieldLink(builder: Builder, at: FieldAt) -> impl IntoView {
    match at {
        FieldAt::Step(id, field) => view! { <StepLink builder id field /> }.into_any(),
        FieldAt::Input(key, part) => view! { <InputLink builder key part /> }.into_any(),
    }
}

/// Leads to a part of a declared field of the input.
#[component]
fn InputLink(builder: Builder, key: InputKey, part: String) -> impl IntoView {
    let name = ["Input ", &key.name].concat();
    view! {
        <button type="button" class="link" on:click=move |_| builder.show_input(&key, &part)>
            {name}
        </button>
    }
}

/// Leads to a field of a step. It is called by the label that the step has now.
#[component]
fn StepLink(builder: Builder, id: StepId, field: String) -> impl IntoView {
    let step = builder.step(id.clone());
    let label = move || step.with(|step| step.as_ref().map(|step| step.label.clone()).unwrap_or_default());
    view! {
        <button type="button" class="link" on:click=move |_| builder.show(&id, &field)>
            {label}
        </button>
    }
}

/// Lint findings, each with its fix if there is one.
#[component]
pub fn Found(#[prop(into)] findings: Signal<Vec<LocatedFinding>>, builder: Builder) -> impl IntoView {
    let item = move |located| view! { <FoundItem located builder /> };
    view! {
        <ul class="findings" hidden=move || findings.with(Vec::is_empty)>
            {move || findings.get().into_iter().map(item).collect_view()}
        </ul>
    }
}

/// One finding, in a list of them.
#[component]
pub fn FoundItem(located: LocatedFinding, builder: Builder) -> impl IntoView {
    let (class, icon) = match located.finding.severity {
        Severity::Error => ("finding error", icondata_lu::LuCircleAlert),
        Severity::Warning => ("finding warning", icondata_lu::LuTriangleAlert),
        Severity::Info | Severity::Unknown => ("finding", icondata_lu::LuInfo),
    };
    let text = sentence(&located.finding.message);
    let fix = located.finding.fix.as_ref().map(|fix| fix.title.clone()).map(|title| {
        view! { <button type="button" class="link" on:click=move |_| builder.fix(&located)>{title}</button> }
    });
    view! {
        <li class=class>
            <Icon icon />
            <span><Message text /> " " {fix}</span>
        </li>
    }
}
