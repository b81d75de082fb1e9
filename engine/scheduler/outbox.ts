/**
 * Messages between instances: written with the step that sends them, delivered by whichever engine comes.
 *
 * A timer that is due at once stands for each message, so that messages go the way of timers (timer_clockwork.ts).
 *
 * - O1 Exactly once: the transaction that delivers a message clears it, and one that finds it gone does nothing.
 * - O2 In order: the messages of one instance are delivered by their numbers, whatever order their timers fire in.
 * - O3 What is refused is told to the sender, as the failure of what waits for it or in its history. What cannot be
 *      delivered by a fault of ours is tried again and then set aside (firing_trouble.ts, undelivered.ts).
 */

import { DegovError } from "../../shared/errors.ts";
import type { Failure } from "../../shared/failure.ts";
import { unknownWorkflow } from "../definitions.ts";
import {
  appliedKey,
  decodeJson,
  decodeMessageKey,
  EMPTY,
  encodeJson,
  messageKey,
  messagesRange,
  timerKey,
  type TimerPlace,
} from "../keyspace.ts";
import { clearLarge, completeLarge, writeLarge } from "../large_value.ts";
import type { MachineInput, Message } from "../machine/input.ts";
import { advance } from "../machine/machine.ts";
import { readInstance } from "../records.ts";
import { toError } from "../rejection.ts";
import { type Application, apply } from "./application.ts";
import type { Run } from "./scheduler.ts";
import { begin } from "./starting.ts";

/** A message as the store keeps it. */
export interface StoredMessage {
  message: Message;
  /** When it was sent: the time of its timer. */
  sentAtMs: number;
}

const MESSAGE_TIMER_PREFIX = "message:";
/** What one transaction delivers at most, so that it stays well below the store's bound. */
const DELIVERED_AT_ONCE_MAX = 20;
const DELIVERED_BYTES_MAX = 500_000;
/** The engine's own report of what no worker ran. */
export const OWN_REPORT = Object.freeze({ attempt: 1 });

/** The number of the message that a timer stands for, if it stands for one. */
export function messageNumber(timerId: string): number | undefined {
  return timerId.startsWith(MESSAGE_TIMER_PREFIX) ? Number(timerId.slice(MESSAGE_TIMER_PREFIX.length)) : undefined;
}

/** Writes a message of an instance. */
export function post({ txn, effects, nowMs }: Application, instanceId: string, number: number, message: Message): void {
  const stored: StoredMessage = { message, sentAtMs: nowMs };
  writeLarge(txn, messageKey(instanceId, number), encodeJson(stored));
  txn.set(timerKey(toTimer(instanceId, number, nowMs)), EMPTY);
  effects.timerSet(nowMs);
}

/** Delivers the oldest messages of an instance, up to the one whose timer fires (O2). */
export async function deliver(run: Run, { instanceId, timerId }: TimerPlace, upTo: number): Promise<void> {
  const { txn, effects, nowMs } = run;
  const { begin } = messagesRange(instanceId);
  const pairs = await txn.range(begin, messageKey(instanceId, upTo + 1), { limit: DELIVERED_AT_ONCE_MAX });
  let bytes = 0;
  for (const { key, value } of pairs) {
    if (bytes > DELIVERED_BYTES_MAX) break;
    const whole = await completeLarge(txn, key, value);
    bytes += whole.length;
    const { number } = decodeMessageKey(key);
    const { message, sentAtMs } = decodeJson<StoredMessage>(whole);
    clearLarge(txn, key, value); // O1
    txn.clear(timerKey(toTimer(instanceId, number, sentAtMs)));
    await deliverOne(run, { from: instanceId, number, message });
    if (number === upTo) return;
  }
  if (pairs.length === 0) return;
  txn.set(timerKey({ fireAtMs: nowMs, instanceId, timerId }), EMPTY);
  effects.timerSet(nowMs);
}

interface Sent {
  readonly from: string;
  readonly number: number;
  readonly message: Message;
}

async function deliverOne(run: Run, { from, number, message }: Sent): Promise<void> {
  switch (message.about) {
    case "start":
      return await startChild(run, from, message);
    case "cancel": {
      const { child, reason, compensate } = message;
      const stored = await readInstance(run.txn, child);
      const { parent } = stored?.instance ?? {};
      if (parent?.id !== from || parent.taskId !== message.taskId) return; // it never became this one's child
      await put(run, child, { kind: "cancel", reason, ...(compensate === undefined ? {} : { compensate }) });
      return;
    }
    case "event": {
      const id = `${from}.${number}`;
      const { to, name, data, keep } = message;
      const refusal = await sendEvent(run, to, { kind: "event", name, data, keep, id });
      if (refusal !== undefined) await put(run, from, { kind: "undelivered", to, name, message: refusal.message });
      return;
    }
    case "end": {
      const { to, taskId, outcome } = message;
      await put(
        run,
        to,
        "output" in outcome
          ? { kind: "taskCompleted", taskId, output: outcome.output, attempt: OWN_REPORT }
          : { kind: "taskFailed", taskId, failure: outcome.failure, attempt: OWN_REPORT },
      );
    }
  }
}

type StartMessage = Extract<Message, { about: "start" }>;

async function startChild(run: Run, from: string, message: StartMessage): Promise<void> {
  const { taskId, child, workflow, version = 0, input, depth, name, part } = message;
  try {
    const loaded = await run.definitions.load(run.txn, workflow, version);
    if (loaded === undefined) throw unknownWorkflow(workflow, version);
    if (await readInstance(run.txn, child) !== undefined) {
      throw new DegovError("ALREADY_EXISTS", `Cannot start instance "${child}": there is one of this id`);
    }
    const parent = { id: from, ...(taskId === undefined ? {} : { taskId }) };
    const origin = part && { instanceId: from, ...part };
    await begin(run, loaded, { id: child, input, ties: { parent, depth, ...(part && { part: true }) }, origin });
  } catch (error) {
    if (!(error instanceof DegovError) || error.retryable) throw error;
    await refuse(run, from, { taskId, child, name, code: error.code, message: error.message }); // O3
  }
}

async function refuse(
  run: Run,
  from: string,
  { taskId, child, name, code, message }: {
    taskId?: string;
    child: string;
    name: string;
    code: string;
    message: string;
  },
): Promise<void> {
  if (taskId === undefined) return void await put(run, from, { kind: "undelivered", to: child, name, message });
  const failure: Failure = { code, message, retryable: false };
  await put(run, from, { kind: "taskFailed", taskId, failure, attempt: OWN_REPORT });
}

type EventInput = Extract<MachineInput, { kind: "event" }>;

/** Sends an event once; the refusal, if it was refused. */
async function sendEvent(run: Run, to: string, input: EventInput): Promise<Error | undefined> {
  const key = appliedKey(to, input.id!);
  if (await run.txn.get(key) !== undefined) return undefined;
  const refusal = await put(run, to, input);
  if (refusal === undefined) run.txn.set(key, EMPTY);
  return refusal;
}

/** Puts an input to an instance; why it was refused, if it was. */
export async function put(run: Run, instanceId: string, input: MachineInput): Promise<DegovError | undefined> {
  const { txn, nowMs } = run;
  const what = input.kind === "event"
    ? `send event "${input.name}" to instance "${instanceId}"`
    : `reach "${instanceId}"`;
  const stored = await readInstance(txn, instanceId);
  if (stored === undefined) return new DegovError("NOT_FOUND", `Cannot ${what}: there is no such instance`);
  const loaded = await run.definitions.pinned(txn, stored.instance);
  const result = advance(loaded.record.definition, stored.instance, input, nowMs);
  if (result.kind === "rejected") return toError(what, result.rejection, stored.instance);
  await apply(run, stored, result, loaded);
}

function toTimer(instanceId: string, number: number, fireAtMs: number): TimerPlace {
  return { fireAtMs, instanceId, timerId: `${MESSAGE_TIMER_PREFIX}${number}` };
}
