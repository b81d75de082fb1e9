/** An instance as the machine sees it and the store keeps it: one plain JSON record, never mutated. */

import type { Failure } from "../../shared/failure.ts";
import type { JsonObject, JsonValue } from "../../shared/json.ts";

/** `running` until it has ended; the other three are the ends. */
export type InstanceStatus = "running" | "completed" | "failed" | "cancelled";

export interface Instance {
  readonly id: string;
  /** Name of the definition, and the version that the instance is pinned to. */
  readonly workflow: string;
  readonly version: number;
  readonly status: InstanceStatus;
  /** Name of the current state; after the end, the state it ended in. */
  readonly state: string;
  readonly phase: Phase;
  /** What the instance was started with. */
  readonly input: JsonValue;
  readonly context: JsonObject;
  /** Bytes of the context as JSON text in UTF-8, kept so that no step has to count the whole. */
  readonly contextBytes: number;
  /** Unfinished tasks by task id. */
  readonly tasks: { readonly [taskId: string]: ActiveTask };
  /** Pending timers by timer id. */
  readonly timers: { readonly [timerId: string]: PendingTimer };
  /** Events kept until a state takes them, oldest first. */
  readonly kept: readonly KeptEvent[];
  /** Counts accepted inputs; also the sequence number of the newest history record. */
  readonly revision: number;
  /** Counts tasks ever scheduled; task ids are made of it. */
  readonly tasksScheduled: number;
  /** Counts state entries; timer ids are made of it, so that a timer of an earlier visit is never taken for one of this. */
  readonly entries: number;
  readonly failure?: Failure;
  /** Milliseconds since the epoch. */
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly endedAtMs?: number;
}

/**
 * Where in a state the instance is. Tasks may be outstanding in each phase.
 *
 * `active`: entered; `settled` says that `complete` has been raised for this visit.
 * `exiting`, `transitioning`: tasks of the exit actions, of the transition's actions, are being waited for.
 */
export type Phase =
  | { readonly kind: "active"; readonly settled: boolean }
  | { readonly kind: "exiting" | "transitioning"; readonly pending: PendingTransition };

/** A transition that was chosen and waits for tasks. */
export interface PendingTransition {
  /** Where it stands in the definition of the state that is being left: `on.EVENT[index]` or `after[index]`. */
  readonly source: { readonly event: string; readonly index: number } | { readonly after: number };
  readonly event: EventValue;
}

/** An event as guards and expressions see it. */
export interface EventValue {
  readonly name: string;
  readonly data: JsonValue;
}

export interface ActiveTask {
  readonly name: string;
  /** Key of the context that takes the output. */
  readonly output: string;
  /** Whether the members of an output that is an object go into the context each under its own key instead. */
  readonly merge?: true;
}

export interface PendingTimer {
  readonly fireAtMs: number;
}

export interface KeptEvent extends EventValue {
  readonly id?: string;
}
