//! Every input limit of Sluice. Each is listed in `docs/limits.md` and tested at the limit and one past it.

/// Bytes in a request body. More is answered with `body_too_large`.
pub const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;
/// Levels of nested JSON that are read. It is `serde_json`'s own recursion limit.
pub const MAX_JSON_DEPTH: usize = 127;
/// Steps in one definition.
pub const MAX_STEPS: usize = 1_000;
/// The last position in a list of steps: [`MAX_STEPS`].
pub const MAX_POSITION: u32 = 1_000;
/// Pixels from the origin of the canvas, or of a list in it, to a step, in each direction.
pub const MAX_CANVAS_COORDINATE: f64 = 1_000_000.0;
/// The least magnification of the canvas.
pub const MIN_ZOOM: f64 = 0.01;
/// The greatest magnification of the canvas.
pub const MAX_ZOOM: f64 = 100.0;
/// Connections that one request changes.
pub const MAX_EDGE_CHANGES: usize = 1_000;
/// Containers around one step.
pub const MAX_NESTING: usize = 8;
/// Containers around one step when a definition is read. Deeper ones are refused before they are read: each level takes
/// room on the stack. The lint reports those between [`MAX_NESTING`] and this.
pub const MAX_READ_NESTING: usize = 16;
/// Cases of one `conditional` step.
pub const MAX_CASES: usize = 100;
/// Branches of one `parallel` step.
pub const MAX_PARALLEL_BRANCHES: usize = 500;
/// Items of one `for_each`.
pub const MAX_ITEMS: usize = 10_000;
/// Rounds of one `loop` step.
pub const MAX_ITERATIONS: u32 = 1_000;
/// Branches or items of one `parallel` step that run at once.
pub const MAX_CONCURRENCY: u32 = 1_000;
/// Items of one `for_each` that run at once when the step does not say.
pub const DEFAULT_CONCURRENCY: u32 = 20;
/// Bytes of one item of a `for_each`, as JSON.
pub const MAX_ITEM_BYTES: usize = 1024 * 1024;
/// Bytes of all items of a `for_each`, as JSON.
pub const MAX_ITEMS_BYTES: usize = 16 * 1024 * 1024;
/// Bytes of the output of a container, as JSON: the outputs of its branches, items or rounds together.
pub const MAX_GATHERED_BYTES: usize = 16 * 1024 * 1024;
/// Levels of nested arrays and objects in an item and in the output of a container. Answers and stored values hold them
/// a few levels deep, and JSON is read up to [`MAX_JSON_DEPTH`].
pub const MAX_GATHERED_DEPTH: usize = MAX_JSON_DEPTH - 15;
/// Conditions that the record of a container keeps; of a `loop`, the newest ones.
pub const MAX_TESTED: usize = 100;
/// Values that are kept of one tested condition.
pub const MAX_SEEN_VALUES: usize = 10;
/// Characters that are kept of one such value.
pub const MAX_SEEN_CHARS: usize = 200;
/// Step runs that each list in the plan of a retry holds.
pub const MAX_PLANNED: usize = 200;
/// Step runs of one execution whose step was changed for them alone.
pub const MAX_OWN_CHANGES: usize = 100;
/// Step runs under way that the answer of an execution holds, besides those of the workflow's own list.
pub const MAX_UNDER_WAY: usize = 200;
/// Declared fields of an input.
pub const MAX_INPUT_FIELDS: usize = 100;
/// Options of one declared field.
pub const MAX_INPUT_OPTIONS: usize = 100;
/// Bytes of one expression: a `when`, an `until` or a `for_each`.
pub const MAX_EXPRESSION_BYTES: usize = 16 * 1024;
/// Turns of an agent when it does not say: calls of its model.
pub const DEFAULT_TURNS: u32 = 10;
/// Turns of an agent at the most.
pub const MAX_TURNS: u32 = 200;
/// Tools that an agent names. Each `server-id:*` counts as one.
pub const MAX_AGENT_TOOLS: usize = 100;
/// Characters in the name of a tool on its server.
pub const MAX_TOOL_NAME_CHARS: usize = 200;
/// Seconds that a call of a tool of an MCP server may take when neither its step nor its server says.
pub const DEFAULT_MCP_TIMEOUT_SECONDS: u32 = 60;
/// Arguments of the program of an MCP server.
pub const MAX_MCP_ARGS: usize = 100;
/// Environment variables or headers of an MCP server.
pub const MAX_MCP_SECRETS: usize = 50;
/// Characters in the name of an environment variable or a header of an MCP server.
pub const MAX_MCP_SECRET_NAME_CHARS: usize = 200;
/// Characters in the value of an environment variable or a header of an MCP server.
pub const MAX_MCP_SECRET_CHARS: usize = 8_000;
/// Tools that an MCP server's list of allowed tools names.
pub const MAX_ALLOWED_TOOLS: usize = 1_000;
/// Tools of one MCP server in the list of servers.
pub const MAX_LISTED_TOOLS: usize = 100;
/// Bytes of the arguments of a call of a tool, as JSON.
pub const MAX_ARGUMENTS_BYTES: usize = 1024 * 1024;
/// Calls of tools that are made for one turn of an agent. The model is told of the others that they were not made.
pub const MAX_TURN_CALLS: usize = 50;
/// Bytes of a tool's result, with its attachments.
pub const MAX_TOOL_RESULT_BYTES: usize = 4 * 1024 * 1024;
/// Bytes of a tool's result that are sent to the model of an agent. The whole result is kept.
pub const MAX_RESULT_SENT_BYTES: usize = 64 * 1024;
/// Bytes of the conversation that is sent to the model of an agent.
pub const MAX_CONVERSATION_BYTES: usize = 8 * 1024 * 1024;
/// Bytes of the definitions of an agent's tools together.
pub const MAX_TOOL_LIST_BYTES: usize = 2 * 1024 * 1024;
/// Characters of a tool's own words in the message of an error.
pub const MAX_TOOL_MESSAGE_CHARS: usize = 2_000;
/// Seconds of one `native:wait`: 30 days.
pub const MAX_TOOL_WAIT_SECONDS: u32 = 30 * 24 * 60 * 60;
/// Bytes in one prompt, system prompt or review instruction.
pub const MAX_PROMPT_BYTES: usize = 1024 * 1024;
/// Bytes in one output schema, as JSON.
pub const MAX_SCHEMA_BYTES: usize = 64 * 1024;
/// Nested arrays and objects in an output schema.
pub const MAX_SCHEMA_DEPTH: usize = 64;
/// JSON values in an output schema.
pub const MAX_SCHEMA_VALUES: usize = 20_000;
/// Subschemas that an output schema may apply to one value of an answer.
pub const MAX_SCHEMA_APPLICATIONS: u64 = 2_000;
/// Subschemas that an output schema may apply to one value, each because of the one before it.
pub const MAX_SCHEMA_CHAIN: u64 = 32;
/// Bytes of one compiled regular expression in an output schema.
pub const MAX_PATTERN_BYTES: usize = 512 * 1024;
/// Different regular expressions in an output schema.
pub const MAX_PATTERNS: usize = 100;
/// Steps of the validator for one answer: about one for each look at a value.
pub const MAX_VALIDATION_STEPS: u64 = 10_000_000;
/// Characters in a name, a step's label or a category.
pub const MAX_NAME_CHARS: usize = 200;
/// Characters in a slug id.
pub const MAX_SLUG_CHARS: usize = 100;

/// Bytes of a step run's path.
pub const MAX_PATH_BYTES: usize = 1_000;
/// Characters in a description, a comment or a persona's instructions.
pub const MAX_DESCRIPTION_CHARS: usize = 20_000;
/// Characters in the words that a list is searched for. SQLite refuses a pattern of more than 50,000 bytes.
pub const MAX_SEARCH_CHARS: usize = 200;
/// Tags on one workflow.
pub const MAX_TAGS: usize = 20;
/// Characters in one tag.
pub const MAX_TAG_CHARS: usize = 50;
/// Keys in the metadata of one execution or workflow.
pub const MAX_METADATA_KEYS: usize = 50;
/// Characters in one key of metadata.
pub const MAX_METADATA_KEY_CHARS: usize = 40;
/// Characters in one value of metadata.
pub const MAX_METADATA_VALUE_CHARS: usize = 500;
/// Entries of metadata that a list is filtered by.
pub const MAX_METADATA_FILTERS: usize = 10;
/// Tags that a list of workflows is filtered by.
pub const MAX_TAG_FILTERS: usize = 10;
/// Executions in `recent_executions` of a listed workflow.
pub const MAX_RECENT_EXECUTIONS: u32 = 20;
/// Tags, and categories, in the `facets` of a list of workflows.
pub const MAX_FACETS: u32 = 200;
/// Executions that one page of a list looks at, when no index serves all its filters together.
pub const MAX_SCANNED_EXECUTIONS: usize = 5_000;
/// Bytes in the context that a start gives, as JSON.
pub const MAX_CONTEXT_BYTES: usize = 1024 * 1024;
/// Bytes in an execution's input, as JSON.
pub const MAX_INPUT_BYTES: usize = 1024 * 1024;
/// Bytes in a text that a person puts in place of a step's output.
pub const MAX_OUTPUT_BYTES: usize = 2 * 1024 * 1024;
/// Characters in an `Idempotency-Key`.
pub const MAX_IDEMPOTENCY_KEY_CHARS: usize = 200;
/// Characters in a cursor of a list.
pub const MAX_CURSOR_CHARS: usize = 8_000;
/// Hours for which an `Idempotency-Key` is remembered.
pub const IDEMPOTENCY_KEY_HOURS: i64 = 24;
/// Retries after a first attempt, for each model of a step.
pub const MAX_RETRIES: u32 = 20;
/// Retries when a step does not say.
pub const DEFAULT_RETRIES: u32 = 2;
/// Fallback models of one step.
pub const MAX_FALLBACKS: usize = 10;
/// Longest timeout of one attempt, in seconds.
pub const MAX_TIMEOUT_SECONDS: u32 = 24 * 60 * 60;
/// Default timeout of one attempt, in seconds.
pub const DEFAULT_TIMEOUT_SECONDS: u32 = 10 * 60;
/// Age of the price list in days from which on the lint warns. Providers bring out models and change prices every few
/// weeks.
pub const MAX_PRICE_LIST_AGE_DAYS: i64 = 60;
/// Largest `max_tokens` of a step.
pub const MAX_OUTPUT_TOKENS: u32 = 1_000_000;
/// Largest `temperature` of a step.
pub const MAX_TEMPERATURE: f64 = 2.0;
/// Tokens in an answer that are reserved and estimated when a step does not say.
pub const DEFAULT_OUTPUT_TOKENS: u32 = 4_096;
/// Items on a page of a list when the caller does not say.
pub const DEFAULT_PAGE: u32 = 20;
/// Largest page of a list, in items.
pub const MAX_PAGE: u32 = 200;
/// Open gates that are counted beside a page of them.
pub const MAX_COUNTED_GATES: u32 = 1_000;
/// Characters of a gate's message in the list of open gates.
pub const MAX_LISTED_MESSAGE_CHARS: usize = 500;
/// How often a `PATCH` without `If-Match` is tried on the newest version, while others save.
pub const MAX_PATCH_TRIES: u32 = 20;
/// Longest `?wait=`, in seconds.
pub const MAX_WAIT_SECONDS: u32 = 60;
/// Words and signs in one `{{ }}` or `{% %}` of a template.
pub const MAX_EXPRESSION_TOKENS: usize = 1_000;
/// `elif` in one `if` of a template.
pub const MAX_BRANCHES: usize = 100;
/// Findings of one kind that the lint lists.
pub const MAX_FINDINGS_OF_A_KIND: usize = 100;
/// Steps of template evaluation (minijinja fuel) for one template.
pub const TEMPLATE_FUEL: u64 = 100_000;
/// Bytes that rendering one template may read and make: operands and results of its filters and operators, and its
/// output. A value counts 32 bytes besides its text.
pub const MAX_TEMPLATE_WORK_BYTES: usize = 32 * 1024 * 1024;
/// Bytes in a prompt, system prompt or review instruction once it is filled in.
pub const MAX_FILLED_BYTES: usize = 4 * 1024 * 1024;
/// Characters in an API key of a provider, and in a base URL.
pub const MAX_CREDENTIAL_CHARS: usize = 2_000;

/// Seconds for which a review waits before it decides itself: a year.
pub const MAX_EXPIRES_IN_SECONDS: u32 = 31_536_000;

/// Bytes of a model's answer.
pub const MAX_ANSWER_BYTES: usize = 4 << 20;
/// Bytes of the thinking that is kept of an attempt, with the mark for the rest.
pub const MAX_THINKING_BYTES: usize = 1 << 20;
/// Characters that are kept of a provider's own word for the end of an answer.
pub const MAX_FINISH_WORD_CHARS: usize = 100;
/// Notes about the request that are kept of an attempt.
pub const MAX_ATTEMPT_NOTES: usize = 10;
/// Characters that are kept of one such note.
pub const MAX_NOTE_CHARS: usize = 500;
/// Lines that a difference compares closely, of both texts together, without those that begin and end both.
pub const MAX_COMPARED_LINES: usize = 3_000;
/// Parts of one value that a difference of definitions tells singly. A value with more is one change.
pub const MAX_FIELD_CHANGES: usize = 100;
/// Bytes of the JSON pointer to a change.
pub const MAX_CHANGE_POINTER_BYTES: usize = 500;

/// Generations of one tenant that run at once.
pub const MAX_GENERATIONS_AT_ONCE: i64 = 4;
/// Days for which a generation is kept.
pub const GENERATION_DAYS: i64 = 7;
/// Characters of a generation's prompt in the list of generations.
pub const MAX_LISTED_PROMPT_CHARS: usize = 500;
/// Agents that are created with one workflow.
pub const MAX_APPLIED_AGENTS: usize = 100;
/// Bytes in a prompt that describes a workflow, or a change of one.
pub const MAX_GENERATION_PROMPT_BYTES: usize = 64 * 1024;
/// Bytes of a definition that a designing model is given to change, as JSON.
pub const MAX_REFINED_BYTES: usize = 256 * 1024;
/// Bytes that a designing model is told of what exists: agents, tools, personas and providers.
pub const MAX_INVENTORY_BYTES: usize = 48 * 1024;
/// Items of each kind that are read to choose from for it.
pub const MAX_INVENTORY_ITEMS: u32 = 1_000;
/// Calls of a model for one generation: the first, and three repairs.
pub const MAX_GENERATION_CALLS: i64 = 4;
/// Tokens in one answer of a designing model.
pub const MAX_GENERATION_TOKENS: u32 = 32_000;
/// Seconds that a generation may take, all calls together.
pub const GENERATION_TIMEOUT_SECONDS: u64 = 600;
/// Seconds of silence after which a call of a designing model ends.
pub const GENERATION_IDLE_SECONDS: u64 = 120;
/// Steps that a generation may add.
pub const MAX_GENERATED_STEPS: usize = 100;
/// Agents that a generation may design.
pub const MAX_GENERATED_AGENTS: usize = 20;
/// Findings that are sent back to a designing model at once.
pub const MAX_REPAIRED_FINDINGS: usize = 50;
/// Days of which statistics are answered when the caller does not say.
pub const DEFAULT_STATS_DAYS: u32 = 30;
/// Days of which statistics are answered at the most.
pub const MAX_STATS_DAYS: u32 = 366;
/// Models in the statistics of a workflow: the most expensive ones.
pub const MAX_STATS_MODELS: usize = 200;
/// Steps in the statistics of a workflow: those with the most runs.
pub const MAX_STATS_STEPS: usize = 1_000;
/// Categories of templates that are listed: the first ones by name.
pub const MAX_TEMPLATE_CATEGORIES: usize = 500;
