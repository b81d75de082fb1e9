import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { ClearedRanges } from "./cleared_ranges.ts";

const KEYS = 12;
const toText = (key: number) => key.toString(16).padStart(2, "0");
const bound = fc.nat({ max: KEYS });
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("add" as const), begin: bound, end: bound, newer: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("trim" as const), back: fc.nat({ max: 4 }) }) },
);

/** For each key, the versions that cleared it: what the pieces stand for. */
function build(steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[]) {
  const ranges = new ClearedRanges();
  const model = Array.from({ length: KEYS }, () => new Set<number>());
  let version = 1;
  for (const next of steps) {
    if (next.kind === "trim") {
      const floor = version - next.back;
      ranges.trim(floor);
      for (const versions of model) for (const at of [...versions]) if (at <= floor) versions.delete(at);
    } else {
      if (next.newer) version++;
      ranges.add(toText(next.begin), toText(next.end), version);
      for (let key = next.begin; key < next.end; key++) model[key].add(version);
    }
  }
  return { ranges, model: model.map((versions) => [...versions].sort((a, b) => a - b)), version };
}

Deno.test("ClearedRanges knows for every key when it was cleared, through overlaps and trims", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), bound, bound, (steps, begin, end) => {
      const { ranges, model, version } = build(steps);
      for (let at = 0; at <= version + 1; at++) {
        for (let key = 0; key < KEYS; key++) {
          const first = model[key][0];
          assert.equal(ranges.clearedBy(toText(key), at), first <= at ? first : undefined);
        }
        const inRange = model.slice(begin, Math.max(begin, end));
        assert.equal(
          begin < end && ranges.anyAfter(toText(begin), toText(end), at),
          inRange.some((versions) => versions.at(-1)! > at),
        );
        if (begin >= end) continue;
        for (const reverse of [false, true]) {
          const found = ranges.next({ begin: toText(begin), end: toText(end) }, at, reverse);
          const keys = inRange.map((_, index) => begin + index);
          const cleared = keys.filter((key) => model[key][0] <= at);
          const expected = reverse ? cleared.at(-1) : cleared[0];
          if (expected === undefined) assert.equal(found, undefined);
          else assert.ok(found !== undefined && found.begin <= toText(expected) && toText(expected) < found.end);
        }
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("[C1] ClearedRanges' pieces are disjoint and in order, and trimming everything leaves none", () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
    const { ranges, version } = build(steps);
    const pieces = ranges.ranges();
    pieces.forEach((piece, index) => {
      assert.ok(piece.begin < piece.end);
      assert.ok(index === 0 || pieces[index - 1].end <= piece.begin);
    });
    ranges.trim(version);
    assert.ok(ranges.isEmpty);
  }));
});
