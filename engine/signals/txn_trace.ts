/**
 * Spans of what a transaction does to instances. One trace per instance:
 *
 * client call > transaction > hand-out > execution (at the worker) > transaction > hand-out > ...
 *
 * - T1 A span is ended, and so exported, only once its transaction has committed; a body that is run again begins anew.
 * - T2 The context is stored with the instance and with each task, so that a trace goes on after any restart.
 * - T3 Everything of an instance is in the trace of its start; a client's call of another trace is linked.
 */

import type { HistoryRecord } from "../machine/history.ts";
import type { Instance } from "../machine/instance.ts";
import {
  activeTraceparent,
  isTracing,
  linkToActive,
  type Span,
  SpanKind,
  startSpan,
  traceIdOf,
  traceparentOf,
} from "../../shared/tracing.ts";

/** What is stored beside an instance or a task where the engine traces (T2): the machine carries it along unseen. */
export interface Traced {
  /** Of an instance: its first transaction. Of a task: the transaction that scheduled it. */
  readonly traceparent?: string;
}

export class TxnTrace {
  readonly #spans: Span[] = [];
  readonly #byInstance = new Map<string, Span>();
  readonly #executions = new Map<string, string>();

  /** Undefined where nothing is exported, so that nothing is paid. */
  static begin(): TxnTrace | undefined {
    return isTracing() ? new TxnTrace() : undefined;
  }

  /** The instance with a context of its own: that of its first transaction. */
  started(instance: Instance): Instance & Traced {
    const span = this.#open(instance, activeTraceparent());
    return { ...instance, traceparent: traceparentOf(span) };
  }

  /** What follows for the instance was caused by this execution. A worker's word: another trace's is not taken. */
  executed(instanceId: string, traceparent: string): void {
    this.#executions.set(instanceId, traceparent);
  }

  /** A record of the instance is written. */
  recorded(instance: Instance & Traced, record: HistoryRecord): void {
    const span = this.#byInstance.get(instance.id) ?? this.#continue(instance);
    span?.setAttributes({
      "degov.sequence": record.sequence,
      "degov.state": instance.state,
      "degov.status": instance.status,
      "degov.entries": record.entries.map(({ kind }) => kind).join(" "),
    });
  }

  /** The context that tasks of the instance are scheduled in. */
  contextOf(instanceId: string): string | undefined {
    const span = this.#byInstance.get(instanceId);
    return span && traceparentOf(span);
  }

  /** A task is leased; the context of the hand-out, for the worker. */
  handedOut(task: { instanceId: string; taskId: string; name: string; attempt: number; workerId: string } & Traced) {
    if (task.traceparent === undefined) return undefined;
    const span = startSpan(`hand out ${task.name}`, {
      parent: task.traceparent,
      kind: SpanKind.PRODUCER,
      attributes: {
        "degov.instance": task.instanceId,
        "degov.task": task.taskId,
        "degov.attempt": task.attempt,
        "degov.worker": task.workerId,
      },
    });
    this.#spans.push(span);
    return traceparentOf(span);
  }

  /** T1 */
  committed(): void {
    for (const span of this.#spans) span.end();
  }

  /** T3 */
  #continue(instance: Instance & Traced): Span | undefined {
    const { traceparent } = instance;
    if (traceparent === undefined) return undefined; // started while nothing was traced
    const execution = this.#executions.get(instance.id);
    const isOwn = execution !== undefined && traceIdOf(execution) === traceIdOf(traceparent);
    const active = activeTraceparent();
    const isOfClient = active !== undefined && traceIdOf(active) === traceIdOf(traceparent);
    return this.#open(instance, isOwn ? execution : isOfClient ? active : traceparent);
  }

  #open(instance: Instance, parent: string | undefined): Span {
    const span = startSpan("transaction", {
      parent,
      kind: SpanKind.SERVER,
      attributes: {
        "degov.instance": instance.id,
        "degov.workflow": instance.workflow,
        "degov.version": instance.version,
      },
      links: parent === undefined ? [] : linkToActive(parent),
    });
    this.#byInstance.set(instance.id, span);
    this.#spans.push(span);
    return span;
  }
}
