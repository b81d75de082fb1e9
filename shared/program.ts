/** What every program of ours does at its beginning and end. */

import { DegovError, formatProblems } from "./errors.ts";

/** Exit codes: a fault of the caller (flags, files, permissions), and anything else. */
export const EXIT_USAGE = 2;
export const EXIT_FAILURE = 1;

/** Prints what went wrong, in words and without a stack where it is not a bug, and exits. */
export function exitWith(thrown: unknown): never {
  if (thrown instanceof DegovError) {
    console.error(`error: ${thrown.message}`);
    if (thrown.problems.length > 0) console.error(formatProblems(thrown.problems));
    Deno.exit(thrown.code === "INVALID_ARGUMENT" || thrown.code === "FAILED_PRECONDITION" ? EXIT_USAGE : EXIT_FAILURE);
  }
  console.error(thrown);
  Deno.exit(EXIT_FAILURE);
}

/** Resolves at the first SIGTERM or SIGINT; the second ends the process at once. */
export function stopSignal(): Promise<Deno.Signal> {
  return new Promise((resolve) => {
    let stopping = false;
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      Deno.addSignalListener(signal, () => {
        if (stopping) Deno.exit(EXIT_FAILURE);
        stopping = true;
        resolve(signal);
      });
    }
  });
}
