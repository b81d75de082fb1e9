/** A failure as an isolate reports it. The isolate is not trusted: fields are checked, cut and reserved codes refused. */

import { type Failure, SYSTEM_FAILURE_CODES } from "../../shared/failure.ts";
import { ERROR_MESSAGE_CHARS_MAX, ERROR_STACK_CHARS_MAX, NAME_CHARS_MAX } from "../../shared/limits.ts";

const decoder = new TextDecoder();

/** System codes that code may cause itself to fail with; the others are for the system alone to say. */
const ALLOWED = new Set<string>(["TASK_FAILED", "INVALID_OUTPUT", "RESOURCE_EXHAUSTED"]);
const RESERVED = new Set<string>(SYSTEM_FAILURE_CODES.filter((code) => !ALLOWED.has(code)));

/** The failure in a reply's payload. Throws when it is none. */
export function parseFailure(payload: Uint8Array): Failure {
  const given = JSON.parse(decoder.decode(payload)) as Partial<Record<keyof Failure, unknown>>;
  const failure: Failure = {
    code: text(given.code, NAME_CHARS_MAX) || "TASK_FAILED",
    message: text(given.message, ERROR_MESSAGE_CHARS_MAX),
  };
  if (RESERVED.has(failure.code)) failure.code = "TASK_FAILED";
  if (isPlace(given.line)) failure.line = given.line;
  if (isPlace(given.column)) failure.column = given.column;
  if (given.stack !== undefined) failure.stack = text(given.stack, ERROR_STACK_CHARS_MAX);
  if (given.retryable === false) failure.retryable = false;
  return failure;
}

function text(value: unknown, charsMax: number): string {
  return typeof value === "string" ? value.slice(0, charsMax) : "";
}

function isPlace(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}
