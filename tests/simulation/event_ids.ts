/** Ids of events, from which one can tell who sent them and how. */

import { MESSAGES } from "./random_workflow.ts";

const KEPT_MARK = "-kept";
const SENT_BY_INSTANCE = /^(.+)\.(\d+)$/;

/** Of an event that a client sends. */
export function toClientEventId(client: string, number: number, keep: boolean): string {
  return `${client}-e${number}${keep ? KEPT_MARK : ""}`;
}

/** Which instance sent it, and as which of its messages; undefined for a client's. */
export function senderOf(eventId: string): { instanceId: string; number: number } | undefined {
  const match = SENT_BY_INSTANCE.exec(eventId);
  return match === null ? undefined : { instanceId: match[1], number: Number(match[2]) };
}

/** Whether its sender wanted it to be kept if the state does not take it. */
export function isKeptIfSent(eventId: string, name: string): boolean {
  return senderOf(eventId) === undefined ? eventId.endsWith(KEPT_MARK) : name !== MESSAGES[0];
}
