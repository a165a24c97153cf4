// Steps of a workflow: put in, moved, connected and deleted one by one; and what has changed between two versions.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { settled } from "./runs.js";
import { client, definition, MARK, ok, refused, type Schemas } from "./support.js";

const workflow_id = `${MARK}-steps`;
const path = { workflow_id };

export async function steps(): Promise<void> {
  const draft: Schemas["Step"] = { type: "llm", label: "Draft", prompt: "Draft" };
  const sketch: Schemas["Step"] = { type: "llm", label: "Sketch", prompt: "Sketch" };
  const branches = [{ name: "left", steps: [draft] }, { name: "right", steps: [sketch] }];
  const whole = definition(
    { type: "llm", label: "Plan", prompt: "Plan" },
    { type: "parallel", label: "Both", branches },
    { type: "llm", label: "Check", prompt: "Check {{steps.Draft.content}}" },
  );
  ok(await client.POST("/api/v1/workflows", { body: { id: workflow_id, name: "In steps", definition: whole } }), 201);
  await insert();
  await move();
  await connect();
  await tryOne();
  await remove();
  await compare();
}

/** The same key inserts one step. */
async function insert(): Promise<void> {
  const step: Schemas["Step"] = { type: "llm", label: "Shorten", prompt: "Shorten {{steps.Plan.content}}" };
  const body = { step, parent: "both", slot: "branch:left", after: "draft" };
  const params = { path, header: { "Idempotency-Key": randomUUID() } };
  const edit = ok(await client.POST("/api/v1/workflows/{workflow_id}/steps", { params, body }), 201);
  assert.deepEqual([edit.parent, edit.slot, edit.position, edit.version], ["both", "branch:left", 1, 2]);
  assert(edit.step?.id === "shorten" && edit.findings.length === 0);
  const again = ok(await client.POST("/api/v1/workflows/{workflow_id}/steps", { params, body }), 201);
  assert.equal(again.version, 2);
}

async function move(): Promise<void> {
  const address = "/api/v1/workflows/{workflow_id}/steps/{step_id}/move";
  const params = { path: { workflow_id, step_id: "shorten" } };
  const body = { position: 1 };
  const old = { ...params, header: { "If-Match": '"1"' } };
  assert.equal(refused(await client.POST(address, { params: old, body }), 409, "version_conflict").current_version, 2);
  const current = { ...params, header: { "If-Match": '"2"' } };
  const edit = ok(await client.POST(address, { params: current, body }));
  assert.deepEqual([edit.parent, edit.slot, edit.position, edit.version], [null, null, 1, 3]);
}

/** A connection skips a step, and the answer says so. `null` takes it away. */
async function connect(): Promise<void> {
  const address = "/api/v1/workflows/{workflow_id}/steps/{step_id}/connect";
  const plan = { params: { path: { workflow_id, step_id: "plan" } } };
  const skipping = ok(await client.POST(address, { ...plan, body: { target: "both" } }));
  assert(skipping.step?.next === "both" && skipping.version === 4);
  assert(skipping.findings.some((it) => it.code === "unreachable_step" && it.pointer === "/steps/1"));
  const check = { params: { path: { workflow_id, step_id: "check" } } };
  const backwards = refused(await client.POST(address, { ...check, body: { target: "plan" } }), 422, "invalid_request");
  assert.equal(backwards.errors?.[0]?.pointer, "/target");
  const following = ok(await client.POST(address, { ...plan, body: { target: null } }));
  assert(following.step?.next === undefined && following.version === 5 && following.findings.length === 0);
}

/** One step runs alone, with an output that is given for the step that it reads. */
async function tryOne(): Promise<void> {
  const address = "/api/v1/workflows/{workflow_id}/steps/{step_id}/try";
  const params = { path: { workflow_id, step_id: "shorten" } };
  const missing = refused(await client.POST(address, { params, body: {} }), 422, "invalid_input");
  assert.equal(missing.errors?.[0]?.pointer, "/outputs/plan");
  const tried = await settled(ok(await client.POST(address, { params, body: { outputs: { plan: "A text" } } }), 201));
  assert.deepEqual([tried.status, tried.tried_step, tried.number], ["completed", "shorten", null]);
}

async function remove(): Promise<void> {
  const address = "/api/v1/workflows/{workflow_id}/steps/{step_id}";
  const params = { path: { workflow_id, step_id: "both" } };
  const query = { references: "remove" as const };
  const edit = ok(await client.DELETE(address, { params: { ...params, query } }));
  assert(edit.step === undefined && edit.version === 6 && edit.references.length === 0);
  refused(await client.GET(address, { params }), 404, "step_not_found");
  const check = ok(await client.GET(address, { params: { path: { workflow_id, step_id: "check" } } }));
  assert(check.position === 2 && check.step.type === "llm" && check.step.prompt === "Check ");
}

async function compare(): Promise<void> {
  const params = { path: { workflow_id, version: 6 }, query: { against: 1 } };
  const address = "/api/v1/workflows/{workflow_id}/versions/{version}/difference";
  const difference = ok(await client.GET(address, { params }));
  assert.deepEqual([difference.from_version, difference.to_version], [1, 6]);
  assert.equal(difference.fields.length, 0);
  const of = (kind: string) => difference.steps.filter((it) => it.kind === kind).map((it) => it.step_id);
  assert.deepEqual([of("added"), of("changed")], [["shorten"], ["check"]]);
  assert.deepEqual(of("removed").sort(), ["both", "draft", "sketch"]);
  const prompt = difference.steps.find((it) => it.kind === "changed")?.fields.find((it) => it.pointer === "/prompt");
  assert.deepEqual([prompt?.before, prompt?.after], ["Check {{steps.Draft.content}}", "Check "]);
}
