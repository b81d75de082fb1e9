/** Why something failed, with the author's source and the line marked. */

import type { Definition, TaskDefinition } from "../../../shared/definition/definition.ts";
import { tasksOf } from "../../../shared/definition/tasks.ts";
import type { Failure } from "../../../shared/failure.ts";
import { Source } from "../parts/source.tsx";

/** The task that a failure names: of the state, if it has one of that name. */
export function taskOf(definition: Definition, name: string | undefined, state?: string): TaskDefinition | undefined {
  if (name === undefined) return undefined;
  let found: TaskDefinition | undefined;
  for (const { path, task } of tasksOf(definition)) {
    if (task.name !== name) continue;
    if (state !== undefined && path.startsWith(`states.${state}.`)) return task;
    found ??= task;
  }
  return found;
}

export function FailureDetails(props: { failure: Failure; definition: Definition; state?: string }) {
  const { failure, definition, state } = props;
  const task = taskOf(definition, failure.task, state);
  const isText = task !== undefined && task.language !== "wasm";
  return (
    <>
      <p class="message">{failure.message}</p>
      <p class="muted">
        <code>{failure.code}</code>
        {failure.task !== undefined && (
          <>
            {" in task "}
            <code>{failure.task}</code>
          </>
        )}
        {failure.line !== undefined && ` at line ${failure.line}, column ${failure.column ?? 1}`}
        {failure.retryable === false && ", not worth another attempt"}
      </p>
      {isText && failure.line !== undefined && (
        <Source
          code={task.code}
          label={`Source of task ${task.name}`}
          line={failure.line}
          column={failure.column}
          message={failure.code}
        />
      )}
      {failure.stack !== undefined && failure.stack !== "" && (
        <details data-name={`stack-${failure.task ?? ""}`}>
          <summary>Stack</summary>
          <pre tabindex={0} role="group" aria-label="Stack">{failure.stack}</pre>
        </details>
      )}
    </>
  );
}
