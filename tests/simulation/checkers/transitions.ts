/**
 * Transitions of an instance are ordered, each exactly once: every revision has one record, and one entry in the log.
 * An instance goes away only after its end, when it has nothing more to tell anybody.
 */

import type { Checker } from "./checker.ts";

export const transitions: Checker = {
  name: "transitions are ordered and exactly once",
  commit({ journal }, { shadow, before, records }, complain) {
    const { id, instance } = shadow;
    if (instance === undefined) {
      if (before === undefined) return complain(`there is something of instance ${id}, and no instance`);
      if (before.status === "running") complain(`instance ${id} has vanished`);
      if (shadow.messages.size > 0) complain(`instance ${id} has vanished before its messages were delivered`);
      if (!journal.isExpiring) complain(`instance ${id} has vanished, and nobody wanted that`);
      return;
    }
    const [from, to] = [before?.revision ?? 0, instance.revision];
    // A commit may take several steps of one instance; each has its record.
    const written = records.map(({ sequence }) => sequence).sort((a, b) => a - b);
    const steps = Array.from({ length: Math.max(0, to - from) }, (_, index) => from + 1 + index);
    if (to < from || written.join() !== steps.join()) {
      complain(`instance ${id} went from revision ${from} to ${to}, and the commit wrote records [${written}]`);
    }
    if (
      shadow.logged.length > 0 && shadow.logged.join() !== Array.from({ length: to }, (_, index) => index + 1).join()
    ) {
      complain(`instance ${id}, revision ${to}: the log of events has records [${shadow.logged}]`);
    }
    if (shadow.history.size !== to) {
      complain(`instance ${id}, revision ${to}: there are ${shadow.history.size} records`);
    }
  },
};
