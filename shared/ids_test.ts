import { equal, match, ok } from "node:assert/strict";
import { newInstanceId, newToken } from "./ids.ts";

Deno.test("newInstanceId() makes ids of one length that differ", () => {
  const ids = new Set(Array.from({ length: 10_000 }, () => newInstanceId(1_800_000_000_000)));
  equal(ids.size, 10_000);
  for (const id of ids) match(id, /^[0-9a-f][-\w]{21}$/);
});

Deno.test("newInstanceId() puts ids of one time side by side, in 16 places that are all used", () => {
  const early = Array.from({ length: 1_000 }, () => newInstanceId(1_800_000_000_000));
  const late = Array.from({ length: 1_000 }, () => newInstanceId(1_800_000_000_001));
  const places = new Set(early.map((id) => id[0]));
  equal(places.size, 16);
  for (const place of places) {
    const inPlace = (ids: string[]) => ids.filter((id) => id[0] === place).sort();
    ok(inPlace(early).at(-1)! < inPlace(late)[0]);
  }
});

Deno.test("newToken() has 128 bits of base64url", () => {
  match(newToken(), /^[-\w]{22}$/);
});
