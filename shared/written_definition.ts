/** Definitions as their authors wrote them, for people to read. */

import { stringify } from "yaml";
import type { Definition, StateDefinition } from "./definition/definition.ts";
import { formatDefinition } from "./definition/format.ts";
import { waysOut } from "./definition/ways_out.ts";
import type { JsonValue } from "./json.ts";

/** The order in which people write the keys of steps; others follow by name. */
const ORDER = [
  ...["id", "name", "description", "inputSchema", "timeout", "output", "priority", "limit", "compensateOn"],
  ...["items", "as", "sequential", "parallel", "concurrency", "language", "code", "input"],
  ...["if", "else", "needs", "type", "after", "to", "max", "codes", "next", "catch", "undo", "steps"],
];
const RANK = new Map(ORDER.map((key, index) => [key, index]));

/** Whether the author wrote steps, of which the states were made. */
export function isWrittenInSteps(definition: Definition): boolean {
  return definition.source !== undefined;
}

/** As YAML: the steps of a steps workflow, the states of another. */
export function formatWritten(definition: Definition): string {
  if (definition.source === undefined) return formatMachine(definition);
  return stringify(inOrder(definition.source.document), {
    version: "1.2",
    lineWidth: 0,
    blockQuote: "literal",
    aliasDuplicateObjects: false,
  });
}

/** The states that run, as YAML, in the order in which they are reached, whatever they were made of. */
export function formatMachine(definition: Definition): string {
  const { source: _, ...machine } = definition;
  return formatDefinition({ ...machine, states: asReached(definition) }, "yaml");
}

// The store keeps keys by name, which is neither the order of the author nor one to read in.

function asReached({ initial, states, on }: Definition): Record<string, StateDefinition> {
  const reached = new Set([initial]);
  // A set yields what is added while it is gone through.
  for (const name of reached) {
    for (const { transition: { target } } of waysOut(states[name])) if (target !== undefined) reached.add(target);
  }
  for (const { transition: { target } } of waysOut({ on })) if (target !== undefined) reached.add(target);
  return Object.fromEntries([...reached, ...Object.keys(states)].map((name) => [name, states[name]]));
}

function inOrder(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== "object" || value === null) return value;
  const rank = (key: string) => RANK.get(key) ?? ORDER.length;
  const keys = Object.keys(value).sort((one, other) => rank(one) - rank(other));
  return Object.fromEntries(keys.map((key) => [key, inOrder(value[key])]));
}
