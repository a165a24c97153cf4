// An MCP server over streamable HTTP that misbehaves, differently at each path. Prints its address.
import { createServer } from "node:http";

const tools = ["echo", "never"].map((name) => ({ name, inputSchema: { type: "object" } }));
const info = { protocolVersion: "2025-06-18", capabilities: { tools: {} }, serverInfo: { name: "odd", version: "1" } };
let sessions = 0;
let alive = new Set();
let calls = 0;
const log = [];

function json(response, body, headers = {}) {
  response.writeHead(200, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

function rpc(path, { id, method, params }, request, response) {
  const session = request.headers["mcp-session-id"];
  const result = (result, headers) => json(response, { jsonrpc: "2.0", id, result }, headers);
  if (method === "initialize") {
    const name = `session-${++sessions}`;
    alive.add(name);
    return result(info, path === "/stateless" ? {} : { "mcp-session-id": name });
  }
  if (id === undefined) return response.writeHead(202).end();
  if (path !== "/stateless" && !alive.has(session)) return response.writeHead(404).end("no such session");
  if (method === "tools/list") return result({ tools });
  if (params.name === "never") return;
  calls++;
  if (path === "/forgets" && session === "session-1") {
    alive.clear();
    return response.writeHead(404).end("forgotten");
  }
  if (path === "/always-forgets") return response.writeHead(404).end("forgotten");
  if (path === "/big") return result({ content: [{ type: "text", text: "x".repeat(20_000_000) }] });
  if (path === "/big-event") {
    const body = JSON.stringify({ jsonrpc: "2.0", id, result: { content: [{ type: "text", text: "x".repeat(20_000_000) }] } });
    return response.writeHead(200, { "content-type": "text/event-stream" }).end(`data: ${body}\n\n`);
  }
  if (path === "/cuts") return response.writeHead(200, { "content-type": "application/json", "content-length": "1000" }).write("{", () => response.destroy());
  if (path === "/busy") return response.writeHead(429, { "retry-after": "7" }).end();
  if (path === "/broken") return response.writeHead(500).end("secret-token-1 failed");
  if (path === "/garbage") return response.writeHead(200, { "content-type": "application/json" }).end("{garbage");
  result({ content: [{ type: "text", text: `${session} ${params.arguments.text ?? ""}` }] });
}

createServer((request, response) => {
  const path = new URL(request.url, "http://localhost").pathname;
  log.push(`${request.method} ${path} ${request.headers.authorization ?? ""}`);
  if (path === "/log") return json(response, { log, calls });
  if (path === "/html") return response.writeHead(200, { "content-type": "text/html" }).end("<h1>Welcome</h1>");
  if (path === "/nothing") return response.writeHead(404).end("nothing here");
  if (path === "/private") return response.writeHead(401, { "www-authenticate": "Bearer" }).end();
  if (path === "/forbidden") return response.writeHead(403).end("secret-token-1 may not");
  if (path === "/away") return response.writeHead(307, { location: "http://127.0.0.2:1/mcp" }).end();
  if (path === "/found") return response.writeHead(302, { location: "/stateless" }).end();
  if (path === "/moved") return response.writeHead(307, { location: "/stateless" }).end();
  if (path === "/hangs") return;
  if (request.method !== "POST") return response.writeHead(405).end();
  let body = "";
  request.on("data", (piece) => (body += piece));
  request.on("end", () => rpc(path === "/moved/" ? "/stateless" : path, JSON.parse(body), request, response));
}).listen(0, "127.0.0.1", function () {
  console.log(`http://127.0.0.1:${this.address().port}`);
});
process.stdin.on("end", () => process.exit()).resume();
