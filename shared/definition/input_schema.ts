/**
 * Checking start inputs against a definition's JSON Schema.
 *
 * Schema and input both come from people whom the engine does not trust, and no validator that was looked at bounds its
 * work. A schema of 1.3 kB whose references double 20 times takes ajv 8.20.0 66 ms and @cfworker/json-schema 4.1.1 4 s,
 * twice that with each further 64 bytes; `uniqueItems` over 5,000 objects takes them 0.9 s and 1.6 s, quadratically; and
 * `pattern` is JavaScript's regular expressions. Hence one of our own, of 2020-12 without its dynamic and unevaluated
 * parts, which is tested to say what ajv says:
 *
 * - J1 A check ends within SCHEMA_STEPS_MAX steps, whatever the schema and the input; giving up is a problem told.
 * - J2 Nothing is fetched and nothing is compiled to code; patterns are RE2's (pattern.ts).
 * - J3 A keyword that is not known is refused at registration: what a schema says is checked.
 */

import type { Problem } from "../errors.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import { SCHEMA_STEPS_MAX } from "../limits.ts";
import { Meter, MeterExhausted } from "./cel/meter.ts";
import { Place } from "./place.ts";
import { Reading } from "./reading.ts";
import { compileSchema } from "./schema/compile.ts";
import { type Checker, Run } from "./schema/run.ts";

export type InputResult = { ok: true } | { ok: false; problems: Problem[] };

/** By the schema's own object; gone with the definition that holds it. */
const compiled = new WeakMap<JsonObject, Checker>();

/**
 * Checks a start input. Each problem has its path in the input, empty for the input itself, and says what was expected.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * const schema = { type: "object", required: ["amount"], properties: { amount: { type: "number", minimum: 1 } } };
 * assert.deepEqual(checkInput(schema, { amount: 5 }), { ok: true });
 * assert.deepEqual(checkInput(schema, { amount: 0 }), {
 *   ok: false,
 *   problems: [{ path: "amount", message: "must be at least 1, not 0" }],
 * });
 * ```
 */
export function checkInput(schema: JsonObject, input: JsonValue): InputResult {
  let checker = compiled.get(schema);
  if (checker === undefined) {
    const reading = new Reading(() => ({ ok: false, problems: [] }));
    checker = compileSchema(schema, new Place(""), reading);
    const problems = reading.problems();
    if (problems.length > 0) return { ok: false, problems };
    compiled.set(schema, checker);
  }
  const run = new Run(new Meter(SCHEMA_STEPS_MAX));
  try {
    checker.check(input, undefined, run);
  } catch (error) {
    // J1. A RangeError: references within references deeper than the stack, which the meter lets pass.
    if (!(error instanceof MeterExhausted || error instanceof RangeError)) throw error;
    return {
      ok: false,
      problems: [{ path: "", message: `the schema is too costly for this input: ${error.message}` }],
    };
  }
  return run.problems.length === 0 ? { ok: true } : { ok: false, problems: run.problems };
}
