/**
 * Pausing and resuming.
 *
 * While an instance is paused, outputs are recorded, failures and decisions put aside, and events kept if their senders
 * said so; nothing is begun and nothing chosen. The engine has no timers of it and hands none of its tasks out.
 *
 * - H1 What was put aside takes effect on resuming, oldest first, before the state's tasks count as done and before any
 *      timer that fell due.
 */

import type { Draft } from "./draft.ts";
import { decide } from "./deciding.ts";
import { admit } from "./entering.ts";
import { releaseHeld, releaseVerdict } from "./held.ts";
import type { Fault } from "./fault.ts";
import type { MachineInput, Rejection } from "./input.ts";
import type { Held } from "./instance.ts";
import { continueMaps } from "./maps.ts";
import { handleFailure } from "./tasks.ts";
import { takeAfter } from "./timers.ts";

type PauseInput = Extract<MachineInput, { kind: "pause" }>;

export function pause(draft: Draft, { reason }: PauseInput): Rejection | undefined {
  if (!draft.isRunning) return { reason: "wrongStatus" };
  if (draft.instance.paused) return { reason: "paused" };
  draft.record({ kind: "paused", reason });
  moveTasks(draft, "pauseTasks");
  draft.timers.move("clearTimer");
  draft.setRare({ paused: true });
}

export function resume(draft: Draft): Rejection | Fault | undefined {
  if (!draft.isRunning) return { reason: "wrongStatus" };
  if (!draft.instance.paused) return { reason: "notPaused" };
  draft.record({ kind: "resumed" });
  draft.setRare({ paused: undefined });
  moveTasks(draft, "resumeTasks");
  draft.timers.move("setTimer");
  return applyHeld(draft) ?? continueMaps(draft);
}

/** Lets what was put aside take effect, until there is nothing left or a worker has to be asked (H1). */
export function applyHeld(draft: Draft): Fault | undefined {
  while (draft.isRunning && (draft.isRaised || draft.instance.held !== undefined)) {
    if (draft.isRaised || draft.instance.held === undefined) {
      const fault = handleFailure(draft, draft.takeRaised()); // D7
      if (fault !== undefined) return fault;
      continue;
    }
    const isDeciding = draft.instance.phase.kind === "deciding";
    if (isDeciding && draft.instance.held[0].kind !== "decided") {
      // The verdict may have come in after what it is to be followed by.
      const verdict = releaseVerdict(draft);
      if (verdict === undefined) return undefined;
      const fault = decide(draft, verdict);
      if (fault !== undefined) return fault;
      continue;
    }
    const fault = apply(draft, releaseHeld(draft));
    if (fault !== undefined) return fault;
  }
}

function apply(draft: Draft, held: Held): Fault | undefined {
  switch (held.kind) {
    case "failure":
      return handleFailure(draft, held.failure);
    case "timer":
      return takeAfter(draft, held.index);
    case "decided":
      return decide(draft, held.verdict);
    case "admitted":
      return admit(draft);
  }
}

/** Of children and maps the engine has no tasks. */
function moveTasks(draft: Draft, kind: "pauseTasks" | "resumeTasks"): void {
  const { tasks } = draft.instance;
  const taskIds = Object.keys(tasks).filter((id) => tasks[id].child === undefined && tasks[id].map === undefined);
  if (taskIds.length > 0) draft.command({ kind, taskIds });
}
