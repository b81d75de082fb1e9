/** The file of webhooks: who is told of which events. */

import { parse } from "yaml";
import { DegovError } from "../../shared/errors.ts";
import { isJsonObject, type JsonValue } from "../../shared/json.ts";
import type { EventFilter } from "./event_log.ts";

export interface Webhook {
  readonly name: string;
  readonly url: string;
  /** Key of the signature. */
  readonly key: Uint8Array;
  readonly filter: EventFilter;
}

export const WEBHOOKS_MAX = 100;
const KEY_BYTES_MIN = 24;
const NAME_PATTERN = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

/** `readSecret` reads a file that an entry's `secretFile` names. @throws DegovError INVALID_ARGUMENT, without secrets */
export async function parseWebhookFile(
  text: string,
  readSecret: (path: string) => Promise<string>,
): Promise<Webhook[]> {
  const document = readYaml(text);
  const list = isJsonObject(document) ? document.webhooks : undefined;
  if (!Array.isArray(list)) throw refused("it must be YAML or JSON with a list `webhooks`");
  if (list.length > WEBHOOKS_MAX) throw refused(`it has ${list.length}, and at most ${WEBHOOKS_MAX} are allowed`);
  const names = new Set<string>();
  const webhooks: Webhook[] = [];
  for (const [index, item] of list.entries()) {
    const place = `webhooks[${index}]`;
    if (!isJsonObject(item)) throw refused(`${place} must be an object`);
    const { name, url, secret, secretFile, workflows, kinds } = item;
    if (typeof name !== "string" || !NAME_PATTERN.test(name) || names.has(name)) {
      throw refused(`${place}.name must be a name of its own: letters, digits, ".", "_" or "-"`);
    }
    names.add(name);
    if (typeof url !== "string" || !/^https?:\/\//.test(url) || !URL.canParse(url)) {
      throw refused(`${place}.url must be an http or https address`);
    }
    const given = typeof secretFile === "string" ? (await readSecret(secretFile)).trim() : secret;
    const filter = {
      workflows: toNames(workflows, `${place}.workflows`),
      kinds: toNames(kinds, `${place}.kinds`),
    };
    webhooks.push({ name, url, key: toKey(given, place), filter });
  }
  return webhooks;
}

/** As Standard Webhooks writes secrets: `whsec_` and base64. */
function toKey(secret: JsonValue | undefined, place: string): Uint8Array {
  const match = typeof secret === "string" ? /^whsec_([A-Za-z0-9+/]+=*)$/.exec(secret) : null;
  const key = match === null ? undefined : decode(match[1]);
  if (key !== undefined && key.length >= KEY_BYTES_MIN) return key;
  throw refused(
    `${place}.secret (or the file of secretFile) must be "whsec_" and at least ${KEY_BYTES_MIN} bytes in base64`,
  );
}

function decode(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.fromBase64(text);
  } catch {
    return undefined;
  }
}

function toNames(value: JsonValue | undefined, place: string): string[] {
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every((name) => typeof name === "string")) return value;
  throw refused(`${place} must be a list of names`);
}

function readYaml(text: string): JsonValue {
  try {
    return parse(text, { maxAliasCount: 0 }) as JsonValue;
  } catch {
    throw refused("it is neither YAML nor JSON"); // the parser's message would quote the text
  }
}

function refused(why: string): DegovError {
  return new DegovError("INVALID_ARGUMENT", `Cannot use the file of webhooks: ${why}`);
}
