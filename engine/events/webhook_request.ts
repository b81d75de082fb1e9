/** One delivery as an HTTP request, signed as Standard Webhooks (standardwebhooks.com) says. */

import { createHmac } from "node:crypto";
import { toJson } from "@bufbuild/protobuf";
import { HistoryRecordSchema } from "../../proto/gen/degov/v1/instance_pb.ts";
import { toHistoryMessage } from "../rpc/messages.ts";
import type { LoggedEvent } from "./event_log.ts";
import type { Webhook } from "./webhook_file.ts";

/** `id` is the event's cursor: the same for every attempt, so that receivers can tell repetitions. */
export function webhookRequest({ cursor, event, record }: LoggedEvent, webhook: Webhook, nowMs: number): RequestInit {
  const body = JSON.stringify({
    type: "degov.history",
    cursor,
    ...event,
    record: toJson(HistoryRecordSchema, toHistoryMessage(record)),
  });
  const timestamp = String(Math.floor(nowMs / 1_000));
  const signature = createHmac("sha256", webhook.key).update(`${cursor}.${timestamp}.${body}`).digest("base64");
  return {
    method: "POST",
    body,
    redirect: "manual",
    headers: {
      "content-type": "application/json",
      "user-agent": "degov",
      "webhook-id": cursor,
      "webhook-timestamp": timestamp,
      "webhook-signature": `v1,${signature}`,
    },
  };
}
