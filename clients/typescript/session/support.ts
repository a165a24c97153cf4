// The client, and reading its answers: the value, or the typed problem.
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "../generated/schema.js";

export type Schemas = components["schemas"];
export type Execution = Schemas["Execution"];

const server = process.env["SLUICE"];
assert(server, "SLUICE holds the address of the server");

export const client = createClient<paths>({ baseUrl: server });

/** A server of next year has more items in its lists than this year's, and codes of problems that are not known yet. */
export const NEXT_YEAR = process.env["NEXT_YEAR"] === "1";

/** Different in each session, so that sessions can share a server. */
export const MARK = `ts-${process.pid}`;

/** A definition that calls nothing but the offline provider. */
export function definition(...steps: Schemas["Step"][]): Schemas["Definition"] {
  return { provider: "demo", model: "demo-instant", steps };
}

type Answer<T> =
  | { data: T; error?: never; response: Response }
  | { data?: never; error: Schemas["Problem"]; response: Response };

/** The body of an answer that must have this status. */
export function ok<T>(answer: Answer<T>, status = 200): T {
  assert(answer.error === undefined, JSON.stringify(answer.error));
  assert.equal(answer.response.status, status);
  return answer.data;
}

/** The problem of a request that must have been refused. */
export function refused(answer: Answer<unknown>, status: number, code: string): Schemas["Problem"] {
  assert(answer.error !== undefined, `a problem ${code} was expected`);
  const problem = answer.error;
  assert.equal(problem.status, status);
  assert.equal(answer.response.status, status);
  // The proxy gives each 404 a code of next year.
  if (!NEXT_YEAR || status !== 404) assert.equal(problem.code, code);
  assert(problem.title.length > 0 && problem.detail.length > 0 && problem.request_id.length > 0);
  return problem;
}

export function etag(answer: { response: Response }): string {
  const tag = answer.response.headers.get("ETag");
  assert(tag, "the answer has an ETag");
  return tag;
}
