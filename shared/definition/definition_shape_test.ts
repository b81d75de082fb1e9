import assert from "node:assert/strict";
import { Ajv2020, type ValidateFunction } from "npm:ajv@8.20.0/dist/2020.js";
import fc from "npm:fast-check@4.10.2";
import { arbitraryDefinition } from "./arbitrary_definition.ts";
import { DEFINITION_JSON_SCHEMA } from "./definition_shape.ts";

function compiled(): ValidateFunction {
  return new Ajv2020({ strict: false, allErrors: true }).compile(DEFINITION_JSON_SCHEMA);
}

Deno.test("DEFINITION_JSON_SCHEMA accepts every canonical definition", () => {
  const validate = compiled();
  fc.assert(
    fc.property(arbitraryDefinition, (definition) => {
      assert.ok(validate(definition), JSON.stringify(validate.errors));
    }),
  );
});

Deno.test("DEFINITION_JSON_SCHEMA accepts the short forms, and refuses unknown keys and wrong kinds", () => {
  const validate = compiled();
  const state = (a: unknown) => validate({ name: "w", initial: "a", states: { a, b: null } });
  assert.ok(
    state({ enter: { task: "t", code: "1", timeout: "5s", retry: false }, on: { go: "b" }, after: { "5s": "b" } }),
  );
  assert.ok(state({ enter: [{ set: { a: 1, b: { expression: "1" } } }, { log: "x" }], on: { go: [{ target: "b" }] } }));
  assert.ok(state({ after: [{ delay: "1h30m", target: "b" }], on: { go: {} } }));
  assert.ok(state({ final: true }));
  assert.ok(!state({ entry: [] }));
  assert.ok(!state({ enter: { mail: "x" } }));
  assert.ok(!state({ on: { go: { cond: "true" } } }));
  assert.ok(!state({ on: { go: 5 } }));
  assert.ok(!state({ final: "maybe" }));
  assert.ok(!validate({ name: "w", states: {} }));
});
