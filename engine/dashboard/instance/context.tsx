/** The context as it was at any point of the history. */

import type { Engine } from "../../engine.ts";
import { contextAt } from "../../machine/context_at.ts";
import type { HistoryRecord } from "../../machine/history.ts";
import type { Instance } from "../../machine/instance.ts";
import type { JsonObject } from "../../../shared/json.ts";
import { instanceUrl } from "../parts/links.ts";
import { JsonBlock } from "../parts/json.tsx";
import { formatExactTime } from "../parts/time.ts";

const RECORDS_PER_READ = 1_000;

/** The context after a record, and when that was. */
export interface PastContext {
  sequence: number;
  atMs: number;
  context: JsonObject;
  /** Keys that this very record has changed. */
  changed: string[];
}

/** @throws DegovError NOT_FOUND */
export async function readContextAt(engine: Engine, instance: Instance, sequence: number): Promise<PastContext> {
  const wanted = Math.min(Math.max(1, sequence), instance.revision);
  const all: HistoryRecord[] = [];
  while (all.length < wanted) {
    const limit = Math.min(RECORDS_PER_READ, wanted - all.length);
    const { records } = await engine.instances.history(instance.id, all.length, limit);
    if (records.length === 0) break;
    all.push(...records);
  }
  const last = all[all.length - 1];
  const changed = last.entries.flatMap((entry) =>
    entry.kind === "contextSet" || entry.kind === "contextCleared" || entry.kind === "taskCompleted" ? [entry.key] : []
  );
  return { sequence: last.sequence, atMs: last.atMs, context: contextAt(all), changed: [...new Set(changed)] };
}

export function ContextSlider(props: { instance: Instance; past?: PastContext }) {
  const { instance, past } = props;
  const at = past?.sequence ?? instance.revision;
  return (
    <>
      <form method="get" action={`${instanceUrl(instance.id)}#context`}>
        <label for="context-at">Drag through the history: after record 1 to {instance.revision}</label>
        <input
          id="context-at"
          name="at"
          type="range"
          min={1}
          max={instance.revision}
          value={at}
          data-url={instanceUrl(instance.id, "/context")}
        />
        <noscript>
          <button type="submit">Show</button>
        </noscript>
      </form>
      <div id="context-value">
        {past === undefined
          ? <ContextValue sequence={at} atMs={instance.updatedAtMs} context={instance.context} changed={[]} />
          : <ContextValue {...past} />}
      </div>
    </>
  );
}

export function ContextValue({ sequence, atMs, context, changed }: PastContext) {
  return (
    <>
      <p class="note" role="status">
        After record #{sequence}, {formatExactTime(atMs)}
        {changed.length > 0 && (
          <>
            . Changed by it: {changed.map((key) => (
              <>
                <code>{key}</code>
                {" "}
              </>
            ))}
          </>
        )}
      </p>
      <JsonBlock value={context} label="Context" />
    </>
  );
}
