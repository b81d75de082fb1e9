import { deepEqual, equal, match, ok } from "node:assert/strict";
import { canonicalDefinition } from "./definition/canonical.ts";
import type { Definition } from "./definition/definition.ts";
import { parseDefinition } from "./definition/parse.ts";
import { formatMachine, formatWritten, isWrittenInSteps } from "./written_definition.ts";

/** As the store gives it back: keys by name. */
function stored(text: string): Definition {
  const parsed = parseDefinition({ text });
  ok(parsed.ok);
  return JSON.parse(canonicalDefinition(parsed.definition));
}

const STEPS = `id: greet
name: Greeting
steps:
  - id: think
    if: has(context.who)
    type:
      script:
        code: |
          // polite
          return { words: "Hello " + input.who };
    next: speak
  - id: speak
    type:
      log:
        expression: context.words
`;

Deno.test("formatWritten() gives a steps workflow as its author wrote it", () => {
  const definition = stored(STEPS);
  ok(isWrittenInSteps(definition));
  equal(formatWritten(definition), STEPS);
});

Deno.test("formatMachine() gives the states, which read as the same machine", () => {
  const definition = stored(STEPS);
  match(formatMachine(definition), /^states:/m);
  const again = parseDefinition({ text: formatMachine(definition) });
  ok(again.ok);
  deepEqual(again.definition.states, definition.states);
  const plain = stored("name: a\ninitial: b\nstates: { b: {} }\n");
  ok(!isWrittenInSteps(plain));
  equal(formatWritten(plain), formatMachine(plain));
});
