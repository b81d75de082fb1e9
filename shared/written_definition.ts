/** Definitions as their authors wrote them, for people to read. */

import type { Definition, StateDefinition } from "./definition/definition.ts";
import { formatDefinition, formatSteps } from "./definition/format.ts";
import { partsOf, waysOut } from "./definition/ways_out.ts";

/** Whether the author wrote steps, of which the states were made. */
export function isWrittenInSteps(definition: Definition): boolean {
  return definition.source !== undefined;
}

/** As YAML: the steps of a steps workflow, the states of another. */
export function formatWritten(definition: Definition): string {
  return definition.source === undefined ? formatMachine(definition) : formatSteps(definition.source, "yaml");
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
    for (const part of partsOf(states[name])) reached.add(part.state!);
  }
  for (const { transition: { target } } of waysOut({ on })) if (target !== undefined) reached.add(target);
  return Object.fromEntries([...reached, ...Object.keys(states)].map((name) => [name, states[name]]));
}
