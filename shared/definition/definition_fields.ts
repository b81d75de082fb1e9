/** What a workflow has beside its states, or its steps. */

import { DELAY_MS_MAX } from "../limits.ts";
import type { CompensatedEnd, Definition } from "./definition.ts";
import { mapping } from "./expression_shape.ts";
import { INPUT_SCHEMA } from "./input_schema_shape.ts";
import { limit, PRIORITY } from "./limit_shape.ts";
import { duration, word } from "./scalar_shape.ts";
import { either, type Field, followedBy, listOf, type Shape } from "./shape.ts";
import { DESCRIPTION } from "./state_shape.ts";

const TIMEOUT = duration("a workflow's timeout", { minMs: 1, maxMs: DELAY_MS_MAX });

/** False means neither. */
const COMPENSATE_ON: Shape<CompensatedEnd[]> = either<CompensatedEnd[]>('a list of "failed" and "cancelled"', [
  {
    when: Array.isArray,
    shape: followedBy(
      listOf(word<CompensatedEnd>("an end", ["cancelled", "failed"]), 2),
      (ends) => [...new Set(ends)].sort(),
    ),
  },
  {
    when: (value) => value === false,
    shape: { what: "false", schema: { const: false }, read: () => [] },
  },
]);

export const SHARED_FIELDS: Record<string, Field> = {
  description: DESCRIPTION,
  inputSchema: { about: "a JSON Schema that start inputs must satisfy", shape: INPUT_SCHEMA },
  timeout: { about: "how long an instance may take in all", shape: TIMEOUT, as: "timeoutMs" },
  timeoutMs: { about: "the same in milliseconds", shape: TIMEOUT },
  output: {
    about: "the result of an instance that completes; its context if not given",
    shape: mapping("an instance's output", { reach: "end" }),
  },
  compensateOn: { about: "which ends run the undo actions; both if not given", shape: COMPENSATE_ON },
  priority: { about: "of its tasks, -100 to 100, higher first; 0 if not given", shape: PRIORITY },
  limit: { about: "how many of its instances run at once; the others wait", shape: limit("input") },
};

/** Leaves out what says no more than the defaults do. */
export function withoutDefaults<T extends Pick<Partial<Definition>, "compensateOn" | "priority">>(workflow: T): T {
  if (workflow.compensateOn?.length === 2) delete workflow.compensateOn;
  if (workflow.priority === 0) delete workflow.priority;
  return workflow;
}
