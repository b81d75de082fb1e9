/**
 * The console of a task: lines go to the worker process at once, so that they survive a task that is killed.
 *
 * - C1: at most CONSOLE_LINES_MAX lines and CONSOLE_BYTES_MAX bytes leave one execution; then one marker line, then none.
 * - C2: formatting is bounded in depth, members and characters, whatever the value does.
 */

import { CONSOLE_BYTES_MAX, CONSOLE_LINES_MAX } from "../../shared/limits.ts";
import { currentExecution, type Execution } from "./execution.ts";
import { platform } from "./platform.ts";
import { formatValue } from "./value_text.ts";
import { writeConsole } from "./replies.ts";

const LEVEL = { debug: 0, log: 1, info: 2, warn: 3, error: 4 } as const;
const MARKER_BYTES = 128;

/** One line for the console of an execution, cut and counted (C1). */
export function writeLine(execution: Execution, level: number, text: string): void {
  if (execution.consoleLines > CONSOLE_LINES_MAX) return;
  const bytesLeft = CONSOLE_BYTES_MAX - MARKER_BYTES - execution.consoleBytes;
  const line = execution.consoleLines === CONSOLE_LINES_MAX ? "" : cut(text, bytesLeft);
  if (line !== "" || text === "") {
    execution.consoleLines++;
    execution.consoleBytes += writeConsole(execution.run, level, line);
  }
  if (line.length === text.length) return;
  execution.consoleLines = CONSOLE_LINES_MAX + 1;
  writeConsole(
    execution.run,
    LEVEL.warn,
    `Console output ends here: a task may write ${CONSOLE_LINES_MAX} lines and ${CONSOLE_BYTES_MAX} bytes`,
  );
}

/** As much of a text as fits into so many bytes of UTF-8. */
function cut(text: string, bytes: number): string {
  if (text.length * 3 <= bytes) return text; // a UTF-16 unit takes three bytes at most
  return text.slice(0, platform.encoder.encodeInto(text, new Uint8Array(Math.max(0, bytes))).read);
}

function writer(level: number): (...values: unknown[]) => void {
  const write = (...values: unknown[]) => {
    const execution = currentExecution();
    if (execution.consoleLines > CONSOLE_LINES_MAX) return;
    let text = "";
    for (let i = 0; i < values.length && text.length <= CONSOLE_BYTES_MAX; i++) {
      text += (i === 0 ? "" : " ") + formatValue(values[i]);
    }
    writeLine(execution, level, text);
  };
  return write;
}

/** The console that tasks get. Shared by all of them, so it holds no state of its own and is hardened. */
export const taskConsole: Record<string, (...values: unknown[]) => void> = {
  debug: writer(LEVEL.debug),
  log: writer(LEVEL.log),
  info: writer(LEVEL.info),
  warn: writer(LEVEL.warn),
  error: writer(LEVEL.error),
  trace: writer(LEVEL.debug),
};
