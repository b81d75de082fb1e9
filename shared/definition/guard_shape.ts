/** The shape of a guard: an expression, or a function that a worker evaluates. */

import { checkCode, CODE_ALIASES, SCRIPT_FIELDS } from "./code_shape.ts";
import type { FunctionGuardDefinition, GuardDefinition } from "./definition.ts";
import { expression } from "./expression_shape.ts";
import { either, followedBy, isObject, record, type Shape } from "./shape.ts";

const FUNCTION_GUARD: Shape<GuardDefinition> = followedBy(
  record<FunctionGuardDefinition>("a guard that is a function", SCRIPT_FIELDS, { alsoKnownAs: CODE_ALIASES }),
  (guard, _place, reading) => {
    checkCode(guard, reading);
    return guard as FunctionGuardDefinition;
  },
);

const CEL_GUARD: Shape<GuardDefinition> = expression("a guard", { gives: "bool" });

export const GUARD: Shape<GuardDefinition> = either<GuardDefinition>(
  "a guard: a CEL expression as a text, or an object with code",
  [
    { when: (value) => typeof value === "string", shape: CEL_GUARD },
    { when: isObject, shape: FUNCTION_GUARD },
  ],
);
