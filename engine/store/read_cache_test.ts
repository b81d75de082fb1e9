import assert from "node:assert/strict";
import { CommitWindow } from "./commit_window.ts";
import { ReadCache } from "./read_cache.ts";

const toText = (key: number) => key.toString(16).padStart(4, "0");
const value = (byte: number, length = 100) => new Uint8Array(length).fill(byte);

/** A commit as the window hands it over. */
function commitOf(writes: [key: number, value: Uint8Array | undefined][], clears: [begin: number, end: number][] = []) {
  const window = new CommitWindow(0);
  return window.append(
    1,
    clears.map(([begin, end]) => ({ begin: toText(begin), end: toText(end) })),
    writes.map(([key, value]) => ({ text: toText(key), key: Uint8Array.fromHex(toText(key)), value })),
  );
}

Deno.test("ReadCache never holds more than its bytes, and prefers what was read again", () => {
  const cache = new ReadCache(10_000);
  cache.put(toText(0), value(0));
  for (let key = 1; key < 500; key++) {
    cache.put(toText(key), value(key));
    assert.ok(cache.bytes <= 10_000);
    assert.equal(cache.get(toText(0))?.[0], 0, "read all the time");
  }
  assert.equal(cache.get(toText(1)), undefined);
  assert.equal(cache.get(toText(499))?.[0], 499 % 256);
});

Deno.test("ReadCache does not take a value larger than itself, and a cache of no bytes takes none", () => {
  const cache = new ReadCache(1_000);
  cache.put(toText(1), value(1, 2_000));
  assert.equal(cache.get(toText(1)), undefined);
  const none = new ReadCache(0);
  none.put(toText(1), value(1, 0));
  assert.equal(none.bytes, 0);
});

Deno.test("[H1] ReadCache follows commits: new values, clears, cleared ranges, and a range cleared and set again", () => {
  const cache = new ReadCache(100_000);
  for (let key = 0; key < 10; key++) cache.put(toText(key), value(key));
  cache.apply(commitOf([[0, value(100)], [1, undefined], [5, value(105)], [50, value(150)]], [[4, 8]]));
  const held = Array.from({ length: 10 }, (_, key) => cache.get(toText(key))?.[0]);
  assert.deepEqual(held, [100, undefined, 2, 3, undefined, undefined, undefined, undefined, 8, 9]);
  assert.equal(cache.get(toText(50)), undefined, "what nobody has read is not brought in");
});

Deno.test("ReadCache counts the bytes of values that grow and are removed", () => {
  const cache = new ReadCache(100_000);
  for (let key = 0; key < 10; key++) cache.put(toText(key), value(key));
  cache.apply(commitOf([[3, value(3, 90_000)], [4, value(4, 50_000)]]));
  assert.ok(cache.bytes <= 100_000);
  cache.apply(commitOf([], [[0, 20]]));
  assert.equal(cache.bytes, 0);
});
