"""Runs: started once for one key, held, continued, cancelled, found again."""

from sluice_client.api.executions import (
    cancel_execution,
    delete_execution,
    get_execution,
    list_executions,
    list_step_runs,
    list_workflow_executions,
    pause_execution,
    resume_execution,
    start_execution,
)
from sluice_client.api.workflows import create_workflow, list_workflows
from sluice_client.models import (
    CreateWorkflow,
    Execution,
    ExecutionStatus,
    ExecutionSummary,
    Include,
    LlmStep,
    ReviewStep,
    StartExecution,
    StartExecutionMetadataType0,
)

from .support import MARK, client, definition, empty, llm, ok, refused

# The longest wait that the server takes, in seconds.
WAIT = 60


def start(workflow_id: str, *steps: LlmStep | ReviewStep) -> Execution:
    """Makes a workflow and starts a run of it."""
    body = CreateWorkflow(id=workflow_id, name=workflow_id, definition=definition(*steps))
    ok(create_workflow.sync_detailed(client=client, body=body), 201)
    return ok(start_execution.sync_detailed(workflow_id, client=client, body=StartExecution()), 202)


def settled(run: Execution) -> Execution:
    """Waits without a stream until the run has ended or waits for a person."""
    while run.status in (ExecutionStatus.PENDING, ExecutionStatus.RUNNING):
        run = ok(get_execution.sync_detailed(run.id, client=client, wait=WAIT, after_seq=run.last_seq))
    return run


def runs() -> None:
    workflow_id = start_once()
    hold_and_cancel()
    find(workflow_id)


def start_once() -> str:
    """The same key gives the same run; with another body it is refused."""
    body = CreateWorkflow(id=f"{MARK}-once", name="Once", definition=definition(llm("A", "a")))
    workflow = ok(create_workflow.sync_detailed(client=client, body=body), 201)
    key = f"{MARK}-key"
    order = StartExecutionMetadataType0.from_dict({"order": MARK})
    given = StartExecution(input_={"topic": "tides"}, triggered_by=MARK, metadata=order)
    run = ok(start_execution.sync_detailed(workflow.id, client=client, body=given, idempotency_key=key), 202)
    again = start_execution.sync_detailed(workflow.id, client=client, body=given, idempotency_key=key)
    assert isinstance(again.parsed, Execution) and again.parsed.id == run.id
    other = StartExecution(input_=1)
    reused = start_execution.sync_detailed(workflow.id, client=client, body=other, idempotency_key=key)
    refused(reused, 422, "idempotency_key_reused")
    assert settled(run).status == ExecutionStatus.COMPLETED
    result(run.id)
    return workflow.id


def result(run_id: str) -> None:
    """The output of a run is in its answer on request; its step runs have their texts."""
    whole = ok(get_execution.sync_detailed(run_id, client=client, include=[Include.OUTPUT]))
    steps = ok(list_step_runs.sync_detailed(run_id, client=client))
    assert whole.output_from == "a"
    assert whole.output and whole.output == steps.items[0].content


def hold_and_cancel() -> None:
    run = start(f"{MARK}-held", llm("Slow", "x", "demo-slow"))
    held = ok(pause_execution.sync_detailed(run.id, client=client))
    assert held.on_hold and held.status == ExecutionStatus.PAUSED
    assert not ok(resume_execution.sync_detailed(run.id, client=client)).on_hold
    assert ok(cancel_execution.sync_detailed(run.id, client=client)).status == ExecutionStatus.CANCELLED
    assert ok(cancel_execution.sync_detailed(run.id, client=client)).status == ExecutionStatus.CANCELLED
    late = refused(resume_execution.sync_detailed(run.id, client=client), 409, "illegal_transition")
    assert late.current_status == "cancelled"
    empty(delete_execution.sync_detailed(run.id, client=client))


def find(workflow_id: str) -> None:
    status = [ExecutionStatus.COMPLETED, ExecutionStatus.FAILED]
    page = ok(list_executions.sync_detailed(client=client, status=status, metadata=[f"order:{MARK}"]))
    assert page.items[0].workflow_id == workflow_id
    own = ok(list_workflow_executions.sync_detailed(workflow_id, client=client))
    assert own.items[0].id == page.items[0].id
    for workflow in ok(list_workflows.sync_detailed(client=client, search="Once")).items:
        last = workflow.last_execution
        if workflow.id == workflow_id:
            assert isinstance(last, ExecutionSummary) and last.status == ExecutionStatus.COMPLETED
