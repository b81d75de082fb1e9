/**
 * How many instances of a workflow run at once, where its definition says so.
 *
 * - I1 An instance that counts towards a bound runs only while it holds one of the bound's permits. Who gives one back
 *      hands it to the instance that waits first, which is then told (outbox.ts).
 */

import type { Definition } from "../../shared/definition/definition.ts";
import { assert } from "../../shared/errors.ts";
import {
  admissionQueueKey,
  admissionQueueRange,
  admissionsKey,
  decodeAdmissionQueueKey,
  EMPTY,
  timerKey,
} from "../keyspace.ts";
import type { Instance } from "../machine/instance.ts";
import type { Txn } from "../store/store.ts";
import type { Effects } from "./effects.ts";
import { readPermitCount, writePermitCount } from "./permit_count.ts";
import { inTurn } from "./turns.ts";

interface Admission {
  readonly txn: Txn;
  readonly effects: Effects;
  readonly nowMs: number;
}

/** The timer by which an instance learns that it is admitted. */
export const ADMIT_TIMER = "admit:";

/** Takes a permit, or queues the instance up; true when it has to wait. */
export function enroll(
  { txn, nowMs }: Admission,
  { name, limit }: Definition,
  { instanceId, limitKey }: { instanceId: string; limitKey: string },
): Promise<boolean> {
  return inTurn(txn, async () => {
    const key = admissionsKey(name, limitKey);
    const taken = await readPermitCount(txn, key);
    if (taken < limit!.max) {
      writePermitCount(txn, key, taken + 1);
      return false;
    }
    txn.set(admissionQueueKey(name, limitKey, { sinceMs: nowMs, instanceId }), EMPTY);
    return true;
  });
}

/** An instance has ended: gives its permit to the next, or leaves the queue (I1). `before` is what it was before. */
export function leave(admission: Admission, before: Instance): Promise<void> {
  return inTurn(admission.txn, () => leaveNow(admission, before));
}

async function leaveNow(admission: Admission, before: Instance): Promise<void> {
  const { txn, effects, nowMs } = admission;
  const { workflow, id, limitKey = "", phase } = before;
  if (phase.kind === "waiting") {
    const place = admissionQueueKey(workflow, limitKey, { sinceMs: phase.sinceMs, instanceId: id });
    if (await txn.get(place) !== undefined) return txn.clear(place);
    // Otherwise it had been admitted, and was not told yet or was paused: the permit is its own.
  }
  const { begin, end } = admissionQueueRange(workflow, limitKey);
  const [first] = await txn.range(begin, end, { limit: 1 });
  const key = admissionsKey(workflow, limitKey);
  if (first === undefined) {
    const taken = await readPermitCount(txn, key);
    assert(taken > 0, `a permit of workflow "${workflow}" is given back once`);
    writePermitCount(txn, key, taken - 1);
    return;
  }
  txn.clear(first.key);
  const instanceId = decodeAdmissionQueueKey(first.key);
  txn.set(timerKey({ fireAtMs: nowMs, instanceId, timerId: ADMIT_TIMER }), EMPTY);
  effects.timerSet(nowMs);
}
