// Runs: started once for one key, held, continued, cancelled, found again.
import assert from "node:assert/strict";
import { client, definition, type Execution, MARK, ok, refused, type Schemas } from "./support.js";

/** The longest wait that the server takes, in seconds. */
const WAIT = 60;

/** Makes a workflow and starts a run of it. */
export async function start(id: string, ...steps: Schemas["Step"][]): Promise<Execution> {
  const body = { id, name: id, definition: definition(...steps) };
  ok(await client.POST("/api/v1/workflows", { body }), 201);
  const path = { workflow_id: id };
  return ok(await client.POST("/api/v1/workflows/{workflow_id}/executions", { params: { path }, body: {} }), 202);
}

/** Waits without a stream until the run has ended or waits for a person. */
export async function settled(run: Execution): Promise<Execution> {
  const path = { execution_id: run.id };
  let now = run;
  while (now.status === "pending" || now.status === "running") {
    const query = { wait: WAIT, after_seq: now.last_seq };
    now = ok(await client.GET("/api/v1/workflows/executions/{execution_id}", { params: { path, query } }));
  }
  return now;
}

export async function runs(): Promise<void> {
  const workflow_id = await startOnce();
  await holdAndCancel();
  await find(workflow_id);
}

/** The same key gives the same run; with another body it is refused. */
async function startOnce(): Promise<string> {
  const body = { id: `${MARK}-once`, name: "Once", definition: definition({ type: "llm", label: "A", prompt: "a" }) };
  const workflow = ok(await client.POST("/api/v1/workflows", { body }), 201);
  const params = { path: { workflow_id: workflow.id }, header: { "Idempotency-Key": `${MARK}-key` } };
  const input = { input: { topic: "tides" }, triggered_by: MARK, metadata: { order: MARK } };
  const first = await client.POST("/api/v1/workflows/{workflow_id}/executions", { params, body: input });
  const run = ok(first, 202);
  const again = await client.POST("/api/v1/workflows/{workflow_id}/executions", { params, body: input });
  assert.deepEqual([again.data?.id, again.data?.number], [run.id, 1]);
  refused(
    await client.POST("/api/v1/workflows/{workflow_id}/executions", { params, body: { input: 1 } }),
    422,
    "idempotency_key_reused",
  );
  assert.equal((await settled(run)).status, "completed");
  await result(run.id);
  return workflow.id;
}

/** The output of a run is in its answer on request; its step runs have their texts. */
async function result(execution_id: string): Promise<void> {
  const path = { execution_id };
  const query = { include: ["output" as const] };
  const whole = ok(await client.GET("/api/v1/workflows/executions/{execution_id}", { params: { path, query } }));
  const steps = ok(await client.GET("/api/v1/workflows/executions/{execution_id}/steps", { params: { path } }));
  assert.equal(whole.output_from, "a");
  assert(typeof whole.output === "string" && whole.output === steps.items[0]?.content);
}

async function holdAndCancel(): Promise<void> {
  const run = await start(`${MARK}-held`, { type: "llm", label: "Slow", prompt: "x", model: "demo-slow" });
  const params = { path: { execution_id: run.id } };
  const held = ok(await client.POST("/api/v1/workflows/executions/{execution_id}/pause", { params }));
  assert(held.on_hold && held.status === "paused");
  const resumed = ok(await client.POST("/api/v1/workflows/executions/{execution_id}/resume", { params }));
  assert(!resumed.on_hold);
  const cancelled = ok(await client.POST("/api/v1/workflows/executions/{execution_id}/cancel", { params }));
  assert.equal(cancelled.status, "cancelled");
  ok(await client.POST("/api/v1/workflows/executions/{execution_id}/cancel", { params }));
  const late = await client.POST("/api/v1/workflows/executions/{execution_id}/resume", { params });
  assert.equal(refused(late, 409, "illegal_transition").current_status, "cancelled");
  ok(await client.DELETE("/api/v1/workflows/executions/{execution_id}", { params }), 204);
}

async function find(workflow_id: string): Promise<void> {
  const query = { status: ["completed" as const, "failed" as const], metadata: [`order:${MARK}`] };
  const page = ok(await client.GET("/api/v1/workflows/executions", { params: { query } }));
  assert.equal(page.items[0]?.workflow_id, workflow_id);
  const path = { workflow_id };
  const own = ok(await client.GET("/api/v1/workflows/{workflow_id}/executions", { params: { path } }));
  assert.equal(own.items[0]?.id, page.items[0]?.id);
  const workflows = ok(await client.GET("/api/v1/workflows", { params: { query: { search: "Once" } } }));
  assert(workflows.items.some((it) => it.last_execution?.status === "completed"));
}
