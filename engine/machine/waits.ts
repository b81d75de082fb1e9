/** What an instance waits for, as data. Pure. */

import type { Definition, StateDefinition, TransitionDefinition } from "../../shared/definition/definition.ts";
import { assert } from "../../shared/errors.ts";
import type { Instance } from "./instance.ts";
import { isClientEvent, stateOf, transitionAt, transitionsFor } from "./lookup.ts";
import { parseAfterIndex } from "./timer_id.ts";

/** One thing that an instance waits for. */
export type Wait =
  /** A task is unfinished. `phase` says which actions it is one of. */
  | { readonly kind: "task"; readonly taskId: string; readonly name: string; readonly phase: Instance["phase"]["kind"] }
  /** A timer is pending. `targets`: the state it leads to, none where it is the workflow's own timeout. */
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
  | { readonly kind: "transition"; readonly from: string; readonly to: string; readonly event: string };

/** The client events that the instance would look at now, sorted; their guards may yet say no. */
export function takes(definition: Definition, instance: Instance): string[] {
  if (instance.status !== "running" || instance.phase.kind !== "active") return [];
  const { on } = stateOf(definition, instance.state);
  if (on === undefined) return [];
  return Object.keys(on).filter((name) => isClientEvent(name) && on[name].length > 0).sort();
}

/** Everything that the instance waits for; empty exactly when it has ended. */
export function explain(definition: Definition, instance: Instance): Wait[] {
  if (instance.status !== "running") return [];
  const state = stateOf(definition, instance.state);
  const { phase } = instance;
  const waits: Wait[] = Object.entries(instance.tasks).map(([taskId, { name }]) => (
    { kind: "task", taskId, name, phase: phase.kind }
  ));
  if (phase.kind !== "active") {
    const { source, event } = phase.pending;
    const { target: to } = transitionAt(state, source);
    assert(to !== undefined, "a transition that is pending has a target");
    waits.push({ kind: "transition", from: instance.state, to, event: event.name });
  }
  for (const [timerId, { fireAtMs }] of Object.entries(instance.timers)) {
    waits.push({ kind: "timer", timerId, fireAtMs, ...describeTimer(state, instance.state, timerId) });
  }
  for (const name of takes(definition, instance)) {
    waits.push({ kind: "event", name, ...describeTransitions(transitionsFor(state, name), instance.state) });
  }
  return waits;
}

function describeTimer(state: StateDefinition, current: string, timerId: string) {
  const index = parseAfterIndex(timerId);
  const transitions = index === undefined ? [] : [transitionAt(state, { after: index })];
  return { isTimeout: index === undefined, ...describeTransitions(transitions, current) };
}

function describeTransitions(transitions: readonly TransitionDefinition[], current: string) {
  return {
    targets: [...new Set(transitions.map(({ target }) => target ?? current))],
    isGuarded: transitions.length > 0 && transitions.every(({ guard }) => guard !== undefined),
  };
}
