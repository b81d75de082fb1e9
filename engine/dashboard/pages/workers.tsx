/** Workers and engines: who is there, how busy, and how they are. */

import type { Engine } from "../../engine.ts";
import { Moment } from "../parts/moment.tsx";
import { Empty, page } from "../parts/page.tsx";
import { formatBytes, formatCount } from "../parts/time.ts";
import type { PoolStats } from "../../../shared/pool_stats.ts";
import type { Pulse } from "../pulse.ts";

export async function workersPage(engine: Engine, pulse: Pulse) {
  const nowMs = engine.nowMs();
  const [workers, queue, engines] = await Promise.all([engine.workers.list(), pulse.queue(), engine.engines()]);
  const pools = engine.pools.of(new Set(workers.map(({ id }) => id)));
  const load = new Map(engine.load().map((worker) => [worker.workerId, worker]));
  const slots = workers.reduce((sum, worker) => sum + (load.get(worker.id)?.slots ?? worker.slots), 0);
  const leased = [...load.values()].reduce((sum, worker) => sum + worker.leased, 0);
  const { store } = engine.counters();
  return page({
    title: "Workers",
    section: "workers",
    live: "/live",
    children: (
      <>
        <h1>Workers and engines</h1>
        <section class="card" aria-labelledby="workers-heading">
          <div class="head">
            <h2 id="workers-heading">Workers</h2>
            <span class="muted" id="workers-sum" data-region>
              {formatCount(leased)} of {formatCount(slots)} slots taken at this engine, {formatCount(queue.queued)}
              {queue.isBound ? " or more" : ""} tasks queued
            </span>
          </div>
          <div id="workers" data-region>
            {workers.length === 0
              ? (
                <Empty title="No worker is registered">
                  <p>Tasks wait until there is one:</p>
                  <pre tabindex={0}><code>deno task worker</code></pre>
                </Empty>
              )
              : (
                <div class="scroll" tabindex={0} role="group" aria-label="Workers, scrollable">
                  <table class="rows">
                    <thead>
                      <tr>
                        <th scope="col">Worker</th>
                        <th scope="col">Load</th>
                        <th scope="col">Runs</th>
                        <th scope="col">Version</th>
                        <th scope="col">Heartbeat</th>
                        <th scope="col">Registered</th>
                        <th scope="col" class="number">Isolates replaced</th>
                        <th scope="col" class="number">Crashes</th>
                        <th scope="col">Last crash</th>
                        <th scope="col" class="number">Killed</th>
                        <th scope="col" class="number">Memory</th>
                      </tr>
                    </thead>
                    <tbody>
                      {workers.map((worker) => {
                        const known = load.get(worker.id);
                        const all = known?.slots ?? worker.slots;
                        const heardMs = worker.expiresAtMs - engine.sessionTimeoutMs;
                        return (
                          <tr>
                            <td class="long mono">{worker.id}</td>
                            <td>
                              {known === undefined
                                ? <span class="muted">{formatCount(all)} slots, at another engine</span>
                                : <Load leased={known.leased} slots={all} />}
                            </td>
                            <td>{worker.capabilities.join(", ")}</td>
                            <td>{worker.version}</td>
                            <td>
                              <Moment ms={heardMs} nowMs={nowMs} />
                            </td>
                            <td>
                              <Moment ms={worker.registeredAtMs} nowMs={nowMs} />
                            </td>
                            <Isolates
                              pool={pools.get(worker.id)}
                              crashedMs={pulse.crashes.lastMs(worker.id)}
                              nowMs={nowMs}
                            />
                          </tr>
                        );
                      })}
                    </tbody>
                  </table>
                </div>
              )}
          </div>
        </section>
        <section class="card" aria-labelledby="engines-heading">
          <h2 id="engines-heading">Engines</h2>
          <div id="engines" data-region>
            <Engines engines={engines} nowMs={nowMs} />
          </div>
        </section>
        <section class="card" aria-labelledby="store-heading">
          <h2 id="store-heading">The store, as this engine uses it</h2>
          <dl class="facts" id="store" data-region>
            <Fact name="Kind" value={engine.store.kind} />
            <Fact name="Commits" value={formatCount(store.commits)} />
            <Fact name="Flushes" value={formatCount(store.flushes)} />
            <Fact name="Retried transactions" value={formatCount(store.retries)} />
            <Fact name="Reads" value={formatCount(store.reads)} />
            <Fact name="Written" value={formatBytes(store.bytesWritten)} />
          </dl>
        </section>
      </>
    ),
  });
}

/** What the worker said of its isolates, if it did so to this engine. */
function Isolates({ pool, crashedMs, nowMs }: { pool?: PoolStats; crashedMs?: number; nowMs: number }) {
  if (pool === undefined) return <>{[1, 2, 3, 4, 5].map(() => <td class="number">–</td>)}</>;
  const { isolatesRecycled, crashes, deadlines, memoryKills, residentBytes } = pool;
  return (
    <>
      <td class="number">{formatCount(isolatesRecycled + crashes + deadlines + memoryKills)}</td>
      <td class="number">{formatCount(crashes)}</td>
      <td>{crashedMs === undefined ? "none seen" : <Moment ms={crashedMs} nowMs={nowMs} />}</td>
      <td class="number" title={`${deadlines} at their deadline, ${memoryKills} at their memory cap`}>
        {formatCount(deadlines + memoryKills)}
      </td>
      <td class="number">{formatBytes(residentBytes)}</td>
    </>
  );
}

function Engines({ engines, nowMs }: { engines: Awaited<ReturnType<Engine["engines"]>>; nowMs: number }) {
  return (
    <div class="scroll" tabindex={0} role="group" aria-label="Engines, scrollable">
      <table class="rows">
        <thead>
          <tr>
            <th scope="col">Engine</th>
            <th scope="col">Heard of</th>
            <th scope="col">Version</th>
            <th scope="col">Running since</th>
            <th scope="col" class="number">Shards</th>
          </tr>
        </thead>
        <tbody>
          {engines.map(({ id, isThis, isLive, version, startedAtMs, shards }) => (
            <tr>
              <td class="long mono">
                {id}
                {isThis && <span class="muted">&nbsp;(this one)</span>}
              </td>
              <td>{isLive ? "yes" : <span class="cause">silent: taken for dead</span>}</td>
              <td>{version}</td>
              <td>
                <Moment ms={startedAtMs} nowMs={nowMs} />
              </td>
              <td class="number">{shards}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Load({ leased, slots }: { leased: number; slots: number }) {
  const share = slots === 0 ? 0 : Math.min(1, leased / slots);
  return (
    <>
      <svg class="meter" viewBox="0 0 90 8" role="img" aria-label={`${leased} of ${slots} slots taken`}>
        <rect class="ground" width="90" height="8" rx="4" />
        <rect class="level" width={Math.round(90 * share)} height="8" rx="4" />
      </svg>
      {formatCount(leased)} / {formatCount(slots)}
    </>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
