/** What the client shows of a history: the JSON form of degov.v1.HistoryEntry, with types made of the messages'. */

import type { Message } from "@bufbuild/protobuf";
import type { Timestamp, Value } from "@bufbuild/protobuf/wkt";
import type { HistoryEntry } from "../../proto/gen/degov/v1/instance_pb.ts";
import type { JsonValue } from "../json.ts";

/** As in protobuf's JSON form, what is empty, 0 or false is left out. */
type JsonForm<T> = T extends Timestamp ? string
  : T extends Value ? JsonValue
  : T extends readonly (infer Item)[] ? JsonForm<Item>[]
  : T extends Message ? { [Field in Exclude<keyof T, `$${string}`>]?: JsonForm<T[Field]> }
  : T;

type Kind = Extract<HistoryEntry["kind"], { case: string }>;

/**
 * One thing that happened. One key is there, which names the kind:
 *
 * ```ts
 * import { DegovClient } from "./client.ts";
 *
 * async function outputs(client: DegovClient, instanceId: string) {
 *   for await (const { entries } of client.history(instanceId)) {
 *     for (const { taskCompleted } of entries) {
 *       if (taskCompleted !== undefined) console.log(taskCompleted.name, taskCompleted.output);
 *     }
 *   }
 * }
 * ```
 */
export type HistoryEntryView = { [Case in Kind["case"]]?: JsonForm<Extract<Kind, { case: Case }>["value"]> };
