/** Events of clients: taken now, kept for later, or refused. */

import { KEPT_BYTES_MAX, KEPT_EVENTS_MAX } from "../../shared/limits.ts";
import { chooseForEvent } from "./choice.ts";
import { pursue } from "./deciding.ts";
import type { Draft } from "./draft.ts";
import { Fault } from "./fault.ts";
import type { MachineInput, Rejection } from "./input.ts";
import type { EventValue, KeptEvent } from "./instance.ts";
import { jsonBytes } from "./json_bytes.ts";
import { isClientEvent } from "./lookup.ts";
import { settle } from "./settling.ts";
import { takes } from "./waits.ts";
import { WorkBudget } from "./work_budget.ts";

/** Work that kept events may cause together, in steps of an instance. */
const KEPT_STEPS = 4;

type EventInput = Extract<MachineInput, { kind: "event" }>;

/** Takes or keeps a client's event. */
export function receive(draft: Draft, input: EventInput): Rejection | Fault | undefined {
  const event: EventValue = { name: input.name, data: input.data };
  const mayTake = isClientEvent(input.name);
  const { phase, paused } = draft.instance;
  if (mayTake && phase.kind === "active" && !paused) {
    const choice = chooseForEvent(draft, event);
    if (choice instanceof Fault) return choice;
    if (choice !== undefined) {
      draft.record({ kind: "eventReceived", ...event, ...idOf(input) });
      return pursue(draft, choice, { ...idOf(input), keep: input.keep });
    }
  }
  if (input.keep && mayTake && phase.kind !== "compensating") return keep(draft, { ...event, ...idOf(input) });
  if (paused) return { reason: "paused" };
  const { definition, instance } = draft;
  const taken = takes(definition, instance);
  return { reason: "notTaken", takes: taken, guarded: taken.includes(input.name) };
}

/**
 * Applies kept events, always the oldest that the current state takes, until it takes none.
 *
 * A fault that would have refused the event when it was sent must not fail the instance now: the event is dropped, the
 * history says why, and nothing of what it did remains.
 */
export function applyKept(draft: Draft): void {
  if (draft.instance.kept.length === 0 || draft.instance.paused) return;
  draft.budget = new WorkBudget(KEPT_STEPS);
  while (draft.isRunning && draft.instance.kept.length > 0 && applyOldest(draft)) { /* until none is taken */ }
}

/** Whether one was taken or dropped. */
function applyOldest(draft: Draft): boolean {
  const { kept, phase, entries } = draft.instance;
  if (phase.kind !== "active") return false;
  for (let index = 0; index < kept.length; index++) {
    const event: EventValue = { name: kept[index].name, data: kept[index].data };
    const choice = chooseForEvent(draft, event);
    if (choice === undefined) continue;
    const isQuestion = !(choice instanceof Fault) && choice.question !== undefined;
    if (isQuestion && kept[index].refusedIn === entries) continue;
    const before = draft.checkpoint();
    const { refusedIn: _refusedIn, ...released } = draft.releaseEvent(index);
    draft.record({ kind: "eventReceived", ...released });
    const client = { ...idOf(released), keep: true };
    const fault = choice instanceof Fault ? choice : pursue(draft, choice, client) ?? settle(draft);
    if (fault !== undefined) {
      draft.restore(before);
      draft.releaseEvent(index);
      draft.record({ kind: "eventDropped", name: event.name, ...idOf(released), message: fault.message });
    }
    return true;
  }
  return false;
}

function keep(draft: Draft, event: KeptEvent): Rejection | undefined {
  const { kept } = draft.instance;
  if (kept.length >= KEPT_EVENTS_MAX) return { reason: "keptFull" };
  // Only the data is counted: names and ids are small and there are few.
  const bytes = [...kept, event].reduce((sum, { data }) => sum + jsonBytes(data, Number.MAX_SAFE_INTEGER), 0);
  if (bytes > KEPT_BYTES_MAX) return { reason: "keptFull" };
  draft.keepEvent(event);
}

function idOf({ id }: { readonly id?: string }): { id?: string } {
  return id === undefined ? {} : { id };
}
