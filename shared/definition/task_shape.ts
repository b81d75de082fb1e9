/** The shape of a task: code and how it is run. */

import {
  CODE_BYTES_MAX,
  DELAY_MS_MAX,
  RETRY_ATTEMPTS_MAX,
  TASK_TIMEOUT_MS_DEFAULT,
  TASK_TIMEOUT_MS_MAX,
  WASM_BYTES_MAX,
} from "../limits.ts";
import { RETRY_DEFAULT, type RetryPolicy } from "../retry.ts";
import type { Language, TaskDefinition } from "./definition.ts";
import { formatDuration } from "./duration.ts";
import { TASK_INPUT } from "./expression_shape.ts";
import type { Reading } from "./reading.ts";
import { duration, name, number, text, word } from "./scalar_shape.ts";
import { either, type Field, followedBy, isObject, listOf, record, type Shape } from "./shape.ts";

const LANGUAGES: readonly Language[] = ["javascript", "typescript", "wasm"];

const RETRY_FIELDS: Record<string, Field> = {
  maxAttempts: {
    about: "attempts in all, the first included; 3 if not given",
    shape: number("a number of attempts", { min: 1, max: RETRY_ATTEMPTS_MAX, whole: true }),
  },
  initialDelay: {
    about: "time before the second attempt; 1s if not given",
    shape: duration("a first delay", { minMs: 0, maxMs: DELAY_MS_MAX }),
    as: "initialDelayMs",
  },
  initialDelayMs: {
    about: "the same in milliseconds",
    shape: duration("a first delay", { minMs: 0, maxMs: DELAY_MS_MAX }),
  },
  multiplier: {
    about: "what each delay is multiplied by to give the next; 2 if not given",
    shape: number("a multiplier", { min: 1, max: 1_000 }),
  },
  maxDelay: {
    about: "the longest delay; 1m if not given",
    shape: duration("a longest delay", { minMs: 0, maxMs: DELAY_MS_MAX }),
    as: "maxDelayMs",
  },
  maxDelayMs: {
    about: "the same in milliseconds",
    shape: duration("a longest delay", { minMs: 0, maxMs: DELAY_MS_MAX }),
  },
  jitter: {
    about: "the share of each delay that is drawn at random, 0 to 1; 0.1 if not given",
    shape: number("a jitter", { min: 0, max: 1 }),
  },
  nonRetryable: {
    about: "codes of failures that are not tried again",
    shape: listOf(text("a failure's code", 128), 100),
  },
};

const RETRY_RECORD = followedBy(
  record<RetryPolicy>("a retry policy", RETRY_FIELDS, {
    alsoKnownAs: { attempts: "maxAttempts", backoff: "multiplier" },
  }),
  (policy, place, reading) => {
    const { initialDelayMs, maxDelayMs } = { ...RETRY_DEFAULT, ...policy };
    if (initialDelayMs > maxDelayMs) {
      const longest = policy.maxDelayMs === undefined ? "the longest if none is given" : "the longest";
      const [first, last] = [initialDelayMs, maxDelayMs].map(formatDuration);
      reading.report(place, `the first delay, ${first}, exceeds ${longest}, ${last}; raise "maxDelay"`, {
        isLocal: true,
      });
    }
    return policy;
  },
);

/** A policy; a number stands for that many attempts, false for one. */
const RETRY: Shape<Partial<RetryPolicy>> = either<Partial<RetryPolicy>>(
  "a retry policy: an object, a number of attempts, or false",
  [
    { when: isObject, shape: RETRY_RECORD },
    {
      when: (value) => typeof value === "number",
      shape: followedBy(RETRY_FIELDS.maxAttempts.shape as Shape<number>, (maxAttempts) => ({ maxAttempts })),
    },
    {
      when: (value) => value === false,
      shape: { what: "false", schema: { const: false }, read: () => ({ maxAttempts: 1 }) },
    },
  ],
);

const COMMON_FIELDS: Record<string, Field> = {
  language: { about: "javascript if not given", shape: word("a language", LANGUAGES) },
  code: {
    about: "the source; for wasm the module's bytes in base64",
    // Base64 takes four characters for three bytes.
    shape: text("code (a text)", Math.max(CODE_BYTES_MAX, Math.ceil(WASM_BYTES_MAX / 3) * 4)),
    required: true,
  },
  input: { about: "what the code receives as `input`; the whole context if not given", shape: TASK_INPUT },
  output: {
    about: "the key of the context that takes the output; the task's name if not given",
    shape: name("a key of the context"),
  },
  timeout: {
    about: "the time that one attempt may take; 30s if not given",
    shape: duration("a task's timeout", { minMs: 1, maxMs: TASK_TIMEOUT_MS_MAX }),
    as: "timeoutMs",
  },
  timeoutMs: {
    about: "the same in milliseconds",
    shape: duration("a task's timeout", { minMs: 1, maxMs: TASK_TIMEOUT_MS_MAX }),
  },
  retry: { about: "how failed attempts are repeated", shape: RETRY },
};

const TASK_NAME = name("a task's name");
const ALSO_KNOWN_AS = { script: "code", source: "code", lang: "language", retries: "retry", result: "output" };

/** A task in its long form: `{task: {name, code}}`. */
export const TASK: Shape<TaskDefinition> = followedBy(
  record<TaskDefinition>("a task", {
    name: { about: "unique in its state", shape: TASK_NAME, required: true },
    ...COMMON_FIELDS,
  }, { alsoKnownAs: ALSO_KNOWN_AS }),
  (task, _place, reading) => toTask(task, reading),
);

/** A task in its short form: `{task: name, code}`. */
export const FLAT_TASK: Shape<TaskDefinition> = followedBy(
  record<TaskDefinition>("a task", {
    task: { about: "the task's name, unique in its state", shape: TASK_NAME, as: "name", required: true },
    ...COMMON_FIELDS,
  }, { alsoKnownAs: { ...ALSO_KNOWN_AS, name: "task" } }),
  (task, _place, reading) => toTask(task, reading),
);

/** Checks the code, and leaves out what says no more than the defaults do. */
function toTask(task: Partial<TaskDefinition>, reading: Reading): TaskDefinition | undefined {
  if (task.code !== undefined) checkCode(task.code, task.language ?? "javascript", task, reading);
  if (task.language === "javascript") delete task.language;
  if (task.output === task.name) delete task.output;
  if (task.timeoutMs === TASK_TIMEOUT_MS_DEFAULT) delete task.timeoutMs;
  if (task.retry !== undefined) {
    task.retry = withoutDefaults(task.retry);
    if (Object.keys(task.retry).length === 0) delete task.retry;
  }
  return task as TaskDefinition;
}

function withoutDefaults(policy: Partial<RetryPolicy>): Partial<RetryPolicy> {
  const kept = Object.entries(policy).filter(([key, value]) => {
    return Array.isArray(value) ? value.length > 0 : value !== RETRY_DEFAULT[key as keyof RetryPolicy];
  });
  return Object.fromEntries(kept);
}

function checkCode(code: string, language: Language, task: Partial<TaskDefinition>, reading: Reading): void {
  const place = reading.placeOf(task, "code");
  if (!reading.count("tasks", place)) return;
  const compiled = reading.compileCode(code, language);
  if (compiled.ok) return;
  for (const { message, line, column } of compiled.problems) {
    const within = line === undefined ? undefined : { line, column: column ?? 1 };
    reading.report(place, `the code does not compile: ${message}`, { within, isLocal: true });
  }
}
