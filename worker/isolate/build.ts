/**
 * Builds `gen/isolate.js`: the isolate and SES as one text, which the warden hands to the Web Worker.
 *
 * One text and not modules, because a worker without permissions can read no file, not even its own; and a script to
 * be evaluated and not a module, because Deno 2.9.6 takes 80 ms to load a module of this size, and V8 takes 5.
 * `deno run -A worker/isolate/build.ts` writes it; with `--check` it fails when the file is not what a build gives.
 */

const OUTPUT = new URL("gen/isolate.js", import.meta.url);
const HEADER = [
  "// deno-lint-ignore-file",
  "// deno-fmt-ignore-file",
  "// Built by worker/isolate/build.ts. Do not edit.",
  '"use strict";',
  "",
].join("\n");

/** The text of the isolate, built afresh. Throws when it cannot be bundled. */
export async function buildIsolate(): Promise<string> {
  const source = new URL("isolate.ts", import.meta.url).pathname;
  const config = new URL("../../deno.json", import.meta.url).pathname;
  // What is bundled is no dependency of who runs it.
  const lock = new URL("../../deno.dev.lock", import.meta.url).pathname;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--minify", "--format", "iife", "--config", config, "--lock", lock, source],
  }).output();
  if (code !== 0) throw new Error(`Cannot bundle the isolate: ${new TextDecoder().decode(stderr)}`);
  return HEADER + new TextDecoder().decode(stdout).trim() + "\n";
}

/** The text of the isolate as it is committed. */
export function readIsolate(): Promise<string> {
  return Deno.readTextFile(OUTPUT);
}

if (import.meta.main) {
  const text = await buildIsolate();
  if (!Deno.args.includes("--check")) {
    await Deno.writeTextFile(OUTPUT, text);
  } else if (text !== await readIsolate()) {
    console.error("worker/isolate/gen/isolate.js is out of date; run deno run -A worker/isolate/build.ts");
    Deno.exit(1);
  }
}
