/** What instances send each other arrives once, in the order in which it was sent, or its sender is told why not. */

import type { HistoryEntry } from "../../../engine/machine/history.ts";
import { senderOf } from "../event_ids.ts";
import { MESSAGES } from "../random_workflow.ts";
import { type Checker, entriesOf } from "./checker.ts";

export const messages: Checker = {
  name: "messages arrive once, in order, or are told to be undelivered",
  commit(_world, { shadow: { id, messages }, delivered }, complain) {
    if (delivered.length === 0 || messages.size === 0) return;
    const [newest, oldest] = [Math.max(...delivered), Math.min(...messages.keys())];
    if (newest > oldest) complain(`message ${newest} of ${id} was delivered before message ${oldest}`);
  },
  end({ shadow }, complain) {
    const sent = new Map<string, number>();
    const arrived = new Map<string, Set<number>>();
    for (const each of shadow.everyInstance()) {
      const entries = entriesOf(each);
      sent.set(each.id, (sent.get(each.id) ?? 0) + count(entries, isSent) - count(entries, isUndelivered));
      const newest = new Map<string, number>();
      for (const entry of entries) {
        if (entry.kind !== "eventReceived" && entry.kind !== "eventKept") continue;
        const sender = senderOf(entry.id ?? "");
        if (sender === undefined) continue;
        const { instanceId, number } = sender;
        const numbers = arrived.get(instanceId) ?? new Set();
        arrived.set(instanceId, numbers);
        if (numbers.has(number)) continue; // it was kept, and is received now
        numbers.add(number);
        if (number < (newest.get(instanceId) ?? 0)) {
          complain(`${each.id} got message ${number} of ${instanceId} too late`);
        }
        newest.set(instanceId, number);
      }
    }
    for (const [id, expected] of sent) {
      const found = arrived.get(id)?.size ?? 0;
      if (found !== expected) complain(`${expected} events of ${id} should have arrived, and ${found} have`);
    }
  },
};

function isSent({ kind }: HistoryEntry): boolean {
  return kind === "eventSent";
}

/** Children that could not be started are said to be undelivered too, under their own names. */
function isUndelivered(entry: HistoryEntry): boolean {
  return entry.kind === "undelivered" && MESSAGES.includes(entry.name);
}

function count(entries: readonly HistoryEntry[], isCounted: (entry: HistoryEntry) => boolean): number {
  return entries.filter(isCounted).length;
}
