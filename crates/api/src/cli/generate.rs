//! `sluice generate`: a workflow file from a sentence, designed by an engine of its own.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use serde_json::json;
use sluice_engine::{Engine, EngineError, GenerationRequest};
use sluice_types::amounts::{cost, plural};
use sluice_types::{GenerateWorkflow, Generation, GenerationEventType, GenerationId, GenerationStatus, TenantId};

use super::data_folder;
use super::own_engine::OwnEngine;
use super::run::explain;
use super::serve::start_log;
use super::signals::StopSignals;
use super::visible::{print_line, tell, tell_line};
use super::{DONE, FAILED, INTERRUPTED, STOPPED, USAGE, eprint_error};

/// How long a cancelled generation has to tell its cost.
const GRACE: Duration = Duration::from_secs(1);

/// Have a model design a workflow file from a sentence
#[derive(Args)]
#[command(after_help = "Examples:
  sluice generate 'Collect facts about a topic, let a person review them, then write a brief' > brief.json
  sluice generate 'Summarise each page of a list' --provider demo > pages.json
  sluice run brief.json --input '{\"topic\": \"tea\"}'

The file goes to standard output, with the agents that it needs; the explanation and what is still wrong to standard error.
Exit codes: 0 designed, 1 it failed, 2 the prompt or an option is wrong, 3 cancelled, 130 interrupted twice.")]
pub struct GenerateOptions {
    /// What the workflow is to do, in any language
    prompt: String,
    /// Provider of the model that designs; `demo` needs no key
    #[arg(long)]
    provider: Option<String>,
    /// Model that designs
    #[arg(long)]
    model: Option<String>,
    /// Use the agents, tools and keys of this folder, and keep the generation there
    #[arg(long)]
    data_dir: Option<PathBuf>,
}

pub fn generate(options: &GenerateOptions) -> u8 {
    data_folder::keep_files_private();
    if let Err(error) = start_log(None, None) {
        return eprint_error(FAILED, &error);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return eprint_error(FAILED, &format!("no runtime: {error}")),
    };
    let ended = runtime.block_on(on_engine(options));
    runtime.shutdown_background();
    match ended {
        Ok(code) => code,
        Err(error) => eprint_error(FAILED, &error),
    }
}

async fn on_engine(options: &GenerateOptions) -> Result<u8, String> {
    // From here on a signal ends the process in order, so that the temporary folder is deleted.
    let mut signals = StopSignals::new().map_err(|error| error.to_string())?;
    let own = OwnEngine::open(options.data_dir.as_deref()).await?;
    let engine = &own.engine;
    let tenant = TenantId::local();
    let generate = GenerateWorkflow {
        prompt: options.prompt.clone(),
        provider: options.provider.clone(),
        model: options.model.clone(),
        ..GenerateWorkflow::default()
    };
    let started = match engine.start_generation(&tenant, GenerationRequest { generate, idempotency: None }).await {
        Ok(started) => started,
        Err(error @ EngineError::Invalid(..)) => return Ok(eprint_error(USAGE, &explain(&error))),
        Err(error) => return Err(explain(&error)),
    };
    let code = tokio::select! {
        code = follow(engine, &tenant, &started) => code?,
        () = signals.second(cancel(engine, &tenant, &started.id)) => {
            return Ok(eprint_error(INTERRUPTED, "ended at once"));
        }
    };
    engine.shut_down(GRACE).await;
    Ok(code)
}

/// Cancels the generation after a first signal.
async fn cancel(engine: &Engine, tenant: &TenantId, id: &GenerationId) {
    tell_line("\nsluice: cancelling; interrupt again to end at once");
    // It may have ended meanwhile.
    if let Err(error) = engine.cancel_generation(tenant, id, None).await {
        eprint_error(USAGE, &explain(&error));
    }
}

/// Shows that it goes on, and prints what it has designed.
async fn follow(engine: &Engine, tenant: &TenantId, started: &Generation) -> Result<u8, String> {
    tell(&format!("{}/{} designs ", started.provider, started.model));
    let mut reader = engine.read_generation(tenant, &started.id).await.map_err(|error| explain(&error))?;
    loop {
        let events = reader.next().await.map_err(|error| explain(&error))?;
        if events.is_empty() {
            break;
        }
        if events.iter().any(|event| event.event_type == GenerationEventType::Text) {
            tell(".");
        }
    }
    tell_line("");
    let generation = engine.generation(tenant, &started.id).await.map_err(|error| explain(&error))?;
    Ok(match generation.status {
        GenerationStatus::Completed => print_design(&generation),
        GenerationStatus::Cancelled => eprint_error(STOPPED, "the design was cancelled"),
        GenerationStatus::Running | GenerationStatus::Failed | GenerationStatus::Unknown => {
            let message = generation.error.map(|error| error.message).unwrap_or_default();
            eprint_error(FAILED, &message)
        }
    })
}

/// Prints the file, and tells what is to know of it.
fn print_design(generation: &Generation) -> u8 {
    let Some(workflow) = &generation.workflow else { return eprint_error(FAILED, "the design has no workflow") };
    let mut file =
        json!({"name": workflow.name, "description": workflow.description, "definition": workflow.definition});
    if let Some(fields) = file.as_object_mut()
        && !generation.agents_to_create.is_empty()
    {
        fields.insert("agents".into(), json!(generation.agents_to_create));
    }
    print_line(&serde_json::to_string_pretty(&file).unwrap_or_default());
    tell_line(&generation.explanation);
    for finding in &generation.findings {
        tell_line(&format!("{} at {}: {} [{}]", finding.severity, finding.pointer, finding.message, finding.code));
    }
    for server in &generation.mcps_suggested {
        tell_line(&format!("an MCP server would help: {}: {}", server.name, server.reason));
    }
    let calls = plural(u64::try_from(generation.calls).unwrap_or(0), "call", "calls");
    tell_line(&format!("✔ designed with {calls}, {}", cost(generation.cost_usd)));
    DONE
}
