/**
 * A definition that an editor completes and checks while one writes.
 *
 *   deno run -A examples/editor_schema.ts
 *
 * docs/definition.schema.json is the JSON Schema of the definition format, for state machines and for steps. The first
 * line of editor_schema.yaml, `# yaml-language-server: $schema=...`, names it; with that, every editor with a YAML
 * language server (in VS Code the extension "YAML" of Red Hat) offers the keys and says what each means, and marks what
 * is misspelt. The path may be an address too, for workflows in a repository of their own. For JSON, map the schema to
 * your files in the editor's settings.
 *
 * This program does what such an editor does: it checks the file against the schema that the file names, and then the
 * same file with a misspelt key. Then it runs the workflow.
 */

import { deepEqual, equal } from "node:assert/strict";
import { parse } from "yaml";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { checkInput } from "../shared/definition/input_schema.ts";

const file = new URL("./editor_schema.yaml", import.meta.url);
const text = await Deno.readTextFile(file);
const named = /^# yaml-language-server: \$schema=(.*)$/m.exec(text)![1];
const schema = JSON.parse(await Deno.readTextFile(new URL(named, file)));

console.log(`${named} finds nothing wrong:`, checkInput(schema, parse(text)).ok);
deepEqual(checkInput(schema, parse(text)), { ok: true });
const marked = checkInput(schema, parse(text.replace("if: has", "iff: has")));
if (marked.ok) throw new Error("the misspelt key was not found");
console.log("with a misspelt key:", marked.problems[0].path, marked.problems[0].message);
equal(marked.problems[0].path, "steps[1].iff");

await using engine = await WorkflowEngine.open({ isolates: 1 });
await engine.client.register({ text, fileName: "editor_schema.yaml" });
const input = { name: "Ada Lovelace", remote: true };
const { context } = await engine.client.start("onboarding", { input, waitMs: 30_000 });
console.log(context);
equal(context?.mail, "ada.lovelace@example.com");
equal(context?.greeting, "Welcome, Ada Lovelace");
console.log("Done: the schema found the mistake, and the workflow ran");
