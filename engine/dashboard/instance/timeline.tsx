/** Bars over time: states, tasks and their attempts, with waits between. */

import type { Instance } from "../../machine/instance.ts";
import type { Story, TaskSpan, Visit } from "../story.ts";
import { formatDuration, formatExactTime } from "../parts/time.ts";

/** Visits of states shown at once, the newest ones; and tasks below one of them. */
const VISITS_SHOWN = 60;
const TASKS_SHOWN = 40;
/** Width of all tracks in their own units; timeline.js has the same. */
const SCALE = 10_000;
/** A bar that is shorter is drawn as long as this, so that it can be seen. */
const BAR_MIN = 24;

interface Span {
  fromMs: number;
  toMs: number;
}

interface Bar extends Span {
  kind: string;
  text: string;
  isThin?: boolean;
}

export function Timeline({ story, instance, nowMs }: { story: Story; instance: Instance; nowMs: number }) {
  const visits = story.visits.slice(-VISITS_SHOWN);
  if (visits.length === 0) return <p class="muted">Nothing has happened yet.</p>;
  const endMs = instance.endedAtMs ?? Math.max(nowMs, instance.updatedAtMs);
  const all: Span = { fromMs: visits[0].enteredAtMs, toMs: Math.max(endMs, visits[0].enteredAtMs + 1) };
  const left = story.visits.length - visits.length;
  return (
    <div class="timeline" data-total-ms={all.toMs - all.fromMs}>
      <div class="head">
        <ul class="legend bars" aria-label="Legend">
          <li class="b-state">State</li>
          <li class="b-ok">Attempt</li>
          <li class="b-failed">Failed attempt</li>
          <li class="b-wait">Wait</li>
          <li class="b-open">Open</li>
        </ul>
        <div class="zoom" role="group" aria-label="Zoom" hidden>
          <button type="button" data-zoom="left" aria-label="Earlier">←</button>
          <button type="button" data-zoom="right" aria-label="Later">→</button>
          <button type="button" data-zoom="in" aria-label="Zoom in">+</button>
          <button type="button" data-zoom="out" aria-label="Zoom out">−</button>
          <button type="button" data-zoom="fit">Fit</button>
        </div>
      </div>
      {left > 0 && <p class="note">The last {visits.length} of {story.visits.length} visited states are shown.</p>}
      <table class="lanes">
        <thead>
          <tr>
            <th class="name" scope="col">State and tasks</th>
            <th scope="col">
              <span class="hidden">Time since {formatExactTime(all.fromMs)}</span>
              <span class="axis">
                {[0, 0.25, 0.5, 0.75, 1].map((share) => <span>+{formatDuration((all.toMs - all.fromMs) * share)}
                </span>)}
              </span>
            </th>
            <th class="took" scope="col">Took</th>
          </tr>
        </thead>
        <tbody>
          {visits.map((visit, index) => (
            <VisitLanes visit={visit} all={all} endMs={endMs} isLast={index === visits.length - 1} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function VisitLanes(props: { visit: Visit; all: Span; endMs: number; isLast: boolean }) {
  const { visit, all, endMs, isLast } = props;
  const toMs = visit.leftAtMs ?? endMs;
  const isOpen = visit.leftAtMs === undefined && isLast;
  const kind = `bar-visit${visit.isFailed ? " failed" : isOpen ? " now" : ""}`;
  const took = formatDuration(toMs - visit.enteredAtMs);
  const how = visit.leftBy === undefined ? (isOpen ? "still here" : "ended here") : `left by ${visit.leftBy}`;
  const text = `${visit.state}: ${took}, ${how}, entered ${formatExactTime(visit.enteredAtMs)}`;
  const shown = visit.tasks.slice(-TASKS_SHOWN);
  return (
    <>
      <tr class="lane-visit">
        <th class="name" scope="row" title={visit.state}>{visit.state}</th>
        <td>
          <Track bars={[{ fromMs: visit.enteredAtMs, toMs, kind, text }]} all={all} label={text} />
        </td>
        <td class="took">{took}</td>
      </tr>
      {shown.map((task) => <TaskLane task={task} all={all} endMs={endMs} />)}
    </>
  );
}

function TaskLane({ task, all, endMs }: { task: TaskSpan; all: Span; endMs: number }) {
  const bars = barsOf(task, endMs);
  const attempts = task.attempts.length;
  const toMs = task.endedAtMs ?? endMs;
  const label = `${task.name}: ${task.outcome}, ${attempts === 1 ? "1 attempt" : `${attempts} attempts`}. ${
    bars.map(({ text }) => text).join("; ")
  }`;
  return (
    <tr class="lane-task">
      <th class="name" scope="row" title={task.name}>
        {task.name}
        {attempts > 1 ? ` ×${attempts}` : ""}
      </th>
      <td>
        <Track bars={bars} all={all} label={label} />
      </td>
      <td class="took">{formatDuration(toMs - task.scheduledAtMs)}</td>
    </tr>
  );
}

/** Attempts, and what lies before, between and after them. */
function barsOf(task: TaskSpan, endMs: number): Bar[] {
  const bars: Bar[] = [];
  let atMs = task.scheduledAtMs;
  for (const attempt of task.attempts) {
    const fromMs = Math.max(atMs, attempt.startedAtMs);
    const waitedMs = fromMs - atMs;
    if (waitedMs > 0) bars.push({ fromMs: atMs, toMs: fromMs, kind: "bar-wait", text: waited(waitedMs), isThin: true });
    const took = formatDuration(attempt.endedAtMs - fromMs);
    const text = attempt.failure === undefined
      ? `attempt ${attempt.number} took ${took}`
      : `attempt ${attempt.number} failed after ${took} with ${attempt.failure.code}`;
    bars.push({ fromMs, toMs: attempt.endedAtMs, kind: attempt.isFailed ? "bar-failed" : "bar-ok", text });
    atMs = attempt.endedAtMs;
  }
  if (task.outcome === "open") {
    const retryAtMs = task.retryAtMs;
    if (retryAtMs !== undefined && retryAtMs > endMs) {
      bars.push({ fromMs: atMs, toMs: endMs, kind: "bar-wait", text: "waits for its next attempt", isThin: true });
    } else bars.push({ fromMs: atMs, toMs: endMs, kind: "bar-open", text: "queued or running", isThin: true });
  } else if (task.outcome === "cancelled") {
    bars.push({ fromMs: atMs, toMs: task.endedAtMs!, kind: "bar-cancelled", text: "cancelled", isThin: true });
  }
  return bars;
}

function waited(ms: number): string {
  return `waited ${formatDuration(ms)}`;
}

function Track({ bars, all, label }: { bars: readonly Bar[]; all: Span; label: string }) {
  const scale = SCALE / (all.toMs - all.fromMs);
  return (
    <svg class="track" viewBox={`0 0 ${SCALE} 20`} preserveAspectRatio="none" role="img" aria-label={label}>
      {bars.map(({ fromMs, toMs, kind, text, isThin }) => {
        const width = Math.max(BAR_MIN, (toMs - fromMs) * scale);
        const x = Math.min(SCALE - width, Math.max(0, (fromMs - all.fromMs) * scale));
        return (
          <rect class={kind} x={Math.round(x)} width={Math.round(width)} y={isThin ? 8 : 3} height={isThin ? 4 : 14}>
            <title>{text}</title>
          </rect>
        );
      })}
    </svg>
  );
}
