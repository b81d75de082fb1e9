/** Durations as authors write them: `250ms`, `5s`, `2m`, `1h30m`, `1d`. */

const UNIT_MS: Record<string, number> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/**
 * The duration in milliseconds, possibly with a fraction, or undefined if the text is none.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(parseDuration("1h30m"), 5_400_000);
 * assert.equal(parseDuration("0.5s"), 500);
 * assert.equal(parseDuration("5 seconds"), undefined);
 * ```
 */
export function parseDuration(text: string): number | undefined {
  if (text.length > 64 || !/^(?:\d+(?:\.\d+)?(?:ms|[smhd]))+$/.test(text)) return undefined;
  let ms = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g)) ms += Number(amount) * UNIT_MS[unit];
  return ms;
}

/**
 * The shortest text that {@link parseDuration} reads as these whole milliseconds.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(formatDuration(5_400_000), "1h30m");
 * ```
 */
export function formatDuration(ms: number): string {
  let text = "";
  let left = ms;
  for (const [unit, unitMs] of Object.entries(UNIT_MS)) {
    const amount = Math.floor(left / unitMs);
    if (amount > 0) text += `${amount}${unit}`;
    left -= amount * unitMs;
  }
  return text || "0ms";
}
