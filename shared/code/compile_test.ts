import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import type { Language } from "../definition/definition.ts";
import { CODE_BYTES_MAX } from "../limits.ts";
import { compileCode } from "./compile.ts";
import type { CompiledScript } from "./compiled_code.ts";
import { authorColumn } from "./source_position.ts";

function compiled(source: string, language: Language = "javascript"): CompiledScript {
  const compilation = compileCode(source, language);
  assert(compilation.ok, JSON.stringify(compilation));
  assert(compilation.code.kind === "script");
  return compilation.code;
}

/** Runs compiled code as an isolate would, without the isolate. */
function run(source: string, input: unknown, language: Language = "javascript"): Promise<unknown> {
  const { body } = compiled(source, language);
  const make = new Function("input", `"use strict"; return async function () {\n${body}\n};`);
  return make(input)(input);
}

const RESULTS: [what: string, source: string, expected: unknown][] = [
  ["an expression", `input.value * 2`, 42],
  ["an expression with a semicolon", `input.value * 2;`, 42],
  ["an expression in parentheses", `(input.value, 7)`, 7],
  ["a sequence", `1, 2, input.value`, 21],
  ["an object in parentheses", `({ a: input.value })`, { a: 21 }],
  ["an awaited expression", `await Promise.resolve(input.value)`, 21],
  ["a text", `"use strict"`, "use strict"],
  ["a template", "`v${input.value}`", "v21"],
  ["statements before the expression", `const a = 1\nlet b = 2\na + b`, 3],
  ["an assignment", `let a; a = 5`, 5],
  ["empty statements behind it", `5;;;`, 5],
  ["functions behind it", `f(input.value)\nfunction f(x) { return x + 1; }\nasync function g() {}`, 22],
  ["an if", `if (input.value > 3) { "big" } else { "small" }`, "big"],
  ["an if without blocks", `if (input.value > 30) "big"; else "small"`, "small"],
  ["an else-if chain", `if (false) 1\nelse if (input.value === 21) 2\nelse 3`, 2],
  ["an if that is not taken", `if (false) 1`, undefined],
  ["a try", `try { null.x } catch { "caught" }`, "caught"],
  ["a try with finally", `let n = 0\ntry { n + 1 } finally { n = 9 }`, 1],
  ["a block", `{ const a = 4; a * 2 }`, 8],
  ["a declaration at the end", `const a = 1`, undefined],
  ["a loop at the end", `for (const x of [1]) x`, undefined],
  ["nothing", ``, undefined],
  ["a comment", `// nothing`, undefined],
  ["a return", `const a = input.value\nreturn a + 1`, 22],
  ["a return in a branch", `if (input.value) { return "early" }\nreturn "late"`, "early"],
  ["a return in a loop", `for (const x of [1, 2, 3]) { if (x > 1) return x }`, 2],
  ["an await with a return", `const x = await (async () => 3)()\nreturn x`, 3],
  ["a for await with a return", `for await (const x of [Promise.resolve(5)]) return x`, 5],
  ["a default function", `export default function (input) { return input.value + 1; }`, 22],
  ["a default function with a name", `export default async function main({ value }) { return value + 2; }`, 23],
  ["a default arrow", `export default ({ value }) => value + 3`, 24],
  ["a default async arrow with a semicolon", `export default async (i) => { return i.value };`, 21],
  ["a default value", `const table = { a: 1 };\nexport default table`, { a: 1 }],
  ["a default object", `export default { a: 1 }`, { a: 1 }],
  ["a default promise", `export default Promise.resolve(3)`, 3],
  [
    "a default before what it uses",
    `export default function f(i) { return add(i.value); }\nconst n = 5;\nfunction add(x) { return x + n; }`,
    26,
  ],
  ["a default by name before the name", `export default main;\nfunction main(i) { return i.value; }`, 21],
  ["a default in a list", `const main = (i) => i.value;\nexport { main as default };`, 21],
  [
    "named exports beside the default",
    `export const n = 2;\nexport function twice(x) { return x * n; }\nexport default (i) => twice(i.value)`,
    42,
  ],
  [
    "bindings named as ours might be",
    `const main = 1, input2 = 2, result = 3, main1 = 4;\nexport default () => main + input2 + result + main1`,
    10,
  ],
  ["a module's own `input`", `const input = 5;\nexport default (i) => i.value + input`, 26],
  ["top-level await in a module", `const n = await Promise.resolve(4);\nexport default (i) => i.value + n`, 25],
  [
    "import in texts and comments",
    `// import("x")\n/* import.meta */ const a = "import('y')", b = 'import.meta';\n[a, b].join()`,
    "import('y'),import.meta",
  ],
  ["import as a name", `const o = { import(x) { return x; } };\no.import(1) + o?.import(2)`, 3],
  ["import in a pattern", `/import\\(/.test("import(") && /\\import(x)/.test("importx")`, true],
  ["import with an escape before it", String.raw`"\import(" + "\\import("`, "import(\\import("],
  ["import in a template", "`import(${1})`", "import(1)"],
  ["import at the end of a name", `const reimport = (x) => x; const $import = reimport;\nreimport (1) + $import(2)`, 3],
  ["an arrow like an HTML comment", `let n = 3, seen = 0;\nwhile (n --> 0) seen++\nseen`, 3],
  ["a comparison like an HTML comment", `let a = 1, b = 5;\n[a<!--b, b]`, [false, 4]],
  ["a text like an HTML comment", `"<!-- text -->"`, "<!-- text -->"],
  ["source map comments", `1 + 1 //# sourceURL=evil.js\n/*# sourceMappingURL=x */`, 2],
  ["a regular expression literal", `/[/"]import/.source`, '[/"]import'],
  ["an export named like an import", `const a = 2;\nexport { a as "import(", a as default }`, 2],
  ["labels", `outer: for (;;) { break outer }\n7`, 7],
  ["carriage returns", `const a = 1\r\nconst b = 2\r\na + b`, 3],
  ["a class", `class A { #x = 1; static y = 2; get x() { return this.#x } }\nnew A().x + A.y`, 3],
];

for (const [what, source, expected] of RESULTS) {
  Deno.test(`compileCode() gives the result of ${what}`, async () => {
    assert.deepEqual(await run(source, { value: 21 }), expected);
  });
}

const TYPESCRIPT: [what: string, source: string, expected: unknown][] = [
  ["annotations", `const x: number = input.value as number;\nx * 2`, 42],
  ["interfaces and aliases", `interface I { value: number }\ntype N = number\n(input as I).value as N`, 21],
  ["generics", `function id<T>(x: T): T { return x }\nid<number>(input.value)`, 21],
  [
    "a typed default function",
    `type In = { value: number }\nexport default async (i: In): Promise<number> => i.value`,
    21,
  ],
  ["non-null and satisfies", `const o = { a: input } satisfies object\no!.a!.value!`, 21],
  [
    "optional parameters and this",
    `function f(this: void, a?: number, b: number = 2): number { return (a ?? 1) + b }\nf()`,
    3,
  ],
  [
    "abstract classes",
    `abstract class A { protected abstract f(): number; g(): number { return this.f() } }\nclass B extends A { override f() { return 4 } }\nnew B().g()`,
    4,
  ],
  [
    "index signatures and fields",
    `class A { [key: string]: unknown; readonly x: number = 3; declare y: string; private z?: 1 }\nnew A().x`,
    3,
  ],
  [
    "overloads",
    `function f(x: string): void\nfunction f(x: number): number\nfunction f(x: any): any { return x }\nf(5)`,
    5,
  ],
  ["type imports", `import type { X } from "./x.ts"\nexport type Y = X\nexport default (i: Y) => i.value`, 21],
  ["an arrow's type over lines", `const f = (x: number): {\n  a: number\n} => ({ a: x })\nf(1).a`, 1],
  ["a cast before a parenthesis", `let a = input.value as number\n(a + 1)`, 22],
  ["a cast at the end of a field", `class A { x = 1 as number\n['y'] = 2 }\nnew A().y`, 2],
  ["declare", `declare const missing: number\ndeclare function f(): void\ntypeof missing`, "undefined"],
  [
    "enum-like objects",
    `const Color = { Red: 1 } as const\ntype Color = typeof Color[keyof typeof Color]\nColor.Red`,
    1,
  ],
  ["comparisons that look like types", `const a = 1, b = 2, c = 3;\n[a < b, b > c]`, [true, false]],
  ["catch clauses", `try { throw new Error("x") } catch (e: unknown) { (e as Error).message }`, "x"],
  [
    "destructuring",
    `const { value }: { value: number } = input;\nfor (const [k, v] of Object.entries(input as Record<string, number>)) if (v !== value) throw k\nvalue`,
    21,
  ],
];

for (const [what, source, expected] of TYPESCRIPT) {
  Deno.test(`compileCode() removes the types of ${what}`, async () => {
    assert.deepEqual(await run(source, { value: 21 }, "typescript"), expected);
  });
}

const PROBLEMS: [source: string, language: Language, line: number, column: number, message: RegExp][] = [
  ["const a = 1;\nconst b = ;", "javascript", 2, 11, /Syntax error: Unexpected token/],
  ["a b", "javascript", 1, 3, /Syntax error/],
  ["let x = 1;\nlet x = 2;", "javascript", 2, 5, /already been declared/],
  ["with (input) { a }", "javascript", 1, 1, /'with' in strict mode/],
  [`1;\n  import x from "y";`, "javascript", 2, 3, /Cannot import "y"/],
  [`const f = () =>\n  import("y")`, "javascript", 2, 3, /Cannot use import\(\)/],
  [`\n import.meta.url`, "javascript", 2, 2, /Cannot use import\.meta/],
  [`export const a = 1`, "javascript", 1, 1, /no default export/],
  [`export default 1;\nreturn 2`, "javascript", 2, 1, /A module has no return of its own/],
  [`export { a as default } from "x"`, "javascript", 1, 1, /Cannot export from another module/],
  ["String.raw`import(`", "javascript", 1, 12, /tagged template cannot hold/],
  ["const x: = 5", "typescript", 1, 10, /Syntax error/],
  ["1;\nenum A { B }", "typescript", 2, 1, /enum .* const object/],
  ["namespace N { export const a = 1 }", "typescript", 1, 1, /namespace/],
  ["class A { constructor(private x: number) {} }", "typescript", 1, 23, /parameter property/i],
  ["const a = <number>input", "typescript", 1, 11, /`value as Type`/],
  ["@d class A {}", "typescript", 1, 1, /Decorators/],
  [`import { x } from "./x.ts"; x`, "typescript", 1, 1, /Cannot import "\.\/x\.ts"/],
];

for (const [source, language, line, column, message] of PROBLEMS) {
  Deno.test(`compileCode() refuses ${JSON.stringify(source)} at ${line}:${column}`, () => {
    const compilation = compileCode(source, language);
    assert(!compilation.ok, "it was accepted");
    const [problem] = compilation.problems;
    assert.match(problem.message, message);
    assert.deepEqual([problem.line, problem.column], [line, column]);
  });
}

Deno.test("compileCode() refuses code that is too large, and takes the largest", () => {
  const refused = compileCode("/" + "*".repeat(CODE_BYTES_MAX) + "/", "javascript");
  assert(!refused.ok && /at most/.test(refused.problems[0].message));
  assert(compileCode("/*" + "*".repeat(CODE_BYTES_MAX - 4) + "*/", "javascript").ok);
});

/** Shapes that overflow a parser's stack, or that it goes over again and again. */
const DEEP: Record<string, (n: number) => string> = {
  parentheses: (n) => "(".repeat(n) + "1" + ")".repeat(n),
  brackets: (n) => "[".repeat(n) + "]".repeat(n),
  blocks: (n) => "{".repeat(n) + "}".repeat(n),
  arrows: (n) => "() => ".repeat(n) + "1",
  negations: (n) => "!".repeat(n) + "1",
  templates: (n) => "`${".repeat(n) + "1" + "}`".repeat(n),
  sums: (n) => "1" + "+1".repeat(n),
  choices: (n) => "a?b:".repeat(n) + "1",
  elses: (n) => "if(a)1;else ".repeat(n) + "2",
  calls: (n) => "a" + "()".repeat(n),
  "generic types": (n) => "let x: " + "Array<".repeat(n) + "1" + ">".repeat(n),
  "generic arrows": (n) => "<T>(".repeat(n) + "1" + ")".repeat(n),
  "async generic calls": (n) => "async<T>(a=".repeat(n) + "1" + ")".repeat(n),
};

for (const [name, make] of Object.entries(DEEP)) {
  Deno.test(`[M1] compileCode() ends, and ends well, on deep ${name}`, () => {
    for (const depth of [40, 2_000, 50_000]) {
      for (const language of ["javascript", "typescript"] as const) {
        const compilation = compileCode(make(depth), language);
        if (!compilation.ok) assert(compilation.problems[0].message.length > 0);
      }
    }
  });
}

Deno.test("[M1] compileCode() is not slowed by many texts that look like imports among many tagged templates", () => {
  const half = CODE_BYTES_MAX / 2;
  const source = "a`x`;".repeat(half / 5) + "'import(';".repeat(half / 10 - 10);
  assert(compileCode(source, "javascript").ok);
});

Deno.test("[M1] compileCode() never throws, whatever the text", () => {
  const piece = fc.constantFrom(
    ..."{ } ( ) [ ] ; , . => ` ${ / * // /* */ ' \" < > <!-- --> = + ! ? : import export default return await async"
      .split(" "),
    ..."function class if else for try catch const let x y \\u0061 \n as type enum satisfies : number <T> @ #a".split(
      " ",
    ),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), fc.constantFrom("javascript", "typescript"), (pieces, language) => {
      const compilation = compileCode(pieces.join(" "), language as Language);
      assert(compilation.ok || compilation.problems.length > 0);
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("[M2] compiled code holds no text that an isolate takes for an import", () => {
  for (const [, source] of [...RESULTS]) {
    assert.doesNotMatch(compiled(source).body, /import\s*(?:[(.]|\/[/*])/);
  }
});

Deno.test("[M3] compiled code has the author's lines, and columns lead back", () => {
  const source = `const a = "import("; throw\n  ; input.x; /* import( */ "import(" + boom`;
  const fixed = source.replace("throw\n  ;", "a\n  ;");
  const { body, insertions } = compiled(fixed);
  const bodyLines = body.split("\n");
  const lines = fixed.split("\n");
  assert.equal(bodyLines.length, lines.length);
  for (const word of ["boom", "input"]) {
    const line = lines.findIndex((text) => text.includes(word)) + 1;
    const column = bodyLines[line - 1].indexOf(word) + 1;
    assert.equal(authorColumn(insertions, line, column), lines[line - 1].indexOf(word) + 1, word);
  }
});

Deno.test("compileCode() gives one hash for one code, and another for another", () => {
  const hashes = ["1", "1", "2"].map((source) => {
    const compilation = compileCode(source, "javascript");
    assert(compilation.ok);
    return compilation.hash;
  });
  assert.match(hashes[0], /^[0-9a-f]{64}$/);
  assert.equal(hashes[0], hashes[1]);
  assert.notEqual(hashes[0], hashes[2]);
});
