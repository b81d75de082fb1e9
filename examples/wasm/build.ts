/**
 * Builds the WASM examples: `pricing.wasm` from AssemblyScript (a core module), `envelope.wasm` from text (a WASI
 * command).
 *
 * `deno run -A examples/wasm/build.ts` writes them; with `--check` it fails when a committed file is not what a build
 * gives. The compilers are fetched by this script alone; nothing else in the repository needs them.
 */

type Compile = () => Promise<Uint8Array>;

/** Not literals in the imports below, so that type checking the repository does not fetch the compilers. */
const ASSEMBLYSCRIPT = "npm:assemblyscript@0.28.20/asc";
const WABT = "npm:wabt@1.0.39";
const FOLDER = new URL(".", import.meta.url);

/** The modules by file name. */
const MODULES: Record<string, Compile> = {
  "pricing.wasm": compilePricing,
  "envelope.wasm": compileEnvelope,
};

async function compilePricing(): Promise<Uint8Array> {
  const { default: asc } = await import(ASSEMBLYSCRIPT);
  const source = await Deno.readTextFile(new URL("pricing.as", FOLDER));
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    ["pricing.ts", "--outFile", "pricing.wasm", "--optimize", "--runtime", "stub"],
    {
      readFile: (name: string) => name === "pricing.ts" ? source : null,
      writeFile: (_name: string, data: Uint8Array) => {
        binary = data;
      },
      listFiles: () => [],
    },
  );
  if (error || binary === undefined) throw new Error(`Cannot compile pricing.as: ${stderr.toString()}`);
  return binary;
}

async function compileEnvelope(): Promise<Uint8Array> {
  const { default: wabt } = await import(WABT);
  const source = await Deno.readTextFile(new URL("envelope.wat", FOLDER));
  const module = (await wabt()).parseWat("envelope.wat", source);
  return module.toBinary({}).buffer;
}

if (import.meta.main) {
  for (const [name, compile] of Object.entries(MODULES)) {
    const url = new URL(name, FOLDER);
    const built = await compile();
    if (!Deno.args.includes("--check")) {
      await Deno.writeFile(url, built);
      continue;
    }
    const committed = await Deno.readFile(url);
    if (committed.length !== built.length || committed.some((byte, i) => byte !== built[i])) {
      console.error(`examples/wasm/${name} is out of date; run deno run -A examples/wasm/build.ts`);
      Deno.exit(1);
    }
  }
}
