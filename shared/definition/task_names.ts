/** The names of a state's tasks, and the keys of the context that take their outputs. */

import type { ActionDefinition, StateDefinition, TaskDefinition } from "./definition.ts";
import { quote } from "./place.ts";
import type { Reading } from "./reading.ts";
import { waysOut } from "./ways_out.ts";

/**
 * A name means one task in its state. Tasks of different transitions may share one, as only one of those is taken.
 */
export function checkTaskNames(state: StateDefinition, reading: Reading): void {
  const names = new Map<string, TaskDefinition>();
  for (const list of [state.enter, state.exit]) {
    checkOutputs(list, reading);
    for (const task of tasksIn(list)) refuseTwice(task, names, reading);
  }
  for (const { transition } of waysOut(state)) {
    checkOutputs(transition.actions, reading);
    const own = new Map(names);
    for (const task of tasksIn(transition.actions)) refuseTwice(task, own, reading);
  }
}

function refuseTwice(task: TaskDefinition, names: Map<string, TaskDefinition>, reading: Reading): void {
  if (names.has(task.name)) {
    const message = `the state has another task named ${quote(task.name)}: give each its own name`;
    reading.report(reading.placeOf(task, "name"), message, { isLocal: true });
  }
  names.set(task.name, task);
}

/** The tasks of one list run at the same time, so two outputs under one key would overwrite each other at random. */
function checkOutputs(list: readonly ActionDefinition[] | undefined, reading: Reading): void {
  const outputs = new Map<string, string>();
  for (const task of tasksIn(list)) {
    const key = task.output ?? task.name;
    const other = outputs.get(key);
    if (other !== undefined && other !== task.name) {
      const message = `the output of task ${quote(other)} has the key ${quote(key)} too: give each its own "output"`;
      reading.report(reading.placeOf(task, task.output === undefined ? "name" : "output"), message, { isLocal: true });
    }
    outputs.set(key, task.name);
  }
}

/** The tasks among actions that could be read, those without a name left out. */
function tasksIn(list: readonly ActionDefinition[] | undefined): TaskDefinition[] {
  return (list ?? []).flatMap((action) => "task" in action && action.task.name !== undefined ? [action.task] : []);
}
