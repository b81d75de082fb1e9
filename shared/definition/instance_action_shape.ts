/** The shapes of actions that reach other instances: starting a child, and sending an event. */

import type { Reach } from "./cel.ts";
import type { ChildDefinition, SendDefinition, StartDefinition } from "./definition.ts";
import { expression, mapping } from "./expression_shape.ts";
import { FLAG, name, number } from "./scalar_shape.ts";
import type { Place } from "./place.ts";
import type { Reading } from "./reading.ts";
import { type Field, followedBy, record, requireOne, type Shape } from "./shape.ts";
import { OUTPUT_KEY } from "./task_shape.ts";

const START_NAME = name("a child's name");

const WORKFLOW: Field = {
  about: "the workflow that the child is an instance of",
  shape: name("a workflow's name"),
};
const VERSION: Field = {
  about: "its version; the newest if not given",
  shape: number("a version", { min: 1, max: 1_000_000_000, whole: true }),
};

/** What a child is an instance of, and what it receives. */
export function childFields(reach: Reach): Record<string, Field> {
  return {
    workflow: WORKFLOW,
    version: VERSION,
    state: {
      about: "instead of a workflow: a state of this one, in which a part of this instance begins",
      shape: name("a state's name"),
    },
    input: {
      about: reach === "item"
        ? "its start input, or what is written over the part's context; `{item, index}` if not given"
        : "its start input, or what is written over the part's context; an empty object if not given",
      shape: mapping("a child's input", { reach }),
    },
  };
}

/** What every child has that is started by itself. */
const OWN_FIELDS: Record<string, Field> = {
  id: {
    about: "a CEL expression that gives the child's id; made from the parent's if not given",
    shape: expression("a child's id", { gives: "string" }),
  },
  output: { about: "the key of the context that takes its result; the name if not given", shape: OUTPUT_KEY },
  wait: { about: "whether the state waits for its end; true if not given", shape: FLAG },
};

/** A child of another workflow, as a step starts it. */
export const WORKFLOW_FIELDS: Record<string, Field> = {
  workflow: { ...WORKFLOW, required: true },
  version: VERSION,
  input: { about: "its start input; an empty object if not given", shape: mapping("a child's input") },
  ...OWN_FIELDS,
};

const START_FIELDS: Record<string, Field> = { ...childFields("event"), ...OWN_FIELDS };

/** Names that other tools have for the same. */
export const CHILD_ALIASES = { definition: "workflow", params: "input" };
export const START_ALIASES = { ...CHILD_ALIASES, instanceId: "id", result: "output" };

/** `{start: {name, workflow}}` */
export const START: Shape<StartDefinition> = followedBy(
  record<StartDefinition>("a start", {
    name: { about: "unique in its state", shape: START_NAME, required: true },
    ...START_FIELDS,
  }, { alsoKnownAs: START_ALIASES }),
  (start, place, reading) => toChild(toStart(start), place, reading),
);

/** `{start: name, workflow}` */
export const FLAT_START: Shape<StartDefinition> = followedBy(
  record<StartDefinition>("a start", {
    start: { about: "the child's name, unique in its state", shape: START_NAME, as: "name", required: true },
    ...START_FIELDS,
  }, { alsoKnownAs: { ...START_ALIASES, name: "start" } }),
  (start, place, reading) => toChild(toStart(start), place, reading),
);

/** Checks that one thing is started. */
export function toChild<T extends ChildDefinition>(start: T, place: Place, reading: Reading): T {
  requireOne(start, ["workflow", "state"], { what: "a start", place, reading });
  if (start.state !== undefined && start.version !== undefined) {
    reading.report(reading.placeOf(start, "version"), "a part is of its parent's version: remove it");
  }
  return start;
}

/** Leaves out what says no more than the defaults do. */
export function toStart<T extends Partial<StartDefinition>>(start: T): T & StartDefinition {
  if (start.output !== undefined && start.output === start.name) delete start.output;
  if (start.wait === true) delete start.wait;
  return start as T & StartDefinition;
}

export const SEND: Shape<SendDefinition> = followedBy(
  record<SendDefinition>("a send", {
    to: {
      about: "a CEL expression that gives the id of an instance",
      shape: expression("a receiver", { gives: "string" }),
    },
    child: { about: "instead: the name of a child that the state has started and waits for", shape: START_NAME },
    event: { about: "the event", shape: name("an event's name"), required: true },
    data: { about: "the event's data; null if not given", shape: mapping("an event's data") },
    keep: { about: "whether it is kept until a state takes it; true if not given", shape: FLAG },
  }, { alsoKnownAs: { id: "to", instance: "to", name: "event", payload: "data" } }),
  (send, place, reading) => {
    requireOne(send, ["to", "child"], { what: "a send", place, reading });
    if (send.keep === true) delete send.keep;
    return send as SendDefinition;
  },
);
