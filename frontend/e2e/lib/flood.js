import { createServer, request } from 'node:http';
import { once } from 'node:events';

/**
 * A server before the server: it hands everything on, but tells of a run's only step itself, in more pieces a
 * second than any model gives. The run stays as it was when this began.
 */
export class Flood {
  #http;
  #stream;
  #came;
  /** Until the page listens. */
  #reader = new Promise((resolve) => (this.#came = resolve));
  url = '';
  sent = 0;
  #said = 0;

  /** `snapshot` is the run as the API told it while its step was running. */
  static async start(server, snapshot) {
    const flood = new Flood();
    const path = `/api/v1/workflows/executions/${snapshot.id}`;
    flood.#http = createServer((incoming, answer) => {
      if (incoming.url.startsWith(`${path}/events`)) {
        answer.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
        answer.flushHeaders();
        flood.#stream = answer;
        flood.#came();
      } else if (incoming.url.split('?')[0] === path) {
        answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(snapshot));
      } else {
        handOn(server, incoming, answer);
      }
    });
    flood.#http.listen(0, '127.0.0.1');
    await once(flood.#http, 'listening');
    flood.url = `http://127.0.0.1:${flood.#http.address().port}`;
    return flood;
  }

  /** Sends the words from 1 to `words`, each as an event of its own, this many a second. */
  async send(step, words, perSecond) {
    await this.#reader;
    const everyMs = 20;
    let offset = 0;
    while (this.sent < words) {
      const batch = [];
      for (let at = 0; at < (perSecond * everyMs) / 1000 && this.sent < words; at += 1) {
        this.sent += 1;
        const text = `word ${this.sent} `;
        batch.push(`event: text\ndata: ${JSON.stringify({ ...step, type: 'text', offset, text })}\n\n`);
        offset += text.length;
      }
      this.#stream.write(batch.join(''));
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  }

  /** Sends one text behind those that were said before. */
  async say(step, text) {
    await this.#reader;
    const offset = this.#said;
    this.#said += text.length;
    this.#stream.write(`event: text\ndata: ${JSON.stringify({ ...step, type: 'text', offset, text })}\n\n`);
  }

  stop() {
    this.#http.closeAllConnections();
    this.#http.close();
  }
}

function handOn(server, incoming, answer) {
  const { method, url, headers } = incoming;
  const onward = request(new URL(url, server.url), { method, headers }, (got) => {
    answer.writeHead(got.statusCode, got.headers);
    got.pipe(answer);
  });
  onward.on('error', () => answer.destroy());
  incoming.pipe(onward);
}
