"""Gates and retries: a person's part in a run, and what is done when a step fails."""

from sluice_client.api.executions import (
    get_execution_definition,
    get_output,
    get_step_run,
    list_gates,
    override_output,
    plan_retry,
    retry_step,
    review_step,
)
from sluice_client.models import (
    DecideGate,
    Execution,
    ExecutionStatus,
    Gate,
    OverrideOutput,
    PatchStep,
    ReviewDecision,
    RunError,
)

from .runs import settled, start
from .support import MARK, client, llm, ok, refused, review


def gates() -> None:
    run = start(
        f"{MARK}-gates",
        llm("Draft", "Draft"),
        review("Edit", "Is it right?", ["draft"]),
        review("Approve"),
        llm("Publish", "{{steps.Edit.content}}", "demo-broken"),
    )
    assert settled(run).status == ExecutionStatus.PAUSED
    edit_at_gate(run.id)
    failed = settled(approve_at_gate(run.id))
    assert failed.status == ExecutionStatus.FAILED and isinstance(failed.error, RunError)
    assert failed.error.code == "provider_rejected" and failed.error.path == "publish"
    retry(run.id)
    outputs(run.id)


def edit_at_gate(run_id: str) -> None:
    """Finds the gate in the inbox, reads what it asks, and approves a changed text."""
    inbox = ok(list_gates.sync_detailed(client=client, limit=200))
    waiting = next(it for it in inbox.items if it.execution_id == run_id)
    assert waiting.kind == "review" and waiting.path == "edit" and ReviewDecision.APPROVE in waiting.decisions
    gate = ok(get_step_run.sync_detailed(run_id, waiting.path, client=client)).run.gate
    assert isinstance(gate, Gate) and gate.opened_seq == waiting.opened_seq
    assert gate.message == "Is it right?" and gate.content
    impossible = DecideGate(decision=ReviewDecision.RAISE_BUDGET, budget_usd=5.0)
    answer = review_step.sync_detailed(run_id, waiting.path, client=client, body=impossible)
    refused(answer, 422, "decision_not_possible")
    text = f"{gate.content}And more.\n"
    body = DecideGate(decision=ReviewDecision.APPROVE, content=text, opened_seq=gate.opened_seq)
    settled(ok(review_step.sync_detailed(run_id, waiting.path, client=client, body=body, wait=60)))
    refused(review_step.sync_detailed(run_id, waiting.path, client=client, body=body), 409, "gate_decided")
    decided = ok(get_step_run.sync_detailed(run_id, waiting.path, client=client)).decisions[0]
    assert decided.difference is not None and "+And more." in decided.difference.splitlines()


def approve_at_gate(run_id: str) -> Execution:
    body = DecideGate(decision=ReviewDecision.APPROVE, comment="Well done")
    return ok(review_step.sync_detailed(run_id, "approve", client=client, body=body, wait=60))


def retry(run_id: str) -> None:
    """Plans the retry on another model, then does it."""
    body = PatchStep(model="demo-instant")
    plan = ok(plan_retry.sync_detailed(run_id, "publish", client=client, body=body))
    assert any(it.path == "publish" and it.reason == "requested" for it in plan.repeated)
    assert any(it.path == "draft" for it in plan.kept)
    answer = retry_step.sync_detailed(run_id, "publish", client=client, body=body, wait=60)
    assert settled(ok(answer, answer.status_code)).status == ExecutionStatus.COMPLETED


def outputs(run_id: str) -> None:
    """Reads an output as text, and replaces it: what was made from it is stale."""
    before = get_output.sync_detailed(run_id, "draft", client=client)
    assert before.status_code == 200 and before.content
    body = OverrideOutput(content="Another draft.")
    after = ok(override_output.sync_detailed(run_id, "draft", client=client, body=body))
    assert any(it.path == "draft" and it.overridden for it in after.steps)
    assert get_output.sync_detailed(run_id, "draft", client=client).content == b"Another draft."
    assert len(ok(get_execution_definition.sync_detailed(run_id, client=client)).steps) == 4
