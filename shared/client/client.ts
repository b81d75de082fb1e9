/**
 * The typed client: what a program uses to register workflows, start instances, and follow them.
 *
 * Plain JSON in and out; nobody outside this folder sees a protobuf message. Every call that changes something carries
 * an id made here, so that it is safe to repeat; calls are repeated with backoff while no engine can be reached.
 */

import { type Client, createClient, type Transport } from "@connectrpc/connect";
import { type MessageInitShape } from "@bufbuild/protobuf";
import {
  type ExplainInstanceResponse,
  type RegisterWorkflowRequestSchema,
  WorkflowService,
} from "../../proto/gen/degov/v1/workflow_service_pb.ts";
import type { BulkOperation } from "../bulk_operation.ts";
import { type Clock, systemClock } from "../clock.ts";
import type { Definition } from "../definition/definition.ts";
import { newInstanceId, newOperationId } from "../ids.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import { toValueMessage } from "../value_message.ts";
import { type BulkPage, toBulkPage, toOperationMessage } from "./bulk.ts";
import { type InstanceFilter, toFilterFields } from "./instance_filter.ts";
import {
  type EventView,
  type HistoryRecordView,
  type InstanceView,
  toEventView,
  toHistoryView,
  toInstanceView,
  toWorkerView,
  toWorkflowView,
  type WorkerView,
  type WorkflowView,
} from "./views.ts";
import { type ScheduleSpec, type ScheduleView, toScheduleView, toSpecMessage } from "./schedules.ts";
import { Repetition } from "./repetition.ts";
import { type ConnectionOptions, ENGINE_URL_DEFAULT, engineTransport } from "./transport.ts";

export interface ClientOptions extends ConnectionOptions {
  /** Addresses of engines that share one store. Default: the one on this machine. */
  engines?: readonly string[];
  /** Instead of `engines`: any transport of Connect, for example one in memory. */
  transport?: Transport;
  /** How long a call is repeated while no engine can be reached. Default 30,000. */
  retryForMs?: number;
  clock?: Clock;
}

export interface EventOptions {
  /** Absent: from now on. */
  cursor?: string;
  /** Only instances of these workflows. */
  workflows?: string[];
  /** Only records with an entry of one of these kinds, as `taskFailed`. */
  kinds?: string[];
  instanceId?: string;
}

export interface StartOptions {
  /** 0 or absent: the newest. */
  version?: number;
  /** Choose one to make starting idempotent across restarts of your program. */
  instanceId?: string;
  input?: JsonObject;
  /** Answer only once the instance has ended, or after this time. */
  waitMs?: number;
}

const RETRY_FOR_MS_DEFAULT = 30_000;
/** What one call waits at most for an instance's end; longer waits are made of several. */
const WAIT_PER_CALL_MS = 30_000;
/** Instances of one call of a bulk operation, so that none takes long. */
const BULK_PAGE_ROWS = 100;

export class DegovClient {
  readonly #client: Client<typeof WorkflowService>;
  readonly #clock: Clock;
  readonly #repetition: Repetition;

  constructor(options: ClientOptions = {}) {
    const transport = options.transport ?? engineTransport(options.engines ?? [ENGINE_URL_DEFAULT], options);
    this.#client = createClient(WorkflowService, transport);
    const { retryForMs = RETRY_FOR_MS_DEFAULT, clock = systemClock } = options;
    this.#clock = clock;
    this.#repetition = new Repetition({ clock, retryForMs });
  }

  /** Registers a definition, as an object or as JSON or YAML text. @throws DegovError INVALID_ARGUMENT with problems */
  async register(
    definition: Definition | JsonObject | { text: string; format?: "json" | "yaml"; fileName?: string },
  ): Promise<{ name: string; version: number; hash: string; created: boolean }> {
    const { name, version, hash, created } = await this.#repetition.call(() =>
      this.#client.registerWorkflow({ document: toDocument(definition) })
    );
    return { name, version, hash, created };
  }

  /** A version's definition. @throws DegovError NOT_FOUND */
  async workflow(name: string, version = 0): Promise<WorkflowView> {
    const { workflow } = await this.#repetition.call(() => this.#client.getWorkflow({ name, version }));
    return toWorkflowView(workflow!);
  }

  /** The newest version of every workflow. */
  async *workflows(): AsyncGenerator<WorkflowView> {
    for (let pageToken = "", more = true; more; more = pageToken !== "") {
      const page = await this.#repetition.call(() => this.#client.listWorkflows({ pageToken }));
      yield* page.workflows.map(toWorkflowView);
      pageToken = page.nextPageToken;
    }
  }

  /** Starts an instance. @throws DegovError NOT_FOUND, ALREADY_EXISTS, INVALID_ARGUMENT */
  async start(workflow: string, options: StartOptions = {}): Promise<InstanceView> {
    const { version = 0, input = {}, waitMs = 0 } = options;
    const instanceId = options.instanceId ?? newInstanceId();
    const request = { workflow, version, instanceId, input: toValueMessage(input) };
    const { instance } = await this.#repetition.call(() =>
      this.#client.startInstance({ ...request, waitMs: Math.min(waitMs, WAIT_PER_CALL_MS) })
    );
    const view = toInstanceView(instance!);
    return view.status === "running" && waitMs > WAIT_PER_CALL_MS
      ? await this.result(instanceId, { waitMs: waitMs - WAIT_PER_CALL_MS })
      : view;
  }

  /** @throws DegovError NOT_FOUND */
  async get(instanceId: string): Promise<InstanceView> {
    const { instance } = await this.#repetition.call(() => this.#client.getInstance({ instanceId }));
    return toInstanceView(instance!);
  }

  /** The instance once it has ended, or after `waitMs` (default: for ever). @throws DegovError NOT_FOUND */
  async result(instanceId: string, options: { waitMs?: number } = {}): Promise<InstanceView> {
    const untilMs = this.#clock.nowMs() + (options.waitMs ?? Infinity);
    for (;;) {
      const waitMs = Math.max(0, Math.min(WAIT_PER_CALL_MS, untilMs - this.#clock.nowMs()));
      const { instance } = await this.#repetition.call(() => this.#client.getInstance({ instanceId, waitMs }));
      const view = toInstanceView(instance!);
      if (view.status !== "running" || this.#clock.nowMs() >= untilMs) return view;
    }
  }

  /** Instances, newest first, without payloads. */
  async *instances(filter: InstanceFilter = {}): AsyncGenerator<InstanceView> {
    for (let pageToken = "", more = true; more; more = pageToken !== "") {
      const page = await this.instancesPage({ ...filter, pageToken, rows: 200 });
      yield* page.instances;
      pageToken = page.nextPageToken;
    }
  }

  /** One page of the same list; `nextPageToken` is empty on the last. @throws DegovError INVALID_ARGUMENT */
  async instancesPage(
    options: InstanceFilter & { rows?: number; pageToken?: string } = {},
  ): Promise<{ instances: InstanceView[]; nextPageToken: string }> {
    const { pageToken = "", rows: pageSize = 0 } = options;
    const request = { ...toFilterFields(options), pageToken, pageSize };
    const { instances, nextPageToken } = await this.#repetition.call(() => this.#client.listInstances(request));
    return { instances: instances.map(toInstanceView), nextPageToken };
  }

  /** Sends an event; `keep` keeps it until a state takes it. @throws DegovError NOT_FOUND, FAILED_PRECONDITION */
  async send(
    instanceId: string,
    name: string,
    options: { data?: JsonValue; eventId?: string; keep?: boolean } = {},
  ): Promise<{ instance: InstanceView; duplicate: boolean; kept: boolean }> {
    const { data = null, keep = false, eventId = newOperationId() } = options;
    const request = { instanceId, name, data: toValueMessage(data), eventId, keep };
    const { instance, duplicate, kept } = await this.#repetition.call(() => this.#client.sendEvent(request));
    return { instance: toInstanceView(instance!), duplicate, kept };
  }

  /**
   * Ends an instance. With `compensate` its undo actions run first, with false they do not; by default its definition
   * says.
   *
   * @throws DegovError NOT_FOUND, FAILED_PRECONDITION
   */
  async cancel(instanceId: string, reason = "", options: { compensate?: boolean } = {}): Promise<InstanceView> {
    const request = { instanceId, reason, ...options, operationId: newOperationId() };
    const { instance } = await this.#repetition.call(() => this.#client.cancelInstance(request));
    return toInstanceView(instance!);
  }

  /** Begins nothing more until it is resumed. @throws DegovError NOT_FOUND, FAILED_PRECONDITION */
  async pause(instanceId: string, reason = ""): Promise<InstanceView> {
    const request = { instanceId, reason, operationId: newOperationId() };
    const { instance } = await this.#repetition.call(() => this.#client.pauseInstance(request));
    return toInstanceView(instance!);
  }

  /** @throws DegovError NOT_FOUND, FAILED_PRECONDITION */
  async resume(instanceId: string): Promise<InstanceView> {
    const request = { instanceId, operationId: newOperationId() };
    const { instance } = await this.#repetition.call(() => this.#client.resumeInstance(request));
    return toInstanceView(instance!);
  }

  /**
   * Starts a new instance where another was after one of its history records (default: the newest).
   *
   * @throws DegovError NOT_FOUND, ALREADY_EXISTS, FAILED_PRECONDITION
   */
  async fork(
    instanceId: string,
    options: { sequence?: number; newInstanceId?: string; version?: number } = {},
  ): Promise<InstanceView> {
    const { sequence = 0, version = 0 } = options;
    const id = options.newInstanceId ?? newInstanceId();
    const request = { instanceId, sequence: BigInt(sequence), newInstanceId: id, version };
    const { instance } = await this.#repetition.call(() => this.#client.forkInstance(request));
    return toInstanceView(instance!);
  }

  /** Moves an instance to a newer version (default: the newest). @throws DegovError NOT_FOUND, FAILED_PRECONDITION */
  async migrate(instanceId: string, version = 0): Promise<InstanceView> {
    const { instance } = await this.#repetition.call(() => this.#client.migrateInstance({ instanceId, version }));
    return toInstanceView(instance!);
  }

  /**
   * Does the same to every instance that the filter chooses, page by page; yields what became of each page.
   *
   * @throws DegovError INVALID_ARGUMENT
   */
  async *bulk(
    filter: InstanceFilter,
    operation: BulkOperation,
    options: { dryRun?: boolean } = {},
  ): AsyncGenerator<BulkPage> {
    const request = {
      ...toFilterFields(filter),
      operation: toOperationMessage(operation),
      operationId: newOperationId(),
      dryRun: options.dryRun ?? false,
      pageSize: BULK_PAGE_ROWS,
    };
    for (let pageToken = "", more = true; more; more = pageToken !== "") {
      const page = await this.#repetition.call(() => this.#client.bulkOperate({ ...request, pageToken }));
      yield toBulkPage(page);
      pageToken = page.nextPageToken;
    }
  }

  /** @throws DegovError NOT_FOUND, FAILED_PRECONDITION */
  async retry(instanceId: string): Promise<InstanceView> {
    const request = { instanceId, operationId: newOperationId() };
    const { instance } = await this.#repetition.call(() => this.#client.retryInstance(request));
    return toInstanceView(instance!);
  }

  /** Makes a schedule. @throws DegovError INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS */
  async createSchedule(scheduleId: string, spec: ScheduleSpec): Promise<ScheduleView> {
    const request = { scheduleId, spec: toSpecMessage(spec) };
    return toScheduleView((await this.#repetition.call(() => this.#client.createSchedule(request))).schedule!);
  }

  /** Replaces what a schedule says, pausing included. @throws DegovError INVALID_ARGUMENT, NOT_FOUND */
  async updateSchedule(scheduleId: string, spec: ScheduleSpec): Promise<ScheduleView> {
    const request = { scheduleId, spec: toSpecMessage(spec) };
    return toScheduleView((await this.#repetition.call(() => this.#client.updateSchedule(request))).schedule!);
  }

  /** @throws DegovError NOT_FOUND */
  async schedule(scheduleId: string): Promise<ScheduleView> {
    return toScheduleView((await this.#repetition.call(() => this.#client.getSchedule({ scheduleId }))).schedule!);
  }

  /** All schedules, by id. */
  async *schedules(): AsyncGenerator<ScheduleView> {
    for (let pageToken = "", more = true; more; more = pageToken !== "") {
      const page = await this.#repetition.call(() => this.#client.listSchedules({ pageToken }));
      yield* page.schedules.map(toScheduleView);
      pageToken = page.nextPageToken;
    }
  }

  /** Ends a schedule; what it has started goes on. */
  async deleteSchedule(scheduleId: string): Promise<void> {
    await this.#repetition.call(() => this.#client.deleteSchedule({ scheduleId }));
  }

  /** Starts an instance of a schedule now; its id. @throws DegovError NOT_FOUND */
  async triggerSchedule(scheduleId: string): Promise<string> {
    const request = { scheduleId, operationId: newOperationId() };
    return (await this.#repetition.call(() => this.#client.triggerSchedule(request))).instanceId;
  }

  /** The whole history, in order. @throws DegovError NOT_FOUND */
  async *history(instanceId: string): AsyncGenerator<HistoryRecordView> {
    let afterSequence = 0n;
    for (let more = true; more;) {
      const page = await this.#repetition.call(() =>
        this.#client.getHistory({ instanceId, afterSequence, pageSize: 200 })
      );
      yield* page.records.map(toHistoryView);
      afterSequence = page.records.at(-1)?.sequence ?? afterSequence;
      more = page.more;
    }
  }

  /** Every history record as it is written, until the instance has ended. Goes on after a lost connection. */
  async *watch(instanceId: string, options: { afterSequence?: number } = {}): AsyncGenerator<HistoryRecordView> {
    let seen = options.afterSequence ?? 0;
    const open = (signal: AbortSignal) =>
      this.#client.watchInstance({ instanceId, afterSequence: BigInt(seen) }, { signal });
    for await (const { record } of this.#repetition.follow(open, { isEndless: false })) {
      if (record === undefined) continue; // says only that the engine is there
      seen = Number(record.sequence);
      yield toHistoryView(record);
    }
  }

  /**
   * What happens to all instances, in the order of commits, without end: from now on, or after a cursor ("0": from the
   * oldest that is kept). Goes on after a lost connection where it was. @throws DegovError FAILED_PRECONDITION
   */
  async *events(options: EventOptions = {}): AsyncGenerator<EventView> {
    let { cursor = "" } = options;
    const open = (signal: AbortSignal) => this.#client.watchEvents({ ...options, cursor }, { signal });
    for await (const message of this.#repetition.follow(open, { isEndless: true })) {
      cursor = message.cursor;
      if (message.record !== undefined) yield toEventView(message);
    }
  }

  /** What an instance waits for, and what was lost on the way. @throws DegovError NOT_FOUND */
  async explain(instanceId: string): Promise<Pick<ExplainInstanceResponse, "summary" | "waits" | "undelivered">> {
    return await this.#repetition.call(() => this.#client.explainInstance({ instanceId }));
  }

  /** Registered workers. */
  async workers(): Promise<WorkerView[]> {
    const { workers } = await this.#repetition.call(() => this.#client.listWorkers({}));
    return workers.map(toWorkerView);
  }
}

function toDocument(
  definition: Parameters<DegovClient["register"]>[0],
): MessageInitShape<typeof RegisterWorkflowRequestSchema>["document"] {
  if ("text" in definition && typeof definition.text === "string") {
    const { text, format = "", fileName = "" } = definition as { text: string; format?: string; fileName?: string };
    return { case: "source", value: { text, format, fileName } };
  }
  return { case: "definition", value: toValueMessage(definition as JsonObject) };
}
