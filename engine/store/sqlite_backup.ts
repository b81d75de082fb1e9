/**
 * A copy of a store's file, made while an engine has it: by a reader of its own, which sees the file as it was when the
 * copy began.
 *
 * - B1 The copy is the store after one of its commits: nothing of a later one, nothing missing of an earlier one.
 * - B2 Under its name the copy is whole and on the disk; one that broke off has another name.
 *
 * While it is made the log of the file it is made of cannot be carried over, and grows by what is written meanwhile.
 */

import { DatabaseSync } from "node:sqlite";
import { DegovError } from "../../shared/errors.ts";
import { APPLICATION_ID } from "./sqlite_file.ts";
import { sqliteFailure } from "./sqlite_failure.ts";

/** @throws DegovError INVALID_ARGUMENT when there is a file of that name, or none to copy */
export async function backupSqlite(path: string, to: string): Promise<void> {
  if (await exists(to)) {
    throw new DegovError(
      "INVALID_ARGUMENT",
      `Cannot make a copy of ${path} as ${to}: it is there; choose another name`,
    );
  }
  if (!await exists(path)) {
    throw new DegovError("INVALID_ARGUMENT", `Cannot make a copy of ${path}: there is no such file`);
  }
  const part = `${to}.part`;
  try {
    await Deno.remove(part).catch(() => {}); // of an earlier one that broke off
    copy(path, part);
    using file = await Deno.open(part);
    await file.syncData();
    await Deno.rename(part, to); // B2
  } catch (error) {
    throw error instanceof DegovError ? error : sqliteFailure("make a copy of the store", path, error);
  }
}

/** B1: one statement is one reader. */
function copy(path: string, to: string): void {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    const { application_id: id } = db.prepare("PRAGMA application_id").get() as { application_id: number };
    if (id !== APPLICATION_ID) {
      throw new DegovError("INVALID_ARGUMENT", `Cannot make a copy of ${path}: it is no store of ours`);
    }
    db.prepare("VACUUM INTO ?").run(to);
  } finally {
    db.close();
  }
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
