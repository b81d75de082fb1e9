/** What an instance waits for, in words. */

import type { ExplainedWait, Explanation } from "../../explanation.ts";
import { instanceUrl } from "../parts/links.ts";
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
            : wait.status === "limited"
            ? "waits: as many of its kind run as may"
            : wait.status === "paused"
            ? "waits until the instance is resumed"
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
            {wait.targets.length === 0 ? "It fails" : (
              <>
                It goes to <Names names={wait.targets} />
              </>
            )} <Moment ms={wait.fireAtMs} nowMs={nowMs} />
            {wait.isGuarded && ", if a guard holds"}.
          </>
        );
    case "event":
      return (
        <>
          The event <strong>{wait.name}</strong> {wait.targets.length === 0 ? "fails it" : (
            <>
              leads to <Names names={wait.targets} />
            </>
          )}
          {wait.isGuarded && ", if a guard holds"}.
        </>
      );
    case "transition":
      return (
        <>
          It is on its way from <strong>{wait.from}</strong> to <strong>{wait.to}</strong>, on {wait.event}.
        </>
      );
    case "child":
      return (
        <>
          <a href={instanceUrl(wait.instanceId)}>{wait.instanceId}</a> of{" "}
          {wait.workflow}, which it started, has not ended.
        </>
      );
    case "map":
      return (
        <>
          Of the {wait.total} items of <strong>{wait.name}</strong>, {wait.done} are done and {wait.begun - wait.done}
          {" "}
          have begun.
        </>
      );
    case "resume":
      return (
        <>
          It is <strong>paused</strong>, and goes on when it is resumed.
        </>
      );
    case "admission":
      return (
        <>
          As many instances of its workflow{wait.limitKey === "" ? "" : ` with the key "${wait.limitKey}"`}{" "}
          run as may: it is admitted when one ends.
        </>
      );
    case "decision":
      return (
        <>
          A worker decides on a transition for <strong>{wait.event}</strong>.
        </>
      );
    case "compensation":
      return (
        <>
          <strong>{wait.state}</strong> is undone, then {wait.left} more; then it ends as {wait.end}.
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
