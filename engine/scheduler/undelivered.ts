/**
 * Messages between instances that could not be delivered by a fault that does not pass: kept aside with their error, so
 * that they hold nothing up and somebody sees them. They stay until their sender is deleted.
 *
 * - O4 A message is set aside in the transaction that takes it out of the outbox: it is in one place or the other.
 */

import type { DegovError } from "../../shared/errors.ts";
import {
  decodeJson,
  decodeMessageKey,
  encodeJson,
  messageKey,
  messagesRange,
  undeliveredKey,
  undeliveredRange,
} from "../keyspace.ts";
import { clearLarge, completeLarge, writeLarge } from "../large_value.ts";
import type { Message } from "../machine/input.ts";
import type { Txn } from "../store/store.ts";
import { OWN_REPORT, put, type StoredMessage } from "./outbox.ts";
import type { Run } from "./scheduler.ts";

interface UndeliveredRecord extends StoredMessage {
  error: { code: string; message: string };
  givenUpAtMs: number;
}

/** A message that was given up, as it is shown. */
export interface Undelivered {
  /** The sender. */
  from: string;
  /** As `event "paid" to "order-1"`. */
  what: string;
  about: Message["about"];
  message: string;
  sentAtMs: number;
  givenUpAtMs: number;
}

/** Of one instance, as they are shown. */
const SHOWN_MAX = 10;

/** The number of the oldest message of an instance: the others wait for it. */
export async function oldestMessage(txn: Txn, from: string): Promise<number | undefined> {
  const { begin, end } = messagesRange(from);
  const [first] = await txn.range(begin, end, { limit: 1 });
  return first && decodeMessageKey(first.key).number;
}

/** Sets a message aside (O4), and with `tell` lets its sender know, as far as it waits for an answer. */
export async function setAside(
  run: Run,
  { from, number }: { from: string; number: number },
  { error, tell }: { error: DegovError; tell: boolean },
): Promise<void> {
  const { txn, nowMs } = run;
  const key = messageKey(from, number);
  const head = await txn.get(key);
  if (head === undefined) return;
  const stored = decodeJson<StoredMessage>(await completeLarge(txn, key, head));
  clearLarge(txn, key, head);
  const { code, message } = error;
  const record: UndeliveredRecord = { ...stored, error: { code, message }, givenUpAtMs: nowMs };
  writeLarge(txn, undeliveredKey(from, number), encodeJson(record));
  if (tell) await tellSender(run, from, stored.message, error);
}

async function tellSender(run: Run, from: string, message: Message, error: DegovError): Promise<void> {
  if (message.about === "start" && message.taskId !== undefined) {
    const failure = { code: error.code, message: `Cannot ${toWhat(message)}: ${error.message}`, retryable: false };
    await put(run, from, { kind: "taskFailed", taskId: message.taskId, failure, attempt: OWN_REPORT });
  } else if (message.about === "start" || message.about === "event") {
    const to = message.about === "start" ? message.child : message.to;
    await put(run, from, { kind: "undelivered", to, name: message.name, message: error.message });
  }
}

/** What an instance sent that was given up, the oldest first. */
export async function readUndelivered(txn: Txn, from: string): Promise<Undelivered[]> {
  const { begin, end } = undeliveredRange(from);
  const pairs = await txn.range(begin, end, { limit: SHOWN_MAX, snapshot: true });
  return await Promise.all(pairs.map(async ({ key, value }) => {
    const record = decodeJson<UndeliveredRecord>(await completeLarge(txn, key, value, { snapshot: true }));
    const { message, error, sentAtMs, givenUpAtMs } = record;
    return { from, what: toWhat(message), about: message.about, message: error.message, sentAtMs, givenUpAtMs };
  }));
}

function toWhat(message: Message): string {
  switch (message.about) {
    case "start":
      return `start "${message.child}" of "${message.workflow}"`;
    case "cancel":
      return `cancel "${message.child}"`;
    case "event":
      return `send event "${message.name}" to "${message.to}"`;
    case "end":
      return `tell "${message.to}" of its end`;
  }
}
