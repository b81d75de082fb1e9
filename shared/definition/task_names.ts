/** The names of what a state runs, and the keys of the context that take the outputs. */

import type { ActionDefinition, Definition, StateDefinition } from "./definition.ts";
import { nearestName } from "./nearest_name.ts";
import { quote } from "./place.ts";
import type { Reading } from "./reading.ts";
import { waysOut } from "./ways_out.ts";

/** A task, a map or a child: what has a name and gives an output. */
interface Named {
  name: string;
  output?: string;
  /** The name's own kind. */
  what: "task" | "map" | "child";
  /** Whether its output goes under one key. */
  isKeyed: boolean;
  /** Whether it starts children. */
  isChild: boolean;
  /** For the place of what is reported. */
  part: object;
}

/**
 * A name means one thing in its state. Tasks of different transitions may share one, as only one of those is taken; so
 * may undo actions, which run when the state is over.
 */
export function checkTaskNames(state: StateDefinition, reading: Reading): void {
  const names = new Map<string, Named>();
  for (const list of [state.enter, state.exit]) {
    checkOutputs(list, reading);
    for (const named of namedIn(list)) refuseTwice(named, names, reading);
  }
  for (const { transition } of waysOut(state)) checkList(transition.actions, names, reading);
  checkList(state.compensate, new Map(), reading);
  checkReceivers(state, reading);
}

/** What is sent to a child by its name needs one of that name. */
function checkReceivers({ enter, exit, compensate, on, after }: StateDefinition, reading: Reading): void {
  const lists = [enter, exit, compensate, ...[...waysOut({ on, after })].map(({ transition }) => transition.actions)];
  const actions = lists.flatMap((list) => list ?? []);
  const children = actions.flatMap(toNamed).filter(({ isChild }) => isChild).map(({ name }) => name);
  for (const action of actions) {
    if (!("send" in action) || action.send.child === undefined || children.includes(action.send.child)) continue;
    const { child } = action.send;
    const listed = children.length === 0 ? "; it starts none" : `; it starts ${children.slice(0, 10).join(", ")}`;
    const message = `the state starts no child ${quote(child)}${nearestName(child, children) || listed}`;
    reading.report(reading.placeOf(action.send, "child"), message, { isLocal: true });
  }
}

/** The same for the transitions that belong to no state. */
export function checkMachineNames(definition: Pick<Definition, "on">, reading: Reading): void {
  for (const { transition } of waysOut(definition)) checkList(transition.actions, new Map(), reading);
}

function checkList(list: readonly ActionDefinition[] | undefined, taken: Map<string, Named>, reading: Reading): void {
  checkOutputs(list, reading);
  const own = new Map(taken);
  for (const named of namedIn(list)) refuseTwice(named, own, reading);
}

function refuseTwice(named: Named, names: Map<string, Named>, reading: Reading): void {
  const other = names.get(named.name);
  if (other !== undefined) {
    const message = other.what === named.what
      ? `the state has another ${named.what} named ${quote(named.name)}: give each its own name`
      : `the state has a ${other.what} named ${quote(named.name)} too: give each its own name`;
    reading.report(reading.placeOf(named.part, "name"), message, { isLocal: true });
  }
  names.set(named.name, named);
}

/** What one list runs goes on at the same time, so two outputs under one key would overwrite each other at random. */
function checkOutputs(list: readonly ActionDefinition[] | undefined, reading: Reading): void {
  const outputs = new Map<string, Named>();
  for (const named of namedIn(list)) {
    if (!named.isKeyed) continue;
    const key = named.output ?? named.name;
    const other = outputs.get(key);
    if (other !== undefined && other.name !== named.name) {
      const field = named.output === undefined ? "name" : "output";
      const message = `the output of ${other.what} ${quote(other.name)} has the key ${quote(key)} too: ` +
        'give each its own "output"';
      reading.report(reading.placeOf(named.part, field), message, { isLocal: true });
    }
    outputs.set(key, named);
  }
}

/** What is named among actions that could be read, that without a name left out. */
function namedIn(list: readonly ActionDefinition[] | undefined): Named[] {
  return (list ?? []).flatMap((action) => toNamed(action)).filter(({ name }) => name !== undefined);
}

function toNamed(action: ActionDefinition): Named[] {
  if ("task" in action) {
    return [{ ...pick(action.task), what: "task", isKeyed: action.task.merge !== true, isChild: false }];
  }
  if ("map" in action) {
    return [{ ...pick(action.map), what: "map", isKeyed: true, isChild: action.map.start !== undefined }];
  }
  if ("start" in action) return [{ ...pick(action.start), what: "child", isKeyed: true, isChild: true }];
  return [];
}

function pick<T extends { name: string; output?: string }>(part: T): Pick<Named, "name" | "output" | "part"> {
  return { name: part.name, output: part.output, part };
}
