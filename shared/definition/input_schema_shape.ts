/** The shape of an input schema. */

import type { JsonObject } from "../json.ts";
import { compileSchema } from "./schema/compile.ts";
import { followedBy, type Shape } from "./shape.ts";
import { anyObject } from "./scalar_shape.ts";

/** A JSON Schema, read as it is. */
export const INPUT_SCHEMA: Shape<JsonObject> = followedBy(
  anyObject("a JSON Schema (an object)"),
  (schema, place, reading) => {
    compileSchema(schema, place, reading);
    return schema;
  },
);
