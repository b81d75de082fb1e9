/** Bulk operations as the client sends and shows them. */

import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { BulkOperateRequestSchema, BulkOperateResponse } from "../../proto/gen/degov/v1/workflow_service_pb.ts";
import type { BulkOperation } from "../bulk_operation.ts";

/** What became of one page of instances. */
export interface BulkPage {
  /** Instances that the filter chose. */
  matched: number;
  /** Of these, those that took the operation; 0 in a dry run. */
  done: number;
  refusals: { instanceId: string; message: string }[];
  /** When the engine looked: as `beforeMs` it makes what follows a dry run be for the same instances. */
  lookedAtMs: number;
}

export function toOperationMessage(
  operation: BulkOperation,
): MessageInitShape<typeof BulkOperateRequestSchema>["operation"] {
  switch (operation.kind) {
    case "pause":
      return { case: "pause", value: { reason: operation.reason ?? "" } };
    case "resume":
      return { case: "resume", value: {} };
    case "cancel":
      return { case: "cancel", value: { reason: operation.reason ?? "", compensate: operation.compensate } };
    case "retry":
      return { case: "retry", value: {} };
    case "migrate":
      return { case: "migrate", value: { version: operation.version ?? 0 } };
    case "fork": {
      const { sequence = 0, version = 0 } = operation;
      return { case: "fork", value: { sequence: BigInt(sequence), version } };
    }
  }
}

export function toBulkPage({ matched, done, refusals, lookedAt }: BulkOperateResponse): BulkPage {
  return {
    matched,
    done,
    refusals: refusals.map(({ instanceId, message }) => ({ instanceId, message })),
    lookedAtMs: timestampMs(lookedAt!),
  };
}
