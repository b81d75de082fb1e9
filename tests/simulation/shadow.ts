/**
 * What the store holds, as far as one can tell from its commits alone: by instance, by schedule, and row by row.
 *
 * Knows the keys and the encodings of values, and nothing of how the engine comes to write them. What was deleted is
 * remembered: an instance that has expired is among {@link Shadow.expired}, with the whole of its history.
 */

import { decodeJson } from "../../engine/keyspace.ts";
import type { HistoryRecord } from "../../engine/machine/history.ts";
import type { Message } from "../../engine/machine/input.ts";
import type { Instance } from "../../engine/machine/instance.ts";
import type { WorkflowRecord } from "../../engine/records.ts";
import type { TaskRecord } from "../../engine/scheduler/task_record.ts";
import type { ScheduleRecord } from "../../engine/schedules/schedule_record.ts";
import type { Bytes } from "../../engine/store/store.ts";
import { decodeTuple, encodeTuple } from "../../engine/store/tuple.ts";
import { Rows, type Write } from "./rows.ts";

/** Everything that the store holds of one instance. */
export interface InstanceShadow {
  readonly id: string;
  /** Of one that has expired: as it was last. */
  instance: Instance | undefined;
  /** By sequence, from 1; stays when it has expired. */
  readonly history: Map<number, HistoryRecord>;
  readonly tasks: Map<string, TaskRecord>;
  /** What it sends, by number, and when it was sent. */
  readonly messages: Map<number, StoredMessage>;
  /** Keys, as hex, of its entries in queues, lists of leases, timers and indexes. */
  readonly places: Set<string>;
  /** Keys, as hex, of all else that is kept under its id. */
  readonly rows: Set<string>;
  /** Sequences of its records in the log of all events, in the order of that log. */
  readonly logged: number[];
}

export interface StoredMessage {
  readonly message: Message;
  readonly sentAtMs: number;
}

/** What one commit did to one instance. */
export interface InstanceChange {
  readonly shadow: InstanceShadow;
  readonly before: Instance | undefined;
  readonly records: readonly HistoryRecord[];
  readonly tasks: readonly { taskId: string; before: TaskRecord | undefined; after: TaskRecord | undefined }[];
  /** Numbers of messages that were delivered. */
  readonly delivered: readonly number[];
  /** True time. */
  readonly atMs: number;
}

/** What one commit did to one schedule. */
export interface ScheduleChange {
  readonly id: string;
  readonly before: ScheduleRecord | undefined;
  readonly after: ScheduleRecord | undefined;
  /** Its timers after the commit, as `name/fireAtMs`. */
  readonly timers: ReadonlySet<string>;
  readonly atMs: number;
}

type Open<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer Item)[] ? Item[] : T[K] };

interface OpenChanges {
  instances: Map<string, Open<InstanceChange>>;
  schedules: Map<string, Open<ScheduleChange>>;
  atMs: number;
}

const decoder = new TextDecoder();
/** Timers of schedules stand under an id that begins so. */
const SCHEDULE_MARK = "\n";

export class Shadow {
  readonly instances = new Map<string, InstanceShadow>();
  readonly expired: InstanceShadow[] = [];
  readonly schedules = new Map<string, { record: ScheduleRecord | undefined; timers: Set<string> }>();
  /** By `name version`. */
  readonly workflows = new Map<string, WorkflowRecord>();
  /** Permits taken, by `lc/workflow/task/key` and `ic/workflow/key`. */
  readonly permits = new Map<string, number>();
  /** The log of all events since the beginning, in its order, as `instance sequence`, with cursors. */
  readonly log: { cursor: string; name: string }[] = [];
  /** The cursor that the webhook began after. */
  webhookFrom: string | undefined;
  /** Every pair of the store. */
  readonly rows = new Rows();
  #vanished: { shadow: InstanceShadow; instance: Instance }[] = [];

  definitionOf({ workflow, version }: Instance): WorkflowRecord {
    return this.workflows.get(`${workflow} ${version}`)!;
  }

  /** Those that are there and those that were. */
  *everyInstance(): Generator<InstanceShadow & { instance: Instance }> {
    this.#archive();
    for (const shadow of this.expired) yield shadow as InstanceShadow & { instance: Instance };
    for (const shadow of this.instances.values()) {
      if (shadow.instance !== undefined) yield shadow as InstanceShadow & { instance: Instance };
    }
  }

  /** Applies one commit; what it changed. */
  apply(
    commit: { writes: readonly Write[]; clears?: readonly { begin: string; end: string }[] },
    atMs: number,
  ): { instances: InstanceChange[]; schedules: ScheduleChange[] } {
    this.#archive();
    const changes: OpenChanges = { instances: new Map(), schedules: new Map(), atMs };
    for (const { text, key, value } of this.rows.apply(commit)) {
      this.#write({ text, key, value: value && this.rows.complete(text, value) }, changes);
    }
    for (const { before, shadow } of changes.instances.values()) {
      if (before !== undefined && shadow.instance === undefined) this.#vanished.push({ shadow, instance: before });
    }
    return { instances: [...changes.instances.values()], schedules: [...changes.schedules.values()] };
  }

  #archive(): void {
    for (const { shadow, instance } of this.#vanished) {
      this.instances.delete(shadow.id);
      shadow.instance = instance;
      this.expired.push(shadow);
    }
    this.#vanished = [];
  }

  #write({ text, key, value }: Write & { text: string }, changes: OpenChanges): void {
    const tuple = decodeTuple(key) as (string | number)[];
    const changeOf = (at: number) => this.#changeOf(String(tuple[at]), changes);
    const stand = (at: number) => put(changeOf(at).shadow.places, text, value);
    switch (tuple[0]) {
      case "i": {
        const { shadow } = changeOf(1);
        shadow.instance = value === undefined ? undefined : decodeJson<Instance>(value);
        put(shadow.rows, text, value);
        break;
      }
      case "h": {
        const change = changeOf(1);
        put(change.shadow.rows, text, value);
        if (value === undefined) break;
        const record = decodeJson<HistoryRecord>(value);
        change.shadow.history.set(Number(tuple[2]), record);
        change.records.push(record);
        break;
      }
      case "t": {
        const change = changeOf(1);
        put(change.shadow.rows, text, value);
        const taskId = String(tuple[2]);
        const before = change.shadow.tasks.get(taskId);
        const after = value === undefined ? undefined : parseTask(value);
        if (after === undefined) change.shadow.tasks.delete(taskId);
        else change.shadow.tasks.set(taskId, after);
        change.tasks.push({ taskId, before, after });
        break;
      }
      case "e":
      case "ou":
        put(changeOf(1).shadow.rows, text, value);
        break;
      case "o": {
        const change = changeOf(1);
        const number = Number(tuple[2]);
        put(change.shadow.rows, text, value);
        if (value !== undefined) change.shadow.messages.set(number, decodeJson<StoredMessage>(value));
        else if (change.shadow.messages.delete(number)) change.delivered.push(number);
        break;
      }
      case "r":
      case "xw":
      case "iq":
        stand(4);
        break;
      case "lq":
        stand(5);
        break;
      case "l":
        stand(2);
        break;
      case "x":
        stand(3);
        break;
      case "tm":
        if (!String(tuple[3]).startsWith(SCHEDULE_MARK)) stand(3);
        else {
          const change = this.#scheduleOf(String(tuple[3]).slice(1), changes);
          put(change.timers as Set<string>, `${tuple[4]}/${tuple[2]}`, value);
        }
        break;
      case "sc": {
        const change = this.#scheduleOf(String(tuple[1]), changes);
        change.after = value === undefined ? undefined : decodeJson<ScheduleRecord>(value);
        this.schedules.get(change.id)!.record = change.after;
        break;
      }
      case "lc":
      case "ic":
        this.permits.set(tuple.join("/"), value === undefined ? 0 : decodeJson<number>(value));
        break;
      case "ev": {
        if (value === undefined) break;
        const { instanceId, sequence } = decodeJson<{ instanceId: string; sequence: number }>(value);
        this.#changeOf(instanceId, changes).shadow.logged.push(sequence);
        const [, stamp] = tuple as unknown as [string, { bytes: Bytes }];
        this.log.push({ cursor: stamp.bytes.toHex(), name: `${instanceId} ${sequence}` });
        break;
      }
      case "evh":
        if (value !== undefined) this.webhookFrom ??= decodeJson<{ cursor: string }>(value).cursor;
        break;
      case "wf":
        if (value !== undefined) this.workflows.set(`${tuple[1]} ${tuple[2]}`, decodeJson<WorkflowRecord>(value));
    }
  }

  #changeOf(id: string, { instances, atMs }: OpenChanges): Open<InstanceChange> {
    let change = instances.get(id);
    if (change === undefined) {
      let shadow = this.instances.get(id);
      if (shadow === undefined) {
        shadow = {
          id,
          instance: undefined,
          history: new Map(),
          tasks: new Map(),
          messages: new Map(),
          places: new Set(),
          rows: new Set(),
          logged: [],
        };
        this.instances.set(id, shadow);
      }
      change = { shadow, before: shadow.instance, records: [], tasks: [], delivered: [], atMs };
      instances.set(id, change);
    }
    return change;
  }

  #scheduleOf(id: string, { schedules, atMs }: OpenChanges): Open<ScheduleChange> {
    let change = schedules.get(id);
    if (change === undefined) {
      let known = this.schedules.get(id);
      if (known === undefined) this.schedules.set(id, known = { record: undefined, timers: new Set() });
      change = { id, before: known.record, after: known.record, timers: known.timers, atMs };
      schedules.set(id, change);
    }
    return change;
  }
}

/** Whether a key, as hex, is of a family: a tuple's first text, between its type code and its end. */
export function isOfFamily(text: string, family: string): boolean {
  let prefix = PREFIXES.get(family);
  if (prefix === undefined) PREFIXES.set(family, prefix = encodeTuple([family]).toHex());
  return text.startsWith(prefix);
}

const PREFIXES = new Map<string, string>();

function parseTask(value: Bytes): TaskRecord {
  const text = decoder.decode(value);
  return JSON.parse(text.slice(0, text.indexOf("\n"))) as TaskRecord;
}

function put(set: Set<string>, item: string, value: Bytes | undefined): void {
  if (value === undefined) set.delete(item);
  else set.add(item);
}
