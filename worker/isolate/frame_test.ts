import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { encodeFrame, FRAME_BYTES_MAX, FrameReader, ToIsolate } from "./frame.ts";

Deno.test("FrameReader gives the frames, however their bytes arrive", () => {
  const payloads = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 10 });
  const cuts = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 200 });
  fc.assert(fc.property(payloads, cuts, (sent, sizes) => {
    const stream = new Uint8Array(sent.flatMap((payload, i) => [...encodeFrame(ToIsolate.code, i, payload)]));
    const reader = new FrameReader();
    const received: number[][] = [];
    for (let at = 0, i = 0; at < stream.length; i++) {
      const size = sizes[i % sizes.length];
      for (const frame of reader.push(stream.subarray(at, at + size))) received.push([...frame.subarray(5)]);
      at += size;
    }
    assert.deepEqual(received, sent.map((payload) => [...payload]));
  }));
});

Deno.test("[F1] FrameReader refuses a frame that announces too many bytes", () => {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, FRAME_BYTES_MAX + 1, true);
  assert.throws(() => new FrameReader().push(length), RangeError);
});
