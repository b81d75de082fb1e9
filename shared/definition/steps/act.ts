/** A step that waits for a client's action. Each action is an event, `ID.complete` and so on. */

import { EXPRESSION_CHARS_MAX } from "../../limits.ts";
import type { ActionDefinition, StateDefinition, TransitionDefinition } from "../definition.ts";
import { type Compilation, entryOf, type Handler, type Scope } from "./compilation.ts";
import { ABORTED, type Act, ACT_ACTIONS, type ActAction, FAILED, type Step } from "./step.ts";

/** An expression has room for this and for what is asked of it. */
const LIST_CHARS_MAX = EXPRESSION_CHARS_MAX - 1_024;

interface ActStep {
  step: Step;
  act: Act;
  state: StateDefinition;
  /** Where it leads when it is done. */
  done: string;
}

export function addAct({ step, act, state, done }: ActStep, scope: Scope, compilation: Compilation): void {
  const { reading } = compilation;
  const back = act.back === undefined
    ? scope.before
    : scope.reach.find(act.back, reading, { part: act, field: "back" });
  if (act.actions?.length === 0) {
    reading.report(
      reading.placeOf(act, "actions"),
      "has no action, so the step is never left: give one, or leave it out",
    );
  }
  if (back === undefined && act.actions?.includes("back")) {
    reading.report(reading.placeOf(act, "actions"), 'no step comes before this one: remove "back"');
  }
  const taken = [...takeData(act.outputs), note(step, "complete")];
  const ways: Record<ActAction, TransitionDefinition[]> = {
    complete: [{ target: done, actions: taken }],
    submit: [{ target: done, actions: [...takeData(act.outputs), note(step, "submit")] }],
    back: back === undefined ? [] : [{ target: entryOf(back), actions: [note(step, "back")] }],
    skip: [{ target: scope.follow, actions: [note(step, "skip")] }],
    abort: [{ target: ABORTED, actions: [note(step, "abort"), setReason(step)] }],
    error: errorWays(step, scope.handlers),
  };
  const offered = ACT_ACTIONS.filter((action) => act.actions?.includes(action) ?? true);
  state.on = { ...state.on };
  for (const action of offered) {
    if (ways[action].length > 0) state.on[`${step.id}.${action}`] = ways[action];
  }
}

/** The variable named by the step holds what was done. */
function note({ id }: Step, action: ActAction): ActionDefinition {
  return { set: { key: id, value: action } };
}

/** The data's members become variables: all of them, or those that are named. */
function takeData(outputs: readonly string[] | undefined): ActionDefinition[] {
  if (outputs === undefined) return [{ set: { merge: "event.data == null ? {} : event.data" } }];
  return outputs.map((key) => {
    const given = `event.data != null && "${key}" in event.data ? event.data["${key}"]`;
    return { set: { key, expression: `${given} : "${key}" in context ? context["${key}"] : null` } };
  });
}

/** `event.data.KEY`, or something else where there is none. */
function dataOr(key: string, otherwise: string): string {
  return `event.data != null && "${key}" in event.data ? event.data.${key} : ${JSON.stringify(otherwise)}`;
}

function setReason({ id }: Step): ActionDefinition {
  const message = dataOr("message", `step "${id}" was aborted`);
  return { set: { key: "error", expression: `{"code": "ABORTED", "message": ${message}, "state": "${id}"}` } };
}

/** By the code that the client gives, as a task's failure would be. */
function errorWays(step: Step, handlers: readonly Handler[]): TransitionDefinition[] {
  const code = dataOr("code", "ACT_FAILED");
  const message = dataOr("message", `step "${step.id}" was failed by a client`);
  const expression = `{"code": ${code}, "message": ${message}, "state": "${step.id}"}`;
  const actions = () => [note(step, "error"), { set: { key: "error", expression } }];
  const ways: TransitionDefinition[] = [];
  for (const { codes, target } of handlers) {
    if (codes === undefined) return [...ways, { target, actions: actions() }];
    for (const list of listsOf(codes)) ways.push({ target, guard: `(${code}) in ${list}`, actions: actions() });
  }
  return [...ways, { target: FAILED, actions: actions() }];
}

/** Codes as lists in CEL, each short enough for an expression. */
function listsOf(codes: readonly string[]): string[] {
  const lists: string[][] = [];
  let chars = LIST_CHARS_MAX;
  for (const code of [...codes].sort().map((code) => JSON.stringify(code))) {
    if (chars + code.length > LIST_CHARS_MAX) {
      lists.push([]);
      chars = 0;
    }
    lists.at(-1)!.push(code);
    chars += code.length + 2;
  }
  return lists.map((list) => `[${list.join(", ")}]`);
}
