/**
 * The newcomer's path, as docs/tutorial.md tells it: every command of the page, in its order, with what each prints.
 *
 * The commands are read from the page, so that no step can be missing there.
 */

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { join } from "node:path";
import { DegovClient } from "../../shared/client/client.ts";
import { systemClock } from "../../shared/clock.ts";
import { degov, ROOT, startProgram } from "./program.ts";

/** Characters that a person types in a minute, slowly. */
const TYPED_PER_MINUTE = 150;

/** The commands of a page's shell blocks, without comments and prompts. */
async function commandsOf(page: string): Promise<string[]> {
  const text = await Deno.readTextFile(join(ROOT, page));
  const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map((block) => block[1]);
  return blocks.flatMap((block) => block.split("\n")).map((line) => line.trim()).filter((line) =>
    /^deno task/.test(line)
  );
}

/** Words of a command as a shell splits them: spaces, and single quotes. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain);
}

async function tasksEnded(client: DegovClient, instanceId: string): Promise<void> {
  while ((await client.explain(instanceId)).waits.some(({ kind }) => kind.case === "task")) await systemClock.sleep(50);
}

Deno.test("a newcomer's path: dev, apply, start, watch, explain, send; in two minutes of typing", async () => {
  const commands = await commandsOf("docs/tutorial.md");
  const typed = commands.reduce((sum, command) => sum + command.length, 0);
  ok(typed <= 2 * TYPED_PER_MINUTE * 2, `${typed} characters are more than two minutes of typing`);
  const [dev, ...rest] = commands.map((command) => wordsOf(command).slice(3));
  deepEqual(dev, ["dev"], "the first command starts everything");
  deepEqual(rest.map(([name]) => name), [
    ...["validate", "apply", "start", "history", "start", "explain", "send", "watch", "list"],
  ]);

  const store = join(await Deno.makeTempDir(), "dev.db");
  await using engine = startProgram("cli", "cli/main.ts", [
    ...["dev", "--listen", "127.0.0.1:0", "--isolates", "1", "--store", `sqlite:${store}`],
  ]);
  const url = await engine.line(/engine\s+(http:\/\/\S+)/);
  const client = new DegovClient({ engines: [url] });
  const outputs: string[] = [];
  for (const words of rest) {
    if (words[0] === "explain") await tasksEnded(client, words[1]); // nobody types as fast as this test
    const { code, stdout, stderr } = await degov(words, { env: { DEGOV_ENGINE: url } });
    equal(code, 0, `degov ${words.join(" ")}: ${stdout}${stderr}`);
    outputs.push(stdout + stderr);
  }
  const [validated, applied, small, history, large, explained, sent, watched, listed] = outputs;
  match(validated, /ok +examples\/approval\.yaml: approval/);
  match(applied, /approval version 1 created/);
  match(small, /status +completed/);
  match(history, /entered checking[\s\S]*task risk .* returned "low"[\s\S]*completed/);
  match(large, /state +(?:checking|review)/);
  match(explained, /is in state review and waits for[\s\S]*event +approve → approved[\s\S]*degov send .* approve/);
  match(sent, /approved/);
  match(watched, /event approve[\s\S]*completed/);
  match(listed, /approval v1 +completed/);
  equal(await engine.end(), 0, engine.text);
});
