import assert from "node:assert/strict";
import { PATTERN_CHARS_MAX } from "../limits.ts";
import { Meter, MeterExhausted } from "./cel/meter.ts";
import { compilePattern } from "./pattern.ts";

function isFound(source: string, text: string): boolean {
  const compiled = compilePattern(source);
  assert.ok(compiled.ok, compiled.ok ? "" : compiled.message);
  return compiled.pattern.isFoundIn(text, new Meter());
}

Deno.test("compilePattern() finds what JavaScript finds, for what both know", () => {
  const cases: [source: string, text: string][] = [
    ["^a.c$", "abc"],
    ["^a.c$", "abcd"],
    ["b", "abc"],
    ["^\\d{4}-\\d\\d$", "2026-01"],
    ["[\\w.]+@[\\w.]+", "ada@example.org"],
    ["^\\u00e4\\/$", "ä/"],
    ["\\p{Lu}", "aÄ"],
    ["^(?:a|b)*?$", "abab"],
    ["(?<year>\\d+)", "x7"],
    ["^[^\\s]+$", "a b"],
    ["😀{2}", "😀😀"],
  ];
  for (const [source, text] of cases) {
    assert.equal(isFound(source, text), new RegExp(source, "u").test(text), `${source} in ${text}`);
  }
});

Deno.test("compilePattern() refuses what RE2 cannot do, and what is too large, with the reason", () => {
  const cases: [source: string, reason: RegExp][] = [
    ["(?=a)", /no lookaround, no back-references\): invalid or unsupported Perl syntax/],
    ["(a)\\1", /invalid escape sequence/],
    ["(", /missing closing \)/],
    ["a{1001}", /invalid repeat count/],
    ["(((((a?){10})?){10})?){9}", /its repetitions make \d+ instructions, at most 2000/],
    ["a".repeat(PATTERN_CHARS_MAX + 1), /it has 501 characters, at most 500 are allowed/],
  ];
  for (const [source, reason] of cases) {
    const compiled = compilePattern(source);
    assert.ok(!compiled.ok, source);
    assert.match(compiled.message, reason);
  }
});

Deno.test("a pattern spends for the worst case before it runs", () => {
  const compiled = compilePattern("(a+)+$");
  assert.ok(compiled.ok);
  const meter = new Meter(1_000);
  compiled.pattern.isFoundIn("a".repeat(100), meter);
  assert.ok(meter.spent > 100);
  assert.throws(() => compiled.pattern.isFoundIn("a".repeat(10_000), meter), MeterExhausted);
});
