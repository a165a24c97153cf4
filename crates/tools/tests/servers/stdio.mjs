// An MCP server over stdio that does what the servers from npm do not: `node stdio.mjs MODE`.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

const mode = process.argv[2] ?? "normal";
const MODERN = "2026-07-28";
const versions = { old: "2024-11-05", third: "2025-06-18", future: "2199-01-01" };
const any = { type: "object", properties: { text: { type: "string" } } };
let names = ["echo", "never", "die", "big", "twice", "deep", "progress", "busy", "change", "fork", "flood", "env", "hologram", "fail"];
if (mode === "pages" || mode === "endless") names = ["a", "b", "c", "d", "e"];
if (mode === "most" || mode === "many") names = Array.from({ length: mode === "most" ? 1000 : 1001 }, (_, n) => `tool${n}`);

const send = (message) => process.stdout.write(JSON.stringify(message) + "\n");
const answer = (id, result) => send({ result, jsonrpc: "2.0", id });
const refuse = (id, code, message) => send({ jsonrpc: "2.0", id, error: { code, message } });
const notify = (method, params) => send({ jsonrpc: "2.0", method, params });
const text = (text) => ({ content: [{ type: "text", text }] });
const log = (line) => process.stderr.write(line + "\n");

let listener;
const subscription = () => ({ "io.modelcontextprotocol/subscriptionId": listener });

const busy = new Map();
const calls = {
  echo: (id, { text: said = "" }) => answer(id, text(said)),
  never: (id) => log(`under way ${id}`),
  die: () => {
    log("out of memory");
    process.exit(3);
  },
  big: (id, { text: end = "" }) => {
    const result = text("x".repeat(20_000_000));
    if (end === "start") send({ jsonrpc: "2.0", id, result });
    else if (end === "nowhere") send({ result: { ...result, id }, id, jsonrpc: "2.0", more: "x".repeat(100) });
    else answer(id, result);
  },
  twice: (id) => {
    answer(id, text("first"));
    answer(id, text("second"));
  },
  deep: (id) => process.stdout.write(`{"id":${id},"result":${"[".repeat(1000)}${"]".repeat(1000)}}\n`),
  progress: (id, _, meta) => {
    const progressToken = meta?.progressToken;
    for (const progress of [1, 2, 3]) notify("notifications/progress", { progressToken, progress, total: 3, message: `part ${progress}` });
    setTimeout(() => answer(id, text("done")), 300);
  },
  // Reports until it is cancelled.
  busy: (id, { text: message = "" }, meta) => {
    const progressToken = meta?.progressToken;
    let progress = 0;
    const report = () => notify("notifications/progress", { progressToken, progress: ++progress, total: 1e6, message });
    busy.set(id, setInterval(report, 5));
    report();
  },
  change: (id) => {
    names = [...names.filter((name) => name !== "fail"), "added"];
    notify("notifications/tools/list_changed", mode === "modern" ? { _meta: subscription() } : undefined);
    setTimeout(() => answer(id, text("changed")), 300);
  },
  added: (id) => answer(id, text("new")),
  fork: (id) => {
    const child = spawn("sleep", ["1000"], { stdio: "ignore" });
    answer(id, text(String(child.pid)));
  },
  flood: (id) => {
    const line = "e".repeat(100_000) + "\n";
    for (let n = 0; n < 200; n++) process.stderr.write(line);
    process.stderr.write("last words\n", () => answer(id, text("flooded")));
  },
  env: (id) => answer(id, { content: [], structuredContent: { ...process.env } }),
  hologram: (id) => answer(id, { content: [{ type: "hologram", data: "x" }] }),
  fail: (id) => answer(id, { ...text("no such file"), isError: true }),
};

function list(id, cursor) {
  const tool = (name) => ({ name, description: `Does ${name}`, inputSchema: any, annotations: { readOnlyHint: name === "echo" } });
  if (mode === "twins") return answer(id, { tools: [tool("echo"), tool("echo")] });
  if (mode === "endless") return answer(id, { tools: [], nextCursor: "again" });
  if (mode !== "pages") return answer(id, { tools: names.map(tool) });
  const from = Number(cursor ?? 0);
  const more = from + 2 < names.length ? { nextCursor: String(from + 2) } : {};
  answer(id, { tools: names.slice(from, from + 2).map(tool), ...more });
}

function handle({ id, method, params }) {
  if (method === "initialize") {
    if (mode === "modern") return refuse(id, -32601, "there is no handshake");
    if (mode === "rude") return refuse(id, -32000, `go away, ${process.env.KEY}`);
    const protocolVersion = versions[mode] ?? "2025-11-25";
    const result = { protocolVersion, capabilities: { tools: { listChanged: true } }, serverInfo: { name: "odd", version: "1.2" }, instructions: mode === "most" ? "x".repeat(20_000) : "Be kind." };
    if (mode === "batch") return process.stdout.write(JSON.stringify([{ jsonrpc: "2.0", id, result: { ...result, protocolVersion: "2025-03-26" } }]) + "\n");
    return answer(id, result);
  }
  if (method === "server/discover") {
    const info = { name: "odd", version: "2.0" };
    return answer(id, { resultType: "complete", supportedVersions: [MODERN], capabilities: { tools: { listChanged: true } }, ttlMs: 0, cacheScope: "private", _meta: { "io.modelcontextprotocol/serverInfo": info } });
  }
  if (method === "subscriptions/listen") {
    log(`listens ${JSON.stringify(params.notifications)}`);
    listener = id;
    return notify("notifications/subscriptions/acknowledged", { notifications: { toolsListChanged: true }, _meta: subscription() });
  }
  if (method === "tools/list") return list(id, params?.cursor);
  if (method === "notifications/cancelled") {
    clearInterval(busy.get(params.requestId));
    return log(`cancelled ${params.requestId}`);
  }
  if (method === "tools/call") {
    const call = calls[params.name];
    if (!call) return refuse(id, -32602, `unknown tool ${params.name}`);
    return call(id, params.arguments ?? {}, params._meta);
  }
  if (id !== undefined) refuse(id, -32601, `no ${method}`);
}

if (mode === "exit") {
  log(`the key ${process.env.KEY} is wrong`);
  process.exit(1);
}
if (mode === "banner") console.log("Server runs on stdio\n\n{not json");
if (mode === "garbage") {
  const line = "garbage ".repeat(10) + "\n";
  const more = () => process.stdout.write(line.repeat(100), more);
  more();
}
if (mode === "usage") {
  console.log("usage: some-program [options]");
  process.exit(2);
}
if (mode === "stubborn") {
  process.on("SIGTERM", () => log("not yet"));
  setInterval(() => {}, 1000);
}
log(`pid ${process.pid}`);
createInterface({ input: process.stdin }).on("line", (line) => handle(JSON.parse(line)));
