import assert from "node:assert/strict";
import * as fc from "npm:fast-check@4.10.2";
import { JSON_DEPTH_MAX } from "../../shared/limits.ts";
import { jsonBytes, memberBytes, NOT_JSON, TOO_DEEP, TOO_LARGE } from "./json_bytes.ts";

function textBytes(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

const jsonValue = fc.jsonValue({ maxDepth: 5, stringUnit: "binary" });

Deno.test("jsonBytes() equals the bytes of the JSON text", () => {
  fc.assert(fc.property(jsonValue, (value) => {
    assert.equal(jsonBytes(value, Infinity), textBytes(value));
  }));
  for (const text of ["", '"\\/', "\b\t\n\v\f\r\0\x7f\x80", "é€😀", "\ud800", "\udc00x", "\ud800\ud800\udc00"]) {
    assert.equal(jsonBytes(text, Infinity), textBytes(text), JSON.stringify(text));
  }
  for (const number of [0, -0, 7, 10, -1, 1e21, 5e-324, 0.1, Number.MAX_SAFE_INTEGER]) {
    assert.equal(jsonBytes(number, Infinity), textBytes(number), String(number));
  }
});

Deno.test("jsonBytes() says TOO_LARGE exactly beyond the bound", () => {
  fc.assert(fc.property(jsonValue, (value) => {
    const bytes = textBytes(value);
    assert.equal(jsonBytes(value, bytes), bytes);
    assert.equal(jsonBytes(value, bytes - 1), TOO_LARGE);
  }));
});

Deno.test("memberBytes() counts the key and the colon", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), jsonValue, (key, value) => {
    assert.equal(
      memberBytes(key, value, Infinity),
      textBytes(JSON.parse(`{${JSON.stringify(key)}:0}`)) - 3 + textBytes(value),
    );
  }));
});

function nest(levels: number): unknown {
  let value: unknown = 0;
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { value };
  return value;
}

Deno.test("jsonBytes() says TOO_DEEP beyond the bound on nesting", () => {
  assert.ok(jsonBytes(nest(JSON_DEPTH_MAX), Infinity) > 0);
  assert.equal(jsonBytes(nest(JSON_DEPTH_MAX + 1), Infinity), TOO_DEEP);
  assert.equal(jsonBytes(nest(100_000), Infinity), TOO_DEEP);
});

Deno.test("jsonBytes() stops at the bound however often a part is shared", () => {
  let value: unknown = "0123456789";
  for (let level = 0; level < 60; level++) value = [value, value];
  assert.equal(jsonBytes(value, 1_000_000), TOO_LARGE);
});

Deno.test("jsonBytes() says NOT_JSON of what JSON would change or refuse", () => {
  const values = [
    NaN,
    Infinity,
    -Infinity,
    1n,
    undefined,
    () => 0,
    Symbol(),
    new Date(0),
    new Map(),
    new Uint8Array(1),
  ];
  for (const value of values) {
    assert.equal(jsonBytes(value, Infinity), NOT_JSON, String(value));
    assert.equal(jsonBytes([value], Infinity), NOT_JSON, String(value));
    assert.equal(jsonBytes({ value }, Infinity), NOT_JSON, String(value));
  }
});
