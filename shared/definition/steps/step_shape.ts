/** The shape of a step. */

import { STATES_MAX, TRANSITIONS_PER_EVENT_MAX } from "../../limits.ts";
import { ACTIONS } from "../action_shape.ts";
import { text } from "../scalar_shape.ts";
import { type Field, followedBy, listOf, oneOrMany, record, type Shape } from "../shape.ts";
import { withoutEmpty } from "../state_shape.ts";
import type { Step } from "./step.ts";
import { catchShape, CONDITION, NEXT, rungShape, STEP_ID } from "./step_parts_shape.ts";
import { stepTypeShape, TYPE_KEYS } from "./step_type_shape.ts";

/** A list of steps, within a step too: hence the shape of one is looked up as late as it is read. */
export const STEPS: Shape<Step[]> = {
  what: "a list of steps",
  schema: { type: "array", items: { $ref: "#/$defs/step" }, maxItems: STATES_MAX },
  read: (value, place, reading) => listOf(STEP, STATES_MAX).read(value, place, reading),
};

const CATCHES = oneOrMany(catchShape(STEPS), TRANSITIONS_PER_EVENT_MAX);

const FIELDS: Record<string, Field> = {
  id: { about: "unique in the workflow; the name of its state", shape: STEP_ID, required: true },
  name: { about: "for people", shape: text("a step's name", 4_096) },
  if: { about: "a CEL expression; the step is passed over unless it holds", shape: CONDITION },
  type: { about: "what it does: one key", shape: stepTypeShape(STEPS) },
  next: {
    about: "where to go then; the step that follows if not given",
    shape: oneOrMany(NEXT, TRANSITIONS_PER_EVENT_MAX),
  },
  catch: { about: "what to do when it fails", shape: CATCHES },
  catches: { about: "the same", shape: CATCHES, as: "catch", isSynonym: true },
  timeout: {
    about: "what to do when it takes long",
    shape: oneOrMany(rungShape(STEPS), TRANSITIONS_PER_EVENT_MAX),
  },
  undo: { about: "what undoes it when the workflow fails or is cancelled later", shape: ACTIONS },
};

const STEP: Shape<Step> = followedBy(
  record<Step>("a step", FIELDS, {
    alsoKnownAs: {
      ...Object.fromEntries(TYPE_KEYS.map((key) => [key, `type.${key}`])),
      when: "if",
      condition: "if",
      goto: "next",
      compensate: "undo",
      uses: "type",
      run: "type.script",
      acts: "type.act",
    },
  }),
  (step) => withoutEmpty(step) as Step,
);

/** The definition of `$defs/step` in the JSON Schema. */
export const STEP_SCHEMA = STEP.schema;
