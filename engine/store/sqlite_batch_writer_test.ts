import assert from "node:assert/strict";
import { CommitWindow } from "./commit_window.ts";
import { SqliteBatchWriter } from "./sqlite_batch_writer.ts";
import { openSqliteFile, VERSIONS_RESERVED } from "./sqlite_file.ts";
import { encodeBatch } from "./write_batch.ts";

Deno.test("[F2] SqliteBatchWriter sets more versions aside before those that are set aside have been used", async () => {
  const directory = await Deno.makeTempDir({ prefix: "degov_store_" });
  const path = `${directory}/store.db`;
  const file = openSqliteFile(path);
  const used = file.version + VERSIONS_RESERVED - 5;
  const window = new CommitWindow(file.version);
  window.append(used, [], [{ text: "01", key: Uint8Array.of(1), value: Uint8Array.of(1) }]);
  const writer = new SqliteBatchWriter(path, "os");
  writer.write(encodeBatch(window.commitsAfter(file.version)));
  writer.close();
  file.release();
  const next = openSqliteFile(path);
  assert.ok(next.version > used, `${next.version} after ${used}`);
  next.release();
  await Deno.remove(directory, { recursive: true });
});

Deno.test("[F1] SqliteBatchWriter writes nothing more after a failure", async () => {
  const directory = await Deno.makeTempDir({ prefix: "degov_store_" });
  const path = `${directory}/store.db`;
  const file = openSqliteFile(path);
  const writer = new SqliteBatchWriter(path, "os");
  const window = new CommitWindow(0);
  window.append(1, [], [{ text: "01", key: Uint8Array.of(1), value: Uint8Array.of(1) }]);
  const batch = encodeBatch(window.commitsAfter(0));
  const cutOff = batch.slice(0, 20);
  new DataView(cutOff).setUint32(8, 5, true);
  assert.throws(() => writer.write(cutOff));
  assert.throws(() => writer.write(batch), /an earlier write failed/);
  writer.close();
  file.release();
  await Deno.remove(directory, { recursive: true });
});
