/** The documentation holds: every block of code does what the page says, every link leads somewhere. */

import { equal, ok } from "node:assert/strict";
import { dirname, join, relative } from "node:path";
import { parse } from "yaml";
import { parseDefinition } from "../shared/definition/parse.ts";
import { parseWebhookFile } from "../engine/events/webhook_file.ts";
import { program } from "../cli/program.ts";
import { Session } from "../cli/session.ts";
import { Terminal } from "../cli/terminal.ts";

const ROOT = join(import.meta.dirname!, "..");

interface Page {
  path: string;
  text: string;
}

async function pages(): Promise<Page[]> {
  const found: Page[] = [];
  for (const folder of [".", "docs"]) {
    for await (const entry of Deno.readDir(join(ROOT, folder))) {
      if (!entry.name.endsWith(".md")) continue;
      const path = join(ROOT, folder, entry.name);
      found.push({ path, text: await Deno.readTextFile(path) });
    }
  }
  return found.sort((one, other) => one.path < other.path ? -1 : 1);
}

function blocksOf({ text }: Page, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"))].map((match) => match[1]);
}

const all = await pages();

Deno.test("every YAML and JSON block of the documentation is what it says it is", async () => {
  for (const page of all) {
    for (const language of ["yaml", "json"]) {
      for (const block of blocksOf(page, language)) {
        const value = (language === "json" ? JSON.parse(block) : parse(block)) as Record<string, unknown> | null;
        const place = `${relative(ROOT, page.path)}:\n${block}`;
        if (value !== null && ("states" in value || "steps" in value) && "name" in value) {
          const result = parseDefinition({ text: block });
          ok(result.ok, `${place}\n${result.ok ? "" : JSON.stringify(result.problems)}`);
        }
        if (value !== null && "webhooks" in value) {
          equal((await parseWebhookFile(block, () => Promise.resolve(`whsec_${"A".repeat(40)}`))).length, 1, place);
        }
      }
    }
  }
});

Deno.test("every command of the documentation is one that there is, with flags that it has", () => {
  const terminal = new Terminal({ out: () => {}, err: () => {}, isTerminal: false, columns: 100 }, false);
  const nobody = { environment: () => undefined, readStdin: () => Promise.resolve(""), ask: () => undefined };
  const root = program(new Session({ terminal, ...nobody }));
  for (const page of all) {
    for (const line of blocksOf(page, "sh").flatMap((block) => block.replaceAll("\\\n", " ").split("\n"))) {
      const words = /^(?:\$ )?(?:deno task degov|degov) (.*)/.exec(line.trim())?.[1].replace(/ #.*| &$/, "").split(
        /\s+/,
      );
      if (words === undefined) continue;
      let command = root;
      for (const word of words) {
        const below = command.commands.find((known) => known.name() === word);
        if (below === undefined) break;
        command = below;
      }
      ok(command !== root || words[0].startsWith("-"), `${page.path}: there is no command in "${line}"`);
      const known = [...root.options, ...command.options];
      for (const flag of words.filter((word) => /^--?[a-z]/.test(word))) {
        const name = flag.split("=")[0];
        const isKnown = known.some(({ long, short }) => long === name || short === name) || name === "--help";
        ok(isKnown, `${page.path}: ${command.name()} has no ${flag}, in "${line}"`);
      }
    }
  }
});

Deno.test("every link within the repository leads somewhere", async () => {
  for (const { path, text } of all) {
    for (const [, target] of text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)/g)) {
      const there = await Deno.stat(join(dirname(path), target)).then(() => true, () => false);
      ok(there, `${relative(ROOT, path)} links to ${target}, which is not there`);
    }
  }
});

Deno.test("every block of TypeScript in the documentation compiles", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["check", "--quiet", "--doc-only", ...all.map(({ path }) => path)],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  });
  const { success, stderr } = await child.output();
  ok(success, new TextDecoder().decode(stderr));
});

Deno.test("generated pages are what the code says", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-P=check", "docs/generate.ts", "--check"],
    cwd: ROOT,
  });
  const { success, stdout } = await child.output();
  ok(success, new TextDecoder().decode(stdout));
});
