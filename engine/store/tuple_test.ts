import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import {
  decodeTuple,
  Double,
  encodeAroundVersionstamp,
  encodeTuple,
  prefixRange,
  strinc,
  type Tuple,
  type TupleElement,
  tupleRange,
  Versionstamp,
} from "./tuple.ts";

/** Examples of the FoundationDB tuple specification, and values that its bindings produce. */
const SPECIFIED: [Tuple, string][] = [
  [[], ""],
  [[null], "00"],
  [[new TextEncoder().encode("foo\x00bar")], "01666f6f00ff62617200"],
  [["FÔO\x00bar"], "0246c3944f00ff62617200"],
  [[0], "14"],
  [[1], "1501"],
  [[-1], "13fe"],
  [[255], "15ff"],
  [[256], "160100"],
  [[-255], "1300"],
  [[-256], "12feff"],
  [[-5551212], "11ab4b93"],
  [[9007199254740992n], "1b20000000000000"],
  [[18446744073709551615n], "1cffffffffffffffff"],
  [[-18446744073709551615n], "0c0000000000000000"],
  [[new Double(-42)], "213fbaffffffffffff"],
  [[new Double(0)], "218000000000000000"],
  [[false, true], "2627"],
  [[new Versionstamp(new Uint8Array(12).fill(7))], "33" + "07".repeat(12)],
  [["a", 1, null, "b"], "026100150100026200"],
];

Deno.test("encodeTuple() gives the bytes that FoundationDB specifies, and decodeTuple() reads them", () => {
  for (const [tuple, hex] of SPECIFIED) {
    assert.equal(encodeTuple(tuple).toHex(), hex);
    assert.deepEqual(decodeTuple(Uint8Array.fromHex(hex)), tuple);
  }
});

const element: fc.Arbitrary<TupleElement> = fc.oneof(
  fc.constant(null),
  fc.uint8Array({ maxLength: 12 }),
  fc.uint8Array({ maxLength: 4, max: 1 }),
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.string({ maxLength: 30 }),
  fc.maxSafeInteger().map((value) => value + 0),
  fc.integer({ min: -300, max: 300 }),
  fc.bigInt({ min: -(2n ** 64n) + 1n, max: 2n ** 64n - 1n }),
  fc.double({ noNaN: true }).map((value) => new Double(value)),
  fc.boolean(),
  fc.uint8Array({ minLength: 12, maxLength: 12 }).map((bytes) => new Versionstamp(bytes)),
);
const tuple = fc.array(element, { maxLength: 5 });

/** The same tuple with integers in the one form that decoding gives. */
function canonical(tuple: Tuple): Tuple {
  return tuple.map((value) => {
    if (typeof value === "bigint" && Number.isSafeInteger(Number(value))) return Number(value);
    return Object.is(value, -0) ? 0 : value;
  });
}

function rank(value: TupleElement): number {
  if (value === null) return 0;
  if (value instanceof Uint8Array) return 1;
  if (typeof value === "string") return 2;
  if (typeof value === "number" || typeof value === "bigint") return 3;
  if (value instanceof Double) return 4;
  if (typeof value === "boolean") return 5;
  return 6;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const [left, right] = [a.toHex(), b.toHex()];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The order that the specification states, computed without encoding. */
function compareElements(a: TupleElement, b: TupleElement): number {
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  if (a === null) return 0;
  if (a instanceof Uint8Array) return compareBytes(a, b as Uint8Array);
  if (typeof a === "string") return compareBytes(new TextEncoder().encode(a), new TextEncoder().encode(b as string));
  if (a instanceof Double) {
    const [x, y] = [a.value, (b as Double).value];
    if (x === 0 && y === 0) return (Object.is(x, -0) ? 0 : 1) - (Object.is(y, -0) ? 0 : 1);
    return x < y ? -1 : x > y ? 1 : 0;
  }
  if (a instanceof Versionstamp) return compareBytes(a.bytes, (b as Versionstamp).bytes);
  if (typeof a === "boolean") return Number(a) - Number(b);
  const [x, y] = [BigInt(a as number), BigInt(b as number)];
  return x < y ? -1 : x > y ? 1 : 0;
}

function compareTuples(a: Tuple, b: Tuple): number {
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const order = compareElements(a[index], b[index]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

Deno.test("[T1] the bytewise order of encodings is the order of tuples", () => {
  const near = tuple.chain((first) =>
    fc.tuple(fc.constant(first), fc.oneof(tuple, tuple.map((rest) => [...first, ...rest])))
  );
  fc.assert(
    fc.property(near, ([a, b]) => {
      assert.equal(Math.sign(compareBytes(encodeTuple(a), encodeTuple(b))), Math.sign(compareTuples(a, b)));
    }),
    { numRuns: 3_000 },
  );
});

Deno.test("[T2] decodeTuple() gives back what encodeTuple() was given", () => {
  fc.assert(
    fc.property(tuple, (value) => assert.deepEqual(decodeTuple(encodeTuple(value)), canonical(value))),
    { numRuns: 3_000 },
  );
});

Deno.test("[T2] a longer tuple's encoding begins with that of its beginning, and tupleRange() and prefixRange() hold it", () => {
  fc.assert(fc.property(tuple, fc.array(element, { minLength: 1, maxLength: 3 }), (head, rest) => {
    const [short, long] = [encodeTuple(head), encodeTuple([...head, ...rest])];
    assert.deepEqual(long.slice(0, short.length), short);
    const range = tupleRange(head);
    assert.ok(compareBytes(range.begin, long) <= 0 && compareBytes(long, range.end) < 0);
    assert.ok(compareBytes(short, range.begin) < 0, "the tuple itself is outside");
    if (head.length === 0) return;
    const all = prefixRange(short);
    assert.ok(compareBytes(all.begin, short) <= 0 && compareBytes(long, all.end) < 0);
  }));
});

Deno.test("encodeTuple() gives bytes of its own, also for more than its first buffer holds", () => {
  const [long, longer] = ["x".repeat(9_000), "é".repeat(9_000)];
  const first = encodeTuple([long, 1]);
  const second = encodeTuple([longer]);
  assert.deepEqual(decodeTuple(first), [long, 1]);
  assert.deepEqual(decodeTuple(second), [longer]);
});

Deno.test("encodeTuple() refuses fractions, too large integers and half surrogate pairs", () => {
  assert.throws(() => encodeTuple([1.5]), /safe integer, not 1.5; wrap others in Double/);
  assert.throws(() => encodeTuple([NaN]), /safe integer/);
  assert.throws(() => encodeTuple([2n ** 64n]), /64 bits/);
  assert.throws(() => encodeTuple(["\ud800"]), /surrogate/);
});

Deno.test("decodeTuple() refuses what no tuple encodes to, and never reads past the end", () => {
  for (const hex of ["05", "ff", "0261", "16ff", "2100", "3300", "0100ff"]) {
    assert.throws(() => decodeTuple(Uint8Array.fromHex(hex)), /Cannot decode the tuple/, hex);
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
    try {
      decodeTuple(bytes);
    } catch (error) {
      assert.match(String(error), /Cannot decode the tuple|TypeError/); // TypeError: not UTF-8
    }
  }));
});

Deno.test("strinc() gives the first key after all that have the prefix", () => {
  assert.deepEqual(strinc(Uint8Array.of(1, 2)), Uint8Array.of(1, 3));
  assert.deepEqual(strinc(Uint8Array.of(1, 0xff, 0xff)), Uint8Array.of(2));
  assert.throws(() => strinc(Uint8Array.of(0xff)), /no key follows/);
  assert.throws(() => strinc(new Uint8Array()), /no key follows/);
});

Deno.test("encodeAroundVersionstamp() leaves room for the 10 bytes of a commit", () => {
  const { prefix, suffix } = encodeAroundVersionstamp(["q", 3], ["task"], 258);
  const stamp = new Uint8Array(10).fill(9);
  const key = new Uint8Array([...prefix, ...stamp, ...suffix]);
  assert.deepEqual(decodeTuple(key), ["q", 3, new Versionstamp(new Uint8Array([...stamp, 1, 2])), "task"]);
});
