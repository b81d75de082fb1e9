import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { CommitWindow } from "./commit_window.ts";
import type { Bytes } from "./store.ts";
import { decodeBatch, encodeBatch } from "./write_batch.ts";

const KEYS = 6;
const toKey = (key: number) => Uint8Array.of(key);
const toText = (key: number) => toKey(key).toHex();
const bound = fc.nat({ max: KEYS });
const commit = fc.record({
  clears: fc.array(fc.tuple(bound, bound).filter(([begin, end]) => begin < end), { maxLength: 2 }),
  writes: fc.dictionary(
    fc.nat({ max: KEYS - 1 }).map(String),
    fc.option(fc.uint8Array({ maxLength: 5 }), { nil: undefined }),
    { maxKeys: 3 },
  ),
});

Deno.test("[B1] decodeBatch() of encodeBatch() leaves what the commits leave one after another, in any order of entries", () => {
  fc.assert(
    fc.property(fc.array(commit, { maxLength: 8 }), fc.nat({ max: 8 }), (plan, cut) => {
      const window = new CommitWindow(0);
      const [model, written] = [new Map<number, string>(), new Map<number, string>()];
      // In two batches, as flushes cut the stream of commits anywhere.
      for (const part of [plan.slice(0, cut), plan.slice(cut)]) {
        const flushed = window.commitsAfter(0).length;
        for (const [index, { clears, writes }] of part.entries()) {
          window.append(
            flushed + index + 1,
            clears.map(([begin, end]) => ({ begin: toText(begin), end: toText(end) })),
            Object.entries(writes).map(([key, value]) => ({
              text: toText(Number(key)),
              key: toKey(Number(key)),
              value,
            })),
          );
          for (const [begin, end] of clears) {
            for (let key = begin; key < end; key++) model.delete(key);
          }
          for (const [key, value] of Object.entries(writes)) {
            if (value === undefined) model.delete(Number(key));
            else model.set(Number(key), value.toHex());
          }
        }
        const seen: string[] = [];
        decodeBatch(encodeBatch(window.commitsAfter(flushed)), {
          set: (key: Bytes, value: Bytes) => (seen.push(key.toHex()), void written.set(key[0], value.toHex())),
          clear: (key: Bytes) => (seen.push(key.toHex()), void written.delete(key[0])),
          clearRange: (begin: Bytes, end: Bytes) => {
            assert.equal(seen.length, 0, "cleared ranges come first");
            for (let key = begin[0]; key < end[0]; key++) written.delete(key);
          },
        });
        assert.equal(new Set(seen).size, seen.length, "one entry per key");
        assert.deepEqual(new Map([...written].sort()), new Map([...model].sort()));
      }
    }),
    { numRuns: 1_000 },
  );
});
