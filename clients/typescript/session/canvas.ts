// The canvas of a workflow: its picture, positions, and connections that are drawn.
import assert from "node:assert/strict";
import { client, definition, etag, MARK, ok, refused } from "./support.js";

export async function canvas(): Promise<void> {
  const id = `${MARK}-canvas`;
  const params = { path: { workflow_id: id } };
  const steps = ["Plan", "Write", "Check"].map((label) => ({ type: "llm" as const, label, prompt: label }));
  ok(await client.POST("/api/v1/workflows", { body: { id, name: "Drawn", definition: definition(...steps) } }), 201);
  const drawn = ok(await client.GET("/api/v1/workflows/{workflow_id}/canvas", { params }));
  assert(drawn.nodes.every((node) => !node.is_placed && node.width > 0) && drawn.edges.length >= 2);
  // By its id: the server of next year lists a node twice.
  const nodes = new Map(drawn.nodes.map(({ id, x, y }) => [id, { id, x: x + 40, y }]));
  const body = { nodes: [...nodes.values()], edges: [{ source: "plan", source_port: "next", target: "check" }] };
  const placed = ok(await client.PUT("/api/v1/workflows/{workflow_id}/canvas", { params, body }));
  assert(placed.version === 2 && placed.edges.some((edge) => edge.is_explicit && edge.target === "check"));
  const back = { edges: [{ source: "check", target: "plan" }] };
  const backwards = await client.PUT("/api/v1/workflows/{workflow_id}/canvas", { params, body: back });
  assert.equal(refused(backwards, 422, "invalid_request").errors?.[0]?.pointer, "/edges/0/target");
  const node = { path: { workflow_id: id, node_id: "write" } };
  const place = "/api/v1/workflows/{workflow_id}/nodes/{node_id}/position";
  assert.equal(ok(await client.PUT(place, { params: node, body: { x: 7, y: 8 } })).x, 7);
  // Positions make no version: what was read with them is saved over the version in its tag.
  const read = await client.GET("/api/v1/workflows/{workflow_id}", { params });
  assert(ok(read).version === 2 && ok(read).layout.length === 3);
  const save = { params: { ...params, header: { "If-Match": etag(read) } }, body: ok(read) };
  assert.deepEqual(ok(await client.PUT("/api/v1/workflows/{workflow_id}", save)).layout, ok(read).layout);
}
