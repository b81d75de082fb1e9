import assert from "node:assert/strict";
import { dirname, join, resolve } from "node:path";
import { Ajv2020 } from "npm:ajv@8.20.0/dist/2020.js";
import { parse } from "yaml";
import { SCHEMA_FILE, schemaText } from "./definition_schema.ts";

const EXAMPLES = join(import.meta.dirname!, "..", "examples");

Deno.test("docs/definition.schema.json is what the shapes say; `deno task schema` makes it anew", async () => {
  assert.equal(await Deno.readTextFile(SCHEMA_FILE), schemaText());
});

Deno.test("the YAML definitions among the examples satisfy the schema that they name", async () => {
  const validate = new Ajv2020({ strict: false }).compile(JSON.parse(schemaText()));
  let named = 0;
  for await (const { name } of Deno.readDir(EXAMPLES)) {
    if (!name.endsWith(".yaml")) continue;
    const text = await Deno.readTextFile(join(EXAMPLES, name));
    assert.ok(validate(parse(text)), `${name}: ${JSON.stringify(validate.errors)}`);
    const schema = /^# yaml-language-server: \$schema=(.*)$/m.exec(text)?.[1];
    if (schema === undefined) continue;
    named++;
    assert.equal(resolve(EXAMPLES, schema), resolve(dirname(SCHEMA_FILE), "definition.schema.json"));
  }
  assert.ok(named > 0, "no example names the schema");
});
