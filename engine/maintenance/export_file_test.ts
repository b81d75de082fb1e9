import { equal, rejects } from "node:assert/strict";
import { join } from "node:path";
import { appendTo } from "./export_file.ts";

Deno.test("appendTo() keeps batches whole and in order, and a failure to itself", async () => {
  const folder = await Deno.makeTempDir({ prefix: "degov-export-" });
  try {
    const path = join(folder, "expired.jsonl");
    const append = appendTo(path);
    await Promise.all([append(["a", "b"]), append(["c"]), append([])]);
    await append(["d"]);
    equal(await Deno.readTextFile(path), "a\nb\nc\nd\n");
    const lost = appendTo(join(folder, "nowhere", "expired.jsonl"));
    await rejects(lost(["a"]));
    await rejects(lost(["a"]));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
