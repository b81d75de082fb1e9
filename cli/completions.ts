/** Completion of names that only the engine knows. */

import type { RootCommand } from "@bomb.sh/tab";
import type { Session } from "./session.ts";

/** A name, and what the shell shows beside it. */
export type Suggestion = readonly [name: string, about: string];

const SUGGESTIONS_MAX = 50;
/** Commands whose first argument is a workflow; the other's is an instance. */
const OF_WORKFLOW = new Set(["start"]);
const OF_INSTANCE = new Set([
  "get",
  "history",
  "watch",
  "explain",
  "send",
  "cancel",
  "retry",
  "pause",
  "resume",
  "fork",
]);

/** What the shell may complete: `complete -- WORDS` is how its script asks. Nothing where no engine answers. */
export async function suggest(args: readonly string[], session: Session): Promise<Suggestion[]> {
  const command = args[0] === "complete" && args[1] === "--" ? args[2] ?? "" : "";
  try {
    if (OF_WORKFLOW.has(command)) {
      const workflows = await Array.fromAsync((await session.client(0)).workflows());
      return workflows.slice(0, SUGGESTIONS_MAX).map(({ name, description }) => [name, description]);
    }
    if (!OF_INSTANCE.has(command)) return [];
    const { instances } = await (await session.client(0)).instancesPage({ rows: SUGGESTIONS_MAX });
    return instances.map(({ id, workflow, status }) => [id, `${workflow}, ${status}`]);
  } catch {
    return [];
  }
}

/** Offers the suggestions where a command takes such a name. */
export function offer(completions: RootCommand, suggestions: readonly Suggestion[]): void {
  for (const command of completions.commands.values()) {
    for (const name of ["workflow", "instance"]) {
      const argument = command.arguments.get(name);
      if (argument === undefined) continue;
      argument.handler = (complete) => suggestions.forEach(([text, about]) => complete(text, about));
    }
  }
}
