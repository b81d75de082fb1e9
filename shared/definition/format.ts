/** Definitions as text for people: what is formatted reads as the same definition. */

import { stringify } from "yaml";
import type { Definition } from "./definition.ts";

/** The order in which people expect keys; others follow in the order they are in. */
const ORDER = [
  ...["name", "description", "initial", "inputSchema", "output", "timeoutMs", "priority", "limit", "compensateOn"],
  ...["states", "task", "map", "start", "set", "log", "send"],
  ...["workflow", "version", "id", "items", "concurrency", "to", "event", "data"],
  ...["language", "code", "input", "merge", "retry"],
  ...["enter", "on", "after", "exit", "compensate", "final"],
  ...["delayMs", "codes", "guard", "actions", "target", "key", "max", "source"],
];
const RANK = new Map(ORDER.map((key, index) => [key, index]));

/** Keys below which the content is the author's own, whose order is kept. */
const OPAQUE = new Set(["inputSchema", "value", "document"]);

/** The text of a canonical definition. `parseDefinition` gives the same definition again. */
export function formatDefinition(definition: Definition, format: "json" | "yaml"): string {
  const ordered = inOrder(definition);
  if (format === "json") return `${JSON.stringify(ordered, null, 2)}\n`;
  return stringify(ordered, { version: "1.2", lineWidth: 0, blockQuote: "literal", aliasDuplicateObjects: false });
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== "object" || value === null) return value;
  const rank = (key: string) => RANK.get(key) ?? ORDER.length;
  const keys = Object.keys(value).sort((one, other) => rank(one) - rank(other));
  const members = value as Record<string, unknown>;
  return Object.fromEntries(keys.map((key) => [key, OPAQUE.has(key) ? members[key] : inOrder(members[key])]));
}
