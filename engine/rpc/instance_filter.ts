/** Which instances a request is for. */

import { type Timestamp, timestampMs } from "@bufbuild/protobuf/wkt";
import type { InstanceStatus } from "../../proto/gen/degov/v1/instance_pb.ts";
import { DegovError } from "../../shared/errors.ts";
import { isJsonObject } from "../../shared/json.ts";
import type { InstanceFilter } from "../instance_search.ts";
import type { ListCursor } from "../instances.ts";
import { requireId } from "./fields.ts";
import { fromStatus } from "./messages.ts";

const TEXT_CHARS_MAX = 200;

/** The fields that ListInstances and BulkOperate share. */
interface FilterFields {
  workflow: string;
  status: InstanceStatus;
  createdFrom?: Timestamp;
  createdBefore?: Timestamp;
  text: string;
}

/** @throws DegovError INVALID_ARGUMENT */
export function fromFilter({ workflow, status, createdFrom, createdBefore, text }: FilterFields): InstanceFilter {
  if (text.length > TEXT_CHARS_MAX) {
    const message = `text has ${text.length} characters, and at most ${TEXT_CHARS_MAX} are allowed`;
    throw new DegovError("INVALID_ARGUMENT", message);
  }
  return {
    ...(workflow === "" ? {} : { workflow: requireId(workflow, "workflow") }),
    status: fromStatus(status),
    ...(createdFrom === undefined ? {} : { fromMs: timestampMs(createdFrom) }),
    ...(createdBefore === undefined ? {} : { beforeMs: timestampMs(createdBefore) }),
    text,
  };
}

export function isListCursor(value: unknown): value is ListCursor {
  return isJsonObject(value) && typeof value.createdAtMs === "number" && typeof value.instanceId === "string";
}
