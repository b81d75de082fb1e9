import { equal } from "node:assert/strict";
import { LongCall } from "./long_call.ts";

function ended(call: LongCall): Promise<void> {
  return new Promise((resolve) => {
    if (call.signal.aborted) resolve();
    else call.signal.addEventListener("abort", () => resolve());
  });
}

/** A caller whose signal may not be asked for yet. */
const unwatched = {
  get signal(): AbortSignal {
    throw new Error("The caller is not watched in so short a call");
  },
};
const open = new AbortController().signal;

Deno.test("LongCall ends when its time is over, without ever watching a caller of a short one", async () => {
  const call = new LongCall({ waitMs: 1, closing: open, call: unwatched });
  await ended(call);
  call.release();
});

Deno.test("LongCall ends when the engine stops, before or during the wait", async () => {
  const closing = new AbortController();
  const during = new LongCall({ waitMs: 60_000, closing: closing.signal, call: unwatched });
  closing.abort();
  await ended(during);
  during.release();
  const after = new LongCall({ waitMs: 60_000, closing: closing.signal, call: unwatched });
  equal(after.signal.aborted, true);
  after.release();
});

Deno.test("LongCall ends when its caller hangs up, or had hung up before it was watched", async () => {
  for (const isEarly of [true, false]) {
    const caller = new AbortController();
    const asked = Promise.withResolvers<void>();
    if (isEarly) caller.abort();
    const call = new LongCall({
      waitMs: 60_000,
      closing: open,
      call: {
        get signal() {
          asked.resolve();
          return caller.signal;
        },
      },
    });
    await asked.promise;
    caller.abort();
    await ended(call);
    call.release();
  }
});

Deno.test("LongCall that was released is not ended by anything", () => {
  const closing = new AbortController();
  const call = new LongCall({ waitMs: 60_000, closing: closing.signal, call: unwatched });
  call.release();
  closing.abort();
  equal(call.signal.aborted, false);
});
