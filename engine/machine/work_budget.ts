/**
 * The bound on what the expressions of one step may cost together, so that no definition holds up an engine.
 *
 * Parsing counts as well as evaluating: shared/definition/cel.ts remembers a thousand expressions, and a definition may
 * have more. It counts whether or not an expression was remembered, since the outcome must not depend on that (M1).
 */

import { Meter } from "../../shared/definition/cel.ts";
import { EXPRESSION_STEPS_MAX } from "../../shared/limits.ts";

/** Some 40 ms of evaluating. */
const STEPS_MAX = 10 * EXPRESSION_STEPS_MAX;
/** Some 0.3 s of parsing: 1.5 µs for each character, and as much as for 30 characters for each expression. */
const CHARS_MAX = 200_000;
const EXPRESSION_CHARS = 30;

export class WorkBudget {
  /** Spent by evaluating. */
  readonly meter: Meter;
  #charsLeft: number;

  /** Room for as many steps as `steps` says. */
  constructor(steps = 1) {
    this.meter = new Meter(steps * STEPS_MAX);
    this.#charsLeft = steps * CHARS_MAX;
  }

  /** Spends for one use of an expression; false when that was too much. */
  spendUse(text: string): boolean {
    this.#charsLeft -= text.length + EXPRESSION_CHARS;
    return this.#charsLeft >= 0;
  }
}
