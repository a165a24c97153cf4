import { rmSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The MCP servers that `crates/tools/tests/servers` installs: `npm ci` there, as `cargo xtask browser` does. */
const SERVERS = fileURLToPath(new URL('../../../crates/tools/tests/servers/node_modules/@modelcontextprotocol/', import.meta.url));

/** The program and the arguments of the files server for a folder. */
export function filesServer(folder) {
  return { command: process.execPath, args: [join(SERVERS, 'server-filesystem/dist/index.js'), folder] };
}

/** Adds the server that does something of everything, through the API, with its tools listed. */
export async function addEverything(api, rest = {}) {
  const transport = { type: 'stdio', command: process.execPath, args: [join(SERVERS, 'server-everything/dist/index.js'), 'stdio'] };
  const server = await api.call('POST', '/mcp-servers', { name: 'All', description: '', transport, trusted: true, ...rest });
  const check = await api.call('POST', `/mcp-servers/${server.id}/check`);
  if (!check.ok) {
    throw new Error(`the server does not answer: ${check.error}`);
  }
  return server;
}

const folders = [];
process.on('exit', () => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A folder with two notes in it, until the tests end. */
export async function notes() {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-notes-'));
  folders.push(folder);
  await writeFile(join(folder, 'plan.md'), '# Plan\n\nAsk the lighthouse keeper.\n');
  await writeFile(join(folder, 'tides.md'), 'High water at noon.\n');
  return folder;
}

/** Adds the files server through the API, with its tools listed. */
export async function addFiles(api, folder, rest = {}) {
  const transport = { type: 'stdio', ...filesServer(folder) };
  const server = await api.call('POST', '/mcp-servers', { name: 'Files', description: 'Notes of the team.', transport, ...rest });
  const check = await api.call('POST', `/mcp-servers/${server.id}/check`);
  if (!check.ok) {
    throw new Error(`the files server does not answer: ${check.error}`);
  }
  return server;
}

/** A step that calls a tool. */
export function tool(label, id, fields = {}) {
  return { id: label.toLowerCase().replaceAll(' ', '-'), label, type: 'tool', tool: id, ...fields };
}

/** A step that is an agent. */
export function agent(label, fields = {}) {
  const id = label.toLowerCase().replaceAll(' ', '-');
  return { id, label, type: 'agent', prompt: 'Look around.', provider: 'demo', model: 'demo-instant', ...fields };
}
