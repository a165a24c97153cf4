"""Steps of a workflow: put in, moved, connected and deleted one by one; and what has changed between two versions."""

from uuid import uuid4

from sluice_client.api.steps import connect_step, delete_step, get_step, insert_step, move_step, try_step
from sluice_client.api.workflows import compare_versions, create_workflow
from sluice_client.models import (
    Branch,
    ConnectStep,
    CreateWorkflow,
    DeleteStepReferences,
    ExecutionStatus,
    InsertStep,
    LlmStep,
    MoveStep,
    ParallelStep,
    ParallelStepType,
    TryStep,
    TryStepOutputs,
)
from sluice_client.types import UNSET, Unset

from .runs import settled
from .support import MARK, client, definition, llm, ok, refused

ID = f"{MARK}-steps"


def steps() -> None:
    branches = [Branch("left", [llm("Draft", "Draft")]), Branch("right", [llm("Sketch", "Sketch")])]
    both = ParallelStep(type_=ParallelStepType.PARALLEL, label="Both", branches=branches)
    whole = definition(llm("Plan", "Plan"), both, llm("Check", "Check {{steps.Draft.content}}"))
    body = CreateWorkflow(id=ID, name="In steps", definition=whole)
    ok(create_workflow.sync_detailed(client=client, body=body), 201)
    insert()
    move()
    connect()
    try_one()
    remove()
    compare()


def insert() -> None:
    """The same key inserts one step."""
    step = llm("Shorten", "Shorten {{steps.Plan.content}}")
    body = InsertStep(step=step, parent="both", slot="branch:left", after="draft")
    key = str(uuid4())
    edit = ok(insert_step.sync_detailed(ID, client=client, body=body, idempotency_key=key), 201)
    assert (edit.parent, edit.slot, edit.position, edit.version) == ("both", "branch:left", 1, 2)
    assert isinstance(edit.step, LlmStep) and edit.step.id == "shorten" and not edit.findings
    again = ok(insert_step.sync_detailed(ID, client=client, body=body, idempotency_key=key), 201)
    assert again.version == 2


def move() -> None:
    body = MoveStep(position=1)
    old = move_step.sync_detailed(ID, "shorten", client=client, body=body, if_match='"1"')
    assert refused(old, 409, "version_conflict").current_version == 2
    edit = ok(move_step.sync_detailed(ID, "shorten", client=client, body=body, if_match='"2"'))
    assert (edit.parent, edit.slot, edit.position, edit.version) == (None, None, 1, 3)


def connect() -> None:
    """A connection skips a step, and the answer says so. `None` takes it away."""
    skipping = ok(connect_step.sync_detailed(ID, "plan", client=client, body=ConnectStep(target="both")))
    assert isinstance(skipping.step, LlmStep) and skipping.step.next_ == "both" and skipping.version == 4
    assert any(it.code == "unreachable_step" and it.pointer == "/steps/1" for it in skipping.findings)
    backwards = connect_step.sync_detailed(ID, "check", client=client, body=ConnectStep(target="plan"))
    problem = refused(backwards, 422, "invalid_request")
    assert not isinstance(problem.errors, Unset) and problem.errors[0].pointer == "/target"
    following = ok(connect_step.sync_detailed(ID, "plan", client=client, body=ConnectStep(target=None)))
    assert isinstance(following.step, LlmStep) and following.step.next_ is UNSET
    assert following.version == 5 and not following.findings


def try_one() -> None:
    """One step runs alone, with an output that is given for the step that it reads."""
    missing = refused(try_step.sync_detailed(ID, "shorten", client=client, body=TryStep()), 422, "invalid_input")
    assert not isinstance(missing.errors, Unset) and missing.errors[0].pointer == "/outputs/plan"
    body = TryStep(outputs=TryStepOutputs.from_dict({"plan": "A text"}))
    tried = settled(ok(try_step.sync_detailed(ID, "shorten", client=client, body=body), 201))
    assert (tried.status, tried.tried_step, tried.number) == (ExecutionStatus.COMPLETED, "shorten", None)


def remove() -> None:
    references = DeleteStepReferences.REMOVE
    edit = ok(delete_step.sync_detailed(ID, "both", client=client, references=references))
    assert not edit.step and edit.version == 6 and not edit.references
    refused(get_step.sync_detailed(ID, "both", client=client), 404, "step_not_found")
    check = ok(get_step.sync_detailed(ID, "check", client=client))
    assert check.position == 2 and isinstance(check.step, LlmStep) and check.step.prompt == "Check "


def compare() -> None:
    difference = ok(compare_versions.sync_detailed(ID, 6, client=client, against=1))
    assert (difference.from_version, difference.to_version, difference.fields) == (1, 6, [])
    changes = {(it.kind, it.step_id) for it in difference.steps}
    removed = {("removed", step_id) for step_id in ("both", "draft", "sketch")}
    assert removed | {("added", "shorten"), ("changed", "check")} <= changes
    check = next(it for it in difference.steps if it.kind == "changed")
    prompt = next(it for it in check.fields if it.pointer == "/prompt")
    assert (prompt.before, prompt.after) == ("Check {{steps.Draft.content}}", "Check ")
