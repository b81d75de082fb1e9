import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { SeededRandom } from "../../shared/random.ts";
import { SortedKeys } from "./sorted_keys.ts";

function visited(keys: SortedKeys, begin: string, end: string, options: { reverse?: boolean; limit?: number } = {}) {
  const seen: string[] = [];
  const visitor = (text: string) => seen.push(text) < (options.limit ?? Infinity);
  if (options.reverse) keys.visitReverse(begin, end, visitor);
  else keys.visit(begin, end, visitor);
  return seen;
}

const key = fc.uint8Array({ maxLength: 2, max: 20 }).map((bytes) => bytes.toHex());
const step = fc.record({ isAdd: fc.boolean(), key });

Deno.test("SortedKeys holds what a sorted list of a Set holds", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), key, key, fc.nat({ max: 5 }), (steps, begin, end, limit) => {
      const [keys, model] = [new SortedKeys(), new Set<string>()];
      for (const { isAdd, key } of steps) {
        if (isAdd) keys.add(key), model.add(key);
        else keys.delete(key), model.delete(key);
      }
      const expected = [...model].sort().filter((text) => text >= begin && text < end);
      assert.equal(keys.size, model.size);
      assert.deepEqual(visited(keys, begin, end), expected);
      assert.deepEqual(visited(keys, begin, end, { reverse: true }), expected.toReversed());
      assert.deepEqual(visited(keys, begin, end, { limit: limit + 1 }), expected.slice(0, limit + 1));
    }),
  );
});

Deno.test("[K1] SortedKeys stays in order over many chunks, filled in order, backwards and at random, and emptied", () => {
  const random = new SeededRandom(7);
  const numbers = Array.from({ length: 5_000 }, (_, index) => index);
  const orders = [numbers, numbers.toReversed(), numbers.toSorted(() => random.next() - 0.5)];
  const toText = (number: number) => number.toString(16).padStart(8, "0");
  for (const order of orders) {
    const keys = new SortedKeys();
    for (const number of order) keys.add(toText(number));
    assert.deepEqual(visited(keys, "", "g"), numbers.map(toText));
    assert.deepEqual(visited(keys, "", "g", { reverse: true }), numbers.map(toText).toReversed());
    for (const number of order) if (number % 3 > 0) keys.delete(toText(number));
    assert.deepEqual(visited(keys, "", "g"), numbers.filter((number) => number % 3 === 0).map(toText));
    for (const number of order) keys.delete(toText(number));
    assert.equal(keys.size, 0);
    assert.deepEqual(visited(keys, "", "g"), []);
    keys.add("aa");
    assert.deepEqual(visited(keys, "", "g"), ["aa"]);
  }
});
