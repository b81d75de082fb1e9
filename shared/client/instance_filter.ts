/** Which instances a list or a bulk operation is for. */

import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { type InstanceStatusName, toStatusMessage } from "./views.ts";

/** Which instances. All given conditions must hold. */
export interface InstanceFilter {
  workflow?: string;
  status?: InstanceStatusName;
  /** Created at or after, before: milliseconds since the epoch. */
  fromMs?: number;
  beforeMs?: number;
  /** Stands anywhere in the instance, in any case: id, state, failure, input or context, as JSON text. */
  text?: string;
}

/** The fields of a request. */
export function toFilterFields({ workflow = "", status, fromMs, beforeMs, text = "" }: InstanceFilter) {
  return {
    workflow,
    status: toStatusMessage(status),
    ...(fromMs === undefined ? {} : { createdFrom: timestampFromMs(fromMs) }),
    ...(beforeMs === undefined ? {} : { createdBefore: timestampFromMs(beforeMs) }),
    text,
  };
}
