/** Steps workflows in every format, and damaged ones. */

import assert from "node:assert/strict";
import { Ajv2020 } from "npm:ajv@8.20.0/dist/2020.js";
import fc from "npm:fast-check@4.10.2";
import { stringify } from "yaml";
import { type Container, damage, damageBy } from "../arbitrary_damage.ts";
import { definitionHash } from "../canonical.ts";
import { DEFINITION_JSON_SCHEMA } from "../definition_shape.ts";
import { formatDefinition } from "../format.ts";
import { definitionRefused, parseDefinition } from "../parse.ts";
import { arbitrarySteps } from "./arbitrary_steps.ts";

function accepted(source: unknown) {
  const result = parseDefinition(source);
  if (!result.ok) throw definitionRefused(result.problems);
  return result.definition;
}

Deno.test("[R3] [R4] a steps workflow gives one definition in every format, which reads as itself in every format", () => {
  fc.assert(
    fc.property(arbitrarySteps, (steps) => {
      const definition = accepted(steps);
      const hash = definitionHash(definition);
      assert.deepEqual(accepted(definition), definition);
      assert.equal(definitionHash(accepted({ text: JSON.stringify(steps), format: "json" })), hash);
      assert.equal(definitionHash(accepted({ text: stringify(steps, { lineWidth: 0 }), format: "yaml" })), hash);
      for (const format of ["json", "yaml"] as const) {
        const text = formatDefinition(definition, format);
        assert.equal(definitionHash(accepted({ text, format })), hash);
        assert.match(text, /^(\{\s*)?"?id"?: "?w/, "the steps, and not what they were compiled to");
      }
    }),
    { numRuns: 200 },
  );
});

Deno.test("formatDefinition() gives the states of a definition that its steps do not say all of", () => {
  const definition = accepted({ id: "w", steps: [{ id: "a", type: { log: "hello" } }] });
  const changed = { ...definition, priority: 5 };
  for (const format of ["json", "yaml"] as const) {
    const text = formatDefinition(changed, format);
    assert.match(text, /^(\{\s*)?"?name/);
    assert.deepEqual(accepted({ text, format }), changed);
  }
});

Deno.test("DEFINITION_JSON_SCHEMA accepts every steps workflow, and what it is compiled to", () => {
  const validate = new Ajv2020({ strict: false, allErrors: true }).compile(DEFINITION_JSON_SCHEMA);
  fc.assert(
    fc.property(arbitrarySteps, (steps) => {
      assert.ok(validate(steps), JSON.stringify(validate.errors));
      assert.ok(validate(accepted(steps)), JSON.stringify(validate.errors));
    }),
  );
});

Deno.test("[R2] [C2] a damaged steps workflow is taken or refused, at places of its own and never of the machine's", () => {
  let refusals = 0;
  fc.assert(
    fc.property(arbitrarySteps, fc.array(damage, { minLength: 1, maxLength: 2 }), (steps, damages) => {
      const damaged = structuredClone(steps) as unknown as Container;
      for (const one of damages) damageBy(damaged, one);
      const result = parseDefinition(damaged);
      if (result.ok) {
        assert.deepEqual(parseDefinition(result.definition), result, "what was accepted reads as itself");
        return;
      }
      refusals++;
      assert.ok(result.problems.length > 0);
      if (!("steps" in damaged)) return;
      for (const { path, message } of result.problems) {
        assert.match(message, /^[^\n]+$/, "a message is one line");
        if (!Object.hasOwn(damaged, path)) assert.doesNotMatch(path, /^(states|initial|on)\b/, message);
      }
    }),
    { numRuns: 600 },
  );
  assert.ok(refusals > 200, `only ${refusals} of 600 damaged workflows were refused`);
});
