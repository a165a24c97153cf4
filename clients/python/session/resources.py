"""Providers, personas and templates."""

from sluice_client.api.personas import (
    create_persona,
    delete_persona,
    get_persona,
    list_personas,
    patch_persona,
    update_persona,
)
from sluice_client.api.providers import delete_credential, list_models, list_providers, put_credential
from sluice_client.api.templates import (
    create_template,
    delete_template,
    get_template,
    instantiate_template,
    list_step_templates,
    list_template_categories,
    list_templates,
)
from sluice_client.models import (
    CreatePersona,
    CreateWorkflow,
    InstantiateTemplate,
    PatchPersona,
    ReviewStep,
    UpdateCredential,
    UpdatePersona,
)

from .support import MARK, client, definition, empty, etag, ok, refused, review


def providers() -> None:
    listed = ok(list_providers.sync_detailed(client=client))
    demo = next(it for it in listed.items if it.name == "demo")
    assert demo.available and demo.simulated
    models = ok(list_models.sync_detailed(client=client))
    assert any(it.provider == "demo" and it.model == "demo-instant" for it in models.items)
    body = UpdateCredential(base_url="http://127.0.0.1:9", api_key="a key of a test")
    stored = ok(put_credential.sync_detailed("openai_compatible", client=client, body=body))
    assert stored.base_url == body.base_url and stored.key_hint != body.api_key
    empty(delete_credential.sync_detailed("openai_compatible", client=client))


def personas() -> None:
    body = CreatePersona(id=f"{MARK}-persona", name="Editor", instructions="Be brief.")
    made = create_persona.sync_detailed(client=client, body=body)
    persona = ok(made, 201)
    assert any(it.id == persona.id for it in ok(list_personas.sync_detailed(client=client, limit=200)).items)
    change = UpdatePersona(name=persona.name, instructions="Be brief and kind.")
    saved = update_persona.sync_detailed(persona.id, client=client, body=change, if_match=etag(made))
    assert ok(saved).version == 2
    stale = delete_persona.sync_detailed(persona.id, client=client, if_match=etag(made))
    refused(stale, 409, "version_conflict")
    patch = PatchPersona(instructions="Be kind.")
    patched = patch_persona.sync_detailed(persona.id, client=client, body=patch)
    assert ok(patched).name == persona.name
    empty(delete_persona.sync_detailed(persona.id, client=client, if_match=etag(patched)))
    refused(get_persona.sync_detailed(persona.id, client=client), 404, "persona_not_found")


def templates() -> None:
    listed = ok(list_templates.sync_detailed(client=client))
    assert any(it.id == "deep-build-pipeline" and it.built_in for it in listed.items)
    categories = ok(list_template_categories.sync_detailed(client=client))
    assert any(it.category == "build" and it.count >= 1 for it in categories.items)
    building = ok(list_templates.sync_detailed(client=client, category="build"))
    assert building.items and all(it.category == "build" for it in building.items)
    steps = ok(list_step_templates.sync_detailed(client=client))
    assert any(isinstance(it.step, ReviewStep) for it in steps.items)
    template = ok(get_template.sync_detailed("deep-build-pipeline", client=client))
    assert len(template.definition.steps) > 2 and any(it.required for it in template.input_)
    body = InstantiateTemplate(id=f"{MARK}-instance", name="Rehearsal planner")
    workflow = ok(instantiate_template.sync_detailed(template.id, client=client, body=body), 201)
    assert workflow.source_template_id == template.id
    own = CreateWorkflow(id=f"{MARK}-template", name="Own", definition=definition(review("Check")))
    made = ok(create_template.sync_detailed(client=client, body=own), 201)
    empty(delete_template.sync_detailed(made.id, client=client))
