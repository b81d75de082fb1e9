/**
 * What a transaction will have caused outside the store, collected while its body runs and carried out once it has
 * committed (D3). A body that is run again begins with new effects.
 */

import type { InstanceChanges } from "../changes.ts";
import type { Capability } from "../keyspace.ts";
import type { EventLog } from "../events/event_log.ts";
import type { HistoryRecord } from "../machine/history.ts";
import type { Instance } from "../machine/instance.ts";
import { TxnTrace } from "../signals/txn_trace.ts";
import type { Txn } from "../store/store.ts";
import type { Dispatcher, HandOut, LeaseName, Offer } from "./dispatcher.ts";

/** Who is told. */
export interface EffectTargets {
  readonly dispatcher: Dispatcher;
  readonly changes: InstanceChanges;
  /** Whether a new task may be handed out at once: nothing is known to wait before it. */
  mayHandOut(capability: Capability): boolean;
  /** Tasks were queued that no offer took. */
  queued(capability: Capability, shard: number): void;
  /** A timer was set. */
  timerSet(fireAtMs: number): void;
  /** Whether other engines are to be told of queued tasks. */
  readonly hasPeers: boolean;
  /** Logs every record, where a log is kept. */
  readonly eventLog?: EventLog;
  /** Measures every record that was committed, where somebody asked for that. */
  readonly meter?: RecordMeter;
}

export interface RecordMeter {
  /** Whether anybody wants to know. */
  readonly isOn: boolean;
  committed(instance: Instance, record: HistoryRecord): void;
}

export class Effects {
  readonly #targets: EffectTargets;
  readonly #offers: Offer[] = [];
  readonly #sends: { offer: Offer; handOut: HandOut }[] = [];
  readonly #stops: { workerId: string; lease: LeaseName }[] = [];
  readonly #queued: { capability: Capability; shard: number }[] = [];
  readonly #changed: Instance[] = [];
  /** Absent where nothing is traced. */
  readonly trace: TxnTrace | undefined = TxnTrace.begin();
  readonly #records: { instance: Instance; record: HistoryRecord }[] = [];
  #recordCount = 0;
  #earliestTimerMs = Infinity;

  constructor(targets: EffectTargets) {
    this.#targets = targets;
  }

  /** The transaction writes a record of the instance. */
  recorded(txn: Txn, instance: Instance, record: HistoryRecord): void {
    this.#targets.eventLog?.append(txn, instance, record, this.#recordCount++);
    this.trace?.recorded(instance, record);
    if (this.#targets.meter?.isOn) this.#records.push({ instance, record });
    this.#changed.push(instance);
  }

  /** Takes a place for a task that is about to be leased in this transaction. */
  offer(capability: Capability, token: string): Offer | undefined {
    const offer = this.#targets.dispatcher.offer(capability, token);
    if (offer !== undefined) this.#offers.push(offer);
    return offer;
  }
  /** The same for a task that is new: only if no other waits before it, of this transaction or of an earlier one. */
  offerNew(capability: Capability, token: string): Offer | undefined {
    if (this.#queued.some((queued) => queued.capability === capability)) return undefined;
    return this.#targets.mayHandOut(capability) ? this.offer(capability, token) : undefined;
  }
  send(offer: Offer, handOut: HandOut): void {
    this.#sends.push({ offer, handOut });
  }
  /** See {@link EffectTargets.hasPeers}. */
  get hasPeers(): boolean {
    return this.#targets.hasPeers;
  }
  /** A lease has ended without its worker's doing. */
  stop(workerId: string, lease: LeaseName): void {
    this.#stops.push({ workerId, lease });
  }
  queued(capability: Capability, shard: number): void {
    this.#queued.push({ capability, shard });
  }
  timerSet(fireAtMs: number): void {
    this.#earliestTimerMs = Math.min(this.#earliestTimerMs, fireAtMs);
  }
  /** The transaction has committed. */
  carryOut(): void {
    const { dispatcher, changes } = this.#targets;
    this.trace?.committed();
    for (const { instance, record } of this.#records) this.#targets.meter!.committed(instance, record);
    for (const { workerId, lease } of this.#stops) dispatcher.stop(workerId, lease);
    for (const { offer, handOut } of this.#sends) dispatcher.send(offer, handOut);
    this.#hint();
    for (const instance of this.#changed) changes.announce(instance, true);
  }

  /**
   * The transaction was run again or failed: it may have committed or not. What was leased or ended after all is carried
   * out; the rest are hints that do no harm.
   */
  async settle(isLive: (lease: LeaseName) => Promise<boolean>): Promise<void> {
    const { dispatcher, changes } = this.#targets;
    // All are asked for first, so that they travel together.
    const live = await Promise.all(this.#sends.map(({ handOut }) => isLive(handOut)));
    this.#sends.forEach(({ offer, handOut }, index) => {
      if (live[index]) dispatcher.send(offer, handOut);
      else dispatcher.release(offer.workerId, offer.token);
    });
    const sent = new Set(this.#sends.map(({ offer }) => offer));
    for (const offer of this.#offers) if (!sent.has(offer)) dispatcher.release(offer.workerId, offer.token);
    for (const { workerId, lease } of this.#stops) if (!await isLive(lease)) dispatcher.stop(workerId, lease);
    this.#hint();
    for (const instance of this.#changed) changes.announce(instance, false);
  }

  #hint(): void {
    if (this.#earliestTimerMs < Infinity) this.#targets.timerSet(this.#earliestTimerMs);
    for (const { capability, shard } of this.#queued) this.#targets.queued(capability, shard);
  }
}
