/**
 * FoundationDB's client library: loading it, opening a cluster, and what its errors mean.
 *
 * The library is native code, which ends the sandbox of the process that loads it: it is loaded when a cluster is
 * opened, and never before.
 */

import type * as fdb from "foundationdb";
import { DegovError, type ErrorCode } from "../../shared/errors.ts";

/** The highest that the npm package takes, also against a newer client library. */
const API_VERSION = 720;

export type FdbModule = typeof fdb;
export type FdbDatabase = ReturnType<FdbModule["open"]>;
export type FdbTransaction = ReturnType<FdbDatabase["rawCreateTransaction"]>;

/** The client library's error codes that mean something here. https://apple.github.io/foundationdb/api-error-codes.html */
export const FDB_TOO_OLD = 1007;
export const FDB_NOT_COMMITTED = 1020;
export const FDB_COMMIT_UNKNOWN = 1021;
export const FDB_CANCELLED = 1025;
export const FDB_TIMED_OUT = 1031;

const MEANINGS: ReadonlyMap<number, [ErrorCode, string]> = new Map([
  [FDB_TIMED_OUT, ["DEADLINE_EXCEEDED", "its time ran out; it may have committed. Is the cluster there?"]],
  [FDB_TOO_OLD, ["UNAVAILABLE", "it was too old, again and again"]],
  [FDB_NOT_COMMITTED, ["UNAVAILABLE", "it conflicted with others, again and again"]],
  [FDB_COMMIT_UNKNOWN, ["UNAVAILABLE", "whether it committed is unknown"]],
  [1038, ["UNAVAILABLE", "an operator has locked the database"]],
  [1515, ["FAILED_PRECONDITION", "there is no cluster file; name one, as in fdb:/etc/foundationdb/fdb.cluster"]],
  [2101, ["RESOURCE_EXHAUSTED", "the transaction is too large"]],
  [2102, ["RESOURCE_EXHAUSTED", "a key is too long"]],
  [2103, ["RESOURCE_EXHAUSTED", "a value is too long"]],
  [2104, [
    "FAILED_PRECONDITION",
    "the cluster file cannot be read as one; it holds one line, as in name:id@127.0.0.1:4500",
  ]],
  [6001, ["PERMISSION_DENIED", "the cluster refused this client"]],
]);

/** The code of an error of the client library, or undefined for any other. */
export function fdbCode(thrown: unknown): number | undefined {
  // By name and shape: the library's own class is at hand only once the library is.
  if (!(thrown instanceof Error)) return undefined;
  const { code } = thrown as { code?: unknown };
  return typeof code === "number" && !(thrown instanceof DegovError) ? code : undefined;
}

/** @param action what could not be done, as in "run the transaction". */
export function fdbFailure(action: string, thrown: unknown): DegovError {
  if (thrown instanceof DegovError) return thrown;
  const code = fdbCode(thrown);
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  const [meaning, why] = (code === undefined ? undefined : MEANINGS.get(code)) ??
    ["UNAVAILABLE", "the client library says no"];
  const origin = code === undefined ? detail : `error ${code}: ${detail}`;
  return new DegovError(meaning as ErrorCode, `Cannot ${action} on FoundationDB: ${why} (${origin})`, {
    cause: thrown,
  });
}

/** Loads the library. @throws DegovError FAILED_PRECONDITION that says how to install it. */
export async function loadFdb(): Promise<FdbModule> {
  try {
    const module = await import("foundationdb");
    const loaded = (module as unknown as { default?: FdbModule }).default ?? module;
    loaded.setAPIVersion(API_VERSION);
    return loaded;
  } catch (error) {
    const detail = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new DegovError(
      "FAILED_PRECONDITION",
      `Cannot load FoundationDB's client library: ${detail}. Install the package foundationdb-clients of FoundationDB ` +
        `7.1 to 7.3 (https://github.com/apple/foundationdb/releases), so that the loader finds libfdb_c, and allow the ` +
        `engine --allow-ffi; or use a store that needs no library, as in sqlite:PATH`,
      { cause: error },
    );
  }
}
