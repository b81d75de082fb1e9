/** What happens to definitions that are damaged at random. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { arbitraryDefinition } from "./arbitrary_definition.ts";
import type { Definition } from "./definition.ts";
import { formatDefinition } from "./format.ts";
import { parseDefinition } from "./parse.ts";

type Container = Record<string, unknown> | unknown[];

/** Every object and list within a value, itself included; what was put in twice is there once. */
function containersOf(value: unknown, seen = new Set<unknown>()): Container[] {
  if (typeof value !== "object" || value === null || seen.has(value)) return [];
  seen.add(value);
  return [value as Container, ...Object.values(value).flatMap((part) => containersOf(part, seen))];
}

/** What is put in is a copy, as further damage may be done to it. */
function copyOf(value: unknown): unknown {
  return typeof value === "object" && value !== null && !(value instanceof Date) ? structuredClone(value) : value;
}

const rubbish = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(
    undefined,
    NaN,
    Infinity,
    -1,
    1e300,
    "",
    "complete",
    "error",
    "__proto__",
    "constructor",
    [],
    {},
  ),
  fc.constantFrom<unknown>(
    "5s",
    "context.",
    "1 +",
    "${x}",
    "\u0000",
    { $ref: "#" },
    { expression: "1 +" },
    () => 1,
    1n,
    Symbol("x"),
    new Date(0),
  ),
);

interface Damage {
  kind: "replace" | "remove" | "rename" | "add" | "repeat";
  container: number;
  member: number;
  value: unknown;
  key: string;
}

const damage: fc.Arbitrary<Damage> = fc.record({
  kind: fc.constantFrom("replace", "remove", "rename", "add", "repeat"),
  container: fc.nat(),
  member: fc.nat(),
  value: rubbish,
  key: fc.oneof(
    fc.string(),
    fc.constantFrom("target", "guard", "on", "task", "set", "final", "after", "__proto__", "toString"),
  ),
});

/** Damages a value in place. */
function apply(root: Container, { kind, container, member, value, key }: Damage): void {
  value = copyOf(value);
  const containers = containersOf(root);
  const at = containers[container % containers.length];
  const keys = Object.keys(at);
  const chosen = keys[member % Math.max(1, keys.length)] ?? key;
  if (Array.isArray(at)) {
    const index = member % (at.length + 1);
    if (kind === "remove") at.splice(index, 1);
    else if (kind === "repeat" && at.length > 0) at.push(at[index % at.length]);
    else at[index] = value;
    return;
  }
  if (kind === "remove") delete at[chosen];
  else if (kind === "rename") {
    const moved = at[chosen];
    delete at[chosen];
    setOwn(at, key, moved);
  } else setOwn(at, kind === "replace" ? chosen : key, value);
}

/** Sets a key of the object's own, `__proto__` included. */
function setOwn(at: object, key: string, value: unknown): void {
  Object.defineProperty(at, key, { value, enumerable: true, configurable: true, writable: true });
}

Deno.test("[R2] parseDefinition() takes or refuses any damaged definition, and names the place", () => {
  let refusals = 0;
  fc.assert(
    fc.property(arbitraryDefinition, fc.array(damage, { minLength: 1, maxLength: 3 }), (definition, damages) => {
      const damaged = structuredClone(definition) as unknown as Container;
      for (const one of damages) apply(damaged, one);
      const result = parseDefinition(damaged);
      if (result.ok) {
        assert.deepEqual(parseDefinition(result.definition), result, "what was accepted reads as itself");
        return;
      }
      refusals++;
      assert.ok(result.problems.length > 0);
      for (const { path, message } of result.problems) {
        assert.notEqual(message, "");
        assert.match(message, /^[^\n]*$/, "a message is one line");
        // A place that is named is there, or its parent is: what is missing has no place of its own.
        assert.ok(path === "" || /^[A-Za-z_$[]/.test(path), path);
      }
    }),
    { numRuns: 500 },
  );
  assert.ok(refusals > 200, `only ${refusals} of 500 damaged definitions were refused`);
});

Deno.test("[R2] parseDefinition() takes or refuses any damaged text, with a place in it", () => {
  const cut = fc.record({
    at: fc.nat(),
    chars: fc.nat(20),
    insert: fc.oneof(
      fc.string(),
      fc.constantFrom(":", "- ", "{", "]", "\n", "'", '"', "&a ", "*a", "\t", "? ", "|", "---\n"),
    ),
  });
  fc.assert(
    fc.property(
      arbitraryDefinition,
      fc.constantFrom("json" as const, "yaml" as const),
      cut,
      (definition, format, cut) => {
        const whole = formatDefinition(definition as Definition, format);
        const at = cut.at % whole.length;
        const text = whole.slice(0, at) + cut.insert + whole.slice(at + cut.chars);
        const result = parseDefinition({ text, format });
        if (result.ok) return;
        const lines = text.split("\n").length;
        for (const { line, column, inDocument, message } of result.problems) {
          assert.ok(line! >= 1 && column! >= 1, message);
          assert.ok((inDocument?.line ?? 1) <= lines && (inDocument !== undefined || line! <= lines), message);
        }
      },
    ),
    { numRuns: 500 },
  );
});
