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
  /** Its result, once it has completed, where the definition says what that is; else the result is the context. */
  readonly output?: JsonValue;
  /** The instance that started it. */
  readonly parent?: Parent;
  /** Number of instances above it; absent means none. */
  readonly depth?: number;
  /** It is a part of its parent: the keys of the context that it has written, oldest first. */
  readonly part?: readonly string[];
  /** The schedule that started it. */
  readonly schedule?: string;
  /** Which of its workflow's bounds on instances it counts towards, where there is one. */
  readonly limitKey?: string;
  /** Set while it is paused: what comes in is recorded or kept, and nothing is begun. */
  readonly paused?: true;
  /** What happened while it was paused or deciding, oldest first. */
  readonly held?: readonly Held[];
  /** States with undo actions whose visits were completed, oldest first. */
  readonly undo?: readonly string[];
  /** Counts messages to other instances; their ids are made of it. */
  readonly messages?: number;
  /** Milliseconds since the epoch. */
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly endedAtMs?: number;
}

/** Who started an instance. Told of its end where `taskId` says what waits for that. */
export interface Parent {
  readonly id: string;
  readonly taskId?: string;
}

/**
 * Where in a state the instance is. Tasks may be outstanding in each phase but `waiting`.
 *
 * `active`: entered; `settled` says that `complete` has been raised for this visit.
 * `exiting`, `transitioning`: tasks of the exit actions, of the transition's actions, are being waited for.
 */
export type Phase = SteadyPhase | Deciding | Compensating | Waiting;

/** A phase that can go on after a decision. */
export type SteadyPhase =
  | { readonly kind: "active"; readonly settled: boolean }
  | { readonly kind: "exiting" | "transitioning"; readonly pending: PendingTransition };

/** A worker evaluates the guard of a transition. */
export interface Deciding {
  readonly kind: "deciding";
  /** The phase in which the question came up. */
  readonly resume: SteadyPhase;
  readonly taskId: string;
  /** The transition whose guard it is, and the event it would be taken for. */
  readonly source: TransitionSource;
  readonly event: EventValue;
  /** Where the event is a client's: how it was sent. */
  readonly client?: { readonly id?: string; readonly keep: boolean };
}

/** Undo actions run before the instance ends. */
export interface Compensating {
  readonly kind: "compensating";
  readonly end: UndoneEnd;
  /** The state whose undo actions run. */
  readonly state: string;
  /** The first failure of an undo action. */
  readonly failure?: Failure;
}

/** An end that undo actions precede. */
export type UndoneEnd =
  | { readonly status: "failed"; readonly failure: Failure }
  | { readonly status: "cancelled"; readonly reason: string };

/** As many instances of its workflow run as may: it enters its state once it is admitted. */
export interface Waiting {
  readonly kind: "waiting";
  readonly event: "start" | "retry";
  readonly sinceMs: number;
}

/** What happened and has yet to take effect. */
export type Held =
  | { readonly kind: "failure"; readonly failure: Failure }
  | { readonly kind: "timer"; readonly index: number }
  | { readonly kind: "decided"; readonly verdict: Verdict }
  | { readonly kind: "admitted" };

/** What a guard on a worker has led to: its value, or why there is none. */
export type Verdict = { readonly holds: boolean } | { readonly failure: Failure };

/** A transition that was chosen and waits for tasks. */
export interface PendingTransition {
  /** Where it stands in the definition of the state that is being left: `on.EVENT[index]` or `after[index]`. */
  readonly source: TransitionSource;
  readonly event: EventValue;
}

/**
 * Where a transition stands: in the current state's `on.EVENT[index]` or `after[index]`, or with `everywhere` in the
 * definition's own `on.EVENT[index]`.
 */
export type TransitionSource =
  | { readonly event: string; readonly index: number; readonly everywhere?: true }
  | { readonly after: number };

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
  /** A child instance whose end is waited for. */
  readonly child?: { readonly id: string; readonly workflow: string };
  /** A list that is mapped. */
  readonly map?: ActiveMap;
  /** The task, or the child, for one item of a map. */
  readonly item?: { readonly mapId: string; readonly index: number };
  /** The guard of a transition. */
  readonly isGuard?: true;
}

/** A list that is mapped, as far as it has come. */
export interface ActiveMap {
  /** Where the map's action stands. */
  readonly place: ListPlace;
  readonly index: number;
  readonly total: number;
  /** What the items' tasks or children receive that are not begun yet, in order. */
  readonly left: readonly MapItem[];
  /** Outputs so far, by index. */
  readonly outputs: { readonly [index: string]: JsonValue };
  /** Of `left` and `outputs` as JSON text. */
  readonly bytes: number;
}

export interface MapItem {
  readonly input: JsonValue;
  readonly limitKey?: string;
}

/** A list of actions: of a state, or of a transition that the state takes. */
export interface ListPlace {
  readonly state: string;
  readonly list: "enter" | "exit" | "compensate" | TransitionSource;
}

export interface PendingTimer {
  readonly fireAtMs: number;
}

export interface KeptEvent extends EventValue {
  readonly id?: string;
  /** The visit in which a worker's guard said no; it is not asked again in the same one. */
  readonly refusedIn?: number;
}
