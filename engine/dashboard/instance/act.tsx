/** A steps workflow's act step: what it asks a person for, as fields and buttons. */

import type { Definition } from "../../../shared/definition/definition.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../shared/json.ts";
import { EVENT_BYTES_MAX } from "../../../shared/limits.ts";
import { readJson } from "../forms.ts";
import { readInput, SchemaFields } from "../pages/schema_form.tsx";
import { instanceUrl } from "../parts/links.ts";

/** Actions that need no more than a press; the others take data that the form for events sends. */
const BUTTONS = ["complete", "submit", "back", "skip"];
/** Those that send what the fields hold. */
const WITH_DATA = new Set(["complete", "submit"]);

export interface Act {
  step: string;
  name: string;
  /** Of the fields: the step's own form where that is a JSON Schema, or one field for each of its outputs. */
  schema?: JsonObject;
}

/** The act of a state, if an act step made it. */
export function actOf({ source }: Definition, state: string): Act | undefined {
  const step = source === undefined ? undefined : findStep(source.document, state);
  if (step === undefined) return undefined;
  const { name = state, type } = step;
  const { act } = type as { act: JsonValue };
  const { form, outputs } = isJsonObject(act) ? act : {} as JsonObject;
  const schema = isJsonObject(form) && isJsonObject(form.properties)
    ? form
    : Array.isArray(outputs)
    ? { properties: Object.fromEntries(outputs.map((key) => [String(key), {}])) }
    : undefined;
  return { step: state, name: String(name), ...(schema === undefined ? {} : { schema }) };
}

function findStep(value: JsonValue, id: string): JsonObject | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (isJsonObject(value) && value.id === id && isJsonObject(value.type) && "act" in value.type) return value;
  for (const member of Object.values(value)) {
    const found = findStep(member, id);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What the fields were filled in with, as an event's data. @throws DegovError INVALID_ARGUMENT */
export function readActData(form: URLSearchParams, act: Act | undefined): JsonValue {
  const action = (form.get("name") ?? "").slice((act?.step.length ?? 0) + 1);
  if (act?.schema === undefined || !WITH_DATA.has(action)) return null;
  return readJson(JSON.stringify(readInput(form, act.schema)), "what was filled in", null, EVENT_BYTES_MAX);
}

/** `offered` are the events that the state takes. */
export function ActForm(
  { act, offered, instanceId, values }: {
    act: Act;
    offered: readonly string[];
    instanceId: string;
    values?: JsonValue;
  },
) {
  const buttons = BUTTONS.filter((action) => offered.includes(`${act.step}.${action}`));
  if (buttons.length === 0) return null;
  return (
    <form
      class="action"
      method="post"
      action={instanceUrl(instanceId, "/event")}
      {...(values === undefined ? {} : { "data-begun": "" })}
    >
      <p>
        <strong>{act.name}</strong> <span class="muted">waits for somebody</span>
      </p>
      <input type="hidden" name="fields" value="yes" />
      {act.schema !== undefined && <SchemaFields schema={act.schema} values={values} />}
      <div class="buttons">
        {buttons.map((action, index) => (
          <button
            type="submit"
            name="name"
            value={`${act.step}.${action}`}
            class={index === 0 ? "primary" : undefined}
            formnovalidate={!WITH_DATA.has(action)}
          >
            {action[0].toUpperCase() + action.slice(1)}
          </button>
        ))}
      </div>
    </form>
  );
}
