/** What a timer leads to when it fires. */

import { describeState } from "../../shared/definition/steps/author_place.ts";
import { assert } from "../../shared/errors.ts";
import { chooseAfter } from "./choice.ts";
import { pursue } from "./deciding.ts";
import type { Draft } from "./draft.ts";
import { fail } from "./ends.ts";
import { Fault } from "./fault.ts";
import { hold } from "./held.ts";
import type { Rejection } from "./input.ts";
import type { EventValue } from "./instance.ts";
import { parseAfterIndex } from "./timer_id.ts";

/** The event that guards and actions of delayed transitions see. */
const AFTER: EventValue = Object.freeze({ name: "after", data: null });

/**
 * Fires a timer, which must be due: to fire early would be the caller's bug. A guard that does not hold spends it.
 * The engine has no timers of an instance that is paused, so none is taken from it.
 */
export function fireTimer(draft: Draft, timerId: string): Rejection | Fault | undefined {
  const { timers, paused, phase } = draft.instance;
  if (paused || !Object.hasOwn(timers, timerId)) return { reason: "unknownTimer" };
  assert(draft.nowMs >= timers[timerId].fireAtMs, `timer ${timerId} of instance ${draft.instance.id} is due`);
  draft.timers.fire(timerId);
  const index = parseAfterIndex(timerId);
  if (index === undefined) return failAsTimedOut(draft);
  if (phase.kind === "deciding") return void hold(draft, { kind: "timer", index });
  return takeAfter(draft, index);
}

/** Takes the state's `after[index]`, if its guard holds. */
export function takeAfter(draft: Draft, index: number): Fault | undefined {
  const choice = chooseAfter(draft, index, AFTER);
  return choice === undefined || choice instanceof Fault ? choice : pursue(draft, choice);
}

function failAsTimedOut(draft: Draft): undefined {
  const { name, timeoutMs } = draft.definition;
  const message = `Workflow "${name}" did not end within its timeout of ${timeoutMs} ms: it was in ` +
    describeState(draft.definition, draft.instance.state);
  fail(draft, { code: "TIMED_OUT", message });
}
