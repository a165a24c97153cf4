//! The codes of findings.

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// Every code of a finding.
pub const LINT_CODES: [&str; 96] = [
    "backward_next",
    "branches_and_for_each",
    "container_reference",
    "context_too_long",
    "disabled_reference",
    "dollar_text",
    "duplicate_id",
    "duplicate_input",
    "duplicate_label",
    "duplicate_name",
    "duplicate_option",
    "empty_label",
    "empty_prompt",
    "expires_in_out_of_range",
    "expression_in_braces",
    "expression_too_long",
    "for_each_no_list",
    "forward_reference",
    "help_too_long",
    "hidden_field",
    "hidden_reference",
    "idle_timeout_out_of_range",
    "idle_timeout_without_effect",
    "input_does_not_fit",
    "input_name_not_usable",
    "input_not_an_object",
    "invalid_schema",
    "label_is_an_id",
    "label_not_usable",
    "label_too_long",
    "max_concurrency_out_of_range",
    "max_iterations_out_of_range",
    "max_tokens_out_of_range",
    "max_tokens_too_large",
    "may_be_skipped",
    "missing_for_each",
    "missing_input",
    "missing_max_iterations",
    "missing_until",
    "missing_when",
    "more_findings",
    "name_outside_container",
    "name_too_long",
    "newer_field",
    "newer_value",
    "no_branches",
    "no_cases",
    "no_options",
    "no_steps",
    "no_steps_inside",
    "not_a_condition",
    "nothing_to_review",
    "old_prices",
    "options_without_effect",
    "path_too_long",
    "prompt_too_long",
    "provider_not_available",
    "reasoning_not_supported",
    "reserved_id",
    "reserved_name",
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
    "too_deep",
    "too_many_branches",
    "too_many_cases",
    "too_many_fallbacks",
    "too_many_inputs",
    "too_many_options",
    "too_many_retries",
    "too_many_shown",
    "too_many_steps",
    "undeclared_input",
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
    "unreachable_case",
    "unreachable_step",
    "until_never_changes",
    "unused_input",
    "value_does_not_fit",
    "value_too_long",
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
