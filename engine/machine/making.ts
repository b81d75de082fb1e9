/**
 * What one step has made so far: the instance as it becomes, what has happened, and what the engine is to do.
 *
 * Shared by the parts of a draft, each of which owns its members of the instance; nobody else writes to it.
 */

import { STEP_BYTES_MAX } from "../../shared/limits.ts";
import { Fault } from "./fault.ts";
import type { HistoryEntry } from "./history.ts";
import type { Command, Message } from "./input.ts";
import type { Instance } from "./instance.ts";

export type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** What one entry takes in a history record beside its value: its kind, names and ids. */
const ENTRY_BYTES = 128;

export class Making {
  instance: Writable<Instance>;
  readonly entries: HistoryEntry[] = [];
  readonly commands: Command[] = [];
  /** What entries and task inputs of this step take. */
  bytes = 0;

  constructor(instance: Instance) {
    this.instance = { ...instance };
  }

  record(entry: HistoryEntry): void {
    this.entries.push(entry);
    this.bytes += ENTRY_BYTES;
  }

  /** Takes note that the step will write so many bytes more, or says why it may not. */
  reserve(bytes: number): Fault | undefined {
    if (this.bytes + bytes > STEP_BYTES_MAX) {
      return new Fault("limit", `one step may write at most ${STEP_BYTES_MAX} bytes of task inputs and history`);
    }
    this.bytes += bytes;
  }

  /** The number of the message that is sent next. */
  get nextMessage(): number {
    return (this.instance.messages ?? 0) + 1;
  }

  /** Sends something to another instance, after all that was sent before. */
  send(message: Message): void {
    const number = this.nextMessage;
    this.instance.messages = number;
    this.commands.push({ kind: "message", number, ...message });
  }
}

/** Ids with one prefix, by their numbers, whatever order they come in after storage. */
export function byAge(left: string, right: string): number {
  return left.length - right.length || (left < right ? -1 : 1);
}
