/**
 * Builds the binaries into dist/: `deno task compile`. With --list, says what each embeds, and needs no network.
 *
 * Each has the permissions that its program needs and no more; an engine on FoundationDB needs its client library, hence
 * FFI, and is a binary of its own. Deno downloads its runtime for this unless DENORT_BIN names one; where none is to be
 * had, the modules are checked all the same, and the last line says that the binaries were not run.
 */

import { join, relative } from "node:path";

const ROOT = join(import.meta.dirname!, "..");

interface Binary {
  name: string;
  main: string;
  permissions: string[];
  /** Modules that are started by their address, and so stand in no import. */
  include: string[];
  /** What must be embedded for it to work. */
  needs: RegExp[];
}

const ISOLATE = [/^worker\/isolate\/warden\.ts$/, /^worker\/isolate\/gen\/isolate\.js$/];
const DASHBOARD = [/^engine\/dashboard\/site\.tsx$/, /^engine\/dashboard\/assets\/style\/frame\.css$/];
const WRITER = "engine/store/sqlite_writer_thread.ts";
const ENGINE = ["--allow-net", "--allow-read", "--allow-write", "--allow-env", "--allow-sys=hostname,cpus"];

const BINARIES: readonly Binary[] = [
  { name: "degov-engine", main: "engine/main.ts", permissions: ENGINE, include: [WRITER], needs: DASHBOARD },
  {
    name: "degov-engine-fdb",
    main: "engine/main.ts",
    permissions: [...ENGINE.slice(0, 4), "--allow-sys", "--allow-ffi"],
    include: [WRITER],
    needs: DASHBOARD,
  },
  {
    name: "degov-worker",
    main: "worker/main.ts",
    permissions: ["--allow-net", "--allow-read", "--allow-env", "--allow-run"],
    include: [],
    needs: ISOLATE,
  },
  {
    name: "degov",
    main: "cli/main.ts",
    permissions: [...ENGINE, "--allow-run"],
    include: [WRITER],
    needs: [...ISOLATE, ...DASHBOARD],
  },
];

/** What no binary may carry. */
const FOREIGN = /_test\.tsx?$|(?:^|\/)testing\/|^tests\/|^bench\//;

async function deno(args: string[]): Promise<{ success: boolean; stdout: string; stderr: string }> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: ROOT }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { success, stdout: decode(stdout), stderr: decode(stderr) };
}

/** Modules of a binary, by path; npm packages by name. */
async function modulesOf({ main, include }: Binary): Promise<string[]> {
  const found = new Set<string>();
  for (const entry of [main, ...include]) {
    const { success, stdout, stderr } = await deno(["info", "--json", entry]);
    if (!success) throw new Error(`deno info ${entry}: ${stderr}`);
    for (const { specifier } of JSON.parse(stdout).modules as { specifier: string }[]) {
      if (specifier.startsWith("file:")) found.add(relative(ROOT, new URL(specifier).pathname));
      else if (specifier.startsWith("npm:")) found.add(specifier.replace(/^npm:\/?/, "npm:"));
    }
  }
  return [...found].sort();
}

async function check(binary: Binary): Promise<string[]> {
  const modules = await modulesOf(binary);
  const own = modules.filter((module) => !module.startsWith("npm:"));
  const packages = modules.filter((module) => module.startsWith("npm:"));
  console.log(`${binary.name}: ${own.length} modules, ${packages.length} packages, ${binary.permissions.join(" ")}`);
  for (const module of modules) console.log(`  ${module}`);
  return [
    ...binary.needs.filter((need) => !own.some((module) => need.test(module)))
      .map((need) => `${binary.name} lacks ${need.source}`),
    ...own.filter((module) => FOREIGN.test(module)).map((module) => `${binary.name} carries ${module}`),
  ];
}

async function build({ name, main, permissions, include }: Binary): Promise<string | undefined> {
  const { success, stderr } = await deno([
    ...["compile", "--quiet", "--no-prompt", "--unstable-worker-options", "--unstable-no-legacy-abort"],
    ...permissions,
    ...include.flatMap((path) => ["--include", path]),
    ...["--output", join("dist", name), main],
  ]);
  return success ? undefined : stderr.trim();
}

const problems = (await Promise.all([...BINARIES.map(check)])).flat();
for (const problem of problems) console.error(`FAILED: ${problem}`);
if (problems.length > 0) Deno.exit(1);
if (Deno.args.includes("--list")) Deno.exit(0);

await Deno.mkdir(join(ROOT, "dist"), { recursive: true });
for (const binary of BINARIES) {
  const failure = await build(binary);
  if (failure !== undefined) {
    console.error(failure);
    console.log("The binaries were not built and not run: Deno's runtime is not to be had here (DENORT_BIN names one)");
    // The modules are as they should be; a machine without network is not at fault.
    Deno.exit(/denort|dns error|error sending request|Could not resolve/i.test(failure) ? 0 : 1);
  }
  const args = binary.name === "degov" ? ["--version"] : ["--help"];
  const { success, stdout } = await new Deno.Command(join(ROOT, "dist", binary.name), { args }).output();
  console.log(
    `${success ? "ok" : "FAILED"}: ${binary.name} ${args[0]}: ${new TextDecoder().decode(stdout).split("\n")[0]}`,
  );
  if (!success) Deno.exit(1);
}
