/** Keywords for lists and objects and their parts. */

import type { JsonValue } from "../../json.ts";
import type { Pattern } from "../pattern.ts";
import { quote } from "../place.ts";
import { counting, isSchemaObject, type Keyword, onLists, onObjects, plural, type Surroundings } from "./keyword.ts";
import { type Checker, isFitting } from "./run.ts";
import { identityOf } from "./value_keywords.ts";

/** The schemas of an object by its keys. Refuses what is no object. */
function subschemas(value: JsonValue, around: Surroundings): Map<string, Checker> | undefined {
  if (!isSchemaObject(value)) return around.refuse("must be an object of schemas");
  return new Map(
    Object.entries(value).map(([key, schema]) => [key, around.subschema(schema, around.place.member(key))]),
  );
}

function patternSubschemas(
  value: JsonValue,
  around: Surroundings,
): { pattern: Pattern; checker: Checker }[] | undefined {
  if (!isSchemaObject(value)) return around.refuse("must be an object of schemas by regular expression");
  const patterns: { pattern: Pattern; checker: Checker }[] = [];
  for (const [source, schema] of Object.entries(value)) {
    const place = around.place.member(source);
    const checker = around.subschema(schema, place);
    const compiled = around.pattern(source);
    if (compiled === undefined) continue;
    if (compiled.ok) patterns.push({ pattern: compiled.pattern, checker });
    else around.refuse(compiled.message, place);
  }
  return patterns;
}

function isTextList(value: JsonValue): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

const size = (what: string, unit: "item" | "key", fits: (size: number, count: number) => boolean): Keyword =>
  counting((count) => {
    const check = (size: number, report: (message: string) => void) => {
      if (!fits(size, count)) report(`must have ${what} ${plural(count, unit)}, not ${size}`);
    };
    if (unit === "item") return onLists((value, path, run) => check(value.length, (text) => run.report(path, text)));
    return onObjects((value, path, run) => check(Object.keys(value).length, (text) => run.report(path, text)));
  });

export const PART_KEYWORDS: Record<string, Keyword> = {
  prefixItems: (schemas, around) => {
    if (!Array.isArray(schemas)) return around.refuse("must be a list of schemas");
    const checkers = schemas.map((schema, index) => around.subschema(schema, around.place.item(index)));
    return onLists((value, path, run) => {
      for (const [index, checker] of checkers.entries()) {
        if (index < value.length) checker.check(value[index], { parent: path, key: index }, run);
      }
    });
  },
  items: (schema, around) => {
    if (Array.isArray(schema)) return around.refuse('must be a schema; a list of schemas is now "prefixItems"');
    const checker = around.subschema(schema, around.place);
    const { prefixItems } = around.schema;
    const first = Array.isArray(prefixItems) ? prefixItems.length : 0;
    return onLists((value, path, run) => {
      for (let index = first; index < value.length; index++) {
        checker.check(value[index], { parent: path, key: index }, run);
      }
    });
  },
  contains: (schema, around) => {
    const checker = around.subschema(schema, around.place);
    const { minContains = 1, maxContains = Infinity } = around.schema as { minContains?: number; maxContains?: number };
    return onLists((value, path, run) => {
      const found = value.filter((item, index) => isFitting(checker, item, { parent: path, key: index }, run)).length;
      if (found >= minContains && found <= maxContains) return;
      const most = maxContains === Infinity ? "" : ` and at most ${maxContains}`;
      run.report(path, `must have at least ${minContains}${most} of the items it is to contain, not ${found}`);
    });
  },
  minContains: counting(() => () => {}),
  maxContains: counting(() => () => {}),
  minItems: size("at least", "item", (size, count) => size >= count),
  maxItems: size("at most", "item", (size, count) => size <= count),
  uniqueItems: (isUnique, around) => {
    if (typeof isUnique !== "boolean") return around.refuse("must be true or false");
    if (!isUnique) return undefined;
    return onLists((value, path, run) => {
      const seen = new Map<string, number>();
      for (const [index, item] of value.entries()) {
        const identity = identityOf(item, run.meter);
        const first = seen.get(identity);
        if (first === undefined) seen.set(identity, index);
        else run.report({ parent: path, key: index }, `must differ from the item at ${first}`);
      }
    });
  },

  properties: (schemas, around) => {
    const checkers = subschemas(schemas, around);
    if (checkers === undefined) return undefined;
    return onObjects((value, path, run) => {
      for (const [key, checker] of checkers) {
        if (Object.hasOwn(value, key)) checker.check(value[key], { parent: path, key }, run);
      }
    });
  },
  patternProperties: (schemas, around) => {
    const patterns = patternSubschemas(schemas, around);
    if (patterns === undefined) return undefined;
    return onObjects((value, path, run) => {
      for (const [key, member] of Object.entries(value)) {
        for (const { pattern, checker } of patterns) {
          if (pattern.isFoundIn(key, run.meter)) checker.check(member, { parent: path, key }, run);
        }
      }
    });
  },
  additionalProperties: (schema, around) => {
    const checker = around.subschema(schema, around.place);
    const { properties, patternProperties } = around.schema;
    const named = isSchemaObject(properties) ? properties : {};
    const sources = isSchemaObject(patternProperties) ? Object.keys(patternProperties) : [];
    // What is wrong with them is told where they are given.
    const patterns = sources.map(around.pattern).flatMap((compiled) => compiled?.ok ? [compiled.pattern] : []);
    return onObjects((value, path, run) => {
      for (const [key, member] of Object.entries(value)) {
        run.meter.spend(1);
        if (Object.hasOwn(named, key) || patterns.some((pattern) => pattern.isFoundIn(key, run.meter))) continue;
        if (schema === false) run.report({ parent: path, key }, `is not a key that is known here`);
        else checker.check(member, { parent: path, key }, run);
      }
    });
  },
  propertyNames: (schema, around) => {
    const checker = around.subschema(schema, around.place);
    return onObjects((value, path, run) => {
      for (const key of Object.keys(value)) {
        const apart = run.apart();
        checker.check(key, undefined, apart);
        if (!apart.isFitting) run.report(path, `has the key ${quote(key)}, which ${apart.problems[0].message}`);
      }
    });
  },
  required: (keys, around) => {
    if (!isTextList(keys)) return around.refuse("must be a list of keys");
    return onObjects((value, path, run) => {
      for (const key of keys) if (!Object.hasOwn(value, key)) run.report(path, `needs the key ${quote(key)}`);
    });
  },
  minProperties: size("at least", "key", (size, count) => size >= count),
  maxProperties: size("at most", "key", (size, count) => size <= count),
  dependentRequired: (dependents, around) => {
    if (!isSchemaObject(dependents) || !Object.values(dependents).every(isTextList)) {
      return around.refuse("must be an object of lists of keys");
    }
    return onObjects((value, path, run) => {
      for (const [key, needed] of Object.entries(dependents as Record<string, string[]>)) {
        if (!Object.hasOwn(value, key)) continue;
        for (const other of needed) {
          if (!Object.hasOwn(value, other)) run.report(path, `needs the key ${quote(other)}, as it has ${quote(key)}`);
        }
      }
    });
  },
};
