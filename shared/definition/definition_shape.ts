/** The shape of a whole definition, and the JSON Schema that follows from it. */

import type { JsonObject } from "../json.ts";
import { STATES_MAX } from "../limits.ts";
import { ACTION_SCHEMA } from "./action_shape.ts";
import type { Definition, SourceDefinition, StateDefinition } from "./definition.ts";
import { SHARED_FIELDS, withoutDefaults } from "./definition_fields.ts";
import { MAPPING_SCHEMA } from "./expression_shape.ts";
import { LIMIT_SCHEMA } from "./limit_shape.ts";
import { RETRY_SCHEMA } from "./retry_shape.ts";
import { anyObject, name, word } from "./scalar_shape.ts";
import { followedBy, mapOf, record, type Shape } from "./shape.ts";
import { ON, STATE, STATE_NAME, TRANSITION_SCHEMA } from "./state_shape.ts";
import { STEP_SCHEMA } from "./steps/step_shape.ts";
import { STEPS_DOCUMENT } from "./steps/steps_shape.ts";

/** States by name. One that could not be read stays as a state with nothing, so that others may lead to it. */
const STATES: Shape<Record<string, StateDefinition>> = followedBy(
  mapOf(STATE_NAME, STATE, { what: "states by name", max: STATES_MAX }),
  (read, place, reading) => {
    if (read.size === 0) reading.report(place, "a workflow needs a state");
    const states: Record<string, StateDefinition> = {};
    for (const [name, state] of read) {
      states[name] = state ?? {};
      if (state === undefined) reading.note(states[name], "", place.member(name));
    }
    return states;
  },
);

const SOURCE: Shape<SourceDefinition> = followedBy(
  record<SourceDefinition>("a source", {
    format: { about: "how it was written", shape: word("a format", ["steps"]), required: true },
    document: { about: "what was written", shape: anyObject("a document"), required: true },
  }),
  (source) => source as SourceDefinition,
);

const RECORD = record<Definition>("a workflow", {
  name: { about: "what it is registered as", shape: name("a workflow's name"), required: true },
  ...SHARED_FIELDS,
  initial: { about: "the state that an instance starts in", shape: STATE_NAME, required: true },
  states: { about: "states by name", shape: STATES, required: true },
  on: { about: "transitions of every state, tried after its own", shape: ON },
  source: { about: "the steps that it was made from", shape: SOURCE },
}, {
  alsoKnownAs: {
    id: "name",
    start: "initial",
    startAt: "initial",
    StartAt: "initial",
    States: "states",
    Comment: "description",
    input: "inputSchema",
    schema: "inputSchema",
    outputs: "output",
    result: "output",
    transitions: "on",
  },
});

/** A definition as authors write it, read into its canonical form. */
export const DEFINITION: Shape<Partial<Definition>> = followedBy(RECORD, (definition) => {
  if (definition.on !== undefined && Object.keys(definition.on).length === 0) delete definition.on;
  return withoutDefaults(definition);
});

/**
 * A JSON Schema (2020-12) of what {@link DEFINITION} and {@link STEPS_DOCUMENT} read, for editors. It knows shapes, not
 * what refers to what.
 */
export const DEFINITION_JSON_SCHEMA: JsonObject = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "A degov workflow",
  type: "object",
  if: { required: ["steps"] },
  then: { $ref: "#/$defs/steps" },
  else: { $ref: "#/$defs/machine" },
  $defs: {
    machine: { title: "A state machine", ...DEFINITION.schema },
    steps: { title: "A steps workflow", ...STEPS_DOCUMENT.schema },
    action: ACTION_SCHEMA,
    transition: TRANSITION_SCHEMA,
    step: STEP_SCHEMA,
    mapping: MAPPING_SCHEMA,
    limit: LIMIT_SCHEMA,
    retry: RETRY_SCHEMA,
  },
};
