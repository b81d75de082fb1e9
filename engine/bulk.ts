/**
 * The same operation on many instances, a page of them at a time: whoever asks goes on from page to page, so that no
 * call takes long and nothing is left half done when an engine dies.
 */

import { createHash } from "node:crypto";
import type { BulkOperation } from "../shared/bulk_operation.ts";
import { DegovError } from "../shared/errors.ts";
import type { InstanceFilter, InstanceSearch } from "./instance_search.ts";
import type { Instances, ListCursor, OperationOptions } from "./instances.ts";

const REASON_CHARS_MAX = 1_000;
/** 132 bits, as an id that is made at random. */
const FORK_ID_CHARS = 22;
/** Instances operated on side by side. */
const AT_ONCE_MAX = 16;

/** What became of some instances: how many took the operation, and why the others did not. */
export interface BulkOutcome {
  done: number;
  refusals: { instanceId: string; message: string }[];
}

export interface BulkPage extends BulkOutcome {
  /** Instances of this page that the filter chose. */
  matched: number;
  /** Where the next page begins; absent when this is the last. */
  next?: ListCursor;
}

/** Operates on one page of the instances that the filter chooses, newest first. In a dry run nothing is changed. */
export async function operateOnPage(
  { search, instances }: { search: InstanceSearch; instances: Instances },
  operation: BulkOperation,
  options: OperationOptions & { filter: InstanceFilter; limit: number; cursor?: ListCursor; dryRun?: boolean },
): Promise<BulkPage> {
  const { filter, limit, cursor, dryRun } = options;
  const page = await search.page(filter, limit, cursor);
  const ids = dryRun ? [] : page.instances.map(({ id }) => id);
  const outcome = await operateOnEach(instances, operation, { ids, operationId: options.operationId });
  return { matched: page.instances.length, ...outcome, ...(page.next === undefined ? {} : { next: page.next }) };
}

/** Operates on each; those that cannot take it are listed, and harm none. */
export async function operateOnEach(
  instances: Instances,
  operation: BulkOperation,
  { ids, ...options }: OperationOptions & { ids: readonly string[] },
): Promise<BulkOutcome> {
  const outcome: BulkOutcome = { done: 0, refusals: [] };
  const operate = toCall(instances, operation, options);
  for (let at = 0; at < ids.length; at += AT_ONCE_MAX) {
    await Promise.all(
      ids.slice(at, at + AT_ONCE_MAX).map(async (id) => {
        try {
          await operate(id);
          outcome.done++;
        } catch (error) {
          if (!(error instanceof DegovError) || error.retryable) throw error;
          outcome.refusals.push({ instanceId: id, message: error.message });
        }
      }),
    );
  }
  return outcome;
}

function toCall(
  instances: Instances,
  operation: BulkOperation,
  options: OperationOptions,
): (id: string) => Promise<unknown> {
  switch (operation.kind) {
    case "pause":
      return (id) => instances.pause(id, toReason(operation.reason), options);
    case "resume":
      return (id) => instances.resume(id, options);
    case "cancel":
      return (id) => instances.cancel(id, toReason(operation.reason), { ...options, compensate: operation.compensate });
    case "retry":
      return (id) => instances.retry(id, options);
    case "migrate":
      return (id) => instances.migrate(id, operation.version ?? 0);
    case "fork": {
      const { sequence, version } = operation;
      return (id) => instances.fork(id, { sequence, version, newInstanceId: toForkId(id, options.operationId) });
    }
  }
}

/** The same for the same operation, so that a repeated call forks nothing twice. */
function toForkId(instanceId: string, operationId: string | undefined): string | undefined {
  if (operationId === undefined) return undefined;
  return createHash("sha256").update(`${operationId}\n${instanceId}`).digest("base64url").slice(0, FORK_ID_CHARS);
}

function toReason(reason = ""): string {
  return reason.slice(0, REASON_CHARS_MAX);
}
