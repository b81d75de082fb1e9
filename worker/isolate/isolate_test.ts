/** What honest code finds in an isolate, run in real ones. */

import assert from "node:assert/strict";
import { CONSOLE_BYTES_MAX, CONSOLE_LINES_MAX } from "../../shared/limits.ts";
import type { ConsoleLine, Pool } from "../pool/pool.ts";
import { failureOf, openTestPool, outputOf, runTask, type Task } from "../pool/testing/pool_fixture.ts";

/** Runs the steps on one pool. */
function withPool(name: string, body: (pool: Pool) => Promise<void>): void {
  Deno.test(name, async () => {
    const pool = await openTestPool();
    try {
      await body(pool);
    } finally {
      await pool.close();
    }
  });
}

const run = async (pool: Pool, task: Task) => outputOf(await runTask(pool, task));

withPool("[G] a task has these global names and no others", async (pool) => {
  const names = await run(pool, { code: `Object.getOwnPropertyNames(globalThis).sort()` }) as string[];
  assert.deepEqual(
    names,
    [
      "AggregateError Array ArrayBuffer BigInt BigInt64Array BigUint64Array Boolean DOMException DataView Date Error",
      "EvalError Float16Array Float32Array Float64Array Function Int16Array Int32Array Int8Array Iterator JSON Map Math",
      "Number Object Promise Proxy RangeError ReferenceError Reflect RegExp Set String Symbol SyntaxError Temporal",
      "TextDecoder TextEncoder TypeError URIError URL URLSearchParams Uint16Array Uint32Array Uint8Array",
      "Uint8ClampedArray WeakMap WeakSet atob btoa clearInterval clearTimeout console crypto decodeURI",
      "decodeURIComponent encodeURI encodeURIComponent escape globalThis input isFinite isNaN parseFloat parseInt",
      "queueMicrotask setInterval setTimeout structuredClone unescape",
    ].join(" ").split(" "),
  );
});

withPool("globalThis is the task's own object", async (pool) => {
  const code = `
    globalThis.mine = 1;
    globalThis.input = { value: 5 };
    return [globalThis.mine, globalThis.globalThis === globalThis, globalThis.Math === Math, input.value]`;
  assert.deepEqual(await run(pool, { code }), [1, true, true, 21]);
  assert.equal(await run(pool, { code: `typeof globalThis.mine` }), "undefined");
});

withPool("the language and the host's classes work", async (pool) => {
  const cases: [code: string, expected: unknown][] = [
    [`new URL("/b?c=d#e", "http://a").searchParams.get("c")`, "d"],
    [`[...new URLSearchParams("a=1&a=2").getAll("a")].join()`, "1,2"],
    [`new TextDecoder().decode(new TextEncoder().encode("žluť 😀"))`, "žluť 😀"],
    [`atob(btoa("text"))`, "text"],
    [`Date.now() > 1.6e12 && new Date() instanceof Date && new Date(0).toISOString()`, "1970-01-01T00:00:00.000Z"],
    [
      `const draws = Array.from({ length: 200 }, Math.random); return draws.every((x) => x >= 0 && x < 1) && new Set(draws).size`,
      200,
    ],
    [`Math.max(...[1, 3, 2]) + Math.floor(1.5)`, 4],
    [
      `class Money extends Array { total() { return this.reduce((a, b) => a + b, 0); } }\nMoney.from([1, 2]).total()`,
      3,
    ],
    [`Object.groupBy([1, 2, 3], (n) => n % 2 ? "odd" : "even").odd.length`, 2],
    [`[3, 1, 2].toSorted().at(-1) + [1, 2].values().map((x) => x * 2).toArray()[1]`, 7],
    [`const { promise, resolve } = Promise.withResolvers(); setTimeout(resolve, 1, "late"); return promise`, "late"],
    [
      `let n = 0; await new Promise((done) => { const id = setInterval(() => { if (++n === 3) { clearInterval(id); done(); } }, 1); }); return n`,
      3,
    ],
    [`const order = []; queueMicrotask(() => order.push(1)); await null; order.push(2); return order`, [1, 2]],
    [`"2024-01-31".replace(/(\\d+)-(\\d+)-(\\d+)/, "$3.$2.$1")`, "31.01.2024"],
    [`Temporal.PlainDate.from("2024-01-31").add({ months: 1 }).toString()`, "2024-02-29"],
    [`(1234.5).toLocaleString("de-DE")`, "1.234,5"],
    [`const e = new Error("a", { cause: 1 }); e.name = "Mine"; return String(e) + e.cause`, "Mine: a1"],
    [`Symbol.iterator in [] && typeof Symbol() === "symbol" && (5).constructor === Number`, true],
    [
      `const { subtle } = crypto; return new Uint8Array(await subtle.digest("SHA-256", new Uint8Array())).slice(0, 3).join()`,
      "227,176,196",
    ],
    [
      `const key = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
       const bits = await crypto.subtle.deriveBits({ name: "ECDH", public: key.publicKey }, key.privateKey, 128);
       return bits.byteLength`,
      16,
    ],
    [`crypto.randomUUID().length + crypto.getRandomValues(new Uint8Array(4)).length`, 40],
  ];
  for (const [code, expected] of cases) assert.deepEqual(await run(pool, { code }), expected, code);
});

withPool("structuredClone() copies data, cycles and buffers", async (pool) => {
  const code = `
    const original = { list: [1, { two: 2 }], date: new Date(5), map: new Map([["k", new Set([1])]]), pattern: /a+/gi,
      bytes: new Uint8Array([1, 2, 3]).subarray(1), error: new RangeError("far", { cause: 7 }), big: 10n ** 20n };
    original.self = original;
    const copy = structuredClone(original);
    const buffer = new ArrayBuffer(8);
    const moved = structuredClone(buffer, { transfer: [buffer] });
    let refused;
    try { structuredClone({ f() {} }); } catch (error) { refused = error.name; }
    return [copy !== original, copy.self === copy, copy.list[1].two, copy.date.getTime(), [...copy.map.get("k")],
      copy.pattern.source + copy.pattern.flags, [...copy.bytes], copy.error instanceof RangeError, copy.error.cause,
      String(copy.big), buffer.byteLength, moved.byteLength, refused]`;
  assert.deepEqual(await run(pool, { code }), [
    true,
    true,
    2,
    5,
    [1],
    "a+gi",
    [2, 3],
    true,
    7,
    "100000000000000000000",
    0,
    8,
    "DataCloneError",
  ]);
});

withPool("console lines say what was written", async (pool) => {
  const code = `
    console.debug("text", 1, true, null, undefined, 10n, Symbol("s"));
    console.info({ a: [1, "two", { three: 3 }], "odd key": () => 1 }, [], {});
    console.warn(new Map([["k", { v: 1 }]]), new Set([1]), new Date(0), /x/g);
    console.error(new TypeError("bad"), Object.create(null));
    const deep = { a: { b: { c: { d: { e: 1 } } } } };
    deep.self = deep;
    console.log(deep)`;
  const outcome = await runTask(pool, { code });
  assert(outcome.status === "completed");
  assert.deepEqual(
    outcome.console,
    [
      { level: "debug", text: "text 1 true null undefined 10n Symbol(s)" },
      { level: "info", text: `{ a: [1, "two", { three: 3 }], "odd key": [function] } [] {}` },
      { level: "warn", text: `Map {["k", { v: 1 }]} Set {1} 1970-01-01T00:00:00.000Z /x/g` },
      { level: "error", text: "TypeError: bad {}" },
      { level: "log", text: "{ a: { b: { c: { d: … } } }, self: [cycle] }" },
    ] satisfies ConsoleLine[],
  );
});

withPool("[C1] a console is cut at its bound, and says so", async (pool) => {
  const flood = await runTask(pool, { code: `for (let i = 0; i < 5000; i++) console.log(i)` });
  assert(flood.status === "completed");
  assert.equal(flood.console.length, CONSOLE_LINES_MAX + 1);
  assert.match(flood.console.at(-1)!.text, /Console output ends here/);
  const wide = await runTask(pool, { code: `console.log("a"); console.log("€".repeat(60_000)); console.log("b")` });
  assert(wide.status === "completed");
  assert.deepEqual(wide.console.map(({ text }) => text.slice(0, 3)), ["a", "€€€", "Con"]);
  assert(new TextEncoder().encode(wide.console[1].text).length > CONSOLE_BYTES_MAX - 1_000);
});

withPool("a failure has message, code, place and stack in the author's source", async (pool) => {
  const code = `const helper = (x) => {\n  "import("; return x.missing.deeper;\n};\nhelper(input);`;
  const failure = failureOf(await runTask(pool, { code }));
  assert.deepEqual(failure, {
    code: "TASK_FAILED",
    message: "TypeError: Cannot read properties of undefined (reading 'deeper')",
    line: 2,
    column: 31,
    stack:
      "TypeError: Cannot read properties of undefined (reading 'deeper')\n    at helper (task:2:31)\n    at task:4:1",
  });
});

withPool("a failure's place is right in a module, in TypeScript and behind an await", async (pool) => {
  const cases: [code: string, language: "javascript" | "typescript", line: number, column: number][] = [
    [`export default async function (input) {\n  await null;\n  throw new Error("x");\n}`, "javascript", 3, 9],
    [
      `interface I { a: number }\nconst f = (x: I): number => {\n  throw new RangeError("x");\n};\nf(input as I)`,
      "typescript",
      3,
      9,
    ],
    [`await null; null.x`, "javascript", 1, 18],
    [`if (input) { null.x } else { 1 }`, "javascript", 1, 19],
  ];
  for (const [code, language, line, column] of cases) {
    const failure = failureOf(await runTask(pool, { code, language }));
    assert.deepEqual([failure.line, failure.column], [line, column], code);
  }
});

withPool("an author's error keeps its code and whether to retry", async (pool) => {
  const code = `throw Object.assign(new Error("card declined"), { code: "CARD_DECLINED", retryable: false })`;
  const { code: given, message, retryable } = failureOf(await runTask(pool, { code }));
  assert.deepEqual([given, message, retryable], ["CARD_DECLINED", "card declined", false]);
  const thrown = failureOf(await runTask(pool, { code: `throw { code: "ODD", detail: [1, 2] }` }));
  assert.deepEqual([thrown.code, thrown.message], ["ODD", `Thrown: { code: "ODD", detail: [1, 2] }`]);
  assert.equal(failureOf(await runTask(pool, { code: `throw "text"` })).message, "Thrown: text");
});

withPool("an output is what JSON says, where JSON loses nothing", async (pool) => {
  const code =
    `({ date: new Date(0), gone: undefined, list: [undefined, null], zero: -0, own: { toJSON: () => "mine" }, n: Object(5) })`;
  assert.deepEqual(await run(pool, { code }), {
    date: "1970-01-01T00:00:00.000Z",
    list: [null, null],
    zero: 0,
    own: "mine",
    n: 5,
  });
  assert.equal(await run(pool, { code: `undefined` }), null);
  assert.equal(await run(pool, { code: `const a = 1` }), null);
});

withPool(
  "[R3] a task that waits for nothing fails at once; one that waits for a timer or the host does not",
  async (pool) => {
    assert.match(failureOf(await runTask(pool, { code: `await new Promise(() => {})` })).message, /nothing is left/);
    const waits = `
    await new Promise((done) => setTimeout(done, 20));
    await crypto.subtle.digest("SHA-256", new Uint8Array(1e6));
    await Promise.all([1, 2, 3].map((ms) => new Promise((done) => setTimeout(done, ms))));
    return "done"`;
    assert.equal(await run(pool, { code: waits }), "done");
  },
);

withPool("WASM modules run, core and WASI", async (pool) => {
  const example = (name: string) =>
    Deno.readFileSync(new URL(`../../examples/wasm/${name}.wasm`, import.meta.url)).toBase64();
  const pricing: Task = { code: example("pricing"), language: "wasm", input: { price: 250, quantity: 3 } };
  for (let i = 0; i < 3; i++) assert.deepEqual(await run(pool, pricing), { total: 750 });
  assert.match(failureOf(await runTask(pool, { ...pricing, input: {} })).message, /The input has no "price"/);
  const outcome = await runTask(pool, { code: example("envelope"), language: "wasm", input: [1, "ž"] });
  assert.deepEqual(outputOf(outcome), { received: [1, "ž"] });
  assert(outcome.status === "completed");
  assert.deepEqual(outcome.console, [{ level: "error", text: "wrapped the input" }]);
});

withPool("large inputs and outputs pass", async (pool) => {
  const text = "ž".repeat(250_000);
  assert.equal(await run(pool, { code: `input.text + input.text`, input: { text } }), text + text);
});
