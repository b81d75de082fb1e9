/** The shape of a map: one task for each item of a list. */

import { MAP_ITEMS_MAX } from "../limits.ts";
import { CODE_ALIASES } from "./code_shape.ts";
import type { ChildDefinition, MapDefinition, RunDefinition } from "./definition.ts";
import { expression } from "./expression_shape.ts";
import { CHILD_ALIASES, childFields, toChild } from "./instance_action_shape.ts";
import type { Place } from "./place.ts";
import type { Reading } from "./reading.ts";
import { name, number } from "./scalar_shape.ts";
import { type Field, followedBy, record, requireOne, type Shape } from "./shape.ts";
import { OUTPUT_KEY, runFields, toRun } from "./task_shape.ts";

const MAP_NAME = name("a map's name");

/** Code that is run for each item. `what` has an article. */
export function runForItem(what: string): Shape<RunDefinition> {
  return followedBy(
    record<RunDefinition>(what, runFields("item"), { alsoKnownAs: { ...CODE_ALIASES, retries: "retry" } }),
    (task, _place, reading) => toRun(task, reading) as RunDefinition,
  );
}

/** Which child is started for each item. */
const MAP_START: Shape<ChildDefinition> = followedBy(
  record<ChildDefinition>("a map's start", childFields("item"), { alsoKnownAs: CHILD_ALIASES }),
  (start, place, reading) => toChild(start, place, reading),
);

export const MAP_FIELDS: Record<string, Field> = {
  items: {
    about: `a CEL expression that gives the list; at most ${MAP_ITEMS_MAX} items`,
    shape: expression("a list of items", { gives: "list" }),
    required: true,
  },
  concurrency: {
    about: "how many of its tasks or children are unfinished at once; all of them if not given",
    shape: number("a concurrency", { min: 1, max: MAP_ITEMS_MAX, whole: true }),
  },
  task: { about: "code that is run for each item", shape: runForItem("a map's task") },
  start: { about: "a child that is started for each item instead", shape: MAP_START },
  output: { about: "the key of the context that takes the list of outputs; the name if not given", shape: OUTPUT_KEY },
};

const ALSO_KNOWN_AS = { each: "items", in: "items", do: "task", result: "output", maxConcurrency: "concurrency" };

/** `{map: {name, items, task}}` */
export const MAP: Shape<MapDefinition> = followedBy(
  record<MapDefinition>("a map", {
    name: { about: "unique in its state", shape: MAP_NAME, required: true },
    ...MAP_FIELDS,
  }, { alsoKnownAs: ALSO_KNOWN_AS }),
  toMap,
);

/** `{map: name, items, task}` */
export const FLAT_MAP: Shape<MapDefinition> = followedBy(
  record<MapDefinition>("a map", {
    map: { about: "the map's name, unique in its state", shape: MAP_NAME, as: "name", required: true },
    ...MAP_FIELDS,
  }, { alsoKnownAs: { ...ALSO_KNOWN_AS, name: "map" } }),
  toMap,
);

function toMap(map: Partial<MapDefinition>, place: Place, reading: Reading): MapDefinition {
  requireOne(map, ["task", "start"], { what: "a map", place, reading });
  if (map.output === map.name) delete map.output;
  return map as MapDefinition;
}
