import assert from "node:assert/strict";
import { stripTypeScriptTypes } from "node:module";
import { stripTypes } from "./type_stripping.ts";

/** Folders whose files are TypeScript that people wrote. */
const FOLDERS = ["../", "../../engine/", "../../worker/", "../../tests/"];

function* sources(folder: URL): Generator<URL> {
  for (const entry of Deno.readDirSync(folder)) {
    if (entry.isDirectory && entry.name !== "gen") yield* sources(new URL(`${entry.name}/`, folder));
    else if (entry.name.endsWith(".ts")) yield new URL(entry.name, folder);
  }
}

/** Deno's own stripping, which differs in semicolons, and in leaving an empty import behind. */
function likeDeno(text: string): string {
  return text.replace(/;/g, " ").replace(/import \{\s*\} from "[^"]*"/g, " ").replace(/[ \t]+$/gm, "");
}

Deno.test("stripTypes() does what Deno does, on every file of this repository", () => {
  let compared = 0;
  for (const url of FOLDERS.flatMap((folder) => [...sources(new URL(folder, import.meta.url))])) {
    const source = Deno.readTextFileSync(url);
    const stripped = stripTypes(source);
    if (typeof stripped !== "string") {
      assert.throws(() => stripTypeScriptTypes(source), `${url.pathname}: ${stripped.message}`);
      continue;
    }
    assert.equal(likeDeno(stripped), likeDeno(stripTypeScriptTypes(source)), url.pathname);
    compared++;
  }
  assert(compared > 100, `${compared} files`);
});

Deno.test("[T1] stripTypes() refuses where a line break would change its meaning", () => {
  const refused = stripTypes("function f() { return <T\n>(x: T) => x }");
  assert(typeof refused !== "string");
  assert.match(refused.message, /without joining lines/);
});

const KEPT: [source: string, stripped: string][] = [
  ["let a = b as T\n(c)", "let a = b    ;\n(c)"],
  ["a!\nb", "a;\nb"],
  ["f()\ninterface X {}\n(b)", "f()\n;             \n(b)"],
  ["class A { a = 1\nprivate [b] = 2 }", "class A { a = 1\n;       [b] = 2 }"],
  ["for (let i = 0 as number; i < 1; i++);", "for (let i = 0          ; i < 1; i++);"],
  ["(a) as any as /* ) */ B", "(a)                   ;"],
];

for (const [source, stripped] of KEPT) {
  Deno.test(`[T1] stripTypes() keeps the statements of ${JSON.stringify(source)}`, () => {
    assert.equal(stripTypes(source), stripped);
  });
}
