/** The shape of a steps workflow. */

import type { JsonObject } from "../../json.ts";
import { SHARED_FIELDS, withoutDefaults } from "../definition_fields.ts";
import { name, text } from "../scalar_shape.ts";
import { followedBy, isObject, record, type Shape } from "../shape.ts";
import type { StepsDocument } from "./step.ts";
import { STEPS } from "./step_shape.ts";

/** Whether a document is a steps workflow rather than a state machine. */
export function isStepsDocument(value: unknown): value is JsonObject {
  return isObject(value) && Object.hasOwn(value, "steps") && !Object.hasOwn(value, "states");
}

export const STEPS_DOCUMENT: Shape<Partial<StepsDocument>> = followedBy(
  record<StepsDocument>("a steps workflow", {
    id: { about: "what it is registered as", shape: name("a workflow's id"), required: true },
    name: { about: "for people", shape: text("a workflow's name", 4_096) },
    ...SHARED_FIELDS,
    steps: { about: "what is done, in order", shape: STEPS, required: true },
  }, { alsoKnownAs: { inputs: "inputSchema", outputs: "output", schema: "inputSchema", result: "output" } }),
  (document, place, reading) => {
    if (document.steps?.length === 0) reading.report(place.member("steps"), "a workflow needs a step");
    return withoutDefaults(document);
  },
);
