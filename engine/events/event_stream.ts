/** Following the log of events as it grows. */

import type { Clock } from "../../shared/clock.ts";
import { DegovError } from "../../shared/errors.ts";
import type { Cursor } from "./event_keys.ts";
import type { EventFilter, EventLog, LoggedEvent } from "./event_log.ts";

/** How often the log is looked at if nothing was told: another engine may have written. */
const LOOK_MS = 1_000;
export const STREAMS_MAX = 1_000;

export interface EventStreamsOptions {
  log: EventLog;
  clock: Clock;
  closing: AbortSignal;
  /** Calls back after each change that this engine commits, until the returned function is called. */
  observe: (changed: () => void) => () => void;
}

export class EventStreams {
  readonly #options: EventStreamsOptions;
  #count = 0;

  constructor(options: EventStreamsOptions) {
    this.#options = options;
  }

  /**
   * Every event that matches, after the cursor (empty: from now on; "0": from the oldest), until the signal or the
   * engine's end. An item without an event says how far the log was read.
   *
   * @throws DegovError FAILED_PRECONDITION, INVALID_ARGUMENT, RESOURCE_EXHAUSTED
   */
  async *follow(
    from: string,
    filter: EventFilter,
    signal?: AbortSignal,
  ): AsyncGenerator<{ cursor: Cursor; logged?: LoggedEvent }> {
    const { log, clock, closing } = this.#options;
    if (this.#count >= STREAMS_MAX) {
      throw new DegovError("RESOURCE_EXHAUSTED", `Cannot follow events: ${STREAMS_MAX} streams are open already`);
    }
    this.#count++;
    const ended = AbortSignal.any(signal === undefined ? [closing] : [closing, signal]);
    let changed = new AbortController();
    const unobserve = this.#options.observe(() => changed.abort());
    try {
      let cursor = await log.begin(from);
      yield { cursor };
      while (!ended.aborted) {
        const told = changed.signal;
        const page = await log.read(cursor, filter);
        for (const logged of page.events) yield { cursor: logged.cursor, logged };
        if (page.cursor !== cursor && page.events.at(-1)?.cursor !== page.cursor) yield { cursor: page.cursor };
        cursor = page.cursor;
        if (!page.isLast) continue;
        if (!told.aborted) await clock.sleep(LOOK_MS, AbortSignal.any([ended, told]));
        if (told.aborted) changed = new AbortController();
      }
    } finally {
      unobserve();
      this.#count--;
    }
  }
}
