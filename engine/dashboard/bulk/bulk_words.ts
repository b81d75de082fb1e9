/** What is said of bulk actions. */

import type { BulkKind } from "../../../shared/bulk_operation.ts";
import { formatCount } from "../parts/time.ts";

export const BULK_WORDS: { readonly [kind in BulkKind]: { verb: string; doing: string; warning: string } } = {
  retry: {
    verb: "Retry",
    doing: "Retrying",
    warning: "Each failed instance enters the state anew in which it failed. Others are left as they are.",
  },
  pause: {
    verb: "Pause",
    doing: "Pausing",
    warning: "What runs is finished; nothing further begins until they are resumed.",
  },
  resume: {
    verb: "Resume",
    doing: "Resuming",
    warning: "Those that are paused go on. Others are left as they are.",
  },
  migrate: {
    verb: "Migrate",
    doing: "Migrating",
    warning:
      "Each moves to the newest version of its workflow, and keeps its state and context. One whose state that version does not have is left as it is.",
  },
  fork: {
    verb: "Fork",
    doing: "Forking",
    warning:
      "For each a new instance begins in the state, and with the context, of now. Those that are here stay as they are.",
  },
  cancel: {
    verb: "Cancel",
    doing: "Cancelling",
    warning: "Their tasks are stopped and their timers cleared. This cannot be undone.",
  },
};

/** As "1 instance", "1 234 instances", "more than 50 000 instances". */
export function instancesInWords(count: number, isBound = false): string {
  return `${isBound ? "more than " : ""}${formatCount(count)} ${count === 1 && !isBound ? "instance" : "instances"}`;
}
