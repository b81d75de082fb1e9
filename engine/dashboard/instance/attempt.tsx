/** What is said of one attempt at a task: how it ran, and what it wrote. */

import type { AttemptReport } from "../../machine/input.ts";
import { formatDuration } from "../parts/time.ts";

export function Ran({ report }: { report: AttemptReport }) {
  const { attempt, durationMs, workerId } = report;
  return (
    <span class="muted">
      {[
        ...(attempt > 1 ? [`attempt ${attempt}`] : []),
        ...(durationMs === undefined ? [] : [`after ${formatDuration(durationMs)}`]),
        ...(workerId === undefined ? [] : [`on ${workerId}`]),
      ].join(" ")}
    </span>
  );
}

export function Console({ report, name }: { report: AttemptReport; name: string }) {
  const { console: lines = [] } = report;
  if (lines.length === 0) return null;
  return (
    <ul class="console" tabindex={0} aria-label={`Console of task ${name}`}>
      {lines.map(({ level, text }) => (
        <li class={level}>
          <span class="level">{level}</span>
          {text}
        </li>
      ))}
    </ul>
  );
}
