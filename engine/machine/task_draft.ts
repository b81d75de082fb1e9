/**
 * The unfinished tasks of an instance, in the making: also maps, their items, children and guards on workers.
 *
 * - D3 A task leaves with exactly one of taskCompleted, taskFailed, taskCancelled, or the entry of its own kind.
 */

import type { CodeDefinition } from "../../shared/definition/definition.ts";
import type { Failure } from "../../shared/failure.ts";
import { isJsonObject, type JsonValue } from "../../shared/json.ts";
import { CONTEXT_BYTES_MAX, STEP_BYTES_MAX, TASKS_PER_INSTANCE_MAX } from "../../shared/limits.ts";
import type { ContextDraft } from "./context_draft.ts";
import { checkMember, checkMerge } from "./context_room.ts";
import { Fault } from "./fault.ts";
import type { HistoryEntry } from "./history.ts";
import type { AttemptReport } from "./input.ts";
import type { ActiveTask } from "./instance.ts";
import { describeSize, jsonBytes, memberBytes } from "./json_bytes.ts";
import { byAge, type Making } from "./making.ts";
import { hasMembers, omitMember } from "./members.ts";

export class TaskDraft {
  readonly #making: Making;
  readonly #context: ContextDraft;
  #isOwned = false;
  /** Number of unfinished tasks, once it was asked for. */
  #count: number | undefined;

  constructor(making: Making, context: ContextDraft) {
    this.#making = making;
    this.#context = context;
  }

  get isEmpty(): boolean {
    return !hasMembers(this.#making.instance.tasks);
  }

  get count(): number {
    return this.#count ??= Object.keys(this.#making.instance.tasks).length;
  }

  /** Schedules code with the whole context (`input` undefined) or with the given input; its id. */
  schedule(
    { code, task, limitKey }: { code: CodeDefinition; task: ActiveTask; limitKey?: string },
    mapped: JsonValue | undefined,
  ): string | Fault {
    const { context, contextBytes } = this.#making.instance;
    const bytes = mapped === undefined ? contextBytes : jsonBytes(mapped, STEP_BYTES_MAX);
    const fault = describeSize("its input", bytes, STEP_BYTES_MAX) ?? this.#making.reserve(bytes);
    if (fault !== undefined) return fault;
    const taskId = this.begin(task);
    if (taskId instanceof Fault) return taskId;
    const input = mapped === undefined ? context : mapped;
    if (mapped === undefined) this.#context.share();
    this.#making.commands.push({
      kind: "scheduleTask",
      taskId,
      task: code,
      input,
      ...(limitKey === undefined ? {} : { limitKey }),
    });
    return taskId;
  }

  /** Begins something that is waited for as a task is; its id. */
  begin(task: ActiveTask): string | Fault {
    if (this.count >= TASKS_PER_INSTANCE_MAX) {
      return new Fault("limit", `an instance may have at most ${TASKS_PER_INSTANCE_MAX} unfinished tasks`);
    }
    const taskId = `t${++this.#making.instance.tasksScheduled}`;
    this.#own()[taskId] = task;
    this.#count!++;
    const { name, item, child } = task;
    this.#making.record({
      kind: "taskScheduled",
      taskId,
      name,
      ...(item === undefined ? {} : { index: item.index }),
      ...(child === undefined ? {} : { child: child.id }),
    });
    return taskId;
  }

  /** Replaces what is known of a task that goes on. */
  set(taskId: string, task: ActiveTask): void {
    this.#own()[taskId] = task;
  }

  /** Ends a task with its output; or, where the context has no room for that, with the failure returned. */
  complete(taskId: string, output: JsonValue, report: AttemptReport): Failure | undefined {
    const { instance } = this.#making;
    const { name, output: key, merge } = instance.tasks[taskId];
    const merged = merge && isJsonObject(output) ? output : undefined;
    const sizes = merged === undefined
      ? [memberBytes(key, output, CONTEXT_BYTES_MAX)]
      : Object.keys(merged).map((key) => memberBytes(key, merged[key], CONTEXT_BYTES_MAX));
    const fault = merged === undefined
      ? checkMember(instance, key, sizes[0]) ?? this.#making.reserve(sizes[0])
      : checkMerge(instance, merged, sizes) ?? this.#making.reserve(sizes.reduce((sum, bytes) => sum + bytes, 0));
    if (fault !== undefined) {
      const failure: Failure = {
        code: fault.cause === "limit" ? "RESOURCE_EXHAUSTED" : "INVALID_OUTPUT",
        message: `Cannot store the output of task "${name}": ${fault.message}.`,
        task: name,
      };
      this.fail(taskId, failure, report);
      return failure;
    }
    this.#remove(taskId);
    if (merged === undefined) this.#context.write(key, output, sizes[0]);
    else Object.keys(merged).forEach((key, index) => this.#context.write(key, merged[key], sizes[index]));
    this.#making.record({
      kind: "taskCompleted",
      taskId,
      name,
      key,
      output,
      ...(merged && { merged: true }),
      ...report,
    });
  }

  fail(taskId: string, failure: Failure, report: AttemptReport): void {
    const { name } = this.#making.instance.tasks[taskId];
    this.end(taskId, { kind: "taskFailed", taskId, name, failure, ...report });
  }

  /** Ends a task with no more than an entry. */
  end(taskId: string, entry: HistoryEntry): void {
    this.#remove(taskId);
    this.#making.record(entry);
  }

  /** Cancels every task, and drops what was put aside of the tasks and timers that it came from. */
  cancel(compensate?: boolean): void {
    const { instance } = this.#making;
    delete instance.held;
    const { tasks } = instance;
    if (!hasMembers(tasks)) return;
    for (const taskId of Object.keys(tasks).sort(byAge)) this.#commandCancel(taskId, tasks[taskId], compensate);
    instance.tasks = {};
    this.#isOwned = true;
    this.#count = undefined;
  }

  /** Cancels the tasks that are chosen. */
  cancelSome(isChosen: (task: ActiveTask) => boolean): void {
    const { tasks } = this.#making.instance;
    for (const taskId of Object.keys(tasks).filter((taskId) => isChosen(tasks[taskId])).sort(byAge)) {
      this.#commandCancel(taskId, tasks[taskId], undefined);
      this.#remove(taskId);
    }
  }

  /** A checkpoint now sees the tasks as they are. */
  disown(): void {
    this.#isOwned = false;
    this.#count = undefined;
  }

  #commandCancel(taskId: string, { name, child, map }: ActiveTask, compensate: boolean | undefined): void {
    if (child !== undefined) {
      const reason = `The instance "${this.#making.instance.id}" that started it does not wait for it any more`;
      const how = compensate === undefined ? {} : { compensate };
      this.#making.send({ about: "cancel", taskId, child: child.id, reason, ...how });
    } else if (map === undefined) this.#making.commands.push({ kind: "cancelTask", taskId });
    this.#making.record({ kind: "taskCancelled", taskId, name });
  }

  #own(): Record<string, ActiveTask> {
    const { instance } = this.#making;
    if (!this.#isOwned) instance.tasks = { ...instance.tasks };
    this.#isOwned = true;
    return instance.tasks;
  }

  #remove(taskId: string): void {
    const { instance } = this.#making;
    instance.tasks = omitMember(instance.tasks, taskId);
    this.#isOwned = true;
    this.#count = undefined;
  }
}
