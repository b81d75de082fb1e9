/** Whether there is room in the context for what is to be written. */

import type { JsonObject } from "../../shared/json.ts";
import { CONTEXT_BYTES_MAX } from "../../shared/limits.ts";
import { Fault } from "./fault.ts";
import type { Instance } from "./instance.ts";
import { describeSize, memberBytes } from "./json_bytes.ts";

/** Whether a member of so many bytes fits into the context, in place of the one of its key. */
export function checkMember(instance: Instance, key: string, bytes: number): Fault | undefined {
  const { context, contextBytes } = instance;
  const fault = describeSize(`the value of "${key}"`, bytes, CONTEXT_BYTES_MAX);
  if (fault !== undefined || contextBytes + bytes + 1 <= CONTEXT_BYTES_MAX) return fault;
  const old = Object.hasOwn(context, key) ? memberBytes(key, context[key], Number.MAX_SAFE_INTEGER) : 0;
  // A context beyond its bound may still shrink.
  if (bytes <= old || contextBytes + bytes - old + 1 <= CONTEXT_BYTES_MAX) return undefined;
  return new Fault("limit", `with "${key}" the context would exceed its ${CONTEXT_BYTES_MAX} bytes`);
}

/** Whether all members fit together; a part of an output is never written without the rest. */
export function checkMerge(
  instance: Instance,
  members: JsonObject,
  sizes: readonly number[],
): Fault | undefined {
  const { context, contextBytes } = instance;
  let bytes = contextBytes;
  for (const [index, key] of Object.keys(members).entries()) {
    const fault = describeSize(`the value of "${key}"`, sizes[index], CONTEXT_BYTES_MAX);
    if (fault !== undefined) return fault;
    const isNew = !Object.hasOwn(context, key);
    bytes += sizes[index] + (isNew ? 1 : -memberBytes(key, context[key], Number.MAX_SAFE_INTEGER));
  }
  if (bytes <= CONTEXT_BYTES_MAX || bytes <= contextBytes) return undefined;
  return new Fault("limit", `with its members the context would exceed its ${CONTEXT_BYTES_MAX} bytes`);
}
