/** The same operation on many instances, a page of them at a time. */

import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { BulkOperateRequest } from "../../proto/gen/degov/v1/workflow_service_pb.ts";
import { DegovError } from "../../shared/errors.ts";
import { isJsonObject } from "../../shared/json.ts";
import type { Engine } from "../engine.ts";
import type { ListCursor } from "../instances.ts";
import { requireId } from "./fields.ts";
import { fromStatus } from "./messages.ts";
import { decodePageToken, encodePageToken, pageRows } from "./page_token.ts";

const REASON_CHARS_MAX = 1_000;
/** Instances operated on side by side. */
const AT_ONCE_MAX = 16;

export interface BulkAnswer {
  matched: number;
  done: number;
  refusals: { instanceId: string; message: string }[];
  nextPageToken: string;
}

/** Operates on one page of the instances that the filter chooses, newest first. @throws DegovError INVALID_ARGUMENT */
export async function bulkOperate(engine: Engine, request: BulkOperateRequest): Promise<BulkAnswer> {
  const operate = toOperation(engine, request.operation);
  const { workflow, createdFrom, createdBefore, dryRun, pageSize, pageToken } = request;
  const status = fromStatus(request.status);
  const page = await engine.search.page(
    {
      ...(workflow === "" ? {} : { workflow: requireId(workflow, "workflow") }),
      ...(status === undefined ? {} : { status }),
      ...(createdFrom === undefined ? {} : { fromMs: timestampMs(createdFrom) }),
      ...(createdBefore === undefined ? {} : { beforeMs: timestampMs(createdBefore) }),
    },
    pageRows(pageSize),
    decodePageToken(pageToken, isListCursor),
  );
  const answer: BulkAnswer = {
    matched: page.instances.length,
    done: 0,
    refusals: [],
    nextPageToken: page.next === undefined ? "" : encodePageToken(page.next),
  };
  if (dryRun) return answer;
  for (let at = 0; at < page.instances.length; at += AT_ONCE_MAX) {
    await Promise.all(
      page.instances.slice(at, at + AT_ONCE_MAX).map(async ({ id }) => {
        try {
          await operate(id);
          answer.done++;
        } catch (error) {
          if (!(error instanceof DegovError) || error.retryable) throw error;
          answer.refusals.push({ instanceId: id, message: error.message });
        }
      }),
    );
  }
  return answer;
}

function toOperation(
  { instances }: Engine,
  operation: BulkOperateRequest["operation"],
): (instanceId: string) => Promise<unknown> {
  switch (operation.case) {
    case "pause":
      return (id) => instances.pause(id, operation.value.reason.slice(0, REASON_CHARS_MAX));
    case "resume":
      return (id) => instances.resume(id);
    case "cancel":
      return (id) =>
        instances.cancel(id, operation.value.reason.slice(0, REASON_CHARS_MAX), operation.value.compensate);
    case "retry":
      return (id) => instances.retry(id);
    case "migrate":
      return (id) => instances.migrate(id, operation.value.version);
    case undefined:
      throw new DegovError(
        "INVALID_ARGUMENT",
        "Cannot operate on instances: set the operation to pause, resume, cancel, retry or migrate",
      );
  }
}

function isListCursor(value: unknown): value is ListCursor {
  return isJsonObject(value) && typeof value.createdAtMs === "number" && typeof value.instanceId === "string";
}
