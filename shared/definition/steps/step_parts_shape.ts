/** The shapes of what steps have beside their type: where they lead, and what is done when they fail or take long. */

import { ACTIONS_PER_LIST_MAX, DELAY_MS_MAX } from "../../limits.ts";
import { expression } from "../expression_shape.ts";
import { quote } from "../place.ts";
import { duration, FLAG, name, number, problemOfName, text } from "../scalar_shape.ts";
import { either, followedBy, isObject, oneOrMany, record, refuse, type Shape } from "../shape.ts";
import { CODES } from "../state_shape.ts";
import type { Branch, Catch, Next, Rung, Step } from "./step.ts";

/** Names of states and variables are made of two of them, and some letters. */
const STEP_ID_CHARS_MAX = 60;

const STEP_ID_PATTERN = /^[A-Za-z0-9_][A-Za-z0-9_-]*$/;

/** What a step is known by: a name without dots, which are for the states that steps are compiled to. */
export const STEP_ID: Shape<string> = {
  what: "a step's id",
  schema: { type: "string", pattern: STEP_ID_PATTERN.source, maxLength: STEP_ID_CHARS_MAX },
  read: (value, place, reading) => {
    if (typeof value !== "string") return refuse("a step's id (a text)", value, place, reading);
    const problem = problemOfId(value);
    if (problem !== undefined) {
      reading.report(place, `${quote(value)} cannot be a step's id: ${problem}`, { isLocal: true });
    }
    return value;
  },
};

function problemOfId(id: string): string | undefined {
  if (id.length > STEP_ID_CHARS_MAX) return `it has ${id.length} characters, at most ${STEP_ID_CHARS_MAX} are allowed`;
  if (id.includes(".")) return 'it has a dot; use "_" or "-"';
  if (id === "" || STEP_ID_PATTERN.test(id)) return problemOfName(id);
  return 'an id has letters, digits, "_" and "-", and begins with a letter, digit or "_"';
}

/** The id of another step. */
export const STEP_REFERENCE = name("a step's id");

export const CONDITION = expression("a condition", { gives: "bool" });

const RUNS = number("a number of runs", { min: 1, max: 10_000, whole: true });

/** Where a step leads; a text stands for the step. */
export const NEXT: Shape<Next> = either<Next>("a next: the id of a step, or an object", [
  {
    when: (value) => typeof value === "string",
    shape: followedBy(STEP_REFERENCE, (to, place, reading) => {
      const next = { to };
      reading.note(next, "", place);
      return next;
    }),
  },
  {
    when: isObject,
    shape: followedBy(
      record<Next>("a next", {
        to: { about: "the step that follows, or end", shape: STEP_REFERENCE, required: true },
        if: { about: "a CEL expression; only if it holds", shape: CONDITION },
        max: { about: "how often a step that it leads back to may run in all; 100 if not given", shape: RUNS },
      }, { alsoKnownAs: { step: "to", target: "to", when: "if", runs: "max", limit: "max" } }),
      (next) => next as Next,
    ),
  },
]);

export function catchShape(steps: Shape<Step[]>): Shape<Catch> {
  return followedBy(
    record<Catch>("a catch", {
      codes: { about: "the failure codes that it takes; all if not given", shape: CODES },
      on: { about: "the same", shape: CODES, as: "codes", isSynonym: true },
      steps: { about: "what is done then", shape: steps },
      next: { about: "the step that follows; what follows the failed step if not given", shape: STEP_REFERENCE },
    }, { alsoKnownAs: { code: "codes", error: "codes", errors: "codes", then: "steps" } }),
    (read) => {
      read.steps ??= [];
      return read as Catch;
    },
  );
}

const AFTER = duration("a time", { minMs: 1, maxMs: DELAY_MS_MAX });

export function rungShape(steps: Shape<Step[]>): Shape<Rung> {
  return followedBy(
    record<Rung>("a rung of the timeout", {
      after: { about: "how long the step has run", shape: AFTER, as: "afterMs", required: true },
      afterMs: { about: "the same in milliseconds", shape: AFTER },
      on: { about: "the same as after", shape: AFTER, as: "afterMs", isSynonym: true },
      steps: { about: "what is done then; the step goes on unless next is given", shape: steps },
      next: { about: "gives the step up, and goes on there", shape: STEP_REFERENCE },
      error: { about: "fails the step with this code", shape: text("a failure's code", 128) },
    }, { alsoKnownAs: { delay: "after", then: "steps", code: "error" } }),
    (rung, place, reading) => {
      const does = rung.next !== undefined || rung.steps !== undefined;
      if (rung.error !== undefined && does) {
        reading.report(place, 'fails the step ("error") and does something ("steps", "next"); make them two rungs');
      }
      if (rung.error === undefined && !does) reading.report(place, 'does nothing: give "steps", "next" or "error"');
      rung.steps ??= [];
      return rung as Rung;
    },
  );
}

export function branchShape(steps: Shape<Step[]>): Shape<Branch> {
  return followedBy(
    record<Branch & { else?: boolean }>("a branch", {
      id: { about: "unique among steps and branches", shape: STEP_ID, required: true },
      name: { about: "for people", shape: text("a branch's name", 4_096) },
      if: { about: "a CEL expression; the branch is taken if it holds, and always if not given", shape: CONDITION },
      else: { about: "the branch is taken if no other is", shape: FLAG },
      needs: {
        about: "branches that must have been taken, and are done before",
        shape: oneOrMany(name("a branch's id"), ACTIONS_PER_LIST_MAX),
      },
      steps: { about: "what is done in it", shape: steps, required: true },
    }, { alsoKnownAs: { when: "if", condition: "if", default: "else", then: "steps" } }),
    (branch, place, reading) => {
      if (branch.else === false as unknown) delete branch.else;
      if (branch.else && branch.if !== undefined) {
        reading.report(place, 'is taken if no other is ("else"), and has a condition ("if"): remove one of the two');
      }
      branch.steps ??= [];
      return branch as Branch;
    },
  );
}
