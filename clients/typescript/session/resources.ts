// Providers, personas and templates.
import assert from "node:assert/strict";
import { client, definition, etag, MARK, ok, refused } from "./support.js";

export async function providers(): Promise<void> {
  const list = ok(await client.GET("/api/v1/providers"));
  const demo = list.items.find((it) => it.name === "demo");
  assert(demo?.available && demo.simulated);
  const models = ok(await client.GET("/api/v1/models"));
  assert(models.items.some((it) => it.provider === "demo" && it.model === "demo-instant"));
  const params = { path: { provider: "openai_compatible" } };
  const body = { base_url: "http://127.0.0.1:9", api_key: "a key of a test" };
  const stored = ok(await client.PUT("/api/v1/providers/{provider}/credential", { params, body }));
  assert.equal(stored.base_url, body.base_url);
  assert.notEqual(stored.key_hint, body.api_key);
  ok(await client.DELETE("/api/v1/providers/{provider}/credential", { params }), 204);
}

export async function personas(): Promise<void> {
  const body = { id: `${MARK}-persona`, name: "Editor", instructions: "Be brief." };
  const made = await client.POST("/api/v1/personas", { body });
  const persona = ok(made, 201);
  const path = { persona_id: persona.id };
  const listed = ok(await client.GET("/api/v1/personas", { params: { query: { limit: 200 } } }));
  assert(listed.items.some((it) => it.id === persona.id));
  const change = { name: persona.name, instructions: "Be brief and kind." };
  const header = { "If-Match": etag(made) };
  const saved = await client.PUT("/api/v1/personas/{persona_id}", { params: { path, header }, body: change });
  assert.equal(ok(saved).version, 2);
  refused(
    await client.DELETE("/api/v1/personas/{persona_id}", { params: { path, header } }),
    409,
    "version_conflict",
  );
  const patched = await client.PATCH("/api/v1/personas/{persona_id}", {
    params: { path },
    body: { instructions: "Be kind." },
  });
  assert.equal(ok(patched).name, persona.name);
  const fresh = { "If-Match": etag(patched) };
  ok(await client.DELETE("/api/v1/personas/{persona_id}", { params: { path, header: fresh } }), 204);
  refused(await client.GET("/api/v1/personas/{persona_id}", { params: { path } }), 404, "persona_not_found");
}

export async function templates(): Promise<void> {
  const list = ok(await client.GET("/api/v1/workflows/templates"));
  assert(list.items.some((it) => it.id === "deep-build-pipeline" && it.built_in));
  const categories = ok(await client.GET("/api/v1/workflows/templates/categories"));
  assert(categories.items.some((it) => it.category === "build" && it.count >= 1));
  const query = { category: "build" };
  const building = ok(await client.GET("/api/v1/workflows/templates", { params: { query } }));
  assert(building.items.length > 0 && building.items.every((it) => it.category === "build"));
  const steps = ok(await client.GET("/api/v1/workflows/step-templates"));
  assert(steps.items.some((it) => it.step.type === "review"));
  const path = { template_id: "deep-build-pipeline" };
  const template = ok(await client.GET("/api/v1/workflows/templates/{template_id}", { params: { path } }));
  assert(template.definition.steps.length > 2 && template.input.some((it) => it.required));
  const body = { id: `${MARK}-instance`, name: "Rehearsal planner" };
  const instantiated = await client.POST("/api/v1/workflows/templates/{template_id}/instantiate", {
    params: { path },
    body,
  });
  assert.equal(ok(instantiated, 201).source_template_id, template.id);
  const own = { id: `${MARK}-template`, name: "Own", definition: definition({ type: "review", label: "Check" }) };
  ok(await client.POST("/api/v1/workflows/templates", { body: own }), 201);
  const mine = { path: { template_id: own.id } };
  ok(await client.DELETE("/api/v1/workflows/templates/{template_id}", { params: mine }), 204);
}
