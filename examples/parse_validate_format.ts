/**
 * Reading, checking and writing definitions as plain library calls: no engine, no worker, no files.
 *
 *   deno run -A examples/parse_validate_format.ts
 *
 * `parseDefinition` takes YAML or JSON text, or a plain object. What it returns is either a definition in its canonical
 * form or every problem there is: it does not throw, whatever it is given. So it is the validation too, the very one that
 * an engine makes at registration: shapes, names of states, expressions, the syntax of tasks' code.
 *
 * `formatDefinition` writes a definition as YAML or JSON for people, and what it writes reads as the same definition.
 * Here that makes a converter, which tidies up a text that was written in a hurry, and a check that an editor or a form
 * can make at each keystroke.
 */

import { deepEqual, equal, ok } from "node:assert/strict";
import { formatDefinition } from "../shared/definition/format.ts";
import { parseDefinition } from "../shared/definition/parse.ts";

const hurried = `{"name": "greet", "states": {"said": null, "greeting": {"on": {"complete": "said"},
  "enter": {"task": "text", "code": "'Hello ' + input.name", "timeout": "5s", "retry": false}}}, "initial": "greeting"}`;

const parsed = parseDefinition(hurried);
ok(parsed.ok);
const yaml = formatDefinition(parsed.definition, "yaml");
console.log(yaml);

const again = parseDefinition(yaml);
ok(again.ok);
deepEqual(again.definition, parsed.definition);
equal(formatDefinition(again.definition, "yaml"), yaml);

const broken = parseDefinition(hurried.replace(`"said": null`, `"sad": null`).replace("'Hello '", "'Hello"));
ok(!broken.ok);
for (const { path, message } of broken.problems) console.log(`${path}: ${message}`);
equal(broken.problems.length, 2);
console.log("Done: parsed, formatted, parsed again, and two mistakes were found in one go");
