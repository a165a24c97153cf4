// The events of a run, read from the stream to its end.
import assert from "node:assert/strict";
import { start } from "./runs.js";
import { client, MARK, type Schemas } from "./support.js";

export async function events(): Promise<void> {
  const run = await start(`${MARK}-events`, { type: "llm", label: "Tell", prompt: "Tell", model: "demo" });
  const answer = await client.GET("/api/v1/workflows/executions/{execution_id}/events", {
    params: { path: { execution_id: run.id }, query: { after: 0 } },
    parseAs: "stream",
  });
  assert(answer.data, "the stream has begun");
  const stored: number[] = [];
  const kinds = new Set<string>();
  for await (const event of read(answer.data)) {
    assert.equal(event.execution_id, run.id);
    kinds.add(event.type);
    // A reader passes over kinds that it does not know.
    if (event.type === "progress" && typeof event.seq === "number") stored.push(event.seq);
    if (event.type === "done") assert.equal(event.status, "completed");
  }
  assert(kinds.has("text") && kinds.has("done"));
  assert.deepEqual(stored, [...new Set(stored)].sort((a, b) => a - b));
}

/** The events in the `data` lines of a stream. */
async function* read(stream: ReadableStream<Uint8Array>): AsyncGenerator<Schemas["ExecutionEvent"]> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const piece of stream) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.startsWith("data:")) yield JSON.parse(line.slice(5)) as Schemas["ExecutionEvent"];
    }
  }
}
