/** Documents that would hang, crash or fill the engine. */

import assert from "node:assert/strict";
import { DEFINITION_BYTES_MAX, JSON_DEPTH_MAX } from "../limits.ts";
import { parseDefinition } from "./parse.ts";

function told(source: unknown): string[] {
  const result = parseDefinition(source);
  assert.ok(!result.ok, "the definition is accepted");
  return result.problems.map(({ path, line, column, message }) => `${path} ${line ?? "-"}:${column ?? "-"} ${message}`);
}

const nested = (open: string, close: string, depth: number) => open.repeat(depth) + close.repeat(depth);

const HOSTILE: [what: string, source: () => unknown, expected: RegExp][] = [
  ["a huge text", () => "x".repeat(DEFINITION_BYTES_MAX + 1), /at most 4194304 are allowed/],
  ["lists within lists", () => nested("[", "]", 100_000), /nested deeper than 64 levels|the document has more than/],
  [
    "lists within lists in JSON",
    () => ({ text: nested("[", "]", 100_000), format: "json" }),
    /nested (too deeply|deeper)/,
  ],
  ["lists just too deep", () => nested("[", "]", JSON_DEPTH_MAX + 2), /nested deeper than 64 levels/],
  ["lists in blocks", () => "- ".repeat(20_000) + "x", /nested deeper than 64 levels/],
  ["keys without end", () => "? ".repeat(20_000) + "x", /nested deeper|a key must be/],
  ["a million commas", () => `[${",".repeat(1_000_000)}]`, /more than 100000 parts; write it as JSON/],
  ["a million values in JSON", () => `{"a": [${"1,".repeat(1_000_000)}1]}`, /more than 100000 values/],
  ["a million lines", () => "\n".repeat(1_000_000) + "a: 1", /more than 100000 parts/],
  [
    "a bomb of aliases",
    () => "a: &a [x, x]\n" + Array.from({ length: 30 }, (_, i) => `b${i}: &b${i} [*a, *a]`).join("\n"),
    /anchors are not taken here/,
  ],
  ["very long tags", () => "!a".repeat(100_000), /not YAML/],
  ["a cycle", () => {
    const cycle: Record<string, unknown> = { name: "w" };
    cycle.states = { a: { enter: { set: { x: cycle } } } };
    return cycle;
  }, /nested deeper than 64 levels/],
  ["parts that double", () => {
    let part: unknown = "x";
    for (let index = 0; index < 40; index++) part = [part, part];
    return { name: "w", initial: "a", states: { a: { enter: { set: { x: part } } } } };
  }, /more than 100000 values/],
  ["a class", () => ({ name: "w", states: new Map() }), /an object of class Map is nothing that JSON can carry/],
  ["a function", () => ({ name: "w", states: () => 1 }), /a function is nothing that JSON can carry/],
  ["a bigint", () => ({ name: 1n }), /a bigint is nothing that JSON can carry/],
  ["undefined", () => undefined, /a undefined is nothing that JSON can carry|must be a workflow/],
  ["too many states", () => ({
    name: "w",
    initial: "s0",
    states: Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [`s${index}`, { final: true }])),
  }), /has 1001 entries, at most 1000 are allowed/],
  ["too many regular expressions", () => ({
    name: "w",
    initial: "a",
    inputSchema: {
      properties: Object.fromEntries(
        Array.from({ length: 101 }, (_, index) => [`p${index}`, { pattern: `a{9}${index}` }]),
      ),
    },
    states: { a: {} },
  }), /more than 100 regular expressions in one definition/],
  ["references in a chain without end", () => ({
    name: "w",
    initial: "a",
    inputSchema: {
      $ref: "#/$defs/a0",
      $defs: Object.fromEntries(
        Array.from({ length: 20_000 }, (_, index) => [`a${index}`, { $ref: `#/$defs/a${index + 1}` }]),
      ),
    },
    states: { a: {} },
  }), /more than 5000 schemas within the input schema/],
  ["misspelled targets without number", () => ({
    name: "w",
    initial: "s0",
    states: Object.fromEntries(
      Array.from({ length: 900 }, (_, state) => [
        `state_with_quite_a_long_name_${state}`,
        {
          on: Object.fromEntries(
            Array.from({ length: 40 }, (_, index) => [`e${index}`, `state_with_a_long_name_${state}`]),
          ),
        },
      ]),
    ),
  }), /and more: only the first 100 problems are listed/],
  ["too many expressions", () => ({
    name: "w",
    initial: "a",
    states: {
      a: {
        on: Object.fromEntries(
          Array.from(
            { length: 51 },
            (_, event) => [`e${event}`, Array.from({ length: 100 }, (_, index) => ({ guard: `${index} > ${event}` }))],
          ),
        ),
      },
    },
  }), /more than 5000 expressions in one definition/],
];

for (const [what, source, expected] of HOSTILE) {
  Deno.test(`[R2] parseDefinition() refuses ${what}`, () => {
    const problems = told(source());
    assert.ok(problems.some((problem) => expected.test(problem)), problems.slice(0, 5).join("\n").slice(0, 1_000));
  });
}
