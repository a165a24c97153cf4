//! The vocabulary that the server, the engine and the browser share: the workflow definition,
//! executions and their events, requests and answers, error codes, and the pure functions that
//! both sides need (lint, estimate, template references).
//!
//! **No I/O**: this crate compiles to `wasm32-unknown-unknown` and pulls in no runtime, network or
//! database crate; `cargo xtask check` proves both.

mod agent_run;
mod agents;
pub mod amounts;
mod attachment;
mod block;
mod canvas;
mod catalog;
mod chat_tokens;
mod choice;
pub mod definition;
mod definition_changes;
pub mod edit;
mod error_code;
mod estimate;
mod events;
mod execution;
mod execution_changes;
mod finish;
mod gates;
mod generations;
mod ids;
mod index;
mod input_check;
mod integer;
pub mod json;
mod lean;
pub mod limits;
mod lint;
mod mcp_servers;
mod metadata;
mod model_name;
mod named_resources;
pub mod numbers;
mod order;
mod output_fields;
mod output_schema;
mod patch;
mod path;
mod personas;
mod problem;
mod providers;
pub mod query_values;
mod rerun;
mod resolve;
mod resources;
mod scope;
mod sentence;
mod statistics;
mod status;
mod step_edits;
mod step_runs;
pub mod template;
mod templates;
mod tools;
mod tries;
mod unicode;
mod usage;
mod uses;
mod versions;
mod workflow_list;
mod workflows;

pub use agent_run::{AgentFinish, AgentRun};
pub use agents::{Agent, AgentPage, CreateAgent, PatchAgent, UpdateAgent};
pub use attachment::{Attachment, AttachmentType};
pub use block::{Block, BlockAddress, BlockMut, InnerBlock, Slot};
pub use canvas::{
    Canvas, CanvasEdge, CanvasEdgeKind, CanvasLane, CanvasNode, CanvasParts, CanvasViewport, EdgeChange, HEADER_HEIGHT,
    MoveNode, NODE_HEIGHT, NODE_WIDTH, NodePosition, Position, Positions, UpdateCanvas, canvas_parts, layout_of,
    positions_of,
};
pub use catalog::{Ability, ModelInfo, ModelPage, PriceStep, catalog, default_model, find_model, provider_of_model};
pub use chat_tokens::{estimated_tokens, most_tokens};
pub use choice::{Choice, LoopEnd, SeenValue, Tested};
pub use definition::{
    AgentStep, Approve, Branch, Case, ConditionalStep, Definition, Fallback, InputField, InputType, Language, LlmStep,
    LoopStep, ModelUse, NEXT_END, NewerPart, OnContextFull, OnError, OnExpiry, OnTruncated, Otherwise, ParallelStep,
    ReasoningEffort, ReviewStep, Step, StepEffect, StepKind, StepText, StepType, ToolStep, UnknownStep,
};
pub use definition_changes::{
    FieldChange, StepChange, StepChangeKind, VersionContent, WorkflowVersionDifference, content_difference,
    definition_difference, version_difference,
};
pub use error_code::ErrorCode;
pub use estimate::{
    CallRange, CostRange, Estimate, EstimateWorkflow, ItemEstimate, StepEstimate, StepHistories, StepHistory,
    TokenRange, estimate,
};
pub use events::{EventType, ExecutionEvent};
pub use execution::{
    Attempt, AttemptStatus, DecideGate, Execution, ExecutionPage, ExecutionSummary, Gate, GateDecision, GateKind,
    ReviewDecision, RunError, StartExecution, StepRun, StepRunDetail,
};
pub use execution_changes::{OverrideOutput, PatchExecution, PatchStep};
pub use finish::Cut;
pub use gates::{GatePage, OpenGate};
pub use generations::{
    AppliedGeneration, ApplyGeneration, GenerateWorkflow, Generation, GenerationEvent, GenerationEventType,
    GenerationPage, GenerationStatus, GenerationSummary, ReuseItem, ReuseKind, SuggestedMcpServer,
};
pub use ids::{
    AgentId, BranchName, ExecutionId, GenerationId, IdError, McpServerId, PersonaId, RESERVED_WORKFLOW_IDS, StepId,
    StepPath, TenantId, WorkflowId, slug_from_name,
};
pub use index::{Index, OTHERWISE, Place};
pub use input_check::{check_input, with_defaults};
pub use lean::Include;
pub use lint::{
    LintCode, LintContext, LintFinding, LintFix, LintReport, Severity, lint, lint_indexed, undeclared_inputs,
};
pub use mcp_servers::{
    CreateMcpServer, HttpTransport, LogLine, LogLinePage, LogSource, McpCheck, McpServer, McpServerPage, McpTool,
    McpToolPage, McpTransport, PatchMcpServer, SetHttpTransport, SetMcpTransport, SetStdioTransport, StdioTransport,
    ToolAnnotations, UpdateMcpServer,
};
pub use metadata::{Metadata, metadata_errors};
pub use named_resources::NamedResources;
pub use order::CreationOrder;
pub use output_fields::OutputFields;
pub use output_schema::describes_an_object;
pub use path::{InAgent, Segment};
pub use personas::{CreatePersona, PatchPersona, Persona, PersonaPage, UpdatePersona};
pub use problem::{FieldError, Problem};
pub use providers::{CredentialInfo, Provider, ProviderName, ProviderPage, UpdateCredential};
pub use rerun::{KeptStep, RepeatedStep, RerunPlan, RerunReason};
pub use resolve::{Candidate, candidates, default_provider, pin_to_available};
pub use resources::{
    AgentResource, AgentResourcePage, McpServerResource, McpServerResourcePage, ToolResource, ToolResourcePage,
    ToolSummary,
};
pub use scope::{NameScope, Resolution};
pub use sentence::begun_with_capital;
pub use statistics::{WorkflowDayStats, WorkflowModelStats, WorkflowStats, WorkflowStepStats};
pub use status::{ExecutionStatus, FinishReason, StepRunStatus, known, known_if_given};
pub use step_edits::{
    ConnectStep, InsertStep, MoveStep, PlacedStep, References, ReorderSteps, ReplaceStep, StepEdit, StepReference,
};
pub use step_runs::StepRunPage;
pub use templates::{
    InstantiateTemplate, StepTemplate, StepTemplatePage, TemplateCategory, TemplateCategoryPage, TemplateInput,
    TemplatePage, TemplateSummary, WorkflowTemplate, built_in_templates, step_templates,
};
pub use tools::{ALL_TOOLS, NATIVE, NATIVE_TOOLS, Tool, ToolId, ToolSource};
pub use tries::{ReadStep, Trial, TriedStep, TryStep};
pub use usage::{TokenUsage, cost_usd, most_cost_usd};
pub use versions::{
    VersionOrigin, WorkflowVersion, WorkflowVersionChanges, WorkflowVersionPage, WorkflowVersionSummary,
};
pub use workflow_list::{RecentExecution, WorkflowFacet, WorkflowFacets, WorkflowInclude};
pub use workflows::{
    CopyWorkflow, CreateWorkflow, ListQuery, PatchWorkflow, UpdateWorkflow, ValidateWorkflow, Workflow, WorkflowPage,
    WorkflowSummary,
};
