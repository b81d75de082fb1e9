/** The tasks of a definition. */

import type { ActionDefinition, Definition, TaskDefinition } from "./definition.ts";

/** A task and its place in the document, as `states.check.enter[0].task`. */
export interface PlacedTask {
  path: string;
  task: TaskDefinition;
}

/** Every task of a definition, states in the order of their names' code units, so that the order is the same everywhere. */
export function* tasksOf(definition: Definition): Generator<PlacedTask> {
  for (const name of Object.keys(definition.states).sort()) {
    const state = definition.states[name];
    const path = `states.${name}`;
    yield* tasksOfList(state.enter, `${path}.enter`);
    yield* tasksOfList(state.exit, `${path}.exit`);
    for (const event of Object.keys(state.on ?? {}).sort()) {
      for (const [index, transition] of state.on![event].entries()) {
        yield* tasksOfList(transition.actions, `${path}.on.${event}[${index}].actions`);
      }
    }
    for (const [index, transition] of (state.after ?? []).entries()) {
      yield* tasksOfList(transition.actions, `${path}.after[${index}].actions`);
    }
  }
}

function* tasksOfList(actions: readonly ActionDefinition[] | undefined, path: string): Generator<PlacedTask> {
  for (const [index, action] of (actions ?? []).entries()) {
    if ("task" in action) yield { path: `${path}[${index}].task`, task: action.task };
  }
}
