/** How things are: what is wrong first, then numbers, then the last hour. */

import type { Engine } from "../../engine.ts";
import { definitionUrl, instanceUrl } from "../parts/links.ts";
import { Moment } from "../parts/moment.tsx";
import { Empty, page } from "../parts/page.tsx";
import { Status } from "../parts/status.tsx";
import { formatCount, formatDuration } from "../parts/time.ts";
import { INTERVAL_MS, latencyAt, type Pulse } from "../pulse.ts";
import { Chart } from "./chart.tsx";
import { type Concern, concernsOf } from "./concerns.ts";

const FAILED_SHOWN = 8;
const SCHEDULES_LOOKED_AT = 200;
/** Intervals drawn as one point. */
const PER_POINT = 3;

/** `hasSession`: the viewer has logged in, and may want to leave. */
export async function overviewPage(engine: Engine, pulse: Pulse, { hasSession }: { hasSession: boolean }) {
  const nowMs = engine.nowMs();
  const [queue, workers, { all: counts, byWorkflow }, failed, schedules] = await Promise.all([
    pulse.queue(),
    engine.workers.list(),
    engine.search.counts(),
    engine.search.page({ status: "failed" }, 50),
    engine.schedules.list(undefined, SCHEDULES_LOOKED_AT),
  ]);
  const intervals = pulse.intervals();
  const points = Array.from(
    { length: intervals.length / PER_POINT },
    (_, index) => intervals.slice(index * PER_POINT, (index + 1) * PER_POINT),
  );
  const perSecond = (pick: (interval: typeof intervals[number]) => number) =>
    points.map((point) => {
      const known = point.filter(({ isKnown }) => isKnown);
      if (known.length === 0) return undefined;
      return known.reduce((sum, one) => sum + pick(one), 0) / (known.length * INTERVAL_MS / 1_000);
    });
  const load = engine.load();
  const concerns = concernsOf({
    nowMs,
    sessionTimeoutMs: engine.sessionTimeoutMs,
    queue,
    workers,
    load,
    intervals,
    counts,
    failed: failed.instances,
    schedules,
  });
  const span = { startMs: intervals[0].startMs, endMs: nowMs };
  const slots = workers.reduce((sum, worker) => sum + worker.slots, 0);
  const isEmpty = byWorkflow.size === 0;
  return page({
    title: "Overview",
    section: "overview",
    live: "/live",
    children: (
      <>
        <div class="title">
          <h1>Overview</h1>
          {hasSession && (
            <form class="leave" method="post" action="/logout">
              <button type="submit">Log out</button>
            </form>
          )}
        </div>
        <div id="concerns" data-region>
          <Concerns concerns={concerns} />
        </div>
        <div id="tiles" class="tiles" data-region>
          <Tile href="/instances?status=running" value={formatCount(counts.running)} name="running" />
          <Tile href="/instances?status=completed" value={formatCount(counts.completed)} name="completed" />
          <Tile
            href="/instances?status=failed"
            value={formatCount(counts.failed)}
            name="failed"
            alarm={counts.failed > 0}
          />
          <Tile href="/instances?status=cancelled" value={formatCount(counts.cancelled)} name="cancelled" />
          <Tile
            href="/workers"
            value={`${formatCount(queue.queued)}${queue.isBound ? "+" : ""}`}
            name={queue.oldestMs === undefined
              ? "tasks queued"
              : `queued, oldest ${formatDuration(Math.max(0, nowMs - queue.oldestMs))}`}
          />
          <Tile
            href="/workers"
            value={formatCount(workers.length)}
            name={`${workers.length === 1 ? "worker" : "workers"}, ${formatCount(slots)} slots`}
          />
        </div>
        <section aria-labelledby="hour-heading" class="stack">
          <div class="head">
            <h2 id="hour-heading">The last hour</h2>
            <span class="muted">at this engine, since it runs; queue and counts are of all engines</span>
          </div>
          <div id="charts" class="columns two" data-region>
            <Chart
              title="Instances per second"
              {...span}
              format={rate}
              series={[
                { name: "started", kind: "second", values: perSecond((one) => one.started) },
                { name: "completed", kind: "first", values: perSecond((one) => one.completed), isArea: true },
              ]}
            />
            <Chart
              title="Failures per second"
              {...span}
              format={rate}
              series={[{ name: "failed", kind: "bad", values: perSecond((one) => one.failed), isArea: true }]}
            />
            <Chart
              title="Time to completion"
              {...span}
              format={formatDuration}
              series={[
                { name: "median", kind: "first", values: points.map((point) => latencyAt(0.5, point)) },
                { name: "95 %", kind: "second", values: points.map((point) => latencyAt(0.95, point)) },
              ]}
            />
            <Chart
              title="Tasks queued"
              {...span}
              series={[{
                name: "waiting for a worker",
                kind: "first",
                isArea: true,
                values: points.map((point) => point.findLast(({ queued }) => queued !== undefined)?.queued),
              }]}
            />
          </div>
        </section>
        <div class="columns two">
          <section class="card" aria-labelledby="failed-heading">
            <div class="head">
              <h2 id="failed-heading">Failed last</h2>
              <a href="/instances?status=failed">All failed</a>
            </div>
            <div id="failed" data-region>
              {failed.instances.length === 0 ? <Empty title="No instance has failed" /> : (
                <ul class="waits">
                  {failed.instances.slice(0, FAILED_SHOWN).map((instance) => (
                    <li>
                      <a href={instanceUrl(instance.id)}>{instance.id}</a> <span class="muted">of</span>{" "}
                      {instance.workflow}, <Moment ms={instance.endedAtMs ?? instance.updatedAtMs} nowMs={nowMs} />
                      <span class="cause">
                        {instance.failure?.code}: {instance.failure?.message.slice(0, 200)}
                      </span>
                    </li>
                  ))}
                </ul>
              )}
            </div>
          </section>
          <section class="card" aria-labelledby="workflows-heading">
            <div class="head">
              <h2 id="workflows-heading">By workflow</h2>
              <a href="/definitions">All definitions</a>
            </div>
            <div id="workflows" data-region>
              {isEmpty ? <NothingYet /> : <ByWorkflow byWorkflow={byWorkflow} />}
            </div>
          </section>
        </div>
      </>
    ),
  });
}

function Concerns({ concerns }: { concerns: readonly Concern[] }) {
  if (concerns.length === 0) {
    return (
      <section class="card wrong fine" aria-label="What is wrong now">
        <p>
          <strong>Nothing is wrong.</strong>{" "}
          <span class="muted">Workers are there, nothing waits too long, and nothing has failed of late.</span>
        </p>
      </section>
    );
  }
  return (
    <section
      class={concerns.some(({ severity }) => severity === "error") ? "card wrong" : "card wrong mild"}
      aria-labelledby="wrong-heading"
    >
      <h2 id="wrong-heading">Wrong now</h2>
      <ul>
        {concerns.map(({ severity, text, hint, href }) => (
          <li>
            <span class={`severity ${severity}`}>{severity}</span>
            <div>
              <p>{href === undefined ? text : <a href={href}>{text}</a>}</p>
              {hint !== undefined && <p class="muted">{hint}</p>}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Tile({ href, value, name, alarm }: { href: string; value: string; name: string; alarm?: boolean }) {
  return (
    <a class={alarm ? "tile alarm" : "tile"} href={href}>
      <strong>{value}</strong>
      <span>{name}</span>
    </a>
  );
}

const WORKFLOWS_SHOWN = 12;

function ByWorkflow({ byWorkflow }: { byWorkflow: Awaited<ReturnType<Engine["search"]["counts"]>>["byWorkflow"] }) {
  const rows = [...byWorkflow]
    .sort(([, one], [, other]) => other.running - one.running || other.failed - one.failed)
    .slice(0, WORKFLOWS_SHOWN);
  const statuses = ["running", "completed", "failed"] as const;
  return (
    <div class="scroll" tabindex={0} role="group" aria-label="Instances by workflow">
      <table class="rows">
        <thead>
          <tr>
            <th scope="col">Workflow</th>
            {statuses.map((status) => (
              <th scope="col" class="number">
                <Status status={status} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([workflow, counts]) => (
            <tr>
              <th scope="row">
                <a href={definitionUrl(workflow)}>{workflow}</a>
              </th>
              {statuses.map((status) => <td class="number">{formatCount(counts[status])}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function NothingYet() {
  return (
    <Empty title="No instance was started yet">
      <p>Register a definition and start one, for example with:</p>
      <pre tabindex={0}><code>deno run -A examples/simple_workflow.ts</code></pre>
    </Empty>
  );
}

function rate(value: number): string {
  return value === 0 ? "0" : value < 10 ? value.toFixed(value < 1 ? 2 : 1) : formatCount(value);
}
