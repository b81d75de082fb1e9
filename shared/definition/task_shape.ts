/** The shape of a task: code and how it is run. */

import { DELAY_MS_MAX, TASK_TIMEOUT_MS_DEFAULT, TASK_TIMEOUT_MS_MAX } from "../limits.ts";
import type { Reach } from "./cel.ts";
import { checkCode, CODE_ALIASES, CODE_FIELDS } from "./code_shape.ts";
import type { TaskDefinition } from "./definition.ts";
import { mapping } from "./expression_shape.ts";
import { limit, PRIORITY } from "./limit_shape.ts";
import type { Reading } from "./reading.ts";
import { RETRY, withoutDefaults } from "./retry_shape.ts";
import { duration, FLAG, name } from "./scalar_shape.ts";
import { type Field, followedBy, record, type Shape } from "./shape.ts";

const TIMEOUT = duration("a task's timeout", { minMs: 1, maxMs: TASK_TIMEOUT_MS_MAX });
const DELAY = duration("a task's delay", { minMs: 0, maxMs: DELAY_MS_MAX });

/** How code is run, whatever its output is for. */
export function runFields(reach: Reach): Record<string, Field> {
  return {
    ...CODE_FIELDS,
    input: {
      about: reach === "item"
        ? "what the code receives as `input`; the item if not given"
        : "what the code receives as `input`; the whole context if not given",
      shape: mapping("a task's input", { reach }),
    },
    timeout: { about: "the time that one attempt may take; 30s if not given", shape: TIMEOUT, as: "timeoutMs" },
    timeoutMs: { about: "the same in milliseconds", shape: TIMEOUT },
    retry: { about: "how failed attempts are repeated", shape: RETRY },
    priority: { about: "-100 to 100, higher first; the workflow's if not given", shape: PRIORITY },
    delay: { about: "the time before the first attempt", shape: DELAY, as: "delayMs" },
    delayMs: { about: "the same in milliseconds", shape: DELAY },
    limit: { about: "how many attempts of it may run at once, over all workers", shape: limit(reach) },
  };
}

export const OUTPUT_KEY = name("a key of the context");

const TASK_FIELDS: Record<string, Field> = {
  ...runFields("event"),
  output: { about: "the key of the context that takes the output; the task's name if not given", shape: OUTPUT_KEY },
  merge: {
    about: "writes each member of an output that is an object under its own key",
    shape: FLAG,
  },
};

const TASK_NAME = name("a task's name");
const ALSO_KNOWN_AS = { ...CODE_ALIASES, retries: "retry", result: "output" };

/** A task in its long form: `{task: {name, code}}`. */
export const TASK: Shape<TaskDefinition> = followedBy(
  record<TaskDefinition>("a task", {
    name: { about: "unique in its state", shape: TASK_NAME, required: true },
    ...TASK_FIELDS,
  }, { alsoKnownAs: ALSO_KNOWN_AS }),
  (task, _place, reading) => toTask(task, reading),
);

/** A task in its short form: `{task: name, code}`. */
export const FLAT_TASK: Shape<TaskDefinition> = followedBy(
  record<TaskDefinition>("a task", {
    task: { about: "the task's name, unique in its state", shape: TASK_NAME, as: "name", required: true },
    ...TASK_FIELDS,
  }, { alsoKnownAs: { ...ALSO_KNOWN_AS, name: "task" } }),
  (task, _place, reading) => toTask(task, reading),
);

function toTask(task: Partial<TaskDefinition>, reading: Reading): TaskDefinition {
  if (task.output === task.name) delete task.output;
  if (task.merge === false) delete task.merge;
  return toRun(task, reading) as TaskDefinition;
}

/** Checks the code, and leaves out what says no more than the defaults do. */
export function toRun<T extends Partial<Omit<TaskDefinition, "name">>>(task: T, reading: Reading): T {
  checkCode(task, reading);
  if (task.timeoutMs === TASK_TIMEOUT_MS_DEFAULT) delete task.timeoutMs;
  if (task.delayMs === 0) delete task.delayMs;
  if (task.retry !== undefined) {
    task.retry = withoutDefaults(task.retry);
    if (Object.keys(task.retry).length === 0) delete task.retry;
  }
  return task;
}
