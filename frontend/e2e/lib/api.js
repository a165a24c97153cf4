import { expect } from '@playwright/test';

/** A client of the API: what tests set up, and what they compare the pages with. */
export class Api {
  constructor(server) {
    this.server = server;
  }

  /** Sends a request and gives the answer's JSON; anything but success is an error. */
  async call(method, path, body, headers = {}) {
    const response = await fetch(`${this.server.url}/api/v1${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) {
      throw new Error(`${method} ${path}: ${response.status} ${text}`);
    }
    return text ? JSON.parse(text) : undefined;
  }

  get(path) {
    return this.call('GET', path);
  }

  /** The status of an answer, for what may be gone. */
  async status(path) {
    const response = await fetch(`${this.server.url}/api/v1${path}`);
    await response.body?.cancel();
    return response.status;
  }

  /** Creates a workflow of steps; `rest` goes into the workflow, `definition` into its definition. */
  createWorkflow(name, steps, { definition = {}, ...rest } = {}) {
    return this.call('POST', '/workflows', { name, definition: { ...definition, steps }, ...rest });
  }

  workflow(id) {
    return this.get(`/workflows/${id}`);
  }

  /** Saves a workflow as another person would: whatever its version is now. */
  async changeWorkflow(id, change) {
    const workflow = await this.workflow(id);
    change(workflow);
    return this.call('PUT', `/workflows/${id}`, workflow, { 'if-match': `"${workflow.version}"` });
  }

  /** Starts a run. */
  start(workflow, input = {}, rest = {}) {
    return this.call('POST', `/workflows/${workflow}/executions`, { input, ...rest });
  }

  run(id) {
    return this.get(`/workflows/executions/${id}?include=gates,prompts`);
  }

  /** One step of a run. */
  async step(run, id) {
    const { steps } = await this.run(run);
    const found = steps.find((step) => step.step_id === id);
    // An output that is the text is in the answer as `content` alone.
    return found.status === 'completed' ? { ...found, output: found.output ?? found.content } : found;
  }

  /** Waits until a run has a status, and gives the run. */
  async untilRun(id, status) {
    await expect.poll(async () => (await this.run(id)).status).toBe(status);
    return this.run(id);
  }

  /** Waits until a step of a run has a status, and gives the step. */
  async untilStep(run, id, status) {
    await expect.poll(async () => (await this.step(run, id)).status).toBe(status);
    return this.step(run, id);
  }

  /** Changes a step of a run, as another person would. */
  changeStep(run, step, change) {
    return this.call('PATCH', `/workflows/executions/${run}/steps/${step}`, change);
  }

  review(run, step, decision) {
    return this.call('POST', `/workflows/executions/${run}/steps/${step}/review`, decision);
  }
}

/** A step that asks a model; by default one that answers at once. */
export function prompt(label, text = `Write about ${label}.`, rest = {}) {
  return { id: slug(label), label, type: 'llm', prompt: text, provider: 'demo', model: 'demo-instant', ...rest };
}

/** A step at which a person decides. */
export function review(label, rest = {}) {
  return { id: slug(label), label, type: 'review', instructions: `Look at it: ${label}.`, ...rest };
}

function slug(label) {
  return label.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
}
