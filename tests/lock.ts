/**
 * Makes the two lock files anew. With --check, says whether they are what it would make.
 *
 * deno.lock has what running degov needs, and nothing else: whatever stands in it is downloaded at the first run.
 * deno.dev.lock has what tests, benchmarks and checks need on top.
 */

import { join } from "node:path";

const ROOT = join(import.meta.dirname!, "..");
const isCheck = Deno.args.includes("--check");

async function filesOf(pattern: RegExp, folders: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const folder of folders) {
    const visit = async (path: string) => {
      for await (const entry of Deno.readDir(join(ROOT, path))) {
        if (entry.isDirectory) await visit(`${path}/${entry.name}`);
        else if (pattern.test(entry.name)) files.push(`${path}/${entry.name}`);
      }
    };
    await visit(folder).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
  return files.sort();
}

async function lock(name: string, files: readonly string[]): Promise<boolean> {
  const path = join(ROOT, name);
  const fresh = join(await Deno.makeTempDir(), "deno.lock");
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["cache", `--lock=${fresh}`, "--frozen=false", ...files],
    cwd: ROOT,
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  const made = await Deno.readTextFile(fresh);
  const same = made === await Deno.readTextFile(path).catch(() => "");
  if (!same && !isCheck) await Deno.writeTextFile(path, made);
  if (!same) console.log(isCheck ? `${name} is not what the code needs; run \`deno task lock\`` : `wrote ${name}`);
  return same;
}

const everything = await filesOf(/\.tsx?$/, [
  "engine",
  "worker",
  "cli",
  "embedded",
  "examples",
  "shared",
  "tests",
  "bench",
]);
const programs = everything.filter((file) =>
  /^(engine|worker|cli)\/main\.ts$|^embedded\/workflow_engine\.ts$/.test(file)
);
// How the WASM examples are built is for developers; their built modules are committed.
const examples = everything.filter((file) => /^examples\/[^/]+\.ts$/.test(file));
const same = [await lock("deno.lock", [...programs, ...examples]), await lock("deno.dev.lock", everything)];
if (isCheck && same.includes(false)) Deno.exit(1);
