/**
 * Moving a running instance to another version of its definition.
 *
 * The state is kept, and so is what goes on in it: tasks and children end as they were begun. The timers become those of
 * the new version, measured from the moment the state was entered, as far as the old ones tell.
 */

import type { Definition } from "../../shared/definition/definition.ts";
import { assert } from "../../shared/errors.ts";
import { applyKept } from "./events.ts";
import { Draft } from "./draft.ts";
import type { MachineResult } from "./input.ts";
import type { Instance } from "./instance.ts";
import { giveUp, settle } from "./settling.ts";
import { isStateTimer, parseAfterIndex, toAfterTimerId, toTimeoutTimerId } from "./timer_id.ts";

/** Moves an instance from one version to another. */
export function migrate(
  from: Definition,
  to: { definition: Definition; version: number },
  instance: Instance,
  nowMs: number,
): MachineResult {
  if (instance.status !== "running") return { kind: "rejected", rejection: { reason: "wrongStatus" } };
  const obstacle = findObstacle(to, instance);
  if (obstacle !== undefined) {
    return { kind: "rejected", rejection: { reason: "notMovable", message: obstacle } };
  }
  const draft = new Draft(to.definition, instance, nowMs);
  draft.record({ kind: "migrated", fromVersion: instance.version, toVersion: to.version });
  if (instance.phase.kind === "waiting") draft.setRare({ version: to.version });
  else moveTimers(draft, { from, to, instance });
  if (!instance.paused) {
    const fault = settle(draft);
    if (fault !== undefined) giveUp(draft, fault);
    applyKept(draft);
  }
  return { kind: "accepted", instance: draft.finish(), commands: draft.commands, entries: draft.entries };
}

/** Why the instance cannot be moved now, or at all. */
function findObstacle(to: { definition: Definition; version: number }, instance: Instance): string | undefined {
  const { version, state, phase, tasks, undo = [] } = instance;
  if (to.version <= version) return `it is of version ${version}, and moves only to a newer one`;
  if (!Object.hasOwn(to.definition.states, state)) {
    return `version ${to.version} has no state "${state}"; move it when it is in a state that both versions have`;
  }
  if (phase.kind !== "active" && phase.kind !== "waiting") {
    return "it is between two states, or decides or undoes; move it when it has come to rest";
  }
  if (Object.values(tasks).some(({ map }) => map !== undefined && map.left.length > 0)) {
    return "a map has items left to begin, whose code is that of its version; move it when the map is done";
  }
  const lost = undo.find((name) => to.definition.states[name]?.compensate === undefined);
  if (lost === undefined) return undefined;
  return `version ${to.version} does not say how to undo state "${lost}", which it would have to`;
}

/** Timers get new ids, so that none of this visit is ever taken for one of the other version. */
function moveTimers(
  draft: Draft,
  { from, to, instance }: { from: Definition; to: { definition: Definition; version: number }; instance: Instance },
): void {
  const enteredAtMs = findEntry(from, instance) ?? draft.nowMs;
  const startedAtMs = findRunStart(from, instance) ?? instance.createdAtMs;
  const spent = new Set(from.states[instance.state].after?.map(({ delayMs }) => delayMs));
  for (const [timerId] of Object.entries(instance.timers)) {
    const index = parseAfterIndex(timerId);
    if (index !== undefined) spent.delete(from.states[instance.state].after![index].delayMs);
  }
  draft.timers.drop();
  draft.setRare({ version: to.version, entries: instance.entries + 1 });
  const { timeoutMs, states } = to.definition;
  const { entries } = draft.instance;
  if (timeoutMs !== undefined && instance.part === undefined) {
    draft.timers.setAt(toTimeoutTimerId(entries), startedAtMs + timeoutMs);
  }
  states[instance.state].after?.forEach(({ delayMs }, index) => {
    if (!spent.has(delayMs)) draft.timers.setAt(toAfterTimerId(entries, index), enteredAtMs + delayMs);
  });
}

/** When the state was entered, if one of its timers is left to tell. */
function findEntry(from: Definition, { timers, state }: Instance): number | undefined {
  for (const [timerId, { fireAtMs }] of Object.entries(timers)) {
    const index = parseAfterIndex(timerId);
    if (index === undefined) continue;
    const after = from.states[state].after?.[index];
    assert(after !== undefined, `timer ${timerId} is one of state "${state}"`);
    return fireAtMs - after.delayMs;
  }
}

/** When the run began that the workflow's timeout measures, if there is one. */
function findRunStart({ timeoutMs }: Definition, { timers }: Instance): number | undefined {
  const timerId = Object.keys(timers).find((id) => !isStateTimer(id));
  return timerId === undefined || timeoutMs === undefined ? undefined : timers[timerId].fireAtMs - timeoutMs;
}
