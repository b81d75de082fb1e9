/** The list of schedules, and a form that makes one. */

import type { Engine } from "../../engine.ts";
import type { ScheduleRecord } from "../../schedules/schedule_record.ts";
import { definitionUrl, instanceUrl, query, scheduleUrl } from "../parts/links.ts";
import { Moment } from "../parts/moment.tsx";
import { Empty, type Notice, page } from "../parts/page.tsx";
import { Status } from "../parts/status.tsx";
import { formatCount } from "../parts/time.ts";
import { SCHEDULE_ID_CHARS_MAX } from "../../rpc/schedule_fields.ts";
import { type ScheduleDraft, ScheduleFields } from "./schedule_form.tsx";

const PAGE_ROWS = 100;
export const WORKFLOWS_OFFERED = 500;

export interface SchedulesView {
  /** By id, after this one. */
  after?: string;
  /** What the form holds, which is open then. */
  draft?: ScheduleDraft;
  notice?: Notice;
}

export async function schedulesPage(engine: Engine, { after, draft, notice }: SchedulesView) {
  const nowMs = engine.nowMs();
  const [schedules, definitions] = await Promise.all([
    engine.schedules.list(after, PAGE_ROWS),
    engine.definitions.list(undefined, WORKFLOWS_OFFERED),
  ]);
  const workflows = definitions.map(({ definition }) => definition.name);
  return page({
    title: "Schedules",
    section: "schedules",
    live: "/live",
    here: `/schedules${query({ after })}`,
    notice,
    children: (
      <>
        <h1>Schedules</h1>
        <section class="card" aria-label="Schedules">
          <div id="schedules" data-region>
            {schedules.length === 0
              ? (
                <Empty title="Nothing is scheduled">
                  <p>A schedule starts an instance of a workflow at each of its times.</p>
                </Empty>
              )
              : <Rows schedules={schedules} nowMs={nowMs} />}
            {schedules.length === PAGE_ROWS && (
              <nav class="pager" aria-label="Pages">
                <a class="button" href={`/schedules${query({ after: schedules[PAGE_ROWS - 1].id })}`}>More</a>
              </nav>
            )}
          </div>
        </section>
        <section class="card" id="new" aria-label="New schedule">
          {workflows.length === 0
            ? <p class="muted">Register a definition first: a schedule is of a workflow.</p>
            : (
              <details class="more" data-name="new" open={draft !== undefined || schedules.length === 0}>
                <summary>Make a schedule</summary>
                <NewForm draft={draft} workflows={workflows} />
              </details>
            )}
        </section>
      </>
    ),
  });
}

function Rows({ schedules, nowMs }: { schedules: readonly ScheduleRecord[]; nowMs: number }) {
  return (
    <div class="scroll" tabindex={0} role="group" aria-label="Schedules, scrollable">
      <table class="rows">
        <thead>
          <tr>
            <th scope="col">Status</th>
            <th scope="col">Schedule</th>
            <th scope="col">Workflow</th>
            <th scope="col">When</th>
            <th scope="col">Next</th>
            <th scope="col">Last instance</th>
            <th scope="col" class="number">Started</th>
            <th scope="col" class="number">Skipped</th>
          </tr>
        </thead>
        <tbody>
          {schedules.map((schedule) => {
            const { id, spec, nextAtMs, lastInstanceId, started, skipped, lastError } = schedule;
            return (
              <tr>
                <td>
                  <Status status={statusOf(schedule)} />
                </td>
                <td class="long">
                  <a href={scheduleUrl(id)} data-row>{id}</a>
                  {lastError !== undefined && <span class="cause">{lastError.slice(0, 200)}</span>}
                </td>
                <td>
                  <a href={definitionUrl(spec.workflow)}>{spec.workflow}</a>
                </td>
                <td>
                  <code>{spec.cron}</code>
                  <div class="muted">{spec.timeZone}</div>
                </td>
                <td>{nextAtMs === undefined ? "–" : <Moment ms={nextAtMs} nowMs={nowMs} />}</td>
                <td class="long">
                  {lastInstanceId === undefined
                    ? "–"
                    : (
                      <a class="mono" href={instanceUrl(lastInstanceId)} title={lastInstanceId}>
                        {shortRunId(lastInstanceId, id)}
                      </a>
                    )}
                </td>
                <td class="number">{formatCount(started)}</td>
                <td class="number">{formatCount(skipped)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function NewForm({ draft, workflows }: { draft?: ScheduleDraft; workflows: readonly string[] }) {
  return (
    <form class="form" method="post" action="/schedules">
      <div class="field">
        <label for="schedule-id">
          Id <span class="muted">(letters, digits, “_”, “-” and “.”)</span>
        </label>
        <input
          id="schedule-id"
          name="id"
          value={draft?.id ?? ""}
          maxlength={SCHEDULE_ID_CHARS_MAX}
          required
          autocomplete="off"
        />
      </div>
      <ScheduleFields draft={draft ?? {}} workflows={workflows} />
      <div class="buttons">
        <button class="primary" type="submit">Make schedule</button>
      </div>
    </form>
  );
}

/** An instance's id without that of its schedule, which is plain from where it stands. */
export function shortRunId(instanceId: string, scheduleId: string): string {
  return instanceId.startsWith(`${scheduleId}.`) ? instanceId.slice(scheduleId.length + 1) : instanceId;
}

/** In one word. */
export function statusOf({ spec, lastError, nextAtMs }: ScheduleRecord): string {
  if (spec.paused) return "paused";
  if (lastError !== undefined) return "failing";
  return nextAtMs === undefined ? "over" : "active";
}
