/** What an instance waits for, in words. */

import type { ExplainedWait, Explanation } from "../../explanation.ts";
import { Moment } from "../parts/moment.tsx";

export function Waits({ explanation, nowMs }: { explanation: Explanation; nowMs: number }) {
  const { waits } = explanation;
  if (waits.length === 0) return <p class="muted">Nothing: it has ended.</p>;
  return (
    <ul class="waits">
      {waits.map((wait) => (
        <li>
          <WaitWords wait={wait} nowMs={nowMs} />
        </li>
      ))}
    </ul>
  );
}

function WaitWords({ wait, nowMs }: { wait: ExplainedWait; nowMs: number }) {
  switch (wait.kind) {
    case "task":
      return (
        <>
          Task <strong>{wait.name}</strong> {wait.status === "leased"
            ? (
              <>
                runs on worker <code>{wait.workerId}</code>, attempt {wait.attempt}
              </>
            )
            : wait.status === "delayed"
            ? (
              <>
                is tried again <Moment ms={wait.retryAtMs!} nowMs={nowMs} />
              </>
            )
            : <>is queued: {wait.reason}</>}
          {wait.lastFailure !== undefined && (
            <span class="cause">Last attempt: {wait.lastFailure.code}: {wait.lastFailure.message}</span>
          )}
        </>
      );
    case "timer":
      return wait.isTimeout
        ? (
          <>
            It is given up <Moment ms={wait.fireAtMs} nowMs={nowMs} />, when the workflow's timeout ends.
          </>
        )
        : (
          <>
            <Moment ms={wait.fireAtMs} nowMs={nowMs} /> it goes to <Names names={wait.targets} />
            {wait.isGuarded && ", if a guard holds"}.
          </>
        );
    case "event":
      return (
        <>
          The event <strong>{wait.name}</strong> leads to <Names names={wait.targets} />
          {wait.isGuarded && ", if a guard holds"}.
        </>
      );
    case "transition":
      return (
        <>
          It is on its way from <strong>{wait.from}</strong> to <strong>{wait.to}</strong>, on {wait.event}.
        </>
      );
    default: {
      const { kind, ...rest } = wait as { kind: string };
      return (
        <>
          {kind} <code>{JSON.stringify(rest)}</code>
        </>
      );
    }
  }
}

function Names({ names }: { names: readonly string[] }) {
  return (
    <>
      {names.map((name, index) => (
        <>
          {index > 0 && " or "}
          <strong>{name}</strong>
        </>
      ))}
    </>
  );
}
