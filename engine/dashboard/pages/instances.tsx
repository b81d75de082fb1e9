/** The list of instances, with filters. */

import type { Engine } from "../../engine.ts";
import type { InstanceFilter, StatusCounts } from "../../instance_search.ts";
import { type ListCursor, STATUSES } from "../../instances.ts";
import type { Instance, InstanceStatus } from "../../machine/instance.ts";
import { DegovError } from "../../../shared/errors.ts";
import { readId } from "../forms.ts";
import { instanceUrl, query } from "../parts/links.ts";
import { Moment } from "../parts/moment.tsx";
import { Empty, type Notice, page } from "../parts/page.tsx";
import { Status } from "../parts/status.tsx";
import { formatCount, formatDuration, formatTime } from "../parts/time.ts";
import { BULK_ACTIONS } from "./bulk.tsx";
import { NothingYet } from "./overview.tsx";

const PAGE_ROWS = 50;
const WORKFLOWS_OFFERED = 500;

/** What the address asks for, as it was written, so that forms and links can repeat it. */
export interface ListQuery {
  workflow?: string;
  status?: InstanceStatus;
  text?: string;
  /** `YYYY-MM-DDTHH:MM`, in UTC. */
  from?: string;
  to?: string;
  cursor?: ListCursor;
}

/** @throws DegovError INVALID_ARGUMENT */
export function readListQuery(search: URLSearchParams): ListQuery {
  const status = search.get("status") ?? "";
  if (status !== "" && !STATUSES.includes(status as InstanceStatus)) {
    throw new DegovError("INVALID_ARGUMENT", `Cannot list by status "${status}": it is one of ${STATUSES.join(", ")}`);
  }
  const at = /^(\d{1,15}) (.{0,200})$/.exec(search.get("before") ?? "");
  const text = search.get("text")?.trim().slice(0, 200);
  const workflow = readId(search.get("workflow"), "workflow");
  return {
    ...(workflow === undefined ? {} : { workflow }),
    ...(status === "" ? {} : { status: status as InstanceStatus }),
    ...(text ? { text } : {}),
    ...time("from"),
    ...time("to"),
    ...(at === null ? {} : { cursor: { createdAtMs: Number(at[1]), instanceId: at[2] } }),
  };

  function time(name: "from" | "to") {
    const text = search.get(name) ?? "";
    if (text === "") return {};
    if (!Number.isNaN(Date.parse(`${text}Z`))) return { [name]: text };
    throw new DegovError("INVALID_ARGUMENT", `Cannot list by time "${text}": it must be as 2026-01-31T12:00, in UTC`);
  }
}

export function toFilter({ workflow, status, text, from, to }: ListQuery): InstanceFilter {
  return {
    workflow,
    status,
    text,
    ...(from === undefined ? {} : { fromMs: Date.parse(`${from}Z`) }),
    ...(to === undefined ? {} : { beforeMs: Date.parse(`${to}Z`) }),
  };
}

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
    here: `/instances${query({ ...filter, before: cursor && toText(cursor) })}`,
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
                <a class="button" href={`/instances${query({ ...filter, before: toText(found.next) })}`} rel="next">
                  {found.isPartial ? "Search further back" : "Older"}
                </a>
              )}
              <span class="muted">
                {found.isPartial && found.next !== undefined
                  ? `${formatCount(found.scanned)} instances were searched, back to ${
                    formatTime(found.next.createdAtMs)
                  }`
                  : cursor === undefined
                  ? "Newest first"
                  : `Started before ${formatTime(cursor.createdAtMs)}`}
              </span>
            </nav>
          </div>
          {found.instances.length > 0 && (
            <div class="buttons action">
              <label for="bulk-action" class="hidden">Action</label>
              <select id="bulk-action" name="action">
                {Object.entries(BULK_ACTIONS).map(([action, { verb }]) => (
                  <option value={action}>{verb} the chosen …</option>
                ))}
              </select>
              <button type="submit">Go on</button>
              <span class="muted" data-chosen role="status">None chosen</span>
            </div>
          )}
        </form>
      </>
    ),
  });
}

function toText({ createdAtMs, instanceId }: ListCursor): string {
  return `${createdAtMs} ${instanceId}`;
}

type FilterQuery = Omit<ListQuery, "cursor">;

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
        <label for="text">Id or any text in input, context or failure</label>
        <input id="text" name="text" type="search" value={asked.text ?? ""} autocomplete="off" data-key="f" />
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
