// Gates and retries: a person's part in a run, and what is done when a step fails.
import assert from "node:assert/strict";
import { settled, start } from "./runs.js";
import { client, type Execution, MARK, ok, refused } from "./support.js";

export async function gates(): Promise<void> {
  const run = await start(
    `${MARK}-gates`,
    { type: "llm", label: "Draft", prompt: "Draft" },
    { type: "review", label: "Edit", instructions: "Is it right?", shows: ["draft"] },
    { type: "review", label: "Approve" },
    { type: "llm", label: "Publish", prompt: "{{steps.Edit.content}}", model: "demo-broken" },
  );
  const execution_id = run.id;
  const paused = await settled(run);
  assert.equal(paused.status, "paused");
  await editAtGate(execution_id);
  const failed = await settled(await approveAtGate(execution_id));
  assert.equal(failed.status, "failed");
  assert.equal(failed.error?.code, "provider_rejected");
  assert.equal(failed.error?.path, "publish");
  await retry(execution_id);
  await outputs(execution_id);
}

/** Finds the gate in the inbox, reads what it asks, and approves a changed text. */
async function editAtGate(execution_id: string): Promise<void> {
  const inbox = ok(await client.GET("/api/v1/workflows/executions/gates", { params: { query: { limit: 200 } } }));
  const waiting = inbox.items.find((it) => it.execution_id === execution_id);
  assert(waiting?.kind === "review" && waiting.path === "edit" && waiting.decisions.includes("approve"));
  const params = { path: { execution_id, step_path: waiting.path } };
  const step = ok(
    await client.GET("/api/v1/workflows/executions/{execution_id}/steps/{step_path}", { params }),
  );
  const { gate } = step.run;
  assert(gate?.opened_seq === waiting.opened_seq && gate.message === "Is it right?" && gate.content);
  const review = "/api/v1/workflows/executions/{execution_id}/steps/{step_path}/review";
  const body = { decision: "approve" as const, content: `${gate.content}And more.\n`, opened_seq: gate.opened_seq };
  refused(
    await client.POST(review, { params, body: { decision: "raise_budget", budget_usd: 5 } }),
    422,
    "decision_not_possible",
  );
  await settled(ok(await client.POST(review, { params: { ...params, query: { wait: 60 } }, body })));
  refused(await client.POST(review, { params, body }), 409, "gate_decided");
  const decided = ok(
    await client.GET("/api/v1/workflows/executions/{execution_id}/steps/{step_path}", { params }),
  );
  assert.match(decided.decisions[0]?.difference ?? "", /^\+And more\.$/m);
}

async function approveAtGate(execution_id: string): Promise<Execution> {
  const params = { path: { execution_id, step_path: "approve" }, query: { wait: 60 } };
  const body = { decision: "approve" as const, comment: "Well done" };
  return ok(await client.POST("/api/v1/workflows/executions/{execution_id}/steps/{step_path}/review", { params, body }));
}

/** Plans the retry on another model, then does it. */
async function retry(execution_id: string): Promise<void> {
  const path = { execution_id, step_path: "publish" };
  const body = { model: "demo-instant" };
  const plan = ok(
    await client.POST("/api/v1/workflows/executions/{execution_id}/steps/{step_path}/retry/plan", {
      params: { path },
      body,
    }),
  );
  assert(plan.repeated.some((it) => it.path === "publish" && it.reason === "requested"));
  assert(plan.kept.some((it) => it.path === "draft"));
  const answer = await client.POST("/api/v1/workflows/executions/{execution_id}/steps/{step_path}/retry", {
    params: { path, query: { wait: 60 } },
    body,
  });
  const done = await settled(ok(answer, answer.response.status));
  assert.equal(done.status, "completed");
}

/** Reads an output as text, and replaces it: what was made from it is stale. */
async function outputs(execution_id: string): Promise<void> {
  const params = { path: { execution_id, step_path: "draft" } };
  const place = "/api/v1/workflows/executions/{execution_id}/steps/{step_path}/output";
  const text = ok(await client.GET(place, { params, parseAs: "text" }));
  assert(typeof text === "string" && text.length > 0);
  const after = ok(await client.PUT(place, { params, body: { content: "Another draft." } }));
  assert(after.steps.some((it) => it.path === "draft" && it.overridden));
  assert.equal(ok(await client.GET(place, { params, parseAs: "text" })), "Another draft.");
  const definition = ok(
    await client.GET("/api/v1/workflows/executions/{execution_id}/definition", { params: { path: { execution_id } } }),
  );
  assert.equal(definition.steps.length, 4);
}
