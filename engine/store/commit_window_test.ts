import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { type Commit, CommitWindow } from "./commit_window.ts";
import { layeredRange } from "./layered_range.ts";
import { MemoryPairs } from "./memory_pairs.ts";

const KEYS = 8;
const toKey = (key: number) => Uint8Array.of(key);
const toText = (key: number) => toKey(key).toHex();
const bound = fc.nat({ max: KEYS });
const range = fc.tuple(bound, bound).filter(([begin, end]) => begin < end);
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("commit" as const),
      clears: fc.array(range, { maxLength: 2 }),
      writes: fc.dictionary(
        fc.nat({ max: KEYS - 1 }).map(String),
        fc.option(fc.nat({ max: 255 }), { nil: undefined }),
        {
          maxKeys: 3,
        },
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("trim" as const), back: fc.nat({ max: 3 }) }) },
);

/** What every version looked like, and which keys it touched. */
interface Version {
  values: Map<number, number>;
  touched: Set<number>;
}

function build(steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[]) {
  const [window, older] = [new CommitWindow(0), new MemoryPairs()];
  const versions: Version[] = [{ values: new Map(), touched: new Set() }];
  for (const next of steps) {
    if (next.kind === "trim") {
      window.trim(Math.max(window.floor, versions.length - 1 - next.back), (commit: Commit) => older.apply(commit));
      continue;
    }
    const values = new Map(versions.at(-1)!.values);
    const touched = new Set<number>();
    for (const [begin, end] of next.clears) {
      for (let key = begin; key < end; key++) values.delete(key), touched.add(key);
    }
    for (const [key, value] of Object.entries(next.writes)) {
      touched.add(Number(key));
      if (value === undefined) values.delete(Number(key));
      else values.set(Number(key), value);
    }
    window.append(
      versions.length,
      next.clears.map(([begin, end]) => ({ begin: toText(begin), end: toText(end) })),
      Object.entries(next.writes).map(([key, value]) => ({
        text: toText(Number(key)),
        key: toKey(Number(key)),
        value: value === undefined ? undefined : Uint8Array.of(value),
      })),
    );
    versions.push({ values, touched });
  }
  return { window, older, versions };
}

Deno.test("[M2] [M3] CommitWindow over the older whole shows every version since the floor, key by key and in ranges", () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 20 }),
      range,
      fc.integer({ min: 1, max: 4 }),
      (steps, [begin, end], limit) => {
        const { window, older, versions } = build(steps);
        for (let at = window.floor; at < versions.length; at++) {
          const { values } = versions[at];
          for (let key = 0; key < KEYS; key++) {
            const entry = window.lookup(toText(key), at);
            const value = entry === undefined ? older.get(toText(key)) : entry.value;
            assert.equal(value?.[0], values.get(key));
          }
          for (const reverse of [false, true]) {
            const read = { begin: toText(begin), end: toText(end), limit, reverse };
            const lower = older.range.bind(older);
            const layer = window.layerFor(read, at);
            const pairs = layer === undefined ? lower(read, limit, reverse) : layeredRange(layer, lower, read);
            const keys = [...values.keys()].filter((key) => key >= begin && key < end).sort((a, b) => a - b);
            const expected = (reverse ? keys.toReversed() : keys).slice(0, limit).map((key) => [key, values.get(key)]);
            assert.deepEqual(pairs.map((pair) => [pair.key[0], pair.value[0]]), expected);
          }
        }
      },
    ),
    { numRuns: 1_000 },
  );
});

Deno.test("[M3] CommitWindow knows of every key and range whether it was written since a version", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), range, (steps, [begin, end]) => {
      const { window, versions } = build(steps);
      for (let at = window.floor; at < versions.length; at++) {
        const written = new Set(versions.slice(at + 1).flatMap(({ touched }) => [...touched]));
        for (let key = 0; key < KEYS; key++) assert.equal(window.writtenSince(toText(key), at), written.has(key));
        const isWritten = [...written].some((key) => key >= begin && key < end);
        assert.equal(window.rangeWrittenSince({ begin: toText(begin), end: toText(end) }, at), isWritten);
      }
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("CommitWindow.trim() gives back all memory", () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
    const { window, versions } = build(steps);
    window.trim(versions.length, () => {});
    assert.equal(window.bytes, 0);
    assert.deepEqual(window.commitsAfter(0), []);
    for (let key = 0; key < KEYS; key++) assert.equal(window.lookup(toText(key), versions.length), undefined);
  }));
});
