/** The list of instances, with filters. */

import type { Engine } from "../../engine.ts";
import type { InstancePage, StatusCounts } from "../../instance_search.ts";
import { STATUSES } from "../../instances.ts";
import type { Instance, InstanceStatus } from "../../machine/instance.ts";
import { instanceUrl, query } from "../parts/links.ts";
import { Moment } from "../parts/moment.tsx";
import { Empty, type Notice, page } from "../parts/page.tsx";
import { Status } from "../parts/status.tsx";
import { formatCount, formatDuration, formatTime } from "../parts/time.ts";
import { BULK_WORDS } from "../bulk/bulk_words.ts";
import { cursorText, type FilterQuery, type ListQuery, toFilter } from "./instance_filter.ts";
import { NothingYet } from "./overview.tsx";

const PAGE_ROWS = 50;
const WORKFLOWS_OFFERED = 500;

export async function instancesPage(engine: Engine, asked: ListQuery, notice?: Notice) {
  const nowMs = engine.nowMs();
  const [{ all, byWorkflow }, found, definitions] = await Promise.all([
    engine.search.counts(),
    engine.search.page(toFilter(asked), PAGE_ROWS, asked.cursor),
    engine.definitions.list(undefined, WORKFLOWS_OFFERED),
  ]);
  const counts = asked.workflow === undefined ? all : byWorkflow.get(asked.workflow);
  const { cursor, ...filter } = asked;
  return page({
    title: "Instances",
    section: "instances",
    live: "/live",
    here: `/instances${query({ ...filter, before: cursor && cursorText(cursor) })}`,
    notice,
    children: (
      <>
        <h1>Instances</h1>
        <div id="counts" data-region>
          <StatusTabs counts={counts} asked={filter} />
        </div>
        <Filters asked={filter} workflows={definitions.map(({ definition }) => definition.name)} />
        <form class="card" method="post" action="/instances/bulk">
          <div id="rows" data-region>
            {found.instances.length === 0
              ? <Nothing asked={asked} isPartial={found.isPartial} />
              : <Rows instances={found.instances} nowMs={nowMs} />}
            <nav class="pager" aria-label="Pages">
              {cursor !== undefined && <a class="button" href={`/instances${query(filter)}`}>Newest</a>}
              {found.next !== undefined && (
                <a class="button" href={`/instances${query({ ...filter, before: cursorText(found.next) })}`} rel="next">
                  {found.isPartial ? "Search further back" : "Older"}
                </a>
              )}
              <span class="muted">
                {asked.text !== undefined
                  ? searched(found)
                  : cursor === undefined
                  ? "Newest first"
                  : `Started before ${formatTime(cursor.createdAtMs)}`}
              </span>
            </nav>
          </div>
          {found.instances.length > 0 && <BulkActions asked={filter} />}
        </form>
      </>
    ),
  });
}

/** How far a search by text has come. */
function searched({ instances, scanned, next, isPartial }: InstancePage): string {
  const found = `${formatCount(instances.length)} found in ${formatCount(scanned)} looked at, newest first`;
  if (next === undefined) return `${found}: all there are`;
  return isPartial ? `${found}, back to ${formatTime(next.createdAtMs)}` : found;
}

/** One action on those that are ticked, or on everything that the filter chooses, pages not shown included. */
function BulkActions({ asked }: { asked: FilterQuery }) {
  const isFiltered = Object.keys(asked).length > 0;
  return (
    <div class="buttons action">
      {Object.entries(asked).map(([name, value]) => <input type="hidden" name={name} value={value} />)}
      <label for="bulk-action" class="hidden">Action</label>
      <select id="bulk-action" name="action">
        {Object.entries(BULK_WORDS).map(([action, { verb }]) => <option value={action}>{verb}</option>)}
      </select>
      <button type="submit" name="scope" value="chosen">the chosen …</button>
      <button type="submit" name="scope" value="all">
        {isFiltered ? "all that match the filter …" : "all, on every page …"}
      </button>
      <span class="muted" data-chosen role="status">None chosen</span>
    </div>
  );
}

function StatusTabs({ counts, asked }: { counts: StatusCounts | undefined; asked: FilterQuery }) {
  const total = counts === undefined ? 0 : Object.values(counts).reduce((sum, count) => sum + count, 0);
  const current = (status: InstanceStatus | undefined) => asked.status === status ? { "aria-current": "true" } : {};
  return (
    <nav class="tabs" aria-label="By status">
      <a href={`/instances${query({ ...asked, status: undefined })}`} {...current(undefined)}>
        all <strong>{formatCount(total)}</strong>
      </a>
      {STATUSES.map((status) => (
        <a href={`/instances${query({ ...asked, status })}`} {...current(status)}>
          {status} <strong>{formatCount(counts?.[status] ?? 0)}</strong>
        </a>
      ))}
    </nav>
  );
}

function Filters({ asked, workflows }: { asked: FilterQuery; workflows: readonly string[] }) {
  const isFiltered = Object.keys(asked).length > 0;
  return (
    <form class="filters card" method="get" action="/instances" role="search" aria-label="Filter instances">
      {asked.status !== undefined && <input type="hidden" name="status" value={asked.status} />}
      <div class="grow">
        <label for="text">
          Text <span class="muted" id="text-about">anywhere in id, state, failure, input or context; any case</span>
        </label>
        <input
          id="text"
          name="text"
          type="search"
          value={asked.text ?? ""}
          autocomplete="off"
          data-key="f"
          aria-describedby="text-about"
        />
      </div>
      <div>
        <label for="workflow">Workflow</label>
        <select id="workflow" name="workflow" data-submit>
          <option value="">All</option>
          {workflows.map((name) => <option value={name} selected={name === asked.workflow}>{name}</option>)}
        </select>
      </div>
      <div>
        <label for="from">Started from (UTC)</label>
        <input id="from" name="from" type="datetime-local" value={asked.from ?? ""} />
      </div>
      <div>
        <label for="to">Started before (UTC)</label>
        <input id="to" name="to" type="datetime-local" value={asked.to ?? ""} />
      </div>
      <button type="submit">Filter</button>
      {isFiltered && <a class="button" href="/instances">Clear</a>}
    </form>
  );
}

function Rows({ instances, nowMs }: { instances: readonly Instance[]; nowMs: number }) {
  return (
    <div class="scroll" tabindex={0} role="group" aria-label="Instances, scrollable">
      <table class="rows">
        <thead>
          <tr>
            <th class="pick" scope="col">
              <input type="checkbox" data-all aria-label="Choose all on this page" />
            </th>
            <th scope="col">Status</th>
            <th scope="col">Instance</th>
            <th scope="col">Workflow</th>
            <th scope="col">State</th>
            <th scope="col">Started</th>
            <th scope="col" class="number">Took</th>
          </tr>
        </thead>
        <tbody>
          {instances.map((instance) => <Row instance={instance} nowMs={nowMs} />)}
        </tbody>
      </table>
    </div>
  );
}

function Row({ instance, nowMs }: { instance: Instance; nowMs: number }) {
  const { id, workflow, version, status, state, createdAtMs, endedAtMs, failure } = instance;
  return (
    <tr>
      <td class="pick">
        <input type="checkbox" name="id" value={id} aria-label={`Choose ${id}`} />
      </td>
      <td>
        <Status status={instance.paused ? "paused" : status} />
      </td>
      <td class="long">
        <a class="mono" href={instanceUrl(id)} data-row>{id}</a>
      </td>
      <td>
        {workflow} <span class="muted">v{version}</span>
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
  );
}

function Nothing({ asked, isPartial }: { asked: ListQuery; isPartial: boolean }) {
  if (Object.keys(asked).length === 0) return <NothingYet />;
  return isPartial
    ? <Empty title="Nothing found so far">The search has not reached the oldest instances.</Empty>
    : (
      <Empty title="No instance matches">
        <p>
          Loosen the filter, or <a href="/instances">show all instances</a>.
        </p>
      </Empty>
    );
}
