/** Keywords that combine schemas for the same value. */

import type { JsonValue } from "../../json.ts";
import { isSchemaObject, type Keyword, onObjects, type Surroundings } from "./keyword.ts";
import { type Checker, isFitting } from "./run.ts";

const IN_PLACE = { isInPlace: true };

function schemaList(value: JsonValue, around: Surroundings): Checker[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return around.refuse("must be a list of schemas");
  return value.map((schema, index) => around.subschema(schema, around.place.item(index), IN_PLACE));
}

export const COMBINING_KEYWORDS: Record<string, Keyword> = {
  allOf: (schemas, around) => {
    const checkers = schemaList(schemas, around);
    return checkers && ((value, path, run) => checkers.forEach((checker) => checker.check(value, path, run)));
  },
  anyOf: (schemas, around) => {
    const checkers = schemaList(schemas, around);
    return checkers && ((value, path, run) => {
      const reasons: string[] = [];
      for (const checker of checkers) {
        const apart = run.apart();
        checker.check(value, path, apart);
        if (apart.isFitting) return;
        if (reasons.length < 3) reasons.push(apart.problems[0].message);
      }
      run.report(path, `fits none of ${checkers.length} alternatives: ${reasons.join("; or ")}`);
    });
  },
  oneOf: (schemas, around) => {
    const checkers = schemaList(schemas, around);
    return checkers && ((value, path, run) => {
      const reasons: string[] = [];
      let fitting = 0;
      for (const checker of checkers) {
        const apart = run.apart();
        checker.check(value, path, apart);
        if (apart.isFitting) fitting++;
        else if (reasons.length < 3) reasons.push(apart.problems[0].message);
      }
      if (fitting > 1) run.report(path, `fits ${fitting} of ${checkers.length} alternatives, but must fit only one`);
      if (fitting === 0) run.report(path, `fits none of ${checkers.length} alternatives: ${reasons.join("; or ")}`);
    });
  },
  not: (schema, around) => {
    const checker = around.subschema(schema, around.place, IN_PLACE);
    return (value, path, run) => {
      if (isFitting(checker, value, path, run)) run.report(path, "fits what it must not");
    };
  },
  if: (schema, around) => {
    const checker = around.subschema(schema, around.place, IN_PLACE);
    const branch = (key: "then" | "else"): Checker | undefined =>
      Object.hasOwn(around.schema, key)
        ? around.subschema(around.schema[key], around.beside(key), IN_PLACE)
        : undefined;
    const [yes, no] = [branch("then"), branch("else")];
    return (value, path, run) => (isFitting(checker, value, path, run) ? yes : no)?.check(value, path, run);
  },
  then: () => undefined,
  else: () => undefined,
  dependentSchemas: (schemas, around) => {
    if (!isSchemaObject(schemas)) return around.refuse("must be an object of schemas");
    const checkers = Object.entries(schemas).map(([key, schema]) => ({
      key,
      checker: around.subschema(schema, around.place.member(key), IN_PLACE),
    }));
    return onObjects((value, path, run) => {
      for (const { key, checker } of checkers) if (Object.hasOwn(value, key)) checker.check(value, path, run);
    });
  },
  $ref: (pointer, around) => {
    if (typeof pointer !== "string") return around.refuse("must be a text");
    const checker = around.reference(pointer);
    return (value, path, run) => checker.check(value, path, run);
  },
};
