//! `sluice run`: a workflow file, run in the terminal by an engine of its own.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use serde_json::Value;
use sluice_engine::{Command, Engine, EngineError, StartRequest, lint_deeply};
use sluice_types::amounts::{known_cost, plural};
use sluice_types::{
    Definition, ErrorCode, Execution, ExecutionId, ExecutionStatus, GateDecision, Index, LintContext, Metadata,
    ProviderName, ReviewDecision, StartExecution, TenantId, Workflow, WorkflowId, provider_of_model, slug_from_name,
};
use tokio::sync::Notify;

use super::check::{WorkflowFile, print_report, read_input, read_workflow};
use super::data_folder;
use super::files::read_file_or_stdin;
use super::follow::Follower;
use super::own_engine::OwnEngine;
use super::serve::start_log;
use super::signals::StopSignals;
use super::terminal::{Terminal, ask, can_ask, named};
use super::visible::{print_line, tell_line};
use super::{DONE, FAILED, INTERRUPTED, STOPPED, USAGE, WAITING, eprint_error};

/// How long attempts have to store their text after the run has ended.
const GRACE: Duration = Duration::from_secs(1);

/// Run a workflow file in the terminal
#[derive(Args)]
#[command(after_help = "Examples:
  sluice run brief.json --input '{\"topic\": \"tea\"}'
  sluice run brief.json --input tea --provider demo --model demo-instant --yolo
  sluice run brief.json --input @input.json --data-dir ./runs > brief.md

The text goes to standard output, progress to standard error.
Exit codes: 0 completed, 1 failed, 2 the file or the input is wrong, 3 cancelled or rejected,
4 it waits at a gate and there is no terminal to ask at, 130 interrupted twice.
Ctrl-C cancels the run; a second one ends at once.")]
pub struct RunOptions {
    /// Workflow or definition, as JSON; `-` reads standard input. Beside the `definition` may stand `agents` and `mcp_servers`
    file: PathBuf,
    /// Input: JSON, text, or `@FILE`; `@-` reads standard input
    #[arg(long, default_value = "{}")]
    input: String,
    /// Skip reviews
    #[arg(long)]
    yolo: bool,
    /// Budget in US dollars; the run asks before it spends more
    #[arg(long)]
    budget: Option<f64>,
    /// Provider of steps without one
    #[arg(long)]
    provider: Option<String>,
    /// Model of steps without one
    #[arg(long)]
    model: Option<String>,
    /// Print the output alone, when it is there
    #[arg(long)]
    quiet: bool,
    /// Keep the run in this folder; without it, nothing is kept
    #[arg(long)]
    data_dir: Option<PathBuf>,
}

pub fn run(options: &RunOptions) -> u8 {
    data_folder::keep_files_private();
    let mut workflow = match read_workflow(&options.file) {
        Ok(workflow) => workflow,
        Err(error) => return eprint_error(USAGE, &error),
    };
    let input = match input_of(&options.input) {
        Ok(input) => input,
        Err(error) => return eprint_error(USAGE, &error),
    };
    let definition = &mut workflow.definition;
    definition.provider = options.provider.clone().or(definition.provider.take());
    definition.model = options.model.clone().or(definition.model.take());
    let mut filled = definition.clone();
    workflow.resources.fill_in(&mut filled);
    let report = lint_deeply(&filled, &LintContext::default(), Some(&input));
    if !report.valid {
        print_report(&options.file, &filled, &report);
        return USAGE;
    }
    if let Err(error) = start_log(None, None) {
        return eprint_error(FAILED, &error);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return eprint_error(FAILED, &format!("no runtime: {error}")),
    };
    let ended = runtime.block_on(run_workflow(options, workflow, input));
    // A thread may still wait for an answer at a gate.
    runtime.shutdown_background();
    match ended {
        Ok(code) => code,
        Err(error) => eprint_error(FAILED, &error),
    }
}

fn input_of(text: &str) -> Result<Value, String> {
    match text.strip_prefix('@') {
        Some(file) => read_file_or_stdin(Path::new(file)).and_then(|text| read_input(text.trim())),
        None => read_input(text),
    }
}

async fn run_workflow(options: &RunOptions, mut workflow: WorkflowFile, input: Value) -> Result<u8, String> {
    // From here on a signal ends the process in order, so that the temporary folder is deleted.
    let mut signals = StopSignals::new().map_err(|error| error.to_string())?;
    let own = OwnEngine::open(options.data_dir.as_deref()).await?;
    let engine = &own.engine;
    let tenant = TenantId::local();
    let definition = workflow.definition.clone();
    let resources = std::mem::take(&mut workflow.resources);
    if let Err(error) = resources.save(engine, &tenant).await {
        return Ok(eprint_error(USAGE, &error));
    }
    let workflow_id = save(engine, &tenant, workflow).await?;
    let start = StartExecution {
        input,
        yolo: options.yolo.then_some(true),
        budget_usd: options.budget,
        triggered_by: Some("cli".into()),
        ..StartExecution::default()
    };
    let started = match engine.start(&tenant, StartRequest { workflow_id, start, idempotency: None }).await {
        Ok(started) => started,
        Err(error @ (EngineError::Invalid(..) | EngineError::InvalidDefinition(_))) => {
            return Ok(eprint_error(USAGE, &format!("{}{}", explain(&error), hint(&error, &definition))));
        }
        Err(error) => return Err(explain(&error)),
    };
    let (id, cancelled) = (&started.id, Notify::new());
    let code = tokio::select! {
        code = follow(engine, &tenant, id, options.quiet, &cancelled) => code?,
        () = signals.second(cancel(engine, &tenant, id, &cancelled)) => {
            return Ok(eprint_error(INTERRUPTED, "ended at once"));
        }
    };
    engine.shut_down(GRACE).await;
    Ok(code)
}

/// Cancels the run after a first signal.
async fn cancel(engine: &Engine, tenant: &TenantId, id: &ExecutionId, cancelled: &Notify) {
    tell_line("\nsluice: cancelling the run; interrupt again to end at once");
    match engine.command(tenant, id, Command::Cancel, "terminal").await {
        Ok(_) => cancelled.notify_one(),
        // The run may have ended meanwhile.
        Err(error) => _ = eprint_error(USAGE, &explain(&error)),
    }
}

/// Advice about a provider that cannot be used: a run in a terminal takes keys from the environment.
fn hint(error: &EngineError, definition: &Definition) -> String {
    let EngineError::Invalid(ErrorCode::ProviderNotAvailable, fields) = error else { return String::new() };
    let index = Index::of(definition);
    let pointer = fields.first().and_then(|field| field.pointer.strip_prefix("/definition"));
    let step = pointer.and_then(|pointer| index.at_pointer(pointer)).map(|(place, _)| &place.step);
    let uses = step.and_then(|step| step.kind.model_use());
    let named = uses.and_then(|uses| uses.provider).or(definition.provider.as_ref()).map(String::as_str);
    let model = uses.and_then(|uses| uses.model).or(definition.model.as_ref()).map(String::as_str);
    let provider = named.or(model.and_then(provider_of_model)).and_then(|name| name.parse::<ProviderName>().ok());
    let set = match provider {
        Some(ProviderName::Anthropic) => "set ANTHROPIC_API_KEY",
        Some(ProviderName::Openai) => "set OPENAI_API_KEY",
        Some(ProviderName::Google) => "set GEMINI_API_KEY",
        Some(ProviderName::Ollama | ProviderName::OpenaiCompatible) => {
            "store its address with a server on the same --data-dir"
        }
        Some(ProviderName::Demo | ProviderName::Unknown) | None => {
            "set ANTHROPIC_API_KEY, OPENAI_API_KEY or GEMINI_API_KEY"
        }
    };
    format!(
        "\nFor a run in the terminal, {set}, or choose another provider; `--provider demo --model demo` needs no key."
    )
}

/// Saves the workflow under a free id, so that runs in the same folder stay apart.
async fn save(engine: &Engine, tenant: &TenantId, workflow: WorkflowFile) -> Result<WorkflowId, String> {
    let now = engine.outside().clock.now();
    let slug: String = slug_from_name(&workflow.name, "workflow").chars().take(80).collect();
    let id = WorkflowId::new(format!("{slug}-{}", now.timestamp_millis())).map_err(|error| error.to_string())?;
    let saved = Workflow {
        id: id.clone(),
        name: workflow.name,
        description: String::new(),
        category: None,
        tags: Vec::new(),
        metadata: Metadata::new(),
        definition: workflow.definition,
        layout: Vec::new(),
        version: 1,
        is_template: false,
        is_published: false,
        source_template_id: None,
        is_active: true,
        created_by: None,
        created_at: now,
        updated_at: now,
    };
    engine.store().create_workflow(tenant, saved).await.map_err(|error| error.to_string())?;
    Ok(id)
}

/// Shows the run until it ends, asking at gates. `cancelled` ends a question at a gate.
async fn follow(
    engine: &Engine,
    tenant: &TenantId,
    id: &ExecutionId,
    quiet: bool,
    cancelled: &Notify,
) -> Result<u8, String> {
    let mut follower = Follower::new(engine, tenant, id, Terminal::new(quiet));
    loop {
        let execution = follower.until_settled().await?;
        match execution.status {
            ExecutionStatus::Completed => return Ok(print_output(&execution, quiet)),
            ExecutionStatus::Failed => return complain_of_failure(engine, tenant, &execution).await,
            ExecutionStatus::Cancelled => return Ok(eprint_error(STOPPED, "the run was cancelled")),
            ExecutionStatus::Paused => {
                let Some(code) = decide(engine, tenant, &execution, cancelled).await? else { continue };
                return Ok(code);
            }
            ExecutionStatus::Pending | ExecutionStatus::Running | ExecutionStatus::Unknown => {}
        }
    }
}

/// Prints why the run failed; for a rejection, the step and the reviewer's comment.
async fn complain_of_failure(engine: &Engine, tenant: &TenantId, execution: &Execution) -> Result<u8, String> {
    let Some(error) = &execution.error else { return Ok(eprint_error(FAILED, "the run failed")) };
    if error.code != ErrorCode::ReviewRejected {
        return Ok(eprint_error(FAILED, &error.message));
    }
    let Some(path) = &error.path else { return Ok(eprint_error(STOPPED, &error.message)) };
    let store = engine.store();
    let run = store.step_run(tenant, &execution.id, path).await.map_err(|error| error.to_string())?;
    let Some(run) = run.map(|record| record.run) else { return Ok(eprint_error(STOPPED, &error.message)) };
    let decisions = store.decisions(tenant, &execution.id, path).await.map_err(|error| error.to_string())?;
    let why = match decisions.last() {
        Some(GateDecision { decision: ReviewDecision::Reject, comment: Some(comment), .. }) => format!(": {comment}"),
        Some(GateDecision { decision: ReviewDecision::Reject, comment: None, .. }) => String::new(),
        // The gate timed out.
        _ => format!(": {}", error.message),
    };
    Ok(eprint_error(STOPPED, &format!("“{}” was rejected{why}", run.label)))
}

/// Asks at the open gate; gives an exit code when there is no decision.
async fn decide(
    engine: &Engine,
    tenant: &TenantId,
    execution: &Execution,
    cancelled: &Notify,
) -> Result<Option<u8>, String> {
    let open = execution.steps.iter().find_map(|run| Some((run, run.gate.as_ref().filter(|_| run.status.is_gate())?)));
    let Some((run, gate)) = open else { return Ok(Some(eprint_error(STOPPED, "the run is paused"))) };
    if !can_ask() {
        let message = format!(
            "“{}” waits for a decision, and there is no terminal to ask at; run with --yolo, or on a server",
            run.label
        );
        return Ok(Some(eprint_error(WAITING, &message)));
    }
    let (label, asked): (String, _) = (named(&run.label, Some(&run.path)), gate.clone());
    let request = tokio::select! {
        request = tokio::task::spawn_blocking(move || ask(&label, &asked)) => request.map_err(|error| error.to_string())?,
        () = cancelled.notified() => return Ok(None),
    };
    let Some(request) = request else { return Ok(Some(eprint_error(WAITING, "the input ended before a decision"))) };
    let command = Command::Review(run.path.clone(), request);
    // A decision that is refused is asked for again, as long as the gate is open.
    if let Err(error) = engine.command(tenant, &execution.id, command, "terminal").await {
        eprint_error(USAGE, &explain(&error));
    }
    Ok(None)
}

fn print_output(execution: &Execution, quiet: bool) -> u8 {
    if quiet {
        let text =
            execution.output.as_ref().map(|output| output.as_str().map_or_else(|| output.to_string(), str::to_owned));
        print_line(&text.unwrap_or_default());
    }
    let steps = u64::try_from(execution.steps_executed.len()).unwrap_or(u64::MAX);
    tell_line(&format!(
        "\n✔ completed: {}, {}, {}",
        plural(steps, "step", "steps"),
        plural(execution.token_usage.input_tokens + execution.token_usage.output_tokens, "token", "tokens"),
        known_cost(execution.cost_usd, execution.unpriced_calls)
    ));
    DONE
}

/// An error in words.
pub fn explain(error: &EngineError) -> String {
    match error {
        EngineError::Invalid(_, fields) => {
            fields.iter().map(|field| field.message.clone()).collect::<Vec<_>>().join("; ")
        }
        EngineError::InvalidDefinition(findings) => findings
            .iter()
            .map(|finding| format!("{}: {}", finding.pointer, finding.message))
            .collect::<Vec<_>>()
            .join("; "),
        other => other.to_string(),
    }
}
