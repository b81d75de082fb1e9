/** Times and durations as text. Times are UTC and say so; the browser may add the local time. */

/** As `850 ms`, `5 s`, `2 min 5 s`, `3 h 20 min`, `2 d 4 h`. */
export function formatDuration(ms: number): string {
  if (ms < 0) return `-${formatDuration(-ms)}`;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${trim(ms / 1_000, ms < 10_000 ? 2 : 1)} s`;
  if (ms < 3_600_000) return two(ms, [60_000, "min"], [1_000, "s"]);
  if (ms < 86_400_000) return two(ms, [3_600_000, "h"], [60_000, "min"]);
  return two(ms, [86_400_000, "d"], [3_600_000, "h"]);
}

function trim(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}

function two(ms: number, [major, majorName]: [number, string], [minor, minorName]: [number, string]): string {
  const whole = Math.floor(ms / major);
  const rest = Math.floor((ms - whole * major) / minor);
  return rest === 0 ? `${whole} ${majorName}` : `${whole} ${majorName} ${rest} ${minorName}`;
}

/** As `2026-01-31 12:00:00 UTC`. */
export function formatTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** As `2026-01-31 12:00:00.123 UTC`. */
export function formatExactTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 23).replace("T", " ")} UTC`;
}

/** As `Mon 31 Jan 2026, 12:00`, in a time zone. */
export function formatInZone(ms: number, timeZone: string): string {
  return new Intl.DateTimeFormat("en-GB", {
    timeZone,
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    ...(ms % 60_000 === 0 ? {} : { second: "2-digit" }),
  }).format(ms).replace(/^(\w+),/, "$1");
}

/** As `3 min ago` or `in 5 s`. */
export function formatRelative(ms: number, nowMs: number): string {
  const awayMs = Math.abs(nowMs - ms);
  if (awayMs < 1_000) return "just now";
  const coarse = awayMs < 60_000
    ? `${Math.floor(awayMs / 1_000)} s`
    : awayMs < 3_600_000
    ? `${Math.floor(awayMs / 60_000)} min`
    : awayMs < 172_800_000
    ? `${Math.floor(awayMs / 3_600_000)} h`
    : `${Math.round(awayMs / 86_400_000)} d`;
  return ms <= nowMs ? `${coarse} ago` : `in ${coarse}`;
}

/** A number with thin spaces between thousands. */
export function formatCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
}

/** As `12 B`, `3.4 kB`, `12 MB`; decimal. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  for (; value >= 1_000 && unit < units.length - 1; unit++) value /= 1_000;
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
