/**
 * The bound on the work of evaluating: every operation whose cost depends on data spends steps before it does the work,
 * so that neither a hostile expression nor an unlucky input can hold up the engine.
 *
 * One step stands for about 40 ns of work: a node evaluated, an element compared, or 16 characters copied.
 */

import { EXPRESSION_STEPS_MAX } from "../../limits.ts";

/** An evaluation gave up because its steps were used up. Never absorbed by `||`, `&&`, `all` or `exists`. */
export class MeterExhausted extends Error {
  override readonly name = "MeterExhausted";
}

/** Steps left to spend. One meter may serve several evaluations, which then share the bound. */
export class Meter {
  readonly #stepsMax: number;
  #stepsLeft: number;

  constructor(stepsMax: number = EXPRESSION_STEPS_MAX) {
    this.#stepsMax = stepsMax;
    this.#stepsLeft = stepsMax;
  }

  /** Steps spent so far. */
  get spent(): number {
    return this.#stepsMax - this.#stepsLeft;
  }

  /** @throws MeterExhausted when fewer are left; then nothing more can be spent either. */
  spend(steps: number): void {
    this.#stepsLeft -= steps;
    if (this.#stepsLeft < 0) {
      throw new MeterExhausted(`gave up after ${this.#stepsMax} steps: too much data, or too many loops within loops`);
    }
  }

  /** Spends for reading or copying a text. */
  spendChars(chars: number): void {
    this.spend(1 + (chars >>> 4));
  }
}
