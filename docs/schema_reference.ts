/** The JSON Schema of definitions as tables for people: one for each kind of object, with what its keys mean. */

interface Schema {
  title?: string;
  description?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: Schema | boolean;
  anyOf?: Schema[];
  oneOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  $ref?: string;
  $defs?: Record<string, Schema>;
  minimum?: number;
  maximum?: number;
  pattern?: string;
  then?: Schema;
  else?: Schema;
}

export function schemaReference(schema: unknown): string {
  const root = schema as Schema;
  const sections = Object.entries(root.$defs ?? {}).map(([name, part]) => section(name, part));
  const whole = root.properties === undefined ? [] : [section("workflow", root)];
  return `\n${[...whole, ...sections].join("\n")}\n`;
}

function section(name: string, schema: Schema): string {
  const lines = [`### ${name}\n`, ...(schema.title === undefined ? [] : [`${schema.title}.\n`])];
  if (schema.description !== undefined) lines.push(`${schema.description}\n`);
  lines.push(...tables(schema, ""));
  return lines.join("\n");
}

/** Tables of every object within the schema; a nested one's keys stand with their path. */
function tables(schema: Schema, path: string): string[] {
  const objects = objectsIn(schema);
  if (objects.length === 0) return [`${typeOf(schema)}\n`];
  return objects.flatMap((object, index) => [
    ...(objects.length > 1 ? [`${index === 0 ? "Either" : "Or"} with these keys:\n`] : []),
    "| key | what | value |",
    "| --- | --- | --- |",
    ...rows(object, path),
    "",
  ]);
}

function rows(object: Schema, path: string): string[] {
  return Object.entries(object.properties ?? {}).flatMap(([key, property]) => {
    const isNeeded = object.required?.includes(key) ? ", needed" : "";
    const row = `| \`${path}${key}\` | ${cell(property.description ?? "")}${isNeeded} | ${cell(typeOf(property))} |`;
    return [row, ...nested(property, `${path}${key}`)];
  });
}

/** Keys of objects that a property holds, unless they have a table of their own. */
function nested(property: Schema, path: string): string[] {
  const depth = path.split(".").length;
  if (depth > 3) return [];
  const seen = new Set<string>();
  const found = [
    ...objectsIn(property).map((object) => ({ object, path: `${path}.` })),
    ...mapsIn(property).map((object) => ({ object, path: `${path}.NAME.` })),
  ];
  return found.flatMap(({ object, path }) => rows(object, path)).filter((row) => !seen.has(row) && seen.add(row));
}

/** Objects that a schema may be, itself or by choice; of a list, its items. */
function objectsIn(schema: Schema): Schema[] {
  if (schema.properties !== undefined) return [schema];
  const choices = [...schema.anyOf ?? [], ...schema.oneOf ?? [], ...(schema.items === undefined ? [] : [schema.items])];
  const found = choices.flatMap(objectsIn);
  const texts = new Set<string>();
  return found.filter((object) => {
    const text = JSON.stringify(object);
    return !texts.has(text) && texts.add(text);
  });
}

function mapsIn(schema: Schema): Schema[] {
  const values = schema.additionalProperties;
  return typeof values === "object" ? objectsIn(values) : [];
}

function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split("/").at(-1)!;
    return `[${name}](#${name.toLowerCase()})`;
  }
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(" or ");
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return [...new Set(choices.map(typeOf))].join(" or ");
  if (schema.type === "array") return `list of ${schema.items === undefined ? "values" : typeOf(schema.items)}`;
  if (schema.pattern?.includes("ms|s|m|h|d")) return "duration, as `1h30m`";
  if (schema.type === "object") return typeof schema.additionalProperties === "object" ? "object, by name" : "object";
  const bounds = schema.maximum === undefined ? "" : ` from ${schema.minimum ?? 0} to ${schema.maximum}`;
  return `${[schema.type ?? "any value"].flat().join(" or ")}${bounds}`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
