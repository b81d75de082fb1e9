/** What was acknowledged survives, and an event counts once: every word that was given is found in the histories. */

import { canonicalJson } from "../../../shared/json.ts";
import type { HistoryEntry } from "../../../engine/machine/history.ts";
import type { Checker } from "./checker.ts";

export const acknowledgements: Checker = {
  name: "acknowledged writes survive",
  end({ shadow, journal }, complain) {
    const entriesOf = (id: string): HistoryEntry[] =>
      [...shadow.instances.get(id)?.history.values() ?? []].flatMap(({ entries }) => entries);
    for (const told of journal.acknowledged) {
      const instance = shadow.instances.get(told.instanceId)?.instance;
      if (instance === undefined) complain(`instance ${told.instanceId} was ${told.kind}, and is not there`);
      else if (told.kind === "started") {
        if (instance.workflow !== told.workflow || canonicalJson(instance.input) !== canonicalJson(told.input)) {
          complain(`instance ${told.instanceId} was started as ${told.workflow}, and is one of ${instance.workflow}`);
        }
      } else if (told.kind === "cancelled") {
        if (instance.status !== "cancelled") {
          complain(`instance ${told.instanceId} was cancelled, and is ${instance.status}`);
        }
      } else {
        const found = entriesOf(told.instanceId).some((entry) =>
          (entry.kind === "eventReceived" || entry.kind === "eventKept") && entry.id === told.eventId &&
          entry.name === told.name
        );
        if (!found) complain(`event ${told.eventId} was sent to ${told.instanceId}, and its history lacks it`);
      }
    }
    for (const token of journal.accepted) {
      const { instanceId, taskId, result } = journal.reports.get(token)!;
      const found = entriesOf(instanceId).some((entry) =>
        result.kind === "output"
          ? entry.kind === "taskCompleted" && entry.taskId === taskId
          : (entry.kind === "attemptFailed" || entry.kind === "taskFailed") && entry.taskId === taskId
      );
      if (!found) complain(`the report of task ${taskId} of ${instanceId} was accepted, and its history lacks it`);
    }
  },
};

export const deduplication: Checker = {
  name: "events are deduplicated",
  end({ shadow }, complain) {
    for (const { id, history } of shadow.instances.values()) {
      const seen = new Set<string>();
      for (const { entries } of history.values()) {
        for (const entry of entries) {
          if ((entry.kind !== "eventReceived" && entry.kind !== "eventKept") || entry.id === undefined) continue;
          const mark = `${entry.kind} ${entry.id}`;
          if (seen.has(mark)) complain(`instance ${id}: ${mark} twice`);
          seen.add(mark);
        }
      }
    }
  },
};
