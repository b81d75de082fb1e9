import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { authorColumn } from "./source_position.ts";
import { applyEdits } from "./text_edit.ts";

Deno.test("authorColumn() leads every kept character back to where it was", () => {
  const text = fc.array(fc.constantFrom("a", "b", " ", "\n", "\r\n", "é", "😀"), { maxLength: 40 }).map((parts) =>
    parts.join("")
  );
  fc.assert(
    fc.property(
      text,
      fc.array(fc.tuple(fc.nat(60), fc.string({ minLength: 1, maxLength: 4 })), { maxLength: 6 }),
      (source, inserted) => {
        const edits = inserted.map(([at, added]) => ({
          start: Math.min(at, source.length),
          added: added.replace(/[\r\n\u2028\u2029]/g, "x"),
        }))
          .filter(({ start }) => source.slice(start - 1, start + 1) !== "\r\n")
          .map(({ start, added }) => ({ start, end: start, text: added }));
        const { text: edited, insertions } = applyEdits(source, edits);
        const addedBefore = (offset: number) =>
          edits.filter(({ start }) => start <= offset).reduce((sum, { text }) => sum + text.length, 0);
        for (let offset = 0; offset < source.length; offset++) {
          const before = place(source, offset);
          const after = place(edited, offset + addedBefore(offset));
          assert.equal(after.line, before.line);
          assert.equal(authorColumn(insertions, after.line, after.column), before.column);
        }
      },
    ),
  );
});

function place(text: string, offset: number): { line: number; column: number } {
  const lines = text.slice(0, offset).split(/\r\n|[\n\r\u2028\u2029]/);
  return { line: lines.length, column: lines.at(-1)!.length + 1 };
}

Deno.test("authorColumn() leads inserted text to the place where it was put", () => {
  const insertions = [{ line: 2, column: 5, chars: 7 }];
  assert.deepEqual([4, 5, 8, 12, 13].map((column) => authorColumn(insertions, 2, column)), [4, 5, 5, 5, 6]);
  assert.equal(authorColumn(insertions, 1, 9), 9);
  assert.equal(authorColumn(insertions, 3, 9), 9);
});
