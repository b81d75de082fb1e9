import assert from "node:assert/strict";
import { Suspects } from "./suspects.ts";

Deno.test("Suspects get a quarter of one slot's time while others wait", () => {
  const suspects = new Suspects(4);
  assert(suspects.mayStart(0, true));
  suspects.noteStart();
  assert(!suspects.mayStart(0, true), "one at a time");
  suspects.noteEnd(100, { durationMs: 100, wasKilled: false });
  assert(!suspects.mayStart(399, true));
  assert(suspects.mayStart(400, true));
  suspects.noteStart();
  suspects.noteEnd(500, { durationMs: 100, wasKilled: true });
  assert(!suspects.mayStart(800, true), "a new process counts");
});

Deno.test("Suspects get all slots but one when nobody waits, and the only one there is", () => {
  for (const [slots, most] of [[1, 1], [2, 1], [4, 3]]) {
    const suspects = new Suspects(slots);
    for (let i = 0; i < most; i++) {
      assert(suspects.mayStart(0, false));
      suspects.noteStart();
    }
    assert(!suspects.mayStart(0, false));
    suspects.noteEnd(100, { durationMs: 100, wasKilled: true });
    assert(suspects.mayStart(100, false), "its share does not count then");
  }
});

Deno.test("Suspects are those that were killed, until they complete", () => {
  const suspects = new Suspects(1);
  assert(!suspects.has("a"));
  suspects.noteKilled("a");
  assert(suspects.has("a") && !suspects.has("b"));
  suspects.noteCompleted("a");
  assert(!suspects.has("a"));
});
