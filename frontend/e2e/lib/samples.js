import { prompt, review } from './api.js';

/** Fills a server with what a team might have after a week, and gives the ids that pages are shown for. */
export async function fill(api) {
  await api.call('POST', '/personas', {
    name: 'Plain writer',
    description: 'For everything that customers read',
    instructions: 'Write short sentences. Use no jargon. Say what is not known.',
  });
  // It is not called: with a key, the models of a provider that has prices can be chosen.
  await api.call('PUT', '/providers/anthropic/credential', { api_key: 'sk-ant-an-example-that-is-not-used' });

  const notes = await api.createWorkflow('Release notes', [prompt('Collect', 'Collect what changed'), prompt('Write')], {
    description: 'From the changes of a week to a text that customers understand.',
    tags: ['weekly', 'product'],
  });
  const tickets = await api.createWorkflow(
    'Support digest',
    [prompt('Sort', 'Sort {{input}}'), prompt('Sum up', 'Sum up', { model: 'demo-broken' }), review('Check')],
    { description: 'What customers asked for, sorted by how often and how badly.', tags: ['weekly', 'support'] },
  );
  for (const template of ['content-studio', 'research-brief', 'deep-build-pipeline']) {
    await api.call('POST', `/workflows/templates/${template}/instantiate`, {});
    await api.changeWorkflow(template, ({ definition }) => Object.assign(definition, { provider: 'demo', model: 'demo-instant' }));
  }
  await api.untilRun((await api.start(notes.id)).id, 'completed');
  await api.untilRun((await api.start(tickets.id, 'all tickets of May')).id, 'failed');
  const input = { idea: 'A web app where small theatres plan rehearsals.', topic: 'tidal power', question: 'Is it worth it?' };
  await api.start('research-brief', input);
  const waiting = await api.start('deep-build-pipeline', input);
  await api.untilStep(waiting.id, 'review-1', 'waiting');
  return { builder: await priced(api), run: waiting.id };
}

/** Steps of all kinds, one inside the other. */
export function nested() {
  const plan = { type: 'object', properties: { score: { type: 'number' }, claims: { type: 'array' } } };
  return [
    prompt('Plan', 'Plan {{input.topic}}.', { output_schema: plan }),
    {
      id: 'look',
      label: 'Look at it',
      type: 'parallel',
      branches: [
        { name: 'A', steps: [prompt('Facts', 'What is known about {{steps.Plan.content}}?')] },
        { name: 'B', steps: [prompt('Risks', 'What are the risks of {{steps.Plan.content}}?')] },
      ],
    },
    {
      id: 'risky',
      label: 'How risky',
      type: 'conditional',
      cases: [{ name: 'high', when: 'steps.Plan.output.score >= 4', steps: [review('Ask', { shows: ['plan'] })] }],
    },
    {
      id: 'polish',
      label: 'Polish',
      type: 'loop',
      until: "'done' in steps.Draft.content",
      max_iterations: 3,
      steps: [prompt('Draft', 'Make it better: {{previous or steps.Look at it.content}}')],
    },
  ];
}

/** A workflow whose price is known, as its model has one. */
async function priced(api) {
  const model = { provider: undefined, model: undefined };
  const { id } = await api.createWorkflow(
    'Market brief',
    [
      prompt('Research', 'Research {{input.topic}} for readers who know the field.\nName sources, and say how sure you are.', model),
      prompt('Outline', 'Outline a brief of one page from:\n\n{{steps.Research.content}}', { ...model, max_tokens: 800 }),
      review('Check', { instructions: 'Is this what {{input.reader}} needs to know?' }),
      prompt('Brief', 'Write the brief.\n\n{{steps.Check.content}}\n\nFacts: {{steps.Research.content}}', model),
      prompt('Headline', 'Five headlines for:\n\n{{steps.Brief.content}}', { ...model, max_tokens: 200 }),
    ],
    {
      description: 'What the market did last week, on one page.',
      tags: ['weekly', 'research'],
      definition: { provider: 'anthropic', model: 'claude-sonnet-5-5' },
    },
  );
  return id;
}
