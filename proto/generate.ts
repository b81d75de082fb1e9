/**
 * Generates proto/gen from the .proto files, after linting them. With --check, generates elsewhere and compares.
 *
 * The tools are named here and not in deno.json, so that nobody who only runs degov downloads them.
 */

import { join, relative } from "node:path";

const BUF = "npm:@bufbuild/buf@1.74.0";
const PROTO = import.meta.dirname!;
const isCheck = Deno.args.includes("--check");

async function buf(...args: string[]): Promise<void> {
  const { success, stderr, stdout } = await new Deno.Command(Deno.execPath(), {
    // Its own lock file would tie the tools' platform packages into ours.
    args: ["run", "-A", "--no-lock", "--quiet", BUF, ...args],
    cwd: PROTO,
  }).output();
  if (success) return;
  const decoder = new TextDecoder();
  console.error(decoder.decode(stdout) + decoder.decode(stderr));
  Deno.exit(1);
}

async function readTree(folder: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const visit = async (path: string) => {
    for await (const entry of Deno.readDir(path)) {
      const child = join(path, entry.name);
      if (entry.isDirectory) await visit(child);
      else files.set(relative(folder, child), await Deno.readTextFile(child));
    }
  };
  await visit(folder);
  return files;
}

await buf("lint");
if (!isCheck) {
  await buf("generate");
} else {
  const fresh = await Deno.makeTempDir();
  await buf("generate", "--output", fresh);
  const [committed, generated] = [await readTree(join(PROTO, "gen")), await readTree(join(fresh, "gen"))];
  await Deno.remove(fresh, { recursive: true });
  const differing = [...new Set([...committed.keys(), ...generated.keys()])]
    .filter((path) => committed.get(path) !== generated.get(path));
  if (differing.length > 0) {
    console.error(
      `proto/gen is not what the .proto files give; run \`deno task gen\`. Differing: ${differing.join(", ")}`,
    );
    Deno.exit(1);
  }
}
