import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { formatDuration, parseDuration } from "./duration.ts";

Deno.test("parseDuration() reads units, alone and together", () => {
  const cases: [text: string, ms: number | undefined][] = [
    ["250ms", 250],
    ["5s", 5_000],
    ["2m", 120_000],
    ["1h30m", 5_400_000],
    ["1d", 86_400_000],
    ["1d2h3m4s5ms", 93_784_005],
    ["1.5h", 5_400_000],
    ["0s", 0],
    ["0.5ms", 0.5],
    ["5", undefined],
    ["", undefined],
    ["5 s", undefined],
    ["-5s", undefined],
    ["5S", undefined],
    ["PT5S", undefined],
    [".5s", undefined],
    ["1s".repeat(40), undefined],
  ];
  for (const [text, ms] of cases) assert.equal(parseDuration(text), ms, text);
});

Deno.test("formatDuration() gives what parseDuration() reads", () => {
  fc.assert(fc.property(fc.nat(366 * 86_400_000), (ms) => assert.equal(parseDuration(formatDuration(ms)), ms)));
  assert.equal(formatDuration(0), "0ms");
});
