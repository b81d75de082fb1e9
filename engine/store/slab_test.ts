import { deepEqual, equal } from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { cutBytes, cutText } from "./slab.ts";

Deno.test("cutBytes() copies the bytes it is asked for", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 5_000 }), fc.nat(), (source, number) => {
    const length = number % (source.length + 1);
    deepEqual(new Uint8Array(cutBytes(source, length)), source.slice(0, length));
  }));
});

Deno.test("cutText() is UTF-8, whatever the text and its length", () => {
  const encoder = new TextEncoder();
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 3_000 }), (text) => {
    deepEqual(new Uint8Array(cutText(text)), encoder.encode(text));
  }));
});

Deno.test("[L1] what was cut stays as it is while others are cut", () => {
  const source = new Uint8Array(100);
  const cuts = Array.from({ length: 2_000 }, (_, index) => {
    source.fill(index);
    return index % 3 === 0 ? cutText(`text ${index}`) : cutBytes(source, index % 100);
  });
  for (const [index, cut] of cuts.entries()) {
    if (index % 3 === 0) equal(new TextDecoder().decode(cut), `text ${index}`);
    else deepEqual(new Uint8Array(cut), new Uint8Array(index % 100).fill(index));
  }
});
