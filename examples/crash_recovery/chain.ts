/** The workflow that is crashed: five states, three of them with a task, and what must hold of every instance of it. */

import type { HistoryRecordView, InstanceView } from "../../shared/client/views.ts";
import type { JsonObject } from "../../shared/json.ts";

/** `doubled`, then `increased`, then `squared`, with a state on each side. */
export function chainDefinition(): JsonObject {
  const step = (name: string, code: string, next: string) => ({
    enter: [{ task: { name, code, retry: { maxAttempts: 5, initialDelayMs: 100 } } }],
    on: { complete: [{ target: next }] },
  });
  return {
    name: "crash-chain",
    initial: "received",
    states: {
      received: { enter: [{ log: { message: "received" } }], on: { complete: [{ target: "doubling" }] } },
      doubling: step("doubled", "input.value * 2", "increasing"),
      increasing: step("increased", "input.doubled + 1", "squaring"),
      squaring: step("squared", "input.increased ** 2", "delivered"),
      delivered: { final: "completed" },
    },
  };
}

const PATH = ["received", "doubling", "increasing", "squaring", "delivered"];

/** What is wrong with an instance and its history; empty when nothing is. */
export function checkChain(instance: InstanceView, history: readonly HistoryRecordView[]): string[] {
  const problems: string[] = [];
  const { id, status, context } = instance;
  const value = Number(id.split("-").at(-1));
  if (status !== "completed") problems.push(`${id} is ${status}: ${JSON.stringify(instance.failure)}`);
  if (context?.squared !== (value * 2 + 1) ** 2) problems.push(`${id} has ${JSON.stringify(context)}`);
  const entries = history.flatMap((record) => record.entries);
  const entered = entries.flatMap((entry) => "stateEntered" in entry ? [(entry.stateEntered as JsonObject).state] : []);
  if (JSON.stringify(entered) !== JSON.stringify(PATH)) problems.push(`${id} went through ${entered.join(", ")}`);
  const completed = entries.filter((entry) => "taskCompleted" in entry).length;
  if (completed !== 3) problems.push(`${id} completed ${completed} tasks`);
  history.forEach(({ sequence }, index) => {
    if (sequence !== index + 1) problems.push(`${id} has record ${sequence} in place ${index + 1}`);
  });
  return problems;
}
