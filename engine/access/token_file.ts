/** The file of tokens: only hashes are in it, so that reading it lets nobody in. */

import { createHash, randomBytes } from "node:crypto";
import { parse, parseDocument, stringify } from "yaml";
import { DegovError } from "../../shared/errors.ts";
import { isJsonObject } from "../../shared/json.ts";
import { isRole, type Role, ROLES } from "./role.ts";

export interface TokenEntry {
  readonly name: string;
  readonly role: Role;
  /** SHA-256 of the token, hex. Tokens are 32 random bytes, so that a slow hash would add nothing. */
  readonly sha256: string;
  /** Not valid from then on. */
  readonly expiresAtMs?: number;
}

export const TOKENS_MAX = 1_000;
const NAME_PATTERN = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

/** @throws DegovError INVALID_ARGUMENT, which never quotes what might be a secret. */
export function parseTokenFile(text: string): TokenEntry[] {
  const document = readYaml(text);
  const list = isJsonObject(document) ? document.tokens : undefined;
  if (!Array.isArray(list)) throw refused("it must be YAML or JSON with a list `tokens`");
  if (list.length > TOKENS_MAX) throw refused(`it has ${list.length} tokens, and at most ${TOKENS_MAX} are allowed`);
  const names = new Set<string>();
  return list.map((item, index) => {
    const place = `tokens[${index}]`;
    const { name, role, sha256, expires } = isJsonObject(item) ? item : {};
    if (typeof name !== "string" || !NAME_PATTERN.test(name)) {
      throw refused(`${place}.name must be letters, digits, ".", "_" or "-", at most 64`);
    }
    if (names.has(name)) throw refused(`${place}.name "${name}" is there twice`);
    names.add(name);
    if (!isRole(role)) throw refused(`${place}.role must be one of ${ROLES.join(", ")}`);
    if (typeof sha256 !== "string" || !/^[0-9a-f]{64}$/.test(sha256)) {
      throw refused(`${place}.sha256 must be the SHA-256 of the token in hex; \`degov token create\` makes both`);
    }
    const expiresAtMs = expires === undefined ? undefined : Date.parse(String(expires));
    if (Number.isNaN(expiresAtMs)) throw refused(`${place}.expires must be a time such as 2027-01-31T00:00:00Z`);
    return { name, role, sha256, ...(expiresAtMs === undefined ? {} : { expiresAtMs }) };
  });
}

/** A new token, and the text of the file with its entry added; comments and order of the others are kept. */
export function addToken(
  text: string,
  entry: { name: string; role: Role; expiresAtMs?: number },
): { token: string; text: string } {
  const token = `degov_${randomBytes(32).toString("base64url")}`;
  const added = {
    name: entry.name,
    role: entry.role,
    sha256: hashToken(token).toString("hex"),
    ...(entry.expiresAtMs === undefined ? {} : { expires: new Date(entry.expiresAtMs).toISOString() }),
  };
  if (text.trim() === "") return { token, text: checked(stringify({ tokens: [added] })) };
  const document = parseDocument(text);
  document.addIn(["tokens"], document.createNode(added));
  return { token, text: checked(String(document)) };
}

/** The text of the file without the token of that name. @throws DegovError NOT_FOUND */
export function removeToken(text: string, name: string): string {
  const index = parseTokenFile(text).findIndex((entry) => entry.name === name);
  if (index < 0) throw new DegovError("NOT_FOUND", `Cannot revoke token "${name}": the file has no token of this name`);
  const document = parseDocument(text);
  document.deleteIn(["tokens", index]);
  return String(document);
}

export function hashToken(token: string): Uint8Array & { toString(encoding: "hex"): string } {
  return createHash("sha256").update(token).digest();
}

function checked(text: string): string {
  parseTokenFile(text);
  return text;
}

function readYaml(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 0 });
  } catch {
    throw refused("it is neither YAML nor JSON"); // the parser's message would quote the text
  }
}

function refused(why: string): DegovError {
  return new DegovError("INVALID_ARGUMENT", `Cannot use the token file: ${why}`);
}
