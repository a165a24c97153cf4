//! The table of error codes. Each has an HTTP status, a title, and a page under `docs/errors/`.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

macro_rules! error_codes {
    ($($variant:ident = $code:literal, $status:literal, $title:literal;)+) => {
        /// A stable error code for clients. The documentation has a page for each.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ErrorCode {
            $(#[doc = $title] $variant,)+
            /// A code of a newer version of Sluice. It is read, and never answered.
            Unknown,
        }

        impl ErrorCode {
            /// Every known code, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code as the API spells it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ Self::Unknown => "unknown" }
            }

            /// The HTTP status that goes with it.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)+ Self::Unknown => 500 }
            }

            /// A summary in one line.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)+ Self::Unknown => "Something went wrong that this version does not know" }
            }
        }
    };
}

impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ErrorCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        Ok(Self::ALL.iter().copied().find(|code| code.as_str() == text).unwrap_or(Self::Unknown))
    }
}

impl PartialSchema for ErrorCode {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(Self::ALL.iter().map(|code| code.as_str())))
            .description(Some("What went wrong, as clients match on it. The documentation has a page for each."))
            .into()
    }
}

impl ToSchema for ErrorCode {}

error_codes! {
    InvalidJson = "invalid_json", 400, "The request body is not valid JSON, or stopped half-way";
    InvalidQuery = "invalid_query", 400, "A query parameter is unknown or has a wrong value";
    InvalidPath = "invalid_path", 400, "An id in the address is not of the right form";
    InvalidHeader = "invalid_header", 400, "A header has a wrong value";
    InvalidCursor = "invalid_cursor", 400, "The cursor is not one that this list gave";
    Unauthenticated = "unauthenticated", 401, "The request is not authenticated";
    Forbidden = "forbidden", 403, "The caller may not do this";
    HostNotAllowed = "host_not_allowed", 403, "The Host header is not a loopback name";
    OriginNotAllowed = "origin_not_allowed", 403, "The request comes from a page of another origin";
    StdioNotAllowed = "stdio_not_allowed", 403, "This server starts no programs as MCP servers";
    NotFound = "not_found", 404, "There is nothing at this address";
    WorkflowNotFound = "workflow_not_found", 404, "There is no workflow with this id";
    VersionNotFound = "version_not_found", 404, "The workflow has no such version";
    TemplateNotFound = "template_not_found", 404, "There is no template with this id";
    ExecutionNotFound = "execution_not_found", 404, "There is no execution with this id";
    StepNotFound = "step_not_found", 404, "The workflow has no step with this id";
    StepRunNotFound = "step_run_not_found", 404, "The execution has no step run at this path";
    OutputNotFound = "output_not_found", 404, "The step has no output yet";
    PersonaNotFound = "persona_not_found", 404, "There is no persona with this id";
    AgentNotFound = "agent_not_found", 404, "There is no agent with this id";
    GenerationNotFound = "generation_not_found", 404, "There is no generation with this id";
    McpServerNotFound = "mcp_server_not_found", 404, "There is no MCP server with this id";
    ProviderNotFound = "provider_not_found", 404, "There is no provider with this name";
    MethodNotAllowed = "method_not_allowed", 405, "This address does not take this method";
    NotAcceptable = "not_acceptable", 406, "The server has no encoding that the client accepts";
    RequestTimeout = "request_timeout", 408, "The request body did not arrive in time";
    WorkflowExists = "workflow_exists", 409, "A workflow with this id exists already";
    PersonaExists = "persona_exists", 409, "A persona with this id exists already";
    AgentExists = "agent_exists", 409, "An agent with this id exists already";
    McpServerExists = "mcp_server_exists", 409, "An MCP server with this id exists already";
    VersionConflict = "version_conflict", 409, "Somebody saved a newer version";
    ExecutionActive = "execution_active", 409, "The execution has not ended";
    IllegalTransition = "illegal_transition", 409, "The execution's state does not allow this";
    GenerationEnded = "generation_ended", 409, "The generation has ended";
    GenerationNotCompleted = "generation_not_completed", 409, "The generation has no workflow";
    GateDecided = "gate_decided", 409, "The gate was decided already";
    GateOpen = "gate_open", 409, "The execution waits at a gate";
    NewerServerNeeded = "newer_server_needed", 409, "A newer version of Sluice wrote this";
    ExecutionElsewhere = "execution_elsewhere", 409, "Another server runs this execution";
    BodyTooLarge = "body_too_large", 413, "The request body is too large";
    UnsupportedMediaType = "unsupported_media_type", 415, "The request body is not declared as uncompressed JSON";
    InvalidRequest = "invalid_request", 422, "A field of the request is wrong";
    InvalidDefinition = "invalid_definition", 422, "The definition cannot run as it is";
    InvalidInput = "invalid_input", 422, "The input lacks a value that the definition's templates need";
    InvalidTemplate = "invalid_template", 422, "A template cannot be filled in";
    ConditionNotBoolean = "condition_not_boolean", 422, "A condition is neither true nor false";
    NotAList = "not_a_list", 422, "A `for_each` has no list to run over";
    TooManyItems = "too_many_items", 422, "A `for_each` has too many items";
    ItemTooLarge = "item_too_large", 422, "An item of a `for_each` is too large";
    UnknownProvider = "unknown_provider", 422, "The definition names a provider that does not exist";
    UnknownModel = "unknown_model", 422, "The definition names a model that its provider does not have";
    UnknownPersona = "unknown_persona", 422, "The definition names a persona that does not exist";
    ProviderNotAvailable = "provider_not_available", 422, "The provider has no key";
    UnknownTool = "unknown_tool", 422, "There is no tool with this id";
    ToolArgumentsInvalid = "tool_arguments_invalid", 422, "The arguments do not fit the tool";
    ToolCallRefused = "tool_call_refused", 422, "A person refused the call of a tool";
    MaxTurnsReached = "max_turns_reached", 422, "The agent used all its turns and has no answer";
    SecretInPrompt = "secret_in_prompt", 422, "The text holds something that looks like a key";
    DecisionNotPossible = "decision_not_possible", 422, "This gate does not take this decision";
    IdempotencyKeyReused = "idempotency_key_reused", 422, "The idempotency key was used for another request";
    IfMatchRequired = "if_match_required", 428, "The request needs an If-Match header";
    RateLimited = "rate_limited", 429, "Too many requests of this kind";
    TooManyGenerations = "too_many_generations", 429, "Too many workflows are being designed at once";
    TooManyStreams = "too_many_streams", 429, "The caller has too many event streams open";
    ProviderUnauthorized = "provider_unauthorized", 502, "The provider refused the key";
    ProviderRateLimited = "provider_rate_limited", 502, "The provider answers too many requests";
    ProviderUnavailable = "provider_unavailable", 502, "The provider failed, or could not be reached";
    ProviderRejected = "provider_rejected", 502, "The provider refused the request";
    ModelNotFound = "model_not_found", 502, "The provider does not know the model";
    ContextTooLong = "context_too_long", 502, "The prompt is longer than the model reads";
    OutputInvalid = "output_invalid", 502, "The answer does not fit the output schema";
    AnswerTruncated = "answer_truncated", 502, "The answer was cut at its token limit";
    OutputTooLong = "output_too_long", 502, "The output is longer than an output may be";
    GenerationFailed = "generation_failed", 502, "The model designed no workflow";
    ToolFailed = "tool_failed", 502, "The tool answered that it failed";
    ToolUnavailable = "tool_unavailable", 502, "The tool's server failed, or could not be reached";
    AttemptTimedOut = "attempt_timed_out", 504, "The attempt took longer than its timeout";
    ReviewRejected = "review_rejected", 422, "A reviewer rejected the text";
    Interrupted = "interrupted", 500, "The server stopped while the attempt was under way";
    Internal = "internal", 500, "The server made a mistake";
    DatabaseUnavailable = "database_unavailable", 503, "The database cannot be reached";
    ShuttingDown = "shutting_down", 503, "The server is stopping";
    StorageFull = "storage_full", 507, "The disk that holds the database is full";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_spelt_as_serde_spells_them_and_unique() {
        let mut seen = std::collections::HashSet::new();
        for &code in ErrorCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
            assert!(seen.insert(code.as_str()));
        }
    }

    #[test]
    fn a_code_of_a_newer_version_is_read() {
        let read: ErrorCode = serde_json::from_str("\"quota_of_tenant_exceeded\"").unwrap();
        assert_eq!(read, ErrorCode::Unknown);
    }

    #[test]
    fn every_code_has_a_page() {
        let pages = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/errors");
        for &code in ErrorCode::ALL {
            let page = std::fs::read_to_string(pages.join(format!("{}.md", code.as_str()))).unwrap_or_default();
            assert!(page.contains(code.title()), "docs/errors/{}.md lacks the title", code.as_str());
        }
    }
}
