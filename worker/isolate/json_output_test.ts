import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { JSON_DEPTH_MAX, OUTPUT_BYTES_MAX } from "../../shared/limits.ts";
import { OutputError, toJsonText } from "./json_output.ts";

Deno.test("toJsonText() writes what JSON.stringify writes, for any JSON", () => {
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
    assert.equal(toJsonText(value), JSON.stringify(value));
  }));
});

Deno.test("toJsonText() names the place of what it refuses", () => {
  const cases: [value: unknown, message: RegExp][] = [
    [{ items: [0, { price: NaN }] }, /^output\.items\[1\]\.price is NaN; use null or a number$/],
    [{ "odd key": () => 1 }, /^output\["odd key"\] is a function; return plain data$/],
    [[new Map()], /^output\[0\] is a Map; use Object\.fromEntries\(map\)$/],
    [10n, /^output is a bigint; use a number or a string$/],
  ];
  for (const [value, message] of cases) {
    assert.throws(() => toJsonText(value), (thrown) => OutputError.is(thrown) && message.test(thrown.message));
  }
});

Deno.test("toJsonText() bounds depth and size", () => {
  const nested = (depth: number) => {
    let value: unknown = 1;
    for (let i = 0; i < depth; i++) value = [value];
    return value;
  };
  assert.equal(toJsonText(nested(JSON_DEPTH_MAX)).length, 2 * JSON_DEPTH_MAX + 1);
  assert.throws(
    () => toJsonText(nested(JSON_DEPTH_MAX + 1)),
    (thrown) => OutputError.is(thrown) && thrown.code === "INVALID_OUTPUT",
  );
  const large = (thrown: unknown) => OutputError.is(thrown) && thrown.code === "RESOURCE_EXHAUSTED";
  assert.throws(() => toJsonText("x".repeat(OUTPUT_BYTES_MAX + 1)), large);
  assert.throws(() => toJsonText(new Array(2 ** 32 - 1)), large);
});

Deno.test("toJsonText() takes the same object twice, but not within itself", () => {
  const shared = { a: 1 };
  assert.equal(toJsonText([shared, shared]), '[{"a":1},{"a":1}]');
});
