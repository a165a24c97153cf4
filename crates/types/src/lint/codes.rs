//! The codes of findings.

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// Every code of a finding.
pub const LINT_CODES: [&str; 57] = [
    "backward_next",
    "context_too_long",
    "disabled_reference",
    "dollar_text",
    "duplicate_id",
    "duplicate_label",
    "empty_label",
    "empty_prompt",
    "expires_in_out_of_range",
    "forward_reference",
    "hidden_field",
    "hidden_reference",
    "idle_timeout_out_of_range",
    "idle_timeout_without_effect",
    "invalid_schema",
    "label_is_an_id",
    "label_not_usable",
    "label_too_long",
    "max_tokens_out_of_range",
    "max_tokens_too_large",
    "missing_input",
    "more_findings",
    "name_too_long",
    "newer_field",
    "newer_value",
    "no_steps",
    "nothing_to_review",
    "old_prices",
    "prompt_too_long",
    "provider_not_available",
    "reasoning_not_supported",
    "reserved_id",
    "schema_not_an_object",
    "schema_not_supported",
    "schema_too_long",
    "self_reference",
    "skipped_reference",
    "temperature_not_supported",
    "temperature_out_of_range",
    "template_refused",
    "template_syntax",
    "timeout_out_of_range",
    "too_many_fallbacks",
    "too_many_retries",
    "too_many_shown",
    "too_many_steps",
    "unknown_context_key",
    "unknown_entry_step",
    "unknown_field",
    "unknown_model",
    "unknown_name",
    "unknown_next",
    "unknown_persona",
    "unknown_provider",
    "unknown_reference",
    "unknown_step_type",
    "unreachable_step",
];

/// Stands for the codes in the OpenAPI document.
pub struct LintCode;

impl PartialSchema for LintCode {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(LINT_CODES))
            .description(Some("Stable code of a finding for clients."))
            .into()
    }
}

impl ToSchema for LintCode {}
