import assert from "node:assert/strict";
import { CodeTable } from "./code_table.ts";

const MIB = 1024 * 1024;

Deno.test("CodeTable sends code once, and again after it was forgotten", () => {
  const table = new CodeTable();
  const small = () => new Uint8Array(10);
  assert.deepEqual(table.use("a", small), { id: 1, isNew: new Uint8Array(10), forgotten: [] });
  assert.deepEqual(table.use("a", () => assert.fail("encoded again")), { id: 1, isNew: undefined, forgotten: [] });
  const forgotten: number[] = [];
  for (let i = 0; i < 300; i++) forgotten.push(...table.use(`code ${i}`, small).forgotten);
  assert.equal(forgotten[0], 1);
  assert.equal(table.use("a", small).id, 302);
});

Deno.test("CodeTable keeps what is used, within its bytes", () => {
  const table = new CodeTable();
  const large = () => new Uint8Array(6 * MIB);
  table.use("a", large);
  table.use("b", large);
  table.use("a", large);
  assert.deepEqual(table.use("c", large).forgotten, [2]);
  const huge = () => new Uint8Array(40 * MIB);
  assert.deepEqual(table.use("d", huge).forgotten, [1, 3]);
  assert.equal(table.use("d", huge).isNew, undefined);
});
