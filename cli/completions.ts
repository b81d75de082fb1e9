/** Completion of names that only the engine knows. */

import type { RootCommand } from "@bomb.sh/tab";
import type { Session } from "./session.ts";

/** A name, and what the shell shows beside it. */
export type Suggestion = readonly [name: string, about: string];

const SUGGESTIONS_MAX = 50;
/** The arguments that are such names; flags of the same name take them too. */
const NAMED = ["workflow", "instance", "schedule"] as const;
/** Commands whose argument is a name of each kind; `--workflow` may follow any. */
const OF_WORKFLOW = new Set(["start", "workflow"]);
const OF_INSTANCE = new Set([
  ...["get", "history", "watch", "explain", "send", "cancel", "retry", "pause", "resume", "fork", "migrate"],
]);

/** What the shell may complete: `complete -- WORDS` is how its script asks. Nothing where no engine answers. */
export async function suggest(args: readonly string[], session: Session): Promise<Suggestion[]> {
  if (args[0] !== "complete" || args[1] !== "--") return [];
  const words = args.slice(2);
  try {
    if (OF_WORKFLOW.has(words[0]) || words.at(-2) === "--workflow") {
      const workflows = await Array.fromAsync((await session.client(0)).workflows());
      return workflows.slice(0, SUGGESTIONS_MAX).map(({ name, description }) => [name, description]);
    }
    if (words[0] === "schedule") {
      const schedules = await Array.fromAsync((await session.client(0)).schedules());
      return schedules.slice(0, SUGGESTIONS_MAX).map(({ id, spec }) => [id, `${spec.workflow}, ${spec.cron}`]);
    }
    if (!OF_INSTANCE.has(words[0])) return [];
    const { instances } = await (await session.client(0)).instancesPage({ rows: SUGGESTIONS_MAX });
    return instances.map(({ id, workflow, status }) => [id, `${workflow}, ${status}`]);
  } catch {
    return [];
  }
}

/** Offers the suggestions where a command takes such a name. */
export function offer(completions: RootCommand, suggestions: readonly Suggestion[]): void {
  const complete = (add: (value: string, description: string) => void) =>
    suggestions.forEach(([text, about]) => add(text, about));
  for (const [name, command] of completions.commands) {
    for (const kind of NAMED) {
      const argument = command.arguments.get(kind);
      if (argument !== undefined && name !== "schedule create") argument.handler = complete;
      const option = command.options.get(kind);
      if (option !== undefined) option.handler = complete;
    }
  }
}
