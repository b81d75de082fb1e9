/** Which of several transitions is taken: the first, in document order, whose guard holds. */

import type { FunctionGuardDefinition, TransitionDefinition } from "../../shared/definition/definition.ts";
import { ERROR_EVENT } from "../../shared/definition/definition.ts";
import { isJsonObject } from "../../shared/json.ts";
import type { Draft } from "./draft.ts";
import { evaluateGuard } from "./expression.ts";
import { Fault } from "./fault.ts";
import type { EventValue, TransitionSource } from "./instance.ts";
import { transitionAt, transitionsFor } from "./lookup.ts";
import { describePlace, toTransitionPath } from "./place.ts";

/** A transition that was chosen, and what for; or, with `question`, one whose guard only a worker can evaluate. */
export interface Choice {
  readonly transition: TransitionDefinition;
  readonly place: TransitionSource;
  readonly event: EventValue;
  readonly question?: FunctionGuardDefinition;
}

/**
 * The transition that is taken for an event, the state's own coming before those of every state; undefined when no guard
 * holds or none is declared. `after`: only those that come after this one.
 */
export function chooseForEvent(
  draft: Draft,
  event: EventValue,
  after?: Extract<TransitionSource, { event: string }>,
): Choice | Fault | undefined {
  const { name } = event;
  if (!after?.everywhere) {
    const own = transitionsFor(draft.state, name);
    for (let index = after === undefined ? 0 : after.index + 1; index < own.length; index++) {
      const choice = consider(draft, own[index], { place: { event: name, index }, event });
      if (choice !== undefined) return choice;
    }
  }
  if (draft.definition.on === undefined) return undefined;
  const everywhere = transitionsFor(draft.definition, name);
  for (let index = after?.everywhere ? after.index + 1 : 0; index < everywhere.length; index++) {
    const choice = consider(draft, everywhere[index], { place: { event: name, index, everywhere: true }, event });
    if (choice !== undefined) return choice;
  }
}

/** The state's `after[index]`, or undefined when its guard does not hold. */
export function chooseAfter(draft: Draft, index: number, event: EventValue): Choice | Fault | undefined {
  const place = { after: index };
  return consider(draft, transitionAt(draft.definition, draft.instance.state, place), { place, event });
}

function consider(
  draft: Draft,
  transition: TransitionDefinition,
  options: { place: TransitionSource; event: EventValue },
): Choice | Fault | undefined {
  const { guard, codes } = transition;
  if (codes !== undefined && options.event.name === ERROR_EVENT && !takesCode(codes, options.event)) return undefined;
  if (guard === undefined) return { transition, ...options };
  if (typeof guard !== "string") return { transition, ...options, question: guard };
  const holds = evaluateGuard(draft, guard, {
    event: options.event,
    place: () => describePlace(draft.definition, [...toTransitionPath(draft.instance.state, options.place), "guard"]),
  });
  if (holds instanceof Fault) return holds;
  return holds ? { transition, ...options } : undefined;
}

function takesCode(codes: readonly string[], { data }: EventValue): boolean {
  return isJsonObject(data) && typeof data.code === "string" && codes.includes(data.code);
}
