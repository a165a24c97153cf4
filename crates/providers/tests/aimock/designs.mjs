// Answers to those who ask for the design of a workflow: a good one, one that is mended once its finding is read, and one
// that stays wrong.

const TOOL = "design_workflow";

const llm = (id, label) => ({ id, label, type: "llm", prompt: "Write about {{ input.topic }}." });

const answer = (...steps) => ({
  explanation: "It writes.",
  workflow: {
    name: "A report",
    description: "Writes a report.",
    tags: [],
    definition: {
      inputs: [{ name: "topic", label: "Topic", help: "What about.", type: "text", required: true }],
      steps,
    },
  },
  agents_to_create: [],
  mcps_suggested: [],
  reasons: [],
});

const good = answer(llm("write", "Write"));
const backward = answer(llm("plan", "Plan"), { ...llm("write", "Write"), next: "plan" });
const stranger = answer({ id: "ask", label: "Ask", type: "agent", agent_id: "nobody", prompt: "{{ input.topic }}" });

// As the arguments of the tool, for those who offer it, and as text for the others.
const asTool = (match, design) => ({
  match: { ...match, toolName: TOOL },
  chunkSize: 40,
  response: { toolCalls: [{ name: TOOL, arguments: design }] },
});
const asText = (match, design) => ({ match, chunkSize: 40, response: { content: design } });

export const designs = [
  asTool({ userMessage: "report on tea" }, good),
  asText({ userMessage: "report on tea" }, good),

  asTool({ userMessage: "report on coffee", hasToolResult: false }, backward),
  asTool({ userMessage: "report on coffee", toolResultContains: "backward_next" }, good),
  asText({ userMessage: "report on coffee" }, backward),
  asText({ userMessage: "backward_next" }, good),

  asTool({ userMessage: "report on cocoa", hasToolResult: false }, stranger),
  asTool({ userMessage: "report on cocoa", toolResultContains: "unknown_agent" }, stranger),
  asText({ userMessage: "report on cocoa" }, stranger),
  asText({ userMessage: "unknown_agent" }, stranger),
];
