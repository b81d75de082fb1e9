/** Every pair that a store holds, followed commit by commit, with large values put together again. */

import type { Bytes } from "../../engine/store/store.ts";

/** What a commit left at a key. */
export interface Write {
  key: Bytes;
  value: Bytes | undefined;
}

/** With its key as hex. */
export interface Row extends Write {
  text: string;
}

/** As large_value.ts says: a head is this byte and the number of chunks, a chunk's key begins with the other. */
const HEAD_MARK = 0x01;
const HEAD_BYTES = 5;
const CHUNK_MARK = "fe";

export class Rows {
  readonly #values = new Map<string, Bytes>();

  /** Applies one commit, whose clears come before its writes; every key that it touched but chunks, in order. */
  apply(
    { writes, clears = [] }: { writes: readonly Write[]; clears?: readonly { begin: string; end: string }[] },
  ): Row[] {
    const touched = new Map<string, Row>();
    for (const { begin, end } of clears) {
      for (const text of this.#values.keys()) {
        if (text < begin || text >= end) continue;
        touched.set(text, { text, key: Uint8Array.fromHex(text), value: undefined });
      }
    }
    for (const { key, value } of writes) {
      const text = key.toHex();
      touched.set(text, { text, key, value });
    }
    for (const { text, value } of touched.values()) {
      if (value === undefined) this.#values.delete(text);
      else this.#values.set(text, value);
    }
    return [...touched.values()].filter(({ text }) => !text.startsWith(CHUNK_MARK)).sort((a, b) =>
      a.text < b.text ? -1 : 1
    );
  }

  /** The value whose first part this is. */
  complete(text: string, head: Bytes): Bytes {
    if (head.length !== HEAD_BYTES || head[0] !== HEAD_MARK) return head;
    const chunks = chunkKeys(text, head).map((chunk) => this.#values.get(chunk));
    const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + (chunk?.length ?? 0), 0));
    let at = 0;
    for (const chunk of chunks) {
      if (chunk === undefined) throw new Error(`A chunk of ${text} is missing`);
      whole.set(chunk, at);
      at += chunk.length;
    }
    return whole;
  }

  /** Keys of chunks that belong to no value. */
  strayChunks(): string[] {
    const owned = new Set<string>();
    for (const [text, value] of this.#values) {
      if (value.length !== HEAD_BYTES || value[0] !== HEAD_MARK || text.startsWith(CHUNK_MARK)) continue;
      for (const chunk of chunkKeys(text, value)) owned.add(chunk);
    }
    return [...this.#values.keys()].filter((text) => text.startsWith(CHUNK_MARK) && !owned.has(text));
  }

  /** All but chunks. */
  *entries(): Generator<[key: Bytes, value: Bytes]> {
    for (const [text, value] of this.#values) {
      if (!text.startsWith(CHUNK_MARK)) yield [Uint8Array.fromHex(text), value];
    }
  }
}

function chunkKeys(text: string, head: Bytes): string[] {
  const count = new DataView(head.buffer, head.byteOffset, head.length).getUint32(1);
  return Array.from({ length: count }, (_, index) => `${CHUNK_MARK}${text}${index.toString(16).padStart(8, "0")}`);
}
