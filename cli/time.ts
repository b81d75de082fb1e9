/** Times for people. */

const UNITS: readonly [string, number][] = [["d", 86_400_000], ["h", 3_600_000], ["m", 60_000], ["s", 1_000]];

/** `12s ago`, `now`, `in 6d 23h`: what is to come is waited for, and told more exactly. */
export function formatSince(atMs: number, nowMs: number): string {
  const awayMs = Math.abs(nowMs - atMs);
  const index = UNITS.findIndex(([, ms]) => awayMs >= ms);
  if (index < 0) return "now";
  const [unit, unitMs] = UNITS[index];
  const count = `${Math.floor(awayMs / unitMs)}${unit}`;
  if (nowMs > atMs) return `${count} ago`;
  const [smaller, smallerMs] = UNITS[index + 1] ?? ["", Infinity];
  const rest = Math.floor(awayMs % unitMs / smallerMs);
  return rest === 0 ? `in ${count}` : `in ${count} ${rest}${smaller}`;
}

/** `340 ms`, `12.3 s`, `4 m 10 s`. */
export function formatTook(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} m ${Math.round((ms % 60_000) / 1_000)} s`;
}

/** Time of the day, to the millisecond, of this machine's zone. */
export function formatClock(atMs: number): string {
  const date = new Date(atMs);
  const two = (value: number) => String(value).padStart(2, "0");
  const millis = String(date.getMilliseconds()).padStart(3, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${millis}`;
}
