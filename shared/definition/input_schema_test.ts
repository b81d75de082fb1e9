import assert from "node:assert/strict";
import { Ajv2020 } from "npm:ajv@8.20.0/dist/2020.js";
import fc from "npm:fast-check@4.10.2";
import type { JsonObject, JsonValue } from "../json.ts";
import { checkInput } from "./input_schema.ts";

function told(schema: JsonObject, input: JsonValue): string[] {
  const result = checkInput(schema, input);
  return result.ok ? [] : result.problems.map(({ path, message }) => `${path}: ${message}`);
}

const ORDER: JsonObject = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  required: ["amount", "items"],
  properties: {
    amount: { type: "number", exclusiveMinimum: 0, multipleOf: 0.01 },
    currency: { enum: ["EUR", "USD"] },
    items: { type: "array", minItems: 1, uniqueItems: true, items: { $ref: "#/$defs/item" } },
    email: { type: "string", pattern: "^[^@]+@[^@]+$", maxLength: 20 },
    address: { anyOf: [{ type: "string" }, { type: "object", required: ["street"] }] },
  },
  additionalProperties: false,
  if: { properties: { currency: { const: "USD" } }, required: ["currency"] },
  then: { required: ["email"] },
  $defs: {
    item: {
      type: "object",
      required: ["sku"],
      properties: { sku: { type: "string", minLength: 2 }, parts: { type: "array", items: { $ref: "#/$defs/item" } } },
    },
  },
};

Deno.test("checkInput() accepts what fits", () => {
  assert.deepEqual(checkInput(ORDER, { amount: 19.99, items: [{ sku: "ab", parts: [{ sku: "cd" }] }] }), { ok: true });
  assert.deepEqual(checkInput(ORDER, { amount: 1, currency: "USD", email: "a@b", items: [{ sku: "ab" }] }), {
    ok: true,
  });
});

Deno.test("checkInput() tells each problem with its path and what was expected", () => {
  const input: JsonObject = {
    amount: 0,
    currency: "GBP",
    items: [{ sku: "a" }, { sku: "a" }, { parts: [{ sku: 5 }] }],
    email: "nobody",
    address: {},
    extra: 1,
  };
  assert.deepEqual(told(ORDER, input), [
    "amount: must be more than 0, not 0",
    'currency: must be one of "EUR", "USD", not "GBP"',
    "items[1]: must differ from the item at 0",
    "items[0].sku: must have at least 2 characters, not 1",
    "items[1].sku: must have at least 2 characters, not 1",
    'items[2]: needs the key "sku"',
    "items[2].parts[0].sku: must be a string, not 5",
    'email: must match the pattern ^[^@]+@[^@]+$, not "nobody"',
    'address: fits none of 2 alternatives: must be a string, not an object; or needs the key "street"',
    "extra: is not a key that is known here",
  ]);
  assert.deepEqual(told(ORDER, []), [": must be an object, not an array"]);
  assert.deepEqual(told(ORDER, { currency: "USD", amount: 1.001, items: [] }), [
    "amount: must be a multiple of 0.01, not 1.001",
    "items: must have at least 1 item, not 0",
    ': needs the key "email"',
  ]);
});

const REFUSED: [schema: JsonObject, problem: RegExp][] = [
  [{ type: "strin" }, /^type: must be one or more of null/],
  [{ type: [] }, /^type: must be one or more of/],
  [{ minLength: -1 }, /^minLength: must be a whole number/],
  [{ minimum: "1" }, /^minimum: must be a number/],
  [{ multipleOf: 0 }, /^multipleOf: must be a number above 0/],
  [{ enum: [] }, /^enum: must be a list of values/],
  [{ required: "a" }, /^required: must be a list of keys/],
  [{ properties: { a: 5 } }, /^properties\.a: must be a schema: an object, true or false/],
  [{ properties: [] }, /^properties: must be an object of schemas/],
  [{ items: [{}] }, /^items: must be a schema; a list of schemas is now "prefixItems"/],
  [{ allOf: [] }, /^allOf: must be a list of schemas/],
  [{ pattern: "(" }, /^pattern: not a regular expression in RE2 syntax/],
  [{ pattern: "(?=a)" }, /no lookaround/],
  [{ patternProperties: { "(a)\\1": {} } }, /^patternProperties\["\(a\)\\\\1"\]: not a regular expression/],
  [
    { pattern: "((a{30}){30}){30}" },
    /not a regular expression in RE2 syntax.*: (invalid repeat count|its repetitions)/,
  ],
  [{ $ref: "https://example.org/schema.json" }, /nothing is fetched/],
  [{ $ref: "#/$defs/nope" }, /^\$ref: there is nothing at "#\/\$defs\/nope" in the schema/],
  [{ $ref: "#" }, /leads back to itself for the same value, without end/],
  [{ allOf: [{ $ref: "#/$defs/a" }], $defs: { a: { not: { $ref: "#/$defs/a" } } } }, /leads back to itself/],
  [
    { propertees: {} },
    /^propertees: "propertees" is no keyword of JSON Schema that is taken here; did you mean "properties"/,
  ],
  [{ unevaluatedProperties: false }, /use "additionalProperties"/],
  [{ $defs: { a: { type: 5 } } }, /^\$defs\.a\.type: must be one or more of/],
];

for (const [schema, problem] of REFUSED) {
  Deno.test(`[J3] checkInput() refuses the schema ${JSON.stringify(schema)}`, () => {
    assert.match(told(schema, {}).join("\n"), problem);
  });
}

/** References that double at each of many levels: 2^levels checks of one value. */
function doubling(levels: number): JsonObject {
  const $defs: JsonObject = { l0: { type: "object" } };
  for (let level = 1; level <= levels; level++) {
    const below = { $ref: `#/$defs/l${level - 1}` };
    $defs[`l${level}`] = { allOf: [below, below] };
  }
  return { $ref: `#/$defs/l${levels}`, $defs };
}

const nested = (depth: number): JsonValue => {
  let value: JsonValue = {};
  for (let level = 0; level < depth; level++) value = { a: value };
  return value;
};

const COSTLY: [what: string, schema: JsonObject, input: JsonValue][] = [
  ["references that double", doubling(60), {}],
  ["recursion that doubles with each level of the input", {
    allOf: [{ properties: { a: { $ref: "#" } } }, { properties: { a: { $ref: "#" } } }],
  }, nested(60)],
  ["a pattern over a long text", { pattern: "(.*)(.*)(.*)(.*)[^a]{400}x" }, "b".repeat(1_000_000)],
  ["many patterns for many keys", {
    patternProperties: Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`(a|b)*${index}$`, {}])),
  }, Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`ab${index}`, 1]))],
];

for (const [what, schema, input] of COSTLY) {
  Deno.test(`[J1] checkInput() gives up on ${what}`, () => {
    assert.match(
      told(schema, input).join("\n"),
      /^: the schema is too costly for this input: gave up after 2000000 steps/,
    );
  });
}

Deno.test("[J1] checkInput() is linear where others are quadratic, and takes the largest inputs", () => {
  const numbers = Array.from({ length: 100_000 }, (_, index) => index);
  const objects = numbers.slice(0, 20_000).map((id) => ({ id }));
  assert.deepEqual(told({ items: { type: "integer", minimum: 0 }, uniqueItems: true }, numbers), []);
  assert.deepEqual(told({ uniqueItems: true }, objects), []);
  assert.deepEqual(told({ uniqueItems: true }, [...objects, { id: 7 }]), ["[20000]: must differ from the item at 7"]);
  assert.deepEqual(told({ pattern: "(a+)+$" }, "a".repeat(100_000) + "b"), [
    `: must match the pattern (a+)+$, not "${"a".repeat(60)}..."`,
  ]);
});

Deno.test("checkInput() tells some problems of many, not all", () => {
  assert.equal(told({ items: { type: "string" } }, Array.from({ length: 1_000 }, () => 1)).length, 20);
});

const input: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom<JsonValue>(null, true, false, 0, 1, 2, 2.5, 3, -1, "", "a", "ab", "b1", "äöü😀"),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom("a", "b", "c", "d"), tie("value"), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

/** Schemas of every keyword that is taken, over few names and small numbers, so that they meet the inputs. */
const schema = fc.letrec<{ schema: JsonValue; part: JsonObject }>((tie) => {
  const keyword = <K extends string>(name: K, value: fc.Arbitrary<unknown>) =>
    value.map((value) => ({ [name]: value as JsonValue }));
  const sub = tie("schema");
  const small = fc.nat(3);
  const keys = fc.uniqueArray(fc.constantFrom("a", "b", "c"), { maxLength: 2 });
  const subs = fc.array(sub, { minLength: 1, maxLength: 3 });
  const byKey = fc.dictionary(fc.constantFrom("a", "b", "c"), sub, { maxKeys: 2, noNullPrototype: true });
  const types = fc.constantFrom("null", "boolean", "integer", "number", "string", "array", "object");
  return {
    schema: fc.oneof({ depthSize: "small", withCrossShrink: true }, fc.boolean(), tie("part")),
    part: fc.array(
      fc.oneof(
        { depthSize: "small" },
        keyword("type", fc.oneof(types, fc.uniqueArray(types, { minLength: 1, maxLength: 2 }))),
        keyword("enum", fc.array(input, { minLength: 1, maxLength: 3 })),
        keyword("const", input),
        keyword("minimum", small),
        keyword("maximum", small),
        keyword("exclusiveMinimum", small),
        keyword("exclusiveMaximum", small),
        keyword("multipleOf", fc.constantFrom(1, 2, 0.5)),
        keyword("minLength", small),
        keyword("maxLength", small),
        keyword("pattern", fc.constantFrom("^a", "b$", "[ab]{2}", "\\d")),
        keyword("minItems", small),
        keyword("maxItems", small),
        keyword("uniqueItems", fc.boolean()),
        keyword("minProperties", small),
        keyword("maxProperties", small),
        keyword("required", keys),
        keyword("dependentRequired", fc.dictionary(fc.constantFrom("a", "b"), keys, { noNullPrototype: true })),
        keyword("properties", byKey),
        keyword("patternProperties", fc.dictionary(fc.constantFrom("^a", "b|c"), sub, { noNullPrototype: true })),
        keyword("additionalProperties", sub),
        keyword("propertyNames", sub),
        keyword("dependentSchemas", byKey),
        keyword("items", sub),
        keyword("prefixItems", subs),
        keyword("contains", sub),
        keyword("minContains", small),
        keyword("maxContains", small),
        keyword("allOf", subs),
        keyword("anyOf", subs),
        keyword("oneOf", subs),
        keyword("not", sub),
        keyword("if", sub),
        keyword("then", sub),
        keyword("else", sub),
        keyword("$ref", fc.constantFrom("#/$defs/one", "#/$defs/two")),
      ),
      { minLength: 1, maxLength: 4 },
    ).map((keywords) => {
      const { contains, ...others } = Object.assign({}, ...keywords) as JsonObject;
      // Beside prefixItems, ajv 8.20.0 takes an empty list to contain anything.
      return contains === undefined || "prefixItems" in others ? others : { ...others, contains };
    }),
  };
}).schema;

Deno.test("checkInput() says of random schemas and inputs what a library says", () => {
  fc.assert(
    fc.property(schema, schema, schema, input, (root, one, two, value) => {
      // The wrapper keeps a reference at the root from leading nowhere.
      const whole: JsonObject = { allOf: [root], $defs: { one: withoutReferences(one), two: withoutReferences(two) } };
      const ours = checkInput(whole, value);
      const ajv = new Ajv2020({ strict: false, validateSchema: false, validateFormats: false });
      const theirs = ajv.validate(whole, value);
      assert.equal(ours.ok, theirs, JSON.stringify({ ours, theirs: ajv.errors }, null, 1));
    }),
    { numRuns: 1_000 },
  );
});

/** References only lead from the root to the definitions, so that none goes round. */
function withoutReferences(schema: JsonValue): JsonValue {
  return JSON.parse(JSON.stringify(schema, (key, value) => key === "$ref" ? undefined : value));
}

Deno.test("checkInput() compiles and counts the same pattern once", () => {
  const properties = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`p${index}`, { pattern: "^a+$" }]));
  assert.deepEqual(told({ properties }, { p7: "aa", p499: "b" }), ['p499: must match the pattern ^a+$, not "b"']);
});
