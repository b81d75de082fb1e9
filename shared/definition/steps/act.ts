/** A step that waits for a client's action. Each action is an event, `ID.complete` and so on. */

import type { ActionDefinition, StateDefinition, TransitionDefinition } from "../definition.ts";
import { type Compilation, entryOf, type Scope } from "./compilation.ts";
import { ABORTED, type Act, ACT_ACTIONS, type ActAction, type Step } from "./step.ts";

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
    error: [{ actions: [note(step, "error"), failAs(step)] }],
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

/** The failure that the client gives, as a task's would be. */
function failAs({ id }: Step): ActionDefinition {
  const code = { expression: dataOr("code", "ACT_FAILED") };
  return { fail: { code, message: { expression: dataOr("message", `step "${id}" was failed by a client`) } } };
}
