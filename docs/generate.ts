/**
 * Makes the pages that follow from the code: the reference of the command, of definitions, and the table of metrics.
 * With --check, says whether they are what it would make.
 */

import { join } from "node:path";
import { cliReference } from "../cli/reference.ts";
import { type MetricEntry, METRICS } from "../engine/signals/metric_table.ts";
import { DEFINITION_JSON_SCHEMA } from "../shared/definition/definition_shape.ts";
import { schemaReference } from "./schema_reference.ts";

/** Generated part of a page that is written by hand otherwise. */
const MARK = /(<!-- generated -->\n)[\s\S]*(<!-- end -->)/;

function metricsTable(): string {
  const rows = Object.entries(METRICS as Record<string, MetricEntry>).map(([name, { type, help, labels, alert }]) => {
    const by = labels === undefined ? "" : `, by ${labels.join(" and ")}`;
    return `| \`${name}\` | ${type} | ${help}${by} | \`${alert.replaceAll("|", "\\|")}\` |`;
  });
  return ["", "| metric | type | what | an alert to begin with |", "| --- | --- | --- | --- |", ...rows, "", ""].join(
    "\n",
  );
}

async function within(file: string, generated: string): Promise<string> {
  return (await Deno.readTextFile(join(import.meta.dirname!, file))).replace(
    MARK,
    (_, begin, end) => begin + generated + end,
  );
}

const pages = new Map<string, string>([
  ["cli.md", cliReference()],
  ["definitions.md", await within("definitions.md", schemaReference(DEFINITION_JSON_SCHEMA))],
  ["signals.md", await within("signals.md", metricsTable())],
]);

/** As `deno fmt` has it, so that a fresh page is a formatted one. */
async function formatted(text: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--ext", "md", "--line-width", "120", "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  return new TextDecoder().decode((await child.output()).stdout);
}

let stale = 0;
for (const [file, text] of pages) {
  const path = join(import.meta.dirname!, file);
  const fresh = await formatted(text);
  if (fresh === await Deno.readTextFile(path).catch(() => "")) continue;
  stale++;
  if (Deno.args.includes("--check")) console.log(`docs/${file} is not what the code says; run \`deno task docs\``);
  else await Deno.writeTextFile(path, fresh);
}
Deno.exit(Deno.args.includes("--check") && stale > 0 ? 1 : 0);
