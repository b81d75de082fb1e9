/**
 * The store's content, followed commit by commit, by instance: what the checkers look at.
 *
 * Fed by the store itself at the moment of each commit, so that it sees also what no caller is told of.
 */

import type { TaskRecord } from "../../engine/scheduler/task_record.ts";
import type { HistoryRecord } from "../../engine/machine/history.ts";
import type { Instance } from "../../engine/machine/instance.ts";
import { decodeJson } from "../../engine/keyspace.ts";
import type { WorkflowRecord } from "../../engine/records.ts";
import type { Bytes } from "../../engine/store/store.ts";
import { decodeTuple } from "../../engine/store/tuple.ts";

/** Everything that the store holds of one instance. */
export interface InstanceShadow {
  readonly id: string;
  instance: Instance | undefined;
  /** By sequence, from 1. */
  readonly history: Map<number, HistoryRecord>;
  readonly tasks: Map<string, TaskRecord>;
  /** Entries of the indexes, as `task/shard`, `task/worker`, `timer/fireAtMs/shard`, `status/createdAtMs`. */
  readonly ready: Set<string>;
  readonly leases: Set<string>;
  readonly timers: Set<string>;
  readonly indexes: Set<string>;
  readonly applied: Set<string>;
  /** Its tasks that wait for a permit. */
  readonly limited: Set<string>;
  /** The bound for whose permit it waits itself, as `workflow/key`. */
  readonly enrolled: Set<string>;
  /** Sequences of its records in the log of all events, in the order of that log. */
  readonly logged: number[];
}

/** What one commit did to one instance. */
export interface InstanceChange {
  readonly shadow: InstanceShadow;
  readonly before: Instance | undefined;
  readonly records: readonly HistoryRecord[];
  readonly tasks: readonly { taskId: string; before: TaskRecord | undefined; after: TaskRecord | undefined }[];
  /** True time. */
  readonly atMs: number;
}

/** What a commit left at a key. */
export interface Write {
  key: Bytes;
  value: Bytes | undefined;
}

interface OpenChange {
  shadow: InstanceShadow;
  before: Instance | undefined;
  records: HistoryRecord[];
  tasks: { taskId: string; before: TaskRecord | undefined; after: TaskRecord | undefined }[];
  atMs: number;
}

const decoder = new TextDecoder();

export class Shadow {
  readonly instances = new Map<string, InstanceShadow>();
  /** By `name version`. */
  readonly workflows = new Map<string, WorkflowRecord>();
  /** Permits taken, by `lc/workflow/task/key` and `ic/workflow/key`. */
  readonly permits = new Map<string, number>();
  /** Keys of families that belong to no instance. */
  readonly others = new Map<string, Bytes>();

  definitionOf({ workflow, version }: Instance): WorkflowRecord {
    return this.workflows.get(`${workflow} ${version}`)!;
  }

  /** Applies one commit; what it changed, instance by instance. */
  apply(writes: readonly Write[], atMs: number): InstanceChange[] {
    const changes = new Map<string, OpenChange>();
    const changeOf = (id: string): OpenChange => {
      let change = changes.get(id);
      if (change === undefined) {
        const shadow = this.#shadowOf(id);
        change = { shadow, before: shadow.instance, records: [], tasks: [], atMs };
        changes.set(id, change);
      }
      return change;
    };
    for (const { key, value } of inOrder(writes)) this.#write(key, value, changeOf);
    return [...changes.values()];
  }

  #write(key: Bytes, value: Bytes | undefined, changeOf: (id: string) => OpenChange): void {
    const tuple = decodeTuple(key) as (string | number)[];
    switch (tuple[0]) {
      case "i":
        changeOf(String(tuple[1])).shadow.instance = value === undefined ? undefined : decodeJson<Instance>(value);
        break;
      case "h": {
        const change = changeOf(String(tuple[1]));
        const sequence = Number(tuple[2]);
        if (value === undefined) change.shadow.history.delete(sequence);
        else {
          const record = decodeJson<HistoryRecord>(value);
          change.shadow.history.set(sequence, record);
          change.records.push(record);
        }
        break;
      }
      case "t": {
        const change = changeOf(String(tuple[1]));
        const taskId = String(tuple[2]);
        const before = change.shadow.tasks.get(taskId);
        const after = value === undefined ? undefined : parseTask(value);
        if (after === undefined) change.shadow.tasks.delete(taskId);
        else change.shadow.tasks.set(taskId, after);
        change.tasks.push({ taskId, before, after });
        break;
      }
      case "e":
        put(changeOf(String(tuple[1])).shadow.applied, String(tuple[2]), value);
        break;
      case "r":
        put(changeOf(String(tuple[4])).shadow.ready, `${tuple[5]}/${tuple[1]}`, value);
        break;
      case "lq":
        put(changeOf(String(tuple[5])).shadow.limited, String(tuple[6]), value);
        break;
      case "iq":
        put(changeOf(String(tuple[4])).shadow.enrolled, `${tuple[1]}/${tuple[2]}`, value);
        break;
      case "lc":
      case "ic":
        if (value !== undefined) this.permits.set(tuple.join("/"), decodeJson<number>(value));
        break;
      case "l":
        put(changeOf(String(tuple[2])).shadow.leases, `${tuple[3]}/${tuple[1]}`, value);
        break;
      case "tm":
        put(changeOf(String(tuple[3])).shadow.timers, `${tuple[4]}/${tuple[2]}/${tuple[1]}`, value);
        break;
      case "x":
        put(changeOf(String(tuple[3])).shadow.indexes, `${tuple[1]}/${tuple[2]}`, value);
        break;
      case "xw":
        put(changeOf(String(tuple[4])).shadow.indexes, `${tuple[1]}/${tuple[2]}/${tuple[3]}`, value);
        break;
      case "ev": {
        if (value === undefined) break;
        const { instanceId, sequence } = decodeJson<{ instanceId: string; sequence: number }>(value);
        changeOf(instanceId).shadow.logged.push(sequence);
        break;
      }
      default: {
        const name = tuple.join(" ");
        if (value === undefined) this.others.delete(name);
        else this.others.set(name, value);
        if (tuple[0] === "wf" && value !== undefined) {
          this.workflows.set(`${tuple[1]} ${tuple[2]}`, decodeJson<WorkflowRecord>(value));
        }
      }
    }
  }

  #shadowOf(id: string): InstanceShadow {
    let shadow = this.instances.get(id);
    if (shadow === undefined) {
      shadow = {
        id,
        instance: undefined,
        history: new Map(),
        tasks: new Map(),
        ready: new Set(),
        leases: new Set(),
        timers: new Set(),
        indexes: new Set(),
        applied: new Set(),
        limited: new Set(),
        enrolled: new Set(),
        logged: [],
      };
      this.instances.set(id, shadow);
    }
    return shadow;
  }
}

/** In the order of keys, as the places in the log are. */
function inOrder(writes: readonly Write[]): readonly Write[] {
  const order = (a: Write, b: Write) => a.key.toHex() < b.key.toHex() ? -1 : 1;
  return [...writes].sort(order);
}

function parseTask(value: Bytes): TaskRecord {
  const text = decoder.decode(value);
  return JSON.parse(text.slice(0, text.indexOf("\n"))) as TaskRecord;
}

function put(set: Set<string>, item: string, value: Bytes | undefined): void {
  if (value === undefined) set.delete(item);
  else set.add(item);
}
