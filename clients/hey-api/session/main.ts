// One session with the SDK that hey-api makes: from a template to a completed run.
import assert from "node:assert/strict";
import { client } from "../generated/client/client.gen.js";
import * as sluice from "../generated/client/index.js";
import type { Definition, Execution, Problem } from "../generated/client/index.js";

const baseUrl = process.env["SLUICE"];
assert(baseUrl, "SLUICE holds the address of the server");
client.setConfig({ baseUrl });
// A server of next year gives each 404 a code that is not known yet.
const NEXT_YEAR = process.env["NEXT_YEAR"] === "1";
const MARK = `hey-${process.pid}`;
const WAIT = 60;

type Answer<T> = { data: T | undefined; error: Problem | undefined; response?: Response };

function ok<T>(answer: Answer<T>): T {
  assert(answer.error === undefined && answer.data !== undefined, JSON.stringify(answer.error));
  return answer.data;
}

function refused(answer: Answer<unknown>, status: number, code: string): Problem {
  assert(answer.error !== undefined, `a problem ${code} was expected`);
  assert.equal(answer.error.status, status);
  if (!NEXT_YEAR || status !== 404) assert.equal(answer.error.code, code);
  return answer.error;
}

/** Waits without a stream until the run has ended or waits for a person. */
async function settled(run: Execution): Promise<Execution> {
  let now = run;
  while (now.status === "pending" || now.status === "running") {
    const query = { wait: WAIT, after_seq: now.last_seq };
    now = ok(await sluice.getExecution({ path: { execution_id: run.id }, query }));
  }
  return now;
}

async function lists(): Promise<void> {
  assert(ok(await sluice.listProviders()).items.some((it) => it.name === "demo"));
  assert(ok(await sluice.listModels()).items.length > 0);
  assert(ok(await sluice.listTemplates()).items.some((it) => it.built_in));
  assert(ok(await sluice.listStepTemplates()).items.length > 0);
  ok(await sluice.listPersonas());
  refused(await sluice.getWorkflow({ path: { workflow_id: "nobody" } }), 404, "workflow_not_found");
}

async function workflow(): Promise<string> {
  const path = { template_id: "deep-build-pipeline" };
  const made = ok(await sluice.instantiateTemplate({ path, body: { name: `Planner ${MARK}` } }));
  const definition: Definition = { ...made.definition, provider: "demo", model: "demo-instant" };
  const save = {
    path: { workflow_id: made.id },
    headers: { "If-Match": `"${made.version}"` },
    body: { ...made, definition },
  };
  const saved = ok(await sluice.updateWorkflow(save));
  const stale = refused(await sluice.updateWorkflow(save), 409, "version_conflict");
  assert.equal(stale.current_version, saved.version);
  return saved.id;
}

async function run(workflow_id: string): Promise<Execution> {
  const input = { idea: "Rehearsals of small theatres" };
  const start = { path: { workflow_id }, headers: { "Idempotency-Key": MARK }, body: { input } };
  let now = ok(await sluice.startExecution(start));
  assert.equal(ok(await sluice.startExecution(start)).id, now.id);
  for (const step_path of ["review-1", "review-2"]) {
    now = await settled(now);
    const path = { execution_id: now.id, step_path };
    const inbox = ok(await sluice.listGates({ query: { limit: 200 } }));
    assert(inbox.items.some((it) => it.execution_id === now.id && it.path === step_path));
    const { gate } = ok(await sluice.getStepRun({ path })).run;
    assert(gate?.content);
    const body = { decision: "approve" as const, content: `${gate.content}And more.\n`, opened_seq: gate.opened_seq };
    now = ok(await sluice.reviewStep({ path, query: { wait: WAIT }, body }));
  }
  return await settled(now);
}

async function follow(done: Execution): Promise<void> {
  const { stream } = await sluice.followExecution({ path: { execution_id: done.id }, query: { after: 0 } });
  const kinds = new Set<string>();
  // The document calls an event a text; the SDK has read its JSON already.
  for await (const event of stream) kinds.add((event as unknown as { type: string }).type);
  assert(kinds.has("progress") && kinds.has("paused") && kinds.has("done"));
}

await lists();
const workflow_id = await workflow();
const done = await run(workflow_id);
assert.equal(done.status, "completed");
await follow(done);
const query = { status: ["completed" as const, "failed" as const] };
assert(ok(await sluice.listExecutions({ query })).items.some((it) => it.id === done.id));
console.log("  the Deep Build Pipeline has run to its end");
