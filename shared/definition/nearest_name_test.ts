import assert from "node:assert/strict";
import { nearestName } from "./nearest_name.ts";

Deno.test("nearestName() suggests what is a slip away, and nothing else", () => {
  const known = ["approve", "reject", "review", "timeout"];
  const cases: [name: string, nearest: string | undefined][] = [
    ["aprove", "approve"],
    ["approev", "approve"],
    ["Approve", "approve"],
    ["rejected", "reject"],
    ["reviw", "review"],
    ["timeot", "timeout"],
    ["cancel", undefined],
    ["x", undefined],
    ["", undefined],
    ["a".repeat(1_000), undefined],
  ];
  for (const [name, nearest] of cases) {
    assert.equal(nearestName(name, known), nearest === undefined ? "" : `; did you mean "${nearest}"?`, name);
  }
});
