import { Command } from "commander";
import { DegovError } from "../../shared/errors.ts";
import type { InstanceView } from "../../shared/client/views.ts";
import { COMMAND } from "../config.ts";
import { showInstance } from "../instance_text.ts";
import type { JsonObject } from "../../shared/json.ts";
import { sampleInputFlag } from "../sample_input.ts";
import type { Session } from "../session.ts";

/** How long `--wait` alone waits: for ever, as far as a person is concerned. */
const WAIT_MS_DEFAULT = 24 * 3_600_000;

export function startCommand(session: Session): Command {
  return new Command("start")
    .summary("start an instance")
    .description(
      "Starts an instance of a workflow. The same --id with the same input gives the instance that is there.",
    )
    .argument("<workflow>", "name of the workflow")
    .option("-i, --input <json>", "start input: a JSON object, @FILE, or - for stdin", "{}")
    .option("--id <id>", "id of the instance; one is made up otherwise")
    .option("--version <number>", "version of the workflow; default the newest", toVersion)
    .option("-w, --wait [seconds]", "wait until it has ended, and show how")
    .action(async (workflow: string, flags: { input: string; id?: string; version?: number; wait?: true | string }) => {
      const input = await session.readObject(flags.input, "--input");
      const waitMs = toWaitMs(flags.wait);
      const client = await session.client();
      const version = flags.version ?? 0;
      const instance = await client.start(workflow, {
        input,
        version,
        ...(flags.id === undefined ? {} : { instanceId: flags.id }),
        ...(waitMs === undefined ? {} : { waitMs }),
      }).catch(async (error) => {
        // Whoever gave no input at all may not know that there is one to give.
        if (Object.keys(input).length === 0 && error instanceof DegovError && error.problems.length > 0) {
          const { inputSchema } = (await client.workflow(workflow, version)).definition as JsonObject;
          const flag = sampleInputFlag(inputSchema);
          if (flag !== "") throw new DegovError(error.code, `${error.message}\nGive it with${flag}`, error);
        }
        throw error;
      });
      session.terminal.show(instance, () => showInstance(session.terminal, instance));
      if (waitMs !== undefined) exitByEnd(session, instance);
      else if (instance.endedAtMs === undefined) session.terminal.hint(`next: ${COMMAND} watch ${instance.id}`);
    });
}

/** Milliseconds to wait; undefined without the flag. */
export function toWaitMs(wait: true | string | undefined): number | undefined {
  if (wait === undefined) return undefined;
  if (wait === true) return WAIT_MS_DEFAULT;
  const seconds = Number(wait);
  if (wait.trim() !== "" && seconds >= 0 && seconds <= WAIT_MS_DEFAULT / 1_000) return seconds * 1_000;
  throw new DegovError("INVALID_ARGUMENT", `--wait is "${wait}", and must be a number of seconds up to a day`);
}

/** Sets the exit code by how a waited-for instance ended. */
export function exitByEnd(session: Session, instance: InstanceView): void {
  if (instance.status === "completed") return;
  const ended = instance.endedAtMs !== undefined;
  session.exit(ended ? "endedBadly" : "stillRunning");
  if (!ended) session.terminal.hint(`It is still running. What it waits for: ${COMMAND} explain ${instance.id}`);
}

export function toVersion(text: string): number {
  const version = Number(text);
  if (/^\d{1,9}$/.test(text)) return version;
  throw new DegovError("INVALID_ARGUMENT", `--version is "${text}", and must be a whole number`);
}
