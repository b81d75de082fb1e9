/** The functions and methods that expressions may call, as one table by name. */

import type { Meter } from "./meter.ts";
import { Duration, parseCelDuration, parseTimestamp, Timestamp } from "./time.ts";
import { type CelMap, type CelValue, checkInt, EvaluationError, type Kind } from "./value.ts";

/** What a function or method takes and gives. */
export interface Signature {
  /** Kinds accepted for each operand; a method's receiver is the first. */
  takes: readonly (readonly Kind[])[];
  gives: Kind;
  // deno-lint-ignore no-explicit-any -- operands are checked against `takes` before the call
  apply(operands: any[], meter: Meter): CelValue;
}

const SIZED: Kind[] = ["string", "list", "map"];
const TEXT: readonly Kind[] = ["string"];
const NUMBER: Kind[] = ["int", "double"];

/** The number of characters (code points), items or keys. */
function sizeOf(value: string | CelValue[] | CelMap, meter: Meter): bigint {
  if (Array.isArray(value)) return BigInt(value.length);
  if (typeof value === "object") {
    const keys = Object.keys(value).length;
    meter.spend(keys);
    return BigInt(keys);
  }
  meter.spend(1 + value.length);
  let size = 0n;
  for (const _ of value) size++;
  return size;
}

function toInt(value: bigint | number | string | Timestamp | Duration): bigint {
  if (typeof value === "bigint") return value;
  if (value instanceof Timestamp) return BigInt(Math.floor(value.epochMs / 1000));
  if (typeof value === "number" && Number.isFinite(value)) return checkInt(BigInt(Math.trunc(value)));
  if (typeof value === "string" && /^-?\d{1,19}$/.test(value)) return checkInt(BigInt(value));
  throw new EvaluationError(`int() cannot convert ${quote(value)}`);
}

function toDouble(value: bigint | number | string): number {
  if (typeof value !== "string") return Number(value);
  if (value.length <= 64 && /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(value)) return Number(value);
  throw new EvaluationError(`double() cannot convert ${quote(value)}`);
}

function toBool(value: boolean | string): boolean {
  if (value === true || value === "true") return true;
  if (value === false || value === "false") return false;
  throw new EvaluationError(`bool() cannot convert ${quote(value)}; it takes "true" and "false"`);
}

function quote(value: unknown): string {
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}

/** Called as `name(...)`. */
export const FUNCTIONS: ReadonlyMap<string, Signature> = new Map<string, Signature>(Object.entries(
  {
    size: { takes: [SIZED], gives: "int", apply: ([value], meter) => sizeOf(value, meter) },
    int: { takes: [["int", "double", "string", "timestamp"]], gives: "int", apply: ([value]) => toInt(value) },
    double: { takes: [["int", "double", "string"]], gives: "double", apply: ([value]) => toDouble(value) },
    bool: { takes: [["bool", "string"]], gives: "bool", apply: ([value]) => toBool(value) },
    string: {
      takes: [["string", "int", "double", "bool", "timestamp", "duration"]],
      gives: "string",
      apply: ([value]) => String(value),
    },
    timestamp: {
      takes: [["string", "timestamp"]],
      gives: "timestamp",
      apply: ([value]) => {
        const parsed = value instanceof Timestamp ? value : parseTimestamp(value);
        if (parsed !== undefined) return parsed;
        throw new EvaluationError(`timestamp() takes RFC 3339 such as "2026-01-31T12:00:00Z", not ${quote(value)}`);
      },
    },
    duration: {
      takes: [["string", "duration"]],
      gives: "duration",
      apply: ([value]) => {
        const parsed = value instanceof Duration ? value : parseCelDuration(value);
        if (parsed !== undefined) return parsed;
        throw new EvaluationError(`duration() takes hours, minutes and seconds such as "1h30m", not ${quote(value)}`);
      },
    },
  } satisfies Record<string, Signature>,
));

/** A search for a needle of up to this many characters is linear in V8, a longer one may cost their product. */
const LINEAR_NEEDLE_CHARS = 250;

function spendSearch(text: string, needle: string, meter: Meter): void {
  if (needle.length <= LINEAR_NEEDLE_CHARS) meter.spendChars(text.length);
  else meter.spend(1 + Math.ceil((text.length * needle.length) / 64));
}

function indexIn(text: string, position: bigint | number, what: string): number {
  const index = Number(position);
  if (Number.isInteger(index) && index >= 0 && index <= text.length) return index;
  throw new EvaluationError(`${what} ${position} is outside the text, which has ${text.length} characters`);
}

/** A time's part, in UTC. */
const datePart = (read: (date: Date) => number): Signature => ({
  takes: [["timestamp"]],
  gives: "int",
  apply: ([timestamp]) => BigInt(read(new Date(timestamp.epochMs))),
});

/** A part of a timestamp, or a whole duration in that unit. */
const timePart = (read: (date: Date) => number, unitMs: number): Signature => ({
  takes: [["timestamp", "duration"]],
  gives: "int",
  apply: ([value]) => BigInt(value instanceof Duration ? Math.trunc(value.ms / unitMs) : read(new Date(value.epochMs))),
});

const DAY_MS = 86_400_000;

/** Called as `receiver.name(...)`. Two entries of one name differ in the number of operands. */
export const METHODS: ReadonlyMap<string, readonly Signature[]> = new Map<string, Signature[]>(Object.entries(
  {
    size: [{ takes: [SIZED], gives: "int", apply: ([value], meter) => sizeOf(value, meter) }],
    contains: [{
      takes: [TEXT, TEXT],
      gives: "bool",
      apply: ([text, part], meter) => (spendSearch(text, part, meter), text.includes(part)),
    }],
    startsWith: [{
      takes: [TEXT, TEXT],
      gives: "bool",
      apply: ([text, part], meter) => (meter.spendChars(part.length), text.startsWith(part)),
    }],
    endsWith: [{
      takes: [TEXT, TEXT],
      gives: "bool",
      apply: ([text, part], meter) => (meter.spendChars(part.length), text.endsWith(part)),
    }],
    indexOf: [{
      takes: [TEXT, TEXT],
      gives: "int",
      apply: ([text, part], meter) => (spendSearch(text, part, meter), BigInt(text.indexOf(part))),
    }],
    substring: [
      {
        takes: [TEXT, NUMBER],
        gives: "string",
        apply: ([text, start], meter) => (meter.spendChars(text.length), text.slice(indexIn(text, start, "start"))),
      },
      {
        takes: [TEXT, NUMBER, NUMBER],
        gives: "string",
        apply: ([text, start, end], meter) => {
          meter.spendChars(text.length);
          return text.slice(indexIn(text, start, "start"), indexIn(text, end, "end"));
        },
      },
    ],
    lowerAscii: [{
      takes: [TEXT],
      gives: "string",
      apply: ([text], meter) => {
        meter.spend(1 + text.length);
        return text.replace(/[A-Z]+/g, (part: string) => part.toLowerCase());
      },
    }],
    upperAscii: [{
      takes: [TEXT],
      gives: "string",
      apply: ([text], meter) => {
        meter.spend(1 + text.length);
        return text.replace(/[a-z]+/g, (part: string) => part.toUpperCase());
      },
    }],
    trim: [{ takes: [TEXT], gives: "string", apply: ([text], meter) => (meter.spendChars(text.length), text.trim()) }],
    split: [{
      takes: [TEXT, TEXT],
      gives: "list",
      apply: ([text, separator], meter) => {
        meter.spend(text.length);
        spendSearch(text, separator, meter);
        return text.split(separator);
      },
    }],
    join: [
      { takes: [["list"]], gives: "string", apply: ([items], meter) => join(items, "", meter) },
      { takes: [["list"], TEXT], gives: "string", apply: ([items, separator], meter) => join(items, separator, meter) },
    ],
    getFullYear: [datePart((date) => date.getUTCFullYear())],
    getMonth: [datePart((date) => date.getUTCMonth())],
    getDate: [datePart((date) => date.getUTCDate())],
    getDayOfMonth: [datePart((date) => date.getUTCDate() - 1)],
    getDayOfWeek: [datePart((date) => date.getUTCDay())],
    getDayOfYear: [datePart((date) => Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY_MS))],
    getHours: [timePart((date) => date.getUTCHours(), 3_600_000)],
    getMinutes: [timePart((date) => date.getUTCMinutes(), 60_000)],
    getSeconds: [timePart((date) => date.getUTCSeconds(), 1_000)],
    getMilliseconds: [timePart((date) => date.getUTCMilliseconds(), 1)],
  } satisfies Record<string, Signature[]>,
));

function join(items: CelValue[], separator: string, meter: Meter): string {
  let chars = separator.length * items.length;
  for (const item of items) {
    meter.spend(1);
    if (typeof item !== "string") throw new EvaluationError("join() takes a list of strings");
    chars += item.length;
  }
  meter.spendChars(chars);
  return items.join(separator);
}
