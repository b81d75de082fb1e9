/** Points in time and spans of time, in whole milliseconds, in UTC: nothing depends on the machine's time zone. */

import { parseDuration } from "../duration.ts";

/** A point in time. */
export class Timestamp {
  readonly epochMs: number;

  constructor(epochMs: number) {
    this.epochMs = epochMs;
  }

  /** RFC 3339, in UTC. */
  toString(): string {
    return new Date(this.epochMs).toISOString();
  }
}

/** A span of time, possibly negative. */
export class Duration {
  readonly ms: number;

  constructor(ms: number) {
    this.ms = ms;
  }

  /** Seconds with the suffix `s`, as in protobuf's JSON. */
  toString(): string {
    return `${this.ms / 1000}s`;
  }
}

/** Years 0001 to 9999, as CEL has it. */
const EPOCH_MS_MIN = -62_135_596_800_000;
const EPOCH_MS_MAX = 253_402_300_799_999;

const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

/** A timestamp from RFC 3339 text, or undefined. Finer than a millisecond is cut off. */
export function parseTimestamp(text: string): Timestamp | undefined {
  if (text.length > 40 || !RFC_3339.test(text)) return undefined;
  return toTimestamp(Date.parse(text));
}

/** A timestamp, or undefined when it is out of range. */
export function toTimestamp(epochMs: number): Timestamp | undefined {
  return epochMs >= EPOCH_MS_MIN && epochMs <= EPOCH_MS_MAX ? new Timestamp(epochMs) : undefined;
}

/** A duration from text such as `90s`, `1h30m`, `-1.5h` or `250ms`, or undefined. CEL knows no days. */
export function parseCelDuration(text: string): Duration | undefined {
  const isNegative = text.startsWith("-");
  const ms = text.includes("d") ? undefined : parseDuration(isNegative ? text.slice(1) : text);
  if (ms === undefined || !Number.isSafeInteger(Math.round(ms))) return undefined;
  return new Duration(isNegative ? -Math.round(ms) : Math.round(ms));
}
