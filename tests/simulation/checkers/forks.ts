/** A fork begins with what the other instance had after the record that it was made of. */

import { contextAt } from "../../../engine/machine/machine.ts";
import { type Checker, isSame, recordsOf } from "./checker.ts";

export const forks: Checker = {
  name: "forks begin where the other instance was",
  end({ shadow }, complain) {
    const all = [...shadow.everyInstance()];
    for (const { id, instance, history } of all) {
      if (instance.part !== undefined) continue; // begins in the middle of its parent's step

      const forked = history.get(1)?.entries.find(({ kind }) => kind === "forked");
      if (forked?.kind !== "forked") continue;
      const { from, sequence, context } = forked;
      // One that expired may have had a successor of its id.
      const isTrue = all.some((origin) =>
        origin.id === from && origin.history.has(sequence) &&
        isSame(contextAt(recordsOf(origin).slice(0, sequence)), context)
      );
      if (!isTrue) complain(`instance ${id} was forked from ${from}, which was never so after record ${sequence}`);
    }
  },
};
