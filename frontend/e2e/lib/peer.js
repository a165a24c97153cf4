import { once } from 'node:events';
import { createServer } from 'node:http';

/** What the models of the peer do besides answering with `The tide turns.`. */
const MODELS = {
  plain: {},
  /** Refuses a parameter, as models that think do. */
  picky: { refuses: 'temperature' },
  /** Ends with a reason that no documentation names. */
  odd: { finish_reason: 'eos_found' },
};

/** A model server of somebody else that speaks OpenAI's chat completions. Nobody knows its prices. */
export class Peer {
  #http;
  url = '';

  static async start() {
    const peer = new Peer();
    peer.#http = createServer(answer);
    peer.#http.listen(0, '127.0.0.1');
    await once(peer.#http, 'listening');
    peer.url = `http://127.0.0.1:${peer.#http.address().port}/v1`;
    return peer;
  }

  stop() {
    this.#http.closeAllConnections();
    this.#http.close();
  }
}

async function answer(request, response) {
  let body = '';
  for await (const piece of request) {
    body += piece;
  }
  const call = JSON.parse(body);
  const { refuses, finish_reason = 'stop' } = MODELS[call.model];
  if (refuses in call) {
    const error = { message: `Unsupported parameter: '${refuses}'.`, type: 'invalid_request_error', param: refuses };
    response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
    return;
  }
  const frames = [
    { choices: [{ index: 0, delta: { content: 'The tide ' } }] },
    { choices: [{ index: 0, delta: { content: 'turns.' } }] },
    { choices: [{ index: 0, delta: {}, finish_reason }], usage: { prompt_tokens: 40, completion_tokens: 4 } },
  ];
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end([...frames.map((frame) => JSON.stringify(frame)), '[DONE]'].map((data) => `data: ${data}\n\n`).join(''));
}
