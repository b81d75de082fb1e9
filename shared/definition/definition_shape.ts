/** The shape of a whole definition, and the JSON Schema that follows from it. */

import type { JsonObject } from "../json.ts";
import { DELAY_MS_MAX, STATES_MAX } from "../limits.ts";
import { ACTION_SCHEMA } from "./action_shape.ts";
import type { CompensatedEnd, Definition, SourceDefinition, StateDefinition } from "./definition.ts";
import { mapping } from "./expression_shape.ts";
import { INPUT_SCHEMA } from "./input_schema_shape.ts";
import { limit, PRIORITY } from "./limit_shape.ts";
import { anyObject, duration, name, word } from "./scalar_shape.ts";
import { either, followedBy, listOf, mapOf, record, type Shape } from "./shape.ts";
import { DESCRIPTION, ON, STATE, STATE_NAME, TRANSITION_SCHEMA } from "./state_shape.ts";

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

/** Both ends if it is true, none if it is false. */
const COMPENSATE_ON: Shape<CompensatedEnd[]> = either<CompensatedEnd[]>('a list of "failed" and "cancelled"', [
  {
    when: Array.isArray,
    shape: followedBy(
      listOf(word<CompensatedEnd>("an end", ["cancelled", "failed"]), 2),
      (ends) => [...new Set(ends)].sort(),
    ),
  },
  {
    when: (value) => value === false,
    shape: { what: "false", schema: { const: false }, read: () => [] },
  },
]);

const SOURCE: Shape<SourceDefinition> = followedBy(
  record<SourceDefinition>("a source", {
    format: { about: "how it was written", shape: word("a format", ["steps"]), required: true },
    document: { about: "what was written", shape: anyObject("a document"), required: true },
  }),
  (source) => source as SourceDefinition,
);

const RECORD = record<Definition>("a workflow", {
  name: { about: "what it is registered as", shape: name("a workflow's name"), required: true },
  description: DESCRIPTION,
  initial: { about: "the state that an instance starts in", shape: STATE_NAME, required: true },
  inputSchema: { about: "a JSON Schema that start inputs must satisfy", shape: INPUT_SCHEMA },
  timeout: { about: "how long an instance may take in all", shape: TIMEOUT, as: "timeoutMs" },
  timeoutMs: { about: "the same in milliseconds", shape: TIMEOUT },
  states: { about: "states by name", shape: STATES, required: true },
  on: { about: "transitions of every state, tried after its own", shape: ON },
  output: {
    about: "the result of an instance that completes; its context if not given",
    shape: mapping("an instance's output", { reach: "end" }),
  },
  compensateOn: { about: "which ends run the undo actions; both if not given", shape: COMPENSATE_ON },
  priority: { about: "of its tasks, -100 to 100, higher first; 0 if not given", shape: PRIORITY },
  limit: { about: "how many of its instances run at once; the others wait", shape: limit("input") },
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
  if (definition.compensateOn?.length === 2) delete definition.compensateOn;
  if (definition.priority === 0) delete definition.priority;
  if (definition.on !== undefined && Object.keys(definition.on).length === 0) delete definition.on;
  return definition;
});

/** A JSON Schema (2020-12) of what {@link DEFINITION} reads, for editors. It knows shapes, not what refers to what. */
export const DEFINITION_JSON_SCHEMA: JsonObject = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "A degov workflow",
  ...DEFINITION.schema,
  $defs: { action: ACTION_SCHEMA, transition: TRANSITION_SCHEMA },
};
