"""From a sentence to a workflow: generated, cancelled, applied, and changed by another sentence."""

from uuid import uuid4

from sluice_client.api.generations import (
    apply_generation,
    cancel_generation,
    generate_workflow,
    get_generation,
    list_generations,
)
from sluice_client.models import ApplyGeneration, CreateWorkflow, Generation, GenerateWorkflow, GenerationStatus

from .support import MARK, client, ok, refused


def generations() -> None:
    prompt = f"Collect facts about owls for {MARK}, have a person review them, then write a summary"
    generation = generate(GenerateWorkflow(prompt=prompt, provider="demo", model="demo-instant"))
    assert generation.simulated and not generation.findings and generation.explanation
    listed = ok(list_generations.sync_detailed(client=client, limit=200))
    assert any(it.id == generation.id and it.prompt == prompt for it in listed.items)
    # Edited before it is created: the workflow and its agents go back as they came.
    workflow = generation.workflow
    assert isinstance(workflow, CreateWorkflow)
    workflow.name = f"Owls {MARK}"
    body = ApplyGeneration(generation_id=generation.id, workflow=workflow, agents=generation.agents_to_create)
    key = str(uuid4())
    applied = ok(apply_generation.sync_detailed(client=client, body=body, idempotency_key=key), 201)
    assert applied.workflow.name == workflow.name
    again = ok(apply_generation.sync_detailed(client=client, body=body, idempotency_key=key), 201)
    assert again.workflow.id == applied.workflow.id
    changed(applied.workflow.id)
    cancelled()


def changed(workflow_id: str) -> None:
    prompt = "Add a review at the end"
    body = GenerateWorkflow(prompt=prompt, provider="demo", model="demo-instant", workflow_id=workflow_id)
    generation = generate(body)
    assert generation.workflow_id == workflow_id and generation.workflow_version == 1
    body_of_apply = ApplyGeneration(generation_id=generation.id)
    applied = ok(apply_generation.sync_detailed(client=client, body=body_of_apply), 201)
    assert (applied.workflow.id, applied.workflow.version) == (workflow_id, 2)


def cancelled() -> None:
    body = GenerateWorkflow(prompt="Write about owls", provider="demo", model="demo-slow")
    started = ok(generate_workflow.sync_detailed(client=client, body=body), 202)
    ended = ok(cancel_generation.sync_detailed(started.id, client=client))
    assert ended.status == GenerationStatus.CANCELLED
    apply = ApplyGeneration(generation_id=started.id)
    refused(apply_generation.sync_detailed(client=client, body=apply), 409, "generation_not_completed")


def generate(body: GenerateWorkflow) -> Generation:
    """Generates a workflow to its end."""
    generation = ok(generate_workflow.sync_detailed(client=client, body=body, wait=60))
    assert generation.status == GenerationStatus.COMPLETED, generation.error
    read = ok(get_generation.sync_detailed(generation.id, client=client))
    assert read.workflow == generation.workflow
    return generation
