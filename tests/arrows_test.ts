import { deepEqual } from "node:assert/strict";
import { dirname, join, normalize, relative } from "node:path";

const ROOT = join(import.meta.dirname!, "..");

/** What each folder may import, itself and npm packages aside. Tests and benchmarks may import everything. */
const ARROWS: { readonly [folder: string]: readonly string[] } = {
  proto: [],
  shared: ["proto"],
  engine: ["proto", "shared"],
  worker: ["proto", "shared"],
  embedded: ["shared", "engine", "worker"],
  cli: ["proto", "shared", "engine", "worker", "embedded"],
  examples: ["shared", "engine", "worker", "embedded"],
};

/** Who alone may import a package, by path prefixes. */
const OWNERS: { readonly [pattern: string]: readonly string[] } = {
  "@connectrpc/": ["engine/rpc/", "worker/engine_client.ts", "shared/client/"],
  "hono": ["engine/rpc/", "engine/dashboard/", "engine/signals/", "engine/access/"],
  "foundationdb": ["engine/store/fdb"],
  "node:sqlite": ["engine/store/sqlite"],
  "acorn": ["shared/code/", "shared/definition/"],
  "ses": ["worker/isolate/"],
};

/** Words that may stand only in the named files: settings are read in one place, the machine has no world. */
const WORDS: readonly { word: RegExp; outside?: readonly string[]; inside?: string }[] = [
  {
    word: /Deno\.env\b|Deno\.args\b/,
    outside: ["engine/config.ts", "worker/config.ts", "cli/", "proto/", "examples/"],
  },
  { word: /\basync\b|\bawait\b|Date\.now|Math\.random|performance\.now|\bDeno\./, inside: "engine/machine/" },
];

interface Source {
  path: string;
  text: string;
}

async function sources(folder: string): Promise<Source[]> {
  const found: Source[] = [];
  const visit = async (path: string) => {
    for await (const entry of Deno.readDir(join(ROOT, path))) {
      const child = `${path}/${entry.name}`;
      if (entry.isDirectory) {
        if (entry.name !== "gen" && entry.name !== "testing") await visit(child); // "testing" is for tests alone
      } else if (/(?<!_test|_contract)\.tsx?$/.test(entry.name)) {
        found.push({ path: child, text: await Deno.readTextFile(join(ROOT, child)) });
      }
    }
  };
  await visit(folder).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  return found;
}

function importsOf(text: string): string[] {
  const found = text.matchAll(/(?:from|import\()\s*"([^"]+)"|^import "([^"]+)"/gm);
  // What only tests and tools need is named with its version where it is imported.
  return [...found].map((match) => (match[1] ?? match[2]).replace(/^npm:(.+?)@[\d.]+/, "$1"));
}

const all = (await Promise.all(Object.keys(ARROWS).map(sources))).flat();

Deno.test("imports between folders follow the arrows", () => {
  const wrong = all.flatMap(({ path, text }) => {
    const folder = path.split("/")[0];
    return importsOf(text).filter((specifier) => specifier.startsWith(".")).flatMap((specifier) => {
      const target = relative(ROOT, normalize(join(ROOT, dirname(path), specifier)));
      const into = target.split("/")[0];
      return into === folder || ARROWS[folder].includes(into) ? [] : [`${path} imports ${target}`];
    });
  });
  deepEqual(wrong, []);
});

Deno.test("a package is imported only by its owners", () => {
  const wrong = all.flatMap(({ path, text }) =>
    importsOf(text).flatMap((specifier) => {
      const owners = Object.entries(OWNERS).find(([name]) =>
        name.endsWith("/") ? specifier.startsWith(name) : specifier === name || specifier.startsWith(`${name}/`)
      )?.[1];
      return owners === undefined || owners.some((owner) => path.startsWith(owner))
        ? []
        : [`${path} imports ${specifier}`];
    })
  );
  deepEqual(wrong, []);
});

Deno.test("settings are read in config files alone, and the machine has no world", () => {
  const wrong = all.flatMap(({ path, text }) => {
    const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "").replace(/if \(import\.meta\.main\)[\s\S]*$/, "");
    return WORDS.flatMap(({ word, outside, inside }) => {
      const applies = inside === undefined
        ? !outside!.some((owner) => path.startsWith(owner))
        : path.startsWith(inside);
      const match = applies ? word.exec(code) : null;
      return match === null ? [] : [`${path} has ${match[0]}`];
    });
  });
  deepEqual(wrong, []);
});
