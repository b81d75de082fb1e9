/** Transitions of an instance are ordered, each exactly once: every revision has one record, written with it. */

import type { Checker } from "./checker.ts";

export const transitions: Checker = {
  name: "transitions are ordered and exactly once",
  commit(_world, { shadow, before, records }, complain) {
    const { id, instance } = shadow;
    const [from, to] = [before?.revision ?? 0, instance?.revision ?? 0];
    if (instance === undefined && before !== undefined) return complain(`instance ${id} has vanished`);
    if (from === to && records.length === 0) return;
    // A body that ran again may write the very same again; the next check tells that from another transition.
    if (to !== from + 1) complain(`instance ${id} went from revision ${from} to ${to} in one commit`);
    if (records.length !== 1 || records[0].sequence !== to) {
      complain(`instance ${id}, revision ${to}: the commit wrote records ${records.map(({ sequence }) => sequence)}`);
    }
    if (shadow.history.size !== to) {
      complain(`instance ${id}, revision ${to}: there are ${shadow.history.size} records`);
    }
  },
};
