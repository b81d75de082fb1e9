import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { arbitraryDefinition } from "./arbitrary_definition.ts";
import { canonicalDefinition, definitionHash } from "./canonical.ts";
import type { Definition } from "./definition.ts";
import { formatDefinition } from "./format.ts";
import { definitionRefused, parseDefinition } from "./parse.ts";

function accepted(source: unknown): Definition {
  const result = parseDefinition(source);
  if (!result.ok) throw definitionRefused(result.problems);
  return result.definition;
}

Deno.test("formatDefinition() gives text that reads as the same definition, in JSON and in YAML", () => {
  fc.assert(
    fc.property(arbitraryDefinition, (definition) => {
      assert.deepEqual(accepted(definition), definition);
      for (const format of ["json", "yaml"] as const) {
        const text = formatDefinition(definition, format);
        assert.deepEqual(accepted({ text, format }), definition, text);
        assert.deepEqual(accepted({ text }), definition, "the format is told from the text");
      }
    }),
    { numRuns: 300 },
  );
});

/** The same value with the keys of every object in reverse order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).reverse().map(([key, member]) => [key, reversed(member)]));
}

Deno.test("[R3] definitionHash() is the same for every format and order of keys", () => {
  fc.assert(
    fc.property(arbitraryDefinition, (definition) => {
      const hash = definitionHash(definition);
      assert.match(hash, /^[0-9a-f]{64}$/);
      assert.equal(definitionHash(accepted(reversed(definition))), hash);
      assert.equal(definitionHash(accepted({ text: formatDefinition(definition, "yaml") })), hash);
      assert.equal(definitionHash(JSON.parse(canonicalDefinition(definition))), hash);
    }),
    { numRuns: 100 },
  );
});

Deno.test("definitionHash() differs for what differs", () => {
  fc.assert(
    fc.property(arbitraryDefinition, arbitraryDefinition, (one, other) => {
      const isSame = canonicalDefinition(one) === canonicalDefinition(other);
      assert.equal(definitionHash(one) === definitionHash(other), isSame);
      assert.notEqual(definitionHash({ ...one, timeoutMs: (one.timeoutMs ?? 0) + 1 }), definitionHash(one));
    }),
    { numRuns: 50 },
  );
});

Deno.test("definitionHash() never changes for a given definition: stored versions depend on it", () => {
  const definition = accepted(`
name: order
initial: check
timeout: 1h
states:
  check:
    enter: {task: score, code: input.amount * 2}
    on: {complete: [{target: done, guard: context.score > 10}, failed]}
  done: {final: true}
  failed: {final: failed}
`);
  assert.equal(
    canonicalDefinition(definition),
    '{"initial":"check","name":"order","states":{"check":{"enter":[{"task":{"code":"input.amount * 2",' +
      '"name":"score"}}],"on":{"complete":[{"guard":"context.score > 10","target":"done"},{"target":"failed"}]}},' +
      '"done":{"final":"completed"},"failed":{"final":"failed"}},"timeoutMs":3600000}',
  );
  assert.equal(definitionHash(definition), "0a771d1dc95a8fc9bd0badf1c0702439b57a7379396b2875aeb2027596f7cdf0");
});

Deno.test("formatDefinition() writes what people expect to read", () => {
  const definition: Definition = {
    states: { a: { on: { go: [{ target: "b" }] }, enter: [{ task: { code: "1;\n2\n", name: "t" } }] }, b: {} },
    initial: "a",
    name: "w",
  };
  assert.equal(
    formatDefinition(definition, "yaml"),
    `name: w
initial: a
states:
  a:
    enter:
      - task:
          name: t
          code: |
            1;
            2
    on:
      go:
        - target: b
  b: {}
`,
  );
  assert.match(formatDefinition(definition, "json"), /^\{\n {2}"name": "w",\n {2}"initial": "a",\n/);
});
