//! `sluice run`: a workflow file, run in the terminal by an engine of its own.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use secrecy::SecretString;
use serde_json::Value;
use sluice_engine::providers::{NetworkPolicy, ProvidersConfig, Vault, keys_from_environment};
use sluice_engine::{Command, Engine, EngineError, Limits, StartRequest};
use sluice_store::StoreConfig;
use sluice_types::{
    Event, Execution, ExecutionId, ExecutionStatus, ReviewDecision, StartExecution, StepRun, TenantId, Workflow,
    WorkflowId, slug_from_name,
};
use tokio::sync::broadcast::error::RecvError;

use super::check::{WorkflowFile, checked, print_report, read_input, read_workflow};
use super::serve::{lock, open_engine, start_log};
use super::terminal::{Terminal, ask, can_ask};
use super::{DONE, FAILED, STOPPED, USAGE, WAITING, complain};

/// Run a workflow file in the terminal
#[derive(Args)]
#[command(after_help = "Examples:
  sluice run brief.json --input '{\"topic\": \"tea\"}'
  sluice run brief.json --input tea --provider demo --model demo-instant --yolo
  sluice run brief.json --input @input.json --data-dir ./runs > brief.md

The text goes to standard output, progress to standard error.
Exit codes: 0 completed, 1 failed, 2 the file or the input is wrong, 3 cancelled or rejected,
4 it waits at a gate and there is no terminal to ask at.")]
pub struct RunOptions {
    /// Workflow or definition, as JSON
    file: PathBuf,
    /// Input: JSON, text, or `@FILE`
    #[arg(long, default_value = "{}")]
    input: String,
    /// Skip reviews
    #[arg(long)]
    yolo: bool,
    /// What it may cost, in US dollars, before it asks
    #[arg(long)]
    budget: Option<f64>,
    /// Provider of steps that name none
    #[arg(long)]
    provider: Option<String>,
    /// Model of steps that name none
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
    let mut workflow = match read_workflow(&options.file) {
        Ok(workflow) => workflow,
        Err(error) => return complain(USAGE, &error),
    };
    let input = match input_of(&options.input) {
        Ok(input) => input,
        Err(error) => return complain(USAGE, &error),
    };
    let definition = &mut workflow.definition;
    definition.provider = options.provider.clone().or(definition.provider.take());
    definition.model = options.model.clone().or(definition.model.take());
    let report = checked(definition, Some(&input));
    if !report.valid {
        print_report(&options.file, &report);
        return USAGE;
    }
    if let Err(error) = start_log(None, None) {
        return complain(FAILED, &error);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return complain(FAILED, &format!("no runtime: {error}")),
    };
    match runtime.block_on(run_workflow(options, workflow, input)) {
        Ok(code) => code,
        Err(error) => complain(FAILED, &error),
    }
}

fn input_of(text: &str) -> Result<Value, String> {
    match text.strip_prefix('@') {
        Some(file) => std::fs::read_to_string(file)
            .map(|text| read_input(text.trim()))
            .map_err(|error| format!("{file}: {error}")),
        None => Ok(read_input(text)),
    }
}

async fn run_workflow(options: &RunOptions, workflow: WorkflowFile, input: Value) -> Result<u8, String> {
    // The temporary folder is deleted when it goes out of scope.
    let (folder, _temporary) = match &options.data_dir {
        Some(folder) => {
            std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
            (folder.clone(), None)
        }
        None => {
            let temporary = tempfile::tempdir().map_err(|error| error.to_string())?;
            (temporary.path().to_owned(), Some(temporary))
        }
    };
    let _lock = lock(&folder)?;
    let vault = match std::env::var("SLUICE_MASTER_KEY") {
        Ok(passphrase) => Vault::from_passphrase(&SecretString::from(passphrase)),
        Err(_) => Vault::from_file(&folder.join("master.key")).map_err(|error| error.to_string())?,
    };
    let providers = ProvidersConfig { vault, server_keys: keys_from_environment(), network: NetworkPolicy::Anywhere };
    let config = StoreConfig::Sqlite(folder.join("sluice.db"));
    let engine = open_engine(&config, providers, Limits::default()).await?;
    let tenant = TenantId::local();
    let workflow_id = save(&engine, &tenant, workflow).await?;
    let start = StartExecution {
        input,
        yolo: options.yolo.then_some(true),
        budget_usd: options.budget,
        triggered_by: Some("cli".into()),
    };
    let started = engine
        .start(&tenant, StartRequest { workflow_id, start, idempotency: None })
        .await
        .map_err(|error| explain(&error))?;
    let code = follow(&engine, &tenant, &started.execution.id, options.quiet).await?;
    engine.shut_down(Duration::from_secs(1)).await;
    Ok(code)
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
        definition: workflow.definition,
        version: 1,
        is_template: false,
        source_template_id: None,
        is_active: true,
        created_at: now,
        updated_at: now,
    };
    engine.store().create_workflow(tenant, saved).await.map_err(|error| error.to_string())?;
    Ok(id)
}

/// Shows the run until it ends, asking at gates.
async fn follow(engine: &Engine, tenant: &TenantId, id: &ExecutionId, quiet: bool) -> Result<u8, String> {
    let mut terminal = Terminal::new(quiet);
    let mut after = 0;
    loop {
        show_until_settled(engine, tenant, id, &mut terminal, &mut after).await?;
        let execution = engine.execution(tenant, id).await.map_err(|error| explain(&error))?;
        match execution.status {
            ExecutionStatus::Completed => return Ok(print_output(&execution, quiet)),
            ExecutionStatus::Failed => {
                let error = execution.error.as_ref();
                let rejected = error.is_some_and(|error| error.code == sluice_types::ErrorCode::ReviewRejected);
                let message = error.map_or("the run failed", |error| &error.message);
                return Ok(complain(if rejected { STOPPED } else { FAILED }, message));
            }
            ExecutionStatus::Cancelled => return Ok(complain(STOPPED, "the run was cancelled")),
            ExecutionStatus::Paused => {
                let Some(code) = decide(engine, tenant, &execution).await? else { continue };
                return Ok(code);
            }
            ExecutionStatus::Pending | ExecutionStatus::Running => {}
        }
    }
}

/// Asks at the gate that is open; gives an exit code when nobody answers.
async fn decide(engine: &Engine, tenant: &TenantId, execution: &Execution) -> Result<Option<u8>, String> {
    let open = execution.steps.iter().find_map(|run| Some((run, run.gate.as_ref().filter(|_| run.status.is_gate())?)));
    let Some((run, gate)) = open else { return Ok(Some(complain(STOPPED, "the run is paused"))) };
    if !can_ask() {
        let message = format!(
            "“{}” waits for a decision, and there is no terminal to ask at; run with --yolo, or on a server",
            run.label
        );
        return Ok(Some(complain(WAITING, &message)));
    }
    let (label, asked): (String, _) = (run.label.clone(), gate.clone());
    let request = tokio::task::spawn_blocking(move || ask(&label, &asked)).await.map_err(|error| error.to_string())?;
    let Some(request) = request else { return Ok(Some(complain(WAITING, "nobody decided"))) };
    let stops = matches!(request.decision, ReviewDecision::Reject | ReviewDecision::Stop | ReviewDecision::Fail);
    let command = Command::Review(run.path.clone(), request);
    match engine.command(tenant, &execution.id, command, "terminal").await {
        Ok(_) => Ok(None),
        // A decision that does not fit is asked for again.
        Err(error) if !stops => {
            complain(USAGE, &explain(&error));
            Ok(None)
        }
        Err(error) => Err(explain(&error)),
    }
}

/// Shows events until the execution has ended or waits.
async fn show_until_settled(
    engine: &Engine,
    tenant: &TenantId,
    id: &ExecutionId,
    terminal: &mut Terminal,
    after: &mut i64,
) -> Result<(), String> {
    let channel = engine.channel(id);
    let (texts, mut live) = channel.subscribe(engine.outside().clock.now());
    let mut show = |event: Event| {
        if event.seq.is_some_and(|seq| seq <= *after) {
            return false;
        }
        *after = event.seq.unwrap_or(*after);
        let settled = event.status.is_some_and(|status| status.is_terminal() || status == ExecutionStatus::Paused);
        terminal.show(&event);
        settled
    };
    let missed = engine.store().events_after(tenant, id, 0).await.map_err(|error| error.to_string())?;
    let mut settled = false;
    for stored in missed {
        if let Ok(event) = serde_json::from_str(&stored.payload) {
            settled = show(event);
        }
    }
    for frame in texts {
        if let Some(event) = frame.event() {
            show(event);
        }
    }
    while !settled {
        match live.recv().await {
            Ok(frame) => settled = frame.event().is_some_and(&mut show),
            Err(RecvError::Lagged(_)) => return Ok(()),
            Err(RecvError::Closed) => return Ok(()),
        }
    }
    Ok(())
}

fn print_output(execution: &Execution, quiet: bool) -> u8 {
    if quiet {
        let text =
            execution.output.as_ref().map(|output| output.as_str().map_or_else(|| output.to_string(), str::to_owned));
        println!("{}", text.unwrap_or_default());
    }
    let steps = execution.steps.iter().filter(|run: &&StepRun| run.attempt > 0).count();
    eprintln!(
        "\n✔ completed: {steps} steps, {} tokens, ${:.4}",
        execution.token_usage.input_tokens + execution.token_usage.output_tokens,
        execution.cost_usd
    );
    DONE
}

fn explain(error: &EngineError) -> String {
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
