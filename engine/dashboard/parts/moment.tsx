/** A moment: how long ago for the eye, exactly in UTC for whoever asks; the browser adds its own zone. */

import { formatExactTime, formatRelative, formatTime } from "./time.ts";

export function Moment({ ms, nowMs, exact }: { ms: number; nowMs: number; exact?: boolean }) {
  return (
    <time datetime={new Date(ms).toISOString()} title={formatExactTime(ms)} data-moment>
      {exact ? formatTime(ms) : formatRelative(ms, nowMs)}
    </time>
  );
}
