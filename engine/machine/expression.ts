/** Evaluating the expressions of a definition against an instance. */

import { evaluate, parseExpression, type Reach } from "../../shared/definition/cel.ts";
import type { JsonObject, JsonValue } from "../../shared/json.ts";
import type { Draft } from "./draft.ts";
import { Fault } from "./fault.ts";
import type { EventValue } from "./instance.ts";

/** What an expression sees beside context, input and event. */
export interface Scope {
  readonly reach?: Reach;
  readonly item?: JsonValue;
  readonly index?: number;
  /** The text was used before in this step for the same purpose, so that parsing it costs nothing again. */
  readonly isRepeated?: boolean;
}

/** The expression's value, or a fault that names its place in the definition. */
export function evaluateText(
  draft: Draft,
  text: string,
  options: Scope & { event: EventValue; place: () => string },
): JsonValue | Fault {
  if (!options.isRepeated && !draft.budget.spendUse(text)) {
    return new Fault(
      "limit",
      `Cannot evaluate ${options.place()}: one step used too many expressions, or too long ones.`,
    );
  }
  const { reach, item, index } = options;
  const parsed = reach === undefined ? parseExpression(text) : parseExpression(text, { reach });
  if (!parsed.ok) return expressionFault(options.place(), text, parsed.problem.message);
  const { context, input } = draft.instance;
  // An event is plain JSON; only its interface does not say so.
  const event = options.event as unknown as JsonObject;
  const scope = reach === undefined ? { context, input, event } : { context, input, event, item, index };
  const result = evaluate(parsed.expression, scope, { meter: draft.budget.meter });
  if (!result.ok) return expressionFault(options.place(), text, result.message);
  if (result.value === context) draft.context.share();
  return result.value;
}

/** Whether a guard holds; a guard that is neither true nor false is a fault. */
export function evaluateGuard(
  draft: Draft,
  text: string,
  options: { event: EventValue; place: () => string },
): boolean | Fault {
  const value = evaluateText(draft, text, options);
  if (typeof value === "boolean" || value instanceof Fault) return value;
  return expressionFault(options.place(), text, `a guard must be true or false, and it is ${describe(value)}`);
}

function expressionFault(place: string, text: string, why: string): Fault {
  return new Fault("expression", `Cannot evaluate ${place} (\`${text}\`): ${why}.`);
}

function describe(value: JsonValue): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : typeof value === "object" ? "a map" : `a ${typeof value}`;
}
