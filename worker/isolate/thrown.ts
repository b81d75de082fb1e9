/**
 * What a task threw, as a failure with the place in the author's source.
 *
 * The value is hostile: each property is read once, inside the time of the execution, and a read that throws counts as
 * absent. `code` (a string) becomes the failure's code; `retryable: false` is kept.
 */

import type { Failure } from "../../shared/failure.ts";
import { ERROR_MESSAGE_CHARS_MAX, ERROR_STACK_CHARS_MAX, NAME_CHARS_MAX } from "../../shared/limits.ts";
import { authorColumn, type Insertion } from "../../shared/code/source_position.ts";
import { LINES_BEFORE_BODY, SCRIPT_NAME } from "./evaluator.ts";
import { OutputError } from "./json_output.ts";
import { formatValue } from "./value_text.ts";

const FRAME = new RegExp(`^\\s*at (?:async )?(?:(.{0,200}) \\()?(?:async )?${SCRIPT_NAME}:(\\d+):(\\d+)\\)?$`);
const FRAMES_MAX = 50;
const LINE_CHARS_MAX = 512;

/** The failure that a thrown value makes; `insertions` lead back to the author's columns. */
export function toFailure(thrown: unknown, insertions: readonly Insertion[]): Failure {
  if (OutputError.is(thrown)) return { code: thrown.code, message: cut(thrown.message), retryable: false };
  if (typeof thrown !== "object" || thrown === null) {
    return { code: "TASK_FAILED", message: cut(`Thrown: ${formatValue(thrown)}`) };
  }
  const name = read(thrown, "name");
  const message = read(thrown, "message");
  const code = read(thrown, "code");
  const stack = read(thrown, "stack");
  const failure: Failure = { code: "TASK_FAILED", message: "" };
  if (typeof code === "string" && code !== "" && code.length <= NAME_CHARS_MAX) failure.code = code;
  if (typeof message === "string") {
    const prefix = typeof name === "string" && name !== "" && name !== "Error"
      ? `${name.slice(0, NAME_CHARS_MAX)}: `
      : "";
    failure.message = cut(prefix + message);
  } else {
    failure.message = cut(`Thrown: ${formatValue(thrown)}`);
  }
  if (read(thrown, "retryable") === false) failure.retryable = false;
  if (typeof stack === "string") addPlace(failure, stack, insertions);
  return failure;
}

function read(thrown: object, key: string): unknown {
  try {
    return (thrown as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}

function cut(text: string): string {
  return text.length > ERROR_MESSAGE_CHARS_MAX ? `${text.slice(0, ERROR_MESSAGE_CHARS_MAX - 1)}…` : text;
}

/** Keeps the frames that lie in the author's source. */
function addPlace(failure: Failure, stack: string, insertions: readonly Insertion[]): void {
  const frames: string[] = [];
  let at = 0;
  const text = stack.slice(0, 16 * ERROR_STACK_CHARS_MAX);
  for (let lines = 0; at < text.length && lines < 500 && frames.length < FRAMES_MAX; lines++) {
    let end = text.indexOf("\n", at);
    if (end < 0) end = text.length;
    const match = end - at <= LINE_CHARS_MAX ? FRAME.exec(text.slice(at, end)) : null;
    at = end + 1;
    if (match === null) continue;
    const line = Number(match[2]) - LINES_BEFORE_BODY;
    const column = authorColumn(insertions, line, Number(match[3]));
    if (frames.length === 0) {
      failure.line = line;
      failure.column = column;
    }
    frames.push(
      `    at ${match[1] && match[1] !== "eval" ? `${match[1]} (task:${line}:${column})` : `task:${line}:${column}`}`,
    );
  }
  if (frames.length > 0) {
    failure.stack = `${failure.message}\n${frames.join("\n")}`.slice(0, ERROR_STACK_CHARS_MAX);
  }
}
