/** The times of a cron expression in a time zone. Pure: the library keeps no clock here. */

import { Cron } from "croner";
import { DegovError } from "../../shared/errors.ts";

const CRON_CHARS_MAX = 256;

export class CronTimes {
  readonly #cron: Cron;

  /** @throws DegovError INVALID_ARGUMENT */
  constructor(expression: string, timeZone: string) {
    try {
      if (expression.length > CRON_CHARS_MAX) throw new Error(`it has more than ${CRON_CHARS_MAX} characters`);
      // Without a function to call, nothing is ever run by the library itself.
      this.#cron = new Cron(expression, { timezone: timeZone });
      this.#cron.nextRun(new Date(0)); // an unknown time zone shows only here
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new DegovError(
        "INVALID_ARGUMENT",
        `Cannot use the schedule "${expression.slice(0, CRON_CHARS_MAX)}" in time zone "${timeZone}": ${why}; ` +
          `write five fields, as "30 8 * * MON-FRI", and an IANA name, as "Europe/Berlin"`,
      );
    }
  }

  /** The first time after another, undefined when there is none. */
  after(afterMs: number): number | undefined {
    return this.#cron.nextRun(new Date(afterMs))?.getTime();
  }
}
