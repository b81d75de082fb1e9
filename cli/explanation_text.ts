/** What an instance waits for, for people. */

import { type Timestamp, timestampMs } from "@bufbuild/protobuf/wkt";
import type { ExplainInstanceResponse } from "../proto/gen/degov/v1/workflow_service_pb.ts";
import { oneLine } from "./table.ts";
import type { Terminal } from "./terminal.ts";
import { formatSince } from "./time.ts";

type WaitKind = ExplainInstanceResponse["waits"][number]["kind"];

export function showWait(terminal: Terminal, wait: WaitKind): void {
  const [mark, text] = describe(wait);
  terminal.line(`  ${terminal.style("cyan", mark.padEnd(8))}${oneLine(text)}`);
}

/** A message to another instance that was given up. */
export function showUndelivered(terminal: Terminal, { what, message }: { what: string; message: string }): void {
  terminal.line(`  ${terminal.style("red", "unsent".padEnd(8))}${oneLine(`${what}: ${message}`)}`);
}

function describe(wait: WaitKind): [mark: string, text: string] {
  switch (wait.case) {
    case "task": {
      const { name, index, status, attempt, workerId, retryAt, reason, lastFailure } = wait.value;
      const parts = [
        index === undefined ? name : `${name}, item ${index + 1}`,
        status === "limited" ? "limited: as many of its kind run as may" : status,
        ...(attempt > 0 ? [`attempt ${attempt}`] : []),
        ...(workerId === "" ? [] : [`on ${workerId}`]),
        ...(retryAt === undefined ? [] : [`next attempt ${since(retryAt)}`]),
        ...(reason === "" ? [] : [reason]),
        ...(lastFailure === undefined ? [] : [`last failed with ${lastFailure.code}: ${lastFailure.message}`]),
      ];
      return ["task", parts.join(", ")];
    }
    case "timer": {
      const { fireAt, targets, guarded } = wait.value;
      if (targets.length === 0) return ["timer", `${since(fireAt)} it fails${ifGuarded(guarded)}`];
      return ["timer", `${since(fireAt)} → ${targets.join(" or ")}${ifGuarded(guarded)}`];
    }
    case "event":
      return [
        "event",
        `${wait.value.name} → ${wait.value.targets.join(" or ") || "fails"}${ifGuarded(wait.value.guarded)}`,
      ];
    case "transition":
      return ["going", `${wait.value.from} → ${wait.value.to} on ${wait.value.event}`];
    case "child":
      return ["child", `${wait.value.instanceId} of ${wait.value.workflow}, started by ${wait.value.name}`];
    case "map": {
      const { name, total, begun, done } = wait.value;
      return ["items", `${name}: ${done} of ${total} done, ${begun - done} under way`];
    }
    case "resume":
      return ["resume", "it is paused"];
    case "admission":
      return ["room", "as many instances of its workflow run as may"];
    case "decision":
      return ["guard", `a worker decides whether ${wait.value.event} leads on`];
    case "compensation": {
      const { state, left, end } = wait.value;
      return ["undo", `undoes ${state}${left > 0 ? `, ${left} more after it` : ""}, then ends as ${end}`];
    }
    case undefined: // a kind of a later engine
      return ["other", "something that this version of the command does not know"];
  }
}

function since(at: Timestamp | undefined): string {
  return at === undefined ? "" : formatSince(timestampMs(at), Date.now());
}

function ifGuarded(guarded: boolean): string {
  return guarded ? ", if a guard holds" : "";
}
