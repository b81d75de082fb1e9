/** What an instance waits for, as data. Pure. */

import {
  COMPLETE_EVENT,
  type Definition,
  ERROR_EVENT,
  type StateDefinition,
  type TransitionDefinition,
} from "../../shared/definition/definition.ts";
import { stepOf } from "../../shared/definition/steps/author_place.ts";
import { assert } from "../../shared/errors.ts";
import type { ActiveTask, Instance } from "./instance.ts";
import { isClientEvent, stateOf, transitionAt, transitionsFor } from "./lookup.ts";
import { parseAfterIndex } from "./timer_id.ts";

/** One thing that an instance waits for. */
export type Wait =
  /** A task is unfinished. `phase` says which actions it is one of. */
  | {
    readonly kind: "task";
    readonly taskId: string;
    readonly name: string;
    readonly phase: Instance["phase"]["kind"];
    /** Which item of a map it is for. */
    readonly index?: number;
  }
  /** A child instance has not ended. */
  | {
    readonly kind: "child";
    readonly taskId: string;
    readonly name: string;
    readonly instanceId: string;
    readonly workflow: string;
  }
  /** A map has items that are not done; those that have begun are tasks. */
  | {
    readonly kind: "map";
    readonly taskId: string;
    readonly name: string;
    readonly total: number;
    readonly begun: number;
    readonly done: number;
  }
  /** A timer is pending. `targets`: the states it may lead to, none where it fails the instance. */
  | {
    readonly kind: "timer";
    readonly timerId: string;
    readonly fireAtMs: number;
    readonly isTimeout: boolean;
    readonly targets: readonly string[];
    readonly isGuarded: boolean;
  }
  /** The state takes an event. `targets`: the states it may lead to, its own name where the state is kept. */
  | { readonly kind: "event"; readonly name: string; readonly targets: readonly string[]; readonly isGuarded: boolean }
  /** A transition has been chosen and goes on once the tasks are done. */
  | { readonly kind: "transition"; readonly from: string; readonly to: string; readonly event: string }
  /** It is paused, and goes on when it is resumed. */
  | { readonly kind: "resume" }
  /** As many instances of its workflow run as may. */
  | { readonly kind: "admission"; readonly limitKey: string }
  /** A worker evaluates the guard of a transition for an event. */
  | { readonly kind: "decision"; readonly taskId: string; readonly event: string }
  /** Undo actions of a state run, then those of `left` more visits; then it ends. */
  | {
    readonly kind: "compensation";
    readonly state: string;
    readonly left: number;
    readonly end: "failed" | "cancelled";
  };

/** The client events that the instance would look at now, sorted; their guards may yet say no. */
export function takes(definition: Definition, instance: Instance): string[] {
  if (instance.status !== "running" || instance.phase.kind !== "active" || instance.paused) return [];
  const own = clientEvents(stateOf(definition, instance.state));
  if (definition.on === undefined) return own.sort();
  return [...new Set([...own, ...clientEvents(definition)])].sort();
}

function clientEvents({ on = {} }: Pick<StateDefinition, "on">): string[] {
  return Object.keys(on).filter((name) => isClientEvent(name) && on[name].length > 0);
}

/** Everything that the instance waits for; empty exactly when it has ended. */
export function explain(definition: Definition, instance: Instance): Wait[] {
  if (instance.status !== "running") return [];
  const state = stateOf(definition, instance.state);
  const { phase } = instance;
  const waits: Wait[] = instance.paused ? [{ kind: "resume" }] : [];
  for (const [taskId, task] of Object.entries(instance.tasks)) waits.push(describeTask(taskId, task, phase.kind));
  switch (phase.kind) {
    case "active":
      break;
    case "exiting":
    case "transitioning": {
      const { source, event } = phase.pending;
      const { target: to } = transitionAt(definition, instance.state, source);
      assert(to !== undefined, "a transition that is pending has a target");
      waits.push({ kind: "transition", from: instance.state, to, event: event.name });
      break;
    }
    case "deciding":
      waits.push({ kind: "decision", taskId: phase.taskId, event: phase.event.name });
      break;
    case "waiting":
      waits.push({ kind: "admission", limitKey: instance.limitKey ?? "" });
      break;
    case "compensating": {
      const { undo = [] } = instance;
      waits.push({ kind: "compensation", state: phase.state, left: undo.length, end: phase.end.status });
    }
  }
  for (const [timerId, { fireAtMs }] of Object.entries(instance.timers)) {
    waits.push({ kind: "timer", timerId, fireAtMs, ...describeTimer(definition, instance.state, timerId) });
  }
  for (const name of takes(definition, instance)) {
    const transitions = [...transitionsFor(state, name), ...transitionsFor(definition, name)];
    waits.push({ kind: "event", name, ...describeTransitions(definition, transitions, instance.state) });
  }
  return waits;
}

function describeTask(
  taskId: string,
  { name, child, map, item }: ActiveTask,
  phase: Instance["phase"]["kind"],
): Wait {
  if (child !== undefined) return { kind: "child", taskId, name, instanceId: child.id, workflow: child.workflow };
  if (map !== undefined) {
    const { total, left, outputs } = map;
    const done = Object.keys(outputs).length;
    return { kind: "map", taskId, name, total, begun: total - left.length, done };
  }
  return { kind: "task", taskId, name, phase, ...(item === undefined ? {} : { index: item.index }) };
}

function describeTimer(definition: Definition, current: string, timerId: string) {
  const index = parseAfterIndex(timerId);
  const transitions = index === undefined ? [] : [stateOf(definition, current).after![index]];
  return { isTimeout: index === undefined, ...describeTransitions(definition, transitions, current) };
}

function describeTransitions(definition: Definition, transitions: readonly TransitionDefinition[], current: string) {
  const targets = new Set<string>();
  for (const transition of transitions) addTargets(definition, transition, current, targets);
  return {
    targets: [...targets],
    isGuarded: transitions.length > 0 && transitions.every(({ guard }) => guard !== undefined),
  };
}

/** Where a transition may lead; where it fails, to what takes the failure, or nowhere. */
function addTargets(
  definition: Definition,
  { target, actions }: TransitionDefinition,
  current: string,
  targets: Set<string>,
): void {
  const last = actions?.at(-1);
  if (target !== undefined) addTarget(definition, target, targets, new Set());
  else if (last === undefined || !("fail" in last)) targets.add(current);
  else {
    const { code } = last.fail;
    for (const way of transitionsFor(stateOf(definition, current), ERROR_EVENT)) {
      const isTaken = typeof code !== "string" || (way.codes?.includes(code) ?? true);
      if (isTaken && way.target !== undefined) addTarget(definition, way.target, targets, new Set());
    }
  }
}

/** The state, or in the place of one that only steps were compiled to, those that it may lead to. */
function addTarget(definition: Definition, target: string, targets: Set<string>, seen: Set<string>): void {
  if (seen.has(target)) return;
  seen.add(target);
  if (stepOf(definition, target) === target) return void targets.add(target);
  for (const way of transitionsFor(stateOf(definition, target), COMPLETE_EVENT)) {
    if (way.target !== undefined) addTarget(definition, way.target, targets, seen);
  }
}
