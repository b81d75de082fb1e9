/** What an instance waits for, for people. */

import type { ExplainInstanceResponse } from "../proto/gen/degov/v1/workflow_service_pb.ts";
import { oneLine } from "./table.ts";
import type { Terminal } from "./terminal.ts";
import { formatSince } from "./time.ts";

type WaitKind = ExplainInstanceResponse["waits"][number]["kind"];

export function showWait(terminal: Terminal, wait: WaitKind): void {
  const line = (mark: string, text: string) =>
    terminal.line(`  ${terminal.style("cyan", mark.padEnd(7))}${oneLine(text)}`);
  switch (wait.case) {
    case "task": {
      const { name, status, attempt, workerId, reason, lastFailure } = wait.value;
      const parts = [
        `${name}, ${status}`,
        ...(attempt > 0 ? [`attempt ${attempt}`] : []),
        ...(workerId === "" ? [] : [`on ${workerId}`]),
        ...(reason === "" ? [] : [reason]),
        ...(lastFailure === undefined ? [] : [`last failed with ${lastFailure.code}: ${lastFailure.message}`]),
      ];
      return line("task", parts.join(", "));
    }
    case "timer": {
      const { fireAt, targets } = wait.value;
      const at = fireAt === undefined ? "" : formatSince(Number(fireAt.seconds) * 1_000, Date.now());
      return line("timer", `${at}${targets.length === 0 ? ", its time is over then" : ` → ${targets.join(" or ")}`}`);
    }
    case "event": {
      const { name, targets, guarded } = wait.value;
      return line("event", `${name} → ${targets.join(" or ")}${guarded ? ", if a guard holds" : ""}`);
    }
    case "transition":
      return line("going", `${wait.value.from} → ${wait.value.to} on ${wait.value.event}`);
  }
}
