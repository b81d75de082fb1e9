/** Commits as lines that a person can follow. */

import { decodeJson } from "../../engine/keyspace.ts";
import { formatEntry } from "../../engine/machine/testing/trace.ts";
import type { HistoryRecord } from "../../engine/machine/history.ts";
import type { Bytes } from "../../engine/store/store.ts";
import { decodeTuple } from "../../engine/store/tuple.ts";

/** What a commit wrote and cleared: history as entries, the rest as keys. Tokens are left out, as they are not seeded. */
export function describeCommit(writes: readonly { key: Bytes; value: Bytes | undefined }[]): string {
  return writes.map(({ key, value }) => {
    const tuple = decodeTuple(key);
    if (tuple[0] === "h" && value !== undefined) {
      const { entries, sequence } = decodeJson<HistoryRecord>(value);
      return `${tuple[1]}#${sequence}{${entries.map(formatEntry).join("; ")}}`;
    }
    if (tuple[0] === "e") return `e/${tuple[1]}`;
    return `${value === undefined ? "-" : ""}${tuple.join("/")}`;
  }).join(", ");
}
