/** The code of a definition that runs on workers: tasks, the tasks of maps, and guards that are functions. */

import type {
  ActionDefinition,
  CodeDefinition,
  Definition,
  TaskDefinition,
  TransitionDefinition,
} from "./definition.ts";

/** Code and its place in the document, as `states.check.enter[0].task`. */
export interface PlacedTask {
  path: string;
  /** As a task: that of a map has the map's name, and a guard the place of its transition for one. */
  task: TaskDefinition;
  /** The member of the definition itself. */
  code: CodeDefinition;
}

/** All code of a definition, states in the order of their names' code units, so that the order is the same everywhere. */
export function* tasksOf(definition: Definition): Generator<PlacedTask> {
  for (const name of Object.keys(definition.states).sort()) {
    const state = definition.states[name];
    const path = `states.${name}`;
    yield* tasksOfList(state.enter, `${path}.enter`);
    yield* tasksOfList(state.exit, `${path}.exit`);
    yield* tasksOfEvents(state.on, `${path}.on`);
    for (const [index, transition] of (state.after ?? []).entries()) {
      yield* tasksOfTransition(transition, `${path}.after[${index}]`);
    }
    yield* tasksOfList(state.compensate, `${path}.compensate`);
  }
  yield* tasksOfEvents(definition.on, "on");
}

function* tasksOfEvents(on: Definition["on"] = {}, path: string): Generator<PlacedTask> {
  for (const event of Object.keys(on).sort()) {
    for (const [index, transition] of on[event].entries()) {
      yield* tasksOfTransition(transition, `${path}.${event}[${index}]`);
    }
  }
}

function* tasksOfTransition({ guard, actions }: TransitionDefinition, path: string): Generator<PlacedTask> {
  if (typeof guard === "object") yield { path: `${path}.guard`, task: { ...guard, name: path }, code: guard };
  yield* tasksOfList(actions, `${path}.actions`);
}

function* tasksOfList(actions: readonly ActionDefinition[] | undefined, path: string): Generator<PlacedTask> {
  for (const [index, action] of (actions ?? []).entries()) {
    if ("task" in action) yield { path: `${path}[${index}].task`, task: action.task, code: action.task };
    if ("map" in action && action.map.task !== undefined) {
      const { name, task: code } = action.map;
      yield { path: `${path}[${index}].map.task`, task: { ...code, name }, code };
    }
  }
}
