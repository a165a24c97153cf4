import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const BINARY = process.env.SLUICE_BINARY ?? 'sluice';
const READY = /^Sluice is ready at (http:\/\/\S+)/;

/** Keys of the machine's owner would make the tests depend on them, and cost money. */
const KEYS = ['ANTHROPIC_API_KEY', 'OPENAI_API_KEY', 'GEMINI_API_KEY'];

/** A Sluice of its own: a process on a free port, with a fresh database in a folder of its own. */
export class Server {
  #process;
  #folder;
  #options;

  /** Where it answers, as `http://127.0.0.1:40123`. */
  url = '';

  /** Starts a server with further options, and waits until it answers. */
  static async start(options = []) {
    const server = new Server();
    server.#options = options;
    server.#folder = await mkdtemp(join(tmpdir(), 'sluice-e2e-'));
    await server.#run('127.0.0.1:0');
    return server;
  }

  /** Ends the process at once, as a crash would. */
  async crash() {
    await this.#end('SIGKILL');
  }

  /** Starts it again after `crash`: same address, same data. */
  async startAgain() {
    await this.#run(new URL(this.url).host);
  }

  /** Ends the process and deletes its data. */
  async stop() {
    await this.#end('SIGKILL');
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #run(listen) {
    const options = ['serve', '--listen', listen, '--data-dir', this.#folder, '--starts-per-minute', '0', '--saves-per-minute', '0', ...this.#options];
    if (process.env.SLUICE_WEB_DIST) {
      options.push('--web-dir', process.env.SLUICE_WEB_DIST);
    }
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !KEYS.includes(name)));
    this.#process = spawn(BINARY, options, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    this.url = await address(this.#process);
  }

  async #end(signal) {
    const child = this.#process;
    if (child && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    }
  }
}

/** The address that a server says it answers at. */
async function address(child) {
  const failed = once(child, 'error').then(([error]) => {
    throw new Error(`cannot run ${BINARY} (set SLUICE_BINARY): ${error.message}`);
  });
  const said = (async () => {
    for await (const line of createInterface({ input: child.stdout })) {
      const ready = READY.exec(line);
      if (ready) {
        return ready[1];
      }
    }
    throw new Error(`${BINARY} ended before it was ready`);
  })();
  return Promise.race([said, failed]);
}
