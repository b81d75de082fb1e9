/** The shape of a whole definition, and the JSON Schema that follows from it. */

import type { JsonObject } from "../json.ts";
import { DELAY_MS_MAX, STATES_MAX } from "../limits.ts";
import { ACTION_SCHEMA } from "./action_shape.ts";
import type { Definition, StateDefinition } from "./definition.ts";
import { INPUT_SCHEMA } from "./input_schema_shape.ts";
import { duration, name } from "./scalar_shape.ts";
import { followedBy, mapOf, record, type Shape } from "./shape.ts";
import { DESCRIPTION, STATE, STATE_NAME, TRANSITION_SCHEMA } from "./state_shape.ts";

const TIMEOUT = duration("a workflow's timeout", { minMs: 1, maxMs: DELAY_MS_MAX });

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

/** A definition as authors write it, read into its canonical form. */
export const DEFINITION: Shape<Partial<Definition>> = record<Definition>("a workflow", {
  name: { about: "what it is registered as", shape: name("a workflow's name"), required: true },
  description: DESCRIPTION,
  initial: { about: "the state that an instance starts in", shape: STATE_NAME, required: true },
  inputSchema: { about: "a JSON Schema that start inputs must satisfy", shape: INPUT_SCHEMA },
  timeout: { about: "how long an instance may take in all", shape: TIMEOUT, as: "timeoutMs" },
  timeoutMs: { about: "the same in milliseconds", shape: TIMEOUT },
  states: { about: "states by name", shape: STATES, required: true },
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
  },
});

/** A JSON Schema (2020-12) of what {@link DEFINITION} reads, for editors. It knows shapes, not what refers to what. */
export const DEFINITION_JSON_SCHEMA: JsonObject = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "A degov workflow",
  ...DEFINITION.schema,
  $defs: { action: ACTION_SCHEMA, transition: TRANSITION_SCHEMA },
};
