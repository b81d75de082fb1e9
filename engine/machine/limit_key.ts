/** The keys of limits: which bound something counts towards. */

import { evaluate, parseExpression } from "../../shared/definition/cel.ts";
import type { Definition, LimitDefinition } from "../../shared/definition/definition.ts";
import type { JsonValue } from "../../shared/json.ts";
import { ID_CHARS_MAX } from "../../shared/limits.ts";
import { type ActionPlace, evaluateIn, formatActionPlace } from "./actions.ts";
import type { Draft } from "./draft.ts";
import type { Scope } from "./expression.ts";
import { Fault } from "./fault.ts";

/** The key of a task's limit; undefined where it has none. */
export function evaluateLimitKey(
  draft: Draft,
  limit: LimitDefinition | undefined,
  at: ActionPlace,
  member: string,
  scope: Scope = {},
): string | Fault | undefined {
  if (limit?.key === undefined) return undefined;
  const value = evaluateIn(draft, limit.key, at, member, scope);
  return value instanceof Fault ? value : toKey(value, formatActionPlace(at, member));
}

/** The key of a workflow's limit for a start input; the empty one where the limit has none. */
export function instanceLimitKey({ limit }: Definition, input: JsonValue): string | Fault {
  if (limit?.key === undefined) return "";
  const parsed = parseExpression(limit.key, { reach: "input" });
  const result = parsed.ok
    ? evaluate(parsed.expression, { context: null, input })
    : { ok: false, message: parsed.problem.message } as const;
  if (result.ok) return toKey(result.value, "limit.key");
  return new Fault("expression", `Cannot evaluate limit.key (\`${limit.key}\`): ${result.message}.`);
}

function toKey(value: JsonValue, place: string): string | Fault {
  if (typeof value === "string" && value.length <= ID_CHARS_MAX) return value;
  const why = typeof value === "string" ? `it has ${value.length} characters` : "it is none";
  return new Fault(
    "expression",
    `Cannot use ${place}: it must be a text of at most ${ID_CHARS_MAX} characters, ${why}.`,
  );
}
