/** One schedule: what it says, its next times, what it has started, what can be done with it. */

import type { Engine } from "../../engine.ts";
import type { Instance } from "../../machine/instance.ts";
import { CronTimes } from "../../schedules/cron_times.ts";
import type { ScheduleRecord } from "../../schedules/schedule_record.ts";
import { Payload } from "../parts/json.tsx";
import { definitionUrl, instanceUrl, scheduleUrl } from "../parts/links.ts";
import { Moment } from "../parts/moment.tsx";
import { Empty, type Notice, page } from "../parts/page.tsx";
import { Status } from "../parts/status.tsx";
import { formatCount, formatDuration, formatInZone, formatRelative } from "../parts/time.ts";
import { OVERLAP_WORDS, type ScheduleDraft, ScheduleFields, toDraft } from "./schedule_form.tsx";
import { shortRunId, statusOf, WORKFLOWS_OFFERED } from "./schedules.tsx";

const TIMES_SHOWN = 8;
const RUNS_SHOWN = 20;

export interface ScheduleView {
  notice?: Notice;
  /** What the form of changes holds, which is open then. */
  draft?: ScheduleDraft;
}

/** @throws DegovError NOT_FOUND */
export async function schedulePage(engine: Engine, id: string, { notice, draft }: ScheduleView) {
  const nowMs = engine.nowMs();
  const [schedule, runs, definitions] = await Promise.all([
    engine.schedules.get(id),
    engine.schedules.runs(id, RUNS_SHOWN),
    engine.definitions.list(undefined, WORKFLOWS_OFFERED),
  ]);
  return page({
    title: `Schedule ${id}`,
    section: "schedules",
    live: "/live",
    here: scheduleUrl(id),
    notice,
    children: (
      <>
        <Heading schedule={schedule} />
        <div id="schedule-failure" data-region>
          {schedule.lastError !== undefined && (
            <section class="card failure" aria-label="Failure">
              <h2>Why its last time started nothing</h2>
              <p class="message">{schedule.lastError}</p>
            </section>
          )}
        </div>
        <div class="columns wide-left">
          <div class="stack">
            <section class="card" aria-labelledby="runs-heading">
              <div class="head">
                <h2 id="runs-heading">Last instances</h2>
                <span class="muted">newest first</span>
              </div>
              <div id="runs" data-region>
                {runs.length === 0
                  ? <Empty title="It has started none yet" />
                  : <Runs schedule={id} instances={runs} nowMs={nowMs} />}
              </div>
            </section>
            <section class="card" aria-labelledby="input-heading">
              <h2 id="input-heading">What each is started with</h2>
              <Payload value={schedule.spec.input} summary="Start input" label="Start input" name="input" />
            </section>
          </div>
          <div class="stack">
            <section class="card" aria-labelledby="times-heading">
              <h2 id="times-heading">Next times</h2>
              <div id="times" data-region>
                <Times schedule={schedule} nowMs={nowMs} />
              </div>
            </section>
            <section class="card" aria-labelledby="actions-heading">
              <h2 id="actions-heading">Actions</h2>
              <div id="actions" data-region>
                <Actions
                  schedule={schedule}
                  draft={draft}
                  workflows={definitions.map(({ definition }) => definition.name)}
                />
              </div>
            </section>
          </div>
        </div>
      </>
    ),
  });
}

function Heading({ schedule }: { schedule: ScheduleRecord }) {
  const { id, spec, started, skipped, bufferedAtMs } = schedule;
  return (
    <div id="heading" data-region data-announce={statusOf(schedule)}>
      <p class="crumbs">
        <a href="/schedules">Schedules</a>
      </p>
      <div class="title">
        <h1>{id}</h1>
        <Status status={statusOf(schedule)} />
      </div>
      <dl class="facts">
        <div>
          <dt>Starts</dt>
          <dd>
            <a href={definitionUrl(spec.workflow, spec.version === 0 ? undefined : spec.version)}>{spec.workflow}</a>
            {spec.version === 0 ? ", the newest version" : ` version ${spec.version}`}
          </dd>
        </div>
        <div>
          <dt>When</dt>
          <dd>
            <code>{spec.cron}</code> {spec.timeZone}
          </dd>
        </div>
        <div>
          <dt>While the one before still runs</dt>
          <dd>{OVERLAP_WORDS[spec.overlap]}{bufferedAtMs !== undefined && "; one waits now"}</dd>
        </div>
        <div>
          <dt>Makes up for times missed by</dt>
          <dd>{formatDuration(spec.catchUpWindowMs)}</dd>
        </div>
        <div>
          <dt>Started</dt>
          <dd>{formatCount(started)}</dd>
        </div>
        <div>
          <dt>Skipped</dt>
          <dd>{formatCount(skipped)}</dd>
        </div>
      </dl>
    </div>
  );
}

function Times({ schedule: { spec, nextAtMs }, nowMs }: { schedule: ScheduleRecord; nowMs: number }) {
  if (spec.paused) return <p class="muted">None: it is paused.</p>;
  if (nextAtMs === undefined) return <p class="muted">None: the expression has no more times.</p>;
  const cron = new CronTimes(spec.cron, spec.timeZone);
  const times: number[] = [];
  for (let atMs: number | undefined = nextAtMs; atMs !== undefined && times.length < TIMES_SHOWN;) {
    times.push(atMs);
    atMs = cron.after(atMs);
  }
  return (
    <>
      <ol class="times">
        {times.map((atMs) => (
          <li>
            <time datetime={new Date(atMs).toISOString()} title={new Date(atMs).toISOString()} data-moment>
              {formatInZone(atMs, spec.timeZone)}
            </time>
            <span class="muted">{formatRelative(atMs, nowMs)}</span>
          </li>
        ))}
      </ol>
      <p class="note">In {spec.timeZone}</p>
    </>
  );
}

function Runs({ schedule, instances, nowMs }: { schedule: string; instances: readonly Instance[]; nowMs: number }) {
  return (
    <div class="scroll" tabindex={0} role="group" aria-label="Last instances, scrollable">
      <table class="rows">
        <thead>
          <tr>
            <th scope="col">Status</th>
            <th scope="col">Instance</th>
            <th scope="col">State</th>
            <th scope="col">Started</th>
            <th scope="col" class="number">Took</th>
          </tr>
        </thead>
        <tbody>
          {instances.map(({ id, status, paused, state, createdAtMs, endedAtMs, failure }) => (
            <tr>
              <td>
                <Status status={paused ? "paused" : status} />
              </td>
              <td class="long">
                <a class="mono" href={instanceUrl(id)} title={id} data-row>{shortRunId(id, schedule)}</a>
              </td>
              <td class="long">
                {state}
                {failure !== undefined && <span class="cause">{failure.code}: {failure.message.slice(0, 120)}</span>}
              </td>
              <td>
                <Moment ms={createdAtMs} nowMs={nowMs} />
              </td>
              <td class="number">{endedAtMs === undefined ? "–" : formatDuration(endedAtMs - createdAtMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Actions(props: { schedule: ScheduleRecord; draft?: ScheduleDraft; workflows: readonly string[] }) {
  const { schedule: { id, spec }, draft, workflows } = props;
  return (
    <>
      <div class="buttons action">
        <form method="post" action={scheduleUrl(id, "/trigger")}>
          <button class="primary" type="submit">Start one now</button>
        </form>
        <form method="post" action={scheduleUrl(id, spec.paused ? "/resume" : "/pause")}>
          <button type="submit">{spec.paused ? "Resume" : "Pause"}</button>
        </form>
      </div>
      <p class="note">
        {spec.paused
          ? "Paused, it starts nothing by itself. The times that pass are not made up for."
          : "Starting one now does not change its times, and asks nothing about the one before."}
      </p>
      <details class="action more" data-name="change" open={draft !== undefined}>
        <summary>Change this schedule</summary>
        <form method="post" action={scheduleUrl(id, "/update")}>
          <ScheduleFields draft={draft ?? toDraft(spec)} workflows={workflows} />
          <div class="buttons">
            <button class="primary" type="submit">Save changes</button>
          </div>
        </form>
      </details>
      <details class="action more" data-name="delete">
        <summary>Delete this schedule</summary>
        <form method="post" action={scheduleUrl(id, "/delete")}>
          <p class="note">It starts nothing more. What it has started goes on. This cannot be undone.</p>
          <div class="buttons">
            <button class="danger" type="submit">Delete schedule</button>
          </div>
        </form>
      </details>
    </>
  );
}
