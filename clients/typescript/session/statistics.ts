// The statistics of a workflow after one run.
import assert from "node:assert/strict";
import { settled, start } from "./runs.js";
import { client, MARK, ok } from "./support.js";

export async function statistics(): Promise<void> {
  const workflow_id = `${MARK}-statistics`;
  const steps = ["Plan", "Write"].map((label) => ({ type: "llm" as const, label, prompt: label }));
  const run = await settled(await start(workflow_id, ...steps));
  assert.equal(run.status, "completed");
  const params = { path: { workflow_id }, query: { days: 7 } };
  const stats = ok(await client.GET("/api/v1/workflows/{workflow_id}/stats", { params }));
  assert.deepEqual([stats.executions, stats.completed, stats.failed, stats.unfinished], [1, 1, 0, 0]);
  assert.deepEqual(stats.token_usage.output_tokens, run.token_usage.output_tokens);
  assert(stats.p50_duration_ms !== null && stats.p95_duration_ms !== null);
  const day = run.completed_at?.slice(0, 10);
  assert(stats.days.length >= 7 && stats.days.some((it) => it.day === day && it.completed === 1));
  assert(stats.models.some((it) => it.provider === "demo" && it.model === "demo-instant" && it.calls === 2));
  assert.deepEqual([...new Set(stats.steps.map((it) => it.step_id))].sort(), ["plan", "write"]);
  assert(stats.steps.every((it) => it.runs === 1 && it.failures === 0 && it.cost_usd === 0));
}
