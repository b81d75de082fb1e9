import assert from "node:assert/strict";
import type { SqliteWriter } from "./sqlite_writer.ts";
import { WalCarrier } from "./wal_carrier.ts";

/** A writer that notes its checkpoints and ends each when the test says so. */
function slowWriter() {
  const gates: PromiseWithResolvers<void>[] = [];
  const writer: SqliteWriter = {
    write: () => Promise.resolve(0),
    checkpoint: () => {
      const gate = Promise.withResolvers<void>();
      gates.push(gate);
      return gate.promise;
    },
    close: () => Promise.resolve(),
  };
  return { writer, gates };
}

Deno.test("WalCarrier leaves to the writer what came while it carried over the rest", async () => {
  const own = slowWriter();
  const beside = slowWriter();
  const carrier = new WalCarrier(own.writer, () => Promise.resolve(beside.writer));
  assert.equal(carrier.leftBytes(1_000), 1_000);
  carrier.begin(1_000);
  assert.equal(carrier.isBusy, true);
  await Promise.resolve().then(() => {});
  assert.equal(own.gates.length, 0);
  beside.gates[0].resolve();
  await carrier.settled();
  assert.equal(carrier.isBusy, false);
  assert.equal(carrier.leftBytes(1_100), 100);
  const finished = carrier.finish();
  own.gates[0].resolve();
  await finished;
  assert.equal(carrier.leftBytes(50), 50); // The log has started anew.
  await carrier.close();
});

Deno.test("WalCarrier without a thread leaves all of it to the writer", () => {
  assert.equal(new WalCarrier(slowWriter().writer).leftBytes(1_000), 0);
});

Deno.test("[Q3] WalCarrier tells the next call of a failure beside the writer", async () => {
  for (const reject of ["open", "checkpoint"]) {
    const beside = slowWriter();
    const full = new Error("disk full");
    const carrier = new WalCarrier(
      slowWriter().writer,
      () => reject === "open" ? Promise.reject(full) : Promise.resolve(beside.writer),
    );
    carrier.begin(1_000);
    await Promise.resolve().then(() => {});
    beside.gates[0]?.reject(full);
    await assert.rejects(carrier.settled(), full);
    await assert.rejects(carrier.finish(), full);
    assert.throws(() => carrier.begin(1_000), full);
    await carrier.close();
  }
});
