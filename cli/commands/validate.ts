import { Command } from "commander";
import { compileCode } from "../../shared/code/compile.ts";
import type { Definition } from "../../shared/definition/definition.ts";
import { definitionRefused, parseDefinition } from "../../shared/definition/parse.ts";
import { DegovError, type Problem } from "../../shared/errors.ts";
import type { Session } from "../session.ts";

export function validateCommand(session: Session): Command {
  return new Command("validate")
    .summary("check definitions without an engine")
    .description("Checks definitions (YAML or JSON) and prints every problem as FILE:LINE:COLUMN. Needs no engine.")
    .argument("<file...>", "files; - is stdin")
    .action(async (files: string[]) => {
      let failed = 0;
      for (const file of files) {
        const result = parseDefinition({ text: await session.readText(file), ...toFileName(file) }, { compileCode });
        const problems = result.ok ? [] : result.problems;
        if (!result.ok) failed++;
        session.terminal.show(
          { file, ok: result.ok, ...(result.ok ? { name: result.definition.name } : { problems }) },
          () => {
            if (result.ok) {
              const states = Object.keys(result.definition.states).length;
              const name = `${result.definition.name}, ${states} state${states === 1 ? "" : "s"}`;
              session.terminal.line(`${session.terminal.style("green", "ok")}     ${file}: ${name}`);
            } else showRefusal(session, file, problems);
          },
        );
      }
      if (failed > 0) session.exit("usage");
    });
}

/** Reads a definition from a file. @throws DegovError INVALID_ARGUMENT with every problem and its place in the file. */
export async function readDefinition(
  session: Session,
  file: string,
): Promise<{ text: string; definition: Definition }> {
  const text = await session.readText(file);
  const result = parseDefinition({ text, ...toFileName(file) }, { compileCode });
  if (result.ok) return { text, definition: result.definition };
  throw new DegovError("INVALID_ARGUMENT", definitionRefused(result.problems, { fileName: file }).message, {
    problems: result.problems,
  });
}

export function toFileName(file: string): { fileName?: string } {
  return file === "-" ? {} : { fileName: file };
}

function showRefusal({ terminal }: Session, file: string, problems: readonly Problem[]): void {
  const [, ...lines] = definitionRefused(problems, { fileName: file }).message.split("\n");
  terminal.line(`${terminal.style("red", "failed")} ${file}`);
  for (const line of lines) terminal.line(`  ${line}`);
}
