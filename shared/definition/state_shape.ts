/** The shapes of states and transitions. */

import { CODES_PER_TRANSITION_MAX, DELAY_MS_MAX, TRANSITIONS_PER_EVENT_MAX } from "../limits.ts";
import { ACTIONS } from "./action_shape.ts";
import type { DelayedTransitionDefinition, FinalKind, StateDefinition, TransitionDefinition } from "./definition.ts";
import { toRecord } from "./expression_shape.ts";
import { GUARD } from "./guard_shape.ts";
import { duration, name, text, word } from "./scalar_shape.ts";
import {
  defined,
  either,
  type Field,
  followedBy,
  isObject,
  listOf,
  mapOf,
  oneOrMany,
  record,
  type Shape,
} from "./shape.ts";

export const DESCRIPTION: Field = { about: "for people", shape: text("a description", 4_096) };
export const STATE_NAME = name("a state's name");

const TRANSITION_FIELDS: Record<string, Field> = {
  target: { about: "the state to go to; without it the state is kept, and only the actions run", shape: STATE_NAME },
  guard: { about: "a CEL expression or code; the transition is taken only if it gives true", shape: GUARD },
  actions: { about: "what is done on the way", shape: ACTIONS },
};

/** Failure codes, in the order of their code units, as theirs has no meaning. */
export const CODES: Shape<string[]> = followedBy(
  oneOrMany(text("a failure's code", 128), CODES_PER_TRANSITION_MAX),
  (codes, place, reading, value) => {
    if (Array.isArray(value) && value.length === 0) {
      reading.report(place, "has no code, so nothing is ever taken: give one, or leave it out");
    }
    return [...new Set(codes)].sort();
  },
);

const TRANSITION_ALIASES = {
  cond: "guard",
  condition: "guard",
  when: "guard",
  if: "guard",
  to: "target",
  next: "target",
  Next: "target",
  goto: "target",
  action: "actions",
  do: "actions",
};

const TRANSITION_RECORD = followedBy(
  record<TransitionDefinition>("a transition", {
    ...TRANSITION_FIELDS,
    codes: { about: 'for "error": the failure codes that it takes; all if not given', shape: CODES },
  }, { alsoKnownAs: { ...TRANSITION_ALIASES, code: "codes", errors: "codes", ErrorEquals: "codes" } }),
  (transition) => withoutEmpty(transition),
);

/** A transition; a text stands for its target. */
const TRANSITION: Shape<TransitionDefinition> = either<TransitionDefinition>(
  "a transition: the name of a state, or an object",
  [
    { when: isObject, shape: TRANSITION_RECORD },
    {
      when: (value) => typeof value === "string",
      shape: followedBy(STATE_NAME, (target, place, reading) => {
        const transition = { target };
        reading.note(transition, "", place);
        return transition;
      }),
    },
  ],
);

/** Transitions, at least one; tried in order. */
const TRANSITIONS = followedBy(
  oneOrMany(defined("transition", TRANSITION), TRANSITIONS_PER_EVENT_MAX),
  (transitions, place, reading, value) => {
    if (Array.isArray(value) && value.length === 0) {
      reading.report(place, "has no transition: give one, or leave it out");
    }
    return transitions;
  },
);

const DELAY = duration("a delay", { minMs: 1, maxMs: DELAY_MS_MAX });

const DELAYED = followedBy(
  record<DelayedTransitionDefinition>("a delayed transition", {
    delay: { about: "how long after entry it is taken", shape: DELAY, as: "delayMs", required: true },
    delayMs: { about: "the same in milliseconds", shape: DELAY },
    ...TRANSITION_FIELDS,
  }, { alsoKnownAs: TRANSITION_ALIASES }),
  (transition) => withoutEmpty(transition) as DelayedTransitionDefinition,
);

/** A delay as a key; a number of milliseconds is a text there. */
const DELAY_KEY: Shape<string> = followedBy(text("a delay", 64), (key, place, reading) => {
  return DELAY.read(/^\d+$/.test(key) ? Number(key) : key, place, reading) === undefined ? undefined : key;
});

/** `{5s: target}`: transitions by delay. */
const DELAYED_BY_KEY: Shape<DelayedTransitionDefinition[]> = followedBy(
  mapOf(DELAY_KEY, TRANSITIONS, { what: "transitions by delay", max: TRANSITIONS_PER_EVENT_MAX }),
  (read, place, reading) => {
    const seen = new Map<number, string>();
    return [...read].flatMap(([key, transitions]) => {
      const delayMs = DELAY.read(/^\d+$/.test(key) ? Number(key) : key, place.key(key), reading)!;
      const other = seen.get(delayMs);
      if (other !== undefined) {
        reading.report(place.key(key), `"${key}" is the same delay as "${other}"; make them one list`);
        return [];
      }
      seen.set(delayMs, key);
      return (transitions ?? []).map((transition) => {
        const delayed = { delayMs, ...transition };
        reading.renote(transition, delayed);
        return delayed;
      });
    });
  },
);

/** Delayed transitions, ordered by delay: those of different delays do not compete. */
const AFTER: Shape<DelayedTransitionDefinition[]> = followedBy(
  either("delayed transitions: an object by delay, or a list", [
    { when: Array.isArray, shape: listOf(DELAYED, TRANSITIONS_PER_EVENT_MAX) },
    {
      when: (value) => isObject(value) && (Object.hasOwn(value, "delay") || Object.hasOwn(value, "delayMs")),
      shape: followedBy(DELAYED, (transition) => [transition]),
    },
    { when: isObject, shape: DELAYED_BY_KEY },
  ]),
  (transitions) => transitions.toSorted((one, other) => one.delayMs - other.delayMs),
);

const FINAL: Shape<FinalKind> = either<FinalKind>('"completed", "failed" or true', [
  { when: (value) => value === true, shape: { what: "true", schema: { const: true }, read: () => "completed" } },
  {
    when: (value) => typeof value === "string",
    shape: word<FinalKind>("how an instance ends here", ["completed", "failed"]),
  },
]);

/** Transitions by event. */
export const ON: Shape<Record<string, TransitionDefinition[]>> = followedBy(
  mapOf(name("an event's name"), TRANSITIONS, { what: "transitions by event", max: 1_000 }),
  toRecord,
);

const STATE_RECORD = followedBy(
  record<StateDefinition>("a state", {
    description: DESCRIPTION,
    enter: { about: "what is done on entering", shape: ACTIONS },
    exit: { about: "what is done on leaving", shape: ACTIONS },
    on: { about: "transitions by event", shape: ON },
    after: { about: "transitions by delay", shape: AFTER },
    final: { about: "ends the instance; true means completed", shape: FINAL },
    compensate: { about: "what undoes the state when the instance fails or is cancelled", shape: ACTIONS },
  }, {
    alsoKnownAs: {
      entry: "enter",
      onEnter: "enter",
      onEntry: "enter",
      onExit: "exit",
      leave: "exit",
      undo: "compensate",
      compensation: "compensate",
      transitions: "on",
      events: "on",
      always: "on.complete",
      next: "on.complete",
      Next: "on.complete",
      onDone: "on.complete",
      onError: "on.error",
      type: "final",
      End: "final",
    },
  }),
  (state) => withoutEmpty(state),
);

/** A state; nothing at all stands for a state that has nothing. */
export const STATE: Shape<StateDefinition> = either<StateDefinition>("a state (an object)", [
  { when: isObject, shape: STATE_RECORD },
  {
    when: (value) => value === null,
    shape: {
      what: "nothing",
      schema: { type: "null" },
      read: (_value, place, reading) => {
        const state = {};
        reading.note(state, "", place);
        return state;
      },
    },
  },
]);

/** Leaves out lists and objects that say nothing. */
export function withoutEmpty<T extends object>(part: T): T {
  for (const [key, value] of Object.entries(part)) {
    if (typeof value === "object" && Object.keys(value).length === 0) delete part[key as keyof T];
  }
  return part;
}

/** The definitions of `$defs` in the JSON Schema. */
export const TRANSITION_SCHEMA = TRANSITION.schema;
