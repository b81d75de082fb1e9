/** Definitions as text for people: what is formatted reads as the same definition. */

import { stringify } from "yaml";
import { canonicalJson } from "../json.ts";
import type { Definition, SourceDefinition } from "./definition.ts";
import { recompile } from "./steps/recompile.ts";

/** An order of keys in which people expect them; others follow in the order they are in. */
class Order {
  readonly #ranks: ReadonlyMap<string, number>;
  /** Keys below which the content is the author's own, whose order is kept. */
  readonly #opaque: ReadonlySet<string>;

  constructor(keys: readonly string[], opaque: readonly string[]) {
    this.#ranks = new Map(keys.map((key, index) => [key, index]));
    this.#opaque = new Set(opaque);
  }

  apply(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.apply(item));
    if (typeof value !== "object" || value === null) return value;
    const rank = (key: string) => this.#ranks.get(key) ?? this.#ranks.size;
    const keys = Object.keys(value).sort((one, other) => rank(one) - rank(other));
    const members = value as Record<string, unknown>;
    return Object.fromEntries(
      keys.map((key) => [key, this.#opaque.has(key) ? members[key] : this.apply(members[key])]),
    );
  }
}

const MACHINE = new Order([
  ...["name", "description", "initial", "inputSchema", "output", "timeoutMs", "priority", "limit", "compensateOn"],
  ...["states", "task", "map", "start", "set", "log", "send", "fail"],
  ...["workflow", "version", "id", "items", "concurrency", "to", "event", "data"],
  ...["language", "code", "message", "state", "input", "merge", "retry"],
  ...["enter", "on", "after", "exit", "compensate", "final"],
  ...["delayMs", "codes", "guard", "actions", "target", "key", "max", "source"],
], ["inputSchema", "value", "document"]);

const STEPS = new Order([
  ...[
    "id",
    "name",
    "description",
    "inputSchema",
    "timeout",
    "timeoutMs",
    "output",
    "priority",
    "limit",
    "compensateOn",
  ],
  ...["items", "in", "as", "sequential", "parallel", "concurrency", "language", "code", "message", "input"],
  ...["if", "else", "needs", "type", "after", "afterMs", "to", "max", "on", "codes"],
  ...["next", "catch", "catches", "undo", "steps"],
], ["inputSchema", "set", "form", "data"]);

/**
 * The text of a canonical definition: of one that was compiled from steps, those, and of any other the states.
 * `parseDefinition` gives the same definition again.
 */
export function formatDefinition(definition: Definition, format: "json" | "yaml"): string {
  const { source } = definition;
  if (source !== undefined && isMadeOf(definition)) return formatSteps(source, format);
  return toText(MACHINE.apply(definition), format);
}

/** The text of the steps that a definition keeps, whether or not they say all of it. */
export function formatSteps({ document }: SourceDefinition, format: "json" | "yaml"): string {
  return toText(STEPS.apply(document), format);
}

function toText(value: unknown, format: "json" | "yaml"): string {
  if (format === "json") return `${JSON.stringify(value, null, 2)}\n`;
  return stringify(value, { version: "1.2", lineWidth: 0, blockQuote: "literal", aliasDuplicateObjects: false });
}

/** Whether the steps that a definition keeps say all of it: else it was changed, or compiled by another version. */
function isMadeOf(definition: Definition): boolean {
  const compiled = recompile(definition.source!);
  return compiled !== undefined && canonicalJson(compiled.definition) === canonicalJson(definition);
}
