/** BulkOperate: conversion and checks of requests, nothing else. */

import { type Timestamp, timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { BulkOperateRequest } from "../../proto/gen/degov/v1/workflow_service_pb.ts";
import type { BulkOperation } from "../../shared/bulk_operation.ts";
import { DegovError } from "../../shared/errors.ts";
import { type BulkOutcome, operateOnPage } from "../bulk.ts";
import type { Engine } from "../engine.ts";
import { optionalId } from "./fields.ts";
import { fromFilter, isListCursor } from "./instance_filter.ts";
import { decodePageToken, encodePageToken, pageRows } from "./page_token.ts";

export interface BulkAnswer extends BulkOutcome {
  matched: number;
  nextPageToken: string;
  lookedAt: Timestamp;
}

/** Operates on one page of the instances that the filter chooses, newest first. @throws DegovError INVALID_ARGUMENT */
export async function bulkOperate(engine: Engine, request: BulkOperateRequest): Promise<BulkAnswer> {
  // After this millisecond, so that a bound made of it keeps what began in it.
  const lookedAt = timestampFromMs(engine.nowMs() + 1);
  const { next, ...page } = await operateOnPage(engine, toOperation(request.operation), {
    filter: fromFilter(request),
    limit: pageRows(request.pageSize),
    cursor: decodePageToken(request.pageToken, isListCursor),
    dryRun: request.dryRun,
    operationId: optionalId(request.operationId, "operation_id"),
  });
  return { ...page, nextPageToken: next === undefined ? "" : encodePageToken(next), lookedAt };
}

function toOperation(operation: BulkOperateRequest["operation"]): BulkOperation {
  switch (operation.case) {
    case "pause":
      return { kind: "pause", reason: operation.value.reason };
    case "resume":
      return { kind: "resume" };
    case "cancel": {
      const { reason, compensate } = operation.value;
      return { kind: "cancel", reason, ...(compensate === undefined ? {} : { compensate }) };
    }
    case "retry":
      return { kind: "retry" };
    case "migrate":
      return { kind: "migrate", version: operation.value.version };
    case "fork":
      return { kind: "fork", sequence: Number(operation.value.sequence), version: operation.value.version };
    case undefined:
      throw new DegovError(
        "INVALID_ARGUMENT",
        "Cannot operate on instances: set the operation to pause, resume, cancel, retry, migrate or fork",
      );
  }
}
