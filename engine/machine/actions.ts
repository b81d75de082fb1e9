/**
 * Running a list of actions: in document order, `set` and `log` at once, tasks scheduled side by side.
 *
 * A task's input is computed at its place in the list, so it sees what stands before it and nothing that stands after.
 */

import type {
  ActionDefinition,
  LogDefinition,
  SetDefinition,
  TaskDefinition,
} from "../../shared/definition/definition.ts";
import type { JsonObject, JsonValue } from "../../shared/json.ts";
import type { Draft } from "./draft.ts";
import { evaluateText } from "./expression.ts";
import { Fault } from "./fault.ts";
import type { EventValue } from "./instance.ts";
import { setMember } from "./members.ts";
import { formatListPlace, type ListPlace } from "./place.ts";

interface ActionPlace {
  readonly event: EventValue;
  readonly list: ListPlace;
  readonly index: number;
}

/** Runs the actions; stops at the first fault, which names the action's place. */
export function runActions(
  draft: Draft,
  actions: readonly ActionDefinition[] | undefined,
  options: { event: EventValue; list: ListPlace },
): Fault | undefined {
  if (actions === undefined) return undefined;
  for (let index = 0; index < actions.length; index++) {
    const action = actions[index];
    const at: ActionPlace = { ...options, index };
    const fault = "set" in action
      ? runSet(draft, action.set, at)
      : "log" in action
      ? runLog(draft, action.log, at)
      : runTask(draft, (action as { task: TaskDefinition }).task, at);
    if (fault !== undefined) return fault;
  }
}

function runSet(draft: Draft, set: SetDefinition, at: ActionPlace): Fault | undefined {
  const value = "expression" in set ? evaluateIn(draft, set.expression, at, "set.expression") : set.value;
  if (value instanceof Fault) return value;
  return placed(draft.setContext(set.key, value), at, "set");
}

function runLog(draft: Draft, log: LogDefinition, at: ActionPlace): Fault | undefined {
  const value = "expression" in log ? evaluateIn(draft, log.expression, at, "log.expression") : log.message;
  if (value instanceof Fault) return value;
  return placed(draft.log(value), at, "log");
}

function runTask(draft: Draft, task: TaskDefinition, at: ActionPlace): Fault | undefined {
  const input = task.input === undefined ? undefined : mapInput(draft, task.input, at);
  if (input instanceof Fault) return input;
  return placed(draft.scheduleTask(task, input), at, "task");
}

function mapInput(draft: Draft, input: string | Record<string, string>, at: ActionPlace): JsonValue | Fault {
  if (typeof input === "string") return evaluateIn(draft, input, at, "task.input");
  const mapped: JsonObject = {};
  for (const key of Object.keys(input)) {
    const value = evaluateIn(draft, input[key], at, `task.input.${key}`);
    if (value instanceof Fault) return value;
    setMember(mapped, key, value);
  }
  return mapped;
}

function evaluateIn(draft: Draft, text: string, at: ActionPlace, member: string): JsonValue | Fault {
  return evaluateText(draft, text, { event: at.event, place: () => formatActionPlace(at, member) });
}

/** A fault of the draft, which knows no places, as a sentence that names the action's. */
function placed(fault: Fault | undefined, at: ActionPlace, member: string): Fault | undefined {
  return fault && new Fault(fault.cause, `Cannot run ${formatActionPlace(at, member)}: ${fault.message}.`);
}

function formatActionPlace(at: ActionPlace, member: string): string {
  return `${formatListPlace(at.list)}[${at.index}].${member}`;
}
