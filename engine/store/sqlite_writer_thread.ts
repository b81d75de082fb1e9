/// <reference lib="deno.worker" />
/** Entry point of the writer's thread: it waits for orders, carries each out, and answers in their order. */

import { SqliteBatchWriter } from "./sqlite_batch_writer.ts";
import type { WriterAnswer, WriterOrder } from "./sqlite_writer.ts";

let writer: SqliteBatchWriter | undefined;

self.onmessage = (event: MessageEvent<WriterOrder>) => {
  let answer: WriterAnswer;
  try {
    answer = { walBytes: carryOut(event.data) };
  } catch (error) {
    answer = { failure: error instanceof Error ? error.message : String(error) };
  }
  self.postMessage(answer);
};

function carryOut(order: WriterOrder): number {
  if (order.kind === "open") writer = new SqliteBatchWriter(order.path, order.durability);
  else if (order.kind === "write") return writer!.write(order.batch);
  else if (order.kind === "checkpoint") writer!.checkpoint();
  else writer?.close();
  return 0;
}
