import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import type { JsonValue } from "../json.ts";
import { evaluate, type ExpressionScope, Meter, parseExpression } from "./cel.ts";

const SCOPE: ExpressionScope = {
  context: {
    amount: 42,
    price: 42.5,
    name: "Ada",
    none: null,
    tags: ["a", "b"],
    items: [{ price: 5, count: 2 }, { price: 7, count: 1 }],
    order: { id: "o1", total: 10 },
    due: "2026-01-31T12:00:00Z",
  },
  input: { value: 7 },
  event: { name: "approve", data: { by: "bob" } },
};

function value(text: string, scope = SCOPE): JsonValue {
  const parsed = parseExpression(text);
  assert.ok(parsed.ok, `${text}: ${parsed.ok ? "" : parsed.problem.message}`);
  const result = evaluate(parsed.expression, scope);
  assert.ok(result.ok, `${text}: ${result.ok ? "" : result.message}`);
  return result.value;
}

function failure(text: string, scope = SCOPE): string {
  const parsed = parseExpression(text);
  assert.ok(parsed.ok, `${text}: ${parsed.ok ? "" : parsed.problem.message}`);
  const result = evaluate(parsed.expression, scope);
  assert.ok(!result.ok, `${text} gives ${JSON.stringify(result)}`);
  return result.message;
}

function refusal(text: string): string {
  const parsed = parseExpression(text);
  assert.ok(!parsed.ok, `${text} is accepted`);
  return `${parsed.problem.line}:${parsed.problem.column} ${parsed.problem.message}`;
}

const VALUES: [text: string, value: JsonValue][] = [
  // Numbers from JSON and numbers in the text mix.
  ["context.amount * 2 < 1000", true],
  ["context.price * 2 < 1000", true],
  ["context.price * 2", 85],
  ["2 * context.amount - 1", 83],
  ["context.amount == 42", true],
  ["42 == context.amount", true],
  ["context.amount != 42.0", false],
  ["context.amount >= 42 && context.amount <= 42.0", true],
  ["context.amount % 2 == 0", true],
  ["input.value / 2", 3.5],
  ["7 / 2", 3],
  ["-7 / 2", -3],
  ["7 % 3", 1],
  ["7.0 / 2", 3.5],
  ["-context.amount", -42],
  ["int(context.price)", 42],
  ["int('12') + 1", 13],
  ["double('1.5') * 2", 3],
  ["string(context.amount) + '!'", "42!"],
  ["string(1.5)", "1.5"],
  ["bool('true')", true],
  ["9007199254740991", 9007199254740991],
  ["-9223372036854775808 < 0", true],
  ["1 in [1.0, 2.0]", true],
  ["context.amount in [41, 42]", true],
  ["[1, 2.0] == [1.0, 2]", true],
  ["{'a': 1} == {'a': 1.0}", true],
  // Members and items.
  ["context.items[0].price", 5],
  ["context.items[context.items[1].count].price", 7],
  ["context['order'].id", "o1"],
  ["context.order", { id: "o1", total: 10 }],
  ["has(context.order.id)", true],
  ["has(context.order.missing)", false],
  ["has(context.missing) && context.missing > 1", false],
  ["'id' in context.order", true],
  ["'toString' in context.order", false],
  ["context.none == null", true],
  ["event.data.by + '/' + event.name", "bob/approve"],
  // Text.
  ["size('añ😀')", 3],
  ["context.name.startsWith('A') && context.name.endsWith('a') && context.name.contains('d')", true],
  ["context.name.size() + size(context.tags) + size(context.order)", 7],
  ["'a-b'.split('-')", ["a", "b"]],
  ["context.tags.join(', ')", "a, b"],
  ["context.name.upperAscii() + context.name.lowerAscii()", "ADAada"],
  ["' x '.trim()", "x"],
  ["'hello'.substring(1, 3) + 'hello'.substring(4)", "elo"],
  ["'hello'.indexOf('l')", 2],
  ["'12345'.matches('^[0-9]{5}$')", true],
  ["context.name.matches('^B')", false],
  ["'a' < 'b'", true],
  // Logic; an error is absorbed where the other side decides.
  ["context.missing > 1 || true", true],
  ["false && context.missing > 1", false],
  ["context.missing > 1 && false", false],
  ["!(1 > 2) ? 'yes' : 'no'", "yes"],
  // Loops.
  ["context.items.all(item, item.price > 1)", true],
  ["context.items.exists(item, item.price > 6)", true],
  ["context.items.exists_one(item, item.price > 1)", false],
  ["context.items.filter(item, item.price > 6).map(item, item.count)", [1]],
  ["context.items.map(item, item.count > 1, item.price * item.count)", [10]],
  ["context.order.map(key, key)", ["id", "total"]],
  ["[1, 2].map(x, [10, 20].map(y, x * y + context.amount))", [[52, 62], [62, 82]]],
  ["[1, 2].map(x, [x].map(x, x * 10))", [[10], [20]]],
  ["[1, 2].map(x, [3].all(y, y > x)).all(x, x)", true],
  ["[].all(x, false)", true],
  ["['x', 1].exists(x, x > 0)", true],
  // Time, in UTC.
  ["timestamp(context.due) > timestamp('2026-01-31T11:00:00Z')", true],
  ["timestamp(context.due) + duration('36h')", "2026-02-02T00:00:00.000Z"],
  ["timestamp(context.due) - timestamp('2026-01-31T11:59:30Z') == duration('30s')", true],
  ["timestamp(context.due).getDayOfWeek()", 6],
  ["timestamp(context.due).getMonth()", 0],
  ["duration('1h30m').getMinutes()", 90],
  ["duration('1.5s')", "1.5s"],
  ["string(duration('2m'))", "120s"],
  // Literals become JSON.
  ["[1, 'a', null, true, 1.5, {'b': []}]", [1, "a", null, true, 1.5, { b: [] }]],
  ["{'k' + 'ey': context.amount}", { key: 42 }],
  ["context.items // all of them\n", [{ price: 5, count: 2 }, { price: 7, count: 1 }]],
];

for (const [text, expected] of VALUES) {
  Deno.test(`evaluate() gives ${JSON.stringify(expected)} for ${text.trim()}`, () => {
    assert.deepEqual(value(text), expected);
  });
}

const FAILURES: [text: string, message: RegExp][] = [
  ["context.missing", /^no such key: context\.missing$/],
  ["context.order.missing.deeper", /^no such key: context\.order\.missing$/],
  ["context.order['x']", /^no such key: context\.order\['x'\]$/],
  ["context.amount.x", /^no such key: context\.amount\.x: context\.amount is a double$/],
  ["context.toString", /^no such key: context\.toString$/],
  ["context.constructor", /^no such key/],
  ["context.__proto__", /^no such key/],
  ["has(context.missing.deeper)", /^no such key: context\.missing$/],
  ["context.items[2]", /^no such index: context\.items\[2\]: 2 is outside a list of 2$/],
  ["context.items[-1]", /outside a list of 2/],
  ["context.items[0.5]", /a list's index is a whole number, not 0.5/],
  ["context.items['a']", /a list's index is a whole number, not a string/],
  ["context.name + 1", /^cannot apply "\+" to a string and an int in context\.name \+ 1$/],
  ["context.name > 1", /cannot apply ">" to a string and an int/],
  ["context.name && true", /"&&" takes a bool, but context\.name is a string/],
  ["!context.amount", /"!" takes a bool/],
  ["-context.name", /"-" takes a number/],
  ["context.amount ? 1 : 2", /"\?" takes a bool, but context\.amount is a double/],
  ["context.amount / 0", /division by zero/],
  ["1 % 0", /division by zero/],
  ["context.price % 2", /"%" takes whole numbers, not 42.5 and 2/],
  ["9223372036854775807 + 1", /integer overflow/],
  ["9007199254740993", /beyond 2\^53/],
  ["1e308 * 10.0", /no JSON number/],
  ["size(context.amount)", /size\(\) takes a string or a list or a map, but context\.amount is a double/],
  ["int('4.5')", /int\(\) cannot convert "4.5"/],
  ["double('x')", /double\(\) cannot convert "x"/],
  ["bool('yes')", /bool\(\) cannot convert "yes"/],
  ["timestamp('tomorrow')", /timestamp\(\) takes RFC 3339/],
  ["duration('2 days')", /duration\(\) takes hours/],
  ["context.name.matches('z') || context.amount.matches('a')", /matches\(\) takes a string/],
  ["context.amount.all(x, true)", /all\(\) loops over a list or a map, but context\.amount is a double/],
  ["context.tags.all(x, x)", /all\(\) takes a bool/],
  ["context.items.join(',')", /join\(\) takes a list of strings/],
  ["'abc'.substring(4)", /start 4 is outside the text/],
  ["{context.amount: 1}", /a map's keys are strings, not a double/],
  ["context.missing > 1 || false", /no such key: context\.missing/],
];

for (const [text, message] of FAILURES) {
  Deno.test(`evaluate() fails with ${message} for ${text}`, () => assert.match(failure(text), message));
}

const REFUSALS: [text: string, message: RegExp][] = [
  ["", /^1:1 the expression is empty/],
  ["context.amount >", /^1:17 does not parse: unexpected token: the end of the expression/],
  ["context.amount > 1 &&\n  context.", /^2:11 does not parse: expected a name, got the end/],
  ["context..x", /^1:9 does not parse/],
  ["(1 + 2", /^1:7 does not parse: expected "\)"/],
  ["'open", /^1:1 does not parse: unterminated string/],
  ["a = b", /^1:3 does not parse: unexpected character: =/],
  ["contxt.amount > 1", /^1:1 unknown name "contxt"; did you mean "context"\?; in reach here are "context"/],
  ["1 < amount", /^1:5 unknown name "amount"/],
  ["google", /^1:1 unknown name/],
  ["context.items.all(item, itm.price > 1)", /^1:25 unknown name "itm"; did you mean "item"\?/],
  ["item.all(item, true)", /^1:1 unknown name "item"/],
  ["sise(context.name)", /^1:1 unknown function "sise"; did you mean "size"\?/],
  ["context.name.startWith('A')", /unknown method "startWith"; did you mean "startsWith"\?/],
  ["context.name.startsWith('A', 'B')", /startsWith\(\) does not take so many arguments/],
  ["cel.bind(x, 1, x)", /unknown/],
  ["context.?x", /does not parse|not supported/],
  ["b'bytes'", /bytes are not supported/],
  ["1u", /unsigned numbers are not supported/],
  ["9223372036854775808", /needs more than 64 bits/],
  ["'a' + 1", /^1:1 cannot apply "\+" to a string and an int/],
  ["true && 'a'", /^1:9 "&&" takes a bool, not a string/],
  ["size(1)", /size\(\) takes a string or a list or a map/],
  ["{1: 2}", /a map's keys are strings/],
  ["'a'.x", /has no members/],
  ["has(context)", /has\(\) takes one member/],
  ["context.items.map(item)", /map\(\) takes a name|unknown method/],
  ["context.items.map(1, 2)", /invalid predicate iteration variable|takes a name/],
  ["context.name.matches(context.name)", /matches\(\) takes one literal/],
  ["context.name.matches('(a)\\\\1')", /^1:22 not a regular expression in RE2 syntax/],
  ["context.name.matches('(?=a)')", /not a regular expression in RE2 syntax/],
];

for (const [text, message] of REFUSALS) {
  Deno.test(`parseExpression() refuses ${JSON.stringify(text)} with ${message}`, () => {
    assert.match(refusal(text), message);
  });
}

Deno.test("[E1] parseExpression() and evaluate() never throw, whatever the text", () => {
  const token = fc.constantFrom(
    ..."context input event . , ( ) [ ] { } ? : ! - + * / % == != < <= > >= && || in 1 2.5 'a' true null x all map has"
      .split(" "),
    "filter",
    "size",
    "\n",
    "0x",
    "1e",
    "r'",
    '"""',
    "\\",
    "é",
  );
  const text = fc.oneof(fc.array(token, { maxLength: 30 }).map((tokens) => tokens.join(" ")), fc.string());
  fc.assert(
    fc.property(text, fc.jsonValue(), (text, context) => {
      const parsed = parseExpression(text);
      if (!parsed.ok) {
        assert.ok(parsed.problem.line! >= 1 && parsed.problem.column! >= 1);
        return;
      }
      const result = evaluate(parsed.expression, { context: context as JsonValue });
      if (result.ok) JSON.stringify(result.value);
      else assert.notEqual(result.message, "");
    }),
    { numRuns: 3_000 },
  );
});

Deno.test("[E1] parseExpression() refuses what is too long or too deep", () => {
  assert.match(refusal("1+".repeat(2_100) + "1"), /characters, at most 4096/);
  assert.match(refusal("(".repeat(2_000) + "1" + ")".repeat(2_000)), /exceeded maxDepth|nested too deeply/i);
  assert.match(refusal("[".repeat(2_000)), /exceeded maxDepth|nested too deeply/i);
  assert.equal(value("!".repeat(4_000) + "true"), true);
  assert.equal(value("1+".repeat(2_000) + "1"), 2_001);
});

Deno.test("evaluate() mixes numbers like JavaScript does", () => {
  const number = fc.oneof(fc.integer(), fc.double({ noNaN: true, min: -1e9, max: 1e9 }));
  fc.assert(fc.property(number, fc.integer({ min: -1_000_000, max: 1_000_000 }), (left, right) => {
    const scope = { context: { left } };
    assert.equal(value(`context.left < ${right}`, scope), left < right);
    assert.equal(value(`${right} >= context.left`, scope), right >= left);
    assert.equal(value(`context.left == ${right}`, scope), left === right);
    assert.equal(value(`context.left + ${right}`, scope), left + right);
    assert.equal(value(`context.left * ${right} < 1000`, scope), left * right < 1000);
  }));
});

const ROWS: ExpressionScope = {
  context: {
    rows: Array.from({ length: 5_000 }, (_, index) => index),
    text: "a".repeat(1_000_000),
    part: "b" + "a".repeat(100_000),
  },
};

const HOSTILE: string[] = [
  // Loops within loops.
  "context.rows.all(a, context.rows.all(b, context.rows.all(c, a + b + c >= 0)))",
  "context.rows.exists(a, context.rows.exists(b, a + b < 0)) || true",
  "context.rows.map(a, context.rows.map(b, [a, b])).size() > 0",
  // Doubling lists and texts.
  `[0]${".map(a, [a, a])".repeat(50)} == [0]${".map(a, [a, a])".repeat(50)}`,
  `[context.rows]${".map(a, a + a)".repeat(40)}.size() > 0`,
  `[context.text]${".map(a, a + a)".repeat(40)}.size() > 0`,
  // Searches whose cost is the product of two texts.
  "context.text.contains(context.part)",
  "context.text.indexOf(context.part) > 0",
  "context.text.matches('(a|aa)+$')",
  "context.text.matches('(.*)(.*)(.*)(.*)[^a]{900}')",
  // Large members.
  "context.rows.map(a, context.text + string(a)).size() > 0",
  "context.rows.map(a, context.text).join('').size() > 0",
  "context.text.split('').size() > 0",
];

for (const text of HOSTILE) {
  Deno.test(`[E3] evaluate() gives up on ${text.slice(0, 80)}`, () => {
    assert.match(failure(text, ROWS), /gave up after 100000 steps/);
  });
}

Deno.test("[E3] evaluate() refuses a small value that is endless as text", () => {
  assert.match(failure(`[0]${".map(a, [a, a])".repeat(50)}`), /gave up|larger than|nested deeper/);
  assert.match(failure("context.rows.map(a, context.text)", ROWS), /the result is larger than/);
});

Deno.test("[E3] evaluate() lets a million characters and thousands of items pass", () => {
  assert.equal(value("context.rows.exists(row, row == 4000)", ROWS), true);
  assert.equal(value("context.text.contains('b')", ROWS), false);
  assert.equal((value("context.text + 'x'", ROWS) as string).length, 1_000_001);
});

Deno.test("evaluate() shares one bound among evaluations that are given one meter", () => {
  const parsed = parseExpression("[1, 2, 3].all(x, x > 0)");
  assert.ok(parsed.ok);
  const meter = new Meter(1_000);
  assert.ok(evaluate(parsed.expression, SCOPE, { meter }).ok);
  const spent = meter.spent;
  assert.ok(spent > 0);
  assert.ok(evaluate(parsed.expression, SCOPE, { meter }).ok);
  assert.equal(meter.spent, spent * 2);
  const small = evaluate(parsed.expression, SCOPE, { meter: new Meter(2) });
  assert.match(small.ok ? "" : small.message, /gave up after 2 steps/);
});

Deno.test("[E2] evaluate() changes neither scope nor expression", () => {
  const before = JSON.stringify(SCOPE);
  for (const [text, expected] of VALUES) {
    value(text);
    assert.deepEqual(value(text), expected, text);
  }
  assert.equal(JSON.stringify(SCOPE), before);
});

Deno.test("[E4] parseExpression() gives the same expression again, and forgets the oldest", () => {
  const parse = (text: string) => {
    const result = parseExpression(text);
    assert.ok(result.ok);
    return result.expression;
  };
  const first = parse("context.first");
  assert.equal(parse("context.first"), first);
  for (let index = 0; index < 1_000; index++) parse(`context.other${index}`);
  assert.notEqual(parse("context.first"), first);
});

Deno.test("parseExpression() tells what a value will be where it can", () => {
  const kind = (text: string) => {
    const result = parseExpression(text);
    assert.ok(result.ok);
    return result.expression.kind;
  };
  assert.equal(kind("context.a > 1"), "bool");
  assert.equal(kind("context.a"), "dyn");
  assert.equal(kind("'yes'"), "string");
  assert.equal(kind("size(context.a) + 1"), "int");
  assert.equal(kind("context.a + 1"), "dyn");
});

Deno.test("evaluate() keeps a key named __proto__ a key", () => {
  const result = value("{'__proto__': 1}") as Record<string, JsonValue>;
  assert.deepEqual(Object.keys(result), ["__proto__"]);
  assert.equal(Object.getPrototypeOf(result), Object.prototype);
});

Deno.test("parseExpression() knows the names in reach where the expression stands", () => {
  const scope = { context: { a: 1 }, input: { b: 2 }, event: null, item: { c: 3 }, index: 4 };
  const value = (text: string, reach: "event" | "item" | "input" | "end") => {
    const parsed = parseExpression(text, { reach });
    if (!parsed.ok) return parsed.problem.message;
    const result = evaluate(parsed.expression, scope);
    return result.ok ? result.value : result.message;
  };
  assert.equal(value("context.a + input.b + item.c + index", "item"), 10);
  assert.match(
    String(value("context.a + item.c", "event")),
    /unknown name "item".* in reach here are "context", "input", "event"/,
  );
  assert.equal(value("input.b", "input"), 2);
  assert.match(String(value("context.a", "input")), /unknown name "context"/);
  assert.equal(value("context.a + input.b", "end"), 3);
  assert.match(String(value("event", "end")), /unknown name "event"/);
  assert.match(String(value("item", "event")), /unknown name "item"/, "what was parsed elsewhere is not taken for it");
});
