/**
 * The machine in the making: states are added, and every part of them is led back to where the author wrote it.
 *
 * - C1 A step's state is named by the step's id; states that only choose the way have a dot in their name: `ID.if`,
 *      `ID.done`, `ID.again`, `ID.each`.
 * - C2 Every part of a state has a place in the author's document, so that what is found wrong with it is told there.
 * - C3 The states `end` and `aborted` are there when something leads to them.
 */

import type { StateDefinition, TransitionDefinition } from "../definition.ts";
import type { Place } from "../place.ts";
import type { Reading } from "../reading.ts";
import type { Outline, Reach } from "./outline.ts";
import { ABORTED, END, type Step } from "./step.ts";

/** Where a step stands, and what that means for it. */
export interface Scope {
  /** The state that follows. */
  follow: string;
  /** The step that comes before, if there is one. */
  before?: Step;
  /** What takes failures here, the innermost first. */
  handlers: readonly Handler[];
  reach: Reach;
  /** Whether it stands in a part of the instance. */
  isPart?: true;
}

/** Takes the failures with some code, or with any. */
export interface Handler {
  codes?: readonly string[];
  target: string;
}

/** What the act that was aborted has left, unless the instance is retried. */
const ABORTED_MESSAGE = '"error" in context ? context.error.message : "a client has aborted the workflow"';

const OWN_STATES: Record<string, StateDefinition> = {
  [END]: { final: "completed" },
  [ABORTED]: {
    final: "failed",
    description: "A client has aborted the workflow.",
    enter: [{ fail: { code: "ABORTED", message: { expression: ABORTED_MESSAGE } } }],
  },
};

export class Compilation {
  readonly reading: Reading;
  readonly outline: Outline;
  readonly states: Record<string, StateDefinition> = {};
  /** Steps that something goes back to: how often they run is counted. */
  readonly counted = new Set<string>();

  constructor(reading: Reading, outline: Outline) {
    this.reading = reading;
    this.outline = outline;
  }

  /** Adds a state; its parts are led back to the place (C2). */
  add(name: string, state: StateDefinition, place: Place): void {
    this.states[name] = state;
    this.#trace(state, place);
  }

  /** The states of its own that are led to, after all others (C3). */
  close(place: Place): void {
    const targets = new Set<string | undefined>();
    const collect = (transitions: readonly TransitionDefinition[] = []) => {
      for (const { target } of transitions) targets.add(target);
    };
    for (const { on, after } of Object.values(this.states)) {
      Object.values(on ?? {}).forEach(collect);
      collect(after);
    }
    for (const [name, state] of Object.entries(OWN_STATES)) {
      if (targets.has(name)) this.add(name, structuredClone(state), place);
    }
  }

  #trace(part: object, place: Place): void {
    if (!this.reading.isNoted(part, "")) this.reading.note(part, "", place);
    for (const [key, value] of Object.entries(part)) {
      if (typeof value !== "object" || value === null) continue;
      this.#trace(value, this.reading.isNoted(part, key) ? this.reading.placeOf(part, key) : place);
    }
  }
}

/** The state that begins a step. */
export function entryOf(step: Step): string {
  return step.if === undefined ? step.id : `${step.id}.if`;
}

/** Transitions for `error`, each handler's once: what comes after one that takes the same is never reached. */
export function errorTransitions(handlers: readonly Handler[]): TransitionDefinition[] {
  const taken = new Set<string>();
  const transitions: TransitionDefinition[] = [];
  for (const { codes, target } of handlers) {
    if (codes === undefined) return [...transitions, { target }];
    const left = codes.filter((code) => !taken.has(code));
    for (const code of left) taken.add(code);
    if (left.length > 0) transitions.push({ codes: [...new Set(left)].sort(), target });
  }
  return transitions;
}

/** A variable as an expression; ids have no characters that would have to be escaped. */
export function variable(key: string): string {
  return `context["${key}"]`;
}
