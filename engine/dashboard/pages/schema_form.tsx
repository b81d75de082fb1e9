/**
 * A form made from a JSON Schema, and the input that such a form was sent with.
 *
 * Members of plain types have fields of their own; every other member is a text field for JSON. A schema that is not of
 * an object, or no schema at all, gives one field for the whole input. What a form cannot say, the schema's own check
 * at the start says.
 */

import { DegovError } from "../../../shared/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../shared/json.ts";
import { INPUT_BYTES_MAX } from "../../../shared/limits.ts";
import { readJson } from "../forms.ts";

const FIELDS_MAX = 100;
const PREFIX = "input.";

interface Field {
  key: string;
  kind: "text" | "integer" | "number" | "boolean" | "choice" | "json";
  isRequired: boolean;
  schema: JsonObject;
  choices?: JsonValue[];
}

function fieldsOf(schema: JsonObject | undefined): Field[] | undefined {
  if (schema === undefined || !isJsonObject(schema.properties)) return undefined;
  if (schema.type !== undefined && schema.type !== "object") return undefined;
  const entries = Object.entries(schema.properties);
  if (entries.length === 0 || entries.length > FIELDS_MAX) return undefined;
  const required = Array.isArray(schema.required) ? schema.required : [];
  // Stored definitions have their keys sorted: what has to be filled in comes first.
  const rank = ([key]: [string, unknown]) => required.includes(key) ? 0 : 1;
  return entries.sort((one, other) => rank(one) - rank(other)).map(([key, member]) => {
    const own = isJsonObject(member) ? member : {};
    const choices = Array.isArray(own.enum) ? own.enum : undefined;
    const kind = choices !== undefined ? "choice" : toKind(own.type);
    return {
      key,
      kind,
      isRequired: required.includes(key),
      schema: own,
      ...(choices === undefined ? {} : { choices }),
    };
  });
}

function toKind(type: JsonValue | undefined): Field["kind"] {
  if (type === "string") return "text";
  return type === "integer" || type === "number" || type === "boolean" ? type : "json";
}

/** Fields for an input; `values` are what they hold at first. */
export function SchemaFields({ schema, values }: { schema?: JsonObject; values?: JsonValue }) {
  const fields = fieldsOf(schema);
  if (fields === undefined) {
    return (
      <div class="field">
        <label for="input-json">Input, as JSON</label>
        <textarea id="input-json" name="json" rows={6} spellcheck={false} placeholder="{}" data-json>
          {values === undefined ? "" : JSON.stringify(values, null, 2)}
        </textarea>
        <p id="input-json-note" class="invalid" role="status"></p>
      </div>
    );
  }
  const held = isJsonObject(values) ? values : {};
  return <>{fields.map((field, index) => <FieldInput field={field} id={`input-${index}`} value={held[field.key]} />)}
  </>;
}

function FieldInput({ field, id, value }: { field: Field; id: string; value?: JsonValue }) {
  const { key, kind, isRequired, schema, choices } = field;
  const name = `${PREFIX}${key}`;
  const hint = hintOf(schema);
  const first = value ?? schema.default;
  const shared = { id, name, ...(hint === "" ? {} : { "aria-describedby": `${id}-hint` }) };
  const label = (
    <label for={id}>
      {typeof schema.title === "string" ? schema.title : key}
      {isRequired ? "" : " "}
      {!isRequired && <span class="muted">optional</span>}
    </label>
  );
  return (
    <div class="field">
      {label}
      {kind === "choice"
        ? (
          <select {...shared} required={isRequired}>
            {(!isRequired || first === undefined) && <option value=""></option>}
            {choices!.map((choice) => (
              <option value={JSON.stringify(choice)} selected={JSON.stringify(choice) === JSON.stringify(first)}>
                {typeof choice === "string" ? choice : JSON.stringify(choice)}
              </option>
            ))}
          </select>
        )
        : kind === "boolean"
        ? (
          <select {...shared} required={isRequired}>
            {(!isRequired || first === undefined) && <option value=""></option>}
            <option value="true" selected={first === true}>true</option>
            <option value="false" selected={first === false}>false</option>
          </select>
        )
        : kind === "json"
        ? (
          <>
            <textarea {...shared} rows={3} spellcheck={false} placeholder="JSON" data-json required={isRequired}>
              {first === undefined ? "" : JSON.stringify(first, null, 2)}
            </textarea>
            <p id={`${id}-note`} class="invalid" role="status"></p>
          </>
        )
        : (
          <input
            {...shared}
            type={kind === "text" ? "text" : "number"}
            {...(kind === "number" ? { step: "any" } : {})}
            value={first === undefined || first === null ? "" : String(first)}
            required={isRequired && kind !== "text"}
            autocomplete="off"
          />
        )}
      {hint !== "" && <p id={`${id}-hint`} class="hint">{hint}</p>}
    </div>
  );
}

const BOUNDS: readonly [string, (bound: string) => string][] = [
  ["minimum", (bound) => `at least ${bound}`],
  ["exclusiveMinimum", (bound) => `more than ${bound}`],
  ["maximum", (bound) => `at most ${bound}`],
  ["exclusiveMaximum", (bound) => `less than ${bound}`],
  ["minLength", (bound) => `${bound} or more characters`],
  ["maxLength", (bound) => `up to ${bound} characters`],
  ["pattern", (bound) => `matches ${bound}`],
];

function hintOf(schema: JsonObject): string {
  const parts = typeof schema.description === "string" ? [schema.description] : [];
  for (const [key, words] of BOUNDS) if (schema[key] !== undefined) parts.push(words(String(schema[key])));
  return parts.join(", ");
}

/** The input that a form says. @throws DegovError INVALID_ARGUMENT */
export function readInput(form: URLSearchParams, schema: JsonObject | undefined): JsonObject {
  const fields = fieldsOf(schema);
  if (fields === undefined) {
    const input = readJson(form.get("json") ?? "", "the input", {}, INPUT_BYTES_MAX);
    if (isJsonObject(input)) return input;
    throw new DegovError("INVALID_ARGUMENT", "Cannot take the input: it must be a JSON object, as in {}");
  }
  const input: JsonObject = {};
  for (const field of fields) {
    const value = readField(form.get(`${PREFIX}${field.key}`) ?? "", field);
    if (value !== undefined) input[field.key] = value;
  }
  return input;
}

function readField(text: string, { key, kind, isRequired }: Field): JsonValue | undefined {
  if (text === "") return kind === "text" && isRequired ? "" : undefined;
  switch (kind) {
    case "text":
      return text;
    case "boolean":
      return text === "true";
    case "integer":
    case "number": {
      const number = Number(text);
      if (Number.isFinite(number)) return number;
      throw new DegovError("INVALID_ARGUMENT", `Cannot take "${key}": "${text.slice(0, 50)}" is no number`);
    }
    case "choice":
    case "json":
      return readJson(text, `"${key}"`, null, INPUT_BYTES_MAX);
  }
}
