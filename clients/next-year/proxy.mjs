// A server of next year: it stands before a real one and adds to each answer what docs/clients.md says may be added
// without notice: fields everywhere, values of open enums, kinds of step and of event, error codes.
//
// It reads from the API document what is open. Run: node proxy.mjs OPENAPI_FILE UPSTREAM_URL
import { readFileSync } from "node:fs";
import http from "node:http";
import { Changes, NEW, withoutNew } from "./changes.mjs";

const [file, upstream] = process.argv.slice(2);
const changes = new Changes(JSON.parse(readFileSync(file, "utf8")));
const target = new URL(upstream);

const server = http.createServer(async (request, answer) => {
  const body = await whole(request);
  const headers = { ...request.headers, host: target.host, "accept-encoding": "identity" };
  const sent = isJson(request.headers["content-type"]) ? withoutNewText(body) : body;
  if (sent.length > 0 || request.headers["content-length"] !== undefined) headers["content-length"] = sent.length;
  delete headers["transfer-encoding"];
  const options = { host: target.hostname, port: target.port, method: request.method, path: request.url, headers };
  const forwarded = http.request(options, (real) => forward(request, real, answer));
  forwarded.on("error", (error) => answer.destroy(error));
  answer.on("close", () => forwarded.destroy());
  forwarded.end(sent);
});

async function forward(request, real, answer) {
  const type = (real.headers["content-type"] ?? "").split(";")[0];
  const path = request.url.split("?")[0];
  const schema = changes.schemaOf(request.method, path, real.statusCode, type);
  if (type === "text/event-stream") {
    answer.writeHead(real.statusCode, real.headers);
    real.setEncoding("utf8");
    let rest = "";
    for await (const piece of real) {
      const blocks = (rest + piece).split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) answer.write(changedBlock(block));
    }
    answer.end(rest);
  } else if (schema !== undefined) {
    const value = JSON.parse((await whole(real)).toString("utf8"));
    // Some problems have a code that is not known yet; the others keep theirs, so that a session can go by it.
    const text = JSON.stringify(changes.add(value, schema, real.statusCode === 404));
    const { "transfer-encoding": _, ...headers } = real.headers;
    answer.writeHead(real.statusCode, { ...headers, "content-length": Buffer.byteLength(text) });
    answer.end(text);
  } else {
    answer.writeHead(real.statusCode, real.headers);
    real.pipe(answer);
  }
}

/** An event with one more field, and after it one of a new kind. */
function changedBlock(block) {
  const data = block.split("\n").find((line) => line.startsWith("data:"));
  if (data === undefined) return `${block}\n\n`;
  const event = JSON.parse(data.slice(5));
  const known = block.replace(data, () => `data: ${JSON.stringify(changes.addToEvent(event, false))}`);
  return `${known}\n\nevent: ${NEW}\ndata: ${JSON.stringify(changes.addToEvent(event, true))}\n\n`;
}

/** A client may send back what it has read: the server of next year knows its own fields, the real one does not. */
function withoutNewText(body) {
  return body.length === 0 ? body : Buffer.from(JSON.stringify(withoutNew(JSON.parse(body.toString("utf8")))));
}

function isJson(type) {
  return type !== undefined && type.includes("json");
}

async function whole(stream) {
  const pieces = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

server.listen(0, "127.0.0.1", () => console.log(`ready http://127.0.0.1:${server.address().port}`));
