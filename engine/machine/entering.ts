/** Entering a state: its timers are set and its enter actions run. */

import type { Draft } from "./draft.ts";
import { runActions } from "./actions.ts";
import type { Fault } from "./fault.ts";
import type { EventValue, Waiting } from "./instance.ts";
import { toAfterTimerId, toTimeoutTimerId } from "./timer_id.ts";

/** Enters `state` because of `event`. */
export function enter(draft: Draft, state: string, event: EventValue): Fault | undefined {
  draft.enterState(state);
  const { after, enter } = draft.state;
  after?.forEach(({ delayMs }, index) => draft.timers.set(toAfterTimerId(draft.instance.entries, index), delayMs));
  return runActions(draft, enter, { event, list: { state, list: "enter" } });
}

/** Enters `state` as the first of a run of the instance, which its timeout then measures; that of a part is its parent's. */
export function enterFirst(draft: Draft, state: string, event: EventValue): Fault | undefined {
  const { timeoutMs } = draft.definition;
  if (timeoutMs !== undefined && draft.instance.part === undefined) {
    draft.timers.set(toTimeoutTimerId(draft.instance.entries + 1), timeoutMs);
  }
  return enter(draft, state, event);
}

/** Makes the instance wait until fewer others of its workflow run. */
export function waitForAdmission(draft: Draft, event: Waiting["event"]): void {
  draft.setPhase({ kind: "waiting", event, sinceMs: draft.nowMs });
  draft.record({ kind: "waiting" });
}

/** Enters the state that an instance was to enter which waited. */
export function admit(draft: Draft): Fault | undefined {
  const { phase, state, input } = draft.instance;
  const name = (phase as Waiting).event;
  return enterFirst(draft, state, { name, data: name === "start" ? input : null });
}
