/** What SQLite throws, as an error that tells an operator which file it is about and what to do. */

import { DegovError, type ErrorCode } from "../../shared/errors.ts";

/** By the text of SQLite's message: under Deno its errors carry no number. */
const MEANINGS: [pattern: RegExp, code: ErrorCode, advice: string][] = [
  [
    /disk is full/,
    "UNAVAILABLE",
    "the disk is full, or the process may not write larger files; free space and start again",
  ],
  [
    /disk I\/O error/,
    "UNAVAILABLE",
    "the disk refuses to read or write; check the disk and the system's log, and start again",
  ],
  [/not a database/, "FAILED_PRECONDITION", "it is not a SQLite file; name another path, or move the file away"],
  [/malformed/, "DATA_LOSS", "the file is damaged; restore it from a backup"],
  [
    /readonly database|read-only/,
    "FAILED_PRECONDITION",
    "it cannot be written; check the permissions of the file and its directory",
  ],
  [
    /unable to open database file/,
    "FAILED_PRECONDITION",
    "it cannot be opened; check that it is a file, and its directory's permissions",
  ],
  [/locked/, "UNAVAILABLE", "another process holds it; stop that one, or name another path"],
];

/** @param action what could not be done, as in "open the store". */
export function sqliteFailure(action: string, path: string, thrown: unknown): DegovError {
  if (thrown instanceof DegovError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const [, code, advice] = MEANINGS.find(([pattern]) => pattern.test(message)) ??
    [undefined, "UNAVAILABLE" as const, "check the file and the disk, and start again"];
  return new DegovError(code, `Cannot ${action} in the file ${path}: ${advice} (SQLite: ${message})`, {
    cause: thrown,
  });
}
