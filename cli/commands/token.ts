/** Commands for the engine's file of tokens. They work on the file, not on an engine: whoever may write it may use them. */

import { Command, Option } from "commander";
import { type Role, ROLES } from "../../engine/access/role.ts";
import { addToken, parseTokenFile, removeToken, type TokenEntry } from "../../engine/access/token_file.ts";
import { parseDuration } from "../../shared/definition/duration.ts";
import { DegovError } from "../../shared/errors.ts";
import type { Session } from "../session.ts";
import { type Column, formatTable } from "../table.ts";
import { formatSince } from "../time.ts";

const FILE = new Option("--file <path>", "file of tokens, as engine --tokens reads it").makeOptionMandatory();

export function tokenCommand(session: Session): Command {
  return new Command("token")
    .summary("make, list and revoke tokens")
    .description("Makes, lists and revokes tokens. A running engine notices within about a second.")
    .addCommand(createCommand(session))
    .addCommand(listCommand(session))
    .addCommand(revokeCommand(session));
}

function createCommand(session: Session): Command {
  return new Command("create")
    .summary("make a token; it is shown once")
    .description("Makes a token, adds its hash to the file, and writes the token to stdout: it is shown this once.")
    .addOption(FILE)
    .requiredOption("--name <name>", "whose it is; audit records say it")
    .addOption(new Option("--role <role>", "what it may do").choices(ROLES).makeOptionMandatory())
    .option("--expires <duration>", "not valid after so long, as 90d")
    .action(async ({ file, name, role, expires }: { file: string; name: string; role: Role; expires?: string }) => {
      const text = await readIfThere(file);
      const expiresAtMs = expires === undefined ? undefined : Date.now() + toMs(expires);
      const made = addToken(text, { name, role, ...(expiresAtMs === undefined ? {} : { expiresAtMs }) });
      await replaceFile(file, made.text);
      session.terminal.show({ name, role, token: made.token }, () => session.terminal.line(made.token));
      session.terminal.hint(
        `Only its hash is in ${file}: keep the token where it is used, for example in a secret store.`,
      );
    });
}

function listCommand(session: Session): Command {
  const columns: Column<TokenEntry>[] = [
    { title: "name", text: ({ name }) => name },
    { title: "role", text: ({ role }) => role },
    {
      title: "expires",
      text: ({ expiresAtMs }) => expiresAtMs === undefined ? "never" : formatSince(expiresAtMs, Date.now()),
    },
  ];
  return new Command("list")
    .summary("list tokens by name")
    .addOption(FILE)
    .action(async ({ file }: { file: string }) => {
      const tokens = parseTokenFile(await session.readText(file));
      session.terminal.show(
        tokens.map(({ name, role, expiresAtMs }) => ({ name, role, expiresAtMs })),
        () => session.terminal.line(formatTable(session.terminal, columns, tokens)),
      );
    });
}

function revokeCommand(session: Session): Command {
  return new Command("revoke")
    .summary("take a token's rights away")
    .addOption(FILE)
    .argument("<name>", "name of the token")
    .action(async (name: string, { file }: { file: string }) => {
      await replaceFile(file, removeToken(await session.readText(file), name));
      session.terminal.show({ revoked: name }, () => session.terminal.line(`revoked ${name}`));
    });
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw new DegovError("INVALID_ARGUMENT", `Cannot read the token file ${path}: ${(error as Error).message}`);
  }
}

/** In one step, so that no engine reads half a file; only its owner may read it. */
async function replaceFile(path: string, text: string): Promise<void> {
  const fresh = `${path}.new`;
  await Deno.writeTextFile(fresh, text, { mode: 0o600 });
  await Deno.rename(fresh, path);
}

function toMs(text: string): number {
  const ms = parseDuration(text);
  if (typeof ms === "number" && ms > 0) return ms;
  throw new DegovError("INVALID_ARGUMENT", `--expires is "${text}", and must be a duration such as 90d or 12h`);
}
