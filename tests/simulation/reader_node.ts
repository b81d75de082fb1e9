/** Somebody who follows the log of all events, now at this engine and now at that, and goes on after the last cursor. */

import type { Engine } from "../../engine/engine.ts";
import { DegovError } from "../../shared/errors.ts";
import { ClientNode, type ClientNodeOptions } from "./client_node.ts";
import type { Reading } from "./journal.ts";

const OLDEST = "0";
const READ_MS = 1_000;
const ITEMS_MAX = 60;

interface Part {
  cursor: string;
  events: { cursor: string; event: string }[];
  /** The cursor was too old. */
  isRefused?: boolean;
}

export class ReaderNode {
  readonly client: ClientNode;
  readonly #reading: Reading;
  #cursor = OLDEST;
  /** Whoever begins with the oldest that is kept may have missed what is not. */
  #isAfterGap: boolean;
  #isEnding = false;

  constructor(options: ClientNodeOptions) {
    this.client = new ClientNode(options);
    this.#isAfterGap = options.features.has("trimming");
    this.#reading = { name: options.name, read: [], isComplete: false };
    options.journal.readings.push(this.#reading);
  }

  /** Reads until {@link end} is called, and then what is there. */
  async run(): Promise<void> {
    const { random } = this.client.options;
    while (!this.#reading.isComplete) {
      this.client.untilMs = Infinity;
      const isLast = this.#isEnding;
      const part = await this.client.repeat((engine, signal) =>
        isLast ? readPage(engine, this.#cursor) : follow(
          engine,
          this.#cursor,
          { count: 1 + random.below(ITEMS_MAX), signal, over: this.client.node.time.sleep(READ_MS) },
        )
      );
      if (part === undefined) continue;
      this.#take(part);
      if (isLast && part.events.length === 0 && !part.isRefused) this.#reading.isComplete = true;
      else if (!isLast) await this.client.sleep(random.next() * 1_500);
    }
  }

  end(): void {
    this.#isEnding = true;
  }

  #take({ cursor, events, isRefused }: Part): void {
    if (isRefused) {
      this.#cursor = OLDEST;
      this.#isAfterGap = true;
      return;
    }
    for (const { cursor, event } of events) {
      this.#reading.read.push({ cursor, event, isAfterGap: this.#isAfterGap });
      this.#isAfterGap = false;
    }
    this.#cursor = cursor;
  }
}

/** As a stream gives it, until it has given so much or has been open for a while. */
async function follow(
  engine: Engine,
  from: string,
  options: { count: number; signal: AbortSignal; over: Promise<void> },
): Promise<Part> {
  const part: Part = { cursor: from, events: [] };
  const over = new AbortController();
  void options.over.then(() => over.abort("over"));
  return await orRefused(async () => {
    for await (
      const { cursor, logged } of engine.events.follow(from, {}, AbortSignal.any([options.signal, over.signal]))
    ) {
      part.cursor = cursor;
      if (logged !== undefined) {
        part.events.push({ cursor, event: `${logged.event.instanceId} ${logged.record.sequence}` });
      }
      if (part.events.length >= options.count) break;
    }
    return part;
  });
}

async function readPage(engine: Engine, from: string): Promise<Part> {
  return await orRefused(async () => {
    const { events, cursor } = await engine.eventLog.read(await engine.eventLog.begin(from));
    const toEvent = ({ cursor, event, record }: typeof events[number]) => ({
      cursor,
      event: `${event.instanceId} ${record.sequence}`,
    });
    return { cursor, events: events.map(toEvent) };
  });
}

async function orRefused(read: () => Promise<Part>): Promise<Part> {
  try {
    return await read();
  } catch (error) {
    if (DegovError.from(error).code !== "FAILED_PRECONDITION") throw error;
    return { cursor: OLDEST, events: [], isRefused: true };
  }
}
