/** Our evaluation against the library's own, where both are defined: on expressions without data from outside. */

import assert from "node:assert/strict";
import { evaluate as evaluateByLibrary } from "@marcbachmann/cel-js";
import fc from "npm:fast-check@4.10.2";
import { evaluate, parseExpression } from "./cel.ts";

interface Typed {
  int: string;
  bool: string;
  text: string;
  ints: string;
  texts: string;
}

const binary = (operators: string[], operand: fc.Arbitrary<string>) =>
  fc.tuple(operand, fc.constantFrom(...operators), operand).map(([left, operator, right]) =>
    `(${left} ${operator} ${right})`
  );

/** Becomes the item of the innermost loop around it; outside of loops it is a number. */
const ITEM = "10001";

/** Texts of expressions by type. */
const expressions = fc.letrec<Typed>((tie) => {
  const [int, bool, text, ints, texts] = (["int", "bool", "text", "ints", "texts"] as const)
    .map((type) => tie(type) as fc.Arbitrary<string>);
  const ternary = (type: fc.Arbitrary<string>) =>
    fc.tuple(bool, type, type).map(([condition, yes, no]) => `(${condition} ? ${yes} : ${no})`);
  const call = (receiver: fc.Arbitrary<string>, method: string, ...args: fc.Arbitrary<string>[]) =>
    fc.tuple(receiver, ...args).map(([receiver, ...args]) => `${receiver}.${method}(${args.join(", ")})`);
  const loop = (list: fc.Arbitrary<string>, macro: string, body: fc.Arbitrary<string>) =>
    fc.tuple(list, body).map(([list, body]) => `${list}.${macro}(x, ${body.replaceAll(ITEM, "x")})`);
  const of = { depthSize: "small", withCrossShrink: true } as const;
  return {
    int: fc.oneof(
      of,
      fc.integer({ min: -9, max: 99 }).map(String),
      fc.constant(ITEM),
      fc.constantFrom("int('12')", "int('x')", "int(-2.7)", "int(1e3)"),
      binary(["+", "-", "*", "/", "%"], int),
      ternary(int),
      fc.oneof(text, ints, texts).map((sized) => `size(${sized})`),
      call(text, "indexOf", text),
      fc.tuple(ints, int).map(([list, index]) => `${list}[${index}]`),
      int.map((int) => `(-${int})`),
    ),
    bool: fc.oneof(
      of,
      fc.constantFrom("true", "false"),
      binary(["<", "<=", ">", ">=", "==", "!="], int),
      binary(["<", "==", "!="], text),
      binary(["==", "!="], ints),
      binary(["&&", "||"], bool),
      bool.map((bool) => `!${bool}`),
      fc.tuple(int, ints).map(([int, ints]) => `(${int} in ${ints})`),
      fc.tuple(text, texts).map(([text, texts]) => `(${text} in ${texts})`),
      call(text, "contains", text),
      call(text, "startsWith", text),
      call(text, "endsWith", text),
      loop(ints, "all", bool),
      loop(ints, "exists", bool),
      loop(ints, "exists_one", bool),
    ),
    text: fc.oneof(
      of,
      fc.constantFrom("''", "'a'", "'ab'", "'b c'", "'12'", "'ä😀'", '"\\n\\u00e4"'),
      binary(["+"], text),
      ternary(text),
      int.map((int) => `string(${int})`),
      call(texts, "join", text),
      call(text, "substring", fc.constantFrom("0", "1", "2")),
      call(text, "trim"),
    ),
    ints: fc.oneof(
      of,
      fc.array(int, { minLength: 1, maxLength: 4 }).map((items) => `[${items.join(", ")}]`),
      binary(["+"], ints),
      loop(ints, "map", int),
      loop(ints, "filter", bool),
    ),
    texts: fc.oneof(
      of,
      fc.array(text, { minLength: 1, maxLength: 3 }).map((items) => `[${items.join(", ")}]`),
      call(text, "split", text),
    ),
  };
});

function byLibrary(text: string): { ok: true; value: unknown } | { ok: false; message: string } {
  try {
    const value = evaluateByLibrary(text);
    return {
      ok: true,
      value: JSON.parse(JSON.stringify(value, (_key, part) => typeof part === "bigint" ? Number(part) : part)),
    };
  } catch (error) {
    return { ok: false, message: (error as Error).message.split("\n")[0] };
  }
}

Deno.test("evaluate() gives what the library gives, and fails where it fails", () => {
  let compared = 0;
  fc.assert(
    fc.property(fc.oneof(expressions.bool, expressions.int, expressions.text, expressions.ints), (text) => {
      fc.pre(text.length < 2_000);
      const parsed = parseExpression(text);
      const theirs = byLibrary(text);
      if (!parsed.ok) {
        // What is known to fail before it is evaluated fails with them at the latest then.
        assert.equal(theirs.ok, false, `${text}\n${parsed.problem.message}\n${JSON.stringify(theirs)}`);
        return;
      }
      const ours = evaluate(parsed.expression, { context: {} });
      if (!ours.ok && /beyond 2\^53/.test(ours.message)) return;
      // The library checks types before it evaluates, more strictly than it evaluates.
      if (!theirs.ok && /overload|type/.test(theirs.message)) return;
      assert.equal(ours.ok, theirs.ok, `${text}\n${JSON.stringify({ ours, theirs })}`);
      if (ours.ok && theirs.ok) assert.deepEqual(ours.value, theirs.value, text);
      compared++;
    }),
    { numRuns: 2_000 },
  );
  assert.ok(compared > 1_000, `only ${compared} expressions were compared`);
});
