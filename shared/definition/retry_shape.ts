/** The shape of a retry policy. */

import { DELAY_MS_MAX, RETRY_ATTEMPTS_MAX } from "../limits.ts";
import { RETRY_DEFAULT, type RetryPolicy } from "../retry.ts";
import { formatDuration } from "./duration.ts";
import { duration, number, text } from "./scalar_shape.ts";
import { defined, either, type Field, followedBy, isObject, listOf, record, type Shape } from "./shape.ts";

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
const ANY_RETRY: Shape<Partial<RetryPolicy>> = either<Partial<RetryPolicy>>(
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

export const RETRY = defined("retry", ANY_RETRY);

/** The definition of `$defs/retry` in the JSON Schema. */
export const RETRY_SCHEMA = ANY_RETRY.schema;

/** What of a policy differs from the defaults. */
export function withoutDefaults(policy: Partial<RetryPolicy>): Partial<RetryPolicy> {
  const kept = Object.entries(policy).filter(([key, value]) => {
    return Array.isArray(value) ? value.length > 0 : value !== RETRY_DEFAULT[key as keyof RetryPolicy];
  });
  return Object.fromEntries(kept);
}
