/** Commands for a whole store: copy its file, export it to one of lines, and fill an empty one from that. */

import { Command } from "commander";
import { TextLineStream } from "../text_line_stream.ts";
import { exportKeyspace } from "../../engine/maintenance/keyspace_export.ts";
import { appendTo } from "../../engine/maintenance/export_file.ts";
import { importKeyspace } from "../../engine/maintenance/keyspace_import.ts";
import { backupStore, openStore } from "../../engine/store/open_store.ts";
import type { Store } from "../../engine/store/store.ts";
import { DegovError } from "../../shared/errors.ts";
import { Progress } from "../progress.ts";
import type { Session } from "../session.ts";

const STORE = "--store <spec>";

export function backupCommand(session: Session): Command {
  return new Command("backup")
    .summary("copy an embedded store while its engine runs")
    .description("Copies an embedded store, the log of all events too, as it is at one moment. An engine may use it.")
    .argument("<file>", "file to write, which must not be there yet: a store to be used as it is")
    .requiredOption(STORE, "sqlite:PATH")
    .action(async (file: string, { store }: { store: string }) => {
      await backupStore(store, file);
      session.terminal.show({ file }, () => session.terminal.line(`copied to ${file}`));
    });
}

export function exportCommand(session: Session): Command {
  return new Command("export")
    .summary("write a whole store to a file")
    .description("Writes everything in a store to a file of JSON lines. Stop its engines first: they would be noticed.")
    .argument("<file>", "file to write, which must not be there yet")
    .requiredOption(STORE, "sqlite:PATH or fdb:")
    .action(async (file: string, { store: specification }: { store: string }) => {
      if (await exists(file)) {
        throw new DegovError("INVALID_ARGUMENT", `Cannot export to ${file}: it is there already; choose another name`);
      }
      const pairs = await withStore(specification, async (store) => {
        const append = appendTo(file);
        let lines = 0;
        for await (const page of exportKeyspace(store)) {
          await append(page);
          lines += page.length;
        }
        return lines - 2;
      });
      session.terminal.show({ file, pairs }, () => session.terminal.line(`exported ${pairs} pairs to ${file}`));
    });
}

export function importCommand(session: Session): Command {
  return new Command("import")
    .summary("fill an empty store from a file")
    .description("Fills an empty store from an export. When it breaks off, the same command goes on where it was.")
    .argument("<file>", "file that export wrote")
    .requiredOption(STORE, "sqlite:PATH or fdb:")
    .action(async (file: string, { store: specification }: { store: string }) => {
      const { size } = await Deno.stat(file).catch((error: Error) => {
        throw new DegovError("INVALID_ARGUMENT", `Cannot import ${file}: ${error.message}`);
      });
      const progress = new Progress(session.terminal, "Importing", size);
      const pairs = await withStore(specification, async (store) => {
        using opened = await Deno.open(file);
        const counted = opened.readable.pipeThrough(
          new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
            transform: (chunk, controller) => {
              progress.step(chunk.length);
              controller.enqueue(chunk);
            },
          }),
        );
        const lines = counted.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
        return await importKeyspace(store, lines);
      }).finally(() => progress.end());
      session.terminal.show({ file, pairs }, () => session.terminal.line(`imported ${pairs} pairs from ${file}`));
    });
}

async function withStore<T>(specification: string, use: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(specification);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
