/** The shapes of actions. */

import { ACTIONS_PER_LIST_MAX } from "../limits.ts";
import { LOG, SET } from "./data_action_shape.ts";
import type { ActionDefinition } from "./definition.ts";
import { FAIL } from "./fail_shape.ts";
import { FLAT_START, SEND, START } from "./instance_action_shape.ts";
import { FLAT_MAP, MAP } from "./map_shape.ts";
import { nearestName } from "./nearest_name.ts";
import { quote } from "./place.ts";
import { defined, followedBy, isObject, oneOrMany, refuse, type Shape } from "./shape.ts";
import { FLAT_TASK, TASK } from "./task_shape.ts";

/** One kind of action. */
interface Kind {
  about: string;
  /** What is read from `{kind: ...}`. */
  shape: Shape<ActionDefinition[]>;
  /** What is read from `{kind: name, ...}`, where the kind has names. */
  flat?: Shape<ActionDefinition[]>;
}

const KINDS: Record<string, Kind> = {
  task: {
    about: "runs code on a worker",
    shape: followedBy(TASK, (task) => [{ task }]),
    flat: followedBy(FLAT_TASK, (task) => [{ task }]),
  },
  set: { about: "writes keys of the context", shape: followedBy(SET, (sets) => sets.map((set) => ({ set }))) },
  log: { about: "writes a line into the history", shape: followedBy(LOG, (log) => [{ log }]) },
  map: {
    about: "runs code for each item of a list",
    shape: followedBy(MAP, (map) => [{ map }]),
    flat: followedBy(FLAT_MAP, (map) => [{ map }]),
  },
  start: {
    about: "starts a child instance",
    shape: followedBy(START, (start) => [{ start }]),
    flat: followedBy(FLAT_START, (start) => [{ start }]),
  },
  send: { about: "sends an event to another instance", shape: followedBy(SEND, (send) => [{ send }]) },
  fail: { about: "fails, as a task may", shape: followedBy(FAIL, (fail) => [{ fail }]) },
};

const LISTED = Object.keys(KINDS).map(quote).join(", ").replace(/, ([^,]*)$/, " or $1");
const WHAT = `an action: an object with ${LISTED}`;

const ACTION: Shape<ActionDefinition[]> = {
  what: WHAT,
  schema: {
    anyOf: [
      ...Object.entries(KINDS).map(([kind, { about, shape }]) => ({
        type: "object",
        properties: { [kind]: { description: about, ...shape.schema } },
        required: [kind],
        additionalProperties: false,
      })),
      ...Object.values(KINDS).flatMap(({ flat }) => flat === undefined ? [] : [flat.schema]),
    ],
  },
  read: (value, place, reading) => {
    if (!isObject(value)) return refuse(WHAT, value, place, reading);
    const keys = Object.keys(value);
    // A map has a task or a start within; it is a map all the same.
    const isWithin = (key: string) => ["task", "start"].includes(key) && typeof value.map === "string";
    const kinds = keys.filter((key) => Object.hasOwn(KINDS, key) && !isWithin(key));
    const [kind, second] = kinds;
    if (kind === undefined) {
      reading.report(place, () => {
        const [first] = keys;
        const unknown = first === undefined ? "an action that does nothing" : `unknown action ${quote(first)}`;
        const hint = first === undefined ? "" : nearestName(first, Object.keys(KINDS));
        return `${unknown}${hint || `; an action has ${LISTED}`}`;
      });
      return undefined;
    }
    if (second !== undefined) {
      reading.report(place, `an action is one thing, not ${quote(kind)} and ${quote(second)}; make them two`);
      return undefined;
    }
    const { shape, flat } = KINDS[kind];
    if (flat !== undefined && typeof value[kind] === "string") return flat.read(value, place, reading);
    for (const key of keys) {
      if (key === kind) continue;
      const where = flat !== undefined
        ? `; in the long form it belongs into "${kind}"`
        : `; a ${kind} action has no other keys`;
      reading.report(place.key(key), `${quote(key)} does not belong here${where}`);
    }
    return shape.read(value[kind], place.member(kind), reading);
  },
};

/** The definition of `$defs/action` in the JSON Schema. */
export const ACTION_SCHEMA = ACTION.schema;

/** A list of actions, or one. */
export const ACTIONS: Shape<ActionDefinition[]> = followedBy(
  oneOrMany(defined("action", ACTION), ACTIONS_PER_LIST_MAX),
  (lists, place, reading) => {
    const actions = lists.flat();
    if (actions.length > ACTIONS_PER_LIST_MAX) {
      reading.report(place, `has ${actions.length} actions, at most ${ACTIONS_PER_LIST_MAX} are allowed`);
    }
    const end = actions.findIndex((action) => "fail" in action);
    if (end >= 0 && end < actions.length - 1) {
      const message = 'the actions after one that fails are never run: make "fail" the last, or remove them';
      reading.report(place, message, { isLocal: true });
    }
    return actions;
  },
);
