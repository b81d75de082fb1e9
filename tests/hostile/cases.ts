/**
 * The attacks: what code nobody trusts may try, and what has to happen.
 *
 * Each is one task, run against a pool of real isolate processes by `hostile_test.ts`. After each the same pool has to
 * serve an honest task at once. A case with `look` leaves something behind for a second task to find.
 *
 * Published so that everybody can read what is claimed to be stopped, add what is missing, and run it.
 */

import type { Language } from "../../shared/definition/definition.ts";
import {
  coreModule,
  GROW_AND_FILL,
  I32_MINUS_ONE,
  I64_FIVE,
  I64_MINUS_ONE,
  LOOP,
  RECURSE,
  UNREACHABLE,
  wasiCommand,
} from "./wasm_bytes.ts";

const MIB = 1024 * 1024;
/** A task that waits for what the last one left behind: whatever it writes is found in this one's console. */
const SLEEP_AND_FIND_NOTHING = `await new Promise((resolve) => setTimeout(resolve, 20)); return []`;

/** What has to happen. */
export type Expectation =
  /** It runs, and this is all it gets. */
  | { completes: unknown }
  /** The attempt fails with this code, and a message that matches. */
  | { fails: string; message?: RegExp }
  /** It is refused at registration, with a message that matches. */
  | { refused: RegExp };

/** One attack. */
export interface HostileCase {
  group: Group;
  name: string;
  /** What it tries, and why it might have worked. */
  tries: string;
  code: string;
  language?: Language;
  input?: unknown;
  timeoutMs?: number;
  memoryBytes?: number;
  expect: Expectation;
  /** A second task, run on the same isolate, that looks for traces; it has to complete with `[]`. */
  look?: string;
}

export type Group =
  | "escape"
  | "import"
  | "leak"
  | "time"
  | "memory"
  | "output"
  | "console"
  | "stack"
  | "wasm"
  | "exit";

/** Nothing of the host in reach. */
const CONTAINED: Expectation = { completes: "contained" };
const TIMES_OUT: Expectation = { fails: "DEADLINE_EXCEEDED", message: /longer than \d+ ms/ };
const TOO_MUCH_MEMORY: Expectation = { fails: "RESOURCE_EXHAUSTED", message: /memory/ };

/** Code that compiles a text by the constructor of `of`, and says what came of it. */
function viaConstructor(of: string): string {
  return `
    try {
      const Constructor = (${of}).constructor;
      const made = Constructor("return typeof globalThis.Deno + typeof process");
      return "got " + (await made());
    } catch (error) {
      return error instanceof TypeError || error instanceof ReferenceError ? "contained" : String(error);
    }`;
}

/** Code that reports the values of names that must not exist. */
function typesOf(...names: string[]): string {
  return `[${
    names.map((name) => `typeof ${name}`).join(", ")
  }].every((type) => type === "undefined") ? "contained" : "found"`;
}

const ESCAPES: HostileCase[] = [
  {
    group: "escape",
    name: "host globals by name",
    tries: "reads the runtime's own objects by their names",
    code: typesOf(
      "Deno",
      "process",
      "Buffer",
      "require",
      "module",
      "global",
      "self",
      "window",
      "navigator",
      "location",
    ),
    expect: CONTAINED,
  },
  {
    group: "escape",
    name: "channels by name",
    tries: "reaches for everything that talks to another thread, process or machine",
    code: typesOf(
      "fetch",
      "Worker",
      "SharedWorker",
      "BroadcastChannel",
      "MessageChannel",
      "MessagePort",
      "postMessage",
      "onmessage",
      "addEventListener",
      "dispatchEvent",
      "caches",
      "localStorage",
      "WebSocket",
      "EventSource",
      "XMLHttpRequest",
      "close",
      "reportError",
      "performance",
      "SharedArrayBuffer",
      "Atomics",
    ),
    expect: CONTAINED,
  },
  {
    group: "escape",
    name: "evaluators by name",
    tries: "reads eval, importScripts, WebAssembly and SES's own tools",
    code: typesOf(
      "eval",
      "importScripts",
      "WebAssembly",
      "Compartment",
      "lockdown",
      "harden",
      "assert",
      "setImmediate",
    ),
    expect: CONTAINED,
  },
  {
    group: "escape",
    name: "globalThis holds no more than the names",
    tries: "lists the properties of globalThis and of its prototypes for something of the host",
    code: `
      const names = [];
      for (let o = globalThis; o; o = Object.getPrototypeOf(o)) names.push(...Object.getOwnPropertyNames(o));
      names.filter((name) => /deno|process|worker|eval$|import|fetch|require|wasm|assembly/i.test(name))`,
    expect: { completes: [] },
  },
  {
    group: "escape",
    name: "sloppy this",
    tries: "gets the real global as the `this` of a plain function call",
    code: `(function () { return this; })() === undefined && this === undefined ? "contained" : "found"`,
    expect: CONTAINED,
  },
  {
    group: "escape",
    name: "this of callbacks",
    tries: "gets the real global as the `this` that built-ins and timers hand to callbacks",
    code: `
      const seen = [];
      const look = function () { seen.push(this === undefined); return 0; };
      [1].forEach(look); [2, 1].sort(look); "a".replace(/a/, look); Array.from([1], look);
      new Map([[1, 1]]).forEach(look); new URLSearchParams("a=b").forEach(look);
      await new Promise((resolve) => setTimeout(function () { look.call(this); resolve(); }, 1));
      await Promise.resolve().then(look);
      return seen.every(Boolean) ? "contained" : seen`,
    expect: CONTAINED,
  },
  {
    group: "escape",
    name: "Function constructor",
    tries: "compiles text with Function, found on any function",
    code: viaConstructor("() => {}"),
    expect: CONTAINED,
  },
  {
    group: "escape",
    name: "AsyncFunction constructor",
    tries: "compiles text with the constructor of async functions, which no global names",
    code: viaConstructor("async () => {}"),
    expect: CONTAINED,
  },
  {
    group: "escape",
    name: "GeneratorFunction constructor",
    tries: "compiles text with the constructor of generators",
    code: viaConstructor("function* () {}"),
    expect: CONTAINED,
  },
  {
    group: "escape",
    name: "AsyncGeneratorFunction constructor",
    tries: "compiles text with the constructor of async generators",
    code: viaConstructor("async function* () {}"),
    expect: CONTAINED,
  },
  {
    group: "escape",
    name: "Function through prototypes of everything",
    tries: "climbs from literals and host objects to a working function constructor",
    code: `
      const starts = [{}, [], "", 0, true, 1n, Symbol(), /x/, new Date(), new Map(), new Error(), Promise.resolve(),
        new URL("http://a"), new URLSearchParams(), new TextEncoder(), crypto, crypto.subtle, crypto.subtle.digest,
        setTimeout, console, console.log, structuredClone, atob, Math, Math.random, JSON, Reflect, Date.now, Proxy];
      const found = [];
      for (const start of starts) {
        for (let o = start; o !== null && o !== undefined; o = Object.getPrototypeOf(o)) {
          try { if (o.constructor.constructor("return 1")() === 1) found.push(String(start)); } catch {}
        }
      }
      found`,
    expect: { completes: [] },
  },
  {
    group: "escape",
    name: "Function by Reflect.construct",
    tries: "constructs the function constructor with another newTarget, around the check of a direct call",
    code: `
      const F = (() => {}).constructor;
      let got = "contained";
      for (const target of [F, Object, class {}, Proxy, Array]) {
        try { got = Reflect.construct(F, ["return typeof Deno"], target)(); } catch {}
      }
      got`,
    expect: CONTAINED,
  },
  {
    group: "escape",
    name: "extend Function",
    tries: "subclasses Function, whose super call compiles text",
    code: `
      class Evil extends Function { constructor() { super("return typeof Deno"); } }
      try { new Evil()(); } catch { "contained" }`,
    expect: CONTAINED,
  },
  {
    group: "escape",
    name: "string timers",
    tries: "lets setTimeout compile a text, as browsers do",
    code: `
      try { setTimeout("globalThis.leak = 1", 0); return "armed"; } catch (error) { return error instanceof TypeError ? "contained" : "?"; }`,
    expect: CONTAINED,
  },
  {
    group: "escape",
    name: "caller and callee",
    tries: "walks up the call stack by arguments.callee.caller to a function of the host",
    code: `
      const got = [];
      try { got.push((function () { return arguments.callee; })()); } catch {}
      try { got.push((function f() { return f.caller; })()); } catch {}
      try { got.push(Object.getOwnPropertyDescriptor(Function.prototype, "caller").get.call(setTimeout)); } catch {}
      got.filter((value) => value != null).length`,
    expect: { completes: 0 },
  },
  {
    group: "escape",
    name: "arguments of the wrapper",
    tries: "finds what the wrapper around the code was called with",
    code: `arguments.length === 1 && arguments[0] === input ? "contained" : "found"`,
    expect: CONTAINED,
  },
  {
    group: "escape",
    name: "close the wrapper",
    tries: "ends the function that the code is wrapped in and goes on outside of it",
    code: `}; }; globalThis.escaped = 1; with (this) { return function () { return async function () {`,
    expect: { refused: /Syntax error/ },
  },
  {
    group: "escape",
    name: "comment out the wrapper",
    tries: "swallows the wrapper's end with an open comment",
    code: `input.value /*`,
    expect: { refused: /Syntax error/ },
  },
  {
    group: "escape",
    name: "open template",
    tries: "swallows the wrapper's end with an open template literal",
    code: "input.value + `",
    expect: { refused: /Syntax error/ },
  },
  {
    group: "escape",
    name: "HTML comment",
    tries: "makes the parser at registration and the engine disagree by an HTML-like comment",
    code: `let x = 1\n--> 0 }; escaped();\nx`,
    expect: { refused: /Syntax error/ },
  },
  {
    group: "escape",
    name: "HTML comment in an expression",
    tries: "hides code behind `<!--`, which a module reads as an expression and a script as a comment",
    code: `let x = 1, y = 2; x<!--y; "the rest is code"`,
    expect: { completes: "the rest is code" },
  },
  {
    group: "escape",
    name: "with statement",
    tries: "puts an object of its own into the scope chain",
    code: `with ({ Deno: 1 }) { Deno }`,
    expect: { refused: /Syntax error/ },
  },
  {
    group: "escape",
    name: "unscopables",
    tries: "hides names of the scope by Symbol.unscopables so that the lookup falls through to the real global",
    code: `
      globalThis[Symbol.unscopables] = { console: true, Math: true, Deno: true, process: true };
      typeof console + typeof Math + ${"typeof Deno + typeof process"}`,
    expect: { completes: "objectobjectundefinedundefined" },
  },
  {
    group: "escape",
    name: "undeclared assignment",
    tries: "creates a global by assigning to an undeclared name",
    code: `try { undeclared = 1; } catch (error) { error instanceof ReferenceError ? "contained" : "?" }`,
    expect: CONTAINED,
  },
  {
    group: "escape",
    name: "assignment to a hidden global",
    tries: "assigns to names that the real global still has, such as Object's host twin",
    code: `
      const result = [];
      for (const assign of [() => { Infinity = 1; }, () => { eval_ = 1; }, () => { WebAssembly = 1; }, () => { lockdown = 1; }]) {
        try { assign(); result.push("assigned"); } catch { result.push("refused"); }
      }
      result.every((one) => one === "refused") ? "contained" : result`,
    expect: CONTAINED,
  },
  {
    group: "escape",
    name: "spelled with escapes",
    tries: "spells names with unicode escapes, around a search in the text",
    code: String.raw`typeof \u0044eno + typeof pro\u{63}ess + typeof ev\u0061l`,
    expect: { completes: "undefinedundefinedundefined" },
  },
  {
    group: "escape",
    name: "host error's constructor (vm2, CVE-2023-30547)",
    tries: "catches an exception thrown by host code and climbs from it to a function constructor of the host",
    code: `
      const found = [];
      const attempts = [() => new URL("x"), () => atob("*"), () => structuredClone(() => 1), () => crypto.getRandomValues(1),
        () => new TextDecoder("nope"), () => setTimeout(1), () => crypto.getRandomValues(new Uint8Array(1e6))];
      for (const attempt of attempts) {
        try { attempt(); } catch (error) {
          try { if (error.constructor.constructor("return 1")() === 1) found.push(error.message); } catch {}
        }
      }
      found`,
    expect: { completes: [] },
  },
  {
    group: "escape",
    name: "stack overflow inside host code",
    tries: "exhausts the stack so that host code throws a RangeError of the host (vm2, several)",
    code: `
      const found = [];
      const calls = [() => console.log({}), () => new URL("http://a"), () => crypto.randomUUID(), () => structuredClone({}),
        () => setTimeout(() => {}, 1e6), () => new TextEncoder().encode("x"), () => atob("YQ==")];
      for (const call of calls) {
        const dive = () => { try { dive(); } catch (error) { throw error; } call(); };
        try { dive(); } catch (error) {
          try { if (error.constructor.constructor("return 1")() === 1) found.push(String(error)); } catch {}
        }
      }
      found`,
    expect: { completes: [] },
  },
  {
    group: "escape",
    name: "promise species (vm2, CVE-2023-37466)",
    tries: "gives an async function's promise a constructor of its own, to be handed the host's rejection",
    code: `
      let got = "contained";
      const promise = (async () => { (function dive() { dive(); })(); })();
      promise.constructor = { [Symbol.species]: class { constructor(executor) { executor((x) => x, (error) => {
        try { if (error.constructor.constructor("return 1")() === 1) got = "found"; } catch {}
      }); } } };
      promise.then();
      await new Promise((resolve) => setTimeout(resolve, 5));
      return got`,
    expect: CONTAINED,
  },
  {
    group: "escape",
    name: "inspection hook (vm2, CVE-2023-37903)",
    tries: "waits for the host to inspect an object and to hand its own functions to the hook",
    code: `
      let got = "contained";
      const hook = (...args) => { if (args.some((arg) => typeof arg === "function")) got = "called"; return ""; };
      const trap = { [Symbol.for("nodejs.util.inspect.custom")]: hook, [Symbol.for("Deno.customInspect")]: hook,
        [Symbol.for("Deno.privateCustomInspect")]: hook, toString: hook, inspect: hook };
      console.log(trap, [trap], { trap }, new Map([[trap, trap]]));
      return got`,
    expect: CONTAINED,
  },
  {
    group: "escape",
    name: "private inspection of host objects",
    tries: "calls the hooks that Deno's classes have for its console, with functions of its own",
    code: `
      const found = [];
      const hook = Symbol.for("Deno.privateCustomInspect");
      for (const object of [new URL("http://a"), new URLSearchParams("a=b"), new TextEncoder(), new TextDecoder()]) {
        try {
          object[hook]?.((...args) => { for (const arg of args) {
            try { if (arg.constructor.constructor("return 1")() === 1) found.push("function"); } catch {}
          } return ""; }, {});
        } catch {}
      }
      found`,
    expect: { completes: [] },
  },
  {
    group: "escape",
    name: "forged host object",
    tries: "copies the symbol by which Deno marks host objects and has structuredClone build other host classes",
    code: `
      let error;
      try { atob("*"); } catch (thrown) { error = thrown; }
      const brand = Object.getOwnPropertySymbols(error).find((symbol) => String(symbol).includes("hostObject"));
      const built = ["Blob", "MessagePort", "KeyObject", "ImageBitmap"].map((type) => {
        try { return structuredClone({ [brand]: () => ({ type }) }); } catch { return {}; }
      });
      return built.every((object) => Object.getPrototypeOf(object) === Object.prototype) ? "contained" : "found"`,
    expect: CONTAINED,
  },
  {
    group: "escape",
    name: "forged brands",
    tries: "puts the marks of host objects on its own object and calls the host's methods on it",
    code: `
      const fake = {};
      for (const real of [new URL("http://a?b=c"), new URLSearchParams("a=b"), new TextDecoder()]) {
        for (const symbol of Object.getOwnPropertySymbols(real)) fake[symbol] = real[symbol];
      }
      const found = [];
      for (const owner of [URL, URLSearchParams, TextDecoder, TextEncoder]) {
        for (const key of Reflect.ownKeys(owner.prototype)) {
          const { value, get } = Object.getOwnPropertyDescriptor(owner.prototype, key);
          for (const method of [value, get]) {
            if (typeof method !== "function" || key === "constructor") continue;
            try { const got = method.call(fake, "x"); if (typeof got === "function") found.push(String(key)); } catch {}
          }
        }
      }
      found`,
    expect: { completes: [] },
  },
  {
    group: "escape",
    name: "blob URLs",
    tries: "registers code of its own under a URL that a worker or an import would load",
    code: `typeof URL.createObjectURL + typeof URL.revokeObjectURL`,
    expect: { completes: "undefinedundefined" },
  },
  {
    group: "escape",
    name: "lookupGetter chain",
    tries: "finds a getter of the host by __lookupGetter__ and applies it to other objects",
    code: `
      const getter = ({}).__lookupGetter__("__proto__");
      const top = getter.call(getter.call(getter.call(setTimeout) ?? {}) ?? {});
      top === null || top === undefined ? "contained" : "found"`,
    expect: CONTAINED,
  },
  {
    group: "escape",
    name: "proxy around host functions",
    tries: "wraps host functions in proxies to see what host code hands to traps",
    code: `
      const found = [];
      const handler = new Proxy({}, { get: (_t, trap) => (...args) => {
        for (const arg of args) { try { if (arg?.constructor?.constructor("return 1")() === 1) found.push(trap); } catch {} }
        return Reflect[trap](...args);
      } });
      const spy = new Proxy({}, handler);
      try { new URL(spy); } catch {}
      try { new URLSearchParams(spy); } catch {}
      try { structuredClone(spy); } catch {}
      try { console.log(spy); } catch {}
      try { await crypto.subtle.digest(spy, new Uint8Array(1)); } catch {}
      try { new TextDecoder(spy, spy); } catch {}
      try { setTimeout(() => {}, spy); } catch {}
      return found`,
    expect: { completes: [] },
  },
];

const IMPORTS: HostileCase[] = [
  ...([
    ["static import", `import fs from "node:fs";\nfs`],
    ["import for effect", `import "npm:left-pad";\n1`],
    ["dynamic import", `await import("node:fs")`],
    ["dynamic import of a package", `await import("npm:left-pad")`],
    ["dynamic import of data", `await import("data:text/javascript,export default 1")`],
    ["dynamic import with a comment", `await import/* hidden */("node:fs")`],
    ["dynamic import over lines", `await import\n\n(\n"node:fs")`],
    ["dynamic import in a spread", `[...import("node:fs")]`],
    ["dynamic import in a default parameter", `((x = import("node:fs")) => x)()`],
    ["dynamic import in a template", "`${await import('node:fs')}`"],
    ["import.meta", `import.meta.url`],
    ["import.meta with a comment", `import/**/.meta`],
    ["re-export", `export * from "node:fs"; export default 1`],
  ] as const).map(([name, code]): HostileCase => ({
    group: "import",
    name,
    tries: "loads code or data from outside of the task",
    code,
    expect: { refused: /Cannot (use )?import|Cannot export from/ },
  })),
  {
    group: "import",
    name: "import spelled with an escape",
    tries: "spells the keyword with an escape, around a search in the text",
    code: String.raw`await im\u0070ort("node:fs")`,
    expect: { refused: /Syntax error/ },
  },
  {
    group: "import",
    name: "TypeScript import assignment",
    tries: "uses TypeScript's own import",
    language: "typescript",
    code: `import fs = require("node:fs"); fs`,
    expect: { refused: /import x =/ },
  },
  {
    group: "import",
    name: "import text in honest places",
    tries: "not an attack: strings, comments, patterns and names that only look like an import have to work",
    code: `
      // import("node:fs") and import.meta
      const a = { import(x) { return x; } }; /* import("x") */
      const $import = (x) => x;
      [a.import("b"), "import('c')", /import\\(/.test("import("), \`import(\${1})\`, $import(2)].join("|")`,
    expect: { completes: "b|import('c')|true|import(1)|2" },
  },
];

/** A trace left by one task, and how the next one looks for it: an expression, or statements with `return`. */
const TRACES: [name: string, leave: string, look: string][] = [
  [
    "global variable",
    `globalThis.leak = 1`,
    `typeof leak === "undefined" && globalThis.leak === undefined ? [] : ["leak"]`,
  ],
  ["global function", `globalThis.leaked = () => 1`, `typeof leaked === "undefined" ? [] : ["leaked"]`],
  [
    "replaced globals",
    `globalThis.parseInt = () => 666; globalThis.JSON = null; globalThis.Promise = null`,
    `parseInt("7") === 7 && JSON !== null && Promise !== null ? [] : ["replaced"]`,
  ],
  [
    "Object.prototype",
    `try { Object.prototype.leak = 1; } catch {} try { ({}).__proto__.leak = 1; } catch {}`,
    `({}).leak === undefined ? [] : ["leak"]`,
  ],
  [
    "Object.prototype.then",
    `try { Object.prototype.then = function (resolve) { resolve("leak"); }; } catch {}`,
    `(await {}) === "leak" ? ["then"] : []`,
  ],
  [
    "defineProperty on prototypes",
    `for (const o of [Object, Array, String, Function, Promise, Map, Error, URL]) {
       try { Object.defineProperty(o.prototype, "leak", { value: 1 }); } catch {}
     }`,
    `[{}, [], "", () => 0, Promise.resolve(), new Map(), new Error(), new URL("http://a")].filter((o) => o.leak)`,
  ],
  [
    "setPrototypeOf",
    `for (const o of [Object.prototype, Array.prototype, Function.prototype, Error, URL.prototype]) {
       try { Object.setPrototypeOf(o, { leak: 1 }); } catch {}
     }`,
    `[{}, [], () => 0, Error, new URL("http://a")].filter((o) => o.leak)`,
  ],
  [
    "patched methods",
    `try { Array.prototype.map = () => ["leak"]; } catch {}
     try { Promise.prototype.then = () => "leak"; } catch {}
     try { JSON.stringify = () => "leak"; } catch {}
     try { Function.prototype.call = () => "leak"; } catch {}`,
    `[[1].map((x) => x)[0], JSON.stringify(1), (() => 1).call()].filter((x) => x === "leak")`,
  ],
  [
    "patched host classes",
    `for (const C of [URL, URLSearchParams, TextEncoder, TextDecoder, DOMException]) {
       try { C.leak = 1; } catch {} try { C.prototype.leak = 1; } catch {}
     }`,
    `[URL, URLSearchParams, TextEncoder, TextDecoder, DOMException].flatMap((C) => [C.leak, C.prototype.leak]).filter(Boolean)`,
  ],
  [
    "patched host functions",
    `for (const f of [setTimeout, console.log, console, crypto, crypto.subtle, crypto.subtle.digest, structuredClone, Math, Date]) {
       try { f.leak = 1; } catch {}
     }`,
    `[setTimeout, console.log, console, crypto, crypto.subtle, crypto.subtle.digest, structuredClone, Math, Date].filter((f) => f.leak)`,
  ],
  [
    "hidden iterator prototypes",
    `const all = [[].values(), new Map().entries(), new Set().values(), "".matchAll(/x/g), [].values().map((x) => x),
       Iterator.from({ next() {} }), new URLSearchParams("a=b").entries(), (function* () {})(), (async function* () {})()];
     for (const o of all) for (let p = Object.getPrototypeOf(o); p; p = Object.getPrototypeOf(p)) { try { p.leak = 1; } catch {} }`,
    `[[].values(), new Map().entries(), new Set().values(), "".matchAll(/x/g), [].values().map((x) => x),
       Iterator.from({ next() {} }), new URLSearchParams("a=b").entries(), (function* () {})(), (async function* () {})()]
       .filter((o) => o.leak)`,
  ],
  [
    "hidden host prototypes",
    `const climb = (o) => { for (let p = Object.getPrototypeOf(o); p; p = Object.getPrototypeOf(p)) { try { p.leak = 1; } catch {} } };
     climb(await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, true, ["sign"]));
     for (const act of [() => crypto.getRandomValues(new Uint8Array(1e6)), () => atob("*"), () => new URL("x")]) {
       try { act(); } catch (error) { climb(error); }
     }`,
    `const found = [];
     if ((await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, true, ["sign"])).leak) found.push("key");
     for (const act of [() => crypto.getRandomValues(new Uint8Array(1e6)), () => atob("*"), () => new URL("x")]) {
       try { act(); } catch (error) { if (error.leak) found.push(error.name); }
     }
     return found`,
  ],
  [
    "everything within reach",
    `const seen = new Set(), queue = [globalThis, new URL("http://a?b"), [].values(), (function* () {})(), new Error(), /x/.exec("x"),
       await crypto.subtle.generateKey({ name: "AES-GCM", length: 128 }, true, ["encrypt"]), new URLSearchParams().keys(), Promise.resolve()];
     for (const o of queue) {
       if (seen.has(o)) continue;
       seen.add(o);
       const next = [Object.getPrototypeOf(o)];
       for (const key of Reflect.ownKeys(o)) {
         const { value, get, set } = Object.getOwnPropertyDescriptor(o, key) ?? {};
         next.push(value, get, set);
         try { next.push(o[key]); } catch (error) { next.push(error); }
       }
       for (const n of next) if ((typeof n === "object" && n !== null) || typeof n === "function") queue.push(n);
     }
     for (const o of seen) { try { Object.defineProperty(o, "leak", { value: 1, configurable: true }); } catch {} }`,
    `const seen = new Set(), found = [], queue = [globalThis, new URL("http://a?b"), [].values(), (function* () {})(), new Error(), /x/.exec("x"),
       await crypto.subtle.generateKey({ name: "AES-GCM", length: 128 }, true, ["encrypt"]), new URLSearchParams().keys(), Promise.resolve()];
     for (const o of queue) {
       if (seen.has(o)) continue;
       seen.add(o);
       if (Object.hasOwn(o, "leak")) found.push(String(o).slice(0, 60));
       const next = [Object.getPrototypeOf(o)];
       for (const key of Reflect.ownKeys(o)) {
         const { value, get, set } = Object.getOwnPropertyDescriptor(o, key) ?? {};
         next.push(value, get, set);
         try { next.push(o[key]); } catch (error) { next.push(error); }
       }
       for (const n of next) if ((typeof n === "object" && n !== null) || typeof n === "function") queue.push(n);
     }
     return found`,
  ],
  [
    "RegExp statics",
    `"secret".replace(/(s)(e)(c)/, ""); /(leak)/.exec("leak")`,
    `[RegExp.$1, RegExp.lastMatch, RegExp.input, RegExp["$&"], RegExp["$_"]].filter((x) => x !== undefined)`,
  ],
  [
    "lastIndex of a pattern",
    `const r = /a/g; r.exec("aa"); r.leak = 1`,
    `const r = /a/g; return r.lastIndex === 0 && !r.leak ? [] : ["r"]`,
  ],
  [
    "symbols",
    `Symbol.for("leak"); try { Symbol.leak = 1; } catch {} try { Symbol.iterator.description = 1; } catch {}`,
    `[Symbol.leak].filter(Boolean)`,
  ],
  [
    "stack trace settings",
    `try { Error.stackTraceLimit = 77; } catch {} try { Error.prepareStackTrace = () => "leak"; } catch {}`,
    `[Error.stackTraceLimit === 77 && "limit", new Error("x").stack === "leak" && "prepare"].filter(Boolean)`,
  ],
  [
    "stack accessors",
    `const d = Object.getOwnPropertyDescriptor(new Error("x"), "stack");
     for (const f of [d.get, d.set]) { try { f.leak = 1; } catch {} }`,
    `const d = Object.getOwnPropertyDescriptor(new Error("x"), "stack"); return [d.get, d.set].filter((f) => f && f.leak)`,
  ],
  [
    "timers left behind",
    `setTimeout(() => console.log("late"), 1); setInterval(() => console.log("late"), 1)`,
    SLEEP_AND_FIND_NOTHING,
  ],
  [
    "another task's timers",
    `for (let i = 0; i < 1000; i++) { clearTimeout(i); clearInterval(i); }`,
    `const id = setTimeout(() => {}, 1e6);
     await new Promise((resolve) => setTimeout(resolve, 2));
     return id === 1 ? [] : [id]`,
  ],
  [
    "promise chain left behind",
    `let i = 0; const chain = () => { if (i++ < 1000) Promise.resolve().then(chain); else console.log("late"); }; chain()`,
    SLEEP_AND_FIND_NOTHING,
  ],
  [
    "host operation left behind",
    `crypto.subtle.digest("SHA-256", new Uint8Array(1e6)).then(() => setInterval(() => console.log("late"), 1))`,
    SLEEP_AND_FIND_NOTHING,
  ],
  [
    "rejections left behind",
    `Promise.reject(new Error("of the last task")); (async () => { throw new Error("again"); })()`,
    SLEEP_AND_FIND_NOTHING,
  ],
  [
    "rejections of host operations left behind",
    `crypto.subtle.digest("nothing", new Uint8Array(1));
     crypto.subtle.importKey("raw", new Uint8Array(1), "AES-GCM", false, ["sign"])`,
    SLEEP_AND_FIND_NOTHING,
  ],
  [
    "errors in timers left behind",
    `setTimeout(() => { throw new Error("late"); }, 0); setTimeout(() => Promise.reject(new Error("late")), 0)`,
    SLEEP_AND_FIND_NOTHING,
  ],
  [
    "open async generator",
    `const g = (async function* () { try { for (;;) { yield 1; } } finally { console.log("late"); } })(); g.next(); g.next()`,
    SLEEP_AND_FIND_NOTHING,
  ],
  [
    "console replaced",
    `try { console.log = () => {}; } catch {} globalThis.console = null`,
    `typeof console.log === "function" ? [] : ["gone"]`,
  ],
  [
    "input changed",
    `Object.setPrototypeOf(input, { leak: 1 }); input.other = 2`,
    `[input.leak, input.other].filter(Boolean)`,
  ],
  [
    "shared template objects",
    `const tag = (s) => { try { s.leak = 1; } catch {} try { s.raw.leak = 1; } catch {} }; tag\`same\``,
    `const tag = (s) => [s.leak, s.raw.leak].filter(Boolean); return tag\`same\``,
  ],
  [
    "draws of Math.random",
    `for (let i = 0; i < 1000; i++) Math.random()`,
    `Math.random.toString().includes("native code") ? ["the engine's generator, whose state outlives a task"] : []`,
  ],
  [
    "properties of numbers and strings",
    `try { (0).__proto__.leak = 1; } catch {} try { "".__proto__.leak = 1; } catch {} try { Symbol().__proto__.leak = 1; } catch {}`,
    `[(0).leak, "".leak, Symbol().leak, (1n).leak].filter(Boolean)`,
  ],
  [
    "memory of the last task",
    `const secret = new Uint8Array(1e6).fill(42); structuredClone(secret); new TextEncoder().encode("secret".repeat(1e4))`,
    `const found = []; for (let i = 0; i < 20; i++) if (new Uint8Array(1e6).some((byte) => byte !== 0)) found.push(i); return found`,
  ],
];

const LEAKS = TRACES.map(([name, leave, look]): HostileCase => ({
  group: "leak",
  name,
  tries: "leaves a trace that the next task on the same isolate could find",
  code: `${leave};\nreturn 0`,
  expect: { completes: 0 },
  look,
}));

/** Too slow to be done a thousand times. */
const SLOW_TRACES = new Set(["memory of the last task"]);

/** One task that leaves every trace at once, and one that looks for all of them and gives the names of those found. */
export const ALL_TRACES: { leave: string; look: string } = {
  leave: TRACES.map(([, leave]) => `try { await (async () => { ${leave} })(); } catch {}`).join("\n") + "\nreturn 0",
  look: "const found = [];\n" +
    TRACES.filter(([name, , look]) => !SLOW_TRACES.has(name) && look !== SLEEP_AND_FIND_NOTHING).map(
      ([name, , look]) => {
        const body = /(?:^|[;\s])return /.test(look) ? look : `return ${look}`;
        return `if ((await (async () => { ${body} })()).length > 0) found.push(${JSON.stringify(name)});`;
      },
    ).join("\n") + "\nreturn found",
};

/** Rows of attacks that differ in their code alone. */
type Row = [name: string, tries: string, code: string, expect: Expectation, options?: Partial<HostileCase>];

function rows(group: Group, options: Partial<HostileCase>, list: Row[]): HostileCase[] {
  return list.map(([name, tries, code, expect, own]) => ({ group, name, tries, code, expect, ...options, ...own }));
}

/** For what has to end before its deadline, on the busiest machine too. */
const PLENTY: Partial<HostileCase> = { timeoutMs: 120_000 };

const ENDLESS = rows("time", { timeoutMs: 250 }, [
  ["for", "loops without end", `for (;;);`, TIMES_OUT],
  ["while after await", "loops without end in a continuation", `await null; while (true);`, TIMES_OUT],
  [
    "try and finally",
    "catches whatever might stop it",
    `for (;;) { try { continue; } finally { continue; } }`,
    TIMES_OUT,
  ],
  [
    "exponential recursion",
    "recurses in catch and finally, so that unwinding the stack never ends",
    `const f = () => { try { f(); } catch { f(); } finally { f(); } }; f()`,
    TIMES_OUT,
  ],
  [
    "catastrophic pattern",
    "backtracks exponentially, inside the engine's matcher",
    `/^(a+)+$/.test("a".repeat(50) + "b")`,
    TIMES_OUT,
  ],
  [
    "catastrophic pattern in replace",
    "the same, by way of a string method",
    `"x".repeat(60).replace(/(x+x+)+y/g, "")`,
    TIMES_OUT,
  ],
  ["never-ending sort", "never returns from a comparator", `[3, 2, 1].sort(() => { for (;;); })`, TIMES_OUT],
  ["endless iterator", "iterates without end", `for (const x of (function* () { for (;;) yield 1; })());`, TIMES_OUT],
  [
    "endless async iterator",
    "iterates without end, by promises",
    `for await (const x of (async function* () { for (;;) yield 1; })());`,
    TIMES_OUT,
  ],
  [
    "microtask flood",
    "keeps the microtask queue from ever being empty",
    `await new Promise(() => { const f = () => { Promise.resolve().then(f); }; f(); })`,
    TIMES_OUT,
  ],
  [
    "queueMicrotask flood",
    "the same, with queueMicrotask",
    `await new Promise(() => { const f = () => queueMicrotask(f); f(); })`,
    TIMES_OUT,
  ],
  [
    "timer flood",
    "keeps itself alive with timers",
    `const f = () => { setTimeout(f, 0); setTimeout(f, 0); }; await new Promise(f)`,
    { fails: "DEADLINE_EXCEEDED" },
  ],
  [
    "waiting for nothing, with a timer",
    "never settles while an interval keeps it awake",
    `setInterval(() => {}, 10); await new Promise(() => {})`,
    TIMES_OUT,
  ],
  [
    "waiting for nothing",
    "waits for a promise that nothing can settle",
    `await new Promise(() => {})`,
    { fails: "TASK_FAILED", message: /nothing is left to settle/ },
    PLENTY,
  ],
  [
    "result never settles",
    "returns a thenable that never calls back",
    `return { then() {} }`,
    { fails: "TASK_FAILED", message: /nothing is left to settle/ },
    PLENTY,
  ],
  [
    "endless thenable",
    "returns a thenable that resolves to itself, forever",
    `const t = { then(resolve) { resolve(t); } }; return t`,
    TIMES_OUT,
  ],
  ["loop in then", "loops in a thenable's then", `return { then() { for (;;); } }`, TIMES_OUT],
  ["getter in the result", "loops while its result is read", `return { get a() { for (;;); } }`, TIMES_OUT],
  ["toJSON in the result", "loops while its result is written", `return { toJSON() { for (;;); } }`, TIMES_OUT],
  [
    "ownKeys trap in the result",
    "loops in a proxy trap while its result is read",
    `return new Proxy({}, { ownKeys() { for (;;); } })`,
    TIMES_OUT,
  ],
  [
    "prototype trap in the result",
    "loops when asked for its prototype",
    `return new Proxy({}, { getPrototypeOf() { for (;;); } })`,
    TIMES_OUT,
  ],
  [
    "getter in the thrown value",
    "loops while what it threw is read",
    `throw { get message() { for (;;); } }`,
    TIMES_OUT,
  ],
  [
    "trap in the thrown value",
    "throws a proxy that loops in every trap",
    `throw new Proxy({}, { get() { for (;;); } })`,
    TIMES_OUT,
  ],
  [
    "stack getter in the thrown value",
    "loops when its stack is read",
    `throw Object.defineProperty(new Error(), "stack", { get() { for (;;); } })`,
    TIMES_OUT,
  ],
  [
    "toString in the console",
    "loops while a line is written",
    `console.log(new Proxy({}, { ownKeys() { for (;;); } }))`,
    TIMES_OUT,
  ],
  [
    "rejection's reason",
    "loops while an unhandled rejection is read",
    `Promise.reject({ get message() { for (;;); } }); await new Promise((r) => setTimeout(r, 1e6))`,
    TIMES_OUT,
  ],
  [
    "loop in a timer",
    "loops in a callback",
    `setTimeout(() => { for (;;); }, 1); await new Promise(() => {})`,
    TIMES_OUT,
  ],
  ["loop in toPrimitive", "loops in a conversion", "`${{ [Symbol.toPrimitive]() { for (;;); } }}`", TIMES_OUT],
  ["loop in a reviver", "loops in a callback of a built-in", `JSON.parse("[1]", () => { for (;;); })`, TIMES_OUT],
  ["loop in a replacer", "loops in a callback of a built-in", `"a".replace(/a/, () => { for (;;); })`, TIMES_OUT],
  ["loop in a static block", "loops while a class is defined", `class A { static { for (;;); } }`, TIMES_OUT],
  [
    "loop in a disposer",
    "loops when a scope is left",
    `{ using x = { [Symbol.dispose]() { for (;;); } }; }`,
    TIMES_OUT,
  ],
  [
    "large numbers",
    "computes with ever larger bigints, inside the engine",
    `let x = 3n; for (;;) { x = (x * x) % (2n ** 4_000_000n); }`,
    TIMES_OUT,
  ],
  ["long join", "joins without end", `for (;;) new Array(1e6).join("x")`, TIMES_OUT],
  ["Atomics.wait", "blocks its thread", `Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)`, {
    fails: "TASK_FAILED",
    message: /not defined/,
  }, PLENTY],
  [
    "slow hash, awaited",
    "has the host compute for minutes on a thread of its own",
    `const key = await crypto.subtle.importKey("raw", new Uint8Array(8), "PBKDF2", false, ["deriveBits"]);
     await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt: new Uint8Array(8), iterations: 2 ** 31 - 1 }, key, 256)`,
    TIMES_OUT,
  ],
  [
    "slow hash, left behind",
    "leaves the host computing for minutes and returns",
    `const key = await crypto.subtle.importKey("raw", new Uint8Array(8), "PBKDF2", false, ["deriveBits"]);
     crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt: new Uint8Array(8), iterations: 2 ** 31 - 1 }, key, 256);
     return 1`,
    { fails: "TASK_FAILED", message: /left work running/ },
    PLENTY,
  ],
  [
    "promise chain left behind, endless",
    "gives its result and goes on in a chain of promises that never ends",
    `(async () => { for (;;) await null; })(); return 1`,
    { fails: "TASK_FAILED", message: /left work running/ },
    PLENTY,
  ],
  [
    "loop left behind",
    "gives its result and loops in a microtask after it",
    `Promise.resolve().then(() => {}).then(() => {}).then(() => {}).then(() => {}).then(() => { for (;;); }); return 1`,
    { fails: "TASK_FAILED", message: /left work running/ },
    PLENTY,
  ],
]);

const BOMBS = rows("memory", { ...PLENTY, memoryBytes: 48 * MIB }, [
  ["objects", "fills the heap with objects", `const a = []; for (;;) a.push({ a: 1, b: [1, 2, 3] })`, TOO_MUCH_MEMORY],
  [
    "arrays",
    "fills the heap with large arrays",
    `const a = []; for (;;) a.push(new Array(1e5).fill(1.5))`,
    TOO_MUCH_MEMORY,
  ],
  ["one array", "fills one array at once", `new Array(1e8).fill(0)`, TOO_MUCH_MEMORY],
  [
    "strings",
    "fills the heap with flat strings",
    `const a = []; for (let i = 0;; i++) a.push(("x".repeat(1e5) + i).split("").join(""))`,
    TOO_MUCH_MEMORY,
  ],
  [
    "string doubling",
    "doubles a string and flattens it",
    `let s = "x"; for (;;) { s += s; s.charCodeAt(s.length / 2); }`,
    { fails: "RESOURCE_EXHAUSTED" },
    { memoryBytes: 40 * MIB },
  ],
  ["Map", "fills a map", `const m = new Map(); for (let i = 0;; i++) m.set(i, [i])`, TOO_MUCH_MEMORY],
  ["Set", "fills a set", `const s = new Set(); for (let i = 0;; i++) s.add([i])`, TOO_MUCH_MEMORY],
  ["object keys", "fills an object", `const o = {}; for (let i = 0;; i++) o["k" + i] = [i]`, TOO_MUCH_MEMORY],
  [
    "ArrayBuffers",
    "fills memory outside of the heap",
    `const a = []; for (;;) a.push(new Uint8Array(1e6).fill(1))`,
    TOO_MUCH_MEMORY,
  ],
  ["one ArrayBuffer", "fills one buffer, outside of the heap", `new Uint8Array(1e9).fill(1)`, TOO_MUCH_MEMORY],
  [
    "resizable buffer",
    "grows one buffer",
    `const b = new ArrayBuffer(0, { maxByteLength: 2e9 }); for (let n = 1e6;; n += 1e6) { b.resize(n); new Uint8Array(b, n - 1e6).fill(1); }`,
    TOO_MUCH_MEMORY,
  ],
  [
    "small buffers",
    "fills memory with many small buffers",
    `const a = []; for (;;) a.push(new Uint8Array(100).fill(1))`,
    TOO_MUCH_MEMORY,
  ],
  [
    "closures",
    "fills the heap with closures",
    `let f = () => 0; for (;;) { const g = f; const data = new Array(100).fill(0); f = () => g() + data.length; }`,
    TOO_MUCH_MEMORY,
  ],
  [
    "promises",
    "fills the heap with promises",
    `const a = []; for (;;) a.push(new Promise(() => {}).then(() => {}))`,
    TOO_MUCH_MEMORY,
  ],
  ["microtasks", "fills the microtask queue", `for (;;) Promise.resolve().then(() => {})`, TOO_MUCH_MEMORY],
  ["timers", "arms timers without end, which the host keeps", `for (;;) setTimeout(() => {}, 1e6)`, TOO_MUCH_MEMORY],
  [
    "registered symbols",
    "fills the symbol registry, which outlives a task",
    `for (let i = 0;; i++) Symbol.for("leak".repeat(50) + i)`,
    TOO_MUCH_MEMORY,
  ],
  ["structuredClone", "clones ever larger data", `let o = [1]; for (;;) o = [structuredClone(o), o]`, TOO_MUCH_MEMORY],
  [
    "bigints",
    "fills the heap with bigints",
    `const a = []; for (let i = 1n;; i++) a.push(i ** 1000n)`,
    TOO_MUCH_MEMORY,
  ],
  ["JSON text", "writes ever larger JSON", `let o = "x"; for (;;) o = JSON.stringify([o, o, o])`, {
    fails: "RESOURCE_EXHAUSTED",
  }],
  [
    "URLSearchParams",
    "fills a host object",
    `const p = new URLSearchParams(); for (let i = 0;; i++) p.append("k" + i, "x".repeat(1000))`,
    TOO_MUCH_MEMORY,
  ],
  [
    "TextEncoder",
    "has the host encode ever more",
    `const a = []; for (;;) a.push(new TextEncoder().encode("x".repeat(1e6)))`,
    TOO_MUCH_MEMORY,
  ],
  [
    "random bytes",
    "fills buffers with random bytes",
    `const a = []; for (;;) a.push(crypto.getRandomValues(new Uint8Array(65536)))`,
    TOO_MUCH_MEMORY,
  ],
  ["deep structure", "links objects without end", `let o = null; for (;;) o = { o, data: [1, 2, 3] }`, TOO_MUCH_MEMORY],
  ["endless spread", "spreads an endless iterator", `[...(function* () { for (;;) yield {}; })()]`, TOO_MUCH_MEMORY],
  ["split", "splits a long string", `"x".repeat(2 ** 28).split("")`, { fails: "RESOURCE_EXHAUSTED" }],
  [
    "bomb left behind",
    "gives its result and fills the heap after it, for the next task to be blamed",
    `const a = []; (async () => { for (;;) { a.push(new Array(1e4).fill(1.5)); await null; } })(); return 1`,
    TOO_MUCH_MEMORY,
  ],
  [
    "bomb in the result",
    "fills the heap while its result is read",
    `return { get a() { const a = []; for (;;) a.push(new Array(1e4).fill(1.5)); } }`,
    TOO_MUCH_MEMORY,
  ],
]);

const OUTPUTS = rows("output", {}, [
  ["NaN", "gives a number that JSON turns into null", `return { items: [1, { price: NaN }] }`, {
    fails: "INVALID_OUTPUT",
    message: /output\.items\[1\]\.price is NaN/,
  }],
  ["Infinity", "gives a number that JSON has not", `1 / 0`, { fails: "INVALID_OUTPUT", message: /output is Infinity/ }],
  ["function", "gives a function", `return { f() {} }`, {
    fails: "INVALID_OUTPUT",
    message: /output\.f is a function/,
  }],
  ["symbol", "gives a symbol", `return [Symbol("x")]`, { fails: "INVALID_OUTPUT", message: /output\[0\] is a symbol/ }],
  ["bigint", "gives a bigint", `10n`, { fails: "INVALID_OUTPUT", message: /output is a bigint/ }],
  ["cycle", "gives an object that contains itself", `const a = { b: {} }; a.b.a = a; return a`, {
    fails: "INVALID_OUTPUT",
    message: /output\.b\.a contains itself/,
  }],
  ["depth", "nests deeper than a reader's stack", `let a = 1; for (let i = 0; i < 1e5; i++) a = [a]; return a`, {
    fails: "INVALID_OUTPUT",
    message: /nested deeper than/,
  }],
  ["size", "gives more than the output may have", `return "x".repeat(2 ** 21)`, {
    fails: "RESOURCE_EXHAUSTED",
    message: /output is larger/,
  }],
  [
    "many members",
    "gives more members than the output may have",
    `return Object.fromEntries(Array.from({ length: 3e5 }, (_, i) => [i, i]))`,
    { fails: "RESOURCE_EXHAUSTED", message: /output is larger/ },
  ],
  ["sparse array", "gives an array of four thousand million holes", `return new Array(2 ** 32 - 1)`, {
    fails: "RESOURCE_EXHAUSTED",
    message: /output is larger/,
  }],
  [
    "endless array-like",
    "gives a proxy that claims to be an endless array",
    `return new Proxy([], { get: (t, k) => k === "length" ? 2 ** 53 - 1 : 1 })`,
    { fails: "RESOURCE_EXHAUSTED", message: /output is larger/ },
  ],
  ["Map", "gives what JSON turns into an empty object", `return { m: new Map([[1, 2]]) }`, {
    fails: "INVALID_OUTPUT",
    message: /output\.m is a Map/,
  }],
  ["promise inside", "gives a promise that was not awaited", `return { p: Promise.resolve(1) }`, {
    fails: "INVALID_OUTPUT",
    message: /output\.p is a promise/,
  }],
  ["typed array", "gives bytes", `return new Uint8Array(4)`, { fails: "INVALID_OUTPUT", message: /typed array/ }],
  ["throwing getter", "throws while its result is read", `return { get a() { throw new Error("from the getter"); } }`, {
    fails: "TASK_FAILED",
    message: /from the getter/,
  }],
  ["throwing toJSON", "throws while its result is written", `return { toJSON() { throw null; } }`, {
    fails: "TASK_FAILED",
    message: /Thrown: null/,
  }],
  [
    "second reading",
    "gives another value when it is read a second time",
    `let n = 0; return { get a() { return n++ === 0 ? 1 : () => {}; } }`,
    { completes: { a: 1 } },
  ],
  [
    "__proto__ member",
    "gives a member that an unwary reader takes for a prototype",
    `return JSON.parse('{"__proto__":{"leak":1}}')`,
    { completes: JSON.parse('{"__proto__":{"leak":1}}') },
  ],
  ["lone surrogate", "gives text that is no valid UTF-16", String.raw`return "\ud800"`, { completes: "\ud800" }],
  [
    "frame in the output",
    "gives text that looks like the end of a frame",
    String.raw`return "\u0000\u0000\u0000\u0001}\n{\u0002"`,
    { completes: "\0\0\0\x01}\n{\x02" },
  ],
]);

const CONSOLES = rows("console", {}, [
  [
    "wide characters",
    "writes characters that take three bytes each, past a bound that counts characters",
    `console.log("€".repeat(60_000)); console.log("€".repeat(60_000)); return 1`,
    { completes: 1 },
  ],
  ["flood of lines", "writes lines without end", `for (let i = 0; i < 1e5; i++) console.log("line", i); return 1`, {
    completes: 1,
  }],
  ["one large line", "writes one line of 100 MB", `console.log("x".repeat(1e8)); return 1`, { completes: 1 }, {
    memoryBytes: 512 * MIB,
  }],
  [
    "large objects",
    "writes objects too large to print",
    `console.log(Array.from({ length: 1e4 }, () => ({ a: "x".repeat(1000) }))); return 1`,
    { completes: 1 },
  ],
  [
    "deep object",
    "writes an object nested without end",
    `let a = {}; for (let i = 0; i < 1e5; i++) a = { a }; console.log(a); return 1`,
    { completes: 1 },
  ],
  ["cycle", "writes an object that contains itself", `const a = []; a.push(a, { a }); console.log(a); return 1`, {
    completes: 1,
  }],
  [
    "throwing values",
    "writes values that throw when they are read",
    `
    console.log({ get a() { throw 1; } }, new Proxy({}, { ownKeys() { throw 1; } }), Object.create(null), { toString: null });
    console.log(Symbol("s"), 10n, undefined, null, () => {}, new Error("e"), new Date(NaN)); return 1`,
    { completes: 1 },
  ],
  [
    "frames in a line",
    "writes a line that looks like a frame",
    String
      .raw`console.log("\u0000\u0000\u0000\u0015" + "\u0000".repeat(16) + "\u0002\u0001\u0000\u0000\u0000{}"); return 1`,
    { completes: 1 },
  ],
  [
    "console in the result's getter",
    "writes while its result is read",
    `return { get a() { console.log("read"); return 1; } }`,
    { completes: { a: 1 } },
  ],
]);

const STACKS = rows("stack", {}, [
  [
    "prepareStackTrace",
    "asks V8 for call sites, whose getThis and getFunction lead to the host (vm2, several)",
    `
    let got = "contained";
    Error.prepareStackTrace = (_error, sites) => { got = "called"; for (const site of sites) { if (site.getThis?.() || site.getFunction?.()) got = "found"; } return ""; };
    try { null.x; } catch (error) { error.stack; }
    const holder = {}; Error.captureStackTrace?.(holder); holder.stack;
    return got`,
    CONTAINED,
  ],
  [
    "prepareStackTrace on other errors",
    "the same on every constructor of errors",
    `
    let got = "contained";
    for (const E of [TypeError, RangeError, SyntaxError, AggregateError, DOMException, Object.getPrototypeOf(TypeError)]) {
      try { E.prepareStackTrace = () => { got = "called"; }; } catch {}
      try { new E("x").stack; } catch {}
    }
    return got`,
    CONTAINED,
  ],
  [
    "error name with conversions (vm2, CVE-2023-32314)",
    "has the host convert an error's name while it makes a stack",
    `
    const error = new Error("x");
    error.name = { toString: new Proxy(() => "", { apply(_t, _this, args) { args.constructor.constructor("return 1")(); return ""; } }) };
    try { error.stack; } catch {}
    throw error`,
    { fails: "TASK_FAILED" },
  ],
  [
    "captureStackTrace on frozen intrinsics",
    "writes a stack into shared objects",
    `for (const o of [Object.prototype, Math, console, Promise]) { try { Error.captureStackTrace(o); } catch {} } return typeof ({}).stack`,
    { completes: "undefined" },
  ],
  [
    "forged stack",
    "gives a stack of its own with frames of its own",
    `const error = new Error("x"); Object.defineProperty(error, "stack", { value: "x\\n".repeat(1e5) + "    at evil (task.js:99999999999999999999:1)" }); throw error`,
    { fails: "TASK_FAILED", message: /^x$/ },
  ],
  [
    "endless stack",
    "asks for a stack without a limit",
    `Error.stackTraceLimit = Infinity; const f = (n) => n === 0 ? (() => { throw new Error("deep"); })() : f(n - 1); f(5000)`,
    { fails: "TASK_FAILED", message: /deep/ },
  ],
  ["huge message", "throws an error of 100 MB", `throw new Error("x".repeat(1e8))`, {
    fails: "TASK_FAILED",
    message: /^x{4095}…$/,
  }, { memoryBytes: 512 * MIB }],
  ["throws nothing", "throws undefined", `throw undefined`, { fails: "TASK_FAILED", message: /Thrown: undefined/ }],
  ["throws a symbol", "throws what cannot be converted", `throw Symbol("odd")`, {
    fails: "TASK_FAILED",
    message: /odd/,
  }],
  ["throws a function", "throws a function", `throw () => {}`, { fails: "TASK_FAILED", message: /function/ }],
  ["throws a bare object", "throws an object without a prototype", `throw Object.create(null)`, {
    fails: "TASK_FAILED",
    message: /Thrown/,
  }],
  [
    "throws a revoked proxy",
    "throws what throws when it is touched",
    `const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); throw proxy`,
    { fails: "TASK_FAILED", message: /Thrown/ },
  ],
  [
    "throws throwing getters",
    "throws an error whose every property throws",
    `throw new Proxy(new Error(), { get() { throw new Error("again"); } })`,
    { fails: "TASK_FAILED" },
  ],
  [
    "claims another reason",
    "gives its failure a code that only the system may give",
    `throw Object.assign(new Error("x"), { code: "WORKER_LOST" })`,
    { fails: "TASK_FAILED", message: /^x$/ },
  ],
  [
    "claims a crash",
    "tries to be counted as a crash, which is retried for longer",
    `throw Object.assign(new Error("x"), { code: "ISOLATE_CRASHED" })`,
    { fails: "TASK_FAILED", message: /^x$/ },
  ],
  ["stack overflow", "exhausts the stack", `const f = () => f(); f()`, { fails: "TASK_FAILED", message: /call stack/ }],
  [
    "stack overflow in the result",
    "exhausts the stack while its result is read",
    `return { toJSON() { const f = () => f(); return f(); } }`,
    { fails: "TASK_FAILED", message: /call stack/ },
  ],
  [
    "suppressed errors",
    "has the host make an error of two in a disposal",
    `{ using x = { [Symbol.dispose]() { throw new Error("second"); } }; throw new Error("first"); }`,
    { fails: "TASK_FAILED" },
  ],
]);

const WASMS = rows("wasm", { language: "wasm", ...PLENTY, memoryBytes: 48 * MIB }, [
  ["loop", "loops without end in compiled code", coreModule({ execute: LOOP }), TIMES_OUT, { timeoutMs: 250 }],
  ["loop in alloc", "loops where memory is asked for", coreModule({ alloc: LOOP }), TIMES_OUT, { timeoutMs: 250 }],
  ["loop in the start function", "loops while the module is instantiated", coreModule({ start: LOOP }), TIMES_OUT, {
    timeoutMs: 250,
  }],
  ["memory", "grows its memory and writes to it", coreModule({ execute: GROW_AND_FILL }), TOO_MUCH_MEMORY],
  ["trap", "traps", coreModule({ execute: UNREACHABLE }), { fails: "TASK_FAILED", message: /unreachable/ }],
  ["endless recursion", "calls itself without end", coreModule({ execute: RECURSE }), {
    fails: "TASK_FAILED",
    message: /call stack/,
  }],
  ["pointer outside", "gives an output beyond its memory", coreModule({ execute: I64_MINUS_ONE }), {
    fails: "INVALID_OUTPUT",
    message: /memory has/,
  }],
  ["alloc outside", "gives a place for the input beyond its memory", coreModule({ alloc: I32_MINUS_ONE }), {
    fails: "INVALID_OUTPUT",
    message: /alloc gave/,
  }],
  ["no JSON", "gives bytes that are no JSON", coreModule({ execute: I64_FIVE }), {
    fails: "INVALID_OUTPUT",
    message: /not JSON/,
  }],
  ["imports", "wants functions of the host", coreModule({ imports: [["env", "fetch"]] }), {
    refused: /imports the function "env.fetch"/,
  }],
  [
    "imports of JavaScript",
    "wants JavaScript's own functions",
    coreModule({ imports: [["wasm:js-string", "concat"]] }),
    { refused: /imports the function/ },
  ],
  ["no module", "is no module", "bm8gbW9kdWxl", { refused: /not a WASM module/ }],
  ["too large", "is larger than a module may be", "A".repeat(4 * MIB), { refused: /at most/ }],
  ["exit code", "ends a WASI command with an exit code", wasiCommand("proc_exit"), {
    fails: "TASK_FAILED",
    message: /exit code 7/,
  }],
  ["files", "opens a file from a WASI command", wasiCommand("path_open"), { completes: 8 }],
  ["sockets", "accepts a connection from a WASI command", wasiCommand("sock_accept"), { completes: 52 }],
  ["unknown descriptor", "writes to a descriptor that is not open", wasiCommand("fd_write"), { completes: 8 }],
  ["wild pointer", "has random bytes written beyond its memory", wasiCommand("random_get"), { completes: 21 }],
]);

const EXITS = rows("exit", {}, [
  ["exit", "ends the process", `Deno.exit(0)`, { fails: "TASK_FAILED", message: /not defined/ }],
  ["kill", "kills the process", `Deno.kill(Deno.pid)`, { fails: "TASK_FAILED", message: /not defined/ }],
  ["close", "closes the thread silently", `close()`, { fails: "TASK_FAILED", message: /not defined/ }],
  ["self.close", "closes the thread silently", `self.close()`, { fails: "TASK_FAILED", message: /not defined/ }],
  ["process.exit", "ends the process, as in Node", `process.exit(0)`, { fails: "TASK_FAILED", message: /not defined/ }],
  [
    "error in a timer",
    "throws where nobody can catch it",
    `setTimeout(() => { throw new Error("thrown in a timer"); }, 1); await new Promise((r) => setTimeout(r, 1000))`,
    { fails: "TASK_FAILED", message: /thrown in a timer/ },
  ],
  [
    "unhandled rejection",
    "rejects where nobody catches it",
    `Promise.reject(new Error("nobody caught it")); await new Promise((r) => setTimeout(r, 1000))`,
    { fails: "TASK_FAILED", message: /nobody caught it/ },
  ],
  [
    "error in a microtask",
    "throws in a microtask",
    `queueMicrotask(() => { throw new Error("thrown in a microtask"); }); await new Promise((r) => setTimeout(r, 1000))`,
    { fails: "TASK_FAILED", message: /thrown in a microtask/ },
  ],
  [
    "crash of the host's parser",
    "feeds host functions what they may not expect",
    `
    for (const bad of [null, undefined, NaN, {}, [], Symbol.iterator, 1n, "\ud800", "x".repeat(1e6), new Proxy({}, {})]) {
      for (const act of [() => new URL(bad), () => new URLSearchParams(bad), () => atob(bad), () => btoa(bad), () => new TextDecoder(bad),
        () => new TextEncoder().encodeInto(bad, bad), () => crypto.getRandomValues(bad), () => clearTimeout(bad), () => structuredClone(bad, bad)]) {
        try { act(); } catch {}
      }
      for (const method of Object.keys(crypto.subtle)) { try { await crypto.subtle[method](bad, bad, bad, bad, bad, bad, bad); } catch {} }
    }
    return "contained"`,
    CONTAINED,
    { memoryBytes: 256 * MIB },
  ],
]);

/** Every attack. */
export const CASES: readonly HostileCase[] = [
  ...ESCAPES,
  ...IMPORTS,
  ...LEAKS,
  ...ENDLESS,
  ...BOMBS,
  ...OUTPUTS,
  ...CONSOLES,
  ...STACKS,
  ...WASMS,
  ...EXITS,
];
