/** The shapes of priorities and of limits on what goes on at once. */

import { PRIORITY_MAX } from "../limits.ts";
import type { Reach } from "./cel.ts";
import type { LimitDefinition } from "./definition.ts";
import { expression } from "./expression_shape.ts";
import { number } from "./scalar_shape.ts";
import { defined, either, followedBy, isObject, record, type Shape } from "./shape.ts";

export const PRIORITY = number("a priority", { min: -PRIORITY_MAX, max: PRIORITY_MAX, whole: true });

const MAX = number("how many may go on at once", { min: 1, max: 1_000_000, whole: true });

/** A limit; a number stands for one bound on all. */
export function limit(reach: Reach): Shape<LimitDefinition> {
  return defined("limit", limitIn(reach));
}

function limitIn(reach: Reach): Shape<LimitDefinition> {
  return either<LimitDefinition>("a limit: a number, or an object with max and key", [
    { when: (value) => typeof value === "number", shape: followedBy(MAX, (max) => ({ max })) },
    {
      when: isObject,
      shape: followedBy(
        record<LimitDefinition>("a limit", {
          key: {
            about: "a CEL expression that gives a text; each text has its own bound. One bound for all if not given",
            shape: expression("a limit's key", { gives: "string", reach }),
          },
          max: { about: "how many may go on at once", shape: MAX, required: true },
        }),
        (read) => read as LimitDefinition,
      ),
    },
  ]);
}

/** The definition of `$defs/limit` in the JSON Schema, which does not know what is in reach. */
export const LIMIT_SCHEMA = limitIn("event").schema;
