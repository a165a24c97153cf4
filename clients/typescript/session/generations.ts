// From a sentence to a workflow: generated, cancelled, applied, and changed by another sentence.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { client, MARK, ok, refused, type Schemas } from "./support.js";

type Generation = Schemas["Generation"];

export async function generations(): Promise<void> {
  const prompt = `Collect facts about owls for ${MARK}, have a person review them, then write a summary`;
  const generation = await generate({ prompt, provider: "demo", model: "demo-instant" });
  assert(generation.simulated && generation.workflow && generation.findings.length === 0);
  assert(generation.reuse.every((it) => it.kind.length > 0) && generation.explanation.length > 0);
  const listed = ok(await client.GET("/api/v1/workflows/generate", { params: { query: { limit: 200 } } }));
  assert(listed.items.some((it) => it.id === generation.id && it.prompt === prompt));
  // Edited before it is created: the workflow and its agents go back as they came.
  const workflow = { ...generation.workflow, name: `Owls ${MARK}` };
  const body = { generation_id: generation.id, workflow, agents: generation.agents_to_create };
  const params = { header: { "Idempotency-Key": randomUUID() } };
  const applied = ok(await client.POST("/api/v1/workflows/generate/apply", { params, body }), 201);
  assert.equal(applied.workflow.name, workflow.name);
  const again = ok(await client.POST("/api/v1/workflows/generate/apply", { params, body }), 201);
  assert.equal(again.workflow.id, applied.workflow.id);
  await changed(applied.workflow.id);
  await cancelled();
}

async function changed(id: string): Promise<void> {
  const asked = { prompt: "Add a review at the end", provider: "demo", model: "demo-instant", workflow_id: id };
  const generation = await generate(asked);
  assert(generation.workflow_version === 1 && generation.workflow_id === id);
  const body = { generation_id: generation.id };
  const applied = ok(await client.POST("/api/v1/workflows/generate/apply", { body }), 201);
  assert.deepEqual([applied.workflow.id, applied.workflow.version], [id, 2]);
}

async function cancelled(): Promise<void> {
  const body = { prompt: "Write about owls", provider: "demo", model: "demo-slow" };
  const started = ok(await client.POST("/api/v1/workflows/generate", { body }), 202);
  const params = { path: { generation_id: started.id } };
  const ended = ok(await client.POST("/api/v1/workflows/generate/{generation_id}/cancel", { params }));
  assert.equal(ended.status, "cancelled");
  const apply = { generation_id: started.id };
  refused(await client.POST("/api/v1/workflows/generate/apply", { body: apply }), 409, "generation_not_completed");
}

/** Generates a workflow to its end. */
async function generate(body: Schemas["GenerateWorkflow"]): Promise<Generation> {
  const params = { query: { wait: 60 } };
  const generation = ok(await client.POST("/api/v1/workflows/generate", { params, body }));
  assert.equal(generation.status, "completed", JSON.stringify(generation.error));
  const read = await client.GET("/api/v1/workflows/generate/{generation_id}", {
    params: { path: { generation_id: generation.id } },
  });
  assert.deepEqual(ok(read).workflow, generation.workflow);
  return generation;
}
