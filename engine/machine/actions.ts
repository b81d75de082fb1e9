/**
 * Running a list of actions: in document order, `set`, `log` and `send` at once, tasks, maps and children begun side by
 * side.
 *
 * An input is computed at its action's place in the list, so it sees what stands before it and nothing that stands after.
 */

import type {
  ActionDefinition,
  Definition,
  FailDefinition,
  LogDefinition,
  Mapping,
  SetDefinition,
  TaskDefinition,
  TextDefinition,
} from "../../shared/definition/definition.ts";
import { describeState, type PartPath } from "../../shared/definition/steps/author_place.ts";
import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from "../../shared/json.ts";
import { ERROR_MESSAGE_CHARS_MAX, FAILURE_CODE_CHARS_MAX } from "../../shared/limits.ts";
import { runSend, runStart } from "./children.ts";
import type { Draft } from "./draft.ts";
import { evaluateText, type Scope } from "./expression.ts";
import { Fault } from "./fault.ts";
import type { EventValue, ListPlace } from "./instance.ts";
import { evaluateLimitKey } from "./limit_key.ts";
import { runMap } from "./maps.ts";
import { setMember } from "./members.ts";
import { describePlace, toListPath } from "./place.ts";

/** Where an action stands, and the event that it is run for. */
export interface ActionPlace {
  readonly definition: Definition;
  readonly event: EventValue;
  readonly list: ListPlace;
  readonly index: number;
}

/** Runs the actions up to the first that fails; stops at the first fault, which names the action's place. */
export function runActions(
  draft: Draft,
  actions: readonly ActionDefinition[] | undefined,
  options: { event: EventValue; list: ListPlace },
): Fault | undefined {
  if (actions === undefined) return undefined;
  for (let index = 0; index < actions.length; index++) {
    const fault = runAction(draft, actions[index], { ...options, definition: draft.definition, index });
    if (fault !== undefined) return fault;
    if (draft.isRaised) return undefined;
  }
}

function runAction(draft: Draft, action: ActionDefinition, at: ActionPlace): Fault | undefined {
  if ("task" in action) return runTask(draft, action.task, at);
  if ("set" in action) return runSet(draft, action.set, at);
  if ("log" in action) return runLog(draft, action.log, at);
  if ("map" in action) return runMap(draft, action.map, at);
  if ("start" in action) return runStart(draft, action.start, at);
  if ("send" in action) return runSend(draft, action.send, at);
  return runFail(draft, action.fail, at);
}

function runSet(draft: Draft, set: SetDefinition, at: ActionPlace): Fault | undefined {
  if ("merge" in set) return runMerge(draft, set.merge, at);
  const value = "expression" in set ? evaluateIn(draft, set.expression, at, "set.expression") : set.value;
  if (value instanceof Fault) return value;
  return placed(draft.context.set(set.key, value), at, "set");
}

/** Sets each member of an object. */
function runMerge(draft: Draft, text: string, at: ActionPlace): Fault | undefined {
  const value = evaluateIn(draft, text, at, "set.merge");
  if (value instanceof Fault) return value;
  if (!isJsonObject(value)) {
    return placed(new Fault("expression", "what is to be merged is no object"), at, "set.merge");
  }
  for (const key of Object.keys(value)) {
    const fault = draft.context.set(key, value[key]);
    if (fault !== undefined) return placed(fault, at, "set.merge");
  }
}

function runLog(draft: Draft, log: LogDefinition, at: ActionPlace): Fault | undefined {
  const value = "expression" in log ? evaluateIn(draft, log.expression, at, "log.expression") : log.message;
  if (value instanceof Fault) return value;
  return placed(draft.log(value), at, "log");
}

function runTask(draft: Draft, task: TaskDefinition, at: ActionPlace): Fault | undefined {
  const input = task.input === undefined ? undefined : evaluateMapping(draft, task.input, at, "task.input");
  if (input instanceof Fault) return input;
  const limitKey = evaluateLimitKey(draft, task.limit, at, "task.limit.key");
  if (limitKey instanceof Fault) return limitKey;
  const active = { name: task.name, output: task.output ?? task.name, ...(task.merge && { merge: true as const }) };
  const scheduled = { code: task, task: active, limitKey };
  return placed(draft.tasks.schedule(scheduled, input), at, "task");
}

function runFail(draft: Draft, { code, message }: FailDefinition, at: ActionPlace): Fault | undefined {
  const ownCode = toText(draft, code, at, "fail.code");
  if (ownCode instanceof Fault) return ownCode;
  if (ownCode.length === 0 || ownCode.length > FAILURE_CODE_CHARS_MAX) {
    const why = `a failure's code has 1 to ${FAILURE_CODE_CHARS_MAX} characters, and this has ${ownCode.length}`;
    return new Fault("expression", `Cannot use ${formatActionPlace(at, "fail.code")}: ${why}.`);
  }
  const { definition, instance } = draft;
  const ownMessage = message === undefined
    ? `Workflow "${definition.name}" fails with ${ownCode} in ${describeState(definition, instance.state)}`
    : toText(draft, message, at, "fail.message");
  if (ownMessage instanceof Fault) return ownMessage;
  draft.raise({ code: ownCode, message: ownMessage.slice(0, ERROR_MESSAGE_CHARS_MAX) });
}

function toText(draft: Draft, text: TextDefinition, at: ActionPlace, member: string): string | Fault {
  if (typeof text === "string") return text;
  const value = evaluateIn(draft, text.expression, at, `${member}.expression`);
  if (typeof value === "string" || value instanceof Fault) return value;
  const given = canonicalJson(value).slice(0, 200); // M1
  return new Fault("expression", `Cannot use ${formatActionPlace(at, member)}: it must be a text, and is ${given}.`);
}

/** The value of a mapping; `member` is its place within the action. */
export function evaluateMapping(
  draft: Draft,
  mapping: Mapping,
  at: ActionPlace,
  member: Member,
  scope: Scope = {},
): JsonValue | Fault {
  if (typeof mapping === "string") return evaluateIn(draft, mapping, at, member, scope);
  const mapped: JsonObject = {};
  for (const key of Object.keys(mapping)) {
    const value = evaluateIn(draft, mapping[key], at, [...toPath(member), key], scope);
    if (value instanceof Fault) return value;
    setMember(mapped, key, value);
  }
  return mapped;
}

/** The value of an expression; `member` is its place within the action. */
export function evaluateIn(
  draft: Draft,
  text: string,
  at: ActionPlace,
  member: Member,
  scope: Scope = {},
): JsonValue | Fault {
  return evaluateText(draft, text, { ...scope, event: at.event, place: () => formatActionPlace(at, member) });
}

/** A fault of the draft, which knows no places, as a sentence that names the action's. */
export function placed(outcome: string | Fault | undefined, at: ActionPlace, member: Member): Fault | undefined {
  if (!(outcome instanceof Fault)) return undefined;
  return new Fault(outcome.cause, `Cannot run ${formatActionPlace(at, member)}: ${outcome.message}.`);
}

export function formatActionPlace(at: ActionPlace, member: Member): string {
  return describePlace(at.definition, [...toListPath(at.list), at.index, ...toPath(member)]);
}

/** A part of an action: names with dots between them, or a path. */
type Member = string | PartPath;

function toPath(member: Member): PartPath {
  return typeof member === "string" ? member.split(".") : member;
}
