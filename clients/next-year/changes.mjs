// What a server of next year adds to a JSON value, by the value's schema.

/** The name of each added field, and the value that no enum knows yet. */
export const NEW = "from_next_year";
/** The last words in the description of an enum that may grow. */
const OPEN = "More may come.";
/** What clients send back as they have read it: it keeps its lists and values, so that the real server takes it. */
const SENT_BACK = new Set(["Definition", "Step", "NodePosition"]);

export class Changes {
  #document;
  #paths;

  constructor(document) {
    this.#document = document;
    this.#paths = Object.entries(document.paths).map(([path, operations]) => {
      const names = path.split("/").map((part) => (part.startsWith("{") ? "[^/]+" : part));
      return { pattern: new RegExp(`^${names.join("/")}$`), fixed: names.filter((n) => n !== "[^/]+").length, operations };
    });
    // `/workflows/templates` comes before `/workflows/{workflow_id}`.
    this.#paths.sort((a, b) => b.fixed - a.fixed);
  }

  /** The schema of a JSON answer; none when the document describes no JSON there. */
  schemaOf(method, path, status, mediaType) {
    const operation = this.#paths.find((it) => it.pattern.test(path))?.operations[method.toLowerCase()];
    const answer = this.#resolved(operation?.responses[status] ?? operation?.responses.default);
    return mediaType.includes("json") ? answer?.content?.[mediaType]?.schema : undefined;
  }

  /** The value with all additions. With `unknown`, its open enums have a value that is not known yet. */
  add(value, schema, unknown, grows = true) {
    const name = nameOf(schema);
    const known = this.#chosen(value, schema);
    const growing = grows && !SENT_BACK.has(name);
    if (Array.isArray(value)) return this.#addToList(value, known.items ?? {}, unknown, growing);
    if (typeof value === "string") return unknown && growing && isOpen(known) ? NEW : value;
    if (value === null || typeof value !== "object") return value;
    const inMap = typeof known.additionalProperties === "object" ? known.additionalProperties : {};
    const fields = Object.entries(value).map(([key, field]) => {
      return [key, this.add(field, known.properties?.[key] ?? inMap, unknown, growing)];
    });
    if (known.properties !== undefined) fields.push([NEW, { of: name ?? "a nested object", list: [1, null] }]);
    return Object.fromEntries(fields);
  }

  addToEvent(event, unknown) {
    return this.add(event, { $ref: "#/components/schemas/ExecutionEvent" }, unknown);
  }

  /** All items as they are but for new fields, and one more whose open enums have unknown values. */
  #addToList(items, schema, unknown, grows) {
    const list = items.map((item) => this.add(item, schema, unknown, grows));
    const last = items.at(-1);
    const adds = grows && !SENT_BACK.has(nameOf(schema)) && last !== undefined && (typeof last === "object" || isOpen(this.#chosen(last, schema)));
    return adds ? [...list, this.add(last, schema, true, grows)] : list;
  }

  /** The schema without references, and of a union the branch that describes the value. */
  #chosen(value, schema) {
    const resolved = this.#resolved(schema) ?? {};
    if (resolved.allOf?.length === 1) return this.#chosen(value, resolved.allOf[0]);
    const branches = resolved.oneOf ?? resolved.anyOf;
    if (branches === undefined) return resolved;
    if (branches.length === 1) return this.#chosen(value, branches[0]);
    const found = branches.map((branch) => this.#resolved(branch)).filter((branch) => branch.type !== "null");
    const fitting = found.find((branch) => this.#tag(branch)?.includes(value?.type)) ?? found[0];
    return this.#chosen(value, fitting);
  }

  #tag(branch) {
    const tag = this.#resolved(branch.properties?.type);
    return tag?.enum ?? (tag?.const === undefined ? undefined : [tag.const]);
  }

  #resolved(schema) {
    if (schema?.$ref === undefined) return schema;
    const parts = schema.$ref.slice(2).split("/");
    return this.#resolved(parts.reduce((place, part) => place[part], this.#document));
  }
}

function nameOf(schema) {
  return schema.$ref?.split("/").pop();
}

function isOpen(schema) {
  return schema.type === "string" && schema.description?.endsWith(OPEN) === true;
}

/** The value without what `Changes.add` put there. */
export function withoutNew(value) {
  if (Array.isArray(value)) return value.map(withoutNew);
  if (value === null || typeof value !== "object") return value;
  const kept = Object.entries(value).filter(([key]) => key !== NEW);
  return Object.fromEntries(kept.map(([key, field]) => [key, withoutNew(field)]));
}
