"""Checks of schemathesis, without what no schema tells.

What fits the document is taken, and what does not fit is refused. Exceptions are given with their reason.
"""

import schemathesis
from schemathesis.openapi.checks import RejectedPositiveData
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

# Codes of refusals for what a request means: names that do not exist, definitions that cannot run.
ABOUT_CONTENT = {
    "decision_not_possible",
    "idempotency_key_reused",
    "invalid_definition",
    "invalid_input",
    "invalid_template",
    "provider_not_available",
    "unknown_model",
    "unknown_persona",
    "unknown_provider",
}
# `after_seq` goes with `wait`, and is not past the newest event.
ABOUT_OTHERS = {("get_execution", "invalid_query")}


@schemathesis.check
def fitting_requests_are_taken(ctx, response, case):
    try:
        return positive_data_acceptance(ctx, response, case)
    except RejectedPositiveData:
        code = response.json()["code"]
        if code in ABOUT_CONTENT or (case.operation.definition.raw["operationId"], code) in ABOUT_OTHERS:
            return None
        raise


@schemathesis.check
def unfitting_requests_are_refused(ctx, response, case):
    # Generated clients (Rust) send `null` in place of a body that may be left out.
    if case.body is None:
        return None
    # A draft is taken with its faults, which the lint reports; `null` in it counts as left out.
    if isinstance(case.body, dict) and "definition" in case.body:
        return None
    return negative_data_rejection(ctx, response, case)
