/** What was acknowledged survives, and an event counts once: every word that was given is found in the histories. */

import type { HistoryEntry } from "../../../engine/machine/history.ts";
import type { Acknowledgement } from "../journal.ts";
import type { InstanceShadow } from "../shadow.ts";
import { type Checker, entriesOf, isSame } from "./checker.ts";

export const acknowledgements: Checker = {
  name: "acknowledged writes survive",
  end({ shadow, journal }, complain) {
    // An instance may have expired, and another one may have been started under its id since.
    const all = new Map<string, { instance: NonNullable<InstanceShadow["instance"]>; entries: HistoryEntry[] }[]>();
    for (const each of shadow.everyInstance()) {
      const known = all.get(each.id) ?? [];
      known.push({ instance: each.instance, entries: entriesOf(each) });
      all.set(each.id, known);
    }
    for (const told of journal.acknowledged) {
      const known = all.get(told.instanceId) ?? [];
      if (known.length === 0) complain(`instance ${told.instanceId} was ${told.kind}, and is not there`);
      else if (!known.some(({ instance, entries }) => isKept(told, instance, entries))) {
        complain(`instance ${told.instanceId} was ${told.kind}, and one cannot see that: ${JSON.stringify(told)}`);
      }
    }
    for (const token of journal.accepted) {
      const { instanceId, taskId, result } = journal.reports.get(token)!;
      const kinds = result.kind === "output"
        ? ["taskCompleted", "itemCompleted", "guardEvaluated"]
        : ["attemptFailed", "taskFailed"];
      const found = all.get(instanceId)?.some(({ entries }) =>
        entries.some((entry) => "taskId" in entry && entry.taskId === taskId && kinds.includes(entry.kind))
      );
      if (!found) complain(`the report of task ${taskId} of ${instanceId} was accepted, and its history lacks it`);
    }
  },
};

function isKept(
  told: Acknowledgement,
  instance: NonNullable<InstanceShadow["instance"]>,
  entries: readonly HistoryEntry[],
): boolean {
  switch (told.kind) {
    case "started":
      return instance.workflow === told.workflow && isSame(instance.input, told.input);
    case "cancelled":
      return instance.status === "cancelled" || entries.some(({ kind }) => kind === "compensationStarted");
    case "sent":
      return entries.some((entry) =>
        (entry.kind === "eventReceived" || entry.kind === "eventKept") && entry.id === told.eventId &&
        entry.name === told.name && isSame(entry.data, told.data)
      );
    case "forked":
      return entries.some((entry) => entry.kind === "forked" && entry.from === told.from);
    case "migrated":
      return entries.some((entry) => entry.kind === "migrated" && entry.toVersion === told.version);
  }
}

export const deduplication: Checker = {
  name: "events are deduplicated",
  end({ shadow }, complain) {
    for (const each of shadow.everyInstance()) {
      const seen = new Map<string, string>();
      for (const entry of entriesOf(each)) {
        if ((entry.kind !== "eventReceived" && entry.kind !== "eventKept") || entry.id === undefined) continue;
        const before = seen.get(entry.id);
        // One that was kept is received when a state takes it; and kept again if a worker's guard says no.
        if (before === entry.kind) complain(`instance ${each.id}: ${entry.kind} ${entry.id} twice`);
        seen.set(entry.id, entry.kind);
      }
    }
  },
};

export const repetition: Checker = {
  name: "a call that is repeated is done once",
  end({ shadow, journal }, complain) {
    for (const each of shadow.everyInstance()) {
      const found = entriesOf(each).filter(({ kind }) => kind === "retried").length;
      const asked = (journal.retries.get(each.id) ?? 0) + journal.retriedAll;
      if (found > asked) complain(`instance ${each.id} was retried ${found} times, and ${asked} were asked for`);
    }
  },
};
