"""Checks of schemathesis, without what no schema tells.

What fits the document is taken, and what does not fit is refused. Exceptions are given with their reason.
"""

import schemathesis
from schemathesis.openapi.checks import RejectedPositiveData
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

# Codes of refusals for what a request means: names that do not exist, definitions that cannot run, cursors of other lists.
ABOUT_CONTENT = {
    "decision_not_possible",
    "idempotency_key_reused",
    # A save names its version in the header or in the body.
    "if_match_required",
    "invalid_cursor",
    "invalid_definition",
    "invalid_input",
    "invalid_template",
    "provider_not_available",
    "unknown_model",
    "unknown_persona",
    "unknown_provider",
}
# Parameters that depend on one another, or on the state: `after_seq` goes with `wait` and is not past the newest event.
DEPENDENT = {"get_execution": {"after_seq"}, "list_executions": {"workflow_id", "triggered_by"}}


@schemathesis.check
def fitting_requests_are_taken(ctx, response, case):
    try:
        return positive_data_acceptance(ctx, response, case)
    except RejectedPositiveData:
        if is_about_content(response.json(), case):
            return None
        raise


def is_about_content(problem, case):
    code = problem["code"]
    if code == "invalid_request":
        return all(is_about_meaning(error, case) for error in problem["errors"])
    if code == "invalid_query":
        # Codes are not listed in the document, because more may come. A version is one of a workflow.
        if "error_code" in case.query or "workflow_version" in case.query and "workflow_id" not in case.query:
            return True
        dependent = DEPENDENT.get(case.operation.definition.raw["operationId"])
        return dependent is not None and dependent <= set(case.query)
    return code in ABOUT_CONTENT


def is_about_meaning(error, case):
    pointer = error["pointer"]
    # A merge patch of a definition has no schema of its own.
    is_patch = case.operation.definition.raw["operationId"] == "patch_workflow" and pointer.startswith("/definition")
    # JSON Schema has no digits of a number.
    is_rounded = "more digits than 64 bits" in error["message"]
    # The pointer of the whole request: the workflow is switched off. Only a template is published.
    return pointer in ("", "/is_published") or is_patch or is_rounded


@schemathesis.check
def unfitting_requests_are_refused(ctx, response, case):
    # Generated clients (Rust) send `null` in place of a body that may be left out.
    if case.body is None:
        return None
    # A draft is taken with its faults, which the lint reports; `null` in it counts as left out.
    if isinstance(case.body, dict) and "definition" in case.body:
        return None
    return negative_data_rejection(ctx, response, case)
