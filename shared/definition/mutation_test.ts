/** What happens to definitions that are damaged at random. */

import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { type Container, damage, damageBy } from "./arbitrary_damage.ts";
import { arbitraryDefinition } from "./arbitrary_definition.ts";
import type { Definition } from "./definition.ts";
import { formatDefinition } from "./format.ts";
import { parseDefinition } from "./parse.ts";

Deno.test("[R2] parseDefinition() takes or refuses any damaged definition, and names the place", () => {
  let refusals = 0;
  fc.assert(
    fc.property(arbitraryDefinition, fc.array(damage, { minLength: 1, maxLength: 3 }), (definition, damages) => {
      const damaged = structuredClone(definition) as unknown as Container;
      for (const one of damages) damageBy(damaged, one);
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
