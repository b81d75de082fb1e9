/** The history in words, with payloads, newest first. */

import type { Child } from "hono/jsx";
import type { Definition } from "../../../shared/definition/definition.ts";
import type { HistoryEntry, HistoryRecord } from "../../machine/history.ts";
import { instanceUrl } from "../parts/links.ts";
import { Payload } from "../parts/json.tsx";
import { formatDuration, formatExactTime, formatTime } from "../parts/time.ts";
import { Console, Ran } from "./attempt.tsx";
import { FailureDetails } from "./failure.tsx";

/** Entries shown of one record; a step may have thousands. */
const ENTRIES_SHOWN = 200;

interface Place {
  definition: Definition;
  instanceId: string;
  record: HistoryRecord;
  index: number;
}

export function Records(props: { records: readonly HistoryRecord[]; definition: Definition; instanceId: string }) {
  const { records, definition, instanceId } = props;
  return (
    <ol class="records" reversed>
      {records.toReversed().map((record) => (
        <li id={`record-${record.sequence}`}>
          <div class="when">
            <a href={instanceUrl(instanceId, `/records/${record.sequence}`)} title="The whole record as JSON">
              #{record.sequence}
            </a>
            <time datetime={new Date(record.atMs).toISOString()} title={formatExactTime(record.atMs)} data-moment>
              {formatTime(record.atMs).slice(11, 19)}
            </time>
            <a
              class="fork"
              href={instanceUrl(instanceId, `?fork=${record.sequence}#fork`)}
              aria-label={`Fork after record ${record.sequence}`}
              title="Start another instance from here"
            >
              fork
            </a>
          </div>
          <ul class="entries">
            {record.entries.slice(0, ENTRIES_SHOWN).map((entry, index) => {
              // The transition that follows says the same.
              if (entry.kind === "stateExited" && record.entries[index + 1]?.kind === "transitionTaken") return null;
              const { kind, content } = show(entry, { definition, instanceId, record, index });
              return <li class={`e-${kind}`}>{content}</li>;
            })}
            {record.entries.length > ENTRIES_SHOWN && <li>and {record.entries.length - ENTRIES_SHOWN} more entries</li>}
          </ul>
        </li>
      ))}
    </ol>
  );
}

type Shown = { kind: "plain" | "state" | "good" | "bad" | "event"; content: Child };

function show(entry: HistoryEntry, place: Place): Shown {
  const value = (value: unknown, summary: Child, label: string) => (
    <Payload
      value={value}
      summary={summary}
      label={label}
      name={`${place.record.sequence}-${place.index}`}
      href={instanceUrl(place.instanceId, `/records/${place.record.sequence}`)}
    />
  );
  switch (entry.kind) {
    case "started":
      return { kind: "good", content: value(entry.input, <>Started with</>, "Input") };
    case "eventReceived":
      return {
        kind: "event",
        content: value(
          entry.data,
          <>
            Event <strong>{entry.name}</strong> with
          </>,
          "Event data",
        ),
      };
    case "eventKept":
      return {
        kind: "event",
        content: value(
          entry.data,
          <>
            Event <strong>{entry.name}</strong> kept until a state takes it, with
          </>,
          "Event data",
        ),
      };
    case "eventDropped":
      return {
        kind: "bad",
        content: (
          <>
            Kept event <strong>{entry.name}</strong> given up: {entry.message}
          </>
        ),
      };
    case "stateExited":
      return {
        kind: "plain",
        content: (
          <>
            Left <strong>{entry.state}</strong>
          </>
        ),
      };
    case "transitionTaken":
      return {
        kind: "plain",
        content: (
          <>
            {entry.from} → {entry.to ?? "(stays)"} <span class="muted">on {entry.event}</span>
          </>
        ),
      };
    case "stateEntered":
      return {
        kind: "state",
        content: (
          <>
            Entered <strong>{entry.state}</strong>
          </>
        ),
      };
    case "contextSet":
      return {
        kind: "plain",
        content: value(
          entry.value,
          <>
            Set <code>{entry.key}</code> to
          </>,
          `Value of ${entry.key}`,
        ),
      };
    case "contextCleared":
      return {
        kind: "plain",
        content: (
          <>
            Cleared <code>{entry.key}</code>
          </>
        ),
      };
    case "logged":
      return { kind: "plain", content: <>Log: {entry.message}</> };
    case "taskScheduled":
      return {
        kind: "plain",
        content: (
          <>
            Task <strong>{entry.name}</strong> scheduled
          </>
        ),
      };
    case "taskCompleted":
      return {
        kind: "good",
        content: (
          <>
            {value(
              entry.output,
              <>
                Task <strong>{entry.name}</strong> returned <Ran report={entry} /> as <code>{entry.key}</code>
              </>,
              `Output of ${entry.name}`,
            )}
            <Console report={entry} name={entry.name} />
          </>
        ),
      };
    case "attemptFailed":
    case "taskFailed":
      return {
        kind: "bad",
        content: (
          <>
            <strong>
              {entry.kind === "taskFailed" ? `Task ${entry.name} failed` : `Attempt of task ${entry.name} failed`}
            </strong>{" "}
            <Ran report={entry} />
            {entry.kind === "attemptFailed" && (
              <span class="muted">
                , next attempt {entry.retryAtMs <= place.record.atMs
                  ? "at once"
                  : `after ${formatDuration(entry.retryAtMs - place.record.atMs)}`}
              </span>
            )}
            <div class="failure-in-history stack">
              <FailureDetails failure={{ task: entry.name, ...entry.failure }} definition={place.definition} />
            </div>
            <Console report={entry} name={entry.name} />
          </>
        ),
      };
    case "itemCompleted":
      return {
        kind: "good",
        content: (
          <>
            {value(
              entry.output,
              <>
                Item {entry.index + 1} of <strong>{entry.name}</strong> returned <Ran report={entry} />
              </>,
              `Output of item ${entry.index + 1}`,
            )}
            <Console report={entry} name={entry.name} />
          </>
        ),
      };
    case "guardEvaluated":
      return {
        kind: "plain",
        content: (
          <>
            Guard <code>{entry.name}</code> {entry.holds ? "held" : "did not hold"} <Ran report={entry} />
          </>
        ),
      };
    case "childStarted":
      return {
        kind: "plain",
        content: (
          <>
            Started <a href={instanceUrl(entry.child)}>{entry.child}</a>, which nothing waits for
          </>
        ),
      };
    case "eventSent":
      return {
        kind: "event",
        content: (
          <>
            Sent event <strong>{entry.name}</strong> to <a href={instanceUrl(entry.to)}>{entry.to}</a>
          </>
        ),
      };
    case "undelivered":
      return {
        kind: "bad",
        content: (
          <>
            <strong>{entry.name}</strong> did not reach <a href={instanceUrl(entry.to)}>{entry.to}</a>: {entry.message}
          </>
        ),
      };
    case "waiting":
      return { kind: "event", content: "Waits until fewer instances of its workflow run" };
    case "admitted":
      return { kind: "good", content: "Admitted" };
    case "paused":
      return {
        kind: "event",
        content: (
          <>
            <strong>Paused</strong>
            {entry.reason === "" ? "" : `: ${entry.reason}`}
          </>
        ),
      };
    case "resumed":
      return { kind: "event", content: <strong>Resumed</strong> };
    case "compensationStarted":
      return {
        kind: "bad",
        content: (
          <>
            What was done is undone, then it ends as <strong>{entry.status}</strong>
          </>
        ),
      };
    case "compensating":
      return {
        kind: "state",
        content: (
          <>
            Undoes <strong>{entry.state}</strong>
          </>
        ),
      };
    case "forked":
      return {
        kind: "good",
        content: value(
          entry.context,
          <>
            Forked from <a href={instanceUrl(entry.from)}>{entry.from}</a> after its record #{entry.sequence}, with
          </>,
          "Context at the fork",
        ),
      };
    case "migrated":
      return {
        kind: "event",
        content: (
          <>
            <strong>Migrated</strong> from version {entry.fromVersion} to {entry.toVersion}
          </>
        ),
      };
    case "taskCancelled":
      return {
        kind: "plain",
        content: (
          <>
            Task <strong>{entry.name}</strong> cancelled
          </>
        ),
      };
    case "timerFired":
      return {
        kind: "event",
        content: (
          <>
            Timer <code>{entry.timerId}</code> fired
          </>
        ),
      };
    case "completed":
      return {
        kind: "good",
        content: entry.output === undefined ? <strong>Completed</strong> : value(
          entry.output,
          <>
            <strong>Completed</strong> with
          </>,
          "Result",
        ),
      };
    case "failed":
      return {
        kind: "bad",
        content: (
          <>
            <strong>Failed</strong> with {entry.failure.code}: {entry.failure.message}
          </>
        ),
      };
    case "cancelled":
      return {
        kind: "bad",
        content: (
          <>
            <strong>Cancelled</strong>
            {entry.reason === "" ? "" : `: ${entry.reason}`}
          </>
        ),
      };
    case "retried":
      return {
        kind: "event",
        content: (
          <>
            <strong>Retried</strong> from {entry.state}
          </>
        ),
      };
    default: {
      // A kind that this page has no words for is shown as it is.
      const { kind, ...rest } = entry as { kind: string };
      return { kind: "plain", content: value(rest, <>{inWords(kind)}</>, kind) };
    }
  }
}

/** As "Child started" for `childStarted`. */
function inWords(kind: string): string {
  const words = kind.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words[0].toUpperCase() + words.slice(1);
}
