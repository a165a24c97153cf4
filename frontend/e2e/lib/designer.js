import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';

/** A model that designs, on a server of somebody else: it answers as it is told, and when it is told. */
export class Designer {
  #http;
  #answers = [];
  #waiting = [];
  #stopped = new EventEmitter();
  #holds = false;

  /** Starts it, and makes it the model that designs. It answers `answers` in their order, the last one again and again. */
  static async start(api, ...answers) {
    const designer = new Designer();
    designer.#answers = answers.map((answer) => (typeof answer === 'string' ? answer : JSON.stringify(answer)));
    designer.#http = createServer((request, response) => designer.#answer(request, response));
    designer.#http.listen(0, '127.0.0.1');
    await once(designer.#http, 'listening');
    // It ends with the test.
    designer.#http.unref();
    const base_url = `http://127.0.0.1:${designer.#http.address().port}/v1`;
    await api.call('PUT', '/providers/openai_compatible/credential', { base_url, default_model: 'architect' });
    return designer;
  }

  /** From now on, each answer stops half-way until `release` is called. */
  hold() {
    this.#holds = true;
  }

  /** Lets the answer that has stopped go on; waits until there is one. */
  async release() {
    if (this.#waiting.length === 0) {
      await once(this.#stopped, 'answer');
    }
    this.#waiting.shift()();
  }

  async #answer(request, response) {
    request.resume();
    await once(request, 'end');
    const text = this.#answers.length > 1 ? this.#answers.shift() : this.#answers[0];
    const half = Math.floor(text.length / 2);
    const send = (frame) => response.write(`data: ${JSON.stringify(frame)}\n\n`);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    send({ choices: [{ index: 0, delta: { content: text.slice(0, half) } }] });
    if (this.#holds) {
      await new Promise((resolve) => {
        this.#waiting.push(resolve);
        this.#stopped.emit('answer');
      });
    }
    send({ choices: [{ index: 0, delta: { content: text.slice(half) } }] });
    send({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage: { prompt_tokens: 900, completion_tokens: 300 } });
    response.end('data: [DONE]\n\n');
  }
}

/** What a model answers: a workflow of these steps. */
export function designed(name, steps, rest = {}) {
  return { workflow: { name, description: `${name}, in steps.`, definition: { steps } }, explanation: 'One step after another.', ...rest };
}
