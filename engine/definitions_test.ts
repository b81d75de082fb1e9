import { deepEqual, equal } from "node:assert/strict";
import { EngineFixture } from "../tests/fixture/engine_fixture.ts";
import { DegovClient } from "../shared/client/client.ts";
import { WRITTEN_SOURCE_BYTES_MAX } from "../shared/limits.ts";
import { inMemoryTransport } from "./rpc/in_memory.ts";

Deno.test("the text that was registered is kept, the last that gave the same content", async () => {
  const fixture = await EngineFixture.open();
  try {
    const client = new DegovClient({ transport: inMemoryTransport(fixture.engine, { onInternalError: () => {} }) });
    const written = async () => (await client.workflow("w")).written;
    await client.register({ name: "w", initial: "a", states: { a: { final: true } } });
    equal(await written(), undefined, "it was no text");
    const text = "# mine\nname: w\ninitial: a\nstates:\n  a: { final: true }\n";
    equal((await client.register({ text })).created, false);
    deepEqual(await written(), { text, format: "yaml" });
    const json = JSON.stringify({ states: { a: { final: true } }, initial: "a", name: "w" });
    await client.register({ text: json });
    deepEqual(await written(), { text: json, format: "json" });
    await client.register({ text: `${text}# ${"x".repeat(WRITTEN_SOURCE_BYTES_MAX)}\n` });
    deepEqual(await written(), { text: json, format: "json" }, "too long to be kept");
    const { version } = await client.register({ text: text.replace("final: true", "final: failed") });
    deepEqual([version, (await client.workflow("w", 1)).written?.text], [2, json]);
    const listed = await Array.fromAsync(client.workflows());
    deepEqual(listed.map((workflow) => [workflow.version, workflow.written]), [[2, undefined]]);
  } finally {
    await fixture.close();
  }
});
