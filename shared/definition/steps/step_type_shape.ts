/** The shape of what a step does: one key, and what belongs to it. */

import { ACTIONS_PER_LIST_MAX, TRANSITIONS_PER_EVENT_MAX } from "../../limits.ts";
import { LOG, SET } from "../data_action_shape.ts";
import { FAIL } from "../fail_shape.ts";
import { SEND, START_ALIASES, toStart, WORKFLOW_FIELDS } from "../instance_action_shape.ts";
import { MAP_FIELDS, runForItem } from "../map_shape.ts";
import { nearestName } from "../nearest_name.ts";
import { quote } from "../place.ts";
import { anyObject, FLAG, name, word } from "../scalar_shape.ts";
import { either, followedBy, isObject, listOf, record, refuse, type Shape } from "../shape.ts";
import { OUTPUT_KEY, runFields, toRun } from "../task_shape.ts";
import { CODE_ALIASES } from "../code_shape.ts";
import type { Reading } from "../reading.ts";
import { branchShape, STEP_REFERENCE } from "./step_parts_shape.ts";
import { type Act, ACT_ACTIONS, type Each, type Script, type Step, type StepType, type Workflow } from "./step.ts";

const SCRIPT_RECORD = followedBy(
  record<Script>("a script", {
    ...runFields("event"),
    output: {
      about: "the variable that takes the whole output; its members are merged if not given",
      shape: OUTPUT_KEY,
    },
  }, { alsoKnownAs: { ...CODE_ALIASES, retries: "retry", result: "output" } }),
  (script, _place, reading) => toRun(script, reading) as Script,
);

/** A script; a text stands for its code. */
const SCRIPT: Shape<Script> = either<Script>("a script: its code as a text, or an object with code", [
  { when: isObject, shape: SCRIPT_RECORD },
  {
    when: (value) => typeof value === "string",
    shape: {
      what: "code",
      schema: { type: "string", minLength: 1 },
      read: (value, place, reading) => {
        const script: Partial<Script> = {};
        reading.note(script, "", place);
        const code = (runFields("event").code.shape as Shape<string>).read(value, place, reading);
        return code === undefined ? undefined : toRun(Object.assign(script, { code }), reading) as Script;
      },
    },
  },
]);

/** A child instance; a text stands for its workflow. */
const WORKFLOW: Shape<Workflow> = either<Workflow>("a workflow: its name, or an object", [
  {
    when: isObject,
    shape: followedBy(
      record<Workflow>("a workflow step", WORKFLOW_FIELDS, { alsoKnownAs: START_ALIASES }),
      (workflow) => toStart(workflow) as Workflow,
    ),
  },
  {
    when: (value) => typeof value === "string",
    shape: followedBy(name("a workflow's name"), (workflow) => ({ workflow })),
  },
]);

const ACT: Shape<Act> = either<Act>("an act: an object, or null", [
  {
    when: isObject,
    shape: followedBy(
      record<Act>("an act", {
        actions: {
          about: "what a client may do; everything if not given",
          shape: listOf(word("an action", ACT_ACTIONS), ACT_ACTIONS.length),
        },
        back: { about: "the step that back leads to; the one before if not given", shape: STEP_REFERENCE },
        outputs: {
          about: "the variables that the data may set; all that it has if not given",
          shape: listOf(OUTPUT_KEY, ACTIONS_PER_LIST_MAX),
        },
        form: { about: "for people and their forms; never read here", shape: anyObject("a form (an object)") },
      }, { alsoKnownAs: { form_schema: "form", params: "form", events: "actions" } }),
      (act) => act as Act,
    ),
  },
  { when: (value) => value === null, shape: { what: "null", schema: { type: "null" }, read: () => ({}) } },
]);

function eachShape(steps: Shape<Step[]>): Shape<Each> {
  return followedBy(
    record<EachSource>("an each", {
      items: MAP_FIELDS.items,
      in: { ...MAP_FIELDS.items, as: "items", required: undefined, isSynonym: true },
      as: { about: 'the variable that holds the item; "item" if not given', shape: OUTPUT_KEY },
      parallel: { about: "true: for all items at once", shape: FLAG },
      sequential: {
        about: "true: the steps for one item after the other, which is so if nothing is said",
        shape: FLAG,
      },
      concurrency: MAP_FIELDS.concurrency,
      script: { about: "for a parallel list: code that is run for each item", shape: runForItem("a script") },
      output: { about: "for a parallel list: the variable that takes the results", shape: OUTPUT_KEY },
      steps: { about: "what is done for each item", shape: steps },
    }, { alsoKnownAs: { do: "steps", task: "script" } }),
    (read, place, reading) => {
      const { parallel, sequential, script, concurrency, output, items = "[]", as = "item", steps: body = [] } = read;
      const each: Each = { items, as, steps: body };
      reading.renote(read, each);
      if (["parallel", "sequential"].some((key) => reading.isNoted(read, key) && !Object.hasOwn(read, key))) {
        return each;
      }
      if (parallel !== undefined && parallel === sequential) {
        reading.report(place, 'is "parallel" or "sequential", not both');
      }
      const isParallel = parallel ?? (sequential === undefined ? script !== undefined : !sequential);
      if (!isParallel) refuseParallel(read, reading);
      else each.parallel = { task: script, concurrency, output };
      if (read.as !== undefined && script !== undefined) {
        reading.report(reading.placeOf(read, "as"), 'a script finds the item of its list as "item": remove it');
      }
      const given = ["steps", "script"].filter((key) => reading.isNoted(read, key));
      if (isParallel && given.length > 1) {
        reading.report(reading.placeOf(read, "script"), 'give "steps" or "script", not both');
      } else if (given.length === 0) {
        const what = isParallel ? 'a parallel list needs "steps" or "script"' : 'a sequential list needs "steps"';
        reading.report(place, `${what}: what is done for each item`);
      }
      return each;
    },
  );
}

function refuseParallel(read: Partial<EachSource>, reading: Reading): void {
  for (const key of ["script", "concurrency", "output"] as const) {
    if (!reading.isNoted(read, key)) continue;
    const message = `"${key}" is for a parallel list; give "steps" to a sequential one`;
    reading.report(reading.placeOf(read, key), message);
  }
}

interface EachSource {
  items: string;
  as: string;
  parallel: boolean;
  sequential: boolean;
  concurrency: number;
  script: NonNullable<Each["parallel"]>["task"];
  output: string;
  steps: Step[];
}

/** What each key is, and the shape of its value. */
function kindsOf(steps: Shape<Step[]>): Record<string, { about: string; shape: Shape<StepType> }> {
  const branches = followedBy(listOf(branchShape(steps), TRANSITIONS_PER_EVENT_MAX), (branches, place, reading) => {
    if (branches.length === 0) reading.report(place, "has no branch: give one");
    return branches;
  });
  return {
    script: { about: "runs code on a worker", shape: followedBy(SCRIPT, (script) => ({ script })) },
    set: { about: "sets variables", shape: followedBy(SET, (sets) => ({ set: sets.map((set) => ({ set })) })) },
    log: { about: "writes a line into the history", shape: followedBy(LOG, (log) => ({ log })) },
    send: { about: "sends an event to another instance", shape: followedBy(SEND, (send) => ({ send })) },
    fail: { about: "fails, as a script may", shape: followedBy(FAIL, (fail) => ({ fail })) },
    workflow: { about: "runs another workflow", shape: followedBy(WORKFLOW, (workflow) => ({ workflow })) },
    act: { about: "waits for a client's action", shape: followedBy(ACT, (act) => ({ act })) },
    each: {
      about: "does something for each item of a list",
      shape: followedBy(eachShape(steps), (each) => ({ each })),
    },
    branches: {
      about: "goes every way whose condition holds, one after the other",
      shape: followedBy(branches, (branches) => ({ branches })),
    },
    parallel: {
      about: "goes every way whose condition holds, all at the same time",
      shape: followedBy(branches, (parallel) => ({ parallel })),
    },
    choose: {
      about: "goes the first way whose condition holds",
      shape: followedBy(branches, (choose) => ({ choose })),
    },
  };
}

/** What a step does; `steps` is the shape of the lists of steps within it. */
export function stepTypeShape(steps: Shape<Step[]>): Shape<StepType> {
  const kinds = kindsOf(steps);
  const listed = Object.keys(kinds).map(quote).join(", ").replace(/, ([^,]*)$/, " or $1");
  const what = `what the step does: an object with ${listed}`;
  return {
    what,
    schema: {
      anyOf: Object.entries(kinds).map(([kind, { about, shape }]) => ({
        type: "object",
        properties: { [kind]: { description: about, ...shape.schema } },
        required: [kind],
        additionalProperties: false,
      })),
    },
    read: (value, place, reading) => {
      if (!isObject(value)) return refuse(what, value, place, reading);
      const keys = Object.keys(value);
      const [kind, second] = keys.filter((key) => Object.hasOwn(kinds, key));
      for (const key of keys.filter((key) => !Object.hasOwn(kinds, key))) {
        reading.report(place.key(key), () => {
          return `no step is of type ${quote(key)}${nearestName(key, Object.keys(kinds)) || `; there is ${listed}`}`;
        });
      }
      if (kind === undefined) {
        if (keys.length === 0) reading.report(place, `a step of no type; there is ${listed}`);
        return undefined;
      }
      if (second !== undefined) {
        reading.report(place, `a step does one thing, not ${quote(kind)} and ${quote(second)}; make them two`);
        return undefined;
      }
      return kinds[kind].shape.read(value[kind], place.member(kind), reading);
    },
  };
}

export const TYPE_KEYS = [
  "script",
  "set",
  "log",
  "send",
  "fail",
  "workflow",
  "act",
  "each",
  "branches",
  "parallel",
  "choose",
];
