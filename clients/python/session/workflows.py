"""Workflows: saved under their version, listed page by page, checked, estimated, and restored."""

from sluice_client.api.workflows import (
    compare_versions,
    copy_workflow,
    create_workflow,
    delete_workflow,
    estimate_workflow,
    get_version,
    get_workflow,
    get_workflow_stats,
    list_versions,
    list_workflows,
    patch_workflow,
    restore_version,
    update_workflow,
    validate_workflow,
)
from sluice_client.models import (
    CopyWorkflow,
    CostRange,
    CreateWorkflow,
    EstimateWorkflow,
    PatchWorkflow,
    UpdateWorkflow,
    ValidateWorkflow,
)
from sluice_client.types import UNSET, Unset

from .support import MARK, client, definition, empty, etag, llm, ok, refused

ID = f"{MARK}-workflow"


def workflows() -> None:
    create_and_save()
    list_pages()
    check_and_estimate()
    versions()
    copy_and_delete()


def create_and_save() -> None:
    draft = definition(llm("Plan", "Plan {{input.topic}}"))
    body = CreateWorkflow(id=ID, name="Of a client", tags=[MARK], definition=draft)
    ok(create_workflow.sync_detailed(client=client, body=body), 201)
    refused(create_workflow.sync_detailed(client=client, body=body), 409, "workflow_exists")
    read = get_workflow.sync_detailed(ID, client=client)
    # What was read can be sent back.
    change = UpdateWorkflow.from_dict(ok(read).to_dict())
    change.description = "Saved by a client"
    saved = update_workflow.sync_detailed(ID, client=client, body=change, if_match=etag(read))
    assert ok(saved).description == "Saved by a client"
    assert etag(saved) != etag(read)
    again = update_workflow.sync_detailed(ID, client=client, body=change, if_match=etag(read))
    assert refused(again, 409, "version_conflict").current_version == ok(saved).version
    # A patch names only what changes, and is of the newest version without `If-Match`.
    patch = PatchWorkflow.from_dict(
        {"category": "examples", "metadata": {"team": MARK}, "definition": {"model": "demo"}}
    )
    patched = ok(patch_workflow.sync_detailed(ID, client=client, body=patch))
    assert patched.metadata.to_dict() == {"team": MARK} and len(patched.definition.steps) == 1
    nameless = CreateWorkflow(name="", definition=draft)
    invalid = refused(create_workflow.sync_detailed(client=client, body=nameless), 422, "invalid_request")
    assert not isinstance(invalid.errors, Unset) and invalid.errors[0].pointer == "/name"
    refused(get_workflow.sync_detailed("nobody", client=client), 404, "workflow_not_found")


def list_pages() -> None:
    """Reads all pages of the workflows of this session, one workflow a page."""
    body = CreateWorkflow(name="Another", tags=[MARK], definition=definition(llm("A", "a")))
    other = ok(create_workflow.sync_detailed(client=client, body=body), 201)
    found: set[str] = set()
    cursor: str | Unset = UNSET
    while True:
        page = ok(list_workflows.sync_detailed(client=client, tag=[MARK], limit=1, cursor=cursor))
        found.update(item.id for item in page.items)
        if page.next_cursor is None:
            break
        cursor = page.next_cursor
    assert found == {ID, other.id}


def check_and_estimate() -> None:
    draft = definition(llm("Plan", "{{steps.Nobody.content}}"))
    report = ok(validate_workflow.sync_detailed(ID, client=client, body=ValidateWorkflow(definition=draft)))
    assert not report.valid and any(it.pointer.startswith("/steps/0") for it in report.findings)
    body = EstimateWorkflow(input_={"topic": "tides"})
    estimate = ok(estimate_workflow.sync_detailed(ID, client=client, body=body))
    assert isinstance(estimate.cost_usd, CostRange) and estimate.cost_usd.high == 0
    assert estimate.steps[0].type_ == "llm"


def versions() -> None:
    every = ok(list_versions.sync_detailed(ID, client=client))
    assert sorted({it.version for it in every.items}) == [1, 2, 3]
    version = ok(get_version.sync_detailed(ID, 1, client=client))
    assert version.definition.steps[0].label == "Plan"
    difference = ok(compare_versions.sync_detailed(ID, 1, client=client, against=3))
    assert (difference.from_version, difference.to_version) == (3, 1)
    tag = etag(get_workflow.sync_detailed(ID, client=client))
    restored = ok(restore_version.sync_detailed(ID, 1, client=client, if_match=tag))
    assert restored.version == 4 and restored.description == ""


def copy_and_delete() -> None:
    made = copy_workflow.sync_detailed(ID, client=client, body=CopyWorkflow(name="A copy"))
    copy = ok(made, 201)
    empty(delete_workflow.sync_detailed(copy.id, client=client, if_match=etag(made)))
    assert ok(get_workflow_stats.sync_detailed(ID, client=client)).executions == 0
