/** The streams of WorkflowService: conversion and checks of requests, nothing else. */

import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ServiceImpl } from "@connectrpc/connect";
import type {
  WatchEventsResponseSchema,
  WatchInstanceResponseSchema,
  WorkflowService,
} from "../../proto/gen/degov/v1/workflow_service_pb.ts";
import { DegovError } from "../../shared/errors.ts";
import type { Engine } from "../engine.ts";
import { atMost, requireId } from "./fields.ts";
import { withKeepAlives } from "./keep_alive.ts";
import { toHistoryMessage, toStatus } from "./messages.ts";

type StreamMethods = Pick<ServiceImpl<typeof WorkflowService>, "watchInstance" | "watchEvents">;
type InstanceNews = MessageInitShape<typeof WatchInstanceResponseSchema>;
type EventNews = MessageInitShape<typeof WatchEventsResponseSchema>;

/** Names in one filter of events. */
const FILTER_NAMES_MAX = 100;

export function streamMethods(engine: Engine, { keepAliveMs }: { keepAliveMs?: number }): StreamMethods {
  return {
    async *watchInstance({ instanceId, afterSequence }, { signal }) {
      const watching = engine.watch(requireId(instanceId, "instance_id"), Number(afterSequence), signal);
      let now: InstanceNews = {};
      const news = converted(watching, ({ record, instance }): InstanceNews => {
        now = { status: toStatus(instance.status), state: instance.state };
        return { record: toHistoryMessage(record), ...now };
      });
      yield* withKeepAlives(news, () => now, { signal, everyMs: keepAliveMs });
      requireOpen(engine, "the last sequence that you saw");
    },

    async *watchEvents({ cursor: from, workflows, kinds, instanceId }, { signal }) {
      const filter = {
        workflows,
        kinds,
        ...(instanceId === "" ? {} : { instanceId: requireId(instanceId, "instance_id") }),
      };
      atMost(workflows.length + kinds.length, "the number of workflows and kinds", FILTER_NAMES_MAX);
      let now: EventNews = { cursor: from };
      const news = converted(engine.events.follow(from, filter, signal), ({ cursor, logged }): EventNews => {
        now = { cursor };
        if (logged === undefined) return now;
        const { status, ...event } = logged.event;
        return { cursor, ...event, status: toStatus(status), record: toHistoryMessage(logged.record) };
      });
      yield* withKeepAlives(news, () => now, { signal, everyMs: keepAliveMs });
      requireOpen(engine, "the last cursor that you saw");
    },
  };
}

async function* converted<T, M>(items: AsyncIterable<T>, toMessage: (item: T) => M): AsyncGenerator<M> {
  for await (const item of items) yield toMessage(item);
}

/** A stream that ends because the engine does has not come to its end. @throws DegovError UNAVAILABLE */
function requireOpen({ closing }: Engine, after: string): void {
  if (closing.aborted) {
    throw new DegovError("UNAVAILABLE", `The engine is stopping; watch again after ${after}`);
  }
}
