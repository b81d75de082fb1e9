/** When and whether a failed attempt is tried again. Pure: the random number comes from the caller. */

/** How a task is retried. Times in milliseconds. */
export interface RetryPolicy {
  /** Attempts in all, the first included; 1 means no retry. */
  maxAttempts: number;
  initialDelayMs: number;
  multiplier: number;
  maxDelayMs: number;
  /** Share of the delay that is drawn at random, 0 to 1: the delay lies in [delay * (1 - jitter), delay]. */
  jitter: number;
  /** Failure codes that are never retried. */
  nonRetryable: readonly string[];
}

export const RETRY_DEFAULT: RetryPolicy = {
  maxAttempts: 3,
  initialDelayMs: 1_000,
  multiplier: 2,
  maxDelayMs: 60_000,
  jitter: 0.1,
  nonRetryable: [],
};

/**
 * The delay before the attempt that follows attempt number `attempt` (from 1).
 *
 * `min(maxDelay, initialDelay * multiplier^(attempt-1))`, less up to `jitter` of it; `random` is in [0, 1).
 */
export function backoffMs(
  policy: Omit<RetryPolicy, "maxAttempts" | "nonRetryable">,
  attempt: number,
  random: number,
): number {
  const delay = Math.min(policy.maxDelayMs, policy.initialDelayMs * policy.multiplier ** Math.max(0, attempt - 1));
  return Math.round(delay * (1 - policy.jitter * random));
}
