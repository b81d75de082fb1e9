/** Asks whether a bulk action is meant, and says how many it is for. */

import { DegovError } from "../../../shared/errors.ts";
import { operateOnPage } from "../../bulk.ts";
import type { Engine } from "../../engine.ts";
import type { Instance } from "../../machine/instance.ts";
import type { FilterQuery } from "../pages/instance_filter.ts";
import { instanceUrl, query as toQuery } from "../parts/links.ts";
import { page } from "../parts/page.tsx";
import { Status } from "../parts/status.tsx";
import { formatTime } from "../parts/time.ts";
import { boundedFilter, type BulkRequest, type Progress } from "./bulk_request.ts";
import { BULK_WORDS, instancesInWords } from "./bulk_words.ts";
import { CarriedFields } from "./progress.tsx";

/** Counting goes on for so long; what is more is said to be more. */
const COUNT_MS = 1_500;
const COUNT_ROWS = 1_000;
/** Instances shown of all that match. */
const SHOWN = 10;

export async function confirmPage(engine: Engine, request: BulkRequest) {
  const { action, scope } = request;
  const { verb, warning } = BULK_WORDS[action];
  const { instances, total, isBound } = scope.kind === "chosen"
    ? await readChosen(engine, scope.ids)
    : await countAll(engine, scope.query, scope.progress);
  const many = instancesInWords(total, isBound);
  const list = `/instances${toQuery({ ...request.list })}`;
  return page({
    title: `${verb} ${many}`,
    section: "instances",
    children: total === 0
      ? (
        <section class="card">
          <h1>Nothing to {action}</h1>
          <p class="field">No {scope.kind === "all" && scope.query.status} instance matches the filter.</p>
          <div class="buttons">
            <a class="button" href={list}>Back to the list</a>
          </div>
        </section>
      )
      : (
        <form class="card" method="post" action={`/instances/bulk/apply/${action}`}>
          <h1>{verb} {many}?</h1>
          {scope.kind === "all" && <FilterInWords query={scope.query} untilMs={scope.progress.untilMs} />}
          <p class="field">{warning}</p>
          {scope.kind === "chosen"
            ? (
              <>
                <input type="hidden" name="operation" value={request.operationId} />
                {Object.entries(request.list).map(([name, value]) => <input type="hidden" name={name} value={value} />)}
                {instances.map(({ id }) => <input type="hidden" name="id" value={id} />)}
              </>
            )
            : <CarriedFields request={request} query={scope.query} progress={{ ...scope.progress, total, isBound }} />}
          <Details action={action} />
          <div class="buttons">
            <button type="submit" class={action === "cancel" ? "danger" : "primary"}>{verb} {many}</button>
            <a class="button" href={list}>Keep them as they are</a>
          </div>
          <Rows instances={instances} total={total} />
        </form>
      ),
  });
}

async function readChosen(engine: Engine, ids: readonly string[]) {
  const found = await Promise.all(ids.map(async (id) => {
    try {
      return await engine.instances.get(id);
    } catch (error) {
      if (error instanceof DegovError && error.code === "NOT_FOUND") return undefined;
      throw error;
    }
  }));
  const instances = found.filter((instance) => instance !== undefined);
  return { instances, total: instances.length, isBound: false };
}

/** A dry run over what matches, for as long as a reader waits. */
async function countAll(engine: Engine, query: FilterQuery, progress: Progress) {
  const filter = boundedFilter(query, progress);
  const { instances } = await engine.search.page(filter, SHOWN);
  const untilMs = performance.now() + COUNT_MS;
  let total = 0;
  let cursor;
  do {
    const counted = await operateOnPage(engine, { kind: "resume" }, {
      filter,
      limit: COUNT_ROWS,
      cursor,
      dryRun: true,
    });
    total += counted.matched;
    cursor = counted.next;
  } while (cursor !== undefined && performance.now() < untilMs);
  return { instances, total, isBound: cursor !== undefined };
}

function FilterInWords({ query, untilMs }: { query: FilterQuery; untilMs: number }) {
  const { workflow, status, text, from, to } = query;
  const parts = [
    `All that are ${status}`,
    ...(workflow === undefined ? ["of every workflow"] : [`of workflow “${workflow}”`]),
    ...(from === undefined ? [] : [`started from ${from.replace("T", " ")} UTC`]),
    `started before ${to === undefined ? formatTime(untilMs) : `${to.replace("T", " ")} UTC`}`,
    ...(text === undefined ? [] : [`that hold the text “${text}”`]),
  ];
  return <p class="field">{`${parts.join(", ")}.`}</p>;
}

/** What an action may be told besides. */
function Details({ action }: { action: BulkRequest["action"] }) {
  if (action !== "cancel" && action !== "pause") return null;
  return (
    <div class="form">
      <div class="field">
        <label for="bulk-reason">Reason, for their histories</label>
        <input id="bulk-reason" name="reason" maxlength={1000} autocomplete="off" />
      </div>
      {action === "cancel" && (
        <div class="field">
          <label for="bulk-compensate">Undo actions</label>
          <select id="bulk-compensate" name="compensate">
            <option value="">as each definition says</option>
            <option value="yes">run first</option>
            <option value="no">do not run</option>
          </select>
        </div>
      )}
    </div>
  );
}

function Rows({ instances, total }: { instances: readonly Instance[]; total: number }) {
  return (
    <div class="scroll field" tabindex={0} role="group" aria-label="Chosen instances">
      <table class="rows">
        <thead>
          <tr>
            <th scope="col">Status</th>
            <th scope="col">Instance</th>
            <th scope="col">Workflow</th>
            <th scope="col">State</th>
          </tr>
        </thead>
        <tbody>
          {instances.map(({ id, status, workflow, state, paused }) => (
            <tr>
              <td>
                <Status status={paused ? "paused" : status} />
              </td>
              <td class="long">
                <a class="mono" href={instanceUrl(id)}>{id}</a>
              </td>
              <td>{workflow}</td>
              <td class="long">{state}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {instances.length < total && <p class="note">The newest {instances.length} of them</p>}
    </div>
  );
}
