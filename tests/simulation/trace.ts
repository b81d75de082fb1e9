/** Commits as lines that a person can follow. */

import { decodeJson } from "../../engine/keyspace.ts";
import { formatEntry } from "../../engine/machine/testing/trace.ts";
import type { HistoryRecord } from "../../engine/machine/history.ts";
import type { Bytes } from "../../engine/store/store.ts";
import { decodeTuple } from "../../engine/store/tuple.ts";

/** A large record is a header here, and its chunks. */
const OBJECT_BEGINS = "{".charCodeAt(0);
const CHUNK_MARK = 0xfe;

/** What a commit wrote and cleared: history as entries, the rest as keys. Tokens are left out, as they are not seeded. */
export function describeCommit(writes: readonly { key: Bytes; value: Bytes | undefined }[]): string {
  return writes.map(({ key, value }) => {
    if (key[0] === CHUNK_MARK) return "a chunk";
    const tuple = decodeTuple(key);
    if (tuple[0] === "h" && value !== undefined && value[0] === OBJECT_BEGINS) {
      const { entries, sequence } = decodeJson<HistoryRecord>(value);
      return `${tuple[1]}#${sequence}{${entries.map(formatEntry).join("; ")}}`;
    }
    if (tuple[0] === "e") return `e/${tuple[1]}`;
    return `${value === undefined ? "-" : ""}${tuple.join("/")}`;
  }).join(", ");
}
