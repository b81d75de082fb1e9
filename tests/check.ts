/** Every check but the tests: formatting, lint, types, and generated files that equal a fresh generation. */

interface Check {
  name: string;
  args: string[];
}

const frozen = Deno.env.get("CI") ? ["--frozen"] : [];
const CHECKS: readonly Check[] = [
  { name: "format", args: ["fmt", "--check"] },
  { name: "lint", args: ["lint"] },
  { name: "types", args: ["check", "--lock=deno.dev.lock", ...frozen, "."] },
  { name: "lock files", args: ["run", "-P=check", "tests/lock.ts", "--check"] },
  { name: "bundled isolate", args: ["run", "-P=check", "--no-lock", "worker/isolate/build.ts", "--check"] },
  { name: "generated code", args: ["run", "-P=check", ...frozen, "proto/generate.ts", "--check"] },
  {
    name: "generated pages",
    args: ["run", "-P=check", "--lock=deno.dev.lock", ...frozen, "docs/generate.ts", "--check"],
  },
];

let failed = 0;
for (const { name, args } of CHECKS) {
  const { success } = await new Deno.Command(Deno.execPath(), { args, stdout: "inherit", stderr: "inherit" }).spawn()
    .status;
  console.log(`${success ? "ok" : "FAILED"}: ${name}`);
  if (!success) failed++;
}
Deno.exit(failed === 0 ? 0 : 1);
