// Workflows: saved under their version, listed page by page, checked, estimated, and restored.
import assert from "node:assert/strict";
import { client, definition, etag, MARK, ok, refused, type Schemas } from "./support.js";

const id = `${MARK}-workflow`;
const path = { workflow_id: id };

export async function workflows(): Promise<void> {
  await createAndSave();
  await list();
  await checkAndEstimate();
  await versions();
  await copyAndDelete();
}

async function createAndSave(): Promise<void> {
  const body = {
    id,
    name: "Of a client",
    tags: [MARK],
    definition: definition({ type: "llm", label: "Plan", prompt: "Plan {{input.topic}}" }),
  };
  ok(await client.POST("/api/v1/workflows", { body }), 201);
  refused(await client.POST("/api/v1/workflows", { body }), 409, "workflow_exists");
  const read = await client.GET("/api/v1/workflows/{workflow_id}", { params: { path } });
  const workflow = ok(read);
  const tag = etag(read);
  const changed = { ...workflow, description: "Saved by a client" };
  const save = { params: { path, header: { "If-Match": tag } }, body: changed };
  const saved = await client.PUT("/api/v1/workflows/{workflow_id}", save);
  assert.equal(ok(saved).description, "Saved by a client");
  assert.notEqual(etag(saved), tag);
  const stale = refused(await client.PUT("/api/v1/workflows/{workflow_id}", save), 409, "version_conflict");
  assert.equal(stale.current_version, ok(saved).version);
  // A patch names only what changes, and is of the newest version without `If-Match`.
  const patch = { category: "examples", metadata: { team: MARK }, definition: { model: "demo" } };
  const patched = ok(await client.PATCH("/api/v1/workflows/{workflow_id}", { params: { path }, body: patch }));
  assert(patched.metadata["team"] === MARK && patched.definition.steps.length === 1);
  const nameless = { name: "", definition: workflow.definition };
  const invalid = refused(await client.POST("/api/v1/workflows", { body: nameless }), 422, "invalid_request");
  assert.equal(invalid.errors?.[0]?.pointer, "/name");
  const nobody = { params: { path: { workflow_id: "nobody" } } };
  refused(await client.GET("/api/v1/workflows/{workflow_id}", nobody), 404, "workflow_not_found");
}

/** Reads all pages of the workflows of this session, one workflow a page. */
async function list(): Promise<void> {
  const body = { name: "Another", tags: [MARK], definition: definition({ type: "llm", label: "A", prompt: "a" }) };
  const other = ok(await client.POST("/api/v1/workflows", { body }), 201);
  const found = new Set<string>();
  let cursor: string | null = null;
  do {
    const query = { tag: [MARK], limit: 1, sort: "name" as const, ...(cursor === null ? {} : { cursor }) };
    const page: Schemas["WorkflowPage"] = ok(await client.GET("/api/v1/workflows", { params: { query } }));
    page.items.forEach((item) => found.add(item.id));
    cursor = page.next_cursor;
  } while (cursor !== null);
  assert.deepEqual([...found].sort(), [other.id, id].sort());
}

async function checkAndEstimate(): Promise<void> {
  const draft = definition({ type: "llm", label: "Plan", prompt: "{{steps.Nobody.content}}" });
  const report = ok(
    await client.POST("/api/v1/workflows/{workflow_id}/validate", { params: { path }, body: { definition: draft } }),
  );
  assert(!report.valid && report.findings.some((it) => it.severity === "error" && it.pointer.startsWith("/steps/0")));
  const body = { input: { topic: "tides" } };
  const estimate = ok(await client.POST("/api/v1/workflows/{workflow_id}/estimate", { params: { path }, body }));
  assert.equal(estimate.cost_usd?.high, 0);
  assert.equal(estimate.steps[0]?.type, "llm");
}

async function versions(): Promise<void> {
  const all = ok(await client.GET("/api/v1/workflows/{workflow_id}/versions", { params: { path } }));
  assert.deepEqual([...new Set(all.items.map((it) => it.version))], [3, 2, 1]);
  const first = { path: { ...path, version: 1 } };
  const version = ok(await client.GET("/api/v1/workflows/{workflow_id}/versions/{version}", { params: first }));
  assert.equal(version.definition.steps[0]?.label, "Plan");
  const compared = { params: { ...first, query: { against: 3 } } };
  const address = "/api/v1/workflows/{workflow_id}/versions/{version}/difference";
  const difference = ok(await client.GET(address, compared));
  assert.deepEqual([difference.from_version, difference.to_version], [3, 1]);
  const tag = etag(await client.GET("/api/v1/workflows/{workflow_id}", { params: { path } }));
  const params = { ...first, header: { "If-Match": tag } };
  const restored = ok(await client.POST("/api/v1/workflows/{workflow_id}/versions/{version}/restore", { params }));
  assert.equal(restored.version, 4);
  assert.equal(restored.description, "");
}

async function copyAndDelete(): Promise<void> {
  const body = { name: "A copy" };
  const made = await client.POST("/api/v1/workflows/{workflow_id}/copy", { params: { path }, body });
  const copy = ok(made, 201);
  const params = { path: { workflow_id: copy.id }, header: { "If-Match": etag(made) } };
  ok(await client.DELETE("/api/v1/workflows/{workflow_id}", { params }), 204);
  const stats = ok(await client.GET("/api/v1/workflows/{workflow_id}/stats", { params: { path } }));
  assert.equal(stats.executions, 0);
  assert(stats.days.length >= 30);
}
